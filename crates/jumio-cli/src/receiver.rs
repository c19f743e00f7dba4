//! Listens for callbacks while flows run. What a callback says is `jumio-callback`'s to read; that it is only a hint is the
//! flows' to know.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use jumio_callback::tower::CallbackService;
use jumio_callback::{Server, Sources};
use jumio_flow::{CallbackKey, Flows};
use jumio_model::endpoint::Region;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::exit_code::Exit;
use crate::stop::Stop;

/// A receiver that runs until it is dropped.
pub(crate) struct Receiver {
    address: SocketAddr,
    tasks: Vec<JoinHandle<()>>,
}

impl Receiver {
    /// Listens at this address; port 0 takes a free one. `portal` takes callbacks without a flow's own key, too.
    pub(crate) async fn start(flows: &Flows, address: SocketAddr, portal: bool) -> Result<Self, Stop> {
        let failed = |error: io::Error| {
            Stop::new(Exit::Internal, format!("cannot listen for callbacks at {address}: {error}"))
                .advise("choose another address with --listen")
        };
        let (address, task) = listen(flows, address, portal).await.map_err(failed)?;
        Ok(Self { address, tasks: vec![task] })
    }

    /// Listens at those of the addresses that are free.
    pub(crate) async fn start_where_free(flows: &Flows, addresses: &[SocketAddr]) -> Option<Self> {
        let mut receiver: Option<Self> = None;
        for address in addresses {
            let Ok((address, task)) = listen(flows, *address, false).await else { continue };
            match &mut receiver {
                Some(receiver) => receiver.tasks.push(task),
                None => receiver = Some(Self { address, tasks: vec![task] }),
            }
        }
        receiver
    }

    /// Where a flow's callback goes, for callers on this machine.
    pub(crate) fn url(&self, key: &CallbackKey) -> String {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        format!("http://{}/{}", SocketAddr::new(ip, self.address.port()), key.expose())
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

async fn listen(flows: &Flows, address: SocketAddr, portal: bool) -> io::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr()?;
    let mut receiver = jumio_callback::Receiver::new(flows.clone());
    if portal {
        receiver = receiver.sources(published_and_this_machine());
    }
    let service = CallbackService::new("", receiver);
    let task = tokio::spawn(async move {
        // Ends only with the task; polling goes on either way.
        Server::default().serve(listener, service, std::future::pending()).await;
    });
    Ok((address, task))
}

/// From where the portal's one callback URL may be called: Jumio's addresses, or a tunnel's end on this machine. A stranger
/// at the tunnel's other end can only wake a flow, which then asks Jumio.
fn published_and_this_machine() -> Sources {
    let sources = Sources::published(Region::ALL);
    let local = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    sources.add(local);
    sources
}
