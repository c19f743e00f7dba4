//! A group of hints as rows to add, and what became of each.

use chrono::{DateTime, Utc};
use jumio_flow::{Delivered, Hint, HintAddress, HintId, StoreError};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};

use super::backend::Param;
use super::hint_name::HintName;
use super::row::{CallbackDigest, digest};
use super::rows::Rows;
use super::time;

/// A row to add.
pub(super) struct NewHint {
    pub(super) name: HintName,
    /// Identity, status, attempt, the account and the transaction that it names.
    told: [Param; 5],
    /// Its key is no flow's, so it is not added.
    pub(super) is_stranger: bool,
}

/// A group of hints as rows to add, each once.
pub(crate) struct HintGroup {
    /// By name: two receivers that take in the same hints at once must not wait for each other, so both go by the same order.
    pub(super) new: Vec<NewHint>,
    /// Each hint's place among these, and whether it is the first one in the group that has it.
    places: Vec<(usize, bool)>,
}

/// Which of the rows are new, and the number of the newest one.
pub(super) struct Added {
    pub(super) is_new: Vec<bool>,
    pub(super) newest: Option<HintId>,
}

impl NewHint {
    fn of(name: HintName, hint: &Hint) -> Self {
        let told = &hint.told;
        let told = [
            Param::from(hint.identity.as_str()),
            Param::from(told.status.as_ref().map(WorkflowStatus::as_str)),
            Param::from(told.attempt.map(i64::from)),
            Param::from(told.account.as_ref().map(AccountId::as_str)),
            Param::from(told.execution.as_ref().map(WorkflowExecutionId::as_str)),
        ];
        Self { name, told, is_stranger: false }
    }
}

impl HintGroup {
    /// At most [`MOST_ROWS`] hints.
    pub(crate) fn of(hints: &[Hint]) -> Result<Self, StoreError> {
        let named = hints.iter().enumerate().map(|(place, hint)| Ok((name_of(hint)?, place, hint)));
        let mut named = named.collect::<Result<Vec<_>, StoreError>>()?;
        // Copies stay in their order.
        named.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        let mut group = Self { new: Vec::with_capacity(named.len()), places: vec![(0, false); hints.len()] };
        for (name, place, hint) in named {
            let is_first = group.new.last().is_none_or(|before| before.name != name);
            if is_first {
                group.new.push(NewHint::of(name, hint));
            }
            if let Some(place) = group.places.get_mut(place) {
                *place = (group.new.len().saturating_sub(1), is_first);
            }
        }
        Ok(group)
    }

    /// Those that are added.
    pub(super) fn rows(&self, now: DateTime<Utc>) -> Rows {
        let added = self.new.iter().filter(|hint| !hint.is_stranger);
        Rows::new(added.map(|NewHint { name, told, .. }| {
            let [digest, execution, identity_digest] = name.columns();
            let [identity, status, attempt, account, named_execution] = told.clone();
            let received_at = Param::from(time::moment(now));
            [digest, execution, identity, status, attempt, account, named_execution, received_at, identity_digest]
        }))
    }

    /// The digests of those that are added and go to a key.
    pub(super) fn digests(&self) -> impl Iterator<Item = &CallbackDigest> {
        self.new.iter().filter(|hint| !hint.is_stranger).filter_map(|hint| hint.name.digest())
    }

    /// What became of each; `None` for one to a key that is no flow's.
    pub(super) fn answers(&self, added: &Added) -> Vec<Option<Delivered>> {
        let told = |(place, is_first): &(usize, bool)| {
            let is_new = *is_first && added.is_new.get(*place) == Some(&true);
            let is_stranger = self.new.get(*place).is_some_and(|hint| hint.is_stranger);
            (!is_stranger).then_some(if is_new { Delivered::New } else { Delivered::Duplicate })
        };
        self.places.iter().map(told).collect()
    }
}

fn name_of(hint: &Hint) -> Result<HintName, StoreError> {
    match &hint.address {
        HintAddress::Key(key) => Ok(HintName::to_key(digest(key), &hint.identity)),
        HintAddress::Execution(id) => {
            Ok(HintName::ToExecution { execution: id.as_str().to_owned(), identity: hint.identity.clone() })
        }
        // An address of a kind that came after this code: refused, never guessed.
        _ => Err(StoreError::unavailable("take in a hint", "its address is of an unknown kind")),
    }
}

#[cfg(test)]
mod tests {
    use jumio_flow::{CallbackKey, Hint, HintAddress};

    use super::{Added, Delivered, HintGroup};

    #[test]
    fn of_two_copies_the_first_is_the_new_one() {
        let key = |key: &str| HintAddress::Key(CallbackKey::from_url(key));
        let to = |address: HintAddress, identity: &str| Hint::new(address, None, identity);
        let hints = [
            to(HintAddress::Execution("w".into()), "1"),
            to(key("k"), "2"),
            to(key("k"), "1"),
            to(key("k"), "2"),
            to(key("l"), "1"),
        ];
        let mut group = HintGroup::of(&hints).unwrap();
        assert_eq!((group.new.len(), group.digests().count()), (4, 3));
        let told = group.answers(&Added { is_new: vec![true; 4], newest: None });
        let (new, known) = (Some(Delivered::New), Some(Delivered::Duplicate));
        assert_eq!(told, [new, new, new, known, new]);
        let second = super::name_of(&to(key("k"), "2")).unwrap();
        let is_new: Vec<_> = group.new.iter().map(|hint| hint.name != second).collect();
        assert_eq!(group.answers(&Added { is_new: is_new.clone(), newest: None }), [new, known, new, known, new]);
        for hint in group.new.iter_mut().filter(|hint| hint.name == second) {
            hint.is_stranger = true;
        }
        assert_eq!(group.answers(&Added { is_new, newest: None }), [new, None, new, None, new]);
        assert_eq!(group.digests().count(), 2);
    }
}
