//! The texts that SQLite was given on this thread, for tests that look at how it would go about them.

use std::cell::RefCell;
use std::collections::BTreeSet;

thread_local! {
    static TEXTS: RefCell<BTreeSet<&'static str>> = const { RefCell::new(BTreeSet::new()) };
}

pub(super) fn note(text: &'static str) {
    TEXTS.with_borrow_mut(|texts| texts.insert(text));
}

pub(crate) fn texts() -> BTreeSet<&'static str> {
    TEXTS.with_borrow(Clone::clone)
}

pub(crate) fn forget() {
    TEXTS.take();
}
