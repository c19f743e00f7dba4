//! `[callbacks]`: whether and how often the end of a transaction is reported.

use super::{ScenarioError, Section};
use crate::settings::Callbacks;

pub(super) fn read(section: &Section<'_>) -> Result<Callbacks, ScenarioError> {
    let times = section.count("times")?.unwrap_or(1);
    section.finish()?;
    Ok(match times {
        0 => Callbacks::Off,
        1 => Callbacks::Once,
        more => Callbacks::Repeat(more),
    })
}
