//! The open questions of the simulator's `variants/questions.rs`, read from the text of that file.

use super::behaviors::is_place;

/// An open question and its answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    pub(super) name: String,
    pub(super) asks: String,
    pub(super) source: String,
    /// Name and meaning; the first one is the default.
    pub(super) answers: Vec<(String, String)>,
}

impl Question {
    pub(super) fn problem(&self) -> Option<String> {
        if !is_place(&self.source) {
            return Some(format!("{:?} is no place in the reference, such as `protocol 12`", self.source));
        }
        if self.answers.len() < 2 {
            return Some("a question has at least two answers".to_owned());
        }
        let undocumented = self.answers.iter().find(|(_, meaning)| meaning.is_empty());
        undocumented.map(|(name, _)| format!("say in a doc comment what {name:?} means"))
    }
}

/// Reads the questions: doc comments, then `field: Kind = "name", "source" {`, then answers `Value = "text",`.
pub(super) fn read(text: &str) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    let mut docs = String::new();
    for line in text.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            if !docs.is_empty() {
                docs.push(' ');
            }
            docs.push_str(doc.trim());
            continue;
        }
        let quoted: Vec<&str> = line.split('"').skip(1).step_by(2).collect();
        match (quoted[..].as_ref(), line.ends_with('{')) {
            ([name, source], true) => questions.push(Question {
                name: (*name).to_owned(),
                asks: std::mem::take(&mut docs),
                source: (*source).to_owned(),
                answers: Vec::new(),
            }),
            ([name], false) => {
                if let Some(question) = questions.last_mut() {
                    question.answers.push(((*name).to_owned(), std::mem::take(&mut docs)));
                }
            }
            _ => docs.clear(),
        }
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn questions_and_answers_are_read() {
        let text = "ask! {\n    /// What\n    /// happens.\n    a: A = \"what-happens\", \"protocol 12\" {\n        /// This.\n        \
                    X = \"this\",\n        /// That.\n        Y = \"that\",\n    }\n}\n";
        let questions = read(text);
        assert_eq!(questions.len(), 1);
        assert_eq!((questions[0].asks.as_str(), questions[0].problem()), ("What happens.", None));
        assert_eq!(questions[0].answers[1], ("that".to_owned(), "That.".to_owned()));
        let wrong = read(&text.replace("protocol 12", "nowhere"));
        assert!(wrong[0].problem().is_some());
    }
}
