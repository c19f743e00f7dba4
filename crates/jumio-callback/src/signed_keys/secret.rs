//! The secrets that keys are signed with.

use std::fmt;

use zeroize::Zeroizing;

/// A secret with a name, which stands in every key that it signed. Wiped from memory when it is dropped.
#[derive(Clone)]
pub struct SigningSecret {
    name: Box<str>,
    bytes: Zeroizing<[u8; 32]>,
}

impl SigningSecret {
    /// A secret of 256 random bits, and its name: 1 to 16 letters, digits, `-` or `_`.
    ///
    /// # Errors
    ///
    /// [`InvalidSecret`] where the name does not fit.
    pub fn new(name: &str, bytes: [u8; 32]) -> Result<Self, InvalidSecret> {
        let bytes = Zeroizing::new(bytes);
        let fits = (1..=16).contains(&name.len()) && name.bytes().all(super::is_url_safe);
        if !fits {
            return Err(InvalidSecret { length: name.len() });
        }
        Ok(Self { name: name.into(), bytes })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn expose(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningSecret({}, …)", self.name)
    }
}

/// A secret whose name cannot stand in a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidSecret {
    /// The name's length, in bytes.
    pub length: usize,
}

impl fmt::Display for InvalidSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.length;
        write!(
            f,
            "a signing secret's name has 1 to 16 letters, digits, `-` or `_`; this one ({length} bytes) does not fit"
        )
    }
}

impl std::error::Error for InvalidSecret {}
