//! Scripts for the machine: a flow with a clock of its own, driven the way a host drives it, and what Jumio may answer.

#![allow(dead_code, reason = "each test takes what it needs")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use jumio_flow::machine::{
    Certainty, Done, Ending, Event, Failure, Flow, Keep, KeptFile, Op, Page, Reply, Spec, read, step, write,
};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media, Raw, WorkflowStatus};

pub(crate) const TOKEN: &str = "canary-transaction-token";

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_750_000_000, 0).unwrap()
}

pub(crate) fn request() -> AccountRequest {
    let reference = CustomerInternalReference::new("order-17").unwrap();
    AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap()
}

pub(crate) fn upload(pages: usize) -> Spec {
    Spec::upload(request(), (0..pages).map(|_| Page::new("page.pdf", Media::Pdf, 7, [1; 32])).collect()).unwrap()
}

pub(crate) fn opened() -> Reply {
    opened_as("w")
}

pub(crate) fn opened_as(execution: &str) -> Reply {
    let api = |part: &str| {
        format!(
            r#"{{"token":"{TOKEN}","parts":{{"{part}":"https://api.example/{part}"}},"workflowExecution":"https://api.example/w"}}"#
        )
    };
    let text = format!(
        r#"{{"account":{{"id":"a"}},"web":{{"href":"https://web.example/?authorizationToken={TOKEN}"}},
        "workflowExecution":{{"id":"{execution}","credentials":[
        {{"id":"d","category":"DATA","api":{}}},{{"id":"c","category":"DOCUMENT","api":{}}}]}}}}"#,
        api("prepared_data"),
        api("document")
    );
    Reply::Opened(Box::new(Raw::read(&text).unwrap()))
}

pub(crate) fn details(status: &str) -> Reply {
    let text = format!(
        r#"{{"workflow":{{"id":"w","status":"{status}","definitionKey":"10170"}},"account":{{"id":"a"}},
        "decision":{{"type":"PASSED"}},"capabilities":{{}}}}"#
    );
    Reply::Details(Box::new(Raw::read(&text).unwrap()))
}

pub(crate) fn status(text: &str) -> Reply {
    Reply::Status(WorkflowStatus::from(text))
}

pub(crate) fn refused(code: u16) -> Done {
    Done::Failed(Failure::new(Certainty::Refused, "step", "no").with_status(code))
}

pub(crate) fn not_sent() -> Done {
    Done::Failed(Failure::new(Certainty::NotSent, "step", "no connection"))
}

pub(crate) fn unknown() -> Done {
    Done::Unknown { failure: Failure::new(Certainty::Unknown, "step", "no answer"), received: None }
}

/// A flow with a clock of its own, driven the way a host drives it.
pub(crate) struct Run {
    pub(crate) flow: Flow,
    pub(crate) now: DateTime<Utc>,
}

impl Run {
    pub(crate) fn new(mut spec: Spec) -> Self {
        spec.policy.jitter = 0; // so that a test can say when
        Self { flow: Flow::new(spec), now: start() }
    }

    pub(crate) fn feed(&mut self, event: Event) {
        step(&mut self.flow, event, self.now);
        self.flow = read(&write(&self.flow).unwrap()).unwrap(); // every step survives its saved form
    }

    /// The operation that is to be run next; passes the time until there is one.
    pub(crate) fn next(&mut self) -> Option<Op> {
        for _ in 0..3 {
            if let Some(due) = self.flow.due() {
                self.now = self.now.max(due.at);
                self.feed(Event::Due { epoch: due.epoch });
            }
        }
        if self.flow.stalled().is_some() {
            return None;
        }
        self.flow.pending().map(|pending| pending.op)
    }

    pub(crate) fn answer(&mut self, done: Done) {
        let id = self.flow.pending().unwrap().id;
        self.feed(Event::Begin { id });
        self.feed(Event::Done { id, done });
    }

    #[track_caller]
    pub(crate) fn play(&mut self, script: Vec<(Op, Done)>) -> &mut Self {
        for (op, done) in script {
            assert_eq!(self.next(), Some(op));
            self.answer(done);
        }
        self
    }

    pub(crate) fn ending(&self) -> &Ending {
        self.flow.ending().unwrap_or_else(|| panic!("not ended: {:?}", self.flow.phase()))
    }

    pub(crate) fn waited(&self) -> i64 {
        (self.now - start()).num_seconds()
    }
}

pub(crate) const PAGE: Op = Op::UploadDocument { page: 0 };

pub(crate) fn ok(reply: Reply) -> Done {
    Done::Succeeded(reply)
}

pub(crate) fn until_finalized() -> Vec<(Op, Done)> {
    vec![(Op::CreateAccount, ok(opened())), (PAGE, ok(Reply::Uploaded)), (Op::Finalize, ok(Reply::Finalized))]
}

/// A result with another reference than was asked for.
pub(crate) fn details_of(reference: &str) -> Reply {
    let text = format!(
        r#"{{"workflow":{{"id":"w","status":"PROCESSED","customerInternalReference":"{reference}"}},"account":{{"id":"a"}},
        "decision":{{"type":"PASSED"}}}}"#
    );
    Reply::Details(Box::new(Raw::read(&text).unwrap()))
}

/// A result with two parts that can be fetched and one that cannot.
pub(crate) fn details_with_parts() -> Reply {
    let text = r#"{"workflow":{"id":"w","status":"PROCESSED","definitionKey":"10170"},"account":{"id":"a"},
        "credentials":[{"id":"c","category":"DOCUMENT","parts":[{"classifier":"1","href":"https://retrieval.example/1"},
        {"classifier":"FACEMAP"},{"classifier":"2","href":"https://retrieval.example/2"}]}],
        "decision":{"type":"PASSED"},"capabilities":{}}"#;
    Reply::Details(Box::new(Raw::read(text).unwrap()))
}

pub(crate) const FIRST: Op = Op::KeepPart { part: 0 };
pub(crate) const SECOND: Op = Op::KeepPart { part: 1 };

/// A file that was kept, each under a name of its own.
pub(crate) fn kept() -> Done {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let path = format!("/kept/w/{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    ok(Reply::Kept(KeptFile::new(path, 7, [7; 32], None)))
}

/// A flow with its result, which then keeps and erases.
pub(crate) fn decided(keep: Keep) -> Run {
    let mut run = Run::new(Spec::person(request()).keeping(keep));
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details_with_parts())),
    ]);
    run
}
