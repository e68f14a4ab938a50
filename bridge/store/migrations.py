"""The schema, as the steps that led to it. Append; never change a step that was released.

`bridge.store.searching` lends the steps its functions `tags_of`, `tag_key` and `words_of`.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
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
    CREATE INDEX jobs_unfinished ON jobs (number) WHERE state NOT IN ('ready', 'failed', 'cancelled');
    CREATE INDEX jobs_by_ref ON jobs (ref, created) WHERE ref <> '';
    CREATE INDEX jobs_by_pad ON jobs (pad, number);

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
    CREATE INDEX calls_by_job ON calls (job);

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
    CREATE INDEX takes_by_job ON takes (job);

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
    CREATE INDEX samples_by_job ON samples (job);
    CREATE INDEX samples_by_pad ON samples (pad, number);
    CREATE INDEX samples_by_family ON samples (family, number);

    CREATE TABLE pads (
        pad      TEXT PRIMARY KEY,
        current  TEXT NOT NULL REFERENCES samples (id)
    );
    CREATE TABLE pad_history (
        number  INTEGER PRIMARY KEY AUTOINCREMENT,
        pad     TEXT NOT NULL,
        sample  TEXT NOT NULL REFERENCES samples (id)
    );
    CREATE INDEX pad_history_by_pad ON pad_history (pad, number);

    CREATE TABLE hosts (
        host      TEXT PRIMARY KEY,
        attached  REAL NOT NULL,
        seen      REAL NOT NULL,
        next_seq  INTEGER NOT NULL DEFAULT 1
    );
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
    CREATE INDEX deliveries_waiting ON deliveries (host, seq) WHERE state = 'waiting';

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
    """,
    """
    ALTER TABLE samples ADD COLUMN loop_start INTEGER;
    ALTER TABLE samples ADD COLUMN loop_end INTEGER;
    """,
    """
    ALTER TABLE calls ADD COLUMN purpose TEXT NOT NULL DEFAULT 'sound';
    ALTER TABLE calls ADD COLUMN answer TEXT NOT NULL DEFAULT '';
    ALTER TABLE calls ADD COLUMN ended REAL NOT NULL DEFAULT 0;
    CREATE INDEX calls_by_time ON calls (created);
    CREATE INDEX calls_by_model ON calls (model, ended);
    CREATE INDEX calls_by_ticket ON calls (ticket) WHERE ticket <> '';
    ALTER TABLE jobs ADD COLUMN written TEXT NOT NULL DEFAULT '';
    """,
    """
    ALTER TABLE samples ADD COLUMN tone TEXT;
    ALTER TABLE samples ADD COLUMN glide REAL;
    ALTER TABLE samples ADD COLUMN heard TEXT;
    ALTER TABLE samples ADD COLUMN heard_share REAL;
    ALTER TABLE samples ADD COLUMN brightness REAL;
    ALTER TABLE samples ADD COLUMN hardness REAL;
    ALTER TABLE samples ADD COLUMN loudness REAL;
    ALTER TABLE samples ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE samples ADD COLUMN duplicate_of TEXT NOT NULL DEFAULT '';
    CREATE INDEX samples_by_seconds ON samples (seconds);
    CREATE INDEX samples_by_brightness ON samples (brightness, seconds);
    CREATE INDEX samples_by_root ON samples (root, number) WHERE root IS NOT NULL;
    CREATE INDEX samples_by_sha256 ON samples (sha256);
    CREATE INDEX samples_kept ON samples (number) WHERE kept = 1;

    CREATE TABLE sample_tags (
        tag     TEXT NOT NULL,
        sample  INTEGER NOT NULL REFERENCES samples (number) ON DELETE CASCADE,
        PRIMARY KEY (tag, sample)
    ) WITHOUT ROWID;
    CREATE INDEX sample_tags_by_sample ON sample_tags (sample);
    CREATE TABLE sample_words (
        sample  INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        words   TEXT NOT NULL
    );
    CREATE TABLE fingerprints (
        sample       INTEGER PRIMARY KEY REFERENCES samples (number) ON DELETE CASCADE,
        fingerprint  BLOB NOT NULL
    );

    UPDATE samples SET tags = tags_of(prompt, family);
    INSERT INTO sample_tags (tag, sample)
        SELECT DISTINCT tag_key(value), number FROM samples, json_each(samples.tags);
    INSERT INTO sample_words (sample, words) SELECT number, words_of(pad, prompt, tags) FROM samples;
    """,
    """
    ALTER TABLE samples ADD COLUMN part_of TEXT NOT NULL DEFAULT '';
    ALTER TABLE samples ADD COLUMN layer INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE samples ADD COLUMN turn INTEGER NOT NULL DEFAULT 1;
    CREATE INDEX samples_by_part ON samples (part_of) WHERE part_of <> '';
    ALTER TABLE calls ADD COLUMN note INTEGER;
    ALTER TABLE takes ADD COLUMN note INTEGER;
    ALTER TABLE deliveries ADD COLUMN swap TEXT NOT NULL DEFAULT 'now';
    """,
    """
    CREATE INDEX jobs_unfinished_by_pad ON jobs (pad, state, number)
        WHERE state NOT IN ('ready', 'failed', 'cancelled');
    CREATE INDEX calls_running ON calls (estimate) WHERE outcome = '';
    CREATE INDEX takes_kept ON takes (job, file) WHERE file <> '';
    CREATE INDEX pad_history_by_sample ON pad_history (pad, sample);
    CREATE TABLE pad_lengths (
        pad   TEXT PRIMARY KEY,
        held  INTEGER NOT NULL
    );
    INSERT INTO pad_lengths (pad, held) SELECT pad, COUNT(DISTINCT sample) FROM pad_history GROUP BY pad;
    """,
    """
    ALTER TABLE samples ADD COLUMN sidecar_behind INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX samples_behind ON samples (number) WHERE sidecar_behind = 1;
    """,
)
