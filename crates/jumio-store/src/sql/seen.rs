//! The texts that a database was given on this thread, for tests that look at how it would go about them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::backend::Param;

/// Each text with its values: of each kind of them, by [`kind`], those that it had last.
pub(crate) type Seen = BTreeMap<&'static str, BTreeMap<String, Vec<Param>>>;

thread_local! {
    static TEXTS: RefCell<Seen> = const { RefCell::new(Seen::new()) };
}

pub(super) fn note(text: &'static str, params: &[Param]) {
    TEXTS.with_borrow_mut(|texts| {
        texts.entry(text).or_default().insert(params.iter().map(kind).collect(), params.to_vec())
    });
}

/// What a plan may depend on: whether there is a value, and what those are that mean yes or no.
fn kind(param: &Param) -> char {
    match param {
        Param::Int(None) | Param::Text(None) | Param::Bytes(None) => '-',
        Param::Int(Some(0)) => 'n',
        Param::Int(Some(1)) => 'y',
        _ => '*',
    }
}

/// Those that have a plan.
pub(crate) fn planned() -> Seen {
    let is_planned = |text: &str| {
        ["SELECT", "WITH", "INSERT", "UPDATE", "DELETE"].iter().any(|word| text.trim_start().starts_with(word))
    };
    TEXTS.with_borrow(|texts| texts.clone().into_iter().filter(|(text, _)| is_planned(text)).collect())
}

pub(crate) fn forget() {
    TEXTS.take();
}
