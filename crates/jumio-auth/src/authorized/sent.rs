//! Which token a request went out with, so that after a 401 another one can be told from it.

use crate::AccessToken;

/// Of a token that has a number no more than which one it is: whoever keeps a token has to be counted among those who do, and every call
/// would, for the sake of a 401 that hardly one gets. Others are kept, and told by their text: whoever numbers none may make one anew
/// each time.
pub(super) struct Sent {
    generation: u64,
    serial: u64,
    unnumbered: Option<AccessToken>,
}

impl Sent {
    pub(super) fn of(token: &AccessToken) -> Self {
        let generation = token.generation();
        Self { generation, serial: token.serial(), unnumbered: (generation == 0).then(|| token.clone()) }
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// Whether this token is another. In doubt it is: one call in vain is better than one that fails beside a good token.
    pub(super) fn differs_from(&self, token: &AccessToken) -> bool {
        match &self.unnumbered {
            Some(sent) => sent.expose() != token.expose(),
            None => self.serial != token.serial(),
        }
    }
}
