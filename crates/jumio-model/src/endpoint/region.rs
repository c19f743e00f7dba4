//! Jumio's regions. An enumeration on purpose: a region must never become a host by accident.

use std::fmt;
use std::str::FromStr;

use super::Role;

/// Where Jumio serves a tenant (protocol 1; documented). That a token of one region is of no use in another is taken
/// for granted.
///
/// ```
/// use jumio_model::endpoint::Region;
///
/// assert_eq!("emea-1".parse::<Region>(), Ok(Region::Eu));
/// assert_eq!((Region::Sg.name(), Region::Sg.code()), ("sg", "apac-1"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Region {
    /// United States, `amer-1`.
    Us,
    /// European Union, `emea-1`.
    Eu,
    /// Singapore, `apac-1`.
    Sg,
}

impl Region {
    /// All three.
    pub const ALL: [Self; 3] = [Self::Us, Self::Eu, Self::Sg];

    /// The code in host names (protocol 1).
    pub fn code(self) -> &'static str {
        match self {
            Self::Us => "amer-1",
            Self::Eu => "emea-1",
            Self::Sg => "apac-1",
        }
    }

    /// The host of a service (protocol 1).
    pub(super) const fn host(self, role: Role) -> &'static str {
        // Whole, and not put together: every call clones its host, and one that was in the program all along costs nothing to clone.
        macro_rules! of {
            ($code:literal) => {
                match role {
                    Role::Auth => concat!("auth.", $code, ".jumio.ai"),
                    Role::Account => concat!("account.", $code, ".jumio.ai"),
                    Role::Api => concat!("api.", $code, ".jumio.ai"),
                    Role::Retrieval => concat!("retrieval.", $code, ".jumio.ai"),
                    Role::Health => concat!("status.", $code, ".jumio.ai"),
                }
            };
        }
        match self {
            Self::Us => of!("amer-1"),
            Self::Eu => of!("emea-1"),
            Self::Sg => of!("apac-1"),
        }
    }

    /// The host that the quickstart prints for finalize (protocol 1).
    pub(super) const fn jumio_link_host(self) -> &'static str {
        match self {
            Self::Us => "api.amer-1.jumio.link",
            Self::Eu => "api.emea-1.jumio.link",
            Self::Sg => "api.apac-1.jumio.link",
        }
    }

    /// The short name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Us => "us",
            Self::Eu => "eu",
            Self::Sg => "sg",
        }
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Region {
    type Err = UnknownRegion;

    /// Reads the short name or the code, in any case. `sgp`, the SDK's name for Singapore, is read too.
    fn from_str(text: &str) -> Result<Self, UnknownRegion> {
        match text.to_ascii_lowercase().as_str() {
            "us" | "amer-1" => Ok(Self::Us),
            "eu" | "emea-1" => Ok(Self::Eu),
            "sg" | "sgp" | "apac-1" => Ok(Self::Sg),
            _ => Err(UnknownRegion),
        }
    }
}

/// No region of Jumio's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownRegion;

impl fmt::Display for UnknownRegion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown region; use us (amer-1), eu (emea-1) or sg (apac-1)")
    }
}

impl std::error::Error for UnknownRegion {}
