//! `[callbacks]`: which callbacks are sent, and how. The members are those of [`Callbacks`].

use super::{ScenarioError, Section};
use crate::callbacks::Callbacks;

pub(super) fn read(section: &Section<'_>) -> Result<Callbacks, ScenarioError> {
    section.whole()
}
