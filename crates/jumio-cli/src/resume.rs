//! `jumio resume`: goes on with flows that an earlier command left unfinished.

use std::collections::BTreeMap;

use chrono::Utc;
use jumio_flow::machine::Phase;
use jumio_flow::{Filter, FlowRecord, Flows, Hint, HintAddress};

use crate::args;
use crate::database::Database;
use crate::exit_code::Exit;
use crate::follow::{Following, follow};
use crate::place::Profile;
use crate::prove::wait_for;
use crate::report::{Endings, Report, Summary, Ways};
use crate::session::Session;
use crate::stop::Stop;
use crate::wording::{self, Place, counted};

pub(crate) async fn resume(args: args::Resume, database: &Database, report: &mut Report) -> Result<Exit, Stop> {
    if !database.exists() {
        let message = format!("there is no database at {}", database.path().display());
        return Err(Stop::bad_input(message).advise("name the database with --db; nothing was begun in this one"));
    }
    let mut session = Session::open(&args.place, database, report).await?;
    let records = match args.flows.as_slice() {
        [] => unfinished(&session.flows, &session.profile).await?,
        ids => named(&session.flows, &session.profile, ids).await?,
    };
    let notes = if args.flows.is_empty() { elsewhere(&session).await? } else { Vec::new() };
    session.listen_again(&args.waiting, &records).await?;
    for record in &records {
        let started = record.created_at.format("%Y-%m-%d %H:%M:%SZ");
        let subject = wording::subject(&record.flow);
        let standing = wording::standing(&record.flow);
        report.note(&format!("flow {}: {subject}, begun {started}, stands at {standing}", record.key));
    }
    look_at_once(&session.flows, &records).await?;
    let ways = Ways { link: true, sdk_token: args.sdk_token };
    let wait = args.waiting.wait.unwrap_or_else(|| wait_for(&records, Utc::now()));
    let following =
        Following { flows: &session.flows, gate: &session.gate, wait, listening: session.receiver.is_some(), ways };
    let followed = follow(following, records, report).await?;

    let name = session.place_name();
    let commands: Vec<_> = followed.iter().map(|flow| session.resume_command(&flow.record.key)).collect();
    let mut summaries = Vec::with_capacity(followed.len());
    for (flow, resume) in followed.iter().zip(&commands) {
        session.settle(database, &flow.record);
        let place = Place { name: &name, resume };
        summaries.push(Summary::new(&flow.record, flow.otherwise, place, report.is_simulated(), ways));
    }
    // One flow that was asked for by name is told as `prove` tells it.
    let exit = match (args.flows.as_slice(), summaries.as_slice()) {
        ([_], [summary]) => {
            report.result(summary);
            summary.exited
        }
        _ => {
            let mut notes = notes;
            if summaries.is_empty() {
                notes.insert(0, format!("nothing to resume at {name} in {}", database.path().display()));
            }
            let (endings, exit) = Endings::new(summaries, notes, report.is_simulated());
            report.results(&endings);
            exit
        }
    };
    session.close().await;
    Ok(exit)
}

/// Whoever resumes a flow wants to know how it stands now, and not at its next look, which may be a quarter of an hour off.
async fn look_at_once(flows: &Flows, records: &[FlowRecord]) -> Result<(), Stop> {
    for record in records {
        let waits = matches!(record.flow.phase(), Phase::AwaitingPerson | Phase::AwaitingResult | Phase::Fetching);
        if let (true, Some(key)) = (waits, &record.callback_key) {
            let identity = format!("resume {}", uuid::Uuid::new_v4());
            let hint = Hint::new(HintAddress::Key(key.clone()), None, identity);
            flows.deliver(&hint).await.map_err(|error| Stop::internal(&error))?;
        }
    }
    Ok(())
}

async fn unfinished(flows: &Flows, profile: &Profile) -> Result<Vec<FlowRecord>, Stop> {
    let filter = Filter::all().unfinished().of_profile(profile.as_str());
    let mut open = flows.list(&filter).await.map_err(|error| Stop::internal(&error))?.records;
    // What is parked waits for a person's word, and not for this command.
    open.retain(|record| record.flow.ending().is_none_or(|_| !record.flow.is_settled()));
    Ok(open)
}

/// The flows of these ids, or of ids that begin so.
async fn named(flows: &Flows, profile: &Profile, ids: &[String]) -> Result<Vec<FlowRecord>, Stop> {
    let all = flows.list(&Filter::all()).await.map_err(|error| Stop::internal(&error))?;
    let mut found: Vec<FlowRecord> = Vec::new();
    for id in ids {
        let matching: Vec<_> =
            all.iter().filter(|record| !id.is_empty() && record.key.as_str().starts_with(id)).collect();
        let record = match matching.as_slice() {
            [record] => *record,
            [] => {
                return Err(Stop::bad_input(format!("there is no flow `{id}` in this database"))
                    .advise("`jumio list` shows the flows; --db names another database"));
            }
            several => {
                let message = format!("{} flows begin with `{id}`", several.len());
                return Err(Stop::bad_input(message).advise("write more of the id; `jumio list` shows it"));
            }
        };
        if record.profile != profile.as_str() {
            let theirs = Profile::saved(&record.profile);
            let message = format!("flow {} belongs to {}, not to {}", record.key, theirs.spoken(), profile.spoken());
            let what = format!("jumio resume {} {}", record.key, theirs.options());
            return Err(Stop::bad_input(message).advise(what).about(record.key.as_str()));
        }
        if !found.iter().any(|known| known.key == record.key) {
            found.push(record.clone());
        }
    }
    Ok(found)
}

/// Says how many flows wait for another place, and how to reach it.
async fn elsewhere(session: &Session) -> Result<Vec<String>, Stop> {
    let open = session.flows.list(&Filter::all().unfinished()).await.map_err(|error| Stop::internal(&error))?;
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for record in open.into_iter().filter(|record| record.profile != session.profile.as_str()) {
        *counts.entry(record.profile).or_default() += 1;
    }
    let lines = counts.into_iter().map(|(profile, count)| {
        let profile = Profile::saved(&profile);
        let flows = counted(count, "unfinished flow belongs", "unfinished flows belong");
        format!("{flows} to {}: jumio resume {}{}", profile.spoken(), profile.options(), session.database_option())
    });
    Ok(lines.collect())
}
