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
INSERT INTO "calls" VALUES('c-uvfasekvvokb','j-qjzyfzrgwbty','synth',0,3523087457,0.0,1.79526511682475900652e+09,'070f5731afefd1ae',0.0,'takes','');
INSERT INTO "calls" VALUES('c-gmanhsqpxkpr','j-ljdzguldyokz','synth',0,3492723739,0.0,1.79526512295567846301e+09,'e6bea3719a39a210',0.0,'takes','');
INSERT INTO "calls" VALUES('c-frqpnnrwtjdo','j-wlfdelnaohqp','synth',0,4205145241,0.0,1.7952651286644511222e+09,'4d8fd015d395ec7d',0.0,'takes','');
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
INSERT INTO "events" VALUES(1,1.79526511681259703639e+09,'accepted','j-qjzyfzrgwbty','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79526512131118750571e+09,'sample','j-qjzyfzrgwbty','kick','s-yxfdqbfwtbaa','','','','',0);
INSERT INTO "events" VALUES(3,1.7952651213112721443e+09,'ready','j-qjzyfzrgwbty','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.79526512294234824184e+09,'accepted','j-ljdzguldyokz','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526512737107753758e+09,'sample','j-ljdzguldyokz','bass','s-qyhjaxuuopum','','','','',0);
INSERT INTO "events" VALUES(6,1.79526512737115931514e+09,'ready','j-ljdzguldyokz','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.79526512864793825153e+09,'accepted','j-wlfdelnaohqp','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526513158729124071e+09,'sample','j-wlfdelnaohqp','kick','s-zbvxryticvhg','','','','',0);
INSERT INTO "events" VALUES(9,1.79526513158738255503e+09,'ready','j-wlfdelnaohqp','kick','','','','','',0);
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
INSERT INTO "jobs" VALUES(1,'j-qjzyfzrgwbty','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 3523087457, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "never", "fallback": ""}','','','','',1.79526511681259703639e+09,1.7952651213112721443e+09);
INSERT INTO "jobs" VALUES(2,'j-ljdzguldyokz','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 3492723739, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "never", "fallback": ""}','','','','',1.79526512294234824184e+09,1.79526512737115931514e+09);
INSERT INTO "jobs" VALUES(3,'j-wlfdelnaohqp','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 4205145241, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "never", "fallback": ""}','','','','',1.79526512864793825153e+09,1.79526513158738255503e+09);
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-yxfdqbfwtbaa');
INSERT INTO "pad_history" VALUES(2,'bass','s-qyhjaxuuopum');
INSERT INTO "pad_history" VALUES(3,'kick','s-zbvxryticvhg');
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-zbvxryticvhg');
INSERT INTO "pads" VALUES('bass','s-qyhjaxuuopum');
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
    , loop_start INTEGER, loop_end INTEGER);
INSERT INTO "samples" VALUES(1,'s-yxfdqbfwtbaa','j-qjzyfzrgwbty','t-fqztchgwpkbl','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-yxfdqbfwtbaa.wav','c373366ad7329da88ef256022d1c0679319c02f71d5145ddd01e2909af346dde',NULL,0.0,6.08731466295081902195e-01,6.53514739229024921307e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0120987902549001, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.47292517006802726, "rule": "pass", "text": "sounds for 473 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.7510180473327637, "rule": "pass", "text": "0 syllables, brightness wanders by 0.8 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5098412698412699, "rule": "pass", "text": "lasts 0.51 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.39176829268292684, "rule": "pass", "text": "39 % of its length is loud"}, {"name": "family", "figure": 0.47329260943799234, "rule": "pass", "text": "53 % perc, 47 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.0272562358276644, "rule": "repair", "text": "27 ms of tail cut"}, {"name": "unpitched", "figure": 0.6087314662950819, "rule": "pass", "text": "no sure pitch: confidence 0.61, clarity 0.76; left as it is"}]',1.79526512126725125307e+09,1,0,0,NULL,NULL);
INSERT INTO "samples" VALUES(2,'s-qyhjaxuuopum','j-ljdzguldyokz','t-ugojaxhtzpyg','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-qyhjaxuuopum.wav','e25bbab5916ddac97c01bf28c0fd54f39ca54fd9907f1295343ab04992261505',36,-1.88914159254238711582e-01,9.99312246885075694535e-01,1.04263038548752828837e+00,-1.0,1,44100,'[{"name": "silence", "figure": -0.9693201914536996, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.0156916099773243, "rule": "pass", "text": "sounds for 1016 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.08513333648443222, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.0266666666666668, "rule": "pass", "text": "lasts 1.03 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9493673795053023, "rule": "pass", "text": "95 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0018891415925423871, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.03142857142857143, "rule": "repair", "text": "31 ms of tail cut"}, {"name": "pitch", "figure": 0.9993122468850757, "rule": "pass", "text": "note 36 -0.2 cents, confidence 1.00"}, {"name": "asked-note", "figure": -0.0018891415925423871, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "loop", "figure": 7.1931177715189065, "rule": "pass", "text": "no loop: it dies away by 7 dB a second"}]',1.79526512731185102465e+09,1,0,0,NULL,NULL);
INSERT INTO "samples" VALUES(3,'s-zbvxryticvhg','j-wlfdelnaohqp','t-lmdmcjcgoeyj','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-zbvxryticvhg.wav','e54e023dba08aab885dc735b48f62ca357064960ef6fd6871f45e21fae9df38e',NULL,0.0,3.51433067480738881016e-01,4.83900226757369600338e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0120318949683336, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.37514739229024946, "rule": "pass", "text": "sounds for 375 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.2850967645645142, "rule": "pass", "text": "0 syllables, brightness wanders by 1.3 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.39510204081632655, "rule": "pass", "text": "lasts 0.40 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.43917525773195876, "rule": "pass", "text": "44 % of its length is loud"}, {"name": "family", "figure": 0.15444947002265705, "rule": "pass", "text": "84 % perc, 15 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.022630385487528343, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "unpitched", "figure": 0.3514330674807389, "rule": "pass", "text": "no sure pitch: confidence 0.35, clarity 0.64; left as it is"}]',1.79526513154151964183e+09,1,0,0,NULL,NULL);
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
INSERT INTO "takes" VALUES('t-fqztchgwpkbl','c-uvfasekvvokb','j-qjzyfzrgwbty',0,3523087457,'t-fqztchgwpkbl.take','[{"name": "silence", "figure": -1.0120987902549001, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.47292517006802726, "rule": "pass", "text": "sounds for 473 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.7510180473327637, "rule": "pass", "text": "0 syllables, brightness wanders by 0.8 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.5098412698412699, "rule": "pass", "text": "lasts 0.51 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.39176829268292684, "rule": "pass", "text": "39 % of its length is loud"}, {"name": "family", "figure": 0.47329260943799234, "rule": "pass", "text": "53 % perc, 47 % kick or its kin"}]',1);
INSERT INTO "takes" VALUES('t-ugojaxhtzpyg','c-gmanhsqpxkpr','j-ljdzguldyokz',0,3492723739,'t-ugojaxhtzpyg.take','[{"name": "silence", "figure": -0.9693201914536996, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.0156916099773243, "rule": "pass", "text": "sounds for 1016 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.08513333648443222, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.0266666666666668, "rule": "pass", "text": "lasts 1.03 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9493673795053023, "rule": "pass", "text": "95 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0018891415925423871, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}]',1);
INSERT INTO "takes" VALUES('t-lmdmcjcgoeyj','c-frqpnnrwtjdo','j-wlfdelnaohqp',0,4205145241,'t-lmdmcjcgoeyj.take','[{"name": "silence", "figure": -1.0120318949683336, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.37514739229024946, "rule": "pass", "text": "sounds for 375 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.2850967645645142, "rule": "pass", "text": "0 syllables, brightness wanders by 1.3 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.39510204081632655, "rule": "pass", "text": "lasts 0.40 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.43917525773195876, "rule": "pass", "text": "44 % of its length is loud"}, {"name": "family", "figure": 0.15444947002265705, "rule": "pass", "text": "84 % perc, 15 % kick or its kin"}]',1);
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
PRAGMA user_version = 2;
