//! The built-in simulator: started in this process, with its state beside the database.

use jumio_auth::Credentials;
use jumio_model::endpoint::Site;
use jumio_simulator::{Simulator, StartError};

use crate::database::Database;
use crate::exit_code::Exit;
use crate::place;
use crate::stop::{Stop, with_causes};

/// A running simulator and how to talk to it. It is gone when this is dropped; its state stays.
pub(crate) struct BuiltIn {
    pub(crate) simulator: Simulator,
    pub(crate) site: Site,
    pub(crate) credentials: Credentials,
}

/// Starts the simulator of this database, at the address that it had before.
pub(crate) async fn start(database: &Database) -> Result<BuiltIn, Stop> {
    let started = Simulator::builder().state_dir(database.simulator_folder()).start().await;
    let simulator = started.map_err(|error| {
        let stop = Stop::new(Exit::Internal, with_causes(&error));
        match error {
            StartError::InUse { .. } => stop.advise(
                "another `jumio` command uses the simulator of this database: wait until it ends, or name another database with --db",
            ),
            StartError::Listen { .. } => stop.advise(
                "the transactions of this database's simulator point to that port: free it, or name another database with --db",
            ),
            _ => stop,
        }
    })?;
    let site = place::simulator(simulator.base_url())?;
    let credentials =
        Credentials::new(simulator.client_id(), simulator.client_secret()).map_err(|error| Stop::internal(&error))?;
    Ok(BuiltIn { simulator, site, credentials })
}
