//! All that a command needs at hand while flows run: the store, the connection, the built-in simulator, the receiver.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use jumio_flow::{CallbackKey, FlowKey, FlowRecord, Flows};
use jumio_model::CallbackUrl;
use jumio_model::endpoint::Site;
use jumio_simulator::Simulator;

use crate::args;
use crate::connect::connect;
use crate::credentials::{self, variable};
use crate::database::Database;
use crate::gate::Gate;
use crate::place::{self, Profile, Remote};
use crate::receiver::Receiver;
use crate::report::Report;
use crate::stop::Stop;
use crate::wording::Step;

/// How long a flow stays with a process that died. A shorter one would let go of a flow on a machine that only stutters.
const LEASE: Duration = Duration::from_secs(3);

/// An open database and somebody to talk to.
pub(crate) struct Session {
    pub(crate) flows: Flows,
    pub(crate) profile: Profile,
    pub(crate) receiver: Option<Receiver>,
    pub(crate) gate: Gate,
    site: Site,
    simulator: Option<Simulator>,
    /// The options that lead to the same database.
    database_option: String,
}

impl Session {
    /// Opens everything but the receiver.
    pub(crate) async fn open(place: &args::Place, database: &Database, report: &Report) -> Result<Self, Stop> {
        let remote = if place.simulator { None } else { Some(from_options(place)?) };
        let store = database.open().await?;
        let (site, credentials, profile, simulator) = match remote {
            Some((Remote { site, profile }, credentials)) => (site, credentials, profile, None),
            None => {
                let built_in = crate::simulator::start(database).await?;
                let text = format!(
                    "Jumio is played by this process at {}: nothing leaves this machine",
                    built_in.simulator.base_url()
                );
                report.step(None, &Step { name: "simulator", text });
                (built_in.site, built_in.credentials, Profile::simulator(), Some(built_in.simulator))
            }
        };
        let connection = connect(site.clone(), credentials, place, database)?;
        let gate = Gate::default();
        let flows = Flows::builder(gate.before(connection.effects()))
            .store(store)
            .profile(profile.as_str())
            .lease(LEASE)
            .build()
            .map_err(|error| Stop::internal(&error))?;
        let database_option = database.option();
        let session = Self { flows, profile, receiver: None, gate, site, simulator, database_option };
        session.discard_leftovers(database).await?;
        Ok(session)
    }

    /// Listens for callbacks, for new flows: where it was asked for, and always with the simulator.
    pub(crate) async fn listen(&mut self, waiting: &args::Waiting) -> Result<(), Stop> {
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        // At an address that was asked for, a portal-wide callback URL may lead: it has no key.
        let portal = waiting.listen.is_some();
        if let Some(address) = waiting.listen.or(self.is_simulated().then_some(anywhere)) {
            self.receiver = Some(Receiver::start(&self.flows, address, portal).await?);
        }
        Ok(())
    }

    /// Listens for the callbacks of flows that were begun earlier: where their own URLs lead on this machine, as far as those
    /// ports are free. Elsewhere polling decides.
    pub(crate) async fn listen_again(&mut self, waiting: &args::Waiting, records: &[FlowRecord]) -> Result<(), Stop> {
        if waiting.listen.is_some() {
            return self.listen(waiting).await;
        }
        let urls = records.iter().filter_map(|record| record.flow.spec().request.callback_url.as_ref());
        let mut addresses: Vec<SocketAddr> = urls.filter_map(|url| address_of(url.as_str())).collect();
        addresses.sort_unstable();
        addresses.dedup();
        self.receiver = Receiver::start_where_free(&self.flows, &addresses).await;
        Ok(())
    }

    /// The URL for a transaction's callbacks: the one that was asked for, or our own receiver's where whoever plays Jumio is
    /// on this machine too. Otherwise none is sent, and polling decides.
    pub(crate) fn callback_url(&self, asked: Option<&str>, key: &CallbackKey) -> Result<Option<CallbackUrl>, Stop> {
        let here = place::is_loopback(&self.site);
        match (asked, &self.receiver) {
            (Some(url), _) => {
                let checked = CallbackUrl::new(url).or_else(|error| match here {
                    true => CallbackUrl::loopback(url).map_err(|_| error),
                    false => Err(error),
                });
                checked.map(Some).map_err(|error| {
                    Stop::bad_input(format!("--callback-url: {error}"))
                        .advise("leave it out: polling finds the result without it")
                })
            }
            (None, Some(receiver)) if here => {
                let url = CallbackUrl::loopback(&receiver.url(key)).map_err(|error| Stop::internal(&error))?;
                Ok(Some(url))
            }
            (None, _) => Ok(None),
        }
    }

    pub(crate) fn is_simulated(&self) -> bool {
        self.simulator.is_some()
    }

    /// What a person calls the place.
    pub(crate) fn place_name(&self) -> String {
        self.profile.spoken()
    }

    /// The command that goes on with a flow.
    pub(crate) fn resume_command(&self, key: &FlowKey) -> String {
        format!("jumio resume {key} {}{}", self.profile.options(), self.database_option)
    }

    /// The option that leads to the same database; empty for the default one.
    pub(crate) fn database_option(&self) -> &str {
        &self.database_option
    }

    /// Cleans up after a flow that is over.
    pub(crate) fn settle(&self, database: &Database, record: &FlowRecord) {
        if record.flow.ending().is_some() {
            database.discard_merged(&record.key);
        }
    }

    /// Ends the simulator and the receiver in good order.
    pub(crate) async fn close(self) {
        drop(self.receiver);
        if let Some(simulator) = self.simulator {
            simulator.stop().await;
        }
    }

    /// A process that was killed right after a flow's end left its merged file.
    async fn discard_leftovers(&self, database: &Database) -> Result<(), Stop> {
        for key in database.merged() {
            match self.flows.get(&key).await {
                Ok(record) => self.settle(database, &record),
                // Somebody is about to begin it.
                Err(jumio_flow::FlowError::NotFound(_)) => {}
                Err(error) => return Err(Stop::internal(&error)),
            }
        }
        Ok(())
    }
}

/// The place and the credentials that options and environment name.
fn from_options(place: &args::Place) -> Result<(Remote, jumio_auth::Credentials), Stop> {
    let user_agent = match &place.user_agent {
        Some(text) => Some(text.clone()),
        None => variable("JUMIO_USER_AGENT")?,
    };
    let remote = place::remote(place, user_agent)?;
    Ok((remote, credentials::read(place)?))
}

/// The address that a callback URL on this machine names.
fn address_of(url: &str) -> Option<SocketAddr> {
    let authority = url.strip_prefix("http://")?.split('/').next()?;
    let address: SocketAddr = authority.parse().ok()?;
    address.ip().is_loopback().then_some(address)
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_addresses_on_this_machine_are_listened_at_again() {
        let address = |url| super::address_of(url).map(|address| address.to_string());
        assert_eq!(address("http://127.0.0.1:4711/key"), Some("127.0.0.1:4711".to_owned()));
        assert_eq!(address("http://[::1]:4711/key"), Some("[::1]:4711".to_owned()));
        for other in
            ["https://kyc.example.com/jumio", "http://10.0.0.1:80/x", "http://localhost/x", "https://127.0.0.1:1/"]
        {
            assert_eq!(address(other), None, "{other}");
        }
    }
}
