-- Times are milliseconds since 1970, UTC. What may be read by whoever reads the file stands in columns; everything else is
-- in `state` and `callback_key`, sealed.

CREATE TABLE jumio_flows (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    profile TEXT NOT NULL,
    subject TEXT,
    -- SHA-256 of the callback key: enough to find the flow, useless to whoever wants to wake it.
    callback_digest BYTEA,
    -- The callback key itself, sealed.
    callback_key BYTEA,
    execution TEXT,
    -- For people who look into the file; no statement decides by it.
    phase TEXT NOT NULL,
    ended BIGINT NOT NULL,
    stalled BIGINT NOT NULL,
    -- When the flow needs its host; NULL while it needs none.
    wake_at BIGINT,
    -- The version of the saved form inside `state`.
    state_version BIGINT NOT NULL,
    state BYTEA NOT NULL,
    owner TEXT,
    lease_until BIGINT,
    fence BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE INDEX jumio_flows_by_wake_at ON jumio_flows (profile, wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX jumio_flows_by_execution ON jumio_flows (execution) WHERE execution IS NOT NULL;
CREATE INDEX jumio_flows_by_callback_digest ON jumio_flows (callback_digest) WHERE callback_digest IS NOT NULL;
CREATE INDEX jumio_flows_by_subject ON jumio_flows (subject) WHERE subject IS NOT NULL;
CREATE INDEX jumio_flows_unfinished ON jumio_flows (id) WHERE ended = 0;

-- A hint that was used up stays, so that a second copy is known. An identity: a number is never given twice.
CREATE TABLE jumio_hints (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    callback_digest BYTEA,
    execution TEXT,
    identity TEXT NOT NULL,
    status TEXT,
    received_at BIGINT NOT NULL,
    used_at BIGINT,
    CHECK ((callback_digest IS NULL) <> (execution IS NULL))
);

CREATE UNIQUE INDEX jumio_hints_by_callback_digest ON jumio_hints (callback_digest, identity) WHERE callback_digest IS NOT NULL;
CREATE UNIQUE INDEX jumio_hints_by_execution ON jumio_hints (execution, identity) WHERE execution IS NOT NULL;
CREATE INDEX jumio_hints_waiting ON jumio_hints (id) WHERE used_at IS NULL;

-- A known text, sealed: opens with the key that belongs to this database, and with no other.
CREATE TABLE jumio_key_check (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    sealed BYTEA NOT NULL
);

-- Which version the schema has, and which is the oldest that may still work with it.
CREATE TABLE jumio_schema (
    id BIGINT PRIMARY KEY CHECK (id = 1),
    version BIGINT NOT NULL,
    oldest_worker BIGINT NOT NULL
);

INSERT INTO jumio_schema (id, version, oldest_worker) VALUES (1, 1, 1);
