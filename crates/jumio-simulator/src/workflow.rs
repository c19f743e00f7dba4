//! Workflows: which credentials one takes and what it checks. The reference's own list, and what scenario files add.

use jumio_model::vocabulary::{CapabilityName, Channel, CredentialCategory, StepName, WorkflowInfo};

use crate::credential::{Category, Channels};

/// Keys below this belong to the older product, which knows neither decision nor steps (vocabulary 0.10).
const FIRST_KYX: u64 = 10_000;

/// What every ID and identity verification checks.
const ID_IV: &[CapabilityName] = &[
    CapabilityName::Usability,
    CapabilityName::ImageChecks,
    CapabilityName::Extraction,
    CapabilityName::DataChecks,
    CapabilityName::Liveness,
    CapabilityName::Similarity,
];

/// A workflow that this tenant has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Workflow {
    pub(crate) key: String,
    pub(crate) credentials: Vec<Slot>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) steps: Vec<Step>,
}

/// A credential of a workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) category: Category,
    pub(crate) required: bool,
    pub(crate) channels: Channels,
}

/// A step of a workflow with the capabilities that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) capabilities: Vec<String>,
}

impl Workflow {
    /// What the reference says of this key, where it says enough to play it.
    pub(crate) fn known(key: &str) -> Option<Self> {
        let info = WorkflowInfo::of(key)?;
        if info.required.is_empty() {
            return None;
        }
        let slot = |category: &CredentialCategory, required| {
            let category = Category::of(category.as_str())?;
            Some(Slot { category, required, channels: channels(category, info.channels) })
        };
        let required = info.required.iter().filter_map(|category| slot(category, true));
        let optional = info.optional.iter().filter_map(|category| slot(category, false));
        let mut credentials: Vec<Slot> = required.chain(optional).collect();
        // behavior: the account reply of 10170 has DATA first, then DOCUMENT | protocol 3.5 | observed
        credentials.sort_by_key(|slot| slot.category != Category::Data);
        // behavior: 10163 checks what the other ID and identity verifications check; no source lists its capabilities | vocabulary 1 | chosen
        let capabilities = if key == "10163" { ID_IV } else { info.capabilities };
        let steps = info.steps.iter().map(|name| step(name, capabilities)).collect();
        let capabilities = capabilities.iter().map(|name| name.as_str().to_owned()).collect();
        Some(Self { key: key.to_owned(), credentials, capabilities, steps })
    }

    pub(crate) fn slot(&self, category: Category) -> Option<&Slot> {
        self.credentials.iter().find(|slot| slot.category == category)
    }

    /// Whether it is one of the newer workflows, which have a decision and steps.
    // behavior: workflows with a key below 10000 have neither decision nor steps | vocabulary 0.10, protocol 7.8 | documented
    pub(crate) fn is_kyx(&self) -> bool {
        self.key.parse::<u64>().is_ok_and(|key| key >= FIRST_KYX)
    }

    /// Whether it only stores what is uploaded, as Doc Proof does (protocol 3.6).
    pub(crate) fn checks_nothing(&self) -> bool {
        self.capabilities.is_empty()
    }
}

/// Which channels a credential has in a workflow with these.
// behavior: DATA is API-only, FACEMAP comes from a person's device (WEB, SDK) and has no api member | vocabulary 2, protocol 3.5 | documented
pub(crate) fn channels(category: Category, workflow: &[Channel]) -> Channels {
    match category {
        Category::Data => Channels::API,
        Category::Facemap => Channels { api: false, ..of(workflow) },
        Category::Document | Category::Id | Category::Selfie => of(workflow),
    }
}

fn of(workflow: &[Channel]) -> Channels {
    Channels {
        web: workflow.contains(&Channel::Web),
        api: workflow.contains(&Channel::Api),
        sdk: workflow.contains(&Channel::Sdk),
    }
}

/// Which of the workflow's capabilities a step has.
// behavior: ID_IV has the checks of ID and selfie, SCREENING watchlistScreening, ADDRESS_VERIFICATION address and residency, DL_VERIFICATION the driving licence | vocabulary 5, protocol 7.8 | inferred
fn step(name: &StepName, capabilities: &[CapabilityName]) -> Step {
    let belongs = |capability: &&CapabilityName| match name {
        StepName::IdIv => ID_IV.contains(capability),
        StepName::Screening => **capability == CapabilityName::WatchlistScreening,
        StepName::AddressVerification => {
            matches!(capability, CapabilityName::AddressValidation | CapabilityName::ProofOfResidency)
        }
        StepName::DlVerification => **capability == CapabilityName::DrivingLicenseVerification,
        _ => true,
    };
    Step {
        name: name.as_str().to_owned(),
        capabilities: capabilities.iter().filter(belongs).map(|name| name.as_str().to_owned()).collect(),
    }
}

/// Every workflow of the tenant: those of scenario files before those of the reference.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workflows {
    custom: Vec<Workflow>,
}

impl Workflows {
    pub(crate) fn add(&mut self, workflow: Workflow) {
        self.custom.retain(|known| known.key != workflow.key);
        self.custom.push(workflow);
    }

    // behavior: a key that neither the reference nor a scenario file describes is refused with 400 | protocol 3.6 | chosen
    pub(crate) fn find(&self, key: &str) -> Option<Workflow> {
        self.custom.iter().find(|known| known.key == key).cloned().or_else(|| Workflow::known(key))
    }
}

#[cfg(test)]
mod tests {
    use super::{Category, Workflow, Workflows};

    fn categories(key: &str) -> Vec<Category> {
        Workflow::known(key).unwrap().credentials.iter().map(|slot| slot.category).collect()
    }

    #[test]
    fn the_workflows_of_the_reference() {
        assert_eq!(categories("10170"), [Category::Data, Category::Document]);
        assert_eq!(categories("10026"), [Category::Document]);
        assert_eq!(categories("10013"), [Category::Id, Category::Selfie, Category::Facemap]);
        assert!(Workflow::known("10170").unwrap().checks_nothing());
        assert!(Workflow::known("10165").is_none());
        let screening = Workflow::known("10013").unwrap();
        assert_eq!(screening.slot(Category::Facemap).unwrap().channels.texts(), ["WEB", "SDK"]);
        let sizes: Vec<_> = screening.steps.iter().map(|step| (step.name.as_str(), step.capabilities.len())).collect();
        assert_eq!(sizes, [("ID_IV", 6), ("SCREENING", 1), ("ADDRESS_VERIFICATION", 2), ("DL_VERIFICATION", 1)]);
        assert!(screening.is_kyx() && !Workflow::known("3").unwrap().is_kyx());
    }

    #[test]
    fn a_custom_workflow_comes_first() {
        let mut workflows = Workflows::default();
        let mut custom = Workflow::known("10026").unwrap();
        custom.key = "20001".to_owned();
        workflows.add(custom);
        assert_eq!(workflows.find("20001").unwrap().capabilities.len(), 3);
        assert!(workflows.find("20002").is_none());
    }
}
