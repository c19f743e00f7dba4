//! The name by which an integration introduces itself. Jumio answers 403 without one (protocol 2.4).

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderValue;

use crate::InvalidRequest;

/// A `User-Agent` that names company and application, such as `YourCompany YourApp/v1.0` (protocol 2.4).
///
/// How sure: the guide says that a call without one is answered with 403, and gives this form; one page of two calls it
/// optional. The lengths are chosen.
///
/// ```
/// use jumio_model::endpoint::UserAgent;
///
/// assert!(UserAgent::new("Acme KYC/1.0").is_ok());
/// assert!(UserAgent::new("").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserAgent(HeaderValue);

impl UserAgent {
    /// Takes a name of 3 to 200 printable ASCII characters that does not begin or end with a blank. One that stands in the program
    /// is not copied, and nobody counts who holds it, which every call does twice.
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] with the rule that it breaks.
    pub fn new(text: impl Into<Cow<'static, str>>) -> Result<Self, InvalidRequest> {
        let text = text.into();
        let fail = |rule| InvalidRequest::new("User-Agent", rule, &text);
        if !(3..=200).contains(&text.len()) || text.trim() != text {
            return Err(fail("must have 3 to 200 characters and no blank at either end"));
        }
        if !text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            return Err(fail("must be printable ASCII, such as YourCompany YourApp/v1.0"));
        }
        let bytes = match &text {
            Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
            Cow::Owned(text) => Bytes::copy_from_slice(text.as_bytes()),
        };
        HeaderValue::from_maybe_shared(bytes).map(Self).map_err(|_| fail("must be printable ASCII"))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}
