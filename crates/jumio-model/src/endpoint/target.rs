//! Where a call goes: its own path with arguments, or a URL that Jumio returned.

use std::fmt;

/// Where a call goes.
///
/// ```
/// use jumio_model::endpoint::Target;
///
/// let Target::Template(arguments) = Target::template(["a-1", "w-1"]) else { unreachable!() };
/// assert_eq!(arguments.as_slice(), ["a-1", "w-1"]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target<'a> {
    /// To the endpoint's own path, with these arguments in the order of the template.
    Template(Arguments<'a>),
    /// To a URL that Jumio returned, verbatim. It is checked like any other before a credential goes there.
    Href(&'a str),
}

impl<'a> Target<'a> {
    /// To the endpoint's own path, with these arguments in the order of the template. Four are the most; more do not compile.
    pub fn template<const N: usize>(arguments: [&'a str; N]) -> Self {
        Self::Template(Arguments::from(arguments))
    }
}

/// The most arguments that a template may have. Jumio's longest has three.
pub(super) const MOST: usize = 4;

/// The arguments of a path template. A few texts in place, because every call makes one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Arguments<'a> {
    texts: [&'a str; MOST],
    count: usize,
}

impl<'a> Arguments<'a> {
    /// The arguments in the order of the template.
    pub fn as_slice(&self) -> &[&'a str] {
        self.texts.get(..self.count).unwrap_or_default()
    }
}

impl<'a, const N: usize> From<[&'a str; N]> for Arguments<'a> {
    fn from(arguments: [&'a str; N]) -> Self {
        const { assert!(N <= MOST, "a path template has at most four arguments") };
        let mut texts = [""; MOST];
        for (place, argument) in texts.iter_mut().zip(arguments) {
            *place = argument;
        }
        Self { texts, count: N }
    }
}

impl fmt::Debug for Arguments<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.as_slice()).finish()
    }
}
