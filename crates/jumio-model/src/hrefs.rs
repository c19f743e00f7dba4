//! The ids inside of a URL that Jumio returned. The URL itself is never followed on the strength of a callback.

use crate::{AccountId, Callback, WorkflowDetails, WorkflowExecutionId, WorkflowStatusReply};

/// The ids that a URL of a transaction names (protocol 6.2).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ExecutionIds {
    /// The account; absent in the short form.
    pub account: Option<AccountId>,
    /// The transaction.
    pub execution: WorkflowExecutionId,
}

/// Reads the ids out of a transaction's URL, in either form (protocol 6.2): with the account
/// (`…/accounts/{a}/workflow-executions/{w}`), as printed, or without (`…/workflow-executions/{w}`), as live callbacks
/// have it. What follows, such as `/steps`, may stand there. `None` where the path has another form or an id is not
/// URL-safe (chosen: 1 to 100 letters, digits, `-` and `_`).
///
/// Host and scheme are not looked at: build the URL to call from the ids.
///
/// ```
/// use jumio_model::workflow_execution_ids;
///
/// let long = workflow_execution_ids("https://retrieval.emea-1.jumio.ai/api/v1/accounts/a-1/workflow-executions/w-1").unwrap();
/// assert_eq!((long.account.unwrap().as_str(), long.execution.as_str()), ("a-1", "w-1"));
/// let short = workflow_execution_ids("https://retrieval.emea-1.jumio.ai/api/v1/workflow-executions/w-1").unwrap();
/// assert_eq!((short.account, short.execution.as_str()), (None, "w-1"));
/// ```
pub fn workflow_execution_ids(href: &str) -> Option<ExecutionIds> {
    let path = href.split(['?', '#']).next()?;
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let segments: Vec<&str> = path.split('/').collect();
    let at = segments.iter().position(|segment| *segment == "workflow-executions")?;
    let execution = WorkflowExecutionId::new(url_safe(segments.get(at + 1)?)?);
    // One printed sample has `account` where `accounts` is right (protocol 4.3).
    let has_account = at >= 2 && segments.get(at - 2).is_some_and(|name| matches!(*name, "accounts" | "account"));
    let account = if has_account { Some(AccountId::new(url_safe(segments.get(at - 1)?)?)) } else { None };
    Some(ExecutionIds { account, execution })
}

fn url_safe<'a>(id: &&'a str) -> Option<&'a str> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    (plain && (1..=100).contains(&id.len())).then_some(*id)
}

/// Takes the ids from the members, and what is missing there from the URL.
fn merged(execution: &WorkflowExecutionId, account: Option<&AccountId>, href: Option<&str>) -> Option<ExecutionIds> {
    let found = href.and_then(workflow_execution_ids);
    let execution = if execution.as_str().is_empty() { found.as_ref()?.execution.clone() } else { execution.clone() };
    // The account of a URL that names another transaction says nothing of this one.
    let of_href = || found.filter(|found| found.execution == execution)?.account;
    let account = account.filter(|account| !account.as_str().is_empty()).cloned().or_else(of_href);
    Some(ExecutionIds { account, execution })
}

impl Callback {
    /// The ids of the transaction: from the members, and what is missing there from the `href`. `None` where neither names it.
    pub fn workflow_execution_ids(&self) -> Option<ExecutionIds> {
        let account = self.account.as_ref().map(|account| &account.id);
        merged(&self.workflow_execution.id, account, self.workflow_execution.href.as_deref())
    }
}

impl WorkflowStatusReply {
    /// As [`Callback::workflow_execution_ids`].
    pub fn workflow_execution_ids(&self) -> Option<ExecutionIds> {
        let account = self.account.as_ref().map(|account| &account.id);
        merged(&self.workflow_execution.id, account, self.workflow_execution.href.as_deref())
    }
}

impl WorkflowDetails {
    /// As [`Callback::workflow_execution_ids`], with the URL of the steps for what is missing.
    pub fn workflow_execution_ids(&self) -> Option<ExecutionIds> {
        let href = self.steps.as_ref().and_then(|steps| steps.href.as_deref());
        merged(&self.workflow.id, Some(&self.account.id), href)
    }
}

#[cfg(test)]
mod tests {
    use super::workflow_execution_ids;

    #[test]
    fn both_forms_and_nothing_else() {
        let cases = [
            ("https://h/api/v1/accounts/a/workflow-executions/w", Some((Some("a"), "w"))),
            ("https://h/api/v1/accounts/a/workflow-executions/w/steps?x=1#y", Some((Some("a"), "w"))),
            ("https://h/api/v1/account/a/workflow-executions/w", Some((Some("a"), "w"))),
            ("https://h/api/v1/workflow-executions/w", Some((None, "w"))),
            ("/api/v1/workflow-executions/w/", Some((None, "w"))),
            ("https://workflow-executions/w", None),
            ("https://h/api/v1/workflow-executions/", None),
            ("https://h/api/v1/workflow-executions", None),
            ("https://h/api/v1/workflow-executions/%2e%2e", None),
            ("https://h/api/v1/workflow-executions/..", None),
            ("https://h/api/v1/accounts/../workflow-executions/w", None),
            ("https://h/?u=/workflow-executions/w", None),
            ("", None),
            ("nonsense", None),
        ];
        for (href, expected) in cases {
            let found = workflow_execution_ids(href);
            let found = found.as_ref().map(|ids| (ids.account.as_ref().map(|id| id.as_str()), ids.execution.as_str()));
            assert_eq!(found, expected, "{href}");
        }
    }

    #[test]
    fn members_come_first_and_a_stranger_adds_nothing() {
        let callback = |id: &str, href: &str| -> crate::Callback {
            let text = format!(r#"{{"workflowExecution":{{"id":"{id}","href":"{href}","status":"PROCESSED"}}}}"#);
            crate::from_slice(text.as_bytes()).unwrap()
        };
        let long = "https://h/api/v1/accounts/a/workflow-executions/w";
        let ids = callback("w", long).workflow_execution_ids().unwrap();
        assert_eq!((ids.execution.as_str(), ids.account.unwrap().as_str()), ("w", "a"));
        let ids = callback("other", long).workflow_execution_ids().unwrap();
        assert_eq!((ids.execution.as_str(), ids.account), ("other", None));
        assert_eq!(callback("", long).workflow_execution_ids().unwrap().execution.as_str(), "w");
        assert!(callback("", "https://h/").workflow_execution_ids().is_none());
    }
}
