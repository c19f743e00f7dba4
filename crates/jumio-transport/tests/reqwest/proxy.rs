//! A TCP proxy that breaks connections at a chosen byte. It knows nothing of HTTP: what it breaks is a stream.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What happens to one direction of a connection after so many bytes have been passed on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pipe {
    pub(crate) after: usize,
    pub(crate) then: Then,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Both sides are closed as if all had been said.
    Close,
    /// Both sides are reset.
    Reset,
    /// Nothing more is passed on in this direction, and the connection stays.
    Hold,
    /// One byte more in each stretch of this length.
    Drip(Duration),
}

/// What happens to one connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// What the client says.
    pub(crate) up: Pipe,
    /// What the server says.
    pub(crate) down: Pipe,
}

const WHOLE: Pipe = Pipe { after: usize::MAX, then: Then::Close };

impl Plan {
    /// Nothing.
    pub(crate) const NONE: Self = Self { up: WHOLE, down: WHOLE };

    pub(crate) fn up(after: usize, then: Then) -> Self {
        Self { up: Pipe { after, then }, ..Self::NONE }
    }

    pub(crate) fn down(after: usize, then: Then) -> Self {
        Self { down: Pipe { after, then }, ..Self::NONE }
    }
}

/// A listening proxy on this machine.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    connections: Arc<AtomicUsize>,
}

impl Proxy {
    /// Stands before this server; `plan` is asked with the number of each connection, from 0.
    pub(crate) async fn before(server: SocketAddr, plan: impl Fn(usize) -> Plan + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&connections);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let plan = plan(counter.fetch_add(1, Ordering::SeqCst));
                tokio::spawn(connection(client, server, plan));
            }
        });
        Self { address, connections }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn connection(mut client: TcpStream, server: SocketAddr, plan: Plan) {
    let mut server = TcpStream::connect(server).await.unwrap();
    let end = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            end = pump(&mut from_client, &mut to_server, plan.up) => end,
            end = pump(&mut from_server, &mut to_client, plan.down) => end,
        }
    };
    if end == Then::Reset {
        client.set_zero_linger().unwrap();
        server.set_zero_linger().unwrap();
    }
}

/// Passes bytes on until one side ends or the plan strikes; says how the connection is to end.
async fn pump(from: &mut (impl AsyncRead + Unpin), to: &mut (impl AsyncWrite + Unpin), pipe: Pipe) -> Then {
    let mut left = pipe.after;
    while left > 0 {
        let mut some = Vec::new();
        let most = u64::try_from(left.min(16 * 1024)).unwrap();
        let Ok(read) = (&mut *from).take(most).read_buf(&mut some).await else { return Then::Reset };
        if read == 0 || to.write_all(&some).await.is_err() {
            return Then::Close;
        }
        left -= read;
    }
    match pipe.then {
        Then::Hold => std::future::pending().await,
        Then::Drip(every) => loop {
            tokio::time::sleep(every).await;
            let Ok(byte) = from.read_u8().await else { return Then::Close };
            if to.write_u8(byte).await.is_err() {
                return Then::Close;
            }
        },
        end => end,
    }
}
