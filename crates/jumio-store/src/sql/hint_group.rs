//! A group of hints as rows to add, and what became of each.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use jumio_flow::machine::Told;
use jumio_flow::{Delivered, Hint, HintAddress, HintId, StoreError};
use jumio_model::{AccountId, WorkflowExecutionId, WorkflowStatus};

use super::backend::Param;
use super::row::digest;
use super::rows::Rows;
use super::time;

/// What tells hints apart: the digest of a callback key, or a transaction; and the identity.
pub(super) type Name = (Option<Vec<u8>>, Option<String>, String);

/// A row to add.
pub(super) struct NewHint {
    pub(super) name: Name,
    told: Told,
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

impl HintGroup {
    /// At most [`MOST_ROWS`] hints.
    pub(crate) fn of(hints: &[Hint]) -> Result<Self, StoreError> {
        let mut by_name: BTreeMap<Name, (Vec<usize>, &Told)> = BTreeMap::new();
        for (place, hint) in hints.iter().enumerate() {
            by_name.entry(name_of(hint)?).or_insert_with(|| (Vec::new(), &hint.told)).0.push(place);
        }
        let mut group = Self { new: Vec::with_capacity(by_name.len()), places: vec![(0, false); hints.len()] };
        for (name, (copies, told)) in by_name {
            for (copy, place) in copies.into_iter().enumerate() {
                if let Some(place) = group.places.get_mut(place) {
                    *place = (group.new.len(), copy == 0);
                }
            }
            group.new.push(NewHint { name, told: told.clone(), is_stranger: false });
        }
        Ok(group)
    }

    /// Those that are added.
    pub(super) fn rows(&self, now: DateTime<Utc>) -> Rows {
        let added = self.new.iter().filter(|hint| !hint.is_stranger);
        Rows::new(added.map(|NewHint { name: (digest, execution, identity), told, .. }| {
            let Told { status, attempt, account, execution: named, .. } = told;
            [
                Param::from(digest.clone()),
                Param::from(execution.as_deref()),
                Param::from(identity.as_str()),
                Param::from(status.as_ref().map(WorkflowStatus::as_str)),
                Param::from(attempt.map(i64::from)),
                Param::from(account.as_ref().map(AccountId::as_str)),
                Param::from(named.as_ref().map(WorkflowExecutionId::as_str)),
                Param::from(time::moment(now)),
            ]
        }))
    }

    /// The digests of those that are added and go to a key.
    pub(super) fn digests(&self) -> impl Iterator<Item = &[u8]> {
        self.new.iter().filter(|hint| !hint.is_stranger).filter_map(|hint| hint.name.0.as_deref())
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

fn name_of(hint: &Hint) -> Result<Name, StoreError> {
    match &hint.address {
        HintAddress::Key(key) => Ok((Some(digest(key)), None, hint.identity.clone())),
        HintAddress::Execution(id) => Ok((None, Some(id.as_str().to_owned()), hint.identity.clone())),
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
        let is_new: Vec<_> = group.new.iter().map(|hint| hint.name.2 == "1").collect();
        assert_eq!(group.answers(&Added { is_new: is_new.clone(), newest: None }), [new, known, new, known, new]);
        for hint in group.new.iter_mut().filter(|hint| hint.name.0.is_some() && hint.name.2 == "2") {
            hint.is_stranger = true;
        }
        assert_eq!(group.answers(&Added { is_new, newest: None }), [new, None, new, None, new]);
        assert_eq!(group.digests().count(), 2);
    }
}
