//! The kinds of flows that the kill suite runs: what goes wrong at Jumio's side, what is heard of it, and how it may end.

use std::time::Duration;

use jumio_simulator::{Builder, Callbacks, Fault, FaultKind, Simulator};

/// How the receiver hears of a transaction. The hints go into the store by its own handle, as a receiver's process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    Never,
    /// As soon as the transaction exists: long before it is finalized.
    Early,
    /// Once Jumio is done.
    Late,
    FiveTimes,
    /// Of a transaction that no flow has.
    OfAStranger,
    /// The end first, then what was before it.
    OutOfOrder,
    /// The end, and then a second word of it that was sent earlier.
    WithAnOlderTime,
}

/// How the pages come to Jumio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Collected {
    /// By the flow.
    ByUs,
    /// The same, with what is known of the person before.
    AfterPreparedData,
    /// The same, on an account that there is already.
    OnAnAccount,
    /// By a person on the hosted page.
    OnThePage,
}

/// When the link and the tokens run out. What the flow calls next meets a 429 until then, so that it is not past it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expires {
    Never,
    /// As soon as a transaction is there, whose endpoint is the one that meets the 429, and has so many pages.
    With {
        pages: usize,
    },
    /// The person came, and did not finish.
    InTheSession,
}

/// One kind of flow.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    pub(crate) heard: Heard,
    pub(crate) faults: Vec<Fault>,
    pub(crate) processing: Duration,
    pub(crate) details_404_for: Duration,
    pub(crate) collected: Collected,
    pub(crate) expires: Expires,
    /// Whether the parts are kept and Jumio erases after that.
    pub(crate) keeps: bool,
    /// How it ends when nothing is killed.
    pub(crate) ends: &'static str,
}

impl Kind {
    pub(crate) fn simulator(&self) -> Builder {
        let builder = Simulator::builder()
            .callbacks(Callbacks::off())
            .processing_delay(self.processing)
            .details_404_for(self.details_404_for);
        self.faults.iter().cloned().fold(builder, Builder::fault)
    }
}

const MOMENT: Duration = Duration::from_millis(50);

fn heard(name: &'static str, heard: Heard) -> Kind {
    Kind {
        name,
        heard,
        faults: vec![],
        processing: MOMENT,
        details_404_for: Duration::ZERO,
        collected: Collected::ByUs,
        expires: Expires::Never,
        keeps: false,
        ends: "decided",
    }
}

fn faulty(name: &'static str, faults: Vec<Fault>, ends: &'static str) -> Kind {
    Kind { faults, ends, ..heard(name, Heard::Late) }
}

fn slow(endpoint: &str) -> Vec<Fault> {
    vec![Fault::new(endpoint, FaultKind::Delay(Duration::from_millis(400))).times(2)]
}

fn answers(endpoint: &str, status: u16, times: u32) -> Vec<Fault> {
    vec![Fault::new(endpoint, FaultKind::problem(status, "Title", "Detail")).times(times)]
}

/// What is sent arrives and is done, and no answer comes back.
fn lost(endpoint: &str, times: u32) -> Vec<Fault> {
    vec![Fault::new(endpoint, FaultKind::ResetAfter).times(times)]
}

fn collected(name: &'static str, collected: Collected, faults: Vec<Fault>) -> Kind {
    Kind { collected, ..faulty(name, faults, "decided") }
}

/// Held up at this endpoint, after so many of its calls, until everything has expired.
fn expires(name: &'static str, endpoint: &str, after: u32, expires: Expires) -> Kind {
    let held_up = Fault::new(endpoint, FaultKind::problem(429, "Title", "Detail")).skip(after).always();
    Kind { expires, ..faulty(name, vec![held_up], "expired") }
}

fn on_the_page(name: &'static str, expires: Expires, ends: &'static str) -> Kind {
    Kind { collected: Collected::OnThePage, expires, ..faulty(name, vec![], ends) }
}

fn keeps(name: &'static str, faults: Vec<Fault>) -> Kind {
    Kind { keeps: true, ..faulty(name, faults, "decided") }
}

/// More often than all flows together call.
const ALWAYS: u32 = 100;

/// All of them.
pub(crate) fn all() -> Vec<Kind> {
    vec![
        heard("no callback", Heard::Never),
        heard("callback before finalize", Heard::Early),
        heard("callback late", Heard::Late),
        heard("callback five times", Heard::FiveTimes),
        heard("callback of a stranger", Heard::OfAStranger),
        heard("callbacks out of order", Heard::OutOfOrder),
        faulty("slow account call", slow("create_account"), "decided"),
        faulty("slow upload", slow("upload_document"), "decided"),
        faulty("slow finalize", slow("finalize"), "decided"),
        faulty("slow details", slow("get_details"), "decided"),
        faulty("429 on the account call", answers("create_account", 429, 2), "decided"),
        faulty("429 on the details", answers("get_details", 429, 2), "decided"),
        faulty("500 on the details", answers("get_details", 500, 2), "decided"),
        faulty("503 on finalize", answers("finalize", 503, 1), "decided"),
        Kind { details_404_for: Duration::from_millis(300), ..heard("404 after PROCESSED", Heard::Late) },
        faulty("lost answer of the account call", lost("create_account", ALWAYS), "account_unknown"),
        faulty("lost answer of an upload", lost("upload_document", ALWAYS), "upload_unknown"),
        faulty("lost answer of finalize", lost("finalize", 1), "decided"),
        faulty("lost answer of the details", lost("get_details", 1), "decided"),
        faulty("lost answer of the status", lost("get_status", 1), "decided"),
        heard("callback with an older time", Heard::WithAnOlderTime),
        collected("prepared data", Collected::AfterPreparedData, vec![]),
        Kind {
            ends: "upload_unknown",
            ..collected("lost answer of the data", Collected::AfterPreparedData, lost("upload_prepared_data", ALWAYS))
        },
        collected("existing account", Collected::OnAnAccount, vec![]),
        Kind {
            ends: "account_unknown",
            ..collected("lost answer of the update", Collected::OnAnAccount, lost("update_account", ALWAYS))
        },
        on_the_page("hosted page", Expires::Never, "decided"),
        on_the_page("expiry before the person came", Expires::With { pages: 0 }, "expired"),
        on_the_page("expiry while the person is at it", Expires::InTheSession, "expired"),
        expires("expiry before the first page", "upload_document", 0, Expires::With { pages: 0 }),
        expires("expiry among the pages", "upload_document", 2, Expires::With { pages: 0 }),
        expires("expiry before finalize", "finalize", 0, Expires::With { pages: 2 }),
        keeps("keep and erase", vec![]),
        keeps("lost answer of a part", lost("get_part", 1)),
        keeps("lost answer of the erasure", lost("delete_execution", 1)),
    ]
}
