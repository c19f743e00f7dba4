//! What is known of the languages of Jumio's pages.

/// What the reference says of a locale (protocol 10.5).
///
/// ```
/// use jumio_model::vocabulary::Locale;
///
/// assert!(Locale::DE.info().unwrap().documented);
/// assert!(!Locale::from("tlh").is_known());
/// ```
///
/// The same language may stand in the list twice, with a hyphen and with an underscore: clients differ. The documented
/// spelling has the hyphen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct LocaleInfo {
    /// In the platform's guide for `web.locale`.
    pub documented: bool,
    /// In the list of the web SDK.
    pub web_sdk: bool,
}
