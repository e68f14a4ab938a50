BEGIN TRANSACTION;
CREATE TABLE calls (
        id        TEXT PRIMARY KEY,
        job       TEXT NOT NULL REFERENCES jobs (id),
        model     TEXT NOT NULL,
        attempt   INTEGER NOT NULL,
        seed      INTEGER NOT NULL,
        estimate  REAL NOT NULL,
        created   REAL NOT NULL,
        ticket    TEXT NOT NULL DEFAULT '',
        cost      REAL NOT NULL DEFAULT 0,
        outcome   TEXT NOT NULL DEFAULT '',
        reason    TEXT NOT NULL DEFAULT ''
    , purpose TEXT NOT NULL DEFAULT 'sound', answer TEXT NOT NULL DEFAULT '', ended REAL NOT NULL DEFAULT 0, note INTEGER);
INSERT INTO "calls" VALUES('c-ncampmbdnioq','j-oteicghwpsei','synth',0,1183790636,0.0,1.79528816825870251652e+09,'6899c6733276d051',0.0,'takes','','sound','',1.79528817155142521853e+09,NULL);
INSERT INTO "calls" VALUES('c-izbyhkkqrdkm','j-fbjrjllqpeou','synth',0,3155405543,0.0,1.79528817320112776757e+09,'b68eb463ef4e548d',0.0,'takes','','sound','',1.79528817567780399322e+09,NULL);
INSERT INTO "calls" VALUES('c-xlewsqwkgtin','j-phaycvfriole','synth',0,3486829537,0.0,1.79528817728493356705e+09,'93255d162278219c',0.0,'takes','','sound','',1.79528817971726441377e+09,NULL);
CREATE TABLE deliveries (
        host     TEXT NOT NULL REFERENCES hosts (host),
        seq      INTEGER NOT NULL,
        sample   TEXT NOT NULL,
        pad      TEXT NOT NULL,
        action   TEXT NOT NULL,
        mode     TEXT NOT NULL,
        target   TEXT NOT NULL,
        path     TEXT NOT NULL,
        mtime    INTEGER NOT NULL,
        zones    TEXT NOT NULL,
        state    TEXT NOT NULL,
        reason   TEXT NOT NULL DEFAULT '', swap TEXT NOT NULL DEFAULT 'now',
        PRIMARY KEY (host, seq)
    );
CREATE TABLE events (
        id      INTEGER PRIMARY KEY AUTOINCREMENT,
        at      REAL NOT NULL,
        kind    TEXT NOT NULL,
        job     TEXT NOT NULL,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL,
        ref     TEXT NOT NULL,
        reason  TEXT NOT NULL,
        hint    TEXT NOT NULL,
        host    TEXT NOT NULL,
        seq     INTEGER NOT NULL
    );
INSERT INTO "events" VALUES(1,1.79528816825428915024e+09,'accepted','j-oteicghwpsei','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79528817184727478026e+09,'sample','j-oteicghwpsei','kick','s-smmzyusmksqe','','','','',0);
INSERT INTO "events" VALUES(3,1.79528817184740257257e+09,'ready','j-oteicghwpsei','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.79528817319582748414e+09,'accepted','j-fbjrjllqpeou','kick','','','','','',0);
INSERT INTO "events" VALUES(5,1.79528817592712020868e+09,'sample','j-fbjrjllqpeou','kick','s-ovdvlqslhmyr','','','','',0);
INSERT INTO "events" VALUES(6,1.79528817592722749708e+09,'ready','j-fbjrjllqpeou','kick','','','','','',0);
INSERT INTO "events" VALUES(7,1.79528817728005886077e+09,'accepted','j-phaycvfriole','bass','','','','','',0);
INSERT INTO "events" VALUES(8,1.79528817998882389075e+09,'sample','j-phaycvfriole','bass','s-pkrhivbzlmic','','','','',0);
INSERT INTO "events" VALUES(9,1.79528817998893308639e+09,'ready','j-phaycvfriole','bass','','','','','',0);
CREATE TABLE fingerprints (
        sample       INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        fingerprint  BLOB NOT NULL
    );
INSERT INTO "fingerprints" VALUES(1,X'3762696A6E7274777871644D2D04DFE3E8ED404235343A3B342C1C09F6E0CAD3DAE1E6EB36160D040701EED4B0AAB3BEC9D3DBE2E6EB34FFEEE1DCC89FA2ABB5BDC6D1DAE0E6E9EE21EACEBBB4A0919AA5AFB8C3CFD8DFE4E7EC11D0A993879098A2ACB7C0CCD6DEE3E6EAEE07BE868E98A1A8B2BBC5CED7DFE5E9ECEFF307A187818B959DA6B2BCC6D0D9DFE3E7EAEF029A938A8E98A1ABB5C0CAD3DAE1E4E7EAEF07A199929BA5ADB7C1CBD3DADFE5E8EAEDF2F49A8B958E98A1ABB6C0C9D1D8DFE3E6EAEFECA0928D8F98A1ABB6C0C9D1D7DEE3E6EAEFD793909398A0A9B2BDC6CDD4DAE0E4E8ECF1D9948D918E969FA9B4BEC7CED5DDE2E6EAF0D497908C8C969FA9B4BEC7D0D7DEE3E8ECF2DC9A8B9199A2ABB4BEC7CFD6DDE4E9EDF1F6D89C9291929BA3ADB8C1CAD3DAE1E7EBF0F6D29F9E9797A0A9B3BDC6CED6DDE4EAEEF3F8D3A19A9EA5AEB6BFC8D0D6DDE3EAEEF3F8FCDEA69D9A9FA8B1BAC4CCD3DAE1E9EEF3F8FCDFA0989DA6AFB7C0CAD2D9E0E7EEF4F8FBFEDEA5A6AFB8C0C8D0D8DFE4EAEFF6F9FCFEFFD2A6A5AEB7C0C8D1D9E0E5EBF0F6F9FCFDFFCEABB3BCC5CDD4DCE3E8EDF1F5FAFCFDFEFF');
INSERT INTO "fingerprints" VALUES(2,X'44626566696C6C70706C64543C19E8E3E8ED3E33262525241B1100EAD5C2C9D3DAE0E6EB3200EAE2DBCEBA9B9FAAB3BDC9D3DBE1E6EB26DCB3AA959298A1ABB5BCC6D1D9E0E5E9EE13B7958E8188909AA4AFB8C3CED8DFE3E7ECFF989683868F97A1ABB6C0CBD6DEE3E6E9EE0399A49297A0A8B1BAC5CDD7DFE5E9ECEFF3E9A49C9891949CA6B1BCC6D0D8DFE3E6EAEEEC9291989C98A0AAB5C0CAD3DAE0E4E6EAEFE4A896919BA4ACB6C0CAD2D9DFE4E7EAEDF2D7A1A1939B97A0ABB5C0C9D1D8DFE3E6EAEFD0A3A3A2A19CA0ABB5C0C8D0D7DEE2E6EAEFCDAA9C9AA5A0A8B2BCC5CDD4DAE0E4E8ECF1DAA49C9598959FA8B3BDC6CED5DDE2E6EAF0D7A7A7A29D9C9EA8B3BDC6CFD7DEE3E7ECF2E3AEA59FA1A1AAB3BDC6CED6DDE4E8ECF1F6DCB1A39FA3A2A3ADB7C1CAD2DAE1E7EBF0F6E3B3B4AAA9A7A8B2BDC6CED6DDE4E9EEF3F8EFBAB6ABABAEB6BEC8CFD6DDE3E9EEF3F8FCEBBAB0ADADA8B0BAC4CCD3DAE1E9EEF3F8FCE3B8B1B3B4AEB7C0CAD2D8E0E7EEF4F8FBFEEFB7B6B5B7BFC7D0D8DEE4EAEFF6F9FCFEFFE2C1B8B9B6BFC8D1D9E0E5EBF0F6F9FCFDFFEFBFB8BCC4CCD4DBE2E8EDF1F5FAFCFDFEFF');
INSERT INTO "fingerprints" VALUES(3,X'44565E62686D70757B7D7F7F7C756752EBEF293A444B545A5F64696D6F6F6D675945E9ED0616202830373B41464B4C4C4941321CE9EEDCEDF6FC04090C11151817151106F5E9ECF0DBECF5FD050B0F14191C1B1A1408F4E7EAEFCCDEE7EEF6FB0005080C0B0901F3E6E9ECF0BDCDD7DDE4E8ECEFF1F2EFE9E3E8ECEFF1F4B8C5CED5DCE1E5E9EDEEECE6DDE3E7EAECF1ABB2BAC0C6CDD0D3D5D6D2D8DFE4E7EAEDF18F9BA3A7AEB3B7BFC8D1D8DEE3E8EAEDEFF39C969DA3AAAEB2B5BEC8D0D7DDE3E6E9EDF1A0858A929CA4ACB5BFC7CFD6DCE2E6E9EDF19D8C939AA4ABB3BBC4CDD3D9DFE4E8EBEEF38F8288919AA2ABB3BDC6CDD4DAE1E6E9EDF28D838A919AA2AAB3BDC5CDD5DCE2E7EAEFF4958F969EA5ADB5BDC6CDD4DBE1E7EBEFF3F797888E969EA7AEB7C0C9D0D8DFE5EAEEF2F7958D939BA3ABB3BCC5CDD4DBE1E8ECF0F4F9939CA2A9B0B8BFC6CFD5DBE1E6ECF1F5F9FC8B959BA2AAB3BAC2CBD2D8DFE5EBF0F5F9FD969BA1A9B0B8C0C8D0D7DDE4EAF0F5F9FCFEA3ACB1B8C0C7CED6DDE2E7EDF1F7FAFCFEFF9FA9AFB7BFC7CFD7DEE4E8EDF2F8FAFCFEFFABB5BCC4CCD3D9E0E6EBEFF3F6FAFCFEFEFF');
CREATE TABLE hosts (
        host      TEXT PRIMARY KEY,
        attached  REAL NOT NULL,
        seen      REAL NOT NULL,
        next_seq  INTEGER NOT NULL DEFAULT 1
    );
CREATE TABLE jobs (
        number    INTEGER PRIMARY KEY AUTOINCREMENT,
        id        TEXT NOT NULL UNIQUE,
        state     TEXT NOT NULL,
        pad       TEXT NOT NULL,
        origin    TEXT NOT NULL,
        priority  TEXT NOT NULL,
        brief     TEXT NOT NULL,
        ref       TEXT NOT NULL DEFAULT '',
        parent    TEXT NOT NULL DEFAULT '',
        reason    TEXT NOT NULL DEFAULT '',
        hint      TEXT NOT NULL DEFAULT '',
        created   REAL NOT NULL,
        updated   REAL NOT NULL
    , written TEXT NOT NULL DEFAULT '');
INSERT INTO "jobs" VALUES(1,'j-oteicghwpsei','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 1183790636, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1.79528816825428915024e+09,1.79528817184740257257e+09,'');
INSERT INTO "jobs" VALUES(2,'j-fbjrjllqpeou','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 3155405543, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1.79528817319582748414e+09,1.79528817592722749708e+09,'');
INSERT INTO "jobs" VALUES(3,'j-phaycvfriole','ready','bass','command','pad','{"prompt": "round bass", "model": "synth", "seed": 3486829537, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": null, "pad_note": 40, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1.79528817728005886077e+09,1.79528817998893308639e+09,'');
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-smmzyusmksqe');
INSERT INTO "pad_history" VALUES(2,'kick','s-ovdvlqslhmyr');
INSERT INTO "pad_history" VALUES(3,'bass','s-pkrhivbzlmic');
CREATE TABLE pad_lengths (
        pad   TEXT PRIMARY KEY,
        held  INTEGER NOT NULL
    );
INSERT INTO "pad_lengths" VALUES('kick',2);
INSERT INTO "pad_lengths" VALUES('bass',1);
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-ovdvlqslhmyr');
INSERT INTO "pads" VALUES('bass','s-pkrhivbzlmic');
CREATE TABLE sample_tags (
        tag     TEXT NOT NULL,
        sample  INTEGER NOT NULL REFERENCES samples (number) ON DELETE CASCADE,
        PRIMARY KEY (tag, sample)
    ) WITHOUT ROWID;
INSERT INTO "sample_tags" VALUES('hard',1);
INSERT INTO "sample_tags" VALUES('kick',1);
INSERT INTO "sample_tags" VALUES('punchy',1);
INSERT INTO "sample_tags" VALUES('kick',2);
INSERT INTO "sample_tags" VALUES('punchy',2);
INSERT INTO "sample_tags" VALUES('bass',3);
INSERT INTO "sample_tags" VALUES('dark',3);
INSERT INTO "sample_tags" VALUES('hard',3);
INSERT INTO "sample_tags" VALUES('round',3);
CREATE TABLE sample_words (
        sample  INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        words   TEXT NOT NULL
    );
INSERT INTO "sample_words" VALUES(1,'kick punchy kick kick hard punchy');
INSERT INTO "sample_words" VALUES(2,'kick punchy kick kick punchy');
INSERT INTO "sample_words" VALUES(3,'bass round bass bass dark hard round');
CREATE TABLE samples (
        number       INTEGER PRIMARY KEY AUTOINCREMENT,
        id           TEXT NOT NULL UNIQUE,
        job          TEXT NOT NULL REFERENCES jobs (id),
        take         TEXT NOT NULL REFERENCES takes (id),
        pad          TEXT NOT NULL,
        pad_note     INTEGER,
        family       TEXT NOT NULL,
        mapping      TEXT NOT NULL,
        prompt       TEXT NOT NULL,
        path         TEXT NOT NULL UNIQUE,
        sha256       TEXT NOT NULL,
        root         INTEGER,
        cents        REAL NOT NULL,
        confidence   REAL NOT NULL,
        seconds      REAL NOT NULL,
        peak         REAL NOT NULL,
        channels     INTEGER NOT NULL,
        sample_rate  INTEGER NOT NULL,
        verdicts     TEXT NOT NULL,
        created      REAL NOT NULL,
        published    INTEGER NOT NULL DEFAULT 0,
        kept         INTEGER NOT NULL DEFAULT 0,
        discarded    INTEGER NOT NULL DEFAULT 0
    , loop_start INTEGER, loop_end INTEGER, tone TEXT, glide REAL, heard TEXT, heard_share REAL, brightness REAL, hardness REAL, loudness REAL, tags TEXT NOT NULL DEFAULT '[]', duplicate_of TEXT NOT NULL DEFAULT '', part_of TEXT NOT NULL DEFAULT '', layer INTEGER NOT NULL DEFAULT 1, turn INTEGER NOT NULL DEFAULT 1, sidecar_behind INTEGER NOT NULL DEFAULT 0);
INSERT INTO "samples" VALUES(1,'s-smmzyusmksqe','j-oteicghwpsei','t-itmxcaooulix','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_Gs_032_s-smmzyusmksqe.wav','e46629dcbf55e7bf159d5ffc00493f1dec42c532708c124f547472b801c9a7f4',32,-7.24149780722882496775e-02,8.62155901125862600409e-01,5.73696145124716561092e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0121872091633115, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4120634920634921, "rule": "pass", "text": "sounds for 412 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8841695189476013, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.4449886621315193, "rule": "pass", "text": "lasts 0.44 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.37800687285223367, "rule": "pass", "text": "38 % of its length is loud"}, {"name": "family", "figure": 0.7510630218346603, "rule": "pass", "text": "49 % tom, 75 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.03333333333333333, "rule": "repair", "text": "33 ms of tail cut"}, {"name": "pitch", "figure": 0.8621559011258626, "rule": "pass", "text": "note 32 -0.1 cents, confidence 0.86"}]',1.79528817171569681169e+09,1,0,0,NULL,NULL,'note',1.49779812258840649974e+00,NULL,0.4193,8.789733561363487979e+01,3.08484627696614346339e+01,-1.29941936386898344575e+01,'["kick", "hard", "punchy"]','','',1,1,0);
INSERT INTO "samples" VALUES(2,'s-ovdvlqslhmyr','j-fbjrjllqpeou','t-unxeosndckun','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_Fs_030_s-ovdvlqslhmyr.wav','eb00bdf1c817cb9ff327c4c091331caa062cbb501035f5903f0b2f590e82c517',30,-1.36122907211699839535e-01,7.96328927566206212773e-01,7.03401360544217646442e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0121715031072611, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4649433106575964, "rule": "pass", "text": "sounds for 465 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.6532699465751648, "rule": "pass", "text": "0 syllables, brightness wanders by 0.7 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.508843537414966, "rule": "pass", "text": "lasts 0.51 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.31659693165969316, "rule": "pass", "text": "32 % of its length is loud"}, {"name": "family", "figure": 0.7522406569642999, "rule": "pass", "text": "54 % kick"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.04557823129251701, "rule": "repair", "text": "46 ms of tail cut"}, {"name": "pitch", "figure": 0.7963289275662062, "rule": "pass", "text": "note 30 -0.1 cents, confidence 0.80"}]',1.79528817579246664044e+09,1,0,0,NULL,NULL,'note',1.63621589696818858783e+00,'kick',0.531,7.86200451302389211613e+01,2.43658051748463080335e+01,-1.38778249950991376952e+01,'["kick", "punchy"]','','',1,1,0);
INSERT INTO "samples" VALUES(3,'s-pkrhivbzlmic','j-phaycvfriole','t-fzuxxeafuqrm','bass',40,'bass','keys','round bass','samples/bass/bass_round-bass_Gs_044_s-pkrhivbzlmic.wav','0f601a9528ad9fd516f853d13b0b8f164005ccff9dbd6c297cde5fe77fc615f0',44,4.98883489257195833488e-02,9.99458302792808561676e-01,1.10748299319727894207e+00,-1.0,1,44100,'[{"name": "silence", "figure": -0.9136056491351348, "rule": "pass", "text": "peak -0.9 dBFS"}, {"name": "active", "figure": 1.0536054421768708, "rule": "pass", "text": "sounds for 1054 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.042926061898469925, "rule": "pass", "text": "0 syllables, brightness wanders by 0.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.1294331065759637, "rule": "pass", "text": "lasts 1.13 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.8937413560723986, "rule": "pass", "text": "89 % of the power is in tones"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.02122448979591837, "rule": "repair", "text": "21 ms of tail cut"}, {"name": "pitch", "figure": 0.9994583027928086, "rule": "pass", "text": "note 44 +0.0 cents, confidence 1.00"}, {"name": "loop", "figure": 30.802110386777663, "rule": "pass", "text": "no loop: it dies away by 31 dB a second"}]',1.79528817985984873771e+09,1,0,0,NULL,NULL,'note',1.28488783633429193287e-03,'tom',0.8402,1.1359224265013662603e+02,1.40901090971827223086e+01,-8.84409531056681252891e+00,'["bass", "dark", "hard", "round"]','','',1,1,0);
CREATE TABLE takes (
        id        TEXT PRIMARY KEY,
        call      TEXT NOT NULL REFERENCES calls (id),
        job       TEXT NOT NULL REFERENCES jobs (id),
        position  INTEGER NOT NULL,
        seed      INTEGER NOT NULL,
        file      TEXT NOT NULL,
        verdicts  TEXT NOT NULL DEFAULT '[]',
        good      INTEGER
    , note INTEGER);
INSERT INTO "takes" VALUES('t-itmxcaooulix','c-ncampmbdnioq','j-oteicghwpsei',0,1183790636,'t-itmxcaooulix.take','[{"name": "silence", "figure": -1.0121872091633115, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4120634920634921, "rule": "pass", "text": "sounds for 412 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8841695189476013, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.4449886621315193, "rule": "pass", "text": "lasts 0.44 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.37800687285223367, "rule": "pass", "text": "38 % of its length is loud"}, {"name": "family", "figure": 0.7510630218346603, "rule": "pass", "text": "49 % tom, 75 % kick or its kin"}]',1,NULL);
INSERT INTO "takes" VALUES('t-unxeosndckun','c-izbyhkkqrdkm','j-fbjrjllqpeou',0,3155405543,'t-unxeosndckun.take','[{"name": "silence", "figure": -1.0121715031072611, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4649433106575964, "rule": "pass", "text": "sounds for 465 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.6532699465751648, "rule": "pass", "text": "0 syllables, brightness wanders by 0.7 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.508843537414966, "rule": "pass", "text": "lasts 0.51 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.31659693165969316, "rule": "pass", "text": "32 % of its length is loud"}, {"name": "family", "figure": 0.7522406569642999, "rule": "pass", "text": "54 % kick"}]',1,NULL);
INSERT INTO "takes" VALUES('t-fzuxxeafuqrm','c-xlewsqwkgtin','j-phaycvfriole',0,3486829537,'t-fzuxxeafuqrm.take','[{"name": "silence", "figure": -0.9136056491351348, "rule": "pass", "text": "peak -0.9 dBFS"}, {"name": "active", "figure": 1.0536054421768708, "rule": "pass", "text": "sounds for 1054 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.042926061898469925, "rule": "pass", "text": "0 syllables, brightness wanders by 0.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.1294331065759637, "rule": "pass", "text": "lasts 1.13 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.8937413560723986, "rule": "pass", "text": "89 % of the power is in tones"}]',1,NULL);
CREATE INDEX jobs_unfinished ON jobs (number) WHERE state NOT IN ('ready', 'failed', 'cancelled');
CREATE INDEX jobs_by_ref ON jobs (ref, created) WHERE ref <> '';
CREATE INDEX jobs_by_pad ON jobs (pad, number);
CREATE INDEX calls_by_job ON calls (job);
CREATE INDEX takes_by_job ON takes (job);
CREATE INDEX samples_by_job ON samples (job);
CREATE INDEX samples_by_pad ON samples (pad, number);
CREATE INDEX samples_by_family ON samples (family, number);
CREATE INDEX pad_history_by_pad ON pad_history (pad, number);
CREATE INDEX deliveries_waiting ON deliveries (host, seq) WHERE state = 'waiting';
CREATE INDEX calls_by_time ON calls (created);
CREATE INDEX calls_by_model ON calls (model, ended);
CREATE INDEX calls_by_ticket ON calls (ticket) WHERE ticket <> '';
CREATE INDEX samples_by_seconds ON samples (seconds);
CREATE INDEX samples_by_brightness ON samples (brightness, seconds);
CREATE INDEX samples_by_root ON samples (root, number) WHERE root IS NOT NULL;
CREATE INDEX samples_by_sha256 ON samples (sha256);
CREATE INDEX samples_kept ON samples (number) WHERE kept = 1;
CREATE INDEX sample_tags_by_sample ON sample_tags (sample);
CREATE INDEX samples_by_part ON samples (part_of) WHERE part_of <> '';
CREATE INDEX jobs_unfinished_by_pad ON jobs (pad, state, number)
        WHERE state NOT IN ('ready', 'failed', 'cancelled');
CREATE INDEX calls_running ON calls (estimate) WHERE outcome = '';
CREATE INDEX takes_kept ON takes (job, file) WHERE file <> '';
CREATE INDEX pad_history_by_sample ON pad_history (pad, sample);
CREATE INDEX samples_behind ON samples (number) WHERE sidecar_behind = 1;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 7;
