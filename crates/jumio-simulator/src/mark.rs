//! Marks in what is uploaded: `SIM:BLURRED` in a file's name or at its start chooses the outcome, for clients that can set
//! nothing else.

use crate::assessment::{NOT_EXECUTED, PASSED, REJECTED, WARNING};
use crate::credential::Category;
use crate::labels;
use crate::plan::Plan;
use crate::workflow::Workflow;

/// Before the word in content; file names cannot have the colon everywhere, so a dash serves there, too.
const MARKS: [&str; 2] = ["SIM:", "SIM-"];

/// The words that a file's name and its first bytes carry after a mark.
// behavior: SIM:WORD in the first kilobyte of a file, or SIM:WORD or SIM-WORD in its name, chooses a decision (REJECTED) or a label (BLURRED); other words are ignored | no such thing at Jumio | chosen
pub(crate) fn words(name: Option<&str>, head: &[u8]) -> Vec<String> {
    let [colon, _] = MARKS;
    let mut words = Vec::new();
    for mark in MARKS {
        after(name.unwrap_or_default().as_bytes(), mark, &mut words);
    }
    after(head, colon, &mut words);
    words
}

fn after(text: &[u8], mark: &str, words: &mut Vec<String>) {
    let mut rest = text;
    while let Some(at) = rest.windows(mark.len()).position(|window| window == mark.as_bytes()) {
        rest = rest.get(at + mark.len()..).unwrap_or_default();
        let letter = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_';
        let word: Vec<u8> = rest.iter().copied().take_while(letter).collect();
        if !word.is_empty() {
            words.push(String::from_utf8_lossy(&word).into_owned());
        }
    }
}

/// What the words choose for a file of this credential; nothing where none of them means anything here.
pub(crate) fn plan(words: &[String], category: Category, workflow: &Workflow) -> Option<Plan> {
    let mut plan = Plan::default();
    for word in words {
        if [PASSED, WARNING, REJECTED, NOT_EXECUTED].contains(&word.as_str()) {
            plan.decision = Some(word.clone());
        } else if let Some(verdict) = labels::verdict(word, Some(category), workflow) {
            plan.verdicts.push(verdict);
        } else {
            continue;
        }
        plan.by.push(format!("SIM:{word}"));
    }
    (!plan.by.is_empty()).then_some(plan)
}

#[cfg(test)]
mod tests {
    use super::{Category, Workflow, plan, words};

    #[test]
    fn names_and_content_are_read() {
        assert_eq!(words(Some("bill SIM-BLURRED.pdf"), b""), ["BLURRED"]);
        assert_eq!(words(Some("SIM:REJECTED"), b"%PDF-1.4\n% SIM:GLARE SIM:\n"), ["REJECTED", "GLARE"]);
        assert!(words(None, b"%PDF-1.4 SIM-CARD").is_empty());
    }

    #[test]
    fn a_word_means_something_or_is_ignored() {
        let workflow = Workflow::known("10026").unwrap();
        let chosen = plan(&["NOT_A_DOCUMENT".to_owned()], Category::Document, &workflow).unwrap();
        assert_eq!(chosen.verdicts[0].capability, "usability");
        assert_eq!(plan(&["REJECTED".to_owned()], Category::Document, &workflow).unwrap().by, ["SIM:REJECTED"]);
        assert!(plan(&["CARD".to_owned()], Category::Document, &workflow).is_none());
    }
}
