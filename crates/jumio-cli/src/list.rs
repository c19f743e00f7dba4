//! `jumio list`: the flows of a database, oldest first. Talks to nobody.

use jumio_flow::{Filter, FlowStore as _, Listed};
use serde::Serialize;

use crate::database::Database;
use crate::exit_code::Exit;
use crate::place::Profile;
use crate::report::Console;
use crate::stop::Stop;
use crate::wording;

/// The object of `--json`.
#[derive(Serialize)]
struct Listing {
    flows: Vec<Row>,
    /// Those of which nothing can be told, with the reason.
    unreadable: Vec<Unreadable>,
    exit: &'static str,
    exit_code: u8,
}

#[derive(Serialize)]
struct Unreadable {
    flow: String,
    why: String,
}

impl Unreadable {
    fn of(unreadable: &jumio_flow::Unreadable) -> Self {
        Self { flow: unreadable.key.to_string(), why: unreadable.error.to_string() }
    }
}

#[derive(Serialize)]
struct Row {
    simulated: bool,
    flow: String,
    profile: String,
    begun_at: chrono::DateTime<chrono::Utc>,
    state: &'static str,
    /// The code with which `jumio resume` would end now; null for a flow that goes on.
    flow_exit_code: Option<u8>,
    headline: String,
    /// The command that goes on with it; null where it is over.
    resume: Option<String>,
}

pub(crate) async fn list(database: &Database, console: &Console) -> Result<Exit, Stop> {
    let listed = match database.exists() {
        true => database.open().await?.list(&Filter::all()).await.map_err(|error| Stop::internal(&error))?,
        false => Listed::default(),
    };
    let row = |record: &jumio_flow::FlowRecord| {
        let profile = Profile::saved(&record.profile);
        let open = record.flow.ending().is_none();
        Row {
            simulated: profile.is_simulator(),
            flow: record.key.to_string(),
            begun_at: record.created_at,
            state: wording::standing(&record.flow),
            flow_exit_code: Exit::of(&record.flow).map(Exit::code),
            headline: wording::headline(&record.flow),
            resume: open.then(|| format!("jumio resume {} {}{}", record.key, profile.options(), database.option())),
            profile: record.profile.clone(),
        }
    };
    let flows: Vec<Row> = listed.iter().map(row).collect();
    let unreadable: Vec<_> = listed.unreadable.iter().map(Unreadable::of).collect();
    if console.is_json() {
        console.object(&Listing { flows, unreadable, exit: Exit::Passed.name(), exit_code: Exit::Passed.code() });
        return Ok(Exit::Passed);
    }
    if flows.is_empty() && unreadable.is_empty() {
        console.line(&format!("no flows in {}", database.path().display()));
    }
    for row in flows {
        let mark = if row.simulated { "  SIMULATED" } else { "" };
        let begun = row.begun_at.format("%Y-%m-%d %H:%M:%SZ");
        console.line(&format!("{}  {begun}  {}{mark}", row.flow, Profile::saved(&row.profile).spoken()));
        console.line(&format!("    {}", row.headline));
        if let Some(resume) = row.resume {
            console.line(&format!("    {resume}"));
        }
    }
    for Unreadable { flow, why } in unreadable {
        console.line(&format!("{flow}  cannot be read"));
        console.line(&format!("    {why}"));
    }
    Ok(Exit::Passed)
}
