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
    );
INSERT INTO "calls" VALUES('c-dprftvonoknv','j-hzheuaxyxleq','synth',0,3417799686,0.0,1.79526509788432240481e+09,'80bbaf3c99c70935',0.0,'takes','');
INSERT INTO "calls" VALUES('c-tooeizohmasv','j-mgrnfayynrap','synth',0,898463783,0.0,1.7952651049025835991e+09,'9c8736f4e3fc2c0c',0.0,'takes','');
INSERT INTO "calls" VALUES('c-olpmowcxvnuj','j-whgpqkpruchg','synth',0,2282991495,0.0,1.79526511164114212985e+09,'c5cbfd1054ead885',0.0,'takes','');
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
        reason   TEXT NOT NULL DEFAULT '',
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
INSERT INTO "events" VALUES(1,1.79526509787241864198e+09,'accepted','j-hzheuaxyxleq','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79526510303949260712e+09,'sample','j-hzheuaxyxleq','kick','s-gtuwvaubrqwn','','','','',0);
INSERT INTO "events" VALUES(3,1.79526510303960514067e+09,'ready','j-hzheuaxyxleq','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.7952651048817360401e+09,'accepted','j-mgrnfayynrap','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526510978720498087e+09,'sample','j-mgrnfayynrap','bass','s-dvlwfcrveelc','','','','',0);
INSERT INTO "events" VALUES(6,1.79526510978731060029e+09,'ready','j-mgrnfayynrap','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.79526511162216019634e+09,'accepted','j-whgpqkpruchg','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526511486720752718e+09,'sample','j-whgpqkpruchg','kick','s-ynerlcmdadap','','','','',0);
INSERT INTO "events" VALUES(9,1.79526511486728954317e+09,'ready','j-whgpqkpruchg','kick','','','','','',0);
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
    );
INSERT INTO "jobs" VALUES(1,'j-hzheuaxyxleq','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 3417799686, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": []}','','','','',1.79526509787241864198e+09,1.79526510303960514067e+09);
INSERT INTO "jobs" VALUES(2,'j-mgrnfayynrap','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 898463783, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "pad": "bass", "targets": [], "shape": []}','','','','',1.7952651048817360401e+09,1.79526510978731060029e+09);
INSERT INTO "jobs" VALUES(3,'j-whgpqkpruchg','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 2282991495, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": []}','','','','',1.79526511162216019634e+09,1.79526511486728954317e+09);
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-gtuwvaubrqwn');
INSERT INTO "pad_history" VALUES(2,'bass','s-dvlwfcrveelc');
INSERT INTO "pad_history" VALUES(3,'kick','s-ynerlcmdadap');
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-ynerlcmdadap');
INSERT INTO "pads" VALUES('bass','s-dvlwfcrveelc');
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
    );
INSERT INTO "samples" VALUES(1,'s-gtuwvaubrqwn','j-hzheuaxyxleq','t-fojwkwhudlys','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-gtuwvaubrqwn.wav','a6d88371495afe7afb5ac6f0951b9857e904064b6fcec69634964b89a8a30f37',NULL,0.0,0.711380465242961,0.563718820861678,-1.0,1,44100,'[{"name": "silence", "figure": -1.012239562888593, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4380045351473923, "rule": "pass", "text": "sounds for 438 ms"}, {"name": "length", "figure": 0.4659410430839003, "rule": "pass", "text": "lasts 0.47 s; at least 0.10 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.023424036281179138, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "unpitched", "figure": 0.711380465242961, "rule": "pass", "text": "no sure pitch: confidence 0.71, clarity 0.82; left as it is"}]',1.79526510297013163573e+09,1,0,0);
INSERT INTO "samples" VALUES(2,'s-dvlwfcrveelc','j-mgrnfayynrap','t-vweqgyrzfzvh','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-dvlwfcrveelc.wav','83d20a8ac4745f35cd0e07829719c163fa063d34047e0c93b258e34cae01f229',36,2.97815506755227943358e-02,9.99457466535717320432e-01,1.19727891156462584731e+00,-1.0,1,44100,'[{"name": "silence", "figure": -0.9964436436360888, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.1673469387755102, "rule": "pass", "text": "sounds for 1167 ms"}, {"name": "length", "figure": 1.1723356009070296, "rule": "pass", "text": "lasts 1.17 s; at least 0.20 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 9.223730814639905e-05, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.03192743764172336, "rule": "repair", "text": "32 ms of tail cut"}, {"name": "pitch", "figure": 0.9994574665357173, "rule": "pass", "text": "note 36 +0.0 cents, confidence 1.00"}, {"name": "asked-note", "figure": 0.00029781550675522794, "rule": "pass", "text": "note 36 was asked, the sound came +0.00 semitones from it"}]',1.79526510973129081729e+09,1,0,0);
INSERT INTO "samples" VALUES(3,'s-ynerlcmdadap','j-whgpqkpruchg','t-qjubexeminul','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-ynerlcmdadap.wav','532ca50e4406f3112b3409b4e07fd06e8bdd973e319463a2dc928a63bb9b6ae4',NULL,0.0,4.5975113303526865538e-01,5.93650793650793651146e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.012199425004319, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.44, "rule": "pass", "text": "sounds for 440 ms"}, {"name": "length", "figure": 0.4699319727891157, "rule": "pass", "text": "lasts 0.47 s; at least 0.10 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.02997732426303855, "rule": "repair", "text": "30 ms of tail cut"}, {"name": "unpitched", "figure": 0.45975113303526866, "rule": "pass", "text": "no sure pitch: confidence 0.46, clarity 0.66; left as it is"}]',1.79526511478711175919e+09,1,0,0);
CREATE TABLE takes (
        id        TEXT PRIMARY KEY,
        call      TEXT NOT NULL REFERENCES calls (id),
        job       TEXT NOT NULL REFERENCES jobs (id),
        position  INTEGER NOT NULL,
        seed      INTEGER NOT NULL,
        file      TEXT NOT NULL,
        verdicts  TEXT NOT NULL DEFAULT '[]',
        good      INTEGER
    );
INSERT INTO "takes" VALUES('t-fojwkwhudlys','c-dprftvonoknv','j-hzheuaxyxleq',0,3417799686,'t-fojwkwhudlys.take','[{"name": "silence", "figure": -1.012239562888593, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.4380045351473923, "rule": "pass", "text": "sounds for 438 ms"}, {"name": "length", "figure": 0.4659410430839003, "rule": "pass", "text": "lasts 0.47 s; at least 0.10 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}]',1);
INSERT INTO "takes" VALUES('t-vweqgyrzfzvh','c-tooeizohmasv','j-mgrnfayynrap',0,898463783,'t-vweqgyrzfzvh.take','[{"name": "silence", "figure": -0.9964436436360888, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.1673469387755102, "rule": "pass", "text": "sounds for 1167 ms"}, {"name": "length", "figure": 1.1723356009070296, "rule": "pass", "text": "lasts 1.17 s; at least 0.20 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 9.223730814639905e-05, "rule": "pass", "text": "0.0 % of the samples are clipped"}]',1);
INSERT INTO "takes" VALUES('t-qjubexeminul','c-olpmowcxvnuj','j-whgpqkpruchg',0,2282991495,'t-qjubexeminul.take','[{"name": "silence", "figure": -1.012199425004319, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.44, "rule": "pass", "text": "sounds for 440 ms"}, {"name": "length", "figure": 0.4699319727891157, "rule": "pass", "text": "lasts 0.47 s; at least 0.10 s is usual"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}]',1);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 1;
