//! Any bytes, as `WorkflowDetails`.
#![no_main]

use jumio_model::WorkflowDetails;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| jumio_fuzz::reply::<WorkflowDetails>(body));
