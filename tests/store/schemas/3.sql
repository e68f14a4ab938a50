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
    , purpose TEXT NOT NULL DEFAULT 'sound', answer TEXT NOT NULL DEFAULT '', ended REAL NOT NULL DEFAULT 0);
INSERT INTO "calls" VALUES('c-xujmyypbjinl','j-pepumtzcuglr','synth',0,1343484765,0.0,1.79526513338473629952e+09,'fc2ada888817cc7d',0.0,'takes','','sound','',1.79526513760271573061e+09);
INSERT INTO "calls" VALUES('c-srwmsigyvske','j-ttdtqzelhjyh','synth',0,1325387216,0.0,1.79526514019523215298e+09,'02e85de1d0b3ab3a',0.0,'takes','','sound','',1.79526514464298701289e+09);
INSERT INTO "calls" VALUES('c-khkdekrvdcsg','j-arteatcffvez','synth',0,1407804134,0.0,1.79526514703189563754e+09,'9894fa557a67bb6a',0.0,'takes','','sound','',1.79526515254672098167e+09);
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
INSERT INTO "events" VALUES(1,1.79526513337630462649e+09,'accepted','j-pepumtzcuglr','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79526513806723451611e+09,'sample','j-pepumtzcuglr','kick','s-sgqjjtazuldz','','','','',0);
INSERT INTO "events" VALUES(3,1.79526513806732463838e+09,'ready','j-pepumtzcuglr','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.79526514018023777008e+09,'accepted','j-ttdtqzelhjyh','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526514498698401447e+09,'sample','j-ttdtqzelhjyh','bass','s-lbdbfcmblymo','','','','',0);
INSERT INTO "events" VALUES(6,1.79526514498707056048e+09,'ready','j-ttdtqzelhjyh','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.79526514702394747726e+09,'accepted','j-arteatcffvez','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526515303562235826e+09,'sample','j-arteatcffvez','kick','s-vuygxamjskei','','','','',0);
INSERT INTO "events" VALUES(9,1.79526515303573918347e+09,'ready','j-arteatcffvez','kick','','','','','',0);
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
INSERT INTO "jobs" VALUES(1,'j-pepumtzcuglr','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 1343484765, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526513337630462649e+09,1.79526513806732463838e+09,'');
INSERT INTO "jobs" VALUES(2,'j-ttdtqzelhjyh','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 1325387216, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526514018023777008e+09,1.79526514498707056048e+09,'');
INSERT INTO "jobs" VALUES(3,'j-arteatcffvez','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 1407804134, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526514702394747726e+09,1.79526515303573918347e+09,'');
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-sgqjjtazuldz');
INSERT INTO "pad_history" VALUES(2,'bass','s-lbdbfcmblymo');
INSERT INTO "pad_history" VALUES(3,'kick','s-vuygxamjskei');
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-vuygxamjskei');
INSERT INTO "pads" VALUES('bass','s-lbdbfcmblymo');
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
INSERT INTO "samples" VALUES(1,'s-sgqjjtazuldz','j-pepumtzcuglr','t-ibquwlvvdqxs','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-sgqjjtazuldz.wav','a3e71da0e214e65944956988c35b650037a750a904243d0afc74100c02c1e2b6',NULL,0.0,4.44496215670391658925e-01,4.43990929705215420231e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0119591832846706, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.3432199546485261, "rule": "pass", "text": "sounds for 343 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8885197639465332, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.36417233560090706, "rule": "pass", "text": "lasts 0.36 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4519015659955257, "rule": "pass", "text": "45 % of its length is loud"}, {"name": "family", "figure": 0.4545234427930114, "rule": "pass", "text": "54 % perc, 45 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.025941043083900227, "rule": "repair", "text": "26 ms of tail cut"}, {"name": "unpitched", "figure": 0.44449621567039166, "rule": "pass", "text": "no sure pitch: confidence 0.44, clarity 0.73; left as it is"}]',1.79526513802175736425e+09,1,0,0,NULL,NULL);
INSERT INTO "samples" VALUES(2,'s-lbdbfcmblymo','j-ttdtqzelhjyh','t-uymrbfzyuoga','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-lbdbfcmblymo.wav','2d54c384aaa50aa81c42483551b115b2a586a89f2a50c934b83ab5f6a08ed7a5',36,-4.68363235498259200539e-02,9.99021543793029209723e-01,8.63038548752834477895e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0076173633752892, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.8301133786848073, "rule": "pass", "text": "sounds for 830 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.034398403018713, "rule": "pass", "text": "0 syllables, brightness wanders by 0.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.8311111111111111, "rule": "pass", "text": "lasts 0.83 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9728170540597956, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0004683632354982592, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.024217687074829932, "rule": "repair", "text": "24 ms of tail cut"}, {"name": "pitch", "figure": 0.9990215437930292, "rule": "pass", "text": "note 36 -0.0 cents, confidence 1.00"}, {"name": "asked-note", "figure": -0.0004683632354982592, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "loop", "figure": 8.942145037048157, "rule": "pass", "text": "no loop: it dies away by 9 dB a second"}]',1.79526514492845726015e+09,1,0,0,NULL,NULL);
INSERT INTO "samples" VALUES(3,'s-vuygxamjskei','j-arteatcffvez','t-wleurqshfnun','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-vuygxamjskei.wav','46b58abd2c486a94fbb870dc5461e2682e76165fe51852fc59f3169937bb2c0a',NULL,0.0,6.01326560825383382713e-01,6.03628117913832196173e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.01220466037001, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.46893424036281184, "rule": "pass", "text": "sounds for 469 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.015748143196106, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.49287981859410435, "rule": "pass", "text": "lasts 0.49 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.44098360655737706, "rule": "pass", "text": "44 % of its length is loud"}, {"name": "family", "figure": 0.25359348420392563, "rule": "pass", "text": "74 % perc, 25 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.02528344671201814, "rule": "repair", "text": "25 ms of tail cut"}, {"name": "unpitched", "figure": 0.6013265608253834, "rule": "pass", "text": "no sure pitch: confidence 0.60, clarity 0.74; left as it is"}]',1.79526515295130896562e+09,1,0,0,NULL,NULL);
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
INSERT INTO "takes" VALUES('t-ibquwlvvdqxs','c-xujmyypbjinl','j-pepumtzcuglr',0,1343484765,'t-ibquwlvvdqxs.take','[{"name": "silence", "figure": -1.0119591832846706, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.3432199546485261, "rule": "pass", "text": "sounds for 343 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8885197639465332, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.36417233560090706, "rule": "pass", "text": "lasts 0.36 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4519015659955257, "rule": "pass", "text": "45 % of its length is loud"}, {"name": "family", "figure": 0.4545234427930114, "rule": "pass", "text": "54 % perc, 45 % kick or its kin"}]',1);
INSERT INTO "takes" VALUES('t-uymrbfzyuoga','c-srwmsigyvske','j-ttdtqzelhjyh',0,1325387216,'t-uymrbfzyuoga.take','[{"name": "silence", "figure": -1.0076173633752892, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.8301133786848073, "rule": "pass", "text": "sounds for 830 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.034398403018713, "rule": "pass", "text": "0 syllables, brightness wanders by 0.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.8311111111111111, "rule": "pass", "text": "lasts 0.83 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9728170540597956, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0004683632354982592, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}]',1);
INSERT INTO "takes" VALUES('t-wleurqshfnun','c-khkdekrvdcsg','j-arteatcffvez',0,1407804134,'t-wleurqshfnun.take','[{"name": "silence", "figure": -1.01220466037001, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.46893424036281184, "rule": "pass", "text": "sounds for 469 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.015748143196106, "rule": "pass", "text": "0 syllables, brightness wanders by 1.0 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.49287981859410435, "rule": "pass", "text": "lasts 0.49 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.44098360655737706, "rule": "pass", "text": "44 % of its length is loud"}, {"name": "family", "figure": 0.25359348420392563, "rule": "pass", "text": "74 % perc, 25 % kick or its kin"}]',1);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 3;
