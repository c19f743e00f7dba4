//! What faults do to the JSON of an answer. A body that is not JSON stays as it is.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::clock::Moment;

/// A word that no list of Jumio's has.
const UNKNOWN: &str = "SIMULATED_UNKNOWN";
/// A member that no page of Jumio's has.
const EXTRA: &str = "simulatedExtra";

/// Members whose value is a word of a list (protocol 7).
const WORDS: &[&str] =
    &["allowedChannels", "category", "classifier", "label", "searchStatus", "similarity", "status", "type"];

/// Objects that map content to content: a member more there would be no extra member but more content.
const MAPS: &[&str] = &["capabilities", "parts"];

/// Members that are not always there (protocol 3.5, 4.3, 7.2, 8, 11.12). A star stands for every item or member.
const OPTIONAL: &[&str] = &[
    "/api/token",
    "/capabilities/*/*/credentials",
    "/capabilities/*/*/data",
    "/completedAt",
    "/credential",
    "/credentials/*/label",
    "/credentials/*/parts",
    "/decision",
    "/details",
    "/part",
    "/sdk",
    "/startedAt",
    "/steps",
    "/web",
    "/wipedOutAt",
    "/workflow/userReference",
    "/workflowExecution/credentials/*/label",
];

/// Puts an unknown word at this place, or in the place of one of the words that there are.
pub(super) fn unknown_value(body: Bytes, at: Option<&str>, draw: usize) -> Bytes {
    changed(body, |value| {
        let mut words = Vec::new();
        match at {
            Some(pointer) => words.extend(value.pointer_mut(pointer)),
            None => collect_words(value, false, &mut words),
        }
        let chosen = draw.checked_rem(words.len()).and_then(|index| words.into_iter().nth(index));
        if let Some(word) = chosen {
            *word = json!(UNKNOWN);
        }
    })
}

fn collect_words<'v>(value: &'v mut Value, is_word: bool, words: &mut Vec<&'v mut Value>) {
    match value {
        Value::String(_) if is_word => words.push(value),
        Value::Array(items) => items.iter_mut().for_each(|item| collect_words(item, is_word, words)),
        Value::Object(members) => {
            for (name, member) in members {
                collect_words(member, WORDS.contains(&name.as_str()), words);
            }
        }
        _ => {}
    }
}

/// Gives each object a member more.
pub(super) fn extra_members(body: Bytes) -> Bytes {
    changed(body, |value| extend(value, false))
}

fn extend(value: &mut Value, is_map: bool) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| extend(item, false)),
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                extend(member, MAPS.contains(&name.as_str()));
            }
            if !is_map {
                members.insert(EXTRA.to_owned(), json!({ "value": 1 }));
            }
        }
        _ => {}
    }
}

/// Takes this member away, or all that are not always there.
pub(super) fn missing_members(body: Bytes, at: Option<&str>) -> Bytes {
    changed(body, |value| match at {
        Some(pointer) => remove(value, pointer),
        None => OPTIONAL.iter().for_each(|pointer| remove(value, pointer)),
    })
}

fn remove(value: &mut Value, pointer: &str) {
    let Some(rest) = pointer.strip_prefix('/') else { return };
    let (name, below) = match rest.find('/') {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let is_last = below.is_empty();
    match value {
        Value::Object(members) if is_last => {
            members.remove(name);
        }
        Value::Object(members) if name == "*" => members.values_mut().for_each(|member| remove(member, below)),
        Value::Object(members) => {
            if let Some(member) = members.get_mut(name) {
                remove(member, below);
            }
        }
        Value::Array(items) if name == "*" => items.iter_mut().for_each(|item| remove(item, below)),
        Value::Array(items) => {
            if let Some(item) = name.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                remove(item, below);
            }
        }
        _ => {}
    }
}

/// Moves each time by so many milliseconds.
pub(super) fn skewed(body: Bytes, millis: i64) -> Bytes {
    changed(body, |value| shift(value, millis))
}

fn shift(value: &mut Value, millis: i64) {
    match value {
        Value::String(text) => {
            // Only times in Jumio's own form: whatever else looks like one is somebody's text.
            if let Some(time) = Moment::read(text).filter(|time| time.text() == *text) {
                *text = Moment::of_millis(time.millis().saturating_add(millis)).text();
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| shift(item, millis)),
        Value::Object(members) => members.values_mut().for_each(|member| shift(member, millis)),
        _ => {}
    }
}

fn changed(body: Bytes, change: impl FnOnce(&mut Value)) -> Bytes {
    let Ok(mut value) = serde_json::from_slice(&body) else { return body };
    change(&mut value);
    value.to_string().into()
}

#[cfg(test)]
mod tests {
    use super::{Bytes, Value, extra_members, json, missing_members, skewed, unknown_value};

    fn details() -> Bytes {
        let details = json!({
            "workflow": { "id": "w", "status": "PROCESSED", "userReference": "u" },
            "startedAt": "2026-01-02T03:04:05.678Z",
            "credentials": [{ "id": "c", "category": "DOCUMENT", "parts": [{ "classifier": "1" }] }],
            "decision": { "type": "PASSED", "details": { "label": "PASSED" } },
            "capabilities": { "usability": [{ "id": "x", "data": {} }] },
        });
        details.to_string().into()
    }

    fn value(bytes: &Bytes) -> Value {
        serde_json::from_slice(bytes).unwrap()
    }

    #[test]
    fn one_word_of_a_list_becomes_unknown() {
        let unknowns =
            |draw| value(&unknown_value(details(), None, draw)).to_string().matches("SIMULATED_UNKNOWN").count();
        assert!((0..10).all(|draw| unknowns(draw) == 1));
        let chosen = value(&unknown_value(details(), Some("/decision/type"), 3));
        assert_eq!(chosen["decision"]["type"], "SIMULATED_UNKNOWN");
        assert_eq!(unknown_value("<html>".into(), None, 3), "<html>");
    }

    #[test]
    fn every_object_but_a_map_gets_a_member_more() {
        let changed = value(&extra_members(details()));
        for pointer in ["", "/workflow", "/credentials/0/parts/0", "/decision/details", "/capabilities/usability/0"] {
            assert!(changed.pointer(pointer).unwrap().get("simulatedExtra").is_some(), "{pointer}");
        }
        assert_eq!(changed["capabilities"].as_object().unwrap().len(), 1);
    }

    #[test]
    fn what_is_not_always_there_is_gone_and_the_rest_stays() {
        let expected = json!({
            "workflow": { "id": "w", "status": "PROCESSED" },
            "credentials": [{ "id": "c", "category": "DOCUMENT" }],
            "capabilities": { "usability": [{ "id": "x" }] },
        });
        assert_eq!(value(&missing_members(details(), None)), expected);
        let one = value(&missing_members(details(), Some("/credentials/0/id")));
        assert_eq!(one["credentials"][0].get("id"), None);
    }

    #[test]
    fn times_move_together() {
        let changed = value(&skewed(details(), -5 * 60 * 1000));
        assert_eq!(changed["startedAt"], "2026-01-02T02:59:05.678Z");
        assert_eq!(changed["workflow"], value(&details())["workflow"]);
    }
}
