//! Hints: they say where to look, and when; never what is true.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use chrono::TimeDelta;
use jumio_flow::machine::{Certainty, Done, Ending, Event, Failure, Op, Reply, Spec, Told};
use jumio_model::WorkflowStatus;
use support::*;

#[test]
fn a_hint_wakes_and_never_decides() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.feed(Event::Hint(Told::new(Some(WorkflowStatus::TokenExpired))));
    assert!(run.flow.ending().is_none());
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert_eq!(run.waited(), 0);
}

#[test]
fn a_hint_during_a_call_is_not_lost() {
    let mut run = Run::new(upload(1));
    run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, ok(Reply::Uploaded))]);
    let id = run.flow.pending().unwrap().id;
    run.feed(Event::Begin { id });
    run.feed(Event::Hint(Told::new(None)));
    run.feed(Event::Done { id, done: ok(Reply::Finalized) });
    assert_eq!(run.flow.pending().unwrap().op, Op::GetStatus);
}

#[test]
fn a_hint_does_not_talk_us_out_of_a_wait_that_the_service_asked_for() {
    let limited =
        Failure::new(Certainty::Refused, "get_status", "slow down").with_status(429).with_retry_after(Some(60));
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, Done::Failed(limited))]);
    let due = run.flow.due().unwrap();
    run.feed(Event::Hint(Told::new(None)));
    assert_eq!(run.flow.due(), Some(due));
}

/// Also where the quick tries are spent, and the flow goes on with its slow looks.
#[test]
fn nor_out_of_one_after_all_tries() {
    let limited = || {
        let failure = Failure::new(Certainty::Refused, "get_status", "slow down");
        Done::Failed(failure.with_status(429).with_retry_after(Some(60)))
    };
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    for number in 0..12 {
        run.play(vec![(Op::GetStatus, limited())]);
        let due = run.flow.due().unwrap();
        assert!(due.at >= run.now + TimeDelta::seconds(60), "{number}");
        run.feed(Event::Hint(Told::new(None)));
        // The slow schedule is ours; a minute is as long as a service can have asked for.
        let soonest = run.now + TimeDelta::seconds(60);
        assert_eq!(run.flow.due().unwrap().at, due.at.min(soonest), "{number}");
    }
    run.play(vec![(Op::GetStatus, ok(status("ACQUIRED")))]);
    assert_eq!(run.flow.pending().unwrap().op, Op::GetStatus, "the hint is heard after it");

    let mut spec = upload(1);
    spec.policy.give_up_after = Some(3_600);
    let mut run = Run::new(spec);
    run.play(until_finalized());
    for _ in 0..60 {
        if run.flow.stalled().is_none() {
            run.play(vec![(Op::GetStatus, limited())]);
        }
    }
    assert!(run.flow.stalled().is_some(), "and no service keeps a flow waiting for longer than its policy");
}

#[test]
fn a_result_that_is_told_during_a_look_is_looked_for_at_once_and_soon_again() {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    run.play(vec![(Op::GetStatus, ok(status("ACQUIRED"))); 12]); // by now the looks are far apart
    assert_eq!(run.next(), Some(Op::GetStatus));
    let id = run.flow.pending().unwrap().id;
    run.feed(Event::Begin { id });
    run.feed(Event::Hint(Told::new(Some(WorkflowStatus::Processed))));
    run.feed(Event::Done { id, done: ok(status("ACQUIRED")) });
    let told = run.now;
    // Not visible yet (protocol 7.10), and perhaps erased within minutes.
    run.play(vec![(Op::GetDetails, refused(404)), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(run.now - told <= TimeDelta::seconds(1), "{}", run.now - told);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
}

#[test]
fn after_an_outage_a_callback_is_heard_in_a_minute_at_most() {
    let down = || Done::Failed(Failure::new(Certainty::NotSent, "get_status", "no token").with_retry_after(Some(1)));
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    for _ in 0..14 {
        run.play(vec![(Op::GetStatus, down())]);
    }
    assert!(run.flow.due().unwrap().at > run.now + TimeDelta::minutes(5), "by now the looks are far apart");
    let told = run.now;
    run.feed(Event::Hint(Told::new(Some(WorkflowStatus::Processed))));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(run.now - told <= TimeDelta::seconds(60), "{}", run.now - told);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
}
