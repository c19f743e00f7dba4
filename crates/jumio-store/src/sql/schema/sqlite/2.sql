-- The outcome feed, buckets of pace, erasing, the audit, one unfinished flow for a subject.

-- By which attempt's callback URL a hint came, and which transaction it names: a lost answer may have opened that one.
ALTER TABLE jumio_hints ADD COLUMN attempt INTEGER;
ALTER TABLE jumio_hints ADD COLUMN named_account TEXT;
ALTER TABLE jumio_hints ADD COLUMN named_execution TEXT;

-- Of an erased flow the key alone is left.
ALTER TABLE jumio_flows ADD COLUMN erased_at INTEGER;
-- 1 while the flow has not ended and allows no second one about its subject.
ALTER TABLE jumio_flows ADD COLUMN exclusive INTEGER NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX jumio_flows_exclusive ON jumio_flows (profile, subject) WHERE exclusive = 1;
-- For the purge.
CREATE INDEX jumio_flows_ended ON jumio_flows (updated_at, id) WHERE ended = 1 AND erased_at IS NULL;

CREATE TABLE jumio_outcomes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    flow INTEGER NOT NULL REFERENCES jumio_flows (id),
    profile TEXT NOT NULL,
    -- Of this flow: 1, 2, and so on.
    sequence INTEGER NOT NULL,
    happened_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    -- Not handed out before: somebody is at it, or it is put off.
    not_before INTEGER NOT NULL,
    acknowledged_at INTEGER,
    UNIQUE (flow, sequence)
) STRICT;

CREATE INDEX jumio_outcomes_waiting ON jumio_outcomes (profile, id) WHERE acknowledged_at IS NULL;

-- A bucket is one moment, in microseconds since 1970: when it is full again.
CREATE TABLE jumio_buckets (
    name TEXT PRIMARY KEY,
    full_at INTEGER NOT NULL
) STRICT;

-- Only ever appended to.
CREATE TABLE jumio_audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    happened_at INTEGER NOT NULL
) STRICT;

CREATE INDEX jumio_audit_by_key ON jumio_audit (key);

-- What ended before there was a feed enters it now.
INSERT INTO jumio_outcomes (flow, profile, sequence, happened_at, not_before)
SELECT id, profile, 1, updated_at, updated_at FROM jumio_flows WHERE ended = 1 ORDER BY id;
