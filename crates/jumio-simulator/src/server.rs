//! The simulator's own thread: it opens the state, takes the port, serves until it is told to stop. A thread of its own,
//! because a simulator that is dropped must be gone when the drop returns, whatever runtime the test uses.

use std::future::IntoFuture as _;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use jumio_model::endpoint::Role;
use tokio::net::TcpListener;
use tokio::runtime;
use tokio::sync::{oneshot, watch};
use uuid::Uuid;

use crate::builder::Builder;
use crate::connection::{CuttableListener, Peer};
use crate::error::StartError;
use crate::faults::Faults;
use crate::log::Log;
use crate::routes;
use crate::settings::Control;
use crate::shared::Shared;
use crate::sites::{Services, Sites};
use crate::store::{Kept, ServerState, Store};
use crate::timers;

/// How long calls may still take once the simulator stops in good order.
const GRACE: Duration = Duration::from_secs(5);

/// A port that a killed simulator had may be taken for a moment more; one to come back to is worth waiting for.
const BIND_TRIES: u32 = 30;
const BIND_PAUSE: Duration = Duration::from_millis(100);

/// Below the range from which systems give out ports by themselves: such a port would often be another program's by the
/// time of the restart.
const LASTING_PORTS: std::ops::Range<u16> = 20_000..30_000;
const LASTING_TRIES: u32 = 50;

/// Whether and how to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    No,
    InGoodOrder,
    AtOnce,
}

type Ready = oneshot::Sender<Result<Arc<Shared>, StartError>>;

/// Runs a simulator to its end.
pub(crate) fn run(builder: Builder, ready: Ready, stop: watch::Receiver<Stop>) {
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            // Whoever no longer waits does not need to know.
            let _ = ready.send(Err(StartError::Thread(error)));
            return;
        }
    };
    runtime.block_on(serve(builder, ready, stop));
    runtime.shutdown_background();
}

async fn serve(builder: Builder, ready: Ready, stop: watch::Receiver<Stop>) {
    let (shared, listeners) = match prepare(builder).await {
        Ok(prepared) => prepared,
        Err(error) => {
            let _ = ready.send(Err(error));
            return;
        }
    };
    if ready.send(Ok(Arc::clone(&shared))).is_err() {
        return;
    }
    let router = routes::router(Arc::clone(&shared));
    let serving = join_all(listeners.into_iter().enumerate().map(|(port, listener)| {
        let service = router.clone().into_make_service_with_connect_info::<Peer>();
        axum::serve(CuttableListener { listener, port }, service)
            .with_graceful_shutdown(told(stop.clone(), |stop| stop != Stop::No))
            .into_future()
    }));
    let overdue = async {
        told(stop.clone(), |stop| stop != Stop::No).await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        _ = serving => {}
        () = timers::run(shared) => {}
        () = overdue => {}
        () = told(stop.clone(), |stop| stop == Stop::AtOnce) => {}
    }
}

/// Waits for such an order. Where nobody can give one any more, that is the order.
async fn told(mut stop: watch::Receiver<Stop>, order: impl Fn(Stop) -> bool) {
    let _ = stop.wait_for(|stop| order(*stop)).await;
}

type Prepared = (Arc<Shared>, Vec<TcpListener>);

async fn prepare(mut builder: Builder) -> Result<Prepared, StartError> {
    let (store, kept) = match &builder.state_dir {
        Some(folder) => Store::open(folder)?,
        None => (Store::in_memory(), Kept { server: None, transactions: Vec::new() }),
    };
    let mut server = match kept.server {
        Some(server) => server,
        None => new_server()?,
    };
    if let Some((id, secret)) = builder.credentials {
        server.client_id = id;
        server.client_secret = secret;
    }
    let wanted = if builder.port == 0 { server.port } else { builder.port };
    let address = builder.listen;
    let (listener, port) = listen(address, wanted, store.is_lasting())
        .await
        .map_err(|source| StartError::Listen { address: SocketAddr::new(address, wanted), source })?;
    let mut listeners = vec![listener];
    if builder.services == Services::PortEach {
        let more = more_ports(address, (builder.port, port), &server, store.is_lasting()).await?;
        server.more_ports = more.iter().map(|(_, port)| *port).collect();
        listeners.extend(more.into_iter().map(|(listener, _)| listener));
    } else {
        server.more_ports.clear();
    }
    server.port = port;
    store
        .save_server(&server)
        .map_err(|source| StartError::State { path: builder.state_dir.unwrap_or_default(), source })?;
    if !address.is_loopback() && builder.settings.control == Control::Local {
        builder.settings.control = Control::Nobody;
    }
    let faults = Faults::new(builder.seed, builder.faults);
    let log = Log::new(builder.log_entries);
    let sites = Sites::new(builder.services, address, &server.ports());
    let shared = Shared::new(builder.settings, sites, store, server, kept.transactions, faults, log);
    Ok((Arc::new(shared), listeners))
}

fn new_server() -> Result<ServerState, StartError> {
    let mut signing_key = vec![0; 64];
    getrandom::fill(&mut signing_key).map_err(StartError::Random)?;
    let mut secret = [0; 16];
    getrandom::fill(&mut secret).map_err(StartError::Random)?;
    Ok(ServerState {
        port: 0,
        more_ports: Vec::new(),
        client_id: Uuid::new_v4().to_string(),
        client_secret: secret.iter().map(|byte| format!("{byte:02x}")).collect(),
        customer_id: Uuid::new_v4().to_string(),
        signing_key,
        clock_offset_millis: 0,
        access_token: None,
    })
}

/// The ports of the other services: those after the chosen one, those of the last run, or free ones.
async fn more_ports(
    address: IpAddr,
    (chosen, first): (u16, u16),
    server: &ServerState,
    lasting: bool,
) -> Result<Vec<(TcpListener, u16)>, StartError> {
    let mut more = Vec::new();
    for index in 0..Role::ALL.len() - 1 {
        let wanted = match chosen {
            0 => server.more_ports.get(index).copied().unwrap_or(0),
            _ => first.saturating_add(u16::try_from(index + 1).unwrap_or(u16::MAX)),
        };
        let listener = listen(address, wanted, lasting).await;
        more.push(listener.map_err(|source| StartError::Listen { address: SocketAddr::new(address, wanted), source })?);
    }
    Ok(more)
}

/// Takes the port, or a free one.
async fn listen(address: IpAddr, wanted: u16, lasting: bool) -> io::Result<(TcpListener, u16)> {
    let listener = if wanted != 0 {
        known(address, wanted, if lasting { BIND_TRIES } else { 1 }).await?
    } else if lasting {
        match free_lasting(address).await {
            Some(listener) => listener,
            None => bind(address, 0).await?,
        }
    } else {
        bind(address, 0).await?
    };
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

async fn known(address: IpAddr, port: u16, tries: u32) -> io::Result<TcpListener> {
    for _ in 1..tries {
        match bind(address, port).await {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                tokio::time::sleep(BIND_PAUSE).await;
            }
            result => return result,
        }
    }
    bind(address, port).await
}

async fn free_lasting(address: IpAddr) -> Option<TcpListener> {
    for _ in 0..LASTING_TRIES {
        let number = getrandom::u32().ok()?;
        let port = LASTING_PORTS.start + (number % u32::from(LASTING_PORTS.len() as u16)) as u16;
        if let Ok(listener) = bind(address, port).await {
            return Some(listener);
        }
    }
    None
}

async fn bind(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((address, port)).await
}
