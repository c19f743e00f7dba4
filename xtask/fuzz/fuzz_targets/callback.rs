//! Any bytes, as `Callback`.
#![no_main]

use jumio_model::Callback;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| jumio_fuzz::reply::<Callback>(body));
