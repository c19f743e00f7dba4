//! `[when]`: for which transactions a scenario is played.

use super::{ScenarioError, Section};
use crate::transaction::Order;

/// Every condition that is there must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct When {
    workflow: Option<String>,
    country: Option<String>,
    kind: Option<String>,
    /// How `customerInternalReference` starts.
    reference: Option<String>,
    /// How `userReference` starts.
    user: Option<String>,
}

pub(super) fn read(section: &Section<'_>) -> Result<When, ScenarioError> {
    let when = When {
        workflow: section.text("workflow")?,
        country: section.text("country")?,
        kind: section.text("type")?,
        reference: section.text("reference-starts")?,
        user: section.text("user-starts")?,
    };
    section.finish()?;
    Ok(when)
}

impl When {
    pub(super) fn holds(&self, order: &Order) -> bool {
        let starts = |wanted: &Option<String>, text: Option<&str>| match wanted {
            None => true,
            Some(wanted) => text.is_some_and(|text| text.starts_with(wanted.as_str())),
        };
        let preset = |wanted: &Option<String>, country: bool| match wanted {
            None => true,
            Some(wanted) => order.credentials.iter().any(|credential| {
                let preset = if country { &credential.country } else { &credential.kind };
                preset.values.contains(wanted)
            }),
        };
        self.workflow.as_ref().is_none_or(|key| *key == order.definition_key)
            && preset(&self.country, true)
            && preset(&self.kind, false)
            && starts(&self.reference, Some(&order.customer_internal_reference))
            && starts(&self.user, order.user_reference.as_deref())
    }
}
