//! The disk's own pace: no durable figure can beat it.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

pub(crate) const TIMES: usize = 301;

/// The median time of appending a page and waiting until the disk has it.
pub(crate) fn sync_median(folder: &Path) -> Duration {
    let mut file = File::create(folder.join("sync")).unwrap();
    let mut times = Vec::new();
    for _ in 0..TIMES {
        let start = Instant::now();
        file.write_all(&[0x5a; 4096]).unwrap();
        file.sync_data().unwrap();
        times.push(start.elapsed());
    }
    times.sort();
    times[TIMES / 2]
}
