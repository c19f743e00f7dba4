//! A request that breaks a rule of Jumio's that is known before sending.

use std::fmt;

/// What is wrong with a value, without the value: it may be somebody's name or a secret. Where the rule comes from, and
/// how sure that is, stands at the type that was asked for.
///
/// ```
/// use jumio_model::TokenLifetime;
///
/// let error = TokenLifetime::parse("4m").unwrap_err();
/// assert_eq!(error.to_string(), "`tokenLifetime` must lie between 5m and 60d (the value has 2 characters)");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidRequest {
    /// The member as it is called on the wire, such as `customerInternalReference`.
    pub field: &'static str,
    /// The rule that it breaks, in words.
    pub rule: &'static str,
    /// How many characters the value has.
    pub length: usize,
}

impl InvalidRequest {
    pub(crate) fn new(field: &'static str, rule: &'static str, value: &str) -> Self {
        Self { field, rule, length: value.chars().count() }
    }
}

impl fmt::Display for InvalidRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {} (the value has {} characters)", self.field, self.rule, self.length)
    }
}

impl std::error::Error for InvalidRequest {}
