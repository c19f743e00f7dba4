//! How many crates a user of the paved path builds. What a tree may hold at all is in `rules`.

use anyhow::Result;

use crate::check::tree::{Node, Query};

/// One tree and the most crates that it may have: itself, procedural macros and what build scripts need, on Linux.
struct Budget {
    package: &'static str,
    features: &'static [&'static str],
    at_most: usize,
}

const BUDGETS: &[Budget] = &[
    // T19: reqwest with its defaults takes more.
    Budget { package: "jumio-transport", features: &["--features", "rustls-ring"], at_most: 105 },
];

/// Where most of a tree that grew by itself comes from: docs/decisions/unicode-rs-for-host-names.md.
const PIN: &str = "if `cargo update` moved idna_adapter, `cargo update -p idna_adapter --precise 1.1.0` puts it back";

/// Looks at every tree; says how full each is.
pub(super) fn check(problems: &mut Vec<String>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for budget in BUDGETS {
        let query = Query { package: budget.package, features: budget.features, edges: "normal,build" };
        let tree = query.run_for("x86_64-unknown-linux-gnu")?;
        problems.extend(budget.violation(&tree));
        found.push(format!("{} of {} crates in {}", count(&tree), budget.at_most, budget.package));
    }
    Ok(found)
}

/// The tree does not hold the package itself, which is built, too.
fn count(tree: &[Node]) -> usize {
    let mut crates: Vec<_> = tree.iter().map(|node| (&node.name, &node.version)).collect();
    crates.dedup();
    crates.len() + 1
}

impl Budget {
    fn violation(&self, tree: &[Node]) -> Option<String> {
        let found = count(tree);
        (found > self.at_most).then(|| {
            format!(
                "{} ({}) builds {found} crates, at most {} are allowed; {PIN}",
                self.package,
                self.features.join(" "),
                self.at_most
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Budget;
    use crate::check::tree::Node;

    #[test]
    fn a_crate_counts_once_whatever_its_features() {
        let node = |name: &str, features: &[&str]| Node {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            features: features.iter().map(|name| (*name).to_owned()).collect(),
        };
        let tree = [node("a", &[]), node("a", &["x"]), node("b", &[])];
        let budget = |at_most| Budget { package: "ours", features: &[], at_most };
        assert!(budget(3).violation(&tree).is_none());
        assert!(budget(2).violation(&tree).unwrap().contains("builds 3 crates"));
    }
}
