//! What must hold of any bytes that claim to be a reply: they are read or refused, and nothing is lost or made up.

use jumio_model::{Raw, from_slice};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads the bytes as a reply of this type. Panics, which is what a fuzzer looks for, where
///
/// - text and value disagree on whether it can be read,
/// - the text is not written back as it came,
/// - what the typed value writes cannot be read again, or is then written differently,
/// - asking for what is unknown, or showing anything, panics.
pub fn reply<T: DeserializeOwned + Serialize + std::fmt::Debug>(body: &[u8]) {
    let typed = from_slice::<T>(body);
    let raw = from_slice::<Raw<T>>(body);
    assert_eq!(typed.is_ok(), raw.is_ok());
    let (typed, raw) = match (typed, raw) {
        (Ok(typed), Ok(raw)) => (typed, raw),
        (Err(typed), Err(raw)) => {
            assert_eq!(typed, raw);
            let line = raw.to_string();
            assert!(!line.contains('\n'));
            return;
        }
        _ => return,
    };
    let came = std::str::from_utf8(body).unwrap_or_default().trim_matches([' ', '\t', '\r', '\n']);
    assert_eq!(raw.text(), came);
    assert_eq!(serde_json::to_string(&raw).unwrap(), came);

    let written = serde_json::to_string(&typed).unwrap();
    let again: T = from_slice(written.as_bytes()).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), written);

    for unknown in raw.unknowns() {
        assert!(!unknown.to_string().contains('\n'));
    }
    std::hint::black_box(format!("{typed:?}"));
}
