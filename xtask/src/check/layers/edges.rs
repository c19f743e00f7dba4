//! The edges between the crates of this workspace: what each may depend on, and nothing else.

use anyhow::Result;
use cargo_metadata::{DependencyKind, MetadataCommand};

use crate::workspace;

/// How a crate may use another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Use {
    /// As an ordinary dependency or an optional one.
    Any,
    /// Only behind a feature that is not a default one.
    Optional,
}

/// A crate and what it may depend on. A crate that is not here is an error: its floor has to be decided first.
const FLOORS: &[(&str, &[(&str, Use)])] = &[
    ("jumio-model", &[]),
    ("jumio-transport", &[("jumio-model", Use::Any)]),
    ("jumio-auth", &[("jumio-transport", Use::Any), ("jumio-model", Use::Any)]),
    ("jumio-flow", &[("jumio-auth", Use::Any), ("jumio-transport", Use::Any), ("jumio-model", Use::Any)]),
    (
        "jumio-store",
        &[("jumio-flow", Use::Any), ("jumio-auth", Use::Any), ("jumio-transport", Use::Any), ("jumio-model", Use::Any)],
    ),
    (
        "jumio-callback",
        &[
            ("jumio-flow", Use::Optional),
            ("jumio-auth", Use::Optional),
            ("jumio-transport", Use::Optional),
            ("jumio-model", Use::Any),
        ],
    ),
    ("jumio-simulator", &[("jumio-model", Use::Any)]),
    (
        "jumio-cli",
        &[
            ("jumio-flow", Use::Any),
            ("jumio-store", Use::Any),
            ("jumio-callback", Use::Any),
            ("jumio-simulator", Use::Any),
            ("jumio-auth", Use::Any),
            ("jumio-transport", Use::Any),
            ("jumio-model", Use::Any),
        ],
    ),
    (
        "jumio-conformance",
        &[
            ("jumio-flow", Use::Any),
            ("jumio-simulator", Use::Any),
            ("jumio-auth", Use::Any),
            ("jumio-transport", Use::Any),
            ("jumio-model", Use::Any),
        ],
    ),
    ("jumio-browser-tests", &[("jumio-simulator", Use::Any)]),
    (
        "jumio-devtools",
        &[
            ("jumio-model", Use::Any),
            // What a benchmark measures is built for it alone.
            ("jumio-auth", Use::Optional),
            ("jumio-simulator", Use::Optional),
            ("jumio-transport", Use::Optional),
        ],
    ),
    ("xtask", &[]),
];

/// One crate of the workspace and the crates of the workspace that it uses, dev-dependencies left out.
pub(super) struct Crate {
    name: String,
    uses: Vec<Edge>,
}

struct Edge {
    to: String,
    /// Only there with a feature that is not on by default.
    optional: bool,
}

/// The workspace as its Cargo.toml files say.
pub(super) fn read() -> Result<Vec<Crate>> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).no_deps().exec()?;
    let members: Vec<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let crates = metadata.packages.iter().map(|package| {
        let by_default = enabled_by_default(&package.features);
        let uses = package
            .dependencies
            .iter()
            .filter(|dependency| dependency.kind != DependencyKind::Development)
            .filter(|dependency| members.contains(&dependency.name.as_str()))
            .map(|dependency| Edge {
                to: dependency.name.clone(),
                optional: dependency.optional && !by_default.contains(&dependency.name),
            })
            .collect();
        Crate { name: package.name.to_string(), uses }
    });
    Ok(crates.collect())
}

/// The optional dependencies that the default features switch on.
fn enabled_by_default(features: &std::collections::BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut pending = vec!["default".to_owned()];
    let mut seen = Vec::new();
    let mut dependencies = Vec::new();
    while let Some(feature) = pending.pop() {
        if seen.contains(&feature) {
            continue;
        }
        for value in features.get(&feature).into_iter().flatten() {
            if let Some(dependency) = value.strip_prefix("dep:") {
                dependencies.push(dependency.to_owned());
            } else if let Some((dependency, _)) = value.split_once('/') {
                // `name?/feature` does not switch the dependency on, `name/feature` does.
                if !dependency.ends_with('?') {
                    dependencies.push(dependency.to_owned());
                }
            } else {
                pending.push(value.clone());
            }
        }
        seen.push(feature);
    }
    dependencies
}

/// Every edge that the floors do not allow, with what to do.
pub(super) fn violations(crates: &[Crate]) -> Vec<String> {
    let mut found = Vec::new();
    for from in crates {
        let Some((_, allowed)) = FLOORS.iter().find(|(name, _)| *name == from.name) else {
            found.push(format!(
                "{} is on no floor; place it in docs/architecture.md and in xtask/src/check/layers/edges.rs",
                from.name
            ));
            continue;
        };
        for edge in &from.uses {
            let (name, to) = (&from.name, &edge.to);
            match allowed.iter().find(|(allowed, _)| allowed == to) {
                None => found.push(format!(
                    "{name} -> {to} is not an edge of the house; move the code that needs it to a floor above {to}, \
                     or take what it needs as an argument (a dev-dependency is allowed)"
                )),
                Some((_, Use::Optional)) if !edge.optional => found.push(format!(
                    "{name} -> {to} must be optional; put it behind a feature of {name} that is not a default one"
                )),
                Some(_) => {}
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Crate, Edge, FLOORS, enabled_by_default, violations};

    fn krate(name: &str, uses: &[(&str, bool)]) -> Crate {
        let uses = uses.iter().map(|(to, optional)| Edge { to: (*to).to_owned(), optional: *optional }).collect();
        Crate { name: name.to_owned(), uses }
    }

    #[test]
    fn an_upward_edge_is_named() {
        let found = violations(&[krate("jumio-transport", &[("jumio-auth", false), ("jumio-model", false)])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("jumio-transport -> jumio-auth is not an edge"), "{found:?}");
    }

    #[test]
    fn the_callback_crate_takes_the_flow_only_behind_a_feature() {
        assert!(violations(&[krate("jumio-callback", &[("jumio-flow", true)])]).is_empty());
        assert_eq!(violations(&[krate("jumio-callback", &[("jumio-flow", false)])]).len(), 1);
    }

    #[test]
    fn a_crate_without_a_floor_is_refused() {
        assert_eq!(violations(&[krate("jumio-extra", &[])]).len(), 1);
    }

    #[test]
    fn xtask_stands_alone() {
        for (name, _) in FLOORS.iter().filter(|(name, _)| *name != "xtask") {
            assert_eq!(violations(&[krate("xtask", &[(name, true)])]).len(), 1);
        }
    }

    #[test]
    fn default_features_are_followed_to_their_dependencies() {
        let features = [
            ("default", &["connect"][..]),
            ("connect", &["driver", "wire/tls", "weak?/x"]),
            ("driver", &["dep:engine"]),
            ("other", &["dep:elsewhere"]),
        ];
        let features = features
            .into_iter()
            .map(|(name, values)| (name.to_owned(), values.iter().map(|value| (*value).to_owned()).collect()))
            .collect();
        let mut found = enabled_by_default(&features);
        found.sort();
        assert_eq!(found, ["engine", "wire"]);
    }
}
