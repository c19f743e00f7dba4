//! What the person or the program at the other end gets to see. Decides nothing: it is told, and shows.

mod console;
mod handout;
mod human;
mod json;
mod progress;
mod summary;

use std::time::Instant;

use jumio_flow::machine::{Flow, Op};

pub(crate) use console::Console;
pub(crate) use handout::{Handout, Ways};
pub(crate) use summary::{Endings, Summary};

use self::progress::Progress;
use crate::exit_code::Exit;
use crate::stop::Stop;
use crate::wording::{self, Step};

/// Shows steps as they happen and the result when it is there: as text, or as one JSON object.
pub(crate) struct Report {
    console: Console,
    progress: Progress,
    started: Instant,
}

impl Report {
    pub(crate) fn new(console: Console) -> Self {
        let progress = Progress::new(console);
        Self { console, progress, started: Instant::now() }
    }

    /// Whether Jumio is played, as far as that is known by now.
    pub(crate) fn is_simulated(&self) -> bool {
        self.console.is_simulated()
    }

    /// A line that is no step.
    pub(crate) fn note(&self, text: &str) {
        self.progress.aside(|| self.console.line(text));
    }

    /// Something that is no reason to stop, and worth a look.
    pub(crate) fn warn(&self, text: &str) {
        self.progress.aside(|| self.console.warn(text));
    }

    /// A step that happened; `whose` tells several flows apart.
    pub(crate) fn step(&self, whose: Option<&str>, step: &Step) {
        let line = human::step_line(self.started.elapsed(), whose, step);
        self.note(&line);
    }

    /// What is going on now.
    pub(crate) fn doing(&mut self, op: Op, flow: &Flow) {
        let sends = op.is_upload();
        self.progress.doing(&wording::doing(op, flow), sends);
    }

    /// What is waited for now.
    pub(crate) fn waiting(&mut self, text: &str) {
        self.progress.doing(text, false);
    }

    /// Bytes of an upload went out.
    pub(crate) fn uploading(&self, sent: u64, total: u64) {
        self.progress.bytes(sent, total);
    }

    /// A link or a token that a person needs now.
    pub(crate) fn hand_out(&self, flow: &str, handout: &Handout) {
        self.progress.aside(|| {
            if self.console.is_json() {
                self.console.aside_object(&json::handout(flow, handout, self.console.is_simulated()));
            } else {
                human::handout(handout).iter().for_each(|line| self.console.line(line));
            }
        });
    }

    /// Nothing goes on any more.
    pub(crate) fn quiet(&mut self) {
        self.progress.clear();
    }

    /// One flow, when nothing more is done about it.
    pub(crate) fn result(&mut self, summary: &Summary<'_>) {
        self.quiet();
        if self.console.is_json() {
            self.console.object(summary);
        } else {
            human::summary(summary).iter().for_each(|line| self.console.line(line));
        }
    }

    /// Several flows, when nothing more is done about them.
    pub(crate) fn results(&mut self, endings: &Endings<'_>) {
        self.quiet();
        if self.console.is_json() {
            self.console.object(endings);
        } else {
            for summary in &endings.flows {
                self.console.line("");
                human::summary(summary).iter().for_each(|line| self.console.line(line));
            }
            endings.notes.iter().for_each(|note| self.console.line(note));
        }
    }
}

/// Shows why the command stops, and gives its exit code.
pub(crate) fn stop(console: &Console, stop: &Stop) -> Exit {
    if console.is_json() {
        console.object(&json::stop(stop, console.is_simulated()));
    } else {
        human::stop(stop).iter().for_each(|line| console.problem(line));
    }
    stop.exit
}
