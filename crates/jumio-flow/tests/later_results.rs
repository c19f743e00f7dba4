//! After the result: callbacks that may tell of another one, and what that does to keeping and erasing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use chrono::TimeDelta;
use jumio_flow::machine::{Certainty, Done, Event, Failure, Keep, Op, Reply, Spec, Told, Verdict};
use jumio_model::{Raw, WorkflowStatus};
use support::*;

fn done_again() -> Event {
    Event::Hint(Told::new(Some(WorkflowStatus::Processed)).by_attempt(1))
}

fn changed(text: &str) -> Done {
    let text = format!(
        r#"{{"workflow":{{"id":"w","status":"PROCESSED","definitionKey":"10170"{text}}},"account":{{"id":"a"}},
        "decision":{{"type":"REJECTED"}},"capabilities":{{}}}}"#
    );
    ok(Reply::Details(Box::new(Raw::read(&text).unwrap())))
}

/// A flow with its result, which keeps nothing.
fn with_result() -> Run {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details("PROCESSED"))),
    ]);
    assert!(run.flow.is_over());
    run
}

#[test]
fn a_callback_after_the_result_has_it_asked_for_once_more() {
    let mut run = with_result();
    run.feed(done_again());
    assert!(!run.flow.is_over() && run.flow.ending().is_some());
    run.play(vec![(Op::GetDetails, ok(details("PROCESSED")))]);
    assert_eq!(run.flow.outcome_count(), 1, "the same result is no other version");
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, changed(""))]);
    let verdicts: Vec<_> = run.flow.outcomes().iter().map(|outcome| outcome.verdict).collect();
    assert_eq!(verdicts, [Some(Verdict::Stored), Some(Verdict::Refused)], "a version each");
    assert!(run.flow.is_over());
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, refused(404))]);
    assert!(run.flow.is_over() && run.flow.outcome_count() == 2, "what is there no more changes nothing");
}

#[test]
fn what_is_to_be_kept_and_erased_is_so_whatever_a_later_look_finds() {
    for answer in [ok(details("ACQUIRED")), ok(details_with_parts()), refused(404)] {
        let mut run = decided(Keep::parts("/kept").then_erase());
        run.feed(done_again());
        run.play(vec![(Op::GetDetails, answer), (FIRST, kept()), (SECOND, kept()), (Op::Erase, ok(Reply::Erased))]);
        assert!(run.flow.is_over());
    }
}

#[test]
fn only_jumios_word_that_it_is_done_asks_for_the_result() {
    let mut run = with_result();
    let told = |status: &str| Told::new(Some(status.into())).by_attempt(1);
    let stranger = told("PROCESSED").about(None, Some("another".into()));
    for told in [Told::new(None), told("ACQUIRED"), told("TOKEN_EXPIRED"), told("SOMETHING_NEW"), stranger] {
        run.feed(Event::Hint(told.clone()));
        assert_eq!(run.next(), None, "{told:?}");
    }
    let mut erased = decided(Keep::nothing_and_erase());
    erased.play(vec![(Op::Erase, ok(Reply::Erased))]);
    erased.feed(done_again());
    assert_eq!(erased.next(), None, "Jumio has nothing any more");
}

#[test]
fn whoever_knows_the_key_cannot_have_us_call_without_end() {
    let mut run = with_result();
    let mut calls = 0;
    for _ in 0..100 {
        run.feed(done_again());
        run.feed(done_again()); // two at once are one
        while let Some(op) = run.next() {
            assert_eq!(op, Op::GetDetails);
            calls += 1;
            run.answer(ok(details("PROCESSED")));
        }
    }
    assert_eq!(calls, 16);
}

#[test]
fn what_comes_while_the_result_is_kept_is_asked_for_after_that_and_before_it_is_erased() {
    let mut run = decided(Keep::parts("/kept").then_erase());
    let id = run.flow.pending().unwrap().id;
    run.feed(Event::Begin { id });
    run.feed(done_again());
    assert_eq!(run.next(), Some(FIRST), "a call that is under way is finished");
    run.feed(Event::Done { id, done: kept() });
    run.play(vec![(Op::GetDetails, ok(details_with_parts())), (SECOND, kept()), (Op::Erase, ok(Reply::Erased))]);
    assert!(run.flow.is_over() && run.flow.outcome_count() == 1);
}

/// The service asked for a wait, and that is no less of one because somebody tells us something.
#[test]
fn what_comes_while_a_service_wants_to_be_left_alone_is_asked_for_after_that() {
    let limited = Failure::new(Certainty::Refused, "step", "slow down").with_status(429).with_retry_after(Some(50));
    let mut run = decided(Keep::parts("/kept").then_erase());
    run.play(vec![(FIRST, Done::Failed(limited))]);
    let due = run.flow.due().unwrap();
    assert_eq!(due.at, run.now + TimeDelta::seconds(50));
    run.feed(done_again());
    run.feed(done_again());
    assert_eq!((run.flow.due().unwrap().at, run.flow.pending().unwrap().op), (due.at, Op::GetDetails));
    run.play(vec![(Op::GetDetails, ok(details_with_parts())), (FIRST, kept()), (SECOND, kept())]);
    assert!(run.now >= due.at);
    // A wait of our own may be longer than any that a service may ask for.
    for _ in 0..8 {
        run.play(vec![(Op::Erase, not_sent())]);
    }
    assert!(run.flow.due().unwrap().at > run.now + TimeDelta::seconds(60));
    run.feed(done_again());
    assert_eq!(run.flow.due().unwrap().at, run.now + TimeDelta::seconds(60));
}

#[test]
fn children_of_a_result_are_remembered_and_shown() {
    let mut run = with_result();
    assert!(run.flow.children().is_empty());
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, changed(r#","childIds":["child-1"]"#))]);
    run.feed(Event::Hint(Told::new(Some(WorkflowStatus::Processed)).by_attempt(1).about(None, Some("child-1".into()))));
    run.play(vec![(Op::GetDetails, changed(r#","childIds":["child-2","child-1"]"#))]);
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, changed(""))]);
    let children: Vec<_> = run.flow.children().iter().map(|child| child.as_str()).collect();
    assert_eq!(children, ["child-1", "child-2"], "also those that a later version does not name");
    assert!(run.flow.explain().contains("Jumio named transaction child-2 as a child of it."), "{}", run.flow.explain());
    assert!(run.flow.strays().is_empty());
}

/// The look is for another result; the one that is here can be kept, and the other's copy erased, without it.
#[test]
fn a_look_that_is_refused_stops_nothing() {
    let mut run = decided(Keep::parts("/kept").then_erase());
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, refused(403)), (FIRST, kept()), (SECOND, kept()), (Op::Erase, ok(Reply::Erased))]);
    assert!(run.flow.is_over() && run.flow.stalled().is_none());
    let mut run = with_result();
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, refused(403))]);
    assert!(run.flow.is_over(), "with nothing to keep there is nothing left to do");
}

fn wiped(more: &str) -> Done {
    let text = format!(
        r#"{{"workflow":{{"id":"w","status":"PROCESSED","definitionKey":"10170"}},"account":{{"id":"a"}},
        "wipedOutAt":"2025-06-15T15:00:00Z"{more}}}"#
    );
    ok(Reply::Details(Box::new(Raw::read(&text).unwrap())))
}

#[test]
fn what_jumio_wiped_meanwhile_is_no_other_result() {
    for more in ["", r#","decision":{"type":"PASSED"},"capabilities":{}"#] {
        let mut run = decided(Keep::parts("/kept").and_report().then_erase());
        run.play(vec![(FIRST, kept())]);
        run.feed(done_again());
        run.play(vec![(Op::GetDetails, wiped(more))]);
        assert_eq!(run.flow.outcome_count(), 1, "its parts are not taken out of the result that is here: {more}");
        assert_eq!(
            (run.flow.kept().files.len(), run.flow.kept().missing),
            (1, 2),
            "a part and the report came too late"
        );
        assert!(run.flow.is_over() && run.flow.kept().erased_at.is_some());
    }
}

#[test]
fn a_further_child_is_another_result_also_where_jumio_wiped_the_rest() {
    let left = |children: &str| {
        let text = format!(
            r#"{{"workflow":{{"id":"w","status":"PROCESSED","definitionKey":"10170","childIds":[{children}]}},
            "account":{{"id":"a"}},"wipedOutAt":"2025-06-15T15:00:00Z"}}"#
        );
        ok(Reply::Details(Box::new(Raw::read(&text).unwrap())))
    };
    for (children, versions) in [(r#""child-1""#, 1), ("", 1), (r#""child-1","child-2""#, 2)] {
        let mut run = with_result();
        run.feed(done_again());
        run.play(vec![(Op::GetDetails, changed(r#","childIds":["child-1"]"#))]);
        run.feed(done_again());
        run.play(vec![(Op::GetDetails, left(children))]);
        assert_eq!(run.flow.outcome_count(), 1 + versions, "{children}");
        let named = run.flow.children().iter().any(|child| child.as_str() == "child-2");
        assert_eq!(named, versions == 2, "{children}");
        assert!(run.flow.is_over() && run.flow.kept().erased_at.is_some(), "{children}");
    }
}

#[test]
fn another_decision_is_another_result_also_where_jumio_wiped_the_rest() {
    let mut run = decided(Keep::parts("/kept").and_report().then_erase());
    run.play(vec![(FIRST, kept())]);
    run.feed(done_again());
    run.play(vec![(Op::GetDetails, wiped(r#","decision":{"type":"REJECTED"}"#))]);
    let verdicts: Vec<_> = run.flow.outcomes().iter().map(|outcome| outcome.verdict).collect();
    assert_eq!((verdicts.len(), verdicts[1]), (2, Some(Verdict::Refused)));
    assert_eq!((run.flow.kept().files.len(), run.flow.kept().missing), (1, 2));
    assert!(run.flow.is_over() && run.flow.kept().erased_at.is_some());
}
