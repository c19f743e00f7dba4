//! The state diagram and the table of every state and event, drawn from the machine itself. `JUMIO_BLESS_STATES=1` writes the
//! page anew.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use jumio_flow::machine::{
    By, Certainty, Event, Failure, Flow, Keep, Op, Reply, Resolution, Spec, Told, Verdict, step,
};
use jumio_model::WorkflowStatus;
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
    let told = |status| Told::new(status).by_attempt(1);
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
        Op::GetDetails => vec![("result", details_with_parts()), ("no result yet", details("ACQUIRED"))],
        Op::Erase => vec![("done", Reply::Erased)],
        _ => vec![("done", Reply::Kept(jumio_flow::machine::KeptFile::new("/kept", 7, [7; 32], None)))],
    }
}

/// Every state that is reached from here, each met once, and where each event leads.
fn explore(spec: Spec, table: &mut BTreeMap<String, BTreeMap<&'static str, BTreeSet<String>>>) {
    let mut seen = BTreeSet::new();
    let mut open = vec![Flow::new(spec)];
    while let Some(flow) = open.pop() {
        if !seen.insert(name(&flow)) {
            continue;
        }
        let row = table.entry(name(&flow)).or_default();
        for (event, what) in events(&flow) {
            let mut next = flow.clone();
            step(&mut next, what, start());
            row.entry(event).or_default().insert(name(&next));
            open.push(next);
        }
    }
}

/// A page that a person can check.
#[test]
fn every_state_and_event_is_on_the_page() {
    let mut table = BTreeMap::new();
    let mut spec = upload(1);
    (spec.policy.restarts, spec.policy.repeat_unknown_account) = (1, false);
    for spec in
        [upload(1), spec, Spec::person(request()), Spec::person(request()).keeping(Keep::parts("/kept").and_report())]
    {
        explore(spec, &mut table);
    }
    let page = page(&table);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/flow-states.md");
    if std::env::var_os("JUMIO_BLESS_STATES").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == page, "docs/flow-states.md is not what the machine does; JUMIO_BLESS_STATES=1 writes it");
}

/// What ended for certain is never left.
#[test]
fn a_known_end_is_the_end() {
    let mut table = BTreeMap::new();
    explore(upload(1), &mut table);
    explore(Spec::person(request()).keeping(Keep::parts("/kept").then_erase()), &mut table);
    let known = ["decided", "expired", "not_opened", "refused", "cancelled"];
    let phase = |state: &str| state.split(',').next().unwrap().to_owned();
    for (state, row) in table.iter().filter(|(state, _)| known.contains(&phase(state).as_str())) {
        for (event, next) in row {
            assert!(next.iter().all(|next| phase(next) == phase(state)), "{state} is left by {event} for {next:?}");
        }
    }
}

fn page(table: &BTreeMap<String, BTreeMap<&'static str, BTreeSet<String>>>) -> String {
    let mut page = "# States of a flow\n\nGenerated by `crates/jumio-flow/tests/transitions.rs` from the machine itself.\n\n\
        A state is the phase or the ending, then what is to be done: a call that is due, `in` a call that was begun, `later` a \
        call that waits for its next try, `waiting` for the next look. `stalled` waits for somebody to resume it; \
        `account_unknown` and `upload_unknown` are parked.\n\n```mermaid\nstateDiagram-v2\n    [*] --> opening\n"
        .to_owned();
    let phase = |state: &str| state.split(',').next().unwrap().to_owned();
    let mut edges = BTreeSet::new();
    for (state, row) in table {
        edges.extend(row.values().flatten().map(|next| (phase(state), phase(next))));
    }
    for (from, to) in edges.iter().filter(|(from, to)| from != to) {
        let _ = writeln!(page, "    {from} --> {to}");
    }
    page.push_str("```\n\nAn event that is not in a state's table changes nothing there but the timeline.\n");
    for (state, row) in table {
        let _ = write!(page, "\n## {state}\n\n| event | leads to |\n|---|---|\n");
        for (event, next) in row {
            let next: Vec<&str> = next.iter().map(String::as_str).filter(|next| next != state).collect();
            if !next.is_empty() {
                let _ = writeln!(page, "| {event} | {} |", next.join(" *or* "));
            }
        }
    }
    page
}
