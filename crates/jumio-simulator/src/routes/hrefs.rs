//! The addresses that stand in replies and callbacks, all on this server. A client uses them as they are (protocol 1).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::page;
use crate::transaction::{Credential, Transaction};

pub(crate) fn account(base: &str, transaction: &Transaction) -> String {
    format!("{base}/api/v1/accounts/{}", transaction.account_id)
}

/// The long form: finalize and details.
pub(crate) fn execution(base: &str, transaction: &Transaction) -> String {
    format!("{}/workflow-executions/{}", account(base, transaction), transaction.execution_id)
}

/// The short form, which real callbacks and status replies carry (protocol 6.2).
pub(crate) fn execution_short(base: &str, transaction: &Transaction) -> String {
    format!("{base}/api/v1/workflow-executions/{}", transaction.execution_id)
}

/// Where parts of a credential are uploaded.
pub(crate) fn upload(base: &str, transaction: &Transaction, credential: &Credential) -> String {
    format!("{}/credentials/{}/parts", execution(base, transaction), credential.id)
}

/// Where a part is downloaded.
pub(crate) fn part(base: &str, transaction: &Transaction, credential: &Credential, classifier: &str) -> String {
    format!("{}/credentials/{}/parts/{classifier}", account(base, transaction), credential.id)
}

/// The hosted page, in the newer of Jumio's two forms (protocol 10.1).
pub(crate) fn web(base: &str, transaction: &Transaction) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!(
        "{base}{}?baseUrl={}&authorizationToken={}&locale={}",
        page::PATH,
        encode(&format!("{base}/websdk/v4/api")),
        transaction.token,
        encode(transaction.order.locale.as_deref().unwrap_or("en")),
    )
}
