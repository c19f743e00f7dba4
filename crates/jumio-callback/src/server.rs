//! An accept loop with the timers and limits that a door to the internet needs: a slow or silent caller is cut off, and a
//! crowd is turned away before memory grows. `axum::serve` has none of these.

mod at_once;
mod crowd;
mod limits;

use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Buf;
use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tower_service::Service;

use crate::tower::PeerAddress;

pub use limits::Limits;

/// After an accept that failed, since the next one would fail at once: too many open files, as a rule.
const AFTER_A_FAILED_ACCEPT: Duration = Duration::from_millis(100);

/// Serves one service, such as an axum router or a [`CallbackService`](crate::tower::CallbackService), over HTTP/1.1.
///
/// ```no_run
/// use jumio_callback::Server;
/// # async fn example(app: axum::Router, ended: impl Future<Output = ()>) -> std::io::Result<()> {
/// let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
/// let server = Server::default();
/// server.serve(listener, app, ended).await; // until then
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default)]
pub struct Server {
    limits: Limits,
    shed: Arc<AtomicU64>,
}

impl Server {
    /// With limits of your own.
    pub fn new(limits: Limits) -> Self {
        Self { limits, shed: Arc::default() }
    }

    /// How many connections were turned away because there were too many.
    pub fn shed(&self) -> u64 {
        self.shed.load(Ordering::Relaxed)
    }

    /// Accepts and serves until `shutdown` is done; then takes no new connection, and returns when what was under way is
    /// answered, or its time is over. Each request has the peer's address as [`PeerAddress`] among its extensions.
    pub async fn serve<S, B>(&self, listener: TcpListener, service: S, shutdown: impl Future<Output = ()>)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        let graceful = GracefulShutdown::new();
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let crowd = crowd::Crowd::new(Arc::clone(&self.shed));
        let mut shutdown = pin!(shutdown);
        loop {
            let accepted = tokio::select! {
                () = &mut shutdown => break,
                accepted = listener.accept() => accepted,
            };
            match (accepted, Arc::clone(&places).try_acquire_owned()) {
                (Ok((stream, peer)), Ok(place)) => {
                    self.connection(stream, peer, service.clone(), &graceful, place);
                }
                (Ok((stream, _)), Err(_)) => crowd.turn_away(stream),
                (Err(error), _) => {
                    tracing::warn!("a connection could not be accepted: {error}");
                    sleep(AFTER_A_FAILED_ACCEPT).await;
                }
            }
        }
        drop(listener);
        let longest = self.limits.head_time + self.limits.request_time;
        if timeout(longest, graceful.shutdown()).await.is_err() {
            tracing::warn!("connections were cut off: they were still at work {longest:?} after the shutdown");
        }
    }

    fn connection<S, B>(
        &self,
        stream: TcpStream,
        peer: SocketAddr,
        service: S,
        graceful: &GracefulShutdown,
        place: OwnedSemaphorePermit,
    ) where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
        B: Body + Send + 'static,
        B::Data: Buf + Send,
        B::Error: Into<Box<dyn Error + Send + Sync>>,
    {
        // One small answer per request: nothing is gained by holding it back.
        let _ = stream.set_nodelay(true);
        let request_time = self.limits.request_time;
        let in_time = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            let mut service = service.clone();
            request.extensions_mut().insert(PeerAddress(peer));
            // An error ends the connection, and there is nobody to tell: the body did not come, or nobody wants the answer.
            async move {
                timeout(request_time, service.call(request))
                    .await
                    .map(|answer| answer.unwrap_or_else(|never| match never {}))
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.head_time)
            .max_buf_size(self.limits.buffer)
            .serve_connection(TokioIo::new(stream), in_time);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = at_once::AtOnce::new(connection).await {
                tracing::debug!("a connection ended: {error}");
            }
            drop(place);
        });
    }
}
