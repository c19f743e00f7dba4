//! The moving part of a terminal: a spinner, and a bar while bytes go out. Elsewhere nothing at all.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Console;
use crate::sanitize;

const SPINNER: &str = "{spinner} {msg} ({elapsed})";
const BAR: &str = "{spinner} {msg} [{bar:30}] {bytes}/{total_bytes}";
const TICK: Duration = Duration::from_millis(120);

/// A display that is there only on a terminal, from the first thing on that takes time.
pub(crate) struct Progress {
    console: Console,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(crate) fn new(console: Console) -> Self {
        Self { console, bar: None }
    }

    /// Shows what is going on.
    pub(crate) fn doing(&mut self, text: &str, sends_bytes: bool) {
        if !self.console.draws() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stdout()));
        let template = if sends_bytes { BAR } else { SPINNER };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(format!("{}{}", self.console.mark(), sanitize::line(text)));
        bar.set_length(0);
        bar.set_position(0);
        bar.reset_elapsed();
        bar.enable_steady_tick(TICK);
    }

    /// Moves the bar.
    pub(crate) fn bytes(&self, sent: u64, total: u64) {
        if let Some(bar) = &self.bar {
            bar.set_length(total);
            bar.set_position(sent);
        }
    }

    /// Takes the display away.
    pub(crate) fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Runs something that writes lines, without the display between them.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}
