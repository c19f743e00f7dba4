//! What things are called and what to do about them, in words for a person. Decides nothing and prints nothing.

mod advice;
mod steps;
mod verdict;

pub(crate) use advice::{Place, advice};
pub(crate) use steps::{Step, Surroundings, doing, step, step_name, subject};
pub(crate) use verdict::{headline, outcome_name, standing};

use std::time::Duration;

/// A count and its noun.
pub(crate) fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// A duration as people say it, in its largest one or two units.
pub(crate) fn span(duration: Duration) -> String {
    let whole = Duration::from_secs(duration.as_secs());
    let text = humantime::format_duration(whole).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_and_counts() {
        assert_eq!(span(Duration::from_millis(3_723_900)), "1h 2m");
        assert_eq!(span(Duration::from_secs(8)), "8s");
        assert_eq!(span(Duration::from_millis(900)), "0s");
        assert_eq!(
            (counted(1, "page", "pages"), counted(0, "page", "pages")),
            ("1 page".to_owned(), "0 pages".to_owned())
        );
    }
}
