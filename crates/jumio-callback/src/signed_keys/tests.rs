//! A key is ours as it was signed, while it is good, and in no other form.

use std::time::{Duration, SystemTime};

use super::{SignedKeys, SigningSecret};

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn secret(name: &str, byte: u8) -> SigningSecret {
    SigningSecret::new(name, [byte; 32]).unwrap()
}

#[test]
fn good_until_its_second_and_not_after() {
    let keys = SignedKeys::new(secret("a", 1));
    let segment = keys.sign("5ecre7", at(1000)).unwrap();
    assert_eq!(keys.check(&segment, at(0)), Some("5ecre7"));
    assert_eq!(keys.check(&segment, at(999)), Some("5ecre7"));
    assert_eq!(keys.check(&segment, at(1000)), None);
}

#[test]
fn no_other_text_is_a_key() {
    let keys = SignedKeys::new(secret("a", 1));
    let segment = keys.sign("5ecre7", at(1000)).unwrap();
    let now = at(10);
    for index in 0..segment.len() {
        for with in *b".0fFzA-" {
            let mut other = segment.clone().into_bytes();
            if other[index] != with {
                other[index] = with;
                assert_eq!(keys.check(std::str::from_utf8(&other).unwrap(), now), None, "{index} {with}");
            }
        }
        assert_eq!(keys.check(&segment[..index], now), None, "cut at {index}");
    }
    for odd in ["", ".", "...", "5ecre7", "5ecre7.a.3e8.", "5ecre7.a.3e8", "5ecre7.b.3e8.00"] {
        assert_eq!(keys.check(odd, now), None, "{odd}");
    }
    assert_eq!(keys.check(&format!("{segment}0"), now), None);
    assert_eq!(keys.check(&segment.to_uppercase(), now), None);
}

#[test]
fn a_secret_is_rotated_without_a_gap() {
    let old = SignedKeys::new(secret("old", 1));
    let both = SignedKeys::new(secret("new", 2)).and(secret("old", 1));
    let new = SignedKeys::new(secret("new", 2));
    let (before, after) = (old.sign("k", at(1000)).unwrap(), both.sign("k", at(1000)).unwrap());
    assert_eq!(both.check(&before, at(1)), Some("k"));
    assert_eq!(both.check(&after, at(1)), Some("k"));
    assert_eq!(new.check(&after, at(1)), Some("k"));
    assert_eq!(new.check(&before, at(1)), None);
    assert_eq!(old.check(&after, at(1)), None);
    let same_name = SignedKeys::new(secret("old", 3));
    assert_eq!(same_name.check(&before, at(1)), None, "a name proves nothing");
}

#[test]
fn what_does_not_fit_is_said_without_showing_it() {
    let keys = SignedKeys::new(secret("a", 1));
    for key in ["", "a.b", "a/b", "a b", "ä", &"k".repeat(65)] {
        let error = keys.sign(key, at(1)).unwrap_err();
        assert_eq!(error.length, key.len());
    }
    for name in ["", "a.b", "seventeen-letters"] {
        assert!(SigningSecret::new(name, [0; 32]).is_err(), "{name}");
    }
    let shown = format!("{keys:?} {:?}", SignedKeys::new(secret("b", 250)));
    assert!(shown.contains("SigningSecret(a, …)") && !shown.contains("250"), "{shown}");
}
