//! The operations that a flow asks its host to run.

use serde::{Deserialize, Serialize};

/// One call. The host finds its arguments in the flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Op {
    /// Open a transaction on a new account.
    CreateAccount,
    /// Open a transaction on an existing account.
    UpdateAccount,
    /// Send what is known of the person.
    UploadPreparedData,
    /// Send a file of the document, by its place in the plan, from 0.
    UploadDocument {
        /// The place.
        page: u32,
    },
    /// Say that every part is in.
    Finalize,
    /// Ask where the transaction stands.
    GetStatus,
    /// Ask for the result.
    GetDetails,
    /// Take a part of the document into a file of ours, by its place in the details, from 0.
    KeepPart {
        /// The place.
        part: u32,
    },
    /// Take the report into a file of ours.
    KeepReport,
    /// Have Jumio erase the transaction.
    Erase,
}

impl Op {
    /// The call's name, as its endpoint has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::CreateAccount => "create_account",
            Self::UpdateAccount => "update_account",
            Self::UploadPreparedData => "upload_prepared_data",
            Self::UploadDocument { .. } => "upload_document",
            Self::Finalize => "finalize",
            Self::GetStatus => "get_status",
            Self::GetDetails => "get_details",
            Self::KeepPart { .. } => "get_part",
            Self::KeepReport => "get_report",
            Self::Erase => "delete_execution",
        }
    }

    /// Whether the call must never be sent again in doubt: a second one may be a second chargeable transaction, or a
    /// second copy of a page (protocol 9.4).
    pub fn is_once(self) -> bool {
        matches!(
            self,
            Self::CreateAccount | Self::UpdateAccount | Self::UploadPreparedData | Self::UploadDocument { .. }
        )
    }

    /// Whether the call opens the transaction.
    pub fn is_opening(self) -> bool {
        matches!(self, Self::CreateAccount | Self::UpdateAccount)
    }

    /// Whether the call comes after the result: it keeps something, or erases.
    pub fn is_keeping(self) -> bool {
        matches!(self, Self::KeepPart { .. } | Self::KeepReport | Self::Erase)
    }

    /// Whether the call adds a part.
    pub fn is_upload(self) -> bool {
        matches!(self, Self::UploadPreparedData | Self::UploadDocument { .. })
    }
}
