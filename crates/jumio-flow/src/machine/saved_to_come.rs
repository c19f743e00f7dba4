//! For tests of upgrades: a process that plays a version to come, which reads a form that this version leaves alone, and writes
//! it once it is told to.

use std::sync::atomic::{AtomicU8, Ordering};

/// The form to come.
pub(super) const VERSION: u32 = super::VERSION + 1;

const READ: u8 = 1;
const WRITTEN: u8 = 2;

static PLAYED: AtomicU8 = AtomicU8::new(0);

/// From here on this process reads the form to come, as every worker must before any may write it.
pub fn read_version_to_come() {
    PLAYED.fetch_max(READ, Ordering::SeqCst);
}

/// From here on this process writes every state in the form to come. A worker that does not read it leaves those flows alone.
pub fn write_version_to_come() {
    PLAYED.fetch_max(WRITTEN, Ordering::SeqCst);
}

pub(super) fn is_read() -> bool {
    PLAYED.load(Ordering::SeqCst) >= READ
}

pub(super) fn is_written() -> bool {
    PLAYED.load(Ordering::SeqCst) >= WRITTEN
}
