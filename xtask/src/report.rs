//! What a check found: problems, each with what to do about it, and notes that fail nothing.

/// The findings of one check.
#[derive(Default)]
pub(crate) struct Report {
    /// What was looked at, for the line that says that all is well.
    pub(crate) summary: String,
    /// Each one fails the check. Says what is wrong, where, and what to do.
    pub(crate) problems: Vec<String>,
    /// Worth a look; fails nothing.
    pub(crate) notes: Vec<String>,
}

impl Report {
    /// Prints the findings and says whether the check passed.
    pub(crate) fn print(&self, name: &str) -> bool {
        for note in &self.notes {
            println!("{name}: note: {note}");
        }
        for problem in &self.problems {
            println!("{name}: {problem}");
        }
        if self.problems.is_empty() {
            println!("{name}: ok ({})", self.summary);
        }
        self.problems.is_empty()
    }
}
