//! What to make of a request that was held back.

/// Why a request was held back, as far as whoever calls can act on it: see
/// [`TransportError::because`](crate::TransportError::because).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum HeldBack {
    /// What is missing may be there later.
    #[default]
    ForNow,
    /// The time of the call, or of what it needed first, ran out.
    TimeRanOut,
    /// The credential with which the other one is fetched was refused: id and secret are wrong, or of another region.
    CredentialRefused,
    /// A setting has to be changed first.
    ForGood,
}
