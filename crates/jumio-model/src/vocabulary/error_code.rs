//! The error code that the web client shows to people, taken apart. Its pieces' meanings are generated.

use super::open_enum::text_traits;
use super::{PublicErrorCall, PublicErrorDomain};

/// The code that the web client shows and puts into the redirect as `publicErrorCode` (protocol 10.2): a letter for
/// what failed, two digits for the call it failed in, four digits of detail. How sure: read out of the client's own
/// code.
///
/// ```
/// use jumio_model::vocabulary::{PublicErrorCall, PublicErrorCode, PublicErrorDomain};
///
/// let code = PublicErrorCode::from("A040500");
/// assert_eq!(code.domain(), Some(PublicErrorDomain::NETWORK_PROBLEM));
/// assert_eq!(code.call(), Some(PublicErrorCall::UPLOAD));
/// assert_eq!(code.detail(), Some("0500"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
pub struct PublicErrorCode(Box<str>);

impl PublicErrorCode {
    /// The code as it stands on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What failed: the letter.
    pub fn domain(&self) -> Option<PublicErrorDomain> {
        self.pieces().map(|(domain, _, _)| domain.into())
    }

    /// The call in which it failed: the first two digits.
    pub fn call(&self) -> Option<PublicErrorCall> {
        self.pieces().map(|(_, call, _)| call.into())
    }

    /// The last four digits. No source explains them.
    pub fn detail(&self) -> Option<&str> {
        self.pieces().map(|(_, _, detail)| detail)
    }

    /// The pieces of a code of the documented form.
    fn pieces(&self) -> Option<(&str, &str, &str)> {
        let (domain, digits) = self.0.split_at_checked(1)?;
        let form =
            domain.bytes().all(|byte| byte.is_ascii_uppercase()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        let (call, detail) = digits.split_at_checked(2)?;
        (form && detail.len() == 4).then_some((domain, call, detail))
    }
}

impl From<&str> for PublicErrorCode {
    fn from(code: &str) -> Self {
        Self(code.into())
    }
}

text_traits!(PublicErrorCode);

#[cfg(test)]
mod tests {
    use super::PublicErrorCode;

    #[test]
    fn only_the_documented_form_has_pieces() {
        for text in ["", "A", "A04", "A04050", "A0405000", "a040500", "AA40500", "A04O500", "é040500"] {
            let code = PublicErrorCode::from(text);
            assert_eq!(code.as_str(), text);
            assert!(code.domain().is_none() && code.call().is_none() && code.detail().is_none(), "{text}");
        }
        let unknown = PublicErrorCode::from("Z990001");
        assert!(!unknown.domain().unwrap().is_known());
        assert!(!unknown.call().unwrap().is_known());
    }
}
