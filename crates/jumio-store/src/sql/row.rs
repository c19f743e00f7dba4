//! A flow as its row has it: what is sealed, what is in the clear, and how a record comes out again.

use chrono::{DateTime, Utc};
use jumio_flow::machine::{self, Flow, SavedError};
use jumio_flow::{
    CallbackKey, CodecError, FlowKey, FlowRecord, NewFlow, StateCodec, StoreError, holds_subject, waits_to_open,
};
use sha2::{Digest as _, Sha256};

use super::backend::Row;
use super::time;

/// The columns that a [`SealedRecord`] is read from. Named one by one: a later version may add others while this one runs.
macro_rules! columns {
    () => {
        "key, profile, subject, callback_key, state_version, state, fence, created_at, updated_at"
    };
}
pub(super) use columns as COLUMNS;

/// Stands before a callback key when it is sealed, so that it can never be taken for a state.
const CALLBACK_KEY: &str = "callback-key:";

/// The part of a row that follows from the state.
pub(super) struct StateColumns {
    pub(super) execution: Option<String>,
    pub(super) phase: &'static str,
    pub(super) ended: bool,
    pub(super) holds_subject: bool,
    pub(super) opening: bool,
    pub(super) stalled: bool,
    pub(super) wake_at: Option<i64>,
    pub(super) state_version: i64,
    pub(super) state: Vec<u8>,
}

impl StateColumns {
    pub(super) fn of(
        key: &FlowKey,
        flow: &Flow,
        now: DateTime<Utc>,
        codec: &dyn StateCodec,
    ) -> Result<Self, StoreError> {
        let wake_at = flow.wake_at().map(|at| match flow.due() {
            Some(_) => time::deadline(at),
            // A call that waits for nothing is due since it stands there.
            None => time::moment(now),
        });
        Ok(Self {
            execution: flow.transaction().map(|transaction| transaction.execution.as_str().to_owned()),
            phase: flow.phase().name(),
            ended: flow.is_over(),
            holds_subject: holds_subject(flow),
            opening: waits_to_open(flow),
            stalled: flow.stalled().is_some(),
            wake_at,
            state_version: machine::version_of(flow).into(),
            state: codec.seal(key, &machine::write(flow)?)?,
        })
    }
}

/// What stands in the clear for a callback key.
pub(super) type CallbackDigest = [u8; 32];

pub(super) fn digest(key: &CallbackKey) -> CallbackDigest {
    Sha256::digest(key.expose()).into()
}

pub(super) fn seal_callback_key(
    flow: &FlowKey,
    key: &CallbackKey,
    codec: &dyn StateCodec,
) -> Result<Vec<u8>, StoreError> {
    Ok(codec.seal(flow, format!("{CALLBACK_KEY}{}", key.expose()).as_bytes())?)
}

fn open_callback_key(flow: &FlowKey, sealed: &[u8], codec: &dyn StateCodec) -> Result<CallbackKey, StoreError> {
    let opened = codec.open(flow, sealed)?;
    let key = std::str::from_utf8(&opened).ok().and_then(|text| text.strip_prefix(CALLBACK_KEY));
    Ok(CallbackKey::from_url(key.ok_or(CodecError::Open)?))
}

/// A row as it came, not opened yet.
pub(super) struct SealedRecord {
    pub(super) key: FlowKey,
    pub(super) fence: i64,
    profile: String,
    subject: Option<String>,
    callback_key: Option<Vec<u8>>,
    state_version: i64,
    pub(super) state: Vec<u8>,
    created_at: i64,
    updated_at: i64,
}

impl SealedRecord {
    /// Reads a row with these columns.
    pub(super) fn read(row: &Row) -> Result<Self, sqlx::Error> {
        Ok(Self {
            key: FlowKey::new(row.get::<String>("key")?),
            fence: row.get("fence")?,
            profile: row.get("profile")?,
            subject: row.get("subject")?,
            callback_key: row.get("callback_key")?,
            state_version: row.get("state_version")?,
            state: row.get("state")?,
            created_at: row.get("created_at")?,
            updated_at: row.get("updated_at")?,
        })
    }

    /// Opens the seals.
    pub(super) fn open(self, codec: &dyn StateCodec) -> Result<FlowRecord, StoreError> {
        if let Some(version) =
            u32::try_from(self.state_version).ok().filter(|version| *version > machine::newest_version())
        {
            return Err(SavedError::Newer { version }.into());
        }
        let flow = machine::read(&codec.open(&self.key, &self.state)?)?;
        let callback_key = self.callback_key.map(|sealed| open_callback_key(&self.key, &sealed, codec)).transpose()?;
        let mut new = NewFlow::new(self.key, self.profile, flow);
        new.subject = self.subject;
        new.callback_key = callback_key;
        let mut record = FlowRecord::new(new, time::read(self.created_at));
        record.updated_at = time::read(self.updated_at);
        Ok(record)
    }
}
