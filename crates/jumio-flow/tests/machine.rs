//! The machine alone: scripts of events, and what must hold under every script.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::HashMap;

use chrono::TimeDelta;
mod support;

use jumio_flow::machine::{
    Certainty, Done, Ending, Event, Failure, Flow, MomentKind, Op, Phase, Received, Reply, Spec, Told, VERSION, read,
    write,
};
use jumio_model::Raw;
use jumio_model::api::PreparedData;
use proptest::prelude::*;
use support::*;

#[test]
fn the_quickstart_in_order() {
    let data = PreparedData::read(br#"{"firstName":"Jane"}"#).unwrap();
    let mut run = Run::new(upload(2).with_prepared_data(data));
    run.play(vec![
        (Op::CreateAccount, ok(opened())),
        (Op::UploadPreparedData, ok(Reply::Uploaded)),
        (PAGE, ok(Reply::Uploaded)),
        (Op::UploadDocument { page: 1 }, ok(Reply::Uploaded)),
        (Op::Finalize, ok(Reply::Finalized)),
        (Op::GetStatus, ok(status("ACQUIRED"))),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details("PROCESSED"))),
    ]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
    assert_eq!(run.waited(), 1 + 3); // the first two looks of the result schedule
}

#[test]
fn what_is_over_holds_no_secret() {
    let data = PreparedData::read(br#"{"firstName":"canary-person"}"#).unwrap();
    let mut run = Run::new(upload(1).with_prepared_data(data));
    run.play(vec![(Op::CreateAccount, ok(opened()))]);
    assert!(!format!("{:?}", run.flow).contains("canary"), "Debug is silent while the secrets are there");
    assert!(String::from_utf8(write(&run.flow).unwrap()).unwrap().contains("canary"), "the saved form needs them");
    run.play(vec![(Op::UploadPreparedData, unknown())]);
    let saved = |run: &Run| String::from_utf8(write(&run.flow).unwrap()).unwrap();
    assert!(!saved(&run).contains(TOKEN), "what is parked can hand in nothing");
    assert!(saved(&run).contains("canary-person"), "and may have to hand in everything anew");
    run.feed(Event::Cancel { erase: false });
    assert!(!saved(&run).contains("canary"));
}

#[test]
fn a_person_uploads_and_finalizes_without_us() {
    let mut run = Run::new(Spec::person(request()).on_account("a".into()));
    run.play(vec![(Op::UpdateAccount, ok(opened()))]);
    assert!(matches!(run.flow.phase(), Phase::AwaitingPerson));
    run.play(vec![(Op::GetStatus, ok(status("INITIATED")))]);
    assert_eq!(run.waited(), 60, "slower while nobody has begun");
    run.play(vec![(Op::GetStatus, ok(status("ACQUIRED")))]);
    assert!(matches!(run.flow.phase(), Phase::AwaitingResult));
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
}

#[test]
fn once_only_calls_park_when_nobody_knows() {
    let mut run = Run::new(upload(1));
    run.play(vec![(Op::CreateAccount, unknown())]);
    assert!(matches!(run.ending(), Ending::AccountUnknown { .. }));

    let mut run = Run::new(upload(2));
    run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, unknown())]);
    assert!(matches!(run.ending(), Ending::UploadUnknown { op: PAGE, .. }), "and never finalized");
}

#[test]
fn what_provably_did_nothing_is_tried_again() {
    let mut run = Run::new(upload(1));
    run.play(vec![
        (Op::CreateAccount, not_sent()),
        (Op::CreateAccount, refused(429)),
        (Op::CreateAccount, ok(opened())),
        (PAGE, not_sent()),
        (PAGE, refused(429)),
        (PAGE, ok(Reply::Uploaded)),
    ]);
    assert_eq!(run.waited(), (1 + 2) + (1 + 2));
}

#[test]
fn a_service_that_says_when_is_obeyed_up_to_a_bound() {
    for (asked, waited) in [(7, 7), (3600, 60)] {
        let limited = Failure::new(Certainty::Refused, "step", "slow down").with_status(429);
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, Done::Failed(limited.with_retry_after(Some(asked))))]);
        assert_eq!(run.next(), Some(Op::CreateAccount));
        assert_eq!(run.waited(), waited);
    }
}

#[test]
fn nothing_opened_is_safe_to_start_anew() {
    for first in [refused(400), refused(401), refused(403)] {
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, first)]);
        assert!(matches!(run.ending(), Ending::NotOpened { .. }));
    }
    let mut run = Run::new(upload(1));
    run.play(vec![(Op::CreateAccount, not_sent()); 5]);
    assert!(matches!(run.ending(), Ending::NotOpened { .. }), "tries are bounded");
}

#[test]
fn a_refused_upload_is_explained_by_the_status() {
    let begin = || {
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, refused(401))]);
        run
    };
    let mut run = begin();
    run.play(vec![(Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { .. }));

    let mut run = begin();
    run.play(vec![(Op::GetStatus, ok(status("INITIATED")))]);
    assert!(matches!(run.ending(), Ending::Refused { failure } if failure.status == Some(401)));

    let mut run = begin();
    run.play(vec![(Op::GetStatus, refused(403))]);
    assert!(matches!(run.ending(), Ending::Refused { failure } if failure.status == Some(401)));
}

#[test]
fn a_lost_answer_to_finalize_is_looked_up() {
    let begin = || {
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, ok(Reply::Uploaded)), (Op::Finalize, unknown())]);
        run
    };
    let mut run = begin();
    run.play(vec![(Op::GetStatus, ok(status("ACQUIRED"))), (Op::GetStatus, ok(status("PROCESSED")))]);
    let mut run = begin();
    run.play(vec![(Op::GetStatus, ok(status("INITIATED"))), (Op::Finalize, ok(Reply::Finalized))]);
    assert!(matches!(run.flow.phase(), Phase::AwaitingResult));
}

#[test]
fn a_finalize_that_never_answers_stalls_in_the_end() {
    let mut run = Run::new(upload(1));
    run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, ok(Reply::Uploaded))]);
    let mut finalizes = 0;
    while let Some(op) = run.next() {
        run.answer(if op == Op::Finalize { unknown() } else { ok(status("INITIATED")) });
        finalizes += u32::from(op == Op::Finalize);
        assert!(finalizes < 20, "tries are bounded");
    }
    assert!(run.flow.stalled().is_some());
}

#[test]
fn details_that_are_not_there_yet_are_looked_for_on_the_schedule() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED")))]);
    let began = run.waited();
    run.play(vec![(Op::GetDetails, refused(404)); 6]);
    run.play(vec![(Op::GetDetails, ok(details("PROCESSED")))]);
    assert_eq!(run.waited() - began, 1 + 3 + 8 + 10 + 40 + 60);
}

#[test]
fn a_service_that_is_down_costs_time_and_never_the_flow() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    for _ in 0..200 {
        assert_eq!(run.next(), Some(Op::GetStatus));
        run.answer(unknown());
    }
    assert!(run.waited() > TimeDelta::hours(6).num_seconds(), "a slow sweep in the end");
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
}

#[test]
fn a_missing_permission_stalls_until_somebody_resumes() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, refused(403))]);
    assert_eq!(run.flow.stalled().unwrap().status, Some(403));
    assert_eq!(run.flow.wake_at(), None);
    run.feed(Event::Hint(Told::new(None)));
    assert_eq!(run.next(), None, "a hint does not resume");
    run.feed(Event::Resume);
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("PROCESSED")))]);
}

#[test]
fn a_refusal_after_a_lost_finalize_is_not_believed() {
    let begin = || {
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, ok(opened())), (PAGE, ok(Reply::Uploaded)), (Op::Finalize, unknown())]);
        run
    };
    // The status is not there yet: looked for again.
    let mut run = begin();
    run.play(vec![(Op::GetStatus, refused(404)), (Op::GetStatus, ok(status("PROCESSED")))]);
    // It may not be read: somebody has to look, and nothing is lost.
    let mut run = begin();
    run.play(vec![(Op::GetStatus, refused(403))]);
    assert!(run.flow.stalled().is_some());
    // A second finalize is refused: the first may have worked.
    let mut run = begin();
    run.play(vec![
        (Op::GetStatus, ok(status("INITIATED"))),
        (Op::Finalize, refused(409)),
        (Op::GetStatus, ok(status("ACQUISITION_STARTED"))),
        (Op::GetStatus, ok(status("PROCESSED"))),
        (Op::GetDetails, ok(details("PROCESSED"))),
    ]);
    assert!(matches!(run.ending(), Ending::Decided { .. }));
}

#[test]
fn a_result_that_cannot_be_read_is_kept_and_shown() {
    let odd = || Done::Unknown {
        failure: Failure::new(Certainty::Unknown, "get_details", "not JSON"),
        received: Some(Received::new("canary-of-a-person")),
    };
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED")))]);
    run.play(vec![(Op::GetDetails, odd()); 5]);
    assert!(run.flow.stalled().is_some(), "and not asked for for ever");
    assert_eq!(run.flow.unreadable().unwrap().expose(), "canary-of-a-person");
    assert!(!format!("{:?}", run.flow).contains("canary"));
    run.feed(Event::Resume);
    run.play(vec![(Op::GetDetails, ok(details("PROCESSED")))]);
    assert!(run.flow.unreadable().is_none(), "a better one came");
}

#[test]
fn a_stalled_upload_asks_the_status_before_it_goes_on() {
    let begin = || {
        let mut run = Run::new(upload(1));
        run.play(vec![(Op::CreateAccount, ok(opened()))]);
        let gone = Failure::new(Certainty::NotSent, "upload_document", "the file is gone").finally();
        run.play(vec![(PAGE, Done::Failed(gone))]);
        assert!(run.flow.stalled().is_some());
        run.feed(Event::Resume);
        run
    };
    let mut run = begin();
    run.play(vec![(Op::GetStatus, ok(status("TOKEN_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { .. }), "90 days later it is over");
    let mut run = begin();
    run.play(vec![
        (Op::GetStatus, ok(status("INITIATED"))),
        (PAGE, ok(Reply::Uploaded)),
        (Op::Finalize, ok(Reply::Finalized)),
    ]);
}

#[test]
fn an_account_without_a_way_in_ends_at_once() {
    let text =
        r#"{"account":{"id":"a"},"workflowExecution":{"id":"w","credentials":[{"id":"c","category":"DOCUMENT"}]}}"#;
    let mut run = Run::new(upload(1));
    run.play(vec![(Op::CreateAccount, ok(Reply::Opened(Box::new(Raw::read(text).unwrap()))))]);
    assert!(matches!(run.ending(), Ending::Refused { failure } if failure.message.contains("API channel")));
    assert!(Spec::upload(request(), Vec::new()).is_err(), "and a document has a page");
}

#[test]
fn details_that_lag_behind_the_status_are_not_hammered() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED")))]);
    let began = run.waited();
    run.play(vec![(Op::GetDetails, ok(details("ACQUIRED"))); 6]);
    run.play(vec![(Op::GetDetails, ok(details("PROCESSED")))]);
    assert_eq!(run.waited() - began, 1 + 3 + 8 + 10 + 40 + 60);
}

#[test]
fn details_of_an_expired_transaction_are_no_decision() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, ok(status("PROCESSED"))), (Op::GetDetails, ok(details("SESSION_EXPIRED")))]);
    assert!(matches!(run.ending(), Ending::Expired { details: Some(_), .. }));
}

#[test]
fn stale_events_change_nothing() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    let due = run.flow.due().unwrap();
    let before = write(&run.flow).unwrap();
    run.feed(Event::Due { epoch: due.epoch - 1 });
    run.feed(Event::Done { id: 1, done: ok(opened()) });
    run.feed(Event::Begin { id: 1 });
    run.feed(Event::Resume);
    assert_eq!(write(&run.flow).unwrap(), before);
}

#[test]
fn an_unknown_status_means_still_running() {
    let mut run = Run::new(upload(1));
    run.play(until_finalized());
    run.play(vec![(Op::GetStatus, ok(status("SOMETHING_NEW"))), (Op::GetStatus, ok(status("PROCESSED")))]);
}

#[test]
fn a_newer_state_is_left_alone() {
    let saved = String::from_utf8(write(&Flow::new(upload(1))).unwrap()).unwrap();
    let newer = saved.replacen("\"version\":1", &format!("\"version\":{}", VERSION + 1), 1);
    assert!(read(newer.as_bytes()).unwrap_err().to_string().contains("newer version"));
    assert!(read(b"{}").is_err());
}

fn any_done() -> impl Strategy<Value = Done> {
    prop_oneof![
        4 => Just(None),
        1 => prop_oneof![Just(400u16), Just(401), Just(403), Just(404), Just(429)].prop_map(|code| Some(refused(code))),
        1 => Just(Some(not_sent())),
        1 => Just(Some(unknown())),
    ]
    .prop_map(|done| done.unwrap_or(Done::Succeeded(Reply::Uploaded)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Under every script: a once-only call that may have happened is never asked for again, nothing moves after the end,
    /// finalize comes only after every part was taken, and no script leaves a flow without a way on.
    #[test]
    fn nothing_is_repeated_nothing_is_lost(
        pages in 1usize..4,
        script in prop::collection::vec((any_done(), any::<bool>(), 0usize..7), 1..60),
    ) {
        let statuses = ["INITIATED", "ACQUISITION_STARTED", "ACQUIRED", "PROCESSED", "SESSION_EXPIRED", "TOKEN_EXPIRED", "NEW"];
        let mut run = Run::new(upload(pages));
        let mut may_have_happened: HashMap<Op, u32> = HashMap::new();
        let mut uploaded = 0;
        for (done, hint, pick) in script {
            if hint {
                run.feed(Event::Hint(Told::new(None)));
            }
            let Some(op) = run.next() else { break };
            let done = match (done, op) {
                (Done::Succeeded(_), Op::CreateAccount) => ok(opened()),
                (Done::Succeeded(_), Op::UploadDocument { .. }) => { uploaded += 1; ok(Reply::Uploaded) }
                (Done::Succeeded(_), Op::Finalize) => ok(Reply::Finalized),
                (Done::Succeeded(_), Op::GetStatus) => ok(status(statuses[pick])),
                (Done::Succeeded(_), Op::GetDetails) => ok(details(statuses[pick])),
                (done, _) => done,
            };
            if op == Op::Finalize {
                prop_assert_eq!(uploaded, pages, "finalize with a part missing");
            }
            let nothing_happened = matches!(done, Done::Failed(_));
            if op.is_once() && !nothing_happened {
                let count = may_have_happened.entry(op).or_default();
                *count += 1;
                prop_assert_eq!(*count, 1, "{:?} repeated", op);
            }
            run.answer(done);
        }
        let flow = &run.flow;
        let goes_on = flow.wake_at().is_some() || flow.stalled().is_some() || flow.ending().is_some();
        prop_assert!(goes_on, "{:?}", flow.phase());
        let ended = flow.ending().is_some();
        if ended {
            let before = write(flow).unwrap();
            run.feed(Event::Hint(Told::new(None)));
            run.feed(Event::Resume);
            prop_assert_eq!(write(&run.flow).unwrap(), before);
            let last_is_the_end = matches!(run.flow.timeline().last().unwrap().kind, MomentKind::Ended { .. });
            prop_assert!(last_is_the_end);
        }
    }
}
