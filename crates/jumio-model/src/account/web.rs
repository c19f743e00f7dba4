//! What a request says of the hosted page (`web`, protocol 3.1).

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::urls::ReturnUrl;
use crate::invalid::InvalidRequest;
use crate::vocabulary::Locale;

/// Where the hosted page sends the person, and which language it speaks (`web`, protocol 3.1). What is absent is as the
/// portal has it.
///
/// ```
/// use jumio_model::vocabulary::Locale;
/// use jumio_model::{ReturnUrl, WebRequest};
///
/// let web = WebRequest::new().with_success_url(ReturnUrl::new("https://shop.example.com/done")?).with_locale(Locale::DE)?;
/// # Ok::<(), jumio_model::InvalidRequest>(())
/// ```
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct WebRequest {
    /// Where the person lands when everything was taken.
    pub success_url: Option<ReturnUrl>,
    /// Where the person lands when it was not.
    pub error_url: Option<ReturnUrl>,
    /// The language. The guide prints at most 5 characters; the web client knows longer tags (protocol 10.5).
    pub locale: Option<Locale>,
}

impl WebRequest {
    /// As the portal has it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets where the person lands when everything was taken.
    #[must_use]
    pub fn with_success_url(mut self, url: ReturnUrl) -> Self {
        self.success_url = Some(url);
        self
    }

    /// Sets where the person lands when it was not.
    #[must_use]
    pub fn with_error_url(mut self, url: ReturnUrl) -> Self {
        self.error_url = Some(url);
        self
    }

    /// Sets the language. Chosen: 2 to 10 characters, since the documented 5 cannot hold what the web client takes
    /// (vocabulary 10.1).
    ///
    /// # Errors
    ///
    /// [`InvalidRequest`] where the locale has more characters than any known one, or others than letters, `-` and `_`.
    pub fn with_locale(mut self, locale: Locale) -> Result<Self, InvalidRequest> {
        let text = locale.as_str();
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
        if !plain || !(2..=10).contains(&text.len()) {
            let rule = "must be a language tag of 2 to 10 characters, such as de or pt-BR";
            return Err(InvalidRequest::new("web.locale", rule, text));
        }
        self.locale = Some(locale);
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::WebRequest;
    use crate::vocabulary::Locale;

    #[test]
    fn every_known_locale_is_taken() {
        for (locale, _) in Locale::known() {
            assert!(WebRequest::new().with_locale(locale.clone()).is_ok(), "{locale}");
        }
        for bad in ["", "d", "de;q=1", "abcdefghijk"] {
            assert!(WebRequest::new().with_locale(Locale::from(bad)).is_err(), "{bad}");
        }
    }
}
