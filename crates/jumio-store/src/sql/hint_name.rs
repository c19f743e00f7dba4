//! What tells hints apart, and what leads from a flow to those that came to its key.

#[cfg(feature = "sqlite")]
use std::sync::LazyLock;

#[cfg(feature = "sqlite")]
use jumio_flow::StoreError;
use sha2::{Digest as _, Sha256};

use super::backend::{Param, Row};
#[cfg(feature = "sqlite")]
use super::backend::{Statement, sql};
use super::row::CallbackDigest;
#[cfg(feature = "sqlite")]
use super::rows::{MOST_ROWS, Rows, Texts};
#[cfg(feature = "sqlite")]
use super::session::Session;

/// Short, since an index over the identities themselves costs more than all else that taking in a callback does.
type IdentityDigest = [u8; 12];

#[cfg(feature = "sqlite")]
static SHORTEN: LazyLock<Texts> = LazyLock::new(|| {
    Texts::new(
        "UPDATE jumio_hints SET identity_digest = new.column2 FROM (VALUES ",
        "(?, ?)",
        ") AS new WHERE jumio_hints.id = new.column1",
    )
});

/// That a hint came to a key, by the digest of that: its first bytes are what the index has.
macro_rules! to_key {
    ($hints:literal, $digest:literal) => {
        concat!(
            "substr(",
            $hints,
            ".callback_digest, 1, 8) = substr(",
            $digest,
            ", 1, 8) AND ",
            $hints,
            ".callback_digest = ",
            $digest
        )
    };
}
pub(super) use to_key;

/// By this two hints are copies of each other.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum HintName {
    ToExecution { execution: String, identity: String },
    ToKey { digest: CallbackDigest, identity: IdentityDigest },
}

impl HintName {
    pub(super) fn to_key(digest: CallbackDigest, identity: &str) -> Self {
        Self::ToKey { digest, identity: identity_digest(&digest, identity) }
    }

    /// Reads it from a row that this version wrote.
    pub(super) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(match row.get::<Option<String>>("execution")? {
            Some(execution) => Self::ToExecution { execution, identity: row.get("identity")? },
            None => Self::ToKey {
                digest: array(row.get("callback_digest")?)?,
                identity: array(row.get("identity_digest")?)?,
            },
        })
    }

    /// The digest of the key that it came to.
    pub(super) fn digest(&self) -> Option<&CallbackDigest> {
        match self {
            Self::ToExecution { .. } => None,
            Self::ToKey { digest, .. } => Some(digest),
        }
    }

    /// Its digest, transaction and short identity.
    pub(super) fn columns(&self) -> [Param; 3] {
        match self {
            Self::ToExecution { execution, .. } => {
                [Param::Bytes(None), Param::from(execution.as_str()), Param::Bytes(None)]
            }
            Self::ToKey { digest, identity } => [Param::from(*digest), Param::Text(None), Param::from(*identity)],
        }
    }
}

fn array<const LENGTH: usize>(bytes: Vec<u8>) -> Result<[u8; LENGTH], sqlx::Error> {
    bytes.try_into().map_err(|_| sqlx::Error::Decode("a digest of another length".into()))
}

/// Of the key as well, so that two flows whose keys have the same first bytes are still two.
fn identity_digest(digest: &[u8], identity: &str) -> IdentityDigest {
    let whole: [u8; 32] = Sha256::new().chain_update(digest).chain_update(identity).finalize().into();
    whole.first_chunk().copied().unwrap_or_default()
}

/// Gives the hints that an older version took in their short identities on SQLite, which has no SHA-256: as many at a time as a
/// statement takes, since whoever else writes waits meanwhile.
#[cfg(feature = "sqlite")]
pub(super) async fn shorten_identities(session: &mut Session<'_>) -> Result<(), StoreError> {
    let mut last = 0;
    loop {
        let page = sql("SELECT id, callback_digest, identity FROM jumio_hints
             WHERE id > $1 AND callback_digest IS NOT NULL AND identity_digest IS NULL ORDER BY id LIMIT $2");
        let most = i64::try_from(MOST_ROWS).unwrap_or(i64::MAX);
        let rows = session.rows(page.bind(last).bind(most)).await?;
        let read = |row: &Row| Ok((row.get("id")?, row.get("callback_digest")?, row.get("identity")?));
        let rows: Vec<(i64, Vec<u8>, String)> =
            rows.iter().map(read).collect::<Result<_, _>>().map_err(session.failed())?;
        let Some((newest, ..)) = rows.last() else { return Ok(()) };
        last = *newest;
        let short = |(id, digest, identity): &(i64, Vec<u8>, String)| {
            [Param::from(*id), Param::from(identity_digest(digest, identity))]
        };
        let (text, values) = Rows::new(rows.iter().map(short)).one_by_one(&SHORTEN);
        session.execute(values.into_iter().fold(sql(text), Statement::bind)).await?;
    }
}

#[cfg(test)]
mod tests {
    use super::HintName;

    #[test]
    fn a_short_identity_is_the_keys_as_well() {
        // What a database has of other versions is told apart by this: it never changes.
        let name = HintName::to_key([1; 32], "w PROCESSED 2026-01-02T03:14:05.000Z");
        let HintName::ToKey { identity, .. } = name else { panic!() };
        assert_eq!(identity, [0x96, 0xaa, 0xaf, 0x02, 0x32, 0xb0, 0x12, 0xa1, 0x87, 0x78, 0xa0, 0xee]);
        let mut other = [1; 32];
        other[31] = 2;
        let other = HintName::to_key(other, "w PROCESSED 2026-01-02T03:14:05.000Z");
        assert!(!matches!(other, HintName::ToKey { identity: other, .. } if other == identity));
    }
}
