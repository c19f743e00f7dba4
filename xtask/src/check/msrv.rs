//! `cargo xtask check msrv`: each crate states the oldest Rust that its dependencies allow, and no other.
//!
//! The number is computed, not chosen. Clippy's `incompatible_msrv` then holds our own code to it, and the public
//! workflow builds each crate with it.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result};
use cargo_metadata::semver::Version;
use cargo_metadata::{Metadata, MetadataCommand, Package};
use toml_edit::{DocumentMut, value};

use super::tree::{Node, Query};
use crate::report::Report;
use crate::workspace;

/// Edition 2024 needs this one.
const EDITION: Version = Version::new(1, 85, 0);

/// Compares, or with `write` mends, the `rust-version` of every crate of the workspace.
pub(super) fn check(write: bool) -> Result<Report> {
    let metadata = MetadataCommand::new().current_dir(workspace::root()).exec()?;
    let stated = stated_by_others(&metadata);
    let mut report = Report::default();
    let mut spread = Vec::new();

    for package in metadata.workspace_packages() {
        let tree = Query { package: &package.name, features: &["--all-features"], edges: "normal,build" }.run()?;
        let (needed, because) = needed(&tree, &stated);
        let text = shorten(&needed);
        spread.push(format!("{} {text}", package.name));
        if package.rust_version.as_ref() == Some(&needed) {
            continue;
        }
        if write {
            set(package, &text)?;
            println!("msrv: {} is now {text}, for {because}", package.name);
        } else {
            let found = package.rust_version.as_ref().map_or_else(|| "nothing".to_owned(), shorten);
            report.problems.push(format!(
                "{} states {found}, its dependencies need {text} ({because}); run `cargo xtask check msrv --write`",
                package.name
            ));
        }
    }
    report.summary = spread.join(", ");
    Ok(report)
}

/// The `rust-version` of every dependency that states one. Our own crates follow from the others.
fn stated_by_others(metadata: &Metadata) -> BTreeMap<(String, String), Version> {
    let ours = &metadata.workspace_members;
    let others = metadata.packages.iter().filter(|package| !ours.contains(&package.id));
    others
        .filter_map(|package| {
            let rust = package.rust_version.clone()?;
            Some(((package.name.to_string(), package.version.to_string()), rust))
        })
        .collect()
}

/// The oldest Rust that the whole tree allows, and who asks for it.
fn needed(tree: &[Node], stated: &BTreeMap<(String, String), Version>) -> (Version, String) {
    let mut oldest = (EDITION, "edition 2024".to_owned());
    for node in tree {
        if let Some(rust) = stated.get(&(node.name.clone(), node.version.clone()))
            && *rust > oldest.0
        {
            oldest = (rust.clone(), format!("{} {}", node.name, node.version));
        }
    }
    oldest
}

/// `1.88.0` → `1.88`, as people write it.
fn shorten(version: &Version) -> String {
    if version.patch == 0 { format!("{}.{}", version.major, version.minor) } else { version.to_string() }
}

/// Writes the field; everything else in the file stays as it is.
fn set(package: &Package, rust: &str) -> Result<()> {
    let path = &package.manifest_path;
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read the manifest of {}", package.name))?;
    let document = with_rust_version(&text, rust).with_context(|| format!("in the manifest of {}", package.name))?;
    std::fs::write(path, document).with_context(|| format!("cannot write the manifest of {}", package.name))
}

fn with_rust_version(manifest: &str, rust: &str) -> Result<String> {
    let mut document: DocumentMut = manifest.parse()?;
    let package = document.get_mut("package").and_then(|item| item.as_table_mut()).context("there is no [package]")?;
    package.insert("rust-version", value(rust));
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use cargo_metadata::semver::Version;

    use super::{needed, shorten, with_rust_version};
    use crate::check::tree::Node;

    #[test]
    fn the_newest_demand_wins() {
        let node = |name: &str| Node { name: name.to_owned(), version: "1.0.0".to_owned(), features: Vec::new() };
        let stated = [("old", Version::new(1, 60, 0)), ("new", Version::new(1, 90, 1))]
            .into_iter()
            .map(|(name, rust)| ((name.to_owned(), "1.0.0".to_owned()), rust))
            .collect();
        let (rust, because) = needed(&[node("new"), node("old"), node("silent")], &stated);
        assert_eq!((shorten(&rust).as_str(), because.as_str()), ("1.90.1", "new 1.0.0"));
        assert_eq!(shorten(&needed(&[node("old")], &stated).0), "1.85");
    }

    #[test]
    fn only_the_one_field_changes() {
        let before = "[package]\nname = \"x\" # a comment\n\n[lints]\nworkspace = true\n";
        let after = with_rust_version(before, "1.88").unwrap();
        assert_eq!(
            after,
            "[package]\nname = \"x\" # a comment\nrust-version = \"1.88\"\n\n[lints]\nworkspace = true\n"
        );
        assert_eq!(with_rust_version(&after, "1.88").unwrap(), after);
    }
}
