//! The dependency tree of one package with given features, as cargo would build it.
//!
//! `cargo metadata` unifies the features of the whole workspace and so cannot say what one crate alone pulls in;
//! `cargo tree` can.

use anyhow::Result;

use crate::process;

/// One package of a tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub(super) name: String,
    pub(super) version: String,
    /// The features that this tree switches on in it.
    pub(super) features: Vec<String>,
}

/// Which dependencies of which package.
pub(super) struct Query<'a> {
    pub(super) package: &'a str,
    /// Arguments such as `--all-features`.
    pub(super) features: &'a [&'a str],
    /// Kinds of edges as `cargo tree --edges` names them.
    pub(super) edges: &'a str,
}

impl Query<'_> {
    /// Everything below the package, itself not included, for every platform.
    pub(super) fn run(&self) -> Result<Vec<Node>> {
        self.run_for("all")
    }

    /// The same for one platform, as rustc names it.
    pub(super) fn run_for(&self, target: &str) -> Result<Vec<Node>> {
        let mut command = process::cargo();
        command.args(["tree", "--package", self.package, "--edges", self.edges]);
        command.args(["--target", target, "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}"]);
        command.args(self.features);
        let mut nodes: Vec<Node> = process::output(&mut command)?.lines().filter_map(parse).collect();
        nodes.retain(|node| node.name != self.package);
        nodes.sort();
        nodes.dedup();
        Ok(nodes)
    }
}

/// Reads `serde v1.0.228|derive,std` and `jumio-model v0.1.0 (/somewhere)|endpoint`.
fn parse(line: &str) -> Option<Node> {
    let (package, features) = line.split_once('|')?;
    let mut words = package.split_whitespace();
    let name = words.next()?.to_owned();
    let version = words.next()?.trim_start_matches('v').to_owned();
    let features = features.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
    Some(Node { name, version, features })
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn lines_of_cargo_tree_are_read() {
        let node = parse("serde v1.0.228|derive,std").unwrap();
        assert_eq!((node.name.as_str(), node.version.as_str()), ("serde", "1.0.228"));
        assert_eq!(node.features, ["derive", "std"]);
        assert!(parse("local v0.1.0 (somewhere)|").unwrap().features.is_empty());
        assert!(parse("").is_none());
    }
}
