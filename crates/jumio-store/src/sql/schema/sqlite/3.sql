-- Results before transactions still to open, subjects that an ended flow frees, one site for a profile, callbacks that are lent to an
-- older receiver, marks of jobs.

-- 1 while a second one about its subject has to wait: it has not ended, or nobody knows how.
ALTER TABLE jumio_flows ADD COLUMN holds_subject INTEGER NOT NULL DEFAULT 1;
UPDATE jumio_flows SET holds_subject = 0, exclusive = 0
 WHERE ended = 1 OR phase IN ('decided', 'expired', 'not_opened', 'refused', 'cancelled');
-- 1 while the call that opens a transaction comes next: such flows are due after all others.
ALTER TABLE jumio_flows ADD COLUMN opening INTEGER NOT NULL DEFAULT 0;
UPDATE jumio_flows SET opening = 1 WHERE phase = 'opening';
DROP INDEX jumio_flows_by_wake_at;
CREATE INDEX jumio_flows_due ON jumio_flows (profile, opening, wake_at) WHERE wake_at IS NOT NULL;

-- With which site the flows of a profile are made. The first host says so; another one is refused.
CREATE TABLE jumio_profiles (
    name TEXT PRIMARY KEY,
    site TEXT NOT NULL
) STRICT;

-- Callbacks as they came, for an older receiver: in the clear, until a flow has their transaction or the receiver has them.
CREATE TABLE jumio_lent (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    execution TEXT NOT NULL,
    identity TEXT NOT NULL,
    body TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    UNIQUE (execution, identity)
) STRICT;

-- How far a job came, so that it does not begin anew with each process.
CREATE TABLE jumio_marks (
    job TEXT PRIMARY KEY,
    reached INTEGER NOT NULL
) STRICT;
