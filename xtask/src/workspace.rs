//! Where the repository is and what it holds: the root, its files, text read from it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::process;

/// The root of the checkout: the folder above this package.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or_else(|| Path::new("."))
}

/// Reads a text file, named from the root.
pub(crate) fn read(path: impl AsRef<Path>) -> Result<String> {
    let path = path.as_ref();
    std::fs::read_to_string(root().join(path)).with_context(|| format!("cannot read {}", path.display()))
}

/// Every file of the repository, relative to the root and sorted.
///
/// Git knows them best: what it tracks, and what is new and not ignored. Without git (a source archive), everything but
/// build output counts.
pub(crate) fn files() -> Result<Vec<PathBuf>> {
    let mut files = match from_git() {
        Ok(files) => files,
        Err(_) => {
            let mut files = Vec::new();
            walk(root(), &mut files)?;
            files
        }
    };
    files.sort();
    files.dedup();
    Ok(files)
}

fn from_git() -> Result<Vec<PathBuf>> {
    let mut git = process::at_root("git");
    let list = process::output(git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]))?;
    let names = list.split('\0').filter(|name| !name.is_empty()).map(PathBuf::from);
    // A file that was deleted, but not yet from git's index, is still listed.
    Ok(names.filter(|path| root().join(path).is_file()).collect())
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            let name = path.file_name().unwrap_or_default();
            if name != "target" && name != ".git" {
                walk(&path, files)?;
            }
        } else if let Ok(relative) = path.strip_prefix(root()) {
            files.push(relative.to_path_buf());
        }
    }
    Ok(())
}
