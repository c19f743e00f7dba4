//! The port through which a callback URL is signed.

use std::error::Error;
use std::time::Duration;

use jumio_model::CallbackUrl;

/// Signs the callback URL of an account call, at the moment it is made: so each attempt has one of its own, which is good from
/// then on. `SignedKeys` of `jumio-callback` is one.
pub trait SignCallbackUrl: Send + Sync {
    /// The URL to send in place of this one, which ends in the flow's callback key, from the second attempt on with the
    /// attempt's number behind it, as in `…/KEY.2`. `link` is how long the person's link lives, where the request says it.
    ///
    /// # Errors
    ///
    /// Anything: no call is made, and the flow waits for somebody to resume it. The text must not show the key.
    fn sign_url(&self, url: &CallbackUrl, link: Option<Duration>) -> Result<CallbackUrl, Box<dyn Error + Send + Sync>>;
}
