//! When the service asked to be called again, and what a refusal says.

use std::time::Duration;

use chrono::DateTime;
use http::Response;
use proptest::prelude::*;

use super::{ReplyError, RetryAfter};
use crate::AccountId;
use crate::api::{DeleteAccount, FetchToken, Finalize, GetDetails, GetStatus};
use crate::endpoint::{Endpoint, InDoubt};

#[test]
fn both_forms_of_retry_after() {
    let now = DateTime::from_timestamp(784_111_777, 0).unwrap(); // Sun, 06 Nov 1994 08:49:37 GMT
    let wait = |text| RetryAfter::read(text).map(|after| after.wait_from(now).as_secs());
    assert_eq!(wait("3"), Some(3));
    assert_eq!(wait(" 0 "), Some(0));
    assert_eq!(wait("Sun, 06 Nov 1994 08:50:07 GMT"), Some(30));
    assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(0));
    for garbage in ["-1", "soon", "1.5", "99999999999999999999999"] {
        assert_eq!(wait(garbage), None, "{garbage}");
    }
    assert_eq!(RetryAfter::read("7"), Some(RetryAfter::After(Duration::from_secs(7))));
}

/// Fri, 31 Dec 9999 23:59:59 GMT: the form has four digits for a year.
const LAST_DATE: i64 = 253_402_300_799;

proptest! {
    /// Proves R8.
    #[test]
    fn any_seconds_any_date_and_anything_else_is_read_or_is_nothing(
        seconds: u64, date in 0..=LAST_DATE, now in 0..=LAST_DATE, text: String, ascii in "[ -~]{0,40}",
    ) {
        let read = |text: &str| RetryAfter::read(text);
        prop_assert_eq!(read(&seconds.to_string()), Some(RetryAfter::After(Duration::from_secs(seconds))));
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        let after = read(&at(date).format("%a, %d %b %Y %H:%M:%S GMT").to_string());
        prop_assert_eq!(after, Some(RetryAfter::At(at(date))));
        let left = Duration::from_secs(u64::try_from(date - now).unwrap_or_default());
        prop_assert_eq!(after.map(|after| after.wait_from(at(now))), Some(left));
        for negative in [format!("-{seconds}"), format!("+{seconds}"), format!("{seconds}.0")] {
            prop_assert_eq!(read(&negative), None);
        }
        for text in [&text, &ascii] {
            if let Some(RetryAfter::After(_)) = read(text) {
                prop_assert!(text.trim().bytes().all(|byte| byte.is_ascii_digit()));
            }
        }
    }
}

fn refused<E: Endpoint>(call: &E, status: u16, in_doubt: bool) -> super::Refused {
    let mut response = Response::builder().status(status).body("").unwrap();
    if in_doubt {
        response.extensions_mut().insert(InDoubt);
    }
    match call.read(response) {
        Err(ReplyError::Refused(refused)) => *refused,
        _ => panic!("no refusal"),
    }
}

#[test]
fn not_yet_is_said_of_what_is_looked_up_alone() {
    let (account, execution) = (AccountId::from("a"), crate::WorkflowExecutionId::from("w"));
    for status in [400, 404, 410, 503] {
        let status_call = GetStatus::new(account.clone(), execution.clone());
        assert_eq!(refused(&status_call, status, false).is_not_yet(), status == 404);
        assert_eq!(
            refused(&GetDetails::new(account.clone(), execution.clone()), status, false).is_not_yet(),
            status == 404
        );
        assert!(!refused(&DeleteAccount::new(account.clone()), status, false).is_not_yet());
        assert!(!refused(&FetchToken::new(), status, false).is_not_yet());
        let finalize = Finalize::new("https://api.emea-1.jumio.ai/x", crate::TransactionToken::new("t"));
        assert!(!refused(&finalize, status, false).is_not_yet());
    }
}

#[test]
fn a_refusal_after_an_attempt_in_doubt_says_so() {
    let call = DeleteAccount::new(AccountId::from("a"));
    let text = |in_doubt| refused(&call, 404, in_doubt).to_string();
    assert_eq!(text(false), "delete_account was refused with 404: no reason given");
    assert_eq!(text(true), format!("{}; an earlier attempt may have been processed", text(false)));
    assert!(refused(&call, 404, true).in_doubt);
}
