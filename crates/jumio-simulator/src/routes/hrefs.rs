//! The addresses that stand in replies and callbacks: of this simulator's services. A client uses them as they are
//! (protocol 1).

use std::borrow::Cow;

use jumio_model::endpoint::Role;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::page;
use crate::credential::Credential;
use crate::sites::Sites;
use crate::transaction::Transaction;
use crate::variants::WebLink;

fn base<'s>(sites: &'s Sites, role: Role, transaction: &Transaction) -> Cow<'s, str> {
    sites.base(role, transaction.origin.as_deref())
}

/// The account, on the retrieval host.
pub(crate) fn account(sites: &Sites, transaction: &Transaction) -> String {
    account_at(sites, Role::Retrieval, transaction)
}

fn account_at(sites: &Sites, role: Role, transaction: &Transaction) -> String {
    format!("{}/api/v1/accounts/{}", base(sites, role, transaction), transaction.account_id)
}

/// Where the execution is finalized, on the api host.
pub(crate) fn execution(sites: &Sites, transaction: &Transaction) -> String {
    format!("{}/workflow-executions/{}", account_at(sites, Role::Api, transaction), transaction.execution_id)
}

/// The execution on the retrieval host, with its account.
pub(crate) fn execution_long(sites: &Sites, transaction: &Transaction) -> String {
    format!("{}/workflow-executions/{}", account(sites, transaction), transaction.execution_id)
}

/// The short form, which real callbacks and status replies carry (protocol 6.2).
pub(crate) fn execution_short(sites: &Sites, transaction: &Transaction) -> String {
    format!("{}/api/v1/workflow-executions/{}", base(sites, Role::Retrieval, transaction), transaction.execution_id)
}

/// Where parts of a credential are uploaded.
pub(crate) fn upload(sites: &Sites, transaction: &Transaction, credential: &Credential) -> String {
    format!("{}/credentials/{}/parts", execution(sites, transaction), credential.id)
}

/// Where a part is downloaded.
pub(crate) fn part(sites: &Sites, transaction: &Transaction, credential: &Credential, classifier: &str) -> String {
    format!("{}/credentials/{}/parts/{classifier}", account(sites, transaction), credential.id)
}

/// The report, which needs no token.
pub(super) fn report(sites: &Sites, transaction: &Transaction, query: &str) -> String {
    let path = super::report::FILE.replace("{workflowExecutionId}", &transaction.execution_id);
    format!("{}{path}?{query}", base(sites, Role::Retrieval, transaction))
}

/// The hosted page.
// behavior: web.href is /web/client with baseUrl, authorizationToken and locale; the older form is /web/v4/app without baseUrl | protocol 10.1 | documented
pub(crate) fn web(sites: &Sites, transaction: &Transaction, form: WebLink) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let base = base(sites, Role::Api, transaction);
    let token = &transaction.token;
    let locale = encode(transaction.order.locale.as_deref().unwrap_or("en"));
    match form {
        WebLink::Client => {
            let backend = encode(&format!("{base}/websdk/v4/api"));
            format!("{base}{}?baseUrl={backend}&authorizationToken={token}&locale={locale}", page::PATH)
        }
        WebLink::App => format!("{base}{}?authorizationToken={token}&locale={locale}", page::OLD_PATH),
        WebLink::AccountUrl => account_at(sites, Role::Api, transaction),
    }
}
