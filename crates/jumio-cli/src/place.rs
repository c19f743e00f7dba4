//! With whom to talk: the addresses, the name by which flows remember them, and the options that lead there again.

use jumio_model::endpoint::{BaseUrl, Region, Role, Site, UserAgent};

use crate::args;
use crate::stop::Stop;

/// How the simulator calls itself a customer.
const SIMULATED_AGENT: &str = concat!("jumio-cli/", env!("CARGO_PKG_VERSION"));

/// A place that is no simulator of ours: its addresses are known before anything runs.
#[derive(Debug, Clone)]
pub(crate) struct Remote {
    pub(crate) site: Site,
    pub(crate) profile: Profile,
}

/// The name of a place, by which a flow remembers where it belongs: `simulator`, `eu`, `https://jumio.example.com`, each with
/// the roles that are elsewhere, such as `eu api=https://api.example.com`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Profile(String);

impl Profile {
    pub(crate) fn simulator() -> Self {
        Self("simulator".to_owned())
    }

    /// A name that a flow remembers.
    pub(crate) fn saved(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn is_simulator(&self) -> bool {
        self.0 == "simulator"
    }

    /// What a person calls it.
    pub(crate) fn spoken(&self) -> String {
        match self.first() {
            "simulator" => "the simulator".to_owned(),
            first if first.contains("://") => self.with_roles(first.to_owned()),
            first => self.with_roles(format!("region {first}")),
        }
    }

    fn with_roles(&self, name: String) -> String {
        self.0.split(' ').skip(1).fold(name, |name, role| format!("{name} with {role}"))
    }

    /// The options that lead there.
    pub(crate) fn options(&self) -> String {
        let mut words = self.0.split(' ');
        let mut text = match words.next().unwrap_or_default() {
            "simulator" => "--simulator".to_owned(),
            first if first.contains("://") => format!("--base-url {first}"),
            first => format!("--region {first}"),
        };
        for (role, url) in words.filter_map(|word| word.split_once('=')) {
            text.push_str(&format!(" --{role}-url {url}"));
        }
        text
    }

    fn first(&self) -> &str {
        self.0.split(' ').next().unwrap_or_default()
    }
}

/// The addresses that the options name.
pub(crate) fn remote(place: &args::Place, user_agent: Option<String>) -> Result<Remote, Stop> {
    let roles = [
        (Role::Auth, "auth", &place.auth_url),
        (Role::Account, "account", &place.account_url),
        (Role::Api, "api", &place.api_url),
        (Role::Retrieval, "retrieval", &place.retrieval_url),
        (Role::Health, "health", &place.health_url),
    ];
    let (mut site, mut profile) = match (place.region, &place.base_url) {
        (Some(region), _) => (Site::region(region, agent(user_agent)?), region.name().to_owned()),
        (None, Some(url)) => {
            let base = base_url("--base-url", url)?;
            let name = base.to_string();
            (Site::at(base, agent(Some(user_agent.unwrap_or_else(|| SIMULATED_AGENT.to_owned())))?), name)
        }
        (None, None) => return Err(nowhere()),
    };
    for (role, name, url) in roles {
        if let Some(url) = url {
            let base = base_url(&format!("--{name}-url"), url)?;
            profile.push_str(&format!(" {name}={base}"));
            site = site.with_base(role, base);
        }
    }
    // Not part of the name: a flow that stalled for want of it goes on with it.
    for url in &place.also_permit {
        site = site.also_permitting(base_url("--also-permit", url)?);
    }
    Ok(Remote { site, profile: Profile(profile) })
}

/// The addresses of our own simulator.
pub(crate) fn simulator(base_url: &str) -> Result<Site, Stop> {
    let base = BaseUrl::parse(base_url).map_err(|error| Stop::internal(&error))?;
    Ok(Site::at(base, agent(Some(SIMULATED_AGENT.to_owned()))?))
}

/// Whether transactions are opened on this machine, where a callback to this machine can be sent.
pub(crate) fn is_loopback(site: &Site) -> bool {
    jumio_model::CallbackUrl::loopback(&site.base(Role::Account).to_string()).is_ok()
}

fn nowhere() -> Stop {
    let regions: Vec<_> = Region::ALL.iter().map(|region| format!("{region} ({})", region.code())).collect();
    Stop::bad_input("it is not said with whom to talk").advise(format!(
        "add --simulator to try it without an account, --region {} for Jumio, or --base-url for another address",
        regions.join(" | ")
    ))
}

// What was typed is not repeated: a URL may hold a password.
fn base_url(option: &str, url: &str) -> Result<BaseUrl, Stop> {
    BaseUrl::parse(url).map_err(|error| {
        Stop::bad_input(format!("{option}: {error}"))
            .advise("write a URL such as https://jumio.example.com, or http://127.0.0.1:8080 on this machine")
    })
}

fn agent(text: Option<String>) -> Result<UserAgent, Stop> {
    let advice = "set JUMIO_USER_AGENT (or --user-agent) to your company and application, such as `Acme KYC/1.0`";
    let text = text.ok_or_else(|| {
        Stop::bad_input("JUMIO_USER_AGENT is not set, and Jumio answers 403 to callers without a name").advise(advice)
    })?;
    UserAgent::new(text).map_err(|error| Stop::bad_input(error.to_string()).advise(advice))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::{Cli, Command};

    fn place(options: &str) -> args::Place {
        let line = format!("jumio resume {options}");
        match Cli::try_parse_from(line.split(' ')).unwrap().command {
            Command::Resume(resume) => resume.place,
            _ => panic!("not resume"),
        }
    }

    #[test]
    fn a_profile_leads_back_to_its_options() {
        for options in [
            "--region eu",
            "--base-url http://127.0.0.1:8080",
            "--region us --api-url https://api.example.com",
            "--base-url https://a.example.com/x --auth-url https://b.example.com --health-url http://localhost:1",
        ] {
            let found = remote(&place(options), Some("Acme KYC/1.0".to_owned())).unwrap();
            assert_eq!(found.profile.options(), options);
            assert_eq!(Profile::saved(found.profile.as_str()), found.profile);
        }
        assert_eq!(remote(&place("--region emea-1"), Some("Acme KYC/1.0".to_owned())).unwrap().profile.as_str(), "eu");
        assert_eq!(Profile::simulator().options(), "--simulator");
    }

    #[test]
    fn what_is_missing_or_wrong_says_what_to_do() {
        let advice = |options: &str, agent: Option<&str>| {
            let stop = remote(&place(options), agent.map(str::to_owned)).unwrap_err();
            assert_eq!(stop.exit.code(), 2);
            format!("{} {}", stop.messages.join(" "), stop.what_to_do.unwrap())
        };
        assert!(advice("--region eu", None).contains("JUMIO_USER_AGENT"));
        assert!(advice("--region eu", Some("x")).contains("User-Agent"));
        assert!(advice("--auth-url https://a.example.com", Some("Acme KYC/1.0")).contains("--simulator"));
        assert!(advice("--base-url http://example.com", None).contains("plain http"));
        let told = advice("--base-url https://me:secret@example.com", None);
        assert!(told.contains("user part") && !told.contains("secret"), "{told}");
    }
}
