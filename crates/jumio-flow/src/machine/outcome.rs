//! What a flow came to, version by version: a result may change after it was final, and a person may say what it means.

use chrono::{DateTime, Utc};
use jumio_model::WorkflowExecutionId;
use serde::{Deserialize, Serialize};

use super::{Ending, Flow, MomentKind, Verdict, verdict_of};

/// Who says something, and why. Kept for good: must not name the applicant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct By {
    /// Who: a login, a job's name.
    pub actor: String,
    /// Why.
    pub reason: String,
}

impl By {
    /// Who, and why.
    pub fn new(actor: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { actor: actor.into(), reason: reason.into() }
    }
}

/// What a person said that a result means.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meaning {
    pub(super) verdict: Verdict,
    pub(super) by: By,
}

/// A version that was followed by another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Past {
    pub(super) at: DateTime<Utc>,
    pub(super) ending: Ending,
    pub(super) meaning: Option<Meaning>,
}

/// One version of what a flow came to.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Outcome<'a> {
    /// Its number, from 1.
    pub version: u32,
    /// When it came about, by the host's clock.
    pub at: DateTime<Utc>,
    /// The ending, with the result as it came.
    pub ending: &'a Ending,
    /// What it means: where there is a result, and no deadline passed.
    pub verdict: Option<Verdict>,
    /// Who says that it means this, where a person did.
    pub by: Option<&'a By>,
}

impl Flow {
    /// What the flow came to; `None` while it goes on.
    pub fn outcome(&self) -> Option<Outcome<'_>> {
        let ending = self.ending()?;
        let at = self.came_to.unwrap_or_else(|| self.ended_at());
        Some(self.version(self.history.past.len(), at, ending, self.history.meaning.as_ref()))
    }

    /// Every version of what it came to, the latest last.
    pub fn outcomes(&self) -> Vec<Outcome<'_>> {
        let past = self.history.past.iter().enumerate();
        let past = past.map(|(place, past)| self.version(place, past.at, &past.ending, past.meaning.as_ref()));
        past.chain(self.outcome()).collect()
    }

    /// The transactions that Jumio named as children of this one, in any version of the result (protocol 7.3). Nothing follows
    /// them.
    pub fn children(&self) -> Vec<&WorkflowExecutionId> {
        let past = self.history.past.iter().map(|past| &past.ending);
        let mut children = Vec::new();
        for details in past.chain(self.ending()).filter_map(Ending::details) {
            for child in &details.workflow.child_ids {
                if !children.contains(&child) {
                    children.push(child);
                }
            }
        }
        children
    }

    /// How many versions there are.
    pub fn outcome_count(&self) -> u32 {
        let count = self.history.past.len() + usize::from(self.ending().is_some());
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn version<'a>(
        &self,
        place: usize,
        at: DateTime<Utc>,
        ending: &'a Ending,
        meaning: Option<&'a Meaning>,
    ) -> Outcome<'a> {
        let judged = match ending {
            Ending::Decided { details } => Some(verdict_of(&self.spec.policy.rules, details)),
            _ => None,
        };
        Outcome {
            version: u32::try_from(place).unwrap_or(u32::MAX).saturating_add(1),
            at,
            ending,
            verdict: meaning.map(|meaning| meaning.verdict).or(judged),
            by: meaning.map(|meaning| &meaning.by),
        }
    }

    /// Where an earlier version of this library saved the state, the timeline alone knows it.
    fn ended_at(&self) -> DateTime<Utc> {
        let ended = self.timeline.iter().rev().find(|moment| matches!(moment.kind, MomentKind::Ended { .. }));
        ended.map_or(DateTime::UNIX_EPOCH, |moment| moment.at)
    }

    /// Before another version takes its place, the present one becomes past.
    pub(super) fn supersede_outcome(&mut self) {
        let Some((at, ending)) = self.outcome().map(|outcome| (outcome.at, outcome.ending.clone())) else { return };
        let meaning = self.history.meaning.take();
        self.history.past.push(Past { at, ending, meaning });
    }
}
