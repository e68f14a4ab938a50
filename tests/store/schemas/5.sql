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
INSERT INTO "calls" VALUES('c-eduvyqgxckar','j-lquhhoyuftyn','synth',0,4268181371,0.0,1.79526518319736719132e+09,'1030405709715a54',0.0,'takes','','sound','',1.79526518889102339746e+09,NULL);
INSERT INTO "calls" VALUES('c-qsgjrnpgmrnu','j-hplkjukqvfch','synth',0,2073399484,0.0,1.7952651935331871509e+09,'71daf1261d935347',0.0,'takes','','sound','',1.79526519865993070598e+09,NULL);
INSERT INTO "calls" VALUES('c-tjqwbazmrxnw','j-hdzymybrtdsd','synth',0,1035010863,0.0,1.79526520201179265977e+09,'0857b07151125115',0.0,'takes','','sound','',1.79526520795107126233e+09,NULL);
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
INSERT INTO "events" VALUES(1,1.79526518317323493956e+09,'accepted','j-lquhhoyuftyn','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79526518957546448711e+09,'sample','j-lquhhoyuftyn','kick','s-mxdbbbozkhiq','','','','',0);
INSERT INTO "events" VALUES(3,1.79526518957554912566e+09,'ready','j-lquhhoyuftyn','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.79526519350826978685e+09,'accepted','j-hplkjukqvfch','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526519914327979091e+09,'sample','j-hplkjukqvfch','bass','s-xgoxmnzlplle','','','','',0);
INSERT INTO "events" VALUES(6,1.79526519914336538316e+09,'ready','j-hplkjukqvfch','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.7952652019953773022e+09,'accepted','j-hdzymybrtdsd','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526520847133135797e+09,'sample','j-hdzymybrtdsd','kick','s-yoybdaghxpun','','','','',0);
INSERT INTO "events" VALUES(9,1.79526520847141909595e+09,'ready','j-hdzymybrtdsd','kick','','','','','',0);
CREATE TABLE fingerprints (
        sample       INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        fingerprint  BLOB NOT NULL
    );
INSERT INTO "fingerprints" VALUES(1,X'F22E4E5C656A6B6D6D6A6356422401E7EBEF284549484843382E221303F5E2D8DFE4E9ED2805111E2219FFE2C4B4BCC5CFD8DFE5E9EE241015F802F3C5ADB5BDC4CDD6DEE4E9ECF01907F2F6EACDA4A6AFB8C0CAD4DCE2E7EAEF07EDE5D4C49CA4ACB5BFC7D1DBE2E6E9ECF001E3CFB7A4ABB2BBC2CCD3DCE3E8ECEEF1F4F6CDB09498A1A8B0BAC4CDD6DDE3E7E9ECF1F1AF8A929BA4ABB4BEC8D0D8DFE4E7E9ECF1F596979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3EC8289919BA3ABB5BEC8CFD7DDE3E6E9EDF1E38289929BA3ACB5BEC7CFD6DCE2E6E9EDF1D68C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3D08188909AA2AAB3BCC5CDD4DAE1E5E9EDF2D382899199A2AAB2BCC5CDD5DCE2E7EAEFF4E08F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7DF878E959EA6AEB6C0C8D0D8DEE5EAEEF2F7D08C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9DB9CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCDC949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDE69AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFEDEABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFDBA8AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFDFB4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
INSERT INTO "fingerprints" VALUES(2,X'36444B4F53585B61686C71767B7F7DFAEFF31116222A2E34343C4346494C4F514DEAEDF1E6ECF6FDFF030206090706070A141BEAEEF1D9E1EBF2F4F5F0F2F1EDEBEBEEEEE9EDF0F3EAF1FAFDFAF8EFEEE9E1DCD8DDE3E8ECEFF2EEF3F7F4EDE9DDD7CBCCD3DBE2E8EBEEF0F3DADDDDD5C9C2C2C8CFD6DCE3E9EDF0F2F4F6B5B8B8B6B0B4B9C0C8D0D7DEE4E9ECEEF0F4B8BBBCB6AFB6BCC3CBD3DAE0E5EAECEEF0F4AAABACB2B8BFC5CCD3DAE0E5E9ECEFF0F3F6949BA1A7AFB6BCC4CBD3D9DFE4E8EBEEF0F4949BA1A8AFB6BCC4CBD3D9DEE3E8EBEEF0F49CA3A8AEB6BCC2C9D0D7DCE1E5E9ECEFF2F6949AA0A6AEB5BBC2CAD1D7DDE2E7EBEDF1F5949BA1A7AEB4BBC2CAD1D7DEE3E8ECEFF2F69EA5ABB1B7BDC3CAD1D7DDE2E7ECEFF2F5F9979FA5ABB1B8BEC5CDD3DAE0E5EAEEF1F5F99CA3A9AFB5BCC2C9D0D7DDE2E7ECF0F3F7FAA8B0B4BAC0C6CCD2D8DEE2E7EBF0F4F7FAFDA2AAAFB5BBC2C8CED6DBE0E5EAEFF3F7FAFDA7AFB3BAC0C6CCD3DADFE4E9EEF3F7FAFDFEB5BCC0C6CDD2D8DEE4E8ECF0F4F9FBFDFEFFB2BABFC6CCD2D8DFE4E9EDF1F5F9FBFDFEFFBBC3C9D0D6DCE1E6EBEFF2F5F8FCFDFEFFFF');
INSERT INTO "fingerprints" VALUES(3,X'FD39535E676C6E71726E65563E1BE2E7EBEF2A4547474846403A32291E0FF8D8DFE4E9ED2604182227210FF9DCC2BCC5CFD8DFE5E9EE23160DFE0C01DCB5B5BDC4CDD6DEE4E9ECF01E03F7FAF0DEC0A6AFB8C0CAD4DCE2E7EAEF0EF1E1DACCB5A4ACB5BFC7D1DBE2E6E9ECF003E3CFBDA7ABB2BBC2CCD3DCE3E8ECEEF1F4FDCEB09B98A1A8B0BAC4CDD6DDE3E7E9ECF1FDB18A929BA4ABB4BEC8D0D8DFE4E7E9ECF1FF94979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3ED8289919BA3ABB5BEC8CFD7DDE3E6E9EDF1E18289929BA3ACB5BEC7CFD6DCE2E6E9EDF1E68C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3DC8188909AA2AAB3BCC5CDD4DAE1E5E9EDF2E082899199A2AAB2BCC5CDD5DCE2E7EAEFF4E18F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7D4878E959EA6AEB6C0C8D0D8DEE5EAEEF2F7D58C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9DB9CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCD0949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDDF9AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFEE2ABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFE7A8AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFDDB4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
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
INSERT INTO "jobs" VALUES(1,'j-lquhhoyuftyn','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 4268181371, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526518317323493956e+09,1.79526518957554912566e+09,'');
INSERT INTO "jobs" VALUES(2,'j-hplkjukqvfch','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 2073399484, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526519350826978685e+09,1.79526519914336538316e+09,'');
INSERT INTO "jobs" VALUES(3,'j-hdzymybrtdsd','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 1035010863, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.7952652019953773022e+09,1.79526520847141909595e+09,'');
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-mxdbbbozkhiq');
INSERT INTO "pad_history" VALUES(2,'bass','s-xgoxmnzlplle');
INSERT INTO "pad_history" VALUES(3,'kick','s-yoybdaghxpun');
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-yoybdaghxpun');
INSERT INTO "pads" VALUES('bass','s-xgoxmnzlplle');
CREATE TABLE sample_tags (
        tag     TEXT NOT NULL,
        sample  INTEGER NOT NULL REFERENCES samples (number) ON DELETE CASCADE,
        PRIMARY KEY (tag, sample)
    ) WITHOUT ROWID;
INSERT INTO "sample_tags" VALUES('hard',1);
INSERT INTO "sample_tags" VALUES('kick',1);
INSERT INTO "sample_tags" VALUES('punchy',1);
INSERT INTO "sample_tags" VALUES('bass',2);
INSERT INTO "sample_tags" VALUES('dark',2);
INSERT INTO "sample_tags" VALUES('hard',2);
INSERT INTO "sample_tags" VALUES('round',2);
INSERT INTO "sample_tags" VALUES('synth',2);
INSERT INTO "sample_tags" VALUES('bright',3);
INSERT INTO "sample_tags" VALUES('hard',3);
INSERT INTO "sample_tags" VALUES('kick',3);
INSERT INTO "sample_tags" VALUES('punchy',3);
CREATE TABLE sample_words (
        sample  INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        words   TEXT NOT NULL
    );
INSERT INTO "sample_words" VALUES(1,'kick punchy kick kick hard punchy');
INSERT INTO "sample_words" VALUES(2,'bass round synth bass bass dark hard round synth');
INSERT INTO "sample_words" VALUES(3,'kick punchy kick kick bright hard punchy');
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
    , loop_start INTEGER, loop_end INTEGER, tone TEXT, glide REAL, heard TEXT, heard_share REAL, brightness REAL, hardness REAL, loudness REAL, tags TEXT NOT NULL DEFAULT '[]', duplicate_of TEXT NOT NULL DEFAULT '', part_of TEXT NOT NULL DEFAULT '', layer INTEGER NOT NULL DEFAULT 1, turn INTEGER NOT NULL DEFAULT 1);
INSERT INTO "samples" VALUES(1,'s-mxdbbbozkhiq','j-lquhhoyuftyn','t-ycntihrqrbvw','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-mxdbbbozkhiq.wav','2498d5eaa577b8898f0b224b5abd8a6c8f6a574b8385c50dfb513bf64b0d088b',NULL,0.0,5.80915641527495751894e-01,7.53287981859410482599e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0121819738081392, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5507482993197279, "rule": "pass", "text": "sounds for 551 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.002458095550537, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5956462585034014, "rule": "pass", "text": "lasts 0.60 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4063745019920319, "rule": "pass", "text": "41 % of its length is loud"}, {"name": "family", "figure": 0.2740384706930178, "rule": "pass", "text": "72 % perc, 27 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.02349206349206349, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "unpitched", "figure": 0.5809156415274958, "rule": "pass", "text": "no sure pitch: confidence 0.58, clarity 0.71; left as it is"}]',1.79526518948716211319e+09,1,0,0,NULL,NULL,'unsure',2.70014685328364123506e+00,'perc',0.7251,9.56562951332776378876e+01,40.0,-9.37741252451265694389e+00,'["kick", "hard", "punchy"]','','',1,1);
INSERT INTO "samples" VALUES(2,'s-xgoxmnzlplle','j-hplkjukqvfch','t-jyaubtuovwjb','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-xgoxmnzlplle.wav','3dee58ea919cd24e09ff4d0b7ef55418999887b34a62c5e18fda0f7f4b103de6',36,4.89809339981661651108e-02,9.99045221801465488375e-01,8.87981859410430840462e-01,-1.0,1,44100,'[{"name": "silence", "figure": -0.9953009939076619, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.8570521541950114, "rule": "pass", "text": "sounds for 857 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.05235377326607704, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.8590476190476191, "rule": "pass", "text": "lasts 0.86 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9497529722529758, "rule": "pass", "text": "95 % of the power is in tones"}, {"name": "asked-note", "figure": 0.0004898093399816617, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.030430839002267573, "rule": "repair", "text": "30 ms of tail cut"}, {"name": "pitch", "figure": 0.9990452218014655, "rule": "pass", "text": "note 36 +0.0 cents, confidence 1.00"}, {"name": "asked-note", "figure": 0.0004898093399816617, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}, {"name": "loop", "figure": 8.440835305180693, "rule": "pass", "text": "no loop: it dies away by 8 dB a second"}]',1.79526519910167050358e+09,1,0,0,NULL,NULL,'note',-3.7039108261325282001e-03,'kick',0.9696,6.42672562343431650342e+01,1.3783197689804314479e+01,-8.37160668986775391431e+00,'["bass", "dark", "hard", "round", "synth"]','','',1,1);
INSERT INTO "samples" VALUES(3,'s-yoybdaghxpun','j-hdzymybrtdsd','t-sjfbtkigqnzo','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-yoybdaghxpun.wav','8e6edd2239249fe1bab92e4b10b605cc5bb3d1b28c79438ce13328d99e89b1cb',NULL,0.0,6.44541862841793489202e-01,6.78458049886621283874e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0125158794442546, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5238095238095238, "rule": "pass", "text": "sounds for 524 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.049920678138733, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5537414965986395, "rule": "pass", "text": "lasts 0.55 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.45132743362831856, "rule": "pass", "text": "45 % of its length is loud"}, {"name": "family", "figure": 0.310995841273975, "rule": "pass", "text": "69 % perc, 31 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.02294784580498866, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "unpitched", "figure": 0.6445418628417935, "rule": "pass", "text": "no sure pitch: confidence 0.64, clarity 0.76; left as it is"}]',1.79526520838404273988e+09,1,0,0,NULL,NULL,'note',3.27776765514668255718e+00,'perc',0.7041,9.8344612548723731038e+01,40.0,-8.2211708294422241039e+00,'["kick", "bright", "hard", "punchy"]','','',1,1);
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
INSERT INTO "takes" VALUES('t-ycntihrqrbvw','c-eduvyqgxckar','j-lquhhoyuftyn',0,4268181371,'t-ycntihrqrbvw.take','[{"name": "silence", "figure": -1.0121819738081392, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5507482993197279, "rule": "pass", "text": "sounds for 551 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.002458095550537, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5956462585034014, "rule": "pass", "text": "lasts 0.60 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4063745019920319, "rule": "pass", "text": "41 % of its length is loud"}, {"name": "family", "figure": 0.2740384706930178, "rule": "pass", "text": "72 % perc, 27 % kick or its kin"}]',1,NULL);
INSERT INTO "takes" VALUES('t-jyaubtuovwjb','c-qsgjrnpgmrnu','j-hplkjukqvfch',0,2073399484,'t-jyaubtuovwjb.take','[{"name": "silence", "figure": -0.9953009939076619, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.8570521541950114, "rule": "pass", "text": "sounds for 857 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.05235377326607704, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.8590476190476191, "rule": "pass", "text": "lasts 0.86 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9497529722529758, "rule": "pass", "text": "95 % of the power is in tones"}, {"name": "asked-note", "figure": 0.0004898093399816617, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}]',1,NULL);
INSERT INTO "takes" VALUES('t-sjfbtkigqnzo','c-tjqwbazmrxnw','j-hdzymybrtdsd',0,1035010863,'t-sjfbtkigqnzo.take','[{"name": "silence", "figure": -1.0125158794442546, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5238095238095238, "rule": "pass", "text": "sounds for 524 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.049920678138733, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5537414965986395, "rule": "pass", "text": "lasts 0.55 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.45132743362831856, "rule": "pass", "text": "45 % of its length is loud"}, {"name": "family", "figure": 0.310995841273975, "rule": "pass", "text": "69 % perc, 31 % kick or its kin"}]',1,NULL);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 5;
