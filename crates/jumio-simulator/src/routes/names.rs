//! Names of calls that scenario files may speak of.

/// The calls with a JSON reply.
pub(crate) const WITH_JSON: &[&str] = &[
    "token",
    "create_account",
    "update_account",
    "upload_document",
    "upload_part",
    "replace_part",
    "upload_prepared_data",
    "finalize",
    "get_status",
    "get_details",
    "get_steps",
    "get_rules",
    "get_report",
    "get_account",
    "get_health",
];
