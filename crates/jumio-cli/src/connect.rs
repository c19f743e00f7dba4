//! From addresses and credentials to a connection. What the libraries do not read by themselves is read here: the proxy from
//! the environment, a root certificate from a file.

use jumio_auth::{Credentials, FileTokenStore};
use jumio_flow::{ApiClients, Connection};
use jumio_model::endpoint::Site;
use jumio_transport::ReqwestTransport;

use crate::args;
use crate::credentials::{read_text, variable};
use crate::database::Database;
use crate::simulated::Watch;
use crate::stop::Stop;

/// Far more than a bundle of root certificates has.
const LONGEST_CERTIFICATES: u64 = 4 * 1024 * 1024;

/// Connects. Nothing is sent yet.
pub(crate) fn connect(
    site: Site,
    credentials: Credentials,
    place: &args::Place,
    database: &Database,
) -> Result<Connection, Stop> {
    let mut builder = ReqwestTransport::builder();
    if let Some(proxy) = variable("HTTPS_PROXY")?.or(variable("https_proxy")?) {
        builder = builder.proxy(proxy);
    }
    if let Some(path) = &place.root_certificate {
        let pem = read_text(path, LONGEST_CERTIFICATES)
            .map_err(|why| Stop::bad_input(format!("--root-certificate {}: {why}", path.display())))?;
        builder = builder.root_certificate_pem(pem);
    }
    let transport = builder
        .build()
        .map_err(|error| Stop::bad_input(error.to_string()).advise("look at HTTPS_PROXY and --root-certificate"))?;
    let mut clients = ApiClients::new(credentials);
    // The simulator that this process plays is gone when it ends, and its token with it.
    if !place.simulator && !place.no_token_file {
        clients = clients.sharing_tokens(FileTokenStore::new(database.token_folder()));
    }
    Ok(Connection::over(Watch(transport), site, clients))
}
