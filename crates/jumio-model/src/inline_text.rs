//! A short text kept in place: a reply is full of ids and times, nearly always of the same length, and each of
//! them would otherwise be an allocation.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

/// A text of which up to `N` bytes lie in the value itself, and a longer one beside it.
#[derive(Clone)]
pub(crate) struct InlineText<const N: usize>(Place<N>);

#[derive(Clone)]
enum Place<const N: usize> {
    Here { length: u8, bytes: [u8; N] },
    Elsewhere(Box<str>),
}

impl<const N: usize> InlineText<N> {
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            // It was text when it was put there.
            Place::Here { length, bytes } => {
                bytes.get(..usize::from(*length)).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
            }
            Place::Elsewhere(text) => text,
        }
    }
}

impl<const N: usize> From<&str> for InlineText<N> {
    fn from(text: &str) -> Self {
        let mut bytes = [0; N];
        match (bytes.get_mut(..text.len()), u8::try_from(text.len())) {
            (Some(here), Ok(length)) => {
                here.copy_from_slice(text.as_bytes());
                Self(Place::Here { length, bytes })
            }
            _ => Self(Place::Elsewhere(text.into())),
        }
    }
}

impl<const N: usize> Default for InlineText<N> {
    fn default() -> Self {
        Self::from("")
    }
}

impl<const N: usize> PartialEq for InlineText<N> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl<const N: usize> Eq for InlineText<N> {}

impl<const N: usize> Hash for InlineText<N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl<const N: usize> PartialOrd for InlineText<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<const N: usize> Ord for InlineText<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::InlineText;

    #[test]
    fn a_text_is_the_same_wherever_it_lies() {
        for text in ["", "a", "ab", "é", "éa", "abcd", "a\0", "éé", "abcde", "a longer one \u{1F5A8}"] {
            let small: InlineText<4> = text.into();
            let large: InlineText<36> = text.into();
            assert_eq!((small.as_str(), large.as_str()), (text, text));
            assert!(small == small.clone());
            let set: HashSet<InlineText<4>> = [text.into(), small].into_iter().collect();
            assert_eq!(set.len(), 1);
        }
        assert!(InlineText::<4>::from("b") > InlineText::<4>::from("abcdef"));
        assert!(InlineText::<4>::from("a") != InlineText::<4>::from("a\0"));
        assert_eq!(InlineText::<300>::from("x".repeat(280).as_str()).as_str().len(), 280);
    }
}
