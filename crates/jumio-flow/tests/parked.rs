//! Calls of unknown outcome: what a callback, a person or the policy makes of them, and what none of them may do.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use jumio_flow::machine::{By, Ending, Event, Keep, Op, Phase, Plan, Reply, Resolution, Spec, Told};
use jumio_model::api::PreparedData;
use jumio_model::{CallbackUrl, WorkflowStatus};
use support::*;

fn named(attempt: u32, execution: &str) -> Event {
    let status = Some(WorkflowStatus::TokenExpired);
    Event::Hint(Told::new(status).by_attempt(attempt).about(Some("a".into()), Some(execution.into())))
}

fn parked() -> Run {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![(Op::CreateAccount, unknown())]);
    assert!(run.flow.is_parked() && !run.flow.is_over());
    run
}

#[test]
fn a_callback_names_the_transaction_that_the_lost_answer_would_have() {
    let mut run = parked();
    run.feed(named(1, "w"));
    run.play(vec![(Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { .. }));
    let names: Vec<_> = run.flow.outcomes().iter().map(|outcome| outcome.ending.name()).collect();
    assert_eq!(names, ["account_unknown", "expired"], "both versions are told");
}

#[test]
fn only_the_attempts_own_key_may_name_one() {
    let mut run = parked();
    run.feed(Event::Hint(Told::new(None).about(Some("a".into()), Some("w".into()))));
    run.feed(named(2, "w"));
    assert!(run.flow.is_parked() && run.flow.transaction().is_none());
}

#[test]
fn a_transaction_with_another_reference_is_given_back() {
    let mut run = parked();
    run.feed(Event::Hint(
        Told::new(Some(WorkflowStatus::Processed)).by_attempt(1).about(Some("a".into()), Some("w".into())),
    ));
    run.play(vec![(Op::GetDetails, ok(details_of("another-order")))]);
    assert!(run.flow.is_parked() && run.flow.transaction().is_none());
    assert_eq!(run.flow.strays().len(), 1, "and remembered for a person");
}

/// A result need not carry a reference (protocol 7.3), and a later look at the same one may.
#[test]
fn a_result_that_turns_out_to_be_anothers_is_taken_back() {
    let mut adopted = Run::new(Spec::adopted(request(), "a".into(), "w".into()));
    adopted.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    let mut told = parked();
    told.feed(named(1, "w"));
    told.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    for mut run in [adopted, told] {
        assert!(matches!(run.ending(), Ending::Decided { .. }));
        let before = run.flow.outcome_count();
        run.feed(Event::Refresh);
        run.play(vec![(Op::GetDetails, ok(details_of("another-order")))]);
        assert!(run.flow.is_parked() && run.flow.transaction().is_none());
        assert_eq!(run.flow.outcome_count(), before + 1, "and whoever was told of it is told");
        assert_eq!(run.flow.strays().len(), 1, "remembered for a person");
        assert!(run.flow.explain().contains("another reference"), "{}", run.flow.explain());
    }
    let mut ours = parked();
    ours.feed(named(1, "w"));
    ours.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details_of("order-17")))]);
    ours.feed(Event::Refresh);
    ours.play(vec![(Op::GetDetails, ok(details_of("another-order")))]);
    assert!(matches!(ours.ending(), Ending::Decided { .. }), "once it was proved to be ours, it is");
}

/// What was taken for the result may be another's, and then the right transaction is the one that was named later.
#[test]
fn while_a_result_may_be_anothers_who_names_another_transaction_is_heard() {
    let processed = || {
        let told = Told::new(Some(WorkflowStatus::Processed)).by_attempt(1);
        Event::Hint(told.about(Some("b".into()), Some("right".into())))
    };
    let decided = |reference: Option<&str>| {
        let mut run = parked();
        run.feed(named(1, "w"));
        let seen = reference.map_or_else(|| details("PROCESSED"), details_of);
        run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(seen))]);
        run
    };
    let mut open = decided(None);
    open.feed(processed());
    open.feed(processed());
    assert!(open.flow.pending().is_none(), "it is remembered, and no call is made for it");
    assert_eq!(open.flow.strays().len(), 1);
    open.feed(Event::Refresh);
    open.play(vec![(Op::GetDetails, ok(details_of("another-order")))]);
    let strays: Vec<_> = open.flow.strays().iter().map(|stray| stray.execution.as_str()).collect();
    assert!(open.flow.is_parked());
    assert_eq!(strays, ["right", "w"], "a person finds it");

    let mut ours = decided(Some("order-17"));
    ours.feed(processed());
    assert!(ours.flow.strays().is_empty(), "a result that is ours is the end");
}

/// It is personal. While a result may still be another's everything may have to be handed in, and no longer.
#[test]
fn prepared_data_goes_once_the_result_is_known_to_be_ours() {
    let has_data = |run: &Run| matches!(&run.flow.spec().plan, Plan::Upload { prepared_data: Some(_), .. });
    let data = PreparedData::read(br#"{"firstName":"Jane"}"#).unwrap();
    let mut run = Run::new(upload(1).with_prepared_data(data));
    run.play(vec![(Op::CreateAccount, unknown())]);
    run.feed(named(1, "w"));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }) && has_data(&run), "it does not say whose it is");
    run.feed(Event::Refresh);
    run.play(vec![(Op::GetDetails, ok(details_of("order-17")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }) && !has_data(&run));
}

/// What was kept of a result that is another's is none of what is kept of the flow's own; it goes when the flow's files go.
#[test]
fn files_of_a_result_that_is_taken_back_are_not_the_flows() {
    let mut run = Run::new(Spec::person(request()).keeping(Keep::parts("/kept")));
    run.play(vec![(Op::CreateAccount, unknown())]);
    run.feed(named(1, "w"));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details_with_parts()))]);
    run.play(vec![(FIRST, kept()), (SECOND, kept())]);
    assert!(matches!(run.ending(), Ending::Decided { .. }) && !run.flow.kept().files.is_empty());
    run.feed(Event::Refresh);
    run.play(vec![(Op::GetDetails, ok(details_of("another-order")))]);
    assert!(run.flow.is_parked() && run.flow.kept().files.is_empty());
    let replaced = run.flow.replaced();
    assert!(replaced.len() == 1 && !replaced[0].kept.files.is_empty() && replaced[0].named_by_callback);
    assert_eq!(run.next(), None, "nothing of it is kept further, and nothing erased");
}

#[test]
fn a_person_names_it_or_says_that_there_is_none() {
    let mut run = parked();
    run.feed(Event::Resolve(Resolution::Opened { account: "a".into(), execution: "w".into() }));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));

    let mut run = parked();
    run.feed(Event::Resolve(Resolution::NotOpened));
    assert_eq!(run.flow.attempt(), 2);
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    assert!(matches!(run.flow.phase(), Phase::AwaitingPerson));
}

#[test]
fn the_policy_allows_one_more_attempt_and_a_late_callback_of_the_first_touches_nothing() {
    let mut spec = Spec::person(request());
    spec.policy.repeat_unknown_account = true;
    let mut run = Run::new(spec.clone());
    run.play(vec![(Op::CreateAccount, unknown()), (Op::CreateAccount, unknown())]);
    assert!(run.flow.is_parked(), "one, and no more");

    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, unknown()), (Op::CreateAccount, ok(opened()))]);
    let before = (run.flow.due(), run.flow.pending().map(|pending| pending.op));
    run.feed(named(1, "first"));
    assert_eq!((run.flow.due(), run.flow.pending().map(|pending| pending.op)), before);
    assert_eq!(run.flow.strays()[0].execution.as_str(), "first");
    run.feed(named(2, "w"));
    assert_eq!(run.flow.pending().unwrap().op, Op::GetStatus, "the present one's is heard");
}

#[test]
fn a_second_attempt_that_opened_nothing_says_nothing_of_the_first() {
    for answer in [refused(400), not_sent()] {
        let mut spec = Spec::person(request());
        spec.policy.repeat_unknown_account = true;
        let mut run = Run::new(spec);
        run.play(vec![(Op::CreateAccount, unknown())]);
        while run.flow.ending().is_none() {
            run.play(vec![(Op::CreateAccount, answer.clone())]);
        }
        assert!(run.flow.is_parked(), "the first may have opened one");
    }
}

#[test]
fn nothing_is_built_on_what_only_a_callback_named() {
    let mut spec = Spec::person(request()).keeping(Keep::nothing_and_erase());
    spec.policy.restarts = 1;
    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, unknown())]);
    run.feed(named(1, "w"));
    run.play(vec![(Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { .. }) && run.flow.pending().is_none());
}

#[test]
fn every_attempt_has_a_callback_url_of_its_own() {
    let url = CallbackUrl::new("https://kyc.example.com/jumio/KEY?tenant=7").unwrap();
    let mut spec = Spec::person(request().with_callback_url(url));
    (spec.own_callback, spec.policy.repeat_unknown_account) = (true, true);
    let mut run = Run::new(spec);
    let sent = |run: &Run| run.flow.account_request().callback_url.as_ref().unwrap().as_str().to_owned();
    assert_eq!(sent(&run), "https://kyc.example.com/jumio/KEY?tenant=7");
    run.play(vec![(Op::CreateAccount, unknown())]);
    assert_eq!(sent(&run), "https://kyc.example.com/jumio/KEY.2?tenant=7");
}

#[test]
fn an_upload_in_doubt_is_never_finalized_and_replaced_only_where_the_policy_says_so() {
    let mut spec = upload(1);
    spec.policy.restarts = 1;
    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, unknown())]);
    assert!(matches!(run.flow.phase(), Phase::AwaitingExpiry));
    run.play(vec![
        (Op::GetStatus, ok(status("ACQUISITION_STARTED"))),
        (Op::GetStatus, ok(status("SESSION_EXPIRED"))),
        (Op::UpdateAccount, ok(opened())),
        (PAGE, unknown()),
    ]);
    assert!(matches!(run.ending(), Ending::UploadUnknown { .. }), "as often as the policy says");
    assert_eq!(run.flow.replaced().len(), 1);
    run.feed(Event::Resolve(Resolution::OpenAnother));
    run.play(vec![
        (Op::UpdateAccount, ok(opened())),
        (PAGE, ok(Reply::Uploaded)),
        (Op::Finalize, ok(Reply::Finalized)),
    ]);
}

/// What stopped the transaction that is given up stops no other.
#[test]
fn another_transaction_does_not_begin_stalled() {
    let mut spec = upload(1);
    spec.policy.restarts = 1;
    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, unknown()), (Op::GetStatus, refused(403))]);
    assert!(run.flow.stalled().is_some());
    run.feed(Event::Resolve(Resolution::OpenAnother));
    assert_eq!(run.next(), Some(Op::UpdateAccount));
}

#[test]
fn a_person_who_came_too_late_gets_another_link_where_the_policy_says_so() {
    let mut spec = Spec::person(request());
    spec.policy.restarts = 1;
    let mut run = Run::new(spec);
    run.play(vec![(Op::CreateAccount, ok(opened())), (Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    run.play(vec![(Op::UpdateAccount, ok(opened())), (Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { .. }));
}

#[test]
fn what_ended_for_certain_is_not_resolved() {
    let mut run = Run::new(Spec::person(request()));
    run.play(vec![(Op::CreateAccount, refused(400))]);
    for resolution in [Resolution::NotOpened, Resolution::OpenAnother] {
        run.feed(Event::Resolve(resolution));
        assert!(matches!(run.ending(), Ending::NotOpened { .. }) && run.flow.pending().is_none());
    }
    let by = By::new("clerk", "asked");
    assert_eq!((by.actor.as_str(), by.reason.as_str()), ("clerk", "asked"));
}
