//! Scenario files: what a simulator is to play, written down. This file reads one and says which sections there are; each
//! section has a reader of its own.
//!
//! ```toml
//! about = "A bank statement that was tampered with"
//! [when]                        # for which transactions; all of them without it
//! workflow = "10026"
//! [outcome.labels]              # the rest follows from it
//! imageChecks = "MANIPULATED_DOCUMENT"
//! [timing]
//! processing = "2s"
//! ```

mod callbacks;
mod error;
mod faults;
mod outcome;
mod replies;
mod section;
mod when;
mod workflows;

use std::fs;
use std::path::Path;
use std::time::Duration;

use toml::de::DeTable;

use crate::callbacks::Callbacks;
use crate::faults::Fault;
use crate::plan::Plan;
use crate::settings::Timing;
use crate::transaction::Order;
use crate::variants::{Variant, Variants};
use crate::workflow::{Workflow, Workflows};

pub use error::ScenarioError;
pub(crate) use section::Section;
use section::Source;
use when::When;

/// A scenario: outcomes, timing, variants, workflows, callbacks and faults, for all transactions or for some.
///
/// ```
/// use jumio_simulator::Scenario;
///
/// let scenario = Scenario::parse("late", "[timing]\nprocessing = \"1h\"")?;
/// assert_eq!(scenario.name(), "late");
///
/// let wrong = Scenario::parse("wrong", "[timing]\nprocesing = \"1h\"").unwrap_err();
/// assert_eq!(
///     wrong.to_string(),
///     "wrong, line 2: timing.procesing: is unknown here; there are details-404, person, processing, retention"
/// );
/// # Ok::<(), jumio_simulator::ScenarioError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scenario {
    name: String,
    about: Option<String>,
    when: When,
    plan: Plan,
    timing: TimingChange,
    variants: Vec<Variant>,
    pub(crate) workflows: Vec<Workflow>,
    pub(crate) callbacks: Option<Callbacks>,
    pub(crate) faults: Vec<Fault>,
}

/// What a scenario says of how long things take.
#[derive(Debug, Clone, Copy, Default)]
struct TimingChange {
    processing: Option<Duration>,
    details_404: Option<Duration>,
    retention: Option<Duration>,
    person: Option<Duration>,
}

impl Scenario {
    /// Reads a scenario from a file. Its name is the file's, without the ending.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] with the file, the line and the key.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ScenarioError> {
        let path = path.as_ref();
        let text =
            fs::read_to_string(path).map_err(|source| ScenarioError::Unreadable { file: path.to_owned(), source })?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Self::read(&name, &path.display().to_string(), &text)
    }

    /// Reads a scenario from text; the name stands for the file in errors.
    ///
    /// # Errors
    ///
    /// [`ScenarioError`] with the name, the line and the key.
    pub fn parse(name: &str, text: &str) -> Result<Self, ScenarioError> {
        Self::read(name, name, text)
    }

    /// Its name: that of its file.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says of itself.
    pub fn about(&self) -> Option<&str> {
        self.about.as_deref()
    }

    fn read(name: &str, file: &str, text: &str) -> Result<Self, ScenarioError> {
        let source = Source::new(file, text);
        let table = DeTable::parse(text).map_err(|error| source.syntax(&error))?;
        let root = Section::root(&source, table.get_ref());
        // First, since outcomes may be about a workflow of this very file.
        let mut workflows = Workflows::default();
        let own = workflows::read(&root)?;
        own.iter().cloned().for_each(|workflow| workflows.add(workflow));
        let when = root.section("when")?.map(|section| when::read(&section)).transpose()?.unwrap_or_default();
        let mut plan = root.section("outcome")?.map(|section| outcome::read(&section)).transpose()?.unwrap_or_default();
        plan.replies = replies::read(&root)?;
        plan.by.push(name.to_owned());
        let scenario = Self {
            name: name.to_owned(),
            about: root.text("about")?,
            when,
            plan,
            timing: root.section("timing")?.map(|section| timing(&section)).transpose()?.unwrap_or_default(),
            variants: root.section("variants")?.map(|section| variants(&section)).transpose()?.unwrap_or_default(),
            workflows: own,
            callbacks: root.section("callbacks")?.map(|section| callbacks::read(&section)).transpose()?,
            faults: faults::read(&root)?,
        };
        root.finish()?;
        Ok(scenario)
    }

    /// Whether it is played for this order.
    pub(crate) fn applies(&self, order: &Order) -> bool {
        self.when.holds(order)
    }

    /// Whether it is played for every order, and so for calls that name none, too.
    pub(crate) fn is_for_all(&self) -> bool {
        self.when == When::default()
    }

    /// What it says of a transaction, laid over what was said before.
    pub(crate) fn lay(&self, plan: &mut Plan, timing: &mut Timing, so_far: Variants) {
        plan.overlay(self.plan.clone());
        if !self.variants.is_empty() {
            let mut variants = plan.variants.unwrap_or(so_far);
            self.set_variants(&mut variants);
            plan.variants = Some(variants);
        }
        self.set_timing(timing);
    }

    pub(crate) fn set_variants(&self, variants: &mut Variants) {
        self.variants.iter().for_each(|variant| variants.set(*variant));
    }

    pub(crate) fn set_timing(&self, timing: &mut Timing) {
        let change = self.timing;
        timing.processing = change.processing.unwrap_or(timing.processing);
        timing.details_404 = change.details_404.unwrap_or(timing.details_404);
        timing.retention = change.retention.unwrap_or(timing.retention);
        timing.person = change.person.or(timing.person);
    }

    /// What it says of the replies of calls that concern no transaction.
    pub(crate) fn replies(&self) -> &Plan {
        &self.plan
    }
}

fn timing(section: &Section<'_>) -> Result<TimingChange, ScenarioError> {
    let change = TimingChange {
        processing: section.duration("processing")?,
        details_404: section.duration("details-404")?,
        retention: section.duration("retention")?,
        person: section.duration("person")?,
    };
    section.finish()?;
    Ok(change)
}

fn variants(section: &Section<'_>) -> Result<Vec<Variant>, ScenarioError> {
    let mut variants = Vec::new();
    for question in section.names() {
        let answer = section.text(question)?.unwrap_or_default();
        let variant =
            Variant::named(question, &answer).map_err(|unknown| section.problem(question, unknown.to_string()))?;
        variants.push(variant);
    }
    section.finish()?;
    Ok(variants)
}

#[cfg(test)]
mod tests;
