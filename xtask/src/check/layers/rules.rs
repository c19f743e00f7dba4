//! What the tree below each crate may hold: no runtime under the types, no HTTP stack by default, few dependencies.

use anyhow::Result;

use crate::check::tree::{Node, Query};

/// Anything that opens a connection, serves one or encrypts it.
const HTTP_STACK: &[&str] = &[
    "actix-web",
    "aws-lc-rs",
    "axum",
    "curl",
    "h2",
    "hyper",
    "hyper-util",
    "isahc",
    "native-tls",
    "openssl",
    "quinn",
    "reqwest",
    "ring",
    "rustls",
    "ureq",
];

/// Anything that runs tasks or waits.
const RUNTIME: &[&str] =
    &["async-io", "async-std", "async-trait", "futures-executor", "mio", "smol", "socket2", "tokio"];

/// Anything that reads a clock or draws a random number, and what only I/O needs.
const WORLD: &[&str] = &["fastrand", "getrandom", "iana-time-zone", "rand", "rand_core", "tempfile", "url"];

/// What the types may have only behind a feature of its own.
const BEHIND_FEATURES: &[&str] = &["base64", "flate2", "schemars", "uuid"];

/// Features of harmless crates that let them read the clock.
const CLOCK: &[(&str, &str)] = &[("chrono", "now"), ("chrono", "clock")];

/// One tree and what it must not hold.
struct Rule {
    package: &'static str,
    features: &'static [&'static str],
    banned: &'static [&'static [&'static str]],
    banned_features: &'static [(&'static str, &'static str)],
    /// The most dependencies, procedural macros not counted.
    at_most: Option<usize>,
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        package: "jumio-model",
        features: &[],
        banned: &[HTTP_STACK, RUNTIME, WORLD, BEHIND_FEATURES],
        banned_features: CLOCK,
        at_most: Some(10),
        why: "whoever takes the types alone must not pay for more",
    },
    Rule {
        package: "jumio-model",
        features: &["--features", "endpoint"],
        banned: &[BEHIND_FEATURES],
        banned_features: &[],
        at_most: Some(13),
        why: "whoever has an HTTP client of their own pays for the calls as values, and no more",
    },
    Rule {
        package: "jumio-model",
        features: &["--features", "token-expiry"],
        banned: &[&["schemars", "uuid"]],
        banned_features: CLOCK,
        at_most: Some(17),
        why: "reading a token's expiry costs what gzip costs, seven crates, and no more",
    },
    Rule {
        package: "jumio-model",
        features: &["--features", "schemars"],
        banned: &[&["base64", "flate2", "uuid"]],
        banned_features: CLOCK,
        at_most: Some(13),
        why: "schemas cost three crates and no more",
    },
    Rule {
        package: "jumio-model",
        features: &["--features", "uuid"],
        banned: &[&["base64", "flate2", "schemars"]],
        banned_features: CLOCK,
        at_most: Some(11),
        why: "a UUID is one crate and no more",
    },
    Rule {
        package: "jumio-model",
        features: &["--all-features"],
        banned: &[HTTP_STACK, RUNTIME, WORLD],
        banned_features: CLOCK,
        at_most: None,
        why: "an endpoint is a value: the model does no I/O, draws no number and tells no time",
    },
    Rule {
        package: "jumio-transport",
        features: &[],
        banned: &[HTTP_STACK],
        banned_features: &[],
        at_most: None,
        why: "an integrator brings the HTTP client; reqwest is behind its feature",
    },
    Rule {
        package: "jumio-auth",
        features: &[],
        banned: &[HTTP_STACK],
        banned_features: &[],
        at_most: None,
        why: "tokens are fetched over any transport",
    },
    Rule {
        package: "jumio-flow",
        features: &["--no-default-features"],
        banned: &[HTTP_STACK, RUNTIME, WORLD, &["http", "jumio-auth", "jumio-transport", "tracing"]],
        banned_features: CLOCK,
        at_most: None,
        why: "the machine builds on jumio-model alone and is given the time",
    },
    Rule {
        package: "jumio-flow",
        features: &["--no-default-features", "--features", "driver"],
        banned: &[HTTP_STACK],
        banned_features: &[],
        at_most: None,
        why: "the driver runs over any transport; reqwest comes with `connect`",
    },
    Rule {
        package: "jumio-store",
        features: &[],
        banned: &[HTTP_STACK],
        banned_features: &[],
        at_most: None,
        why: "a store keeps; it must depend on jumio-flow without default features",
    },
    Rule {
        package: "jumio-callback",
        features: &[],
        banned: &[HTTP_STACK],
        banned_features: &[],
        at_most: None,
        why: "the core of the receiver knows no web framework; axum is behind its feature",
    },
];

/// Looks at every tree; gives their number.
pub(super) fn check(problems: &mut Vec<String>) -> Result<usize> {
    for rule in RULES {
        let tree = Query { package: rule.package, features: rule.features, edges: "normal,no-proc-macro" }.run()?;
        problems.extend(rule.violations(&tree));
    }
    Ok(RULES.len())
}

impl Rule {
    fn violations(&self, tree: &[Node]) -> Vec<String> {
        let mut found = Vec::new();
        let with = if self.features.is_empty() { "as it is by default".to_owned() } else { self.features.join(" ") };
        for node in tree {
            if self.banned.iter().any(|list| list.contains(&node.name.as_str())) {
                found.push(format!(
                    "{} ({with}) pulls in {}: {}; `cargo tree --package {} --invert {}` shows who asks for it",
                    self.package, node.name, self.why, self.package, node.name
                ));
            }
            for (_, feature) in self.banned_features.iter().filter(|(name, _)| *name == node.name) {
                if node.features.iter().any(|on| on == feature) {
                    found.push(format!(
                        "{} ({with}) switches on {}/{feature}: {}; ask for it only on the floor that needs it",
                        self.package, node.name, self.why
                    ));
                }
            }
        }
        if let Some(most) = self.at_most.filter(|most| tree.len() > *most) {
            let names: Vec<&str> = tree.iter().map(|node| node.name.as_str()).collect();
            found.push(format!(
                "{} ({with}) has {} dependencies, at most {most} are allowed: {}; {}",
                self.package,
                tree.len(),
                self.why,
                names.join(", ")
            ));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::{CLOCK, HTTP_STACK, Rule};
    use crate::check::tree::Node;

    fn rule(at_most: Option<usize>) -> Rule {
        let banned: &[&[&str]] = &[HTTP_STACK];
        Rule { package: "ours", features: &[], banned, banned_features: CLOCK, at_most, why: "it is light" }
    }

    fn node(name: &str, features: &[&str]) -> Node {
        let features = features.iter().map(|name| (*name).to_owned()).collect();
        Node { name: name.to_owned(), version: "1.0.0".to_owned(), features }
    }

    #[test]
    fn a_banned_crate_is_named() {
        let found = rule(None).violations(&[node("serde", &[]), node("hyper", &[])]);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("pulls in hyper: it is light"), "{found:?}");
    }

    #[test]
    fn a_clock_behind_a_feature_is_found() {
        assert!(rule(None).violations(&[node("chrono", &["std"])]).is_empty());
        assert_eq!(rule(None).violations(&[node("chrono", &["now"])]).len(), 1);
    }

    #[test]
    fn the_budget_counts() {
        let tree = [node("a", &[]), node("b", &[])];
        assert!(rule(Some(2)).violations(&tree).is_empty());
        assert_eq!(rule(Some(1)).violations(&tree).len(), 1);
    }
}
