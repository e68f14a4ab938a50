<CsoundSynthesizer>
; Oneshot Bridge for Csound: every new sound of a pad becomes a table that plays on its keys, in tune.
;
; Install: oneshot daw install csound, or copy this file; then run it: csound oneshot_bridge.csd
; Needs: Csound 6.14 or newer with its OSC opcodes. Another port of the bridge: --omacro:BRIDGE=9128
; Limits: see README.md beside. Put your own instruments below; they play pads with
;   schedule "Play", 0, 1, "bass", 48, 100        pad, note, velocity; a drum sounds to its end
;   schedule "Trigger", 0, 1, "kick", 100         asks for a new sound
;   schedule "Ask", 0, 1, "keep", "kick"          again, keep, discard, cancel
<CsOptions>
-odac -d -m0
</CsOptions>
<CsInstruments>
0dbfs = 1
nchnls = 2
ksmps = 64

#ifndef BRIDGE
#define BRIDGE #9127#
#end
#ifndef OWN
#define OWN #9135#
#end

; Where the host may wait, in seconds: a subscription lasts a minute and repeats what was not acknowledged.
#define RENEW #10#
#define FREE #60#

alwayson "Bridge"

; The field of a text with bars between, from 0; empty where there is none.
opcode Field, S, Si
  Stext, index xin
  icount = 0
  while icount < index do
    ibar strindex Stext, "|"
    Stext = ibar < 0 ? "" : strsub(Stext, ibar + 1)
    icount += 1
  od
  ibar strindex Stext, "|"
  Sfound = ibar < 0 ? Stext : strsub(Stext, 0, ibar)
  xout Sfound
endop

opcode Number, i, Sii
  Stext, index, iusual xin
  Sfield Field Stext, index
  ivalue = strlen(Sfield) > 0 ? strtod(Sfield) : iusual
  xout ivalue
endop

; A message is heard by its number of texts: two for every key of a delivery, of which nine come once, and a zone's.
#define S18 #S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, S16, S17, S18#
#define S20 #$S18, S19, S20#
#define S22 #$S20, S21, S22#
#define S24 #$S22, S23, S24#
#define S26 #$S24, S25, S26#
#define S28 #$S26, S27, S28#
#define S30 #$S28, S29, S30#
#define S32 #$S30, S31, S32#
#define S34 #$S32, S33, S34#
#define T18 #ssssssssssssssssss#
#define T20 #$T18.ss#
#define T22 #$T20.ss#
#define T24 #$T22.ss#
#define T26 #$T24.ss#
#define T28 #$T26.ss#
#define T30 #$T28.ss#
#define T32 #$T30.ss#
#define T34 #$T32.ss#
#define KEEP(I) #
  Sname sprintfk "%d.$I", kseq
  chnset S$I, Sname #
#define EMPTY(I) #
  S$I strcpy "" #
#define HEAR(COUNT'TYPES'TEXTS) #
  kheard OSClisten giheard, "/oneshot/delivery", "si$TYPES", Shost, kseq, $TEXTS
  kcount = kheard == 1 ? $COUNT : kcount #

giheard OSCinit $OWN

; Subscribes, and notes every delivery in channels named by its number.
instr Bridge
  krenew init 0
  kseq init 0
  Shost strcpy ""
  $EMPTY(1) $EMPTY(2) $EMPTY(3) $EMPTY(4) $EMPTY(5) $EMPTY(6)
  $EMPTY(7) $EMPTY(8) $EMPTY(9) $EMPTY(10) $EMPTY(11) $EMPTY(12)
  $EMPTY(13) $EMPTY(14) $EMPTY(15) $EMPTY(16) $EMPTY(17) $EMPTY(18)
  $EMPTY(19) $EMPTY(20) $EMPTY(21) $EMPTY(22) $EMPTY(23) $EMPTY(24)
  $EMPTY(25) $EMPTY(26) $EMPTY(27) $EMPTY(28) $EMPTY(29) $EMPTY(30)
  $EMPTY(31) $EMPTY(32) $EMPTY(33) $EMPTY(34)
  ktick metro 1 / $RENEW
  krenew += ktick
  OSCsend krenew, "127.0.0.1", $BRIDGE, "/oneshot/subscribe", "is", $OWN, "csound"
  next:
  kcount = 0
  $HEAR(18'$T18.'$S18.)
  $HEAR(20'$T20.'$S20.)
  $HEAR(22'$T22.'$S22.)
  $HEAR(24'$T24.'$S24.)
  $HEAR(26'$T26.'$S26.)
  $HEAR(28'$T28.'$S28.)
  $HEAR(30'$T30.'$S30.)
  $HEAR(32'$T32.'$S32.)
  $HEAR(34'$T34.'$S34.)
  if kcount > 0 then
    if strcmpk(Shost, "csound") == 0 then
      $KEEP(1) $KEEP(2) $KEEP(3) $KEEP(4) $KEEP(5) $KEEP(6)
      $KEEP(7) $KEEP(8) $KEEP(9) $KEEP(10) $KEEP(11) $KEEP(12)
      $KEEP(13) $KEEP(14) $KEEP(15) $KEEP(16) $KEEP(17) $KEEP(18)
      $KEEP(19) $KEEP(20) $KEEP(21) $KEEP(22) $KEEP(23) $KEEP(24)
      $KEEP(25) $KEEP(26) $KEEP(27) $KEEP(28) $KEEP(29) $KEEP(30)
      $KEEP(31) $KEEP(32) $KEEP(33) $KEEP(34)
      event "i", nstrnum("Load"), 0, 0.1, kseq, kcount
      event "i", nstrnum("Answer"), 0.05, 0.1, kseq
    endif
    kgoto next
  endif
endin

; Loads a delivery. Csound ends an instrument that can't load a table: then Answer finds no answer.
instr Load
  Sproblem = ""
  izones = 0
  itext = 1
  while itext < p5 do
    Skey chnget sprintf("%d.%d", p4, itext)
    Svalue chnget sprintf("%d.%d", p4, itext + 1)
    if strcmp(Skey, "zone") == 0 then
      izones += 1
      Skey sprintf "zone.%d", izones
    endif
    chnset Svalue, sprintf("%d.%s", p4, Skey)
    itext += 2
  od
  chnset 0, sprintf("%d.answered", p4)
  Spad chnget sprintf("%d.pad", p4)
  Saction chnget sprintf("%d.action", p4)
  Smode chnget sprintf("%d.mode", p4)
  Sversion chnget sprintf("%d.v", p4)
  if strcmp(Sversion, "1") != 0 then
    Sproblem = "this file is too old or the delivery is damaged: update it"
  elseif strcmp(Saction, "clear") == 0 then
    izones = 0
  elseif strcmp(Saction, "load") != 0 then
    Sproblem strcat "Csound has no action ", Saction
  elseif izones == 0 then
    Sproblem = "the delivery has no zones"
  endif
  izone = 1
  while izone <= izones && strlen(Sproblem) == 0 do
    Stext chnget sprintf("%d.zone.%d", p4, izone)
    Spath Field Stext, 0
    chnset Spath, sprintf("%d.loading", p4)
    if filevalid(Spath) == 0 then
      Sproblem strcat "the sample is missing: ", Spath
    else
      ifn ftgen 0, 0, 0, -1, Spath, 0, 0, 0
      if nsamp(ifn) != round(filelen(Spath) * filesr(Spath)) then
        Sproblem strcat "Csound can't load ", Spath
      endif
      chnset ifn, sprintf("%d.fn.%d", p4, izone)
    endif
    izone += 1
  od
  if strlen(Sproblem) == 0 then
    iold chnget sprintf("%s.seq", Spad)
    ioldzones chnget sprintf("%s.zones", Spad)
    izone = 1
    while izone <= ioldzones do
      ioldfn chnget sprintf("%d.fn.%d", iold, izone)
      schedule "Free", $FREE, 0.1, ioldfn
      izone += 1
    od
    chnset p4, sprintf("%s.seq", Spad)
    chnset izones, sprintf("%s.zones", Spad)
    chnset Smode, sprintf("%s.mode", Spad)
    chnset 1, sprintf("%d.answered", p4)
  else
    chnset Sproblem, sprintf("%d.problem", p4)
    chnset 2, sprintf("%d.answered", p4)
  endif
endin

; A note that sounds keeps its table: what was replaced goes later.
instr Free
  ftfree p4, 0
endin

instr Answer
  ianswer chnget sprintf("%d.answered", p4)
  if ianswer == 1 then
    OSCsend k(1), "127.0.0.1", $BRIDGE, "/oneshot/loaded", "si", "csound", p4
  else
    Sproblem chnget sprintf("%d.problem", p4)
    Spath chnget sprintf("%d.loading", p4)
    Sreason = ianswer == 2 ? Sproblem : strcat("Csound can't load ", Spath)
    prints "Oneshot Bridge: %s\n", Sreason
    OSCsend k(1), "127.0.0.1", $BRIDGE, "/oneshot/load_failed", "sis", "csound", p4, Sreason
  endif
endin

; Plays a pad: p4 its name, p5 the note, p6 the velocity.
instr Play
  Spad = p4
  iseq chnget sprintf("%s.seq", Spad)
  izones chnget sprintf("%s.zones", Spad)
  Smode chnget sprintf("%s.mode", Spad)
  ikeys = strcmp(Smode, "keys") == 0 ? 1 : 0
  ifirst = 0
  izone = 1
  while izone <= izones do
    Stext chnget sprintf("%d.zone.%d", iseq, izone)
    ifits = p5 >= Number(Stext, 3, 0) && p5 <= Number(Stext, 4, 127) ? 1 : 0
    ifits = p6 >= Number(Stext, 5, 1) && p6 <= Number(Stext, 6, 127) ? ifits : 0
    if ifits == 1 then
      if ifirst == 0 then
        ; Turns are counted where the first of them lies.
        ifirst = izone
        iplayed chnget sprintf("%d.played.%d", iseq, ifirst)
        chnset iplayed + 1, sprintf("%d.played.%d", iseq, ifirst)
      endif
      if iplayed % Number(Stext, 10, 1) + 1 == Number(Stext, 9, 1) then
        ifn chnget sprintf("%d.fn.%d", iseq, izone)
        ibase = cpsmidinn(Number(Stext, 1, 60) + Number(Stext, 2, 0) / 100)
        ifrequency = ikeys == 1 ? cpsmidinn(p5) : ibase
        iloop = ikeys == 1 && strlen(Field(Stext, 7)) > 0 ? 1 : 0
        idur = ikeys == 1 ? p3 : nsamp(ifn) / ftsr(ifn)
        Ssound = ftchnls(ifn) == 1 ? "Mono" : "Stereo"
        schedule Ssound, 0, idur, ifn, ifrequency, ibase, (p6 / 127) ^ 2, iloop, Number(Stext, 7, 0), Number(Stext, 8, 0)
      endif
    endif
    izone += 1
  od
endin

instr Mono
  aleft loscil3 p7 * linsegr(1, 0.05, 0), p5, p4, p6, p8, p9, p10
  outs aleft, aleft
endin

instr Stereo
  aleft, aright loscil3 p7 * linsegr(1, 0.05, 0), p5, p4, p6, p8, p9, p10
  outs aleft, aright
endin

instr Trigger
  Spad = p4
  OSCsend k(1), "127.0.0.1", $BRIDGE, strcat("/oneshot/pad/", Spad), "i", p5
endin

instr Ask
  Saction = p4
  Spad = p5
  OSCsend k(1), "127.0.0.1", $BRIDGE, strcat("/oneshot/", Saction), "s", Spad
endin
</CsInstruments>
<CsScore>
f 0 z
</CsScore>
</CsoundSynthesizer>
