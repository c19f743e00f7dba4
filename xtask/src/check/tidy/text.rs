//! Rules for every text file: line ends, and nothing that is true on one machine only.

use std::path::Path;

use crate::report::Report;
use crate::workspace;

/// Folders in which people and machines keep their files, and whether a person's name comes next. The slash in front is
/// added where they are used, so that this file does not find itself.
const MACHINE_FOLDERS: &[(&str, bool)] = &[("home/", true), ("Users/", true), ("root/", false), ("work/", false)];

/// Words that, as a part of a host name, mark a package registry or a mirror of one.
const REGISTRY_LABELS: &[&str] = &["artifactory", "index", "nexus", "pypi", "pythonhosted", "registry"];

pub(super) fn check(path: &Path, content: &str, report: &mut Report) {
    let snapshot = path.extension().is_some_and(|extension| extension == "snap");
    for (number, line) in content.lines().enumerate() {
        let at = format!("{}:{}", path.display(), number + 1);
        // A snapshot holds what the code printed, blanks included.
        if line.ends_with([' ', '\t']) && !snapshot {
            report.problems.push(format!("{at}: blanks at the end of the line; remove them"));
        }
        if let Some(found) = machine_path(line) {
            report.problems.push(format!("{at}: {found} is a path of one machine; write it relative to the root"));
        }
        if let Some(found) = registry_host(line) {
            report.problems.push(format!("{at}: {found} is a package registry's host; name the package instead"));
        }
    }
    if content.contains('\r') {
        report.problems.push(format!("{}: carriage returns; end lines with a line feed alone", path.display()));
    }
    if !content.is_empty() && !content.ends_with('\n') {
        report.problems.push(format!("{}: no line feed at the end of the file; add one", path.display()));
    }
}

/// An absolute path into a person's or a machine's own folders, or into this very checkout.
fn machine_path(line: &str) -> Option<String> {
    let here = workspace::root().to_string_lossy().into_owned();
    if here.matches('/').count() > 1 && line.contains(&here) {
        return Some(here);
    }
    MACHINE_FOLDERS.iter().find_map(|(folder, named)| {
        let needle = format!("/{folder}");
        let found = line.match_indices(&needle).any(|(at, _)| {
            // `a/home/` and `example.com/home/` are no absolute paths.
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            let absolute = !before.is_some_and(|letter| letter.is_alphanumeric() || "._-*$}{/".contains(letter));
            let rest = line.get(at + needle.len()..).unwrap_or_default();
            let name = rest.chars().take_while(|letter| letter.is_alphanumeric() || "._-".contains(*letter));
            let name_ends = name.map(char::len_utf8).sum();
            let inside = !named || name_ends > 0 && rest.get(name_ends..).is_some_and(|rest| rest.starts_with('/'));
            absolute && inside
        });
        found.then_some(needle)
    })
}

/// The host of a package registry in a URL.
fn registry_host(line: &str) -> Option<&str> {
    line.match_indices("://").find_map(|(at, mark)| {
        let rest = line.get(at + mark.len()..)?;
        let end = rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || ".-".contains(letter)));
        let host = rest.get(..end.unwrap_or(rest.len()))?;
        let is_registry = host.split('.').any(|label| REGISTRY_LABELS.contains(&label));
        (is_registry && host.contains('.')).then_some(host)
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, machine_path, registry_host};
    use crate::report::Report;

    #[test]
    fn machine_paths_are_found_and_urls_are_not() {
        for (folder, named) in super::MACHINE_FOLDERS {
            assert!(machine_path(&format!("see /{folder}someone/x")).is_some(), "{folder}");
            assert!(machine_path(&format!("https://example.com/{folder}a/x")).is_none(), "{folder}");
            assert_eq!(machine_path(&format!("/{folder}scan.png")).is_none(), *named, "{folder}");
        }
    }

    #[test]
    fn registry_hosts_are_found() {
        let host = |label: &str| format!("{}{label}.example.com/x", "https://");
        assert!(registry_host(&host("registry")).is_some());
        assert!(registry_host(&host("www")).is_none());
        assert!(registry_host("https://github.com/rust-lang/crates.io-index").is_none());
    }

    #[test]
    fn line_ends_are_checked() {
        let problems = |content: &str| {
            let mut report = Report::default();
            check(Path::new("a.md"), content, &mut report);
            report.problems.len()
        };
        assert_eq!(problems("fine\n"), 0);
        assert_eq!(problems("blank \n"), 1);
        assert_eq!(problems("no end"), 1);
        assert_eq!(problems("both\r\n"), 1);
    }
}
