-- The outcome feed, buckets of pace, erasing, the audit, one unfinished flow for a subject.

-- By which attempt's callback URL a hint came, and which transaction it names: a lost answer may have opened that one.
ALTER TABLE jumio_hints ADD COLUMN attempt BIGINT;
ALTER TABLE jumio_hints ADD COLUMN named_account TEXT;
ALTER TABLE jumio_hints ADD COLUMN named_execution TEXT;

-- Of an erased flow the key alone is left.
ALTER TABLE jumio_flows ADD COLUMN erased_at BIGINT;
-- 1 while a second one about its subject has to wait: it has not ended, or nobody knows how.
ALTER TABLE jumio_flows ADD COLUMN holds_subject BIGINT NOT NULL DEFAULT 1;
UPDATE jumio_flows SET holds_subject = 0 WHERE ended = 1;
-- 1 while the call that opens a transaction comes next: such flows are due after all others.
ALTER TABLE jumio_flows ADD COLUMN opening BIGINT NOT NULL DEFAULT 0;
UPDATE jumio_flows SET opening = 1 WHERE phase = 'opening';
DROP INDEX jumio_flows_by_wake_at;
CREATE INDEX jumio_flows_due ON jumio_flows (profile, opening, wake_at) WHERE wake_at IS NOT NULL;
-- 1 while it holds its subject and allows no second one about it.
ALTER TABLE jumio_flows ADD COLUMN exclusive BIGINT NOT NULL DEFAULT 0;

CREATE UNIQUE INDEX jumio_flows_exclusive ON jumio_flows (profile, subject) WHERE exclusive = 1;
-- For the purge.
CREATE INDEX jumio_flows_ended ON jumio_flows (updated_at, id) WHERE ended = 1 AND erased_at IS NULL;

CREATE TABLE jumio_outcomes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flow BIGINT NOT NULL REFERENCES jumio_flows (id),
    profile TEXT NOT NULL,
    -- Of this flow: 1, 2, and so on.
    sequence BIGINT NOT NULL,
    happened_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    -- Not handed out before: somebody is at it, or it is put off.
    not_before BIGINT NOT NULL,
    acknowledged_at BIGINT,
    UNIQUE (flow, sequence)
);

CREATE INDEX jumio_outcomes_waiting ON jumio_outcomes (profile, id) WHERE acknowledged_at IS NULL;

-- A bucket is one moment, in microseconds since 1970: when it is full again.
CREATE TABLE jumio_buckets (
    name TEXT PRIMARY KEY,
    full_at BIGINT NOT NULL
);

-- With which site the flows of a profile are made. The first host says so; another one is refused.
CREATE TABLE jumio_profiles (
    name TEXT PRIMARY KEY,
    site TEXT NOT NULL
);

-- Only ever appended to.
CREATE TABLE jumio_audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    reason TEXT,
    happened_at BIGINT NOT NULL
);

CREATE INDEX jumio_audit_by_key ON jumio_audit (key);

-- Callbacks as they came, for an older receiver: in the clear, until a flow has their transaction or the receiver has them.
CREATE TABLE jumio_lent (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    execution TEXT NOT NULL,
    identity TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    UNIQUE (execution, identity)
);

-- How far a job came, so that it does not begin anew with each process.
CREATE TABLE jumio_marks (
    job TEXT PRIMARY KEY,
    reached BIGINT NOT NULL
);

-- What ended before there was a feed enters it now.
INSERT INTO jumio_outcomes (flow, profile, sequence, happened_at, not_before)
SELECT id, profile, 1, updated_at, updated_at FROM jumio_flows WHERE ended = 1 ORDER BY id;
