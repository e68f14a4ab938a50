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
INSERT INTO "calls" VALUES('c-xbnwskngxyah','j-brijinzbvbso','synth',0,160248636,0.0,1.79526515641938209533e+09,'a6b8ceaee518b2e5',0.0,'takes','','sound','',1.79526516159506511691e+09);
INSERT INTO "calls" VALUES('c-icipmlhaudnj','j-utectzegleez','synth',0,412591898,0.0,1.79526516503330922126e+09,'826ce5976648a97e',0.0,'takes','','sound','',1.79526516999472165103e+09);
INSERT INTO "calls" VALUES('c-fipqpiqkiwmz','j-kdrisfwqobda','synth',0,1340072774,0.0,1.7952651736796216965e+09,'52176c3b889d910b',0.0,'takes','','sound','',1.79526517881874489784e+09);
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
INSERT INTO "events" VALUES(1,1.79526515640126395224e+09,'accepted','j-brijinzbvbso','kick','','','','','',0);
INSERT INTO "events" VALUES(2,1.79526516219125819207e+09,'sample','j-brijinzbvbso','kick','s-jcevqavppxak','','','','',0);
INSERT INTO "events" VALUES(3,1.79526516219137930873e+09,'ready','j-brijinzbvbso','kick','','','','','',0);
INSERT INTO "events" VALUES(4,1.79526516501083040233e+09,'accepted','j-utectzegleez','bass','','','','','',0);
INSERT INTO "events" VALUES(5,1.79526517051124238962e+09,'sample','j-utectzegleez','bass','s-cbsxzfeiuqxz','','','','',0);
INSERT INTO "events" VALUES(6,1.79526517051132845879e+09,'ready','j-utectzegleez','bass','','','','','',0);
INSERT INTO "events" VALUES(7,1.79526517364163374895e+09,'accepted','j-kdrisfwqobda','kick','','','','','',0);
INSERT INTO "events" VALUES(8,1.79526517925930356985e+09,'sample','j-kdrisfwqobda','kick','s-cxjdaknevbuq','','','','',0);
INSERT INTO "events" VALUES(9,1.79526517925941395755e+09,'ready','j-kdrisfwqobda','kick','','','','','',0);
CREATE TABLE fingerprints (
        sample       INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        fingerprint  BLOB NOT NULL
    );
INSERT INTO "fingerprints" VALUES(1,X'EC174357646B6D6F6D64553E1CDDE2E7EBEF1F454C4F514F49433A30210AE9D8DFE4E9ED2C1D081F2A291A03E2BDBCC5CFD8DFE5E9EE290320130307EFC4B5BDC4CDD6DEE4E9ECF01A1004FF02F0C5A6AFB8C0CAD4DCE2E7EAEF07FCF7E6E2C9A4ACB5BFC7D1DBE2E6E9ECF003F4DFD1C4ABB2BBC2CCD3DCE3E8ECEEF1F4FDE3CCB7A4A1A8B0BAC4CDD6DDE3E7E9ECF1FACAAA929BA4ABB4BEC8D0D8DFE4E7E9ECF1F1B6979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3E69E89919BA3ABB5BEC8CFD7DDE3E6E9EDF1CC8289929BA3ACB5BEC7CFD6DCE2E6E9EDF1D58C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3DC8188909AA2AAB3BCC5CDD4DAE1E5E9EDF2C382899199A2AAB2BCC5CDD5DCE2E7EAEFF4C68F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7CB878E959EA6AEB6C0C8D0D8DEE5EAEEF2F7D88C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9DC9CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCD0949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDD59AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFED7ABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFD4A8AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFDCB4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
INSERT INTO "fingerprints" VALUES(2,X'35444A4E52575A60666B70757A7D7F79EFF30F131E262B3030383E4144484B4F5557EEF1E1E6F0F8FBFFFE04090E15212F3E4949EEF1EAF2FB020406030608090B1014120802F0F3EFF5FD0100FFFBFCFBF8F7F5F0F10001EFF2E0E4E8E7E3E0D8D5CDCDD3DBE2E8ECEEF0F4B4B8BDBFBFC0C3C9CFD7DDE3E9EDF0F2F4F7BCBFC3C4BFBDBAC1C9D1D8DFE4E9ECEEF0F4ACAEADA9B0B7BDC4CCD3DAE0E6EAECEEF1F4A0A7ADB3BAC0C6CDD4DBE0E5E9EDEFF1F3F6969CA2A9B0B7BDC5CCD4DADFE4E9ECEEF1F4969DA2A9B0B7BDC5CCD3D9DFE3E8EBEEF1F49EA4A9AFB7BDC3CAD1D7DDE1E6EAEDEFF2F6959CA1A8AFB6BCC3CBD2D8DDE2E7EBEEF1F5969DA2A8AFB6BCC3CBD2D8DEE3E8ECEFF2F6A0A7ACB2B8BEC4CBD2D8DDE3E8ECF0F2F5F999A1A6ACB3B9BFC6CED4DAE0E5EBEEF2F5F99DA5AAB0B6BDC3CAD1D7DDE3E8EDF0F3F7FBA9B1B5BBC1C7CCD2D9DEE3E7ECF0F4F7FAFDA3ABB0B6BCC3C9CFD6DCE1E6EAF0F4F7FAFDA8B0B5BBC1C7CDD4DAE0E4EAEEF4F7FAFDFEB6BDC1C7CED3D9DEE4E9ECF1F4F9FBFDFEFFB3BBC0C7CDD3D9DFE5E9EDF1F5F9FBFDFEFFBCC4CAD1D6DCE1E7EBEFF2F5F8FCFDFEFFFF');
INSERT INTO "fingerprints" VALUES(3,X'16485B63686A67655E52402400DDE2E7EBEF334544413F382E22170BF9DED0D8DFE4E9ED280110130DFADCB9AAB4BCC5CFD8DFE5E9EE1F08E7EBE2B9A4ADB5BDC4CDD6DEE4E9ECF00DE6DBCBAF969DA6AFB8C0CAD4DCE3E7EAEFFBCDAF96959CA4ACB5BFC7D1DBE2E6E9ECF0EBB1939BA4ABB2BBC2CCD3DCE3E8ECEEF1F4ED8F878F98A1A8B0BAC4CDD6DDE3E7E9ECF1D9818A929BA4ABB4BEC8D0D8DFE4E7E9ECF1CB8F979EA7AFB6BFC8D1D8DEE3E8EAEDEFF3BE8289919BA3ABB5BEC8CFD7DDE3E6E9EDF1DC8289929BA3ACB5BEC7CFD6DCE2E6E9EDF1DF8C929AA3ABB2BBC4CCD3D9DEE4E8EBEEF3C58188909AA2AAB3BCC5CDD4DAE1E5E9EDF2DB82899199A2AAB2BCC5CDD5DCE2E7EAEFF4D48F959DA5ADB4BCC5CDD4DBE1E7EBEFF2F7D7878E959EA6AEB7C0C8D0D8DEE5EAEEF2F7DE8C939BA2ABB3BBC5CDD4DBE1E7ECF0F4F9EB9CA1A9AFB7BFC6CFD5DBE1E6ECF0F5F9FCDE949AA2AAB2BAC2CBD2D8DFE4EBF0F5F9FDD79AA0A8B0B8BFC8D0D7DDE4EAF0F5F9FCFEDEABB1B8C0C7CED5DDE2E7EDF1F7FAFCFEFFD7A9AFB7BFC7CED6DDE3E8EDF2F7FAFCFEFFD5B4BBC4CBD3D9E0E6EAEFF3F6FAFCFEFEFF');
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
INSERT INTO "jobs" VALUES(1,'j-brijinzbvbso','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 160248636, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526515640126395224e+09,1.79526516219137930873e+09,'');
INSERT INTO "jobs" VALUES(2,'j-utectzegleez','ready','bass','command','pad','{"prompt": "round synth bass", "model": "synth", "seed": 412591898, "family": "bass", "mapping": "keys", "negative": "", "seconds": null, "note": 36, "pad_note": 48, "energy": 1.0, "count": 1, "pad": "bass", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526516501083040233e+09,1.79526517051132845879e+09,'');
INSERT INTO "jobs" VALUES(3,'j-kdrisfwqobda','ready','kick','command','pad','{"prompt": "punchy kick", "model": "synth", "seed": 1340072774, "family": "kick", "mapping": "drum", "negative": "", "seconds": null, "note": null, "pad_note": 36, "energy": 1.0, "count": 1, "pad": "kick", "targets": [], "shape": [], "bpm": null, "key": "", "audio": "", "audio_use": null, "strength": null, "image": "", "inputs": [], "enhance": "always", "fallback": ""}','','','','',1.79526517364163374895e+09,1.79526517925941395755e+09,'');
CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pad_history" VALUES(1,'kick','s-jcevqavppxak');
INSERT INTO "pad_history" VALUES(2,'bass','s-cbsxzfeiuqxz');
INSERT INTO "pad_history" VALUES(3,'kick','s-cxjdaknevbuq');
CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
INSERT INTO "pads" VALUES('kick','s-cxjdaknevbuq');
INSERT INTO "pads" VALUES('bass','s-cbsxzfeiuqxz');
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
INSERT INTO "sample_tags" VALUES('bright',3);
INSERT INTO "sample_tags" VALUES('hard',3);
INSERT INTO "sample_tags" VALUES('kick',3);
INSERT INTO "sample_tags" VALUES('punchy',3);
CREATE TABLE sample_words (
        sample  INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        words   TEXT NOT NULL
    );
INSERT INTO "sample_words" VALUES(1,'kick punchy kick kick bright hard punchy');
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
    , loop_start INTEGER, loop_end INTEGER, tone TEXT, glide REAL, heard TEXT, heard_share REAL, brightness REAL, hardness REAL, loudness REAL, tags TEXT NOT NULL DEFAULT '[]', duplicate_of TEXT NOT NULL DEFAULT '');
INSERT INTO "samples" VALUES(1,'s-jcevqavppxak','j-brijinzbvbso','t-mkoahvliexvb','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-jcevqavppxak.wav','11c250d3c0a1bde0ad9c4d15664bb987976e88ee5e5fd89ed308a9fe6ee3eaed',NULL,0.0,5.49480044292436242692e-01,5.23809523809523835957e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0118387740751138, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.41006802721088437, "rule": "pass", "text": "sounds for 410 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.152605652809143, "rule": "pass", "text": "0 syllables, brightness wanders by 1.2 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.433015873015873, "rule": "pass", "text": "lasts 0.43 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4675572519083969, "rule": "pass", "text": "47 % of its length is loud"}, {"name": "family", "figure": 0.14530293515980564, "rule": "pass", "text": "85 % perc, 15 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.022789115646258504, "rule": "repair", "text": "23 ms of tail cut"}, {"name": "unpitched", "figure": 0.5494800442924362, "rule": "pass", "text": "no sure pitch: confidence 0.55, clarity 0.70; left as it is"}]',1.79526516209530353539e+09,1,0,0,NULL,NULL,'unsure',3.59594857940236778404e+00,'perc',0.8589,1.24767224835949562587e+02,3.92364940990358306294e+01,-8.23026912283408762505e+00,'["kick", "bright", "hard", "punchy"]','');
INSERT INTO "samples" VALUES(2,'s-cbsxzfeiuqxz','j-utectzegleez','t-vrqojvsskbse','bass',48,'bass','keys','round synth bass','samples/bass/bass_round-synth-bass_C_036_s-cbsxzfeiuqxz.wav','52bbcd59ea80dd74aa5204c7677f66d6255a3f3d32366a6e0925a5faca0562b0',36,-4.2255626492249120929e-02,9.99293166215526329487e-01,1.04263038548752828837e+00,-1.0,1,44100,'[{"name": "silence", "figure": -0.9695604144186112, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.0156916099773243, "rule": "pass", "text": "sounds for 1016 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.05425865948200226, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.0266666666666668, "rule": "pass", "text": "lasts 1.03 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9666131771002516, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0004225562649224912, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.031337868480725624, "rule": "repair", "text": "31 ms of tail cut"}, {"name": "pitch", "figure": 0.9992931662155263, "rule": "pass", "text": "note 36 -0.0 cents, confidence 1.00"}, {"name": "asked-note", "figure": -0.0004225562649224912, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}, {"name": "loop", "figure": 7.04087145115887, "rule": "pass", "text": "no loop: it dies away by 7 dB a second"}]',1.79526517046738243099e+09,1,0,0,NULL,NULL,'note',-4.17518295209617917862e-03,'kick',0.6897,6.4029492734049540557e+01,1.38068853285189945272e+01,-8.03910805659867300221e+00,'["bass", "dark", "hard", "round", "synth"]','');
INSERT INTO "samples" VALUES(3,'s-cxjdaknevbuq','j-kdrisfwqobda','t-uhmrzsshnift','kick',36,'kick','drum','punchy kick','samples/kick/kick_punchy-kick_s-cxjdaknevbuq.wav','d62b45b746b181b3cd95d29bf17f244ddde2a15143d66e81144d518f0d57f1ec',NULL,0.0,4.62305885669533289661e-01,4.58956916099773237771e-01,-1.0,1,44100,'[{"name": "silence", "figure": -1.0120900647535218, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.337233560090703, "rule": "pass", "text": "sounds for 337 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8630192875862122, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.3591836734693878, "rule": "pass", "text": "lasts 0.36 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4148471615720524, "rule": "pass", "text": "41 % of its length is loud"}, {"name": "family", "figure": 0.30535249537409204, "rule": "pass", "text": "69 % perc, 31 % kick or its kin"}, {"name": "mono", "figure": -150.0, "rule": "pass", "text": "came as mono"}, {"name": "lead-in", "figure": 0.0, "rule": "pass", "text": "0 ms of lead-in cut"}, {"name": "tail", "figure": 0.022086167800453516, "rule": "repair", "text": "22 ms of tail cut"}, {"name": "unpitched", "figure": 0.4623058856695333, "rule": "pass", "text": "no sure pitch: confidence 0.46, clarity 0.75; left as it is"}]',1.79526517920322465898e+09,1,0,0,NULL,NULL,'note',4.14134006036578483644e+00,'perc',0.7159,1.02827131007670331537e+02,40.0,-1.08599236795880020882e+01,'["kick", "bright", "hard", "punchy"]','');
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
INSERT INTO "takes" VALUES('t-mkoahvliexvb','c-xbnwskngxyah','j-brijinzbvbso',0,160248636,'t-mkoahvliexvb.take','[{"name": "silence", "figure": -1.0118387740751138, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.41006802721088437, "rule": "pass", "text": "sounds for 410 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 1.152605652809143, "rule": "pass", "text": "0 syllables, brightness wanders by 1.2 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.433015873015873, "rule": "pass", "text": "lasts 0.43 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4675572519083969, "rule": "pass", "text": "47 % of its length is loud"}, {"name": "family", "figure": 0.14530293515980564, "rule": "pass", "text": "85 % perc, 15 % kick or its kin"}]',1);
INSERT INTO "takes" VALUES('t-vrqojvsskbse','c-icipmlhaudnj','j-utectzegleez',0,412591898,'t-vrqojvsskbse.take','[{"name": "silence", "figure": -0.9695604144186112, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 1.0156916099773243, "rule": "pass", "text": "sounds for 1016 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.05425865948200226, "rule": "pass", "text": "0 syllables, brightness wanders by 0.1 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 1.0266666666666668, "rule": "pass", "text": "lasts 1.03 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.9666131771002516, "rule": "pass", "text": "97 % of the power is in tones"}, {"name": "asked-note", "figure": -0.0004225562649224912, "rule": "pass", "text": "note 36 was asked, the sound came -0.00 semitones from it"}]',1);
INSERT INTO "takes" VALUES('t-uhmrzsshnift','c-fipqpiqkiwmz','j-kdrisfwqobda',0,1340072774,'t-uhmrzsshnift.take','[{"name": "silence", "figure": -1.0120900647535218, "rule": "pass", "text": "peak -1.0 dBFS"}, {"name": "active", "figure": 0.337233560090703, "rule": "pass", "text": "sounds for 337 ms"}, {"name": "dc", "figure": -150.0, "rule": "pass", "text": "offset -150 dB under the peak"}, {"name": "speech", "figure": 0.8630192875862122, "rule": "pass", "text": "0 syllables, brightness wanders by 0.9 bands"}, {"name": "hits", "figure": 1, "rule": "pass", "text": "one hit"}, {"name": "length", "figure": 0.3591836734693878, "rule": "pass", "text": "lasts 0.36 s"}, {"name": "clipping", "figure": 0.0, "rule": "pass", "text": "0.0 % of the samples are clipped"}, {"name": "noise", "figure": 0.4148471615720524, "rule": "pass", "text": "41 % of its length is loud"}, {"name": "family", "figure": 0.30535249537409204, "rule": "pass", "text": "69 % perc, 31 % kick or its kin"}]',1);
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
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('jobs',3);
INSERT INTO "sqlite_sequence" VALUES('events',9);
INSERT INTO "sqlite_sequence" VALUES('samples',3);
INSERT INTO "sqlite_sequence" VALUES('pad_history',3);
COMMIT;
PRAGMA user_version = 4;
