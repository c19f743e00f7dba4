//! What a host tells while it runs flows.

use chrono::{DateTime, Utc};

use crate::machine::{Moment, Op};
use crate::store::keys::FlowKey;

/// Something that happened to a flow just now. For people and logs; the saved timeline is the record.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Progress {
    /// The flow moved, and the move is durable.
    Moved {
        /// The flow.
        key: FlowKey,
        /// What happened.
        moment: Moment,
    },
    /// Bytes of an upload went out.
    Uploading {
        /// The flow.
        key: FlowKey,
        /// Which upload.
        op: Op,
        /// Bytes that are out.
        sent: u64,
        /// Bytes in all.
        total: u64,
    },
    /// An access token was fetched for the flow's next call.
    TokenFetched {
        /// The flow.
        key: FlowKey,
    },
    /// Another host holds the flow until then, unless it renews.
    Held {
        /// The flow.
        key: FlowKey,
        /// When its lease runs out.
        until: DateTime<Utc>,
    },
}
