//! Any bytes, as `AccountReply`.
#![no_main]

use jumio_model::AccountReply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| jumio_fuzz::reply::<AccountReply>(body));
