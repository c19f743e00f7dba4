//! `schemas`: a JSON Schema per payload and an OpenAPI document of all calls.
//!
//! It prints one JSON object, file name to content, and writes nothing: where files go and whether they are fresh is
//! xtask's affair.

use serde_json::{Map, Value};

use crate::{openapi, payloads};

/// File name, below the folder of the schemas, and content.
pub(crate) fn files() -> Map<String, Value> {
    let mut files = Map::new();
    for payload in payloads::ALL {
        files.insert(format!("{}.json", payload.name), payload.document());
    }
    files.insert("openapi.json".to_owned(), openapi::document());
    files
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value;

    fn enums(value: &Value, at: &str, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if name == "enum" {
                        found.push(at.to_owned());
                    }
                    enums(member, &format!("{at}/{name}"), found);
                }
            }
            Value::Array(items) => items.iter().for_each(|item| enums(item, at, found)),
            _ => {}
        }
    }

    /// Jumio adds values without notice: a schema with a closed list would call them errors. Jumio's regions, in the
    /// addresses of servers, are the one list that is closed on purpose.
    #[test]
    fn no_list_of_values_is_closed() {
        let mut found = Vec::new();
        for (name, content) in super::files() {
            enums(&content, &name, &mut found);
        }
        found.retain(|at| !at.ends_with("/servers/variables/region"));
        assert_eq!(found, Vec::<String>::new());
    }

    fn refs(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
                members.values().for_each(|member| refs(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| refs(item, found)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_has_a_definition() {
        let mut checked = 0;
        for (name, content) in super::files() {
            let mut found = Vec::new();
            refs(&content, &mut found);
            for target in found {
                let pointer = target.strip_prefix('#').unwrap();
                assert!(content.pointer(pointer).is_some(), "{name}: {target}");
                checked += 1;
            }
        }
        assert!(checked > 100, "{checked}");
    }

    /// An endpoint that is in the model and not in the OpenAPI document would be lost without a word.
    #[test]
    fn every_endpoint_is_an_operation() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../jumio-model/src/api");
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for rest in text.split("const NAME: &'static str = \"").skip(1) {
                names.push(rest.split('"').next().unwrap().to_owned());
            }
        }
        assert!(names.len() >= 11, "{names:?}");
        let document = super::openapi::document().to_string();
        names.retain(|name| !document.contains(&format!("\"operationId\":\"{name}\"")));
        assert_eq!(names, Vec::<String>::new(), "add them to crates/jumio-devtools/src/openapi.rs");
    }
}
