//! Which token a request went out with, so that after a 401 another one can be told from it.

use crate::AccessToken;

/// The number alone where it has one: whoever keeps a token has to be counted among those who do, and every call would, for the
/// sake of a 401 that hardly one gets.
pub(super) struct Sent {
    generation: u64,
    unnumbered: Option<AccessToken>,
}

impl Sent {
    pub(super) fn of(token: &AccessToken) -> Self {
        let generation = token.generation();
        Self { generation, unnumbered: (generation == 0).then(|| token.clone()) }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether this token is another.
    pub(super) fn differs_from(&self, token: &AccessToken) -> bool {
        match &self.unnumbered {
            Some(sent) => sent.expose() != token.expose(),
            None => self.generation != token.generation(),
        }
    }
}
