//! `cargo xtask codegen`: writes the vocabularies of `jumio-model` and the reference pages of the book from the tables in
//! `fixtures/vocabulary`.
//!
//! It writes text only; what the macros in that text expand to is the model's own affair.

mod codes;
mod enums;
mod labels;
mod lists;
mod markdown;
mod pages;
mod schemas;
mod table;
mod text;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::check::WRITTEN_BY_CHECKS;
use crate::workspace;

/// Where the generated vocabularies go. Nothing else lives there.
pub(crate) const FOLDER: &str = "crates/jumio-model/src/vocabulary/generated";

/// Where the reference pages go. Nothing else lives there.
const PAGES: &str = "docs/reference";

/// Where the JSON Schemas and the OpenAPI document go.
pub(crate) const SCHEMAS: &str = schemas::FOLDER;

/// Writes every generated file, or, with `check`, fails where one is stale.
///
/// What is made of text alone comes first: the schemas need the types, which need the generated vocabularies.
pub(crate) fn run(check: bool) -> Result<()> {
    let mut wanted = render_all()?;
    let mut stale = write(&wanted, check)?;
    let schemas = schemas::render_all()?;
    stale.extend(write(&schemas, check)?);
    wanted.extend(schemas);

    for path in leftovers(&wanted)? {
        if !check {
            std::fs::remove_file(workspace::root().join(&path))?;
        }
        stale.push(path);
    }

    if check && !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask codegen`", stale.join(", "));
    }
    if check {
        println!("codegen: ok ({} files)", wanted.len());
    } else {
        println!("codegen: {} files, {} of them changed", wanted.len(), stale.len());
    }
    Ok(())
}

/// Writes the files that are not as wanted, or, with `check`, only names them.
fn write(wanted: &BTreeMap<String, String>, check: bool) -> Result<Vec<String>> {
    let mut stale = Vec::new();
    for (path, content) in wanted {
        let file = workspace::root().join(path);
        if std::fs::read_to_string(&file).is_ok_and(|found| found == *content) {
            continue;
        }
        stale.push(path.clone());
        if !check {
            if let Some(folder) = file.parent() {
                std::fs::create_dir_all(folder)?;
            }
            std::fs::write(&file, content).with_context(|| format!("cannot write {path}"))?;
        }
    }
    Ok(stale)
}

/// Path, from the root, and content of everything that is generated from the tables alone.
fn render_all() -> Result<BTreeMap<String, String>> {
    let mut types = enums::render_all()?;
    types.extend(codes::render_all()?);
    types.extend(labels::render_all()?);
    types.sort();
    let lists = lists::render_all()?;

    let mut index = text::header("the tables in `fixtures/vocabulary`", "The generated vocabularies.");
    for (name, _) in &types {
        index.push_str(&format!("mod {};\n", text::module(name)));
    }
    for (module, _) in &lists {
        index.push_str(&format!("pub(super) mod {module};\n"));
    }
    index.push('\n');
    for (name, _) in &types {
        index.push_str(&format!("pub use {}::{name};\n", text::module(name)));
    }

    let mut files = BTreeMap::from([(format!("{FOLDER}/mod.rs"), rustfmt(&index)?)]);
    for (name, content) in types {
        files.insert(format!("{FOLDER}/{}.rs", text::module(&name)), rustfmt(&content)?);
    }
    for (module, content) in lists {
        files.insert(format!("{FOLDER}/{module}.rs"), rustfmt(&content)?);
    }
    for (name, content) in pages::render_all()? {
        files.insert(format!("{PAGES}/{name}"), content);
    }
    Ok(files)
}

/// Files in the folders that nothing generates any more.
fn leftovers(wanted: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for folder in [FOLDER, PAGES, schemas::FOLDER] {
        let here = workspace::root().join(folder);
        if !here.is_dir() {
            continue;
        }
        for entry in std::fs::read_dir(here)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                continue;
            }
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if !wanted.contains_key(&path) && !WRITTEN_BY_CHECKS.contains(&path.as_str()) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The text as the repository's rustfmt leaves it, so that `cargo fmt` never changes a generated file.
fn rustfmt(source: &str) -> Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(workspace::root().join("rustfmt.toml"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start rustfmt; `rustup component add rustfmt` installs it")?;
    let mut stdin = child.stdin.take().context("rustfmt has no stdin")?;
    // rustfmt reads all of its input before it writes, so this cannot block on a full pipe.
    stdin.write_all(source.as_bytes())?;
    drop(stdin);
    let output = child.wait_with_output()?;
    if !output.status.success() {
        bail!("rustfmt refused a generated file");
    }
    Ok(String::from_utf8(output.stdout)?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn generated_files_are_up_to_date() {
        super::run(true).unwrap();
    }

    #[test]
    fn every_generated_file_says_where_it_comes_from() {
        for (name, content) in super::render_all().unwrap() {
            let first = content.lines().next().unwrap();
            let wanted = if name.ends_with(".rs") { "//! " } else { "# " };
            assert!(first.starts_with(wanted), "{name} starts with {first:?}");
            assert!(
                content.contains("Generated by `cargo xtask codegen` from the table")
                    || content.contains("Generated by `cargo xtask codegen` from `fixtures/"),
                "{name}"
            );
        }
    }
}
