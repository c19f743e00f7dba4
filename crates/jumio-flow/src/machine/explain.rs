//! What a flow came to, in words for people who look after it. No secret, no person.

use std::fmt::Write as _;

use super::{Ending, Flow, MomentKind, Verdict};

impl Flow {
    /// What happened, in a few plain sentences: the ending, what it means and who said so, how many calls and waits it took,
    /// whether a callback came, and what is left to do.
    pub fn explain(&self) -> String {
        let mut text = match self.outcome() {
            Some(outcome) => {
                let mut text = ended(outcome.ending);
                if let Some(verdict) = outcome.verdict {
                    let _ = write!(text, " {}", meaning(verdict));
                }
                if let Some(by) = outcome.by {
                    let _ = write!(text, " {} said so: {}.", by.actor, by.reason);
                }
                text
            }
            None => match &self.stalled {
                Some(failure) => format!("It waits for somebody to resume it: {failure}."),
                None => "It goes on.".to_owned(),
            },
        };
        self.explain_the_way(&mut text);
        self.explain_the_rest(&mut text);
        text
    }

    fn explain_the_way(&self, text: &mut String) {
        let count =
            |wanted: fn(&MomentKind) -> bool| self.timeline.iter().filter(|moment| wanted(&moment.kind)).count();
        let calls = count(|kind| matches!(kind, MomentKind::Calling { .. }));
        let failed = count(|kind| matches!(kind, MomentKind::Failed { .. }));
        let hints = count(|kind| matches!(kind, MomentKind::Hint { .. }));
        let looks = count(|kind| matches!(kind, MomentKind::Hint { status: None, attempt: None }));
        let _ = write!(text, " It took {calls} calls, {failed} of which failed");
        let _ = match hints - looks {
            0 => write!(text, "; no callback came."),
            1 => write!(text, "; one callback came."),
            more => write!(text, "; {more} callbacks came."),
        };
        if looks > 0 {
            text.push_str(" A browser or an SDK said that something moved.");
        }
        for replaced in &self.history.replaced {
            let _ = write!(text, " Transaction {} was given up for another.", replaced.execution);
            if replaced.kept.erased_at.is_some() {
                text.push_str(" Jumio erased it.");
            }
        }
        for child in self.children() {
            let _ = write!(text, " Jumio named transaction {child} as a child of it.");
        }
        for stray in &self.history.strays {
            let _ = write!(text, " Transaction {} was named by a callback and is not this flow's.", stray.execution);
        }
    }

    fn explain_the_rest(&self, text: &mut String) {
        let kept = &self.history.kept;
        match kept.files.len() {
            0 => {}
            1 => text.push_str(" One file is kept."),
            more => {
                let _ = write!(text, " {more} files are kept.");
            }
        }
        if kept.missing > 0 {
            let _ = write!(text, " Jumio had {} of them no more.", kept.missing);
        }
        if kept.erased_at.is_some() {
            text.push_str(" Jumio erased its copy.");
        }
        if let Some((_, op)) = self.next_to_keep() {
            let _ = write!(text, " Next comes {}.", op.name());
        }
    }
}

fn ended(ending: &Ending) -> String {
    match ending {
        Ending::Decided { .. } => "Jumio came to a result.".to_owned(),
        Ending::Expired { status, .. } => format!("The document did not come in time ({}).", status.as_str()),
        Ending::NotOpened { failure } => format!("No transaction was opened: {failure}. Starting anew is safe."),
        Ending::Refused { failure } => format!("Jumio refused a step: {failure}. The transaction expires by itself."),
        Ending::AccountUnknown { failure, .. } => {
            format!("Nobody knows whether a transaction was opened: {failure}. Look it up, then resolve.")
        }
        Ending::UploadUnknown { op, failure } => {
            format!("Nobody knows whether {} arrived: {failure}. Resolve it by opening another.", op.name())
        }
        Ending::Cancelled { late: None, .. } => "Somebody cancelled it.".to_owned(),
        Ending::Cancelled { late: Some(_), .. } => "Somebody cancelled it; a result came all the same.".to_owned(),
    }
}

fn meaning(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted => "The checks passed.",
        Verdict::Review => "A person should look at it.",
        Verdict::Retake => "Another document is needed.",
        Verdict::Refused => "It was refused.",
        Verdict::Stored => "The document is stored; nothing was checked.",
    }
}
