//! The state diagram and the table of every state and event, drawn from the machine itself. `JUMIO_BLESS_STATES=1` writes the
//! page anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use jumio_flow::machine::{
    By, Certainty, Event, Failure, Flow, Keep, Op, Reply, Resolution, Rule, Spec, Told, Verdict, step,
};
use jumio_model::WorkflowStatus;
use jumio_model::api::PreparedData;
use serde_json::Value;
use support::*;

/// A state as the page names it: phase, what is pending, and whether it is parked or waits for somebody.
fn name(flow: &Flow) -> String {
    let phase = flow.phase().name();
    if flow.stalled().is_some() {
        return format!("{phase}, stalled");
    }
    match flow.pending() {
        Some(pending) if pending.begun => format!("{phase}, in {}", pending.op.name()),
        Some(pending) if flow.due().is_some() => format!("{phase}, later {}", pending.op.name()),
        Some(pending) => format!("{phase}, {}", pending.op.name()),
        None if flow.due().is_some() => format!("{phase}, waiting"),
        None => phase.to_owned(),
    }
}

/// Everything that can happen to a flow, by name; an answer only where a call is under way.
fn events(flow: &Flow) -> Vec<(&'static str, Event)> {
    let told = |status| Told::new(status).by_attempt(flow.attempt());
    let named = told(None).about(Some("a".into()), Some("w".into()));
    let by = By::new("clerk", "because");
    let mut events = vec![
        ("hint", Event::Hint(told(None))),
        ("hint: PROCESSED", Event::Hint(told(Some(WorkflowStatus::Processed)))),
        ("hint that names it", Event::Hint(named)),
        ("resume", Event::Resume),
        ("stall", Event::Stall { failure: Failure::new(Certainty::NotSent, "host", "cannot") }),
        ("cancel", Event::Cancel { erase: false }),
        ("cancel and erase", Event::Cancel { erase: true }),
        ("resolve: opened", Event::Resolve(Resolution::Opened { account: "a".into(), execution: "w".into() })),
        ("resolve: not opened", Event::Resolve(Resolution::NotOpened)),
        ("resolve: open another", Event::Resolve(Resolution::OpenAnother)),
        ("resolve: means", Event::Resolve(Resolution::Means { verdict: Verdict::Review, by })),
        ("refresh", Event::Refresh),
    ];
    if let Some(due) = flow.due() {
        events.push(("due", Event::Due { epoch: due.epoch }));
    }
    if let Some(pending) = flow.pending() {
        let id = pending.id;
        if pending.begun {
            let done = |done| Event::Done { id, done };
            events.extend(successes(pending.op).into_iter().map(|(name, reply)| (name, done(ok(reply)))));
            events.push(("lost", done(unknown())));
            events.extend([("429", done(refused(429))), ("403", done(refused(403))), ("404", done(refused(404)))]);
            events.push(("not sent", done(not_sent())));
        } else if flow.due().is_none() {
            events.push(("begin", Event::Begin { id }));
            events.push(("postponed", Event::Postponed { id, until: start() + chrono::TimeDelta::days(1) }));
        }
    }
    events
}

fn successes(op: Op) -> Vec<(&'static str, Reply)> {
    match op {
        Op::CreateAccount | Op::UpdateAccount => vec![("done", opened())],
        Op::UploadPreparedData | Op::UploadDocument { .. } => vec![("done", Reply::Uploaded)],
        Op::Finalize => vec![("done", Reply::Finalized)],
        Op::GetStatus => vec![
            ("INITIATED", status("INITIATED")),
            ("ACQUIRED", status("ACQUIRED")),
            ("PROCESSED", status("PROCESSED")),
            ("TOKEN_EXPIRED", status("TOKEN_EXPIRED")),
            ("unknown status", status("SOMETHING_NEW")),
        ],
        Op::GetDetails => vec![
            ("result", details_with_parts()),
            ("result with another reference", details_of("order-18")),
            ("no result yet", details("ACQUIRED")),
        ],
        Op::Erase => vec![("done", Reply::Erased)],
        _ => vec![("done", Reply::Kept(jumio_flow::machine::KeptFile::new("/kept", 7, [7; 32], None)))],
    }
}

/// What of the written form tells two states of one name apart: what is to be called, what was kept, what is in doubt and
/// what the flow gave up. Times, numbers and texts do not.
fn shape(flow: &Flow) -> String {
    let saved = serde_json::to_value(flow).unwrap();
    let history = &saved["history"];
    let marks =
        [&saved["result_told"], &saved["finalize_in_doubt"], &history["erase_asked"], &history["repeated_account"]];
    // From so many tries on something that is not there is given up, which only what follows the end has.
    let tries = flow.pending().filter(|_| flow.ending().is_some()).map_or(0, |pending| pending.tries.min(4));
    let kept = |kept: &Value| format!("{} {} {}", kept["parts_done"], kept["report_done"], kept["erased_at"].is_null());
    let replaced = history["replaced"].as_array().into_iter().flatten();
    let replaced: Vec<String> = replaced.map(|replaced| kept(&replaced["kept"])).collect();
    format!(
        "{} {} {tries} {marks:?} {} {} {} {replaced:?}",
        name(flow),
        saved["pending"]["op"],
        saved["diagnosing"].is_null(),
        history["keeping"],
        kept(&history["kept"])
    )
}

type Table = BTreeMap<String, BTreeMap<&'static str, BTreeSet<String>>>;

/// Every state that is reached from here, each shape met once and by the shortest way, and where each event leads.
fn explore(mut spec: Spec, table: &mut Table) {
    // Longer lists of waits are more of the same.
    spec.policy.retry.truncate(1);
    let mut met = BTreeSet::new();
    let mut open = VecDeque::from([Flow::new(spec)]);
    while let Some(flow) = open.pop_front() {
        let row = table.entry(name(&flow)).or_default();
        for (event, what) in events(&flow) {
            let mut next = flow.clone();
            step(&mut next, what, start());
            row.entry(event).or_default().insert(name(&next));
            // With one transaction given up for another everything is seen; more of them are more of the same.
            if is_moved(&flow, &next) && next.replaced().len() <= 1 && met.insert(shape(&next)) {
                open.push_back(next);
            }
        }
    }
}

/// Whether an event did anything: looking at the whole of a state costs far more than all the rest here.
fn is_moved(before: &Flow, after: &Flow) -> bool {
    let seen = |flow: &Flow| (flow.noted(), flow.pending().map(|pending| (pending.id, pending.begun)), flow.due());
    seen(before) != seen(after)
}

/// All that flows can be asked for, in as few of them as will do.
static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut table = Table::new();
    let data = PreparedData::read(br#"{"firstName":"JANE"}"#).unwrap();
    let mut restarts = upload(1).with_prepared_data(data);
    (restarts.policy.restarts, restarts.policy.repeat_unknown_account) = (1, true);
    let mut retakes = Spec::person(request()).keeping(Keep::parts("/kept").and_report().then_erase());
    (retakes.policy.retakes, retakes.policy.rules) = (1, vec![Rule::decision("PASSED", Verdict::Retake)]);
    let adopted = Spec::adopted(request(), "a".into(), "w".into());
    for spec in [restarts, retakes, adopted] {
        explore(spec, &mut table);
    }
    table
});

/// A page that a person can check.
#[test]
fn every_state_and_event_is_on_the_page() {
    let page = page(&TABLE);
    for op in ["upload_prepared_data", "get_part", "get_report", "delete_execution"] {
        assert!(page.contains(op), "{op}");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/flow-states.md");
    if std::env::var_os("JUMIO_BLESS_STATES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/flow-states.md is not what the machine does; JUMIO_BLESS_STATES=1 writes it");
}

fn phase(state: &str) -> &str {
    state.split(',').next().unwrap_or_default()
}

/// What ended for certain is never left. A result whose transaction was only named is not certain before it says whose it is.
#[test]
fn a_known_end_is_the_end() {
    let known = ["decided", "expired", "not_opened", "refused", "cancelled"];
    for (state, row) in TABLE.iter().filter(|(state, _)| known.contains(&phase(state))) {
        for (event, next) in row {
            let is_taken_back = |next: &str| *event == "result with another reference" && next == "account_unknown";
            let stays = |next: &String| phase(next) == phase(state) || phase(state) == "decided" && is_taken_back(next);
            assert!(next.iter().all(stays), "{state} is left by {event} for {next:?}");
        }
    }
}

fn page(table: &Table) -> String {
    let mut page = "# States of a flow\n\nGenerated by `crates/jumio-flow/tests/transitions.rs` from the machine itself.\n\n\
        A state is the phase or the ending, then what is to be done: a call that is due, `in` a call that was begun, `later` a \
        call that waits for its next try, `waiting` for the next look. `stalled` waits for somebody to resume it; \
        `account_unknown` and `upload_unknown` are parked.\n\n```mermaid\nstateDiagram-v2\n    [*] --> opening\n"
        .to_owned();
    let mut edges = BTreeSet::new();
    for (state, row) in table {
        edges.extend(row.values().flatten().map(|next| (phase(state), phase(next))));
    }
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        let _ = writeln!(page, "    {from} --> {to}");
    }
    page.push_str(
        "```\n\nThree events are not in the tables where they do what they do everywhere: `begin` makes of a call that is due one \
        that was begun, `postponed` of one that is due one that waits, and `stall` of any state one that is stalled. Any other \
        event that is not in a state's table changes nothing there but the timeline.\n",
    );
    let mut ends = Vec::new();
    for (state, row) in table {
        let mut lines = String::new();
        for (event, next) in row {
            let next: Vec<&str> = next.iter().map(String::as_str).filter(|next| next != state).collect();
            if !next.is_empty() && !is_everywhere(state, event, &next) {
                let _ = writeln!(lines, "| {event} | {} |", next.join(" *or* "));
            }
        }
        match lines.is_empty() {
            true => ends.push(format!("`{state}`")),
            false => {
                let _ = write!(page, "\n## {state}\n\n| event | leads to |\n|---|---|\n{lines}");
            }
        }
    }
    let _ = write!(page, "\n## States that nothing else leads out of\n\n{}.\n", ends.join(", "));
    page
}

/// Whether an event does here what the page says of it once.
fn is_everywhere(state: &str, event: &str, next: &[&str]) -> bool {
    let call = state.split_once(", ").map(|(phase, call)| (phase, call.strip_prefix("later ").unwrap_or(call)));
    let same = |word: &str| call.is_some_and(|(phase, call)| next == [format!("{phase}, {word} {call}")]);
    match event {
        "begin" => same("in"),
        "postponed" => same("later"),
        "stall" => next == [format!("{}, stalled", phase(state))],
        _ => false,
    }
}
