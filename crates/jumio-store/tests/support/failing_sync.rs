//! Preloaded into a child process by `tests/lost_sync.rs`, which compiles it: while the file that `JUMIO_TEST_SYNC_FAILS` names
//! is there, the disk keeps nothing for certain.

use std::ffi::c_int;

/// The number of an input or output error.
const EIO: c_int = 5;

unsafe extern "C" {
    fn __errno_location() -> *mut c_int;
}

fn sync() -> c_int {
    let fails = std::env::var_os("JUMIO_TEST_SYNC_FAILS").is_some_and(|file| std::path::Path::new(&file).exists());
    if !fails {
        // Nobody pulls a plug here.
        return 0;
    }
    // SAFETY: glibc gives the place of this thread's own error number.
    unsafe { *__errno_location() = EIO };
    -1
}

// SAFETY: both have the signature of the function that they stand in for.
#[unsafe(no_mangle)]
pub extern "C" fn fsync(_: c_int) -> c_int {
    sync()
}

// SAFETY: as above.
#[unsafe(no_mangle)]
pub extern "C" fn fdatasync(_: c_int) -> c_int {
    sync()
}
