//! Makes generated JSON fit for readers outside Rust: descriptions without rustdoc's marks, members in one order.

use serde_json::{Map, Value};

/// Members in alphabetical order, so that the text does not depend on how serde_json was built.
pub(crate) fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> =
                members.into_iter().map(|(name, member)| (name, sorted(member))).collect();
            members.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(members.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

/// Names of definitions that every tool takes: OpenAPI allows letters, digits, dots, hyphens and underscores.
pub(crate) fn names(value: &mut Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(target)) = members.get_mut("$ref") {
                *target = target.rsplit_once('/').map(|(at, name)| format!("{at}/{}", legal(name))).unwrap_or_default();
            }
            for (name, member) in members.iter_mut() {
                if let ("$defs" | "schemas", Value::Object(definitions)) = (name.as_str(), &mut *member) {
                    *definitions =
                        std::mem::take(definitions).into_iter().map(|(name, schema)| (legal(&name), schema)).collect();
                }
                names(member);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(names),
        _ => {}
    }
}

fn legal(name: &str) -> String {
    let kept = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    name.chars().map(|letter| if kept(letter) { letter } else { '_' }).collect()
}

/// Cleans every description.
pub(crate) fn descriptions(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match member {
                    Value::String(text) if name == "description" => *text = plain(text),
                    other => descriptions(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(descriptions),
        _ => {}
    }
}

/// A doc comment as plain text: no example, no link, one line per paragraph.
fn plain(doc: &str) -> String {
    let prose = doc.split("```").next().unwrap_or_default();
    let paragraphs = prose.split("\n\n").map(|paragraph| unlinked(&paragraph.replace('\n', " ")));
    let paragraphs: Vec<String> =
        paragraphs.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    paragraphs.join("\n\n")
}

/// `` [`X`](path) `` and `` [`X`] `` → `` `X` ``.
fn unlinked(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[`") {
        let Some((name, tail)) = after.split_once("`]") else { break };
        out.push_str(before);
        out.push_str(&format!("`{name}`"));
        rest = match tail.strip_prefix('(').and_then(|tail| tail.split_once(')')) {
            Some((_, tail)) => tail,
            None => tail,
        };
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn rustdoc_becomes_plain_text() {
        let doc = "Everything. Ask for it in [`Raw`](crate::Raw), or\nfor [`X`] (see `a[0]`).\n\n```\ncode\n```";
        assert_eq!(plain(doc), "Everything. Ask for it in `Raw`, or for `X` (see `a[0]`).");
    }
}
