//! For tests of upgrades: a process, or a thread of one, that plays a version to come, which reads a form that this version
//! leaves alone, and writes it once it is told to.

use std::cell::Cell;
use std::sync::atomic::{AtomicU8, Ordering};

/// The form to come.
pub(super) const VERSION: u32 = super::VERSION + 1;

const READ: u8 = 1;
const WRITTEN: u8 = 2;

static PLAYED: AtomicU8 = AtomicU8::new(0);

thread_local! {
    static PLAYED_HERE: Cell<u8> = const { Cell::new(0) };
}

/// From here on this process reads the form to come, as every worker must before any may write it.
pub fn read_version_to_come() {
    PLAYED.fetch_max(READ, Ordering::SeqCst);
}

/// From here on this process writes every state in the form to come. A worker that does not read it leaves those flows alone.
pub fn write_version_to_come() {
    PLAYED.fetch_max(WRITTEN, Ordering::SeqCst);
}

/// As [`read_version_to_come`], on this thread alone.
pub fn read_version_to_come_here() {
    PLAYED_HERE.set(PLAYED_HERE.get().max(READ));
}

/// As [`write_version_to_come`], on this thread alone: for workers that are threads of one process.
pub fn write_version_to_come_here() {
    PLAYED_HERE.set(WRITTEN);
}

fn played() -> u8 {
    PLAYED.load(Ordering::SeqCst).max(PLAYED_HERE.get())
}

pub(super) fn is_read() -> bool {
    played() >= READ
}

pub(super) fn is_written() -> bool {
    played() >= WRITTEN
}
