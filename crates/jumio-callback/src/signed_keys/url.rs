//! Callback URLs that are signed when the account call is made: the paved path from a flow's key to the door.

use std::error::Error;
use std::time::{Duration, SystemTime};

use jumio_flow::SignCallbackUrl;
use jumio_model::CallbackUrl;

use super::SignedKeys;
use crate::receiver::split_attempt;

/// The longest `tokenLifetime` that there is (protocol 3.1): the portal's own setting may be that, too.
const LONGEST_LIFE: Duration = Duration::from_secs(60 * 24 * 60 * 60);

/// Each attempt at the account call gets a URL of its own, signed as it is made: good for as long as its link, and
/// [`GRACE`](SignedKeys::GRACE). An attempt that is made long after the first one is as good as that.
impl SignCallbackUrl for SignedKeys {
    fn sign_url(&self, url: &CallbackUrl, link: Option<Duration>) -> Result<CallbackUrl, Box<dyn Error + Send + Sync>> {
        let until = SystemTime::now() + link.unwrap_or(LONGEST_LIFE) + Self::GRACE;
        self.sign_url_until(url, until)
    }
}

impl SignedKeys {
    /// The URL with the key at the end of its path signed; the attempt's number stays behind it.
    fn sign_url_until(
        &self,
        url: &CallbackUrl,
        until: SystemTime,
    ) -> Result<CallbackUrl, Box<dyn Error + Send + Sync>> {
        let text = url.as_str();
        let (path, query) = text.split_at(text.find('?').unwrap_or(text.len()));
        let (before, segment) = path.rsplit_once('/').ok_or("the callback URL has no key at its end")?;
        let (key, attempt) = split_attempt(segment);
        let signed = self.sign(key, until)?;
        let number = if attempt > 1 { format!(".{attempt}") } else { String::new() };
        let url = format!("{before}/{signed}{number}{query}");
        // One on this machine is allowed only by name, here as there.
        Ok(CallbackUrl::new(&url).or_else(|error| CallbackUrl::loopback(&url).map_err(|_| error))?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::time::{Duration, SystemTime};

    use jumio_flow::SignCallbackUrl as _;
    use jumio_model::CallbackUrl;

    use super::{LONGEST_LIFE, SignedKeys};
    use crate::SigningSecret;
    use crate::receiver::split_attempt;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);

    fn keys() -> SignedKeys {
        SignedKeys::new(SigningSecret::new("2026a", [7; 32]).unwrap())
    }

    /// Whether the door takes the key of this URL in then.
    fn is_good(url: &CallbackUrl, at: SystemTime) -> bool {
        let segment = url.as_str().rsplit('/').next().unwrap();
        keys().check(split_attempt(segment.split('?').next().unwrap()).0, at) == Some("5ecre7")
    }

    #[test]
    fn a_late_attempt_has_a_url_that_is_good_then() {
        let first = CallbackUrl::new("https://kyc.example.com/jumio/5ecre7?tenant=a").unwrap();
        let later = CallbackUrl::new("https://kyc.example.com/jumio/5ecre7.2?tenant=a").unwrap();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        // The first link ran out on day 60, and only then was the second attempt made.
        let first = keys().sign_url_until(&first, start + 60 * DAY + SignedKeys::GRACE).unwrap();
        let later = keys().sign_url_until(&later, start + 120 * DAY + SignedKeys::GRACE).unwrap();
        assert!(is_good(&first, start + 66 * DAY) && !is_good(&first, start + 68 * DAY));
        assert!(is_good(&later, start + 126 * DAY));
        assert!(later.as_str().ends_with(".2?tenant=a") && later.as_str().len() < 255);
    }

    #[test]
    fn the_end_follows_from_the_link() {
        let url = CallbackUrl::loopback("http://127.0.0.1:8080/jumio/5ecre7").unwrap();
        for (link, life) in [(Some(DAY), DAY), (None, LONGEST_LIFE)] {
            let url = keys().sign_url(&url, link).unwrap();
            let end = SystemTime::now() + life + SignedKeys::GRACE;
            assert!(is_good(&url, end - DAY) && !is_good(&url, end + DAY));
        }
    }

    #[test]
    fn what_is_no_key_is_not_signed() {
        let url = CallbackUrl::new("https://kyc.example.com/jumio/").unwrap();
        assert!(keys().sign_url_until(&url, SystemTime::now()).is_err());
    }
}
