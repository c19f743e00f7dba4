-- Copies of a callback are known by a short name, since a long index costs more than the callback itself. Hints to a transaction, which
-- are few, keep theirs.

-- The first 12 bytes of SHA-256 over callback_digest and identity; NULL in hints to a transaction, and in what a receiver of version 3
-- takes in.
ALTER TABLE jumio_hints ADD COLUMN identity_digest BYTEA;
UPDATE jumio_hints SET identity_digest = substr(sha256(callback_digest || convert_to(identity, 'UTF8')), 1, 12)
 WHERE callback_digest IS NOT NULL;
DROP INDEX jumio_hints_by_callback_digest;
-- It also leads from a flow to its hints: a statement that asks for a callback_digest says so of its first 8 bytes, too. Of all rows:
-- what PostgreSQL learns of an expression it takes from no partial index, and would expect one row of 200 behind each digest.
CREATE UNIQUE INDEX jumio_hints_by_callback ON jumio_hints (substr(callback_digest, 1, 8), identity_digest);
