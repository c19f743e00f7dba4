//! Hears everything that anybody says, at every level, by `tracing` and by `log`.

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// What somebody said.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) target: String,
    pub(crate) text: String,
}

/// Keeps what it hears.
#[derive(Clone, Default)]
pub(crate) struct Listener(Arc<Mutex<Vec<Line>>>);

impl Listener {
    /// Listens to the whole process, from now on.
    pub(crate) fn install() -> Self {
        let listener = Self::default();
        tracing::subscriber::set_global_default(listener.clone()).unwrap();
        log::set_boxed_logger(Box::new(listener.clone())).unwrap();
        log::set_max_level(log::LevelFilter::Trace);
        listener
    }

    pub(crate) fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }

    fn keep(&self, target: &str, text: String) {
        self.0.lock().unwrap().push(Line { target: target.to_owned(), text });
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, " {field}={value:?}").unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut fields = Fields(span.metadata().name().to_owned());
        span.record(&mut fields);
        self.keep(span.metadata().target(), fields.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut fields = Fields("recorded".to_owned());
        values.record(&mut fields);
        // Only our own spans have fields that are filled in later; whose it was makes no difference to a mark in it.
        self.keep("jumio", fields.0);
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        self.keep(event.metadata().target(), fields.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        self.keep(record.target(), record.args().to_string());
    }

    fn flush(&self) {}
}
