//! `jumio prove`: checks everything that can be checked here, opens a flow, and follows it.

mod order;
mod pages;

use std::time::Duration;

use chrono::{DateTime, Utc};
use jumio_flow::machine::{Ending, Flow};
use jumio_flow::{CallbackKey, Filter, FlowKey, FlowRecord, Flows, Inserted, NewFlow};
use jumio_model::TokenLifetime;

use self::order::Order;
use crate::args;
use crate::database::Database;
use crate::exit_code::Exit;
use crate::follow::{Following, follow};
use crate::report::{Report, Summary, Ways};
use crate::session::Session;
use crate::stop::Stop;
use crate::wording::{self, Place};

/// How long to wait for a result, where nothing is said.
const RESULT_WAIT: Duration = Duration::from_secs(15 * 60);

pub(crate) async fn prove(args: args::Prove, database: &Database, report: &mut Report) -> Result<Exit, Stop> {
    let order = Order::read(&args, report).await?;
    let mut session = Session::open(&args.place, database, report).await?;
    session.listen(&args.waiting).await?;
    let ways = Ways { link: args.link, sdk_token: args.sdk_token };
    let wait = args.waiting.wait.unwrap_or_else(|| default_wait(&order));

    let lock = database.lock()?;
    if let Some(subject) = &order.subject {
        refuse_second(&session.flows, &session, subject, args.again).await?;
    }
    let record = start(order, &args, &session, database, report).await?;
    drop(lock);

    let key = record.key.clone();
    report.note(&format!("flow {key}: {}, at {}", wording::subject(&record.flow), session.place_name()));
    let following =
        Following { flows: &session.flows, gate: &session.gate, wait, listening: session.receiver.is_some(), ways };
    let followed = follow(following, vec![record], report).await?;
    let resume = session.resume_command(&key);
    let name = session.place_name();
    let mut exit = Exit::Internal;
    for flow in &followed {
        session.settle(database, &flow.record);
        let place = Place { name: &name, resume: &resume };
        let summary = Summary::new(&flow.record, flow.otherwise, place, report.is_simulated(), ways);
        report.result(&summary);
        exit = summary.exited;
    }
    session.close().await;
    Ok(exit)
}

/// Adds the flow.
async fn start(
    order: Order,
    args: &args::Prove,
    session: &Session,
    database: &Database,
    report: &Report,
) -> Result<FlowRecord, Stop> {
    let key = FlowKey::new(uuid::Uuid::new_v4().to_string());
    let callback_key = CallbackKey::random().map_err(|error| Stop::internal(&error))?;
    let callback_url = session.callback_url(args.callback_url.as_deref(), &callback_key)?;
    let subject = order.subject.clone();
    let spec = order.into_spec(&key, callback_url, session.receiver.is_some(), database, report).await?;
    let mut new = NewFlow::new(key.clone(), session.profile.as_str(), Flow::new(spec)).with_callback_key(callback_key);
    if let Some(subject) = subject {
        new = new.about(subject);
    }
    let flows = &session.flows;
    let failed = |error: jumio_flow::FlowError| {
        database.discard_merged(&key);
        Stop::internal(&error)
    };
    match flows.start(new).await.map_err(failed)? {
        Inserted::New => flows.get(&key).await.map_err(|error| Stop::internal(&error)),
        _ => Err(Stop::new(Exit::Internal, "the id of the new flow is taken; run the command again")),
    }
}

/// Refuses to send a document a second time while nobody knows what became of the first.
async fn refuse_second(flows: &Flows, session: &Session, subject: &str, again: bool) -> Result<(), Stop> {
    if again {
        return Ok(());
    }
    let filter = Filter::all().of_profile(session.profile.as_str()).about(subject);
    let known = flows.list(&filter).await.map_err(|error| Stop::internal(&error))?;
    // What cannot be read may be the one that must not be repeated.
    if let Some(unreadable) = known.unreadable.first() {
        return Err(Stop::internal(&unreadable.error).about(unreadable.key.as_str()));
    }
    let open = known.iter().find(|record| record.flow.ending().is_none_or(Ending::is_unknown));
    let Some(record) = open else { return Ok(()) };
    let key = &record.key;
    let (message, what_to_do) = if record.flow.ending().is_some() {
        (
            format!("nobody knows how flow {key} ended, which is about the same files"),
            format!(
                "see what is known of it with `{}`; --again opens another, chargeable transaction all the same",
                session.resume_command(key)
            ),
        )
    } else {
        (
            format!("flow {key} is about the same files, and is not finished"),
            format!(
                "go on with it: {}; --again opens another, chargeable transaction all the same",
                session.resume_command(key)
            ),
        )
    };
    Err(Stop::new(Exit::AlreadyUnderWay, message).advise(what_to_do).about(key.as_str()))
}

fn default_wait(order: &Order) -> Duration {
    if order.by_person {
        let lifetime = order.request.token_lifetime.as_ref().map_or(TokenLifetime::DEFAULT, TokenLifetime::duration);
        lifetime.saturating_add(RESULT_WAIT)
    } else {
        RESULT_WAIT
    }
}

/// How long to wait for flows that were begun earlier.
pub(crate) fn wait_for(records: &[FlowRecord], now: DateTime<Utc>) -> Duration {
    let longest = records.iter().map(|record| {
        let flow = &record.flow;
        if !matches!(flow.spec().plan, jumio_flow::machine::Plan::Person) {
            return RESULT_WAIT;
        }
        let asked = flow.spec().request.token_lifetime.as_ref();
        let lifetime = asked.map_or(TokenLifetime::DEFAULT, TokenLifetime::duration);
        let opened = flow.transaction().and_then(|transaction| transaction.opened_at).unwrap_or(now);
        let passed = (now - opened).to_std().unwrap_or_default();
        lifetime.saturating_sub(passed).saturating_add(RESULT_WAIT)
    });
    longest.max().unwrap_or(RESULT_WAIT)
}
