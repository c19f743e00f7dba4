//! After the result: keeping and erasing in the right order, cancelling, and versions of the outcome.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use chrono::TimeDelta;
use jumio_flow::machine::{
    By, Certainty, Ending, Event, Failure, Keep, Link, Op, Reply, Resolution, Rule, Spec, Told, Verdict,
};
use jumio_model::{Raw, WorkflowStatus};
use support::*;

#[test]
fn everything_is_kept_before_jumio_erases() {
    let mut run = decided(Keep::parts("/kept").and_report().then_erase());
    assert!(run.flow.ending().is_some() && !run.flow.is_settled(), "the outcome is told at once, and more is to come");
    run.play(vec![(FIRST, kept()), (SECOND, kept()), (Op::KeepReport, kept()), (Op::Erase, ok(Reply::Erased))]);
    assert!(run.flow.is_over());
    assert_eq!((run.flow.kept().files.len(), run.flow.kept().erased_at), (3, Some(run.now)));
}

#[test]
fn nothing_is_erased_while_a_file_is_not_kept() {
    let mut run = decided(Keep::parts("/kept").then_erase());
    for _ in 0..40 {
        run.play(vec![(FIRST, not_sent())]);
    }
    assert!(run.flow.kept().erased_at.is_none(), "tried for ever, slowly");
    run.play(vec![(FIRST, refused(403))]);
    assert!(run.flow.stalled().is_some(), "no permission: somebody has to see to it");
    run.feed(Event::Resume);
    run.play(vec![(FIRST, kept())]);
    run.play(vec![(SECOND, refused(404)); 5]); // once may be a mistake
    run.play(vec![(Op::Erase, refused(404))]);
    assert_eq!(run.flow.kept().missing, 1);
    assert!(run.flow.is_over() && run.flow.kept().erased_at.is_some(), "what is gone is erased");
}

#[test]
fn what_was_given_up_for_another_is_kept_and_erased_after_the_result() {
    let mut spec = Spec::person(request()).keeping(Keep::parts("/kept").then_erase());
    spec.policy.retakes = 1;
    spec.policy.restarts = 1;
    spec.policy.rules = vec![Rule::decision("PASSED", Verdict::Retake)];
    let mut run = Run::new(spec);
    run.play(vec![
        (Op::CreateAccount, ok(opened_as("w1"))),
        (Op::GetStatus, ok(status("TOKEN_EXPIRED"))),
        (Op::UpdateAccount, ok(opened_as("w2"))),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details_with_parts())),
        (Op::UpdateAccount, ok(opened_as("w3"))),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details_with_parts())),
    ]);
    let mut went = Vec::new();
    while let Some(op) = run.next() {
        went.push((run.flow.keeping().unwrap().1.as_str().to_owned(), op));
        run.answer(if op == Op::Erase { ok(Reply::Erased) } else { kept() });
    }
    let expected = [("w3", FIRST), ("w3", SECOND), ("w3", Op::Erase), ("w1", Op::Erase)];
    let of_the_retaken = [("w2", FIRST), ("w2", SECOND), ("w2", Op::Erase)];
    let expected = expected.into_iter().chain(of_the_retaken).map(|(execution, op)| (execution.to_owned(), op));
    assert_eq!(went, expected.collect::<Vec<_>>());
    let files: Vec<_> = run.flow.replaced().iter().map(|replaced| replaced.kept.files.len()).collect();
    assert_eq!((run.flow.kept().files.len(), files), (2, vec![0, 2]));
    assert!(run.flow.is_over());
}

#[test]
fn what_was_given_up_is_erased_even_where_nothing_else_was_opened() {
    let mut spec = Spec::person(request());
    spec.policy.restarts = 1;
    let mut run = Run::new(spec);
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("TOKEN_EXPIRED"))),
        (Op::UpdateAccount, refused(400)),
    ]);
    assert!(matches!(run.ending(), Ending::NotOpened { .. }) && run.flow.is_over());
    run.feed(Event::Cancel { erase: true });
    run.play(vec![(Op::Erase, ok(Reply::Erased))]);
    assert!(run.flow.is_over() && run.flow.replaced()[0].kept.erased_at.is_some());
}

#[test]
fn a_refused_transaction_is_erased_once_it_is_over() {
    let script = || {
        let mut script = until_finalized();
        script.pop();
        script.extend([(Op::Finalize, refused(409)), (Op::GetStatus, ok(status("INITIATED")))]);
        script
    };
    let mut told_before = Run::new(upload(1).keeping(Keep::nothing_and_erase()));
    told_before.play(script());
    let mut told_after = Run::new(upload(1));
    told_after.play(script());
    assert!(told_after.flow.is_over(), "nobody asked for anything");
    told_after.feed(Event::Cancel { erase: true });
    for mut run in [told_before, told_after] {
        assert!(matches!(run.ending(), Ending::Refused { .. }) && run.flow.is_settled() && !run.flow.is_over());
        run.play(vec![
            (Op::GetStatus, ok(status("INITIATED"))),
            (Op::GetStatus, ok(status("SESSION_EXPIRED"))),
            (Op::Erase, ok(Reply::Erased)),
        ]);
        assert!(run.flow.is_over());
    }
}

#[test]
fn a_result_of_a_refused_transaction_is_another_outcome() {
    let mut run = Run::new(upload(1).keeping(Keep::nothing_and_erase()));
    let mut script = until_finalized();
    script.pop();
    script.extend([(Op::Finalize, refused(409)), (Op::GetStatus, ok(status("INITIATED")))]);
    script.extend([(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    script.push((Op::Erase, ok(Reply::Erased)));
    run.play(script);
    assert!(matches!(run.ending(), Ending::Decided { .. }) && run.flow.outcome_count() == 2);
}

#[test]
fn what_jumio_wiped_by_itself_needs_no_erasing() {
    let mut run = Run::new(Spec::person(request()).keeping(Keep::parts("/kept").and_report().then_erase()));
    let text =
        r#"{"workflow":{"id":"w","status":"PROCESSED"},"account":{"id":"a"},"wipedOutAt":"2025-06-15T15:00:00Z"}"#;
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(Reply::Details(Box::new(Raw::read(text).unwrap())))),
    ]);
    assert!(run.flow.is_over() && run.flow.kept().erased_at.is_some());
}

#[test]
fn parts_of_a_changed_result_are_kept_anew() {
    let mut run = decided(Keep::parts("/kept"));
    run.play(vec![(FIRST, kept()), (SECOND, kept())]);
    run.feed(Event::Refresh);
    let text = r#"{"workflow":{"id":"w","status":"PROCESSED"},"account":{"id":"a"},
        "credentials":[{"id":"c","category":"DOCUMENT","parts":[{"classifier":"2","href":"https://retrieval.example/2"}]}]}"#;
    run.play(vec![(Op::GetDetails, ok(Reply::Details(Box::new(Raw::read(text).unwrap()))))]);
    run.play(vec![(FIRST, kept())]);
    assert!(run.flow.is_over() && run.flow.kept().files.len() == 3);
}

#[test]
fn a_cancelled_flow_of_which_nobody_knows_is_over_once_somebody_does() {
    let in_doubt = || {
        let mut run = Run::new(Spec::person(request()));
        run.play(vec![(Op::CreateAccount, unknown())]);
        run.feed(Event::Cancel { erase: true });
        assert!(!run.flow.is_over());
        run
    };
    let mut nothing = in_doubt();
    nothing.feed(Event::Resolve(Resolution::NotOpened));
    assert!(nothing.flow.is_over() && nothing.flow.outcome_count() == 3);
    let mut something = in_doubt();
    something.feed(Event::Resolve(Resolution::Opened { account: "a".into(), execution: "w".into() }));
    // One that is not visible yet is no reason to forget it.
    something.play(vec![(Op::GetStatus, refused(404)), (Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    something.play(vec![(Op::Erase, ok(Reply::Erased))]);
    assert!(something.flow.is_over());
    let mut gone = in_doubt();
    gone.feed(Event::Resolve(Resolution::Opened { account: "a".into(), execution: "w".into() }));
    gone.play(vec![(Op::GetStatus, refused(404)); 5]);
    gone.play(vec![(Op::Erase, refused(404))]);
    assert!(gone.flow.is_over());
}

#[test]
fn a_hold_puts_erasing_off_and_is_no_failure() {
    let mut run = decided(Keep::nothing_and_erase());
    let id = run.flow.pending().unwrap().id;
    let until = run.now + TimeDelta::days(1);
    run.feed(Event::Postponed { id, until });
    assert_eq!(run.flow.wake_at(), Some(until));
    run.play(vec![(Op::Erase, ok(Reply::Erased))]);
    assert!(run.now >= until && run.flow.is_over());
}

#[test]
fn a_cancelled_flow_records_what_comes_all_the_same_and_erases_it_if_asked() {
    for erase in [false, true] {
        let mut run = Run::new(Spec::person(request()));
        run.play(vec![(Op::CreateAccount, ok(opened()))]);
        run.feed(Event::Cancel { erase });
        assert!(matches!(run.ending(), Ending::Cancelled { late: None, .. }) && run.flow.is_settled());
        run.play(vec![
            (Op::GetStatus, ok(status("ACQUIRED"))),
            (Op::GetStatus, ok(status("PROCESSED"))),
            (Op::GetDetails, refused(404)), // not visible yet
            (Op::GetDetails, ok(details("PROCESSED"))),
        ]);
        assert!(matches!(run.ending(), Ending::Cancelled { late: Some(_), .. }));
        assert_eq!(run.flow.outcome_count(), 2, "the late result is told");
        if erase {
            run.play(vec![(Op::Erase, ok(Reply::Erased))]);
        }
        assert!(run.flow.is_over());
    }
}

#[test]
fn a_cancelled_flow_that_nobody_knows_of_waits_for_its_callback_to_erase() {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![(Op::CreateAccount, unknown())]);
    run.feed(Event::Cancel { erase: true });
    assert!(!run.flow.is_over());
    let told = Told::new(Some(WorkflowStatus::TokenExpired)).by_attempt(1);
    run.feed(Event::Hint(told.about(Some("a".into()), Some("w".into()))));
    let mut another = Run { flow: run.flow.clone(), now: run.now };
    // Whose it is stands in the details alone.
    run.play(vec![
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details_of("order-17"))),
        (Op::Erase, ok(Reply::Erased)),
    ]);
    assert!(run.flow.is_over());
    another.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details_of("another-order")))]);
    assert!(another.flow.pending().is_none() && another.flow.kept().erased_at.is_none(), "another's is not erased");
}

#[test]
fn cancelling_while_the_result_is_fetched_loses_nothing() {
    let mut run = Run::new(Spec::person(request()).keeping(Keep::parts("/kept").then_erase()));
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, refused(404)),
    ]);
    run.feed(Event::Cancel { erase: true });
    run.play(vec![
        (Op::GetDetails, ok(details("ACQUIRED"))), // the status was ahead of the details
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details_with_parts())),
        (FIRST, kept()),
        (SECOND, kept()),
        (Op::Erase, ok(Reply::Erased)),
    ]);
    assert!(run.flow.is_over());
}

#[test]
fn a_result_that_changes_and_a_persons_word_are_versions() {
    let mut run = decided(Keep::nothing_and_erase());
    assert_eq!(run.flow.outcome().unwrap().verdict, Some(Verdict::Stored));
    let by = By::new("clerk", "the name is another");
    run.feed(Event::Resolve(Resolution::Means { verdict: Verdict::Refused, by: by.clone() }));
    let outcome = run.flow.outcome().unwrap();
    assert_eq!((outcome.version, outcome.verdict, outcome.by), (2, Some(Verdict::Refused), Some(&by)));
    assert!(run.flow.explain().contains("clerk said so"));

    let mut spec = Spec::person(request());
    spec.keep = None;
    let mut run = Run::new(spec);
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details("PROCESSED"))),
    ]);
    run.feed(Event::Refresh);
    run.play(vec![(Op::GetDetails, ok(details("PROCESSED")))]);
    assert_eq!(run.flow.outcome_count(), 1, "the same");
    run.feed(Event::Refresh);
    run.play(vec![(Op::GetDetails, ok(details_with_parts()))]);
    assert_eq!(run.flow.outcomes().len(), 2, "another");
}

#[test]
fn another_document_is_asked_for_as_often_as_the_policy_says() {
    let mut spec = Spec::person(request());
    spec.policy.retakes = 1;
    spec.policy.rules = vec![Rule::decision("PASSED", Verdict::Retake)];
    let mut run = Run::new(spec);
    let round = |open: Op| {
        vec![(open, ok(opened())), (Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]
    };
    run.play(round(Op::CreateAccount));
    assert!(run.flow.ending().is_none() && run.flow.replaced()[0].details.is_some(), "the first result is not lost");
    run.play(round(Op::UpdateAccount));
    assert_eq!(run.flow.outcome().unwrap().verdict, Some(Verdict::Retake));
}

#[test]
fn a_callback_that_says_processed_brings_the_details_without_a_status() {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    run.feed(Event::Hint(Told::new(Some(WorkflowStatus::Processed))));
    run.play(vec![(Op::GetDetails, refused(404)); 5]);
    assert_eq!(run.waited(), 1 + 3 + 8 + 10);
    // It may have said more than is true.
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
}

#[test]
fn a_flow_that_waited_too_long_asks_for_somebody() {
    let mut spec = Spec::person(request());
    spec.policy.give_up_after = Some(300);
    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    while let Some(op) = run.next() {
        assert_eq!(op, Op::GetStatus);
        run.answer(ok(status("INITIATED")));
    }
    assert!(run.flow.stalled().is_some() && run.waited() >= 300);
    run.feed(Event::Stall { failure: Failure::new(Certainty::NotSent, "host", "again") });
    assert_eq!(run.flow.stalled().unwrap().step, "wait", "stalled once");
}

#[test]
fn the_link_lives_as_long_as_the_person_may_begin() {
    let mut run = Run::new(Spec::person(request()));
    assert_eq!(run.flow.link(run.now), Link::None);
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    assert!(matches!(run.flow.link(run.now), Link::Live { .. }));
    assert_eq!(run.flow.link(run.now + TimeDelta::minutes(30)), Link::Expired);
    run.play(vec![(Op::GetStatus, ok(status("ACQUIRED")))]);
    assert_eq!(run.flow.link(run.now), Link::Done);
}

#[test]
fn a_transaction_of_another_system_is_followed_from_where_it_stands() {
    let mut run = Run::new(Spec::adopted(request(), "a".into(), "w".into()));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));

    let mut run = Run::new(Spec::adopted(request(), "a".into(), "w".into()));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details_of("another-order")))]);
    assert!(run.flow.is_parked(), "it carries another reference");
}
