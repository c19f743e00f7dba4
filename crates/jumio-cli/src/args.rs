//! The command line: which options there are and what they are called. What they mean is for the modules that take them.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, ValueHint};
use jumio_model::endpoint::Region;

use crate::exit_code::Exit;

/// Runs documents through Jumio Doc Proof.
///
/// A flow (one document on its way to a decision) is kept in a database file from its first step on: after a crash, a closed
/// terminal or a lost connection, `jumio resume` goes on where it stood. What may already have happened at Jumio is never
/// done a second time by guess.
#[derive(Debug, Parser)]
#[command(name = "jumio", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a document (or hand out a link to do so), and wait for the decision
    Prove(Box<Prove>),
    /// Go on with unfinished flows after a crash, an interruption or a fixed problem
    Resume(Box<Resume>),
    /// Show the flows of the database and what each needs
    List,
    /// Play Jumio on this machine (SIMULATED), for an integration in any language, until Ctrl-C
    ///
    /// With --json the first line is an object with baseUrl, clientId and clientSecret.
    Sim(Box<jumio_simulator::program::Options>),
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The database file, kept beside its key file and the simulator's state [default: jumio/flows.db in the platform's
    /// data folder]
    #[arg(long, global = true, value_name = "PATH", value_hint = ValueHint::FilePath)]
    pub(crate) db: Option<PathBuf>,
    /// Tell on stderr what the libraries do: error, warn, info, debug or trace
    #[arg(long, global = true, value_name = "LEVEL")]
    pub(crate) log: Option<tracing::Level>,
}

/// With whom to talk.
#[derive(Debug, Args)]
#[command(next_help_heading = "Where to")]
pub(crate) struct Place {
    /// Use the simulator built into this command: no account, no network, nothing checked
    #[arg(long, conflicts_with_all = ["region", "base_url", "auth_url", "account_url", "api_url", "retrieval_url",
        "health_url", "also_permit", "client_secret_file", "user_agent", "root_certificate"])]
    pub(crate) simulator: bool,
    /// Jumio's data center: us, eu or sg (amer-1, emea-1, apac-1)
    #[arg(long, value_name = "REGION", conflicts_with = "base_url")]
    pub(crate) region: Option<Region>,
    /// One address for all five services: a simulator or a mock that runs somewhere (https, or http on this machine)
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) base_url: Option<String>,
    /// Another address for tokens alone
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) auth_url: Option<String>,
    /// Another address for opening transactions alone
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) account_url: Option<String>,
    /// Another address for uploads and finalize alone
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) api_url: Option<String>,
    /// Another address for status and details alone
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) retrieval_url: Option<String>,
    /// One more address that may see credentials, where Jumio's replies link to it; may be given again
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) also_permit: Vec<String>,
    /// Another address for health alone
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url)]
    pub(crate) health_url: Option<String>,
    /// Read the client secret from this file (`-` is stdin) instead of JUMIO_CLIENT_SECRET
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) client_secret_file: Option<PathBuf>,
    /// Keep no access token for the next command: each run fetches its own
    #[arg(long)]
    pub(crate) no_token_file: bool,
    /// Company and application, as Jumio wants to be called, such as `Acme KYC/1.0` [env: JUMIO_USER_AGENT]
    #[arg(long, value_name = "TEXT")]
    pub(crate) user_agent: Option<String>,
    /// Trust this root certificate too (PEM): for a proxy that inspects traffic
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(crate) root_certificate: Option<PathBuf>,
}

/// How long to wait, and for callbacks where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Waiting")]
pub(crate) struct Waiting {
    /// How long to wait for the decision, such as 90s, 15m or 2h [default: 15m; with --link or --sdk-token the token's
    /// lifetime and 15m more]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub(crate) wait: Option<Duration>,
    /// Listen here for callbacks, such as 127.0.0.1:8080 (with --simulator this happens by itself)
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// The document: PDF, PNG or JPEG. Several files are several pages of the one document, one upload each (unproven at
    /// Jumio; see --merge)
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath, required_unless_present_any = ["link", "sdk_token"],
        conflicts_with_all = ["link", "sdk_token"])]
    pub(crate) files: Vec<PathBuf>,
    /// The document's type: a code such as BS, or a name such as "bank statement"
    #[arg(long = "type", value_name = "TYPE")]
    pub(crate) document_type: String,
    /// The issuing country: an ISO 3166-1 code such as USA, or a name
    #[arg(long, value_name = "COUNTRY")]
    pub(crate) country: String,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
    /// Print the link of Jumio's hosted page, where the person uploads, instead of uploading here
    #[arg(long, help_heading = "What to do")]
    pub(crate) link: bool,
    /// Print the token with which a mobile or web SDK runs the transaction. A secret
    #[arg(long, help_heading = "What to do")]
    pub(crate) sdk_token: bool,
    /// Make one PDF of all files first: one upload, no half state
    #[arg(long, help_heading = "What to do", conflicts_with_all = ["link", "sdk_token"])]
    pub(crate) merge: bool,
    /// Give Jumio what is known of the person before the document: a JSON object
    #[arg(long, value_name = "FILE.json", value_hint = ValueHint::FilePath, help_heading = "What to do",
        conflicts_with_all = ["link", "sdk_token"])]
    pub(crate) prepared_data: Option<PathBuf>,
    /// Open the transaction on an account that exists, instead of a new one
    #[arg(long, value_name = "ID", help_heading = "What to do")]
    pub(crate) existing_account: Option<String>,
    /// Start although a flow about the same files is open, or nobody knows how one ended
    #[arg(long, help_heading = "What to do")]
    pub(crate) again: bool,
    /// Your reference of the transaction; must be unique and name nobody [default: the flow's id]
    #[arg(long, value_name = "TEXT", help_heading = "What to ask for")]
    pub(crate) reference: Option<String>,
    /// Your reference of the person; must not name them
    #[arg(long, value_name = "TEXT", help_heading = "What to ask for")]
    pub(crate) user_reference: Option<String>,
    /// How long the transaction waits for its person: a number and s, m, h or d, from 5m to 60d [default: the portal's
    /// setting, mostly 30m]
    #[arg(long, value_name = "LIFETIME", help_heading = "What to ask for")]
    pub(crate) token_lifetime: Option<String>,
    /// Where Jumio is to report the end (https, a host name, no port). Without it polling decides
    #[arg(long, value_name = "URL", value_hint = ValueHint::Url, help_heading = "What to ask for")]
    pub(crate) callback_url: Option<String>,
    /// The workflow's key
    #[arg(long, value_name = "KEY", default_value = "10170", help_heading = "What to ask for")]
    pub(crate) workflow: String,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    /// The flows to go on with, by id or its beginning [default: all unfinished ones of this place]
    #[arg(value_name = "ID")]
    pub(crate) flows: Vec<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    #[command(flatten)]
    pub(crate) waiting: Waiting,
    /// Print the SDK token of flows that wait for their person. A secret
    #[arg(long)]
    pub(crate) sdk_token: bool,
}

/// What stands below the options in `--help`.
fn after_help() -> String {
    format!(
        "Credentials: JUMIO_CLIENT_ID and JUMIO_CLIENT_SECRET (or --client-secret-file, or a prompt), and JUMIO_USER_AGENT. \
         A proxy is taken from HTTPS_PROXY.\n\n\
         With --json stdout holds one JSON object, when all is over. A link or an SDK token is needed earlier: it is told at \
         once as one line of JSON on stderr.\n\n{}",
        Exit::help()
    )
}

impl Cli {
    /// Reads the arguments of this process.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        let mut command = Self::command().after_help(after_help());
        for name in ["prove", "resume"] {
            command = command.mut_subcommand(name, |sub| sub.after_help(after_help()));
        }
        Self::from_arg_matches(&command.try_get_matches()?)
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser as _};

    use super::{Cli, Command};

    fn read(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_first_run_of_the_readme() {
        let cli = read("jumio prove a.pdf --type BS --country USA --simulator").unwrap();
        let Command::Prove(prove) = cli.command else { panic!("not prove") };
        assert!(prove.place.simulator && !cli.common.json);
        assert_eq!(
            (prove.document_type.as_str(), prove.country.as_str(), prove.workflow.as_str()),
            ("BS", "USA", "10170")
        );
    }

    #[test]
    fn what_does_not_go_together() {
        let kind = "--type BS --country USA";
        for bad in [
            format!("jumio prove {kind}"),
            format!("jumio prove a.pdf --link {kind}"),
            format!("jumio prove --link --prepared-data x.json {kind}"),
            format!("jumio prove --link --merge {kind}"),
            format!("jumio prove a.pdf {kind} --simulator --region eu"),
            format!("jumio prove a.pdf {kind} --simulator --base-url http://127.0.0.1:1"),
            format!("jumio prove a.pdf {kind} --region eu --base-url http://127.0.0.1:1"),
            format!("jumio prove a.pdf {kind} --region mars"),
            format!("jumio prove a.pdf {kind} --wait soon"),
            "jumio prove a.pdf --type BS".to_owned(),
        ] {
            assert_eq!(read(&bad).unwrap_err().exit_code(), 2, "{bad}");
        }
        for good in [
            format!("jumio prove --link {kind} --token-lifetime 2h --region emea-1"),
            format!("jumio prove --link --sdk-token {kind} --region us"),
            format!(
                "jumio prove a.png b.jpg --merge {kind} --base-url http://127.0.0.1:1 --api-url http://127.0.0.1:2 --wait 90s"
            ),
            "jumio resume".to_owned(),
            "jumio resume 1f 2e --simulator --json".to_owned(),
            "jumio --db x.db list".to_owned(),
        ] {
            assert!(read(&good).is_ok(), "{good}");
        }
    }

    #[test]
    fn no_option_takes_a_secret() {
        // The simulator's own id and secret open nothing but the simulator, and a script has to choose them.
        let cli = Cli::command();
        for command in cli.get_subcommands().filter(|command| command.get_name() != "sim") {
            for argument in command.get_arguments() {
                let name = argument.get_id().as_str();
                assert!(name == "client_secret_file" || name == "sdk_token" || !name.contains("secret"), "{name}");
                assert!(!["password", "client_id", "token"].contains(&name), "{name}");
            }
        }
    }
}
