//! Where the readers write down what they do not know. Nothing is kept, and nothing paid, unless somebody takes notes.
//!
//! serde gives a type no way to say anything but its value or an error, so the notes lie beside the call: in the thread that
//! reads. They are taken within one call of [`taken`] and belong to it alone.

use std::cell::RefCell;
use std::fmt::Write as _;

use super::{Unknown, UnknownKind};
use crate::redact::one_line;

thread_local! {
    static NOTES: RefCell<Option<Notes>> = const { RefCell::new(None) };
}

#[derive(Default)]
struct Notes {
    path: Vec<Step>,
    /// Inside the name of a member rather than its value.
    in_name: bool,
    /// How many readers are throwing away what they stand in.
    quiet: usize,
    found: Vec<Unknown>,
}

enum Step {
    Member(Box<str>),
    Index(usize),
}

impl Notes {
    fn add(&mut self, kind: UnknownKind, value: Option<&str>) {
        let path = shown(&self.path);
        let said = self.found.last().is_some_and(|last| last.path == path);
        if self.quiet == 0 && !said {
            self.found.push(Unknown { path, kind, value: value.map(Box::from) });
        }
    }
}

/// Writes a path as [`ReadError`](crate::ReadError) does. The names in it are the sender's.
fn shown(path: &[Step]) -> Box<str> {
    let mut text = String::new();
    for step in path {
        // Writing to a string does not fail.
        let _ = match step {
            Step::Member(name) if text.is_empty() => write!(text, "{name}"),
            Step::Member(name) => write!(text, ".{name}"),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    one_line(&text).into()
}

fn with(act: impl FnOnce(&mut Notes)) {
    // A thread that is ending has no notes left, and nobody who would read them.
    let _ = NOTES.try_with(|notes| notes.borrow_mut().as_mut().map(act));
}

/// Takes notes while `read` runs.
pub(super) fn taken(read: impl FnOnce()) -> Vec<Unknown> {
    /// Puts back the notes of whoever called, also when `read` panics.
    struct Outer(Option<Notes>);
    impl Drop for Outer {
        fn drop(&mut self) {
            let outer = self.0.take();
            let _ = NOTES.try_with(|notes| *notes.borrow_mut() = outer);
        }
    }
    let replace = |new| NOTES.try_with(|notes| notes.replace(new)).ok().flatten();
    let outer = Outer(replace(Some(Notes::default())));
    read();
    let mine = replace(None);
    drop(outer);
    mine.map(|notes| notes.found).unwrap_or_default()
}

/// A value of another kind than documented.
#[cold]
pub(crate) fn odd() {
    with(|notes| notes.add(UnknownKind::Shape, None));
}

/// A value, or a name, that its vocabulary does not have.
#[cold]
pub(crate) fn value(text: &str) {
    with(
        |notes| {
            if notes.in_name { notes.add(UnknownKind::Member, None) } else { notes.add(UnknownKind::Value, Some(text)) }
        },
    );
}

/// A member that nobody asked for.
pub(super) fn member() {
    with(|notes| notes.add(UnknownKind::Member, None));
}

/// Throws something away without a note of each thing in it.
pub(crate) fn quietly<R>(read: impl FnOnce() -> R) -> R {
    with(|notes| notes.quiet += 1);
    let result = read();
    with(|notes| notes.quiet = notes.quiet.saturating_sub(1));
    result
}

/// The names of the members that the place stands in, the outermost first and its own last.
pub(super) fn names() -> Vec<String> {
    let mut names = Vec::new();
    with(|notes| {
        names.extend(notes.path.iter().filter_map(|step| match step {
            Step::Member(name) => Some(name.to_string()),
            Step::Index(_) => None,
        }));
    });
    names
}

/// Reads the name of a member.
pub(super) fn in_name<R>(name: &str, read: impl FnOnce() -> R) -> R {
    with(|notes| notes.in_name = true);
    let result = within(Step::Member(name.into()), read);
    with(|notes| notes.in_name = false);
    result
}

/// Reads the value of a member.
pub(super) fn in_member<R>(name: &str, read: impl FnOnce() -> R) -> R {
    within(Step::Member(name.into()), read)
}

/// Reads an element of a list.
pub(super) fn in_element<R>(index: usize, read: impl FnOnce() -> R) -> R {
    within(Step::Index(index), read)
}

fn within<R>(step: Step, read: impl FnOnce() -> R) -> R {
    with(|notes| notes.path.push(step));
    let result = read();
    with(|notes| drop(notes.path.pop()));
    result
}
