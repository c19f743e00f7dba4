//! `[[fault]]`: what goes wrong with the calls of an endpoint. The members are those of [`Fault`], as the control API has
//! them.

use super::{ScenarioError, Section};
use crate::faults::Fault;

pub(super) fn read(root: &Section<'_>) -> Result<Vec<Fault>, ScenarioError> {
    root.sections("fault")?.iter().map(Section::whole).collect()
}
