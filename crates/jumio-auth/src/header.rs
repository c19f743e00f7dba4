//! `Authorization` values: written once, marked sensitive, wiped when the last copy goes.

use bytes::Bytes;
use http::HeaderValue;
use zeroize::Zeroizing;

/// `Scheme secret` as a header; `None` where no header can carry it. The memory is wiped when the last clone is dropped.
pub(crate) fn authorization(scheme: &str, secret: &str) -> Option<HeaderValue> {
    let mut text = Zeroizing::new(Vec::with_capacity(scheme.len() + 1 + secret.len()));
    text.extend_from_slice(scheme.as_bytes());
    text.push(b' ');
    text.extend_from_slice(secret.as_bytes());
    let mut value = HeaderValue::from_maybe_shared(Bytes::from_owner(text)).ok()?;
    value.set_sensitive(true);
    Some(value)
}
