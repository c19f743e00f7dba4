//! Rules for `Cargo.toml`: versions and paths stand in the root alone, and every crate has the workspace's lints.

use std::path::Path;

use anyhow::{Context as _, Result};
use toml::Table;

use crate::report::Report;

const SECTIONS: &[&str] = &["dependencies", "dev-dependencies", "build-dependencies"];

pub(super) fn check(path: &Path, content: &str, report: &mut Report) -> Result<()> {
    let shown = path.display();
    let manifest: Table = content.parse().with_context(|| format!("cannot read {shown}"))?;
    if manifest.contains_key("workspace") {
        return Ok(());
    }
    for name in own_dependencies(&manifest) {
        report.problems.push(format!(
            "{shown}: {name} has a version or path of its own; put it in [workspace.dependencies] of the root and \
             write `{name}.workspace = true`"
        ));
    }
    if !inherits(manifest.get("lints")) {
        report.problems.push(format!("{shown}: add `[lints]` with `workspace = true`"));
    }
    Ok(())
}

/// Dependencies that do not come through the workspace, those of single platforms included.
fn own_dependencies(manifest: &Table) -> Vec<String> {
    let platforms = manifest.get("target").and_then(|target| target.as_table());
    let tables = platforms.into_iter().flat_map(Table::values).filter_map(|value| value.as_table());
    std::iter::once(manifest)
        .chain(tables)
        .flat_map(|table| SECTIONS.iter().filter_map(|section| table.get(*section)?.as_table()))
        .flat_map(|section| section.iter().filter(|(_, value)| !inherits(Some(value))))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Whether the value is a table with `workspace = true`.
fn inherits(value: Option<&toml::Value>) -> bool {
    value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check;
    use crate::report::Report;

    #[test]
    fn versions_stand_in_the_root() {
        let problems = |content: &str| {
            let mut report = Report::default();
            check(Path::new("crates/x/Cargo.toml"), content, &mut report).unwrap();
            report.problems.len()
        };
        let lints = "[lints]\nworkspace = true\n";
        assert_eq!(problems(&format!("[dependencies]\na.workspace = true\n{lints}")), 0);
        assert_eq!(problems(&format!("[dependencies]\na = \"1\"\n{lints}")), 1);
        assert_eq!(problems(&format!("[target.'cfg(unix)'.dev-dependencies]\na = {{ path = \"../a\" }}\n{lints}")), 1);
        assert_eq!(problems("[package]\nname = \"x\"\n"), 1);
        assert_eq!(problems("[workspace]\n"), 0);
    }
}
