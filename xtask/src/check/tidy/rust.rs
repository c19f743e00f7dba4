//! Rules for Rust files: each says on its first line what it is for, and stays short enough to read at once.

use std::path::Path;

use crate::codegen;
use crate::report::Report;

/// Longer than this is a question about the file's one reason to exist.
const SOFT: usize = 400;
/// Longer than this is an error.
const HARD: usize = 600;

pub(super) fn check(path: &Path, content: &str, report: &mut Report) {
    let shown = path.display();
    if !content.starts_with("//! ") {
        report.problems.push(format!("{shown}: the first line must be `//! ` and say what the file is for"));
    }
    let lines = content.lines().count();
    if path.starts_with(codegen::FOLDER) {
        return;
    }
    if lines > HARD {
        report.problems.push(format!("{shown}: {lines} lines, at most {HARD}; split it by what changes together"));
    } else if lines > SOFT {
        report.notes.push(format!("{shown}: {lines} lines, more than {SOFT}; has it one reason to exist?"));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::check;
    use crate::report::Report;

    fn report(path: &str, content: &str) -> Report {
        let mut report = Report::default();
        check(Path::new(path), content, &mut report);
        report
    }

    #[test]
    fn length_is_noted_then_refused() {
        let file = |lines| format!("//! Doc.\n{}", "// x\n".repeat(lines));
        assert!(report("a.rs", &file(300)).notes.is_empty());
        assert_eq!(report("a.rs", &file(450)).notes.len(), 1);
        assert_eq!(report("a.rs", &file(700)).problems.len(), 1);
        let generated = format!("{}/country.rs", crate::codegen::FOLDER);
        assert!(report(&generated, &file(700)).problems.is_empty());
    }

    #[test]
    fn the_first_line_must_be_a_doc() {
        assert_eq!(report("a.rs", "use std::fmt;\n").problems.len(), 1);
        assert!(report("a.rs", "//! Doc.\n").problems.is_empty());
    }
}
