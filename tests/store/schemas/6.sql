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
INSERT INTO "calls" VALUES('c-ubkeoieondwy','j-nmlkgbizmrfu','synth',0,3759666179,0.0,1.79526521285584378245e+09,'e255f8802d863b2a',0.0,'takes','','sound','',1.79526521850315809252e+09,NULL);
INSERT INTO "calls" VALUES('c-tetzpeymcerv','j-sfllhflhgkma','synth',0,4107205025,0.0,1.79526522306460165978e+09,'7b79c8ab8255d186',0.0,'takes','','sound','',1.79526522866904807086e+09,NULL);
INSERT INTO "calls" VALUES('c-gxnsohmrrrpq','j-zjwgfpdboxdz','synth',0,4022882926,0.0,1795265232.9369,'6ce617c0c681aa31',0.0,'takes','','sound','',1.79526523735107111927e+09,NULL);
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
INSERT INTO "events" VALUES(1,1.79526521284286642073e+09,'accepted','j-nmlkgbizmrfu','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1795265219.31932,'sample','j-nmlkgbizmrfu','kick','s-dizajpjatvru','','','','',0);
INSERT INTO "events" VALUES(3,1.79526521931942272189e+09,'ready','j-nmlkgbizmrfu','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1795265223.04311,'accepted','j-sfllhflhgkma','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526522976603960992e+09,'sample','j-sfllhflhgkma','bass','s-okpjovydftir','','','','',0);
INSERT INTO "events" VALUES(6,1.79526522976616573334e+09,'ready','j-sfllhflhgkma','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.79526523292247056962e+09,'accepted','j-zjwgfpdboxdz','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526523818733263013e+09,'sample','j-zjwgfpdboxdz','kick','s-sbelakswtjgv','','','','',0);
INSERT INTO "events" VALUES(9,1.79526523818741726872e+09,'ready','j-zjwgfpdboxdz','kick','','','','','',0);
CREATE TABLE fingerprints (
        sample       INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        fingerprint  BLOB NOT NULL
    );
INSERT INTO "fingerprints" VALUES(1,X'F3274B5A656A6B6C6B6459472D0AE2E7EBEF27454A4A4B473C3125180CF9DFD8DFE4E9ED2C0C0D1D231D05E5C4B4BCC5CFD8DFE5E9EE210B18FDFFF8CCADB5BDC4CDD6DEE4E9ECF00809F3F5EFD0A8A6AFB8C0CAD4DCE2E7EAEFFFEDE7D4CA9EA4ACB5BFC7D1DBE2E6E9ECF0FBE5CFB8A4ABB2BBC2CCD3DCE3E8ECEEF1F4F7CFB39898A1A8B0BAC4CDD6DDE3E7E9ECF1E7B28A929BA4ABB4BEC8D0D8DFE4E7E9ECF1DE95979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3CF8289919BA3ABB5BEC8CFD7DDE3E6E9EDF1D58289929BA3ACB5BEC7CFD6DCE2E6E9EDF1C68C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3CC8188909AA2AAB3BCC5CDD4DAE1E5E9EDF2BC82899199A2AAB2BCC5CDD5DCE2E7EAEFF4BF8F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7B5878E959EA6AEB6C0C8D0D8DEE5EAEEF2F7BE8C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9C49CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCCF949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDCC9AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFEC5ABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFBEA8AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFCCB4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
INSERT INTO "fingerprints" VALUES(2,X'37454A4E53575B61676B70767B7F78ECEFF3171D23293035393C3F4143464B4F49EAEEF1F5FE03070B0E0E0E0D0B07050404FFEBEEF1DDE6E9EBEEF0EEECE5DAD1D8DFE5EAEDF0F3C2CACED1D3D3D1CCC4C7CED5DDE4E9ECEFF2B3B7B8B7B7B5B7BEC5CCD3DBE2E8ECEEF0F4ADAEABB0B7BDC2C9CFD7DDE3E9EDF0F2F4F79F9EA0A7AEB5BAC1C9D1D7DFE4E9ECEEF0F4949BA2A9B0B7BDC4CCD3DAE0E5EAECEEF1F49FA6ADB3B9C0C6CDD3DAE0E5E9EDEFF1F3F6959CA2A8B0B7BDC4CCD3DADFE4E9ECEEF1F4959CA2A9B0B7BDC4CCD3D9DFE3E8EBEEF1F49EA4A9AFB7BDC3C9D1D7DCE1E5EAEDEFF2F6959BA1A7AFB6BCC3CAD2D8DDE2E7EBEEF1F5969CA2A8AFB5BCC3CBD1D8DEE3E8ECEFF2F69FA6ACB2B8BEC4CAD2D8DDE3E8ECF0F2F5F998A0A6ACB2B9BFC6CDD4DAE0E5EBEEF1F5F99DA5AAB0B6BDC3CAD1D7DDE2E7EDF0F3F7FBA9B1B5BBC0C6CCD2D9DEE3E7EBF0F4F7FAFDA3ABB0B6BCC2C8CFD6DCE1E6EAF0F4F7FAFDA8B0B4BAC1C7CDD3DAE0E4EAEEF4F7FAFDFEB6BDC1C7CDD3D8DEE4E9ECF1F4F9FBFDFEFFB3BBC0C6CDD3D9DFE5E9EDF1F5F9FBFDFEFFBCC4CAD0D6DCE1E6EBEFF2F5F8FCFDFEFFFF');
INSERT INTO "fingerprints" VALUES(3,X'16495B636A6D6E70706C64564020F6E7EBEF32454442433F372F24190EFFEAD8DFE4E9ED2608181C1B0FF8DEC2B4BCC5CFD8DFE5E9EE250FF0FCFADEBDADB5BDC4CDD6DEE4E9ECF018F0ECE1D4C19DA6AFB8C0CAD4DCE2E7EAEF06DEC7B7A79CA4ACB5BFC7D1DBE2E6E9ECF0FFC4A69BA4ABB2BBC2CCD3DCE3E8ECEEF1F4F9AD878F98A1A8B0BAC4CDD6DDE3E7E9ECF1F9888A929BA4ABB4BEC8D0D8DFE4E7E9ECF1E18F979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3E48289919BA3ABB5BEC8CFD7DDE3E6E9EDF1E68289929BA3ACB5BEC7CFD6DCE2E6E9EDF1DA8C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3D18188909AA2AAB3BCC5CDD4DAE1E5E9EDF2E082899199A2AAB2BCC5CDD5DCE2E7EAEFF4D88F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7DA878E959EA6AEB6C0C8D0D8DEE5EAEEF2F7E08C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9E99CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCF0949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDE29AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFEE6ABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFDEA8AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFE2B4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
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
INSERT INTO "jobs" VALUES(1,'j-nmlkgbizmrfu','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 3759666179, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1.79526521284286642073e+09,1.79526521931942272189e+09,'');
INSERT INTO "jobs" VALUES(2,'j-sfllhflhgkma','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 4107205025, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1795265223.04311,1.79526522976616573334e+09,'');
INSERT INTO "jobs" VALUES(3,'j-zjwgfpdboxdz','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 4022882926, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "layers": "none", "turns": 1, "roots": [], "loudness": null, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": "", "source": ""}','','','','',1.79526523292247056962e+09,1.79526523818741726872e+09,'');
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-dizajpjatvru');
INSERT INTO "pad_history" VALUES(2,'bass','s-okpjovydftir');
INSERT INTO "pad_history" VALUES(3,'kick','s-sbelakswtjgv');
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
INSERT INTO "pads" VALUES('kick','s-sbelakswtjgv');
INSERT INTO "pads" VALUES('bass','s-okpjovydftir');
CREATE TABLE sample_tags (
        tag     TEXT NOT NULL,
        sample  INTEGER NOT NULL REFERENCES samples (number) ON DELETE CASCADE,
        PRIMARY KEY (tag, sample)
    ) WITHOUT ROWID;
INSERT INTO "sample_tags" VALUES('bright',1);
INSERT INTO "sample_tags" VALUES('hard',1);
INSERT INTO "sample_tags" VALUES('kick',1);
INSERT INTO "sample_tags" VALUES('punchy',1);
INSERT INTO "sample_tags" VALUES('bass',2);
INSERT INTO "sample_tags" VALUES('dark',2);
INSERT INTO "sample_tags" VALUES('hard',2);
INSERT INTO "sample_tags" VALUES('round',2);
INSERT INTO "sample_tags" VALUES('synth',2);
INSERT INTO "sample_tags" VALUES('hard',3);
INSERT INTO "sample_tags" VALUES('kick',3);
INSERT INTO "sample_tags" VALUES('punchy',3);
CREATE TABLE sample_words (
        sample  INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        words   TEXT NOT NULL
    );
INSERT INTO "sample_words" VALUES(1,'kick punchy kick kick bright hard punchy');
INSERT INTO "sample_words" VALUES(2,'bass round synth bass bass dark hard round synth');
INSERT INTO "sample_words" VALUES(3,'kick punchy kick kick hard punchy');
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
INSERT INTO "samples" VALUES(1,'s-dizajpjatvru','j-nmlkgbizmrfu','t-rxlhbtqakexv','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-dizajpjatvru.wav','14411e0bb12562788f8ea4d46b015dd9d080da852158148313f736639ebda5c9',NULL,0.0,4.83916289007582822723e-01,6.13605442176870741199e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0118579696343628, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4649433106575964, "rule": "pass", "text": "sounds for 465 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.9211393594741821, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.4988662131519275, "rule": "pass", "text": "lasts 0.50 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.428341384863124, "rule": "pass", "text": "43 % of its length is loud"}, {"name": "family", "figure": 0.27178020083812504, "rule": "pass", "text": "73 % perc, 27 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.029206349206349208, "rule": "repair", "text": "29 ms of tail cut"}, {"name": "unpitched", "figure": 0.4839162890075828, "rule": "pass", "text": "no sure pitch: confidence 0.48, clarity 0.66; left as it is"}]',1.79526521894727826124e+09,1,0,0,NULL,NULL,'unsure',2.69443836761441,'perc',0.7821,1.06434206575737903225e+02,40.0,-8.92031983342903878053e+00,'["kick", "bright", "hard", "punchy"]','','',1,1);
INSERT INTO "samples" VALUES(2,'s-okpjovydftir','j-sfllhflhgkma','t-aduadzejppuo','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-okpjovydftir.wav','fda3fbb335293959ce67597d43e6c6297615fcf7ede52f69a3043f49347d7843',36,2.83261647759047718864e-02,9.98853718229931852867e-01,8.1315192743764175276e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0121976798831231, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.7792290249433107, "rule": "pass", "text": "sounds for 779 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.06296196579933167, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.7832199546485261, "rule": "pass", "text": "lasts 0.78 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9691976607657431, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": 0.0002832616477590477, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.022857142857142857, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "pitch", "figure": 0.9988537182299319, "rule": "pass", "text": "note 36 +0.0 cents, confidence 1.00"}, {"name": "asked-note", "figure": 0.0002832616477590477, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}, {"name": "loop", "figure": 8.528934403492022, "rule": "pass", "text": "no loop: it dies away by 9 dB a second"}]',1.79526522929708075519e+09,1,0,0,NULL,NULL,'note',-1.19095621754894409605e-03,'kick',0.9912,64.0012117165992,1.49719696922169731578e+01,-6.6911991677759408148e+00,'["bass", "dark", "hard", "round", "synth"]','','',1,1);
INSERT INTO "samples" VALUES(3,'s-sbelakswtjgv','j-zjwgfpdboxdz','t-adftvnypozqx','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-sbelakswtjgv.wav','82fe57f8527c447c1f348ffcbbbe6ee28d9c12cd01cc0e19e6ba068c14e6adfd',NULL,0.0,6.5908455068500437779e-01,7.08390022675736918955e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0122000067114623, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5278004535147393, "rule": "pass", "text": "sounds for 528 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8807777166366577, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5627210884353742, "rule": "pass", "text": "lasts 0.56 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4177215189873418, "rule": "pass", "text": "42 % of its length is loud"}, {"name": "family", "figure": 0.328987792404252, "rule": "pass", "text": "67 % perc, 33 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.028480725623582767, "rule": "repair", "text": "28 ms of tail cut"}, {"name": "unpitched", "figure": 0.6590845506850044, "rule": "pass", "text": "no sure pitch: confidence 0.66, clarity 0.77; left as it is"}]',1.79526523777123260495e+09,1,0,0,NULL,NULL,'note',3.92269490406241772006e+00,'perc',0.6774,8.84222005362535270513e+01,40.0,-9.10936147208292723576e+00,'["kick", "hard", "punchy"]','','',1,1);
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
INSERT INTO "takes" VALUES('t-rxlhbtqakexv','c-ubkeoieondwy','j-nmlkgbizmrfu',0,3759666179,'t-rxlhbtqakexv.take','[{"name": "silence", "figure": -1.0118579696343628, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4649433106575964, "rule": "pass", "text": "sounds for 465 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.9211393594741821, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.4988662131519275, "rule": "pass", "text": "lasts 0.50 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.428341384863124, "rule": "pass", "text": "43 % of its length is loud"}, {"name": "family", "figure": 0.27178020083812504, "rule": "pass", "text": "73 % perc, 27 % kick or its kin"}]',1,NULL);
INSERT INTO "takes" VALUES('t-aduadzejppuo','c-tetzpeymcerv','j-sfllhflhgkma',0,4107205025,'t-aduadzejppuo.take','[{"name": "silence", "figure": -1.0121976798831231, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.7792290249433107, "rule": "pass", "text": "sounds for 779 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.06296196579933167, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.7832199546485261, "rule": "pass", "text": "lasts 0.78 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9691976607657431, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": 0.0002832616477590477, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}]',1,NULL);
INSERT INTO "takes" VALUES('t-adftvnypozqx','c-gxnsohmrrrpq','j-zjwgfpdboxdz',0,4022882926,'t-adftvnypozqx.take','[{"name": "silence", "figure": -1.0122000067114623, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.5278004535147393, "rule": "pass", "text": "sounds for 528 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8807777166366577, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5627210884353742, "rule": "pass", "text": "lasts 0.56 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4177215189873418, "rule": "pass", "text": "42 % of its length is loud"}, {"name": "family", "figure": 0.328987792404252, "rule": "pass", "text": "67 % perc, 33 % kick or its kin"}]',1,NULL);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 6;
