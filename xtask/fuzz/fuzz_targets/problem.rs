//! Any bytes, as the body of a refusal: never an error, and always one harmless line.
#![no_main]

use jumio_model::Problem;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let line = Problem::read(body).to_string();
    assert!(!line.is_empty() && !line.contains(['\n', '\r', '\u{1b}', '\u{202e}']));
});
