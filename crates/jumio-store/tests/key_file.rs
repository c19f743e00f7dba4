//! The key file: made once, for its owner alone, and refused where it is not that.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::error::Error as _;
use std::fs;
use std::path::PathBuf;

use jumio_flow::{FlowKey, StateCodec as _};
use jumio_store::{KeyFile, KeyFileError, Sealed};

#[test]
fn a_key_is_made_once_and_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/flows.key");
    let missing = KeyFile::open(&path).unwrap_err();
    assert!(matches!(missing, KeyFileError::Unreadable { .. }));
    assert!(missing.to_string().contains("missing") && missing.source().is_some(), "{missing}");

    let made = KeyFile::open_or_create(&path).unwrap();
    let text = fs::read(&path).unwrap();
    let found = KeyFile::open_or_create(&path).unwrap();
    assert_eq!(fs::read(&path).unwrap(), text, "the second call changes nothing");
    let flow = FlowKey::new("a");
    let sealed = Sealed::new(&made).seal(&flow, b"state").unwrap();
    assert_eq!(Sealed::new(&found).open(&flow, &sealed).unwrap(), b"state", "it is the same key");

    let other = KeyFile::open_or_create(folder.path().join("other.key")).unwrap();
    assert!(Sealed::new(&other).open(&flow, &sealed).is_err(), "and another one elsewhere");
    let left: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing else is left beside it");
}

#[test]
fn of_many_that_come_at_once_all_use_one_key() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.key");
    let flow = FlowKey::new("a");
    let make = |path: PathBuf| std::thread::spawn(move || Sealed::new(&KeyFile::open_or_create(path).unwrap()));
    let makers: Vec<_> = (0..8).map(|_| make(path.clone())).collect();
    let codecs: Vec<_> = makers.into_iter().map(|maker| maker.join().unwrap()).collect();
    let sealed = codecs[0].seal(&flow, b"state").unwrap();
    assert!(codecs.iter().all(|codec| codec.open(&flow, &sealed).is_ok()));
}

#[test]
fn debug_is_silent() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.key");
    let key = KeyFile::open_or_create(&path).unwrap();
    assert_eq!(format!("{key:?} {:?}", Sealed::new(&key)), "KeyFile(…) Sealed(…)");
}

#[test]
fn what_is_no_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("flows.key");
    KeyFile::open_or_create(&path).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let bare = good.trim_end();
    let cases = [
        ("empty", Vec::new()),
        ("cut", bare[..bare.len() - 4].into()),
        ("too long", format!("{bare}AAAA").into()),
        ("one number twice", format!("{good}{good}").into()),
        ("without its beginning", bare["jumio-".len()..].into()),
        ("a number that is none", bare.replace(":1:", ":x:").into()),
        ("a number too great", bare.replace(":1:", ":256:").into()),
        ("not base64", bare.replace(":1:", ":1:!").into()),
        ("not text", vec![0xff; 60]),
        ("very long", vec![b'a'; 100_000]),
    ];
    for (name, content) in cases {
        fs::write(&path, content).unwrap();
        for refused in [KeyFile::open(&path).unwrap_err(), KeyFile::open_or_create(&path).unwrap_err()] {
            assert!(matches!(refused, KeyFileError::Malformed { .. }), "{name}: {refused}");
            assert!(refused.to_string().contains("flows.key"), "{refused}");
        }
    }
    fs::write(&path, bare).unwrap();
    KeyFile::open(&path).unwrap();
}

#[test]
fn a_folder_is_no_key_file() {
    let folder = tempfile::tempdir().unwrap();
    assert!(KeyFile::open_or_create(folder.path()).is_err());
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let below = KeyFile::open_or_create(file.join("flows.key")).unwrap_err();
    assert!(below.source().is_some(), "{below}");
}

#[cfg(unix)]
#[test]
fn modes_are_made_and_checked() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("made/flows.key");
    KeyFile::open_or_create(&path).unwrap();
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    for open in [0o640, 0o604, 0o660, 0o777, 0o610] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        let refused = KeyFile::open_or_create(&path).unwrap_err();
        assert!(matches!(refused, KeyFileError::Exposed { mode, .. } if mode == open), "{refused}");
        let text = refused.to_string();
        assert!(text.contains("chmod 600") && text.contains("flows.key"), "{text}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    KeyFile::open(&path).unwrap();
}
