//! `fixtures try` and `fixtures add`: what the model makes of anybody's payload.

mod add;
mod anonymous;
mod node;
mod tried;

use std::path::PathBuf;

use anyhow::{Result, bail};
use lexopt::{Arg, ValueExt as _};

use crate::kinds::{self, Kind};

const HELP: &str = "\
fixtures try --kind KIND FILE…
    Says of each file whether it parses, whether it is written back as it came, and which members and values the model does
    not know. Fails when a file does not parse or a member of it was not understood.

fixtures add --kind KIND --source ID[, PART] --name NAME [--endpoint NAME] [--confidence WORD] [--date DATE] FILE
    Tries the file, replaces what may be somebody's, and adds it to fixtures/ and to its index. ID is one of
    fixtures/vocabulary/sources.json; WORD is documented, observed (the default), inferred or weak.

KIND is one of: ";

/// The arguments of both.
struct Options {
    kind: &'static Kind,
    files: Vec<PathBuf>,
    labels: Labels,
}

/// What `add` writes to the index.
#[derive(Default)]
struct Labels {
    source: Option<String>,
    name: Option<String>,
    endpoint: Option<String>,
    confidence: Option<String>,
    date: Option<String>,
}

/// Runs either; says whether everything was understood.
pub(crate) fn run(mut args: lexopt::Parser) -> Result<bool> {
    let mut task = None;
    let mut kind = None;
    let mut files = Vec::new();
    let mut labels = Labels::default();
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Value(word) if task.is_none() => task = Some(word.string()?),
            Arg::Value(file) => files.push(PathBuf::from(file)),
            Arg::Long("help") | Arg::Short('h') => task = Some("help".to_owned()),
            Arg::Long("kind") => kind = Some(args.value()?.string()?),
            Arg::Long("source") => labels.source = Some(args.value()?.string()?),
            Arg::Long("name") => labels.name = Some(args.value()?.string()?),
            Arg::Long("endpoint") => labels.endpoint = Some(args.value()?.string()?),
            Arg::Long("confidence") => labels.confidence = Some(args.value()?.string()?),
            Arg::Long("date") => labels.date = Some(args.value()?.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let known: Vec<&str> = kinds::ALL.iter().map(|kind| kind.name).collect();
    let known = known.join(", ");
    let task = match task.as_deref() {
        Some("help") => {
            println!("{HELP}{known}");
            return Ok(true);
        }
        Some("try") => tried::run,
        Some("add") => add::run,
        _ => bail!("say what to do\n\n{HELP}{known}"),
    };
    let Some(kind) = kind else { bail!("say what the files are: --kind KIND, one of {known}") };
    if files.is_empty() {
        bail!("name at least one file");
    }
    task(&Options { kind: Kind::named(&kind)?, files, labels })
}
