//! What a service asks for, in any header that it may send.

use std::time::Duration;

use http::HeaderMap;
use http::header::{DATE, HeaderName, HeaderValue, RETRY_AFTER};
use proptest::prelude::*;

use crate::RetryPolicy;
use crate::retry::Outcome;
use crate::retry::wait_asked_for;

fn date() -> impl Strategy<Value = String> {
    let days = prop::sample::select(vec!["Sun", "Mon", "Sat"]);
    let months = prop::sample::select(vec!["Jan", "Feb", "Nov", "Dec"]);
    let zones = prop::sample::select(vec!["GMT", "+0000", "-2359", "+9999", "EST", "Z", ""]);
    (days, 0..33_u8, months, 0..20_000_u32, 0..25_u8, 0..61_u8, 0..62_u8, zones).prop_map(
        |(day, date, month, year, hour, minute, second, zone)| {
            format!("{day}, {date:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} {zone}")
        },
    )
}

/// What a header may hold, and what it may not is left out.
fn value() -> impl Strategy<Value = Option<HeaderValue>> {
    let numbers =
        prop_oneof![any::<u64>().prop_map(|seconds| seconds.to_string()), "-?[0-9]{1,30}", Just("1000000000".into())];
    let text = prop_oneof![numbers, date(), "[ -~]{0,40}"].prop_map(String::into_bytes);
    let bytes = prop::collection::vec(any::<u8>(), 0..40);
    prop_oneof![3 => text, 1 => bytes].prop_map(|bytes| HeaderValue::from_bytes(&bytes).ok())
}

fn headers(values: [(HeaderName, Option<HeaderValue>); 2]) -> HeaderMap {
    values.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Proves R8.
    #[test]
    fn whatever_the_service_asks_for_the_wait_is_within_its_cap(
        after in value(), now in value(), attempt: u32, lot in 0.0..1.0,
    ) {
        let policy = RetryPolicy::default();
        let told = wait_asked_for(&headers([(RETRY_AFTER, after), (DATE, now)]));
        for outcome in [Outcome::NotProcessed, Outcome::Throttled, Outcome::Unknown] {
            let wait = policy.wait(outcome, attempt, lot, told);
            prop_assert!(wait <= Duration::from_secs(60), "{wait:?}");
            prop_assert!(wait >= told.unwrap_or_default().min(policy.retry_after_cap), "{wait:?} of {told:?}");
        }
    }

    /// Proves R8.
    #[test]
    fn any_number_of_seconds_is_waited_up_to_the_cap(seconds: u64, near in 0_u64..120) {
        for seconds in [seconds, near] {
            let told = wait_asked_for(&headers([(RETRY_AFTER, Some(seconds.into())), (DATE, None)]));
            let wait = RetryPolicy::default().wait(Outcome::Throttled, 1, 0.0, told);
            prop_assert_eq!(wait, Duration::from_secs(seconds.min(60)));
        }
    }
}
