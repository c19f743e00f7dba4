//! The doors that are compared: each listens on a port of its own, on a runtime of its own.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use crate::bare::Bare;
use axum::Router;
use axum::body::Bytes;
use axum::routing::{MethodRouter, post};
use axum::serve::ListenerExt as _;
use chrono::{DateTime, Utc};
use jumio_callback::tower::CallbackService;
use jumio_callback::{Accepted, GroupCommit, Notification, Receiver, Server, Sink, SinkError, StoreSink};
use jumio_flow::machine::{Flow, Spec};
use jumio_flow::{CallbackKey, FlowKey, FlowStore, NewFlow};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType};
use jumio_store::{Sealed, Sqlite};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// So many flows have a key, and each event is for one of them.
pub(crate) const FLOWS: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// An axum route that answers and reads no body.
    Echo,
    /// The same, which reads the body and looks at nothing of it: what no door can do without.
    Read,
    /// Our accept loop and receiver, into a sink that keeps nothing.
    Parsed,
    /// The same behind an axum router.
    Routed,
    /// The same, into SQLite, with one commit for each event.
    OneByOne,
    /// The same, with one commit for what is queued.
    Grouped,
    /// The same groups over the bare driver into a table with a number and one short unique name: what no store can do without.
    Bare,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Echo => "axum, no body",
            Self::Read => "axum, body read",
            Self::Parsed => "received and parsed",
            Self::Routed => "the same behind an axum router",
            Self::OneByOne => "SQLite, one commit for each event",
            Self::Grouped => "SQLite, one commit for a group",
            Self::Bare => "bare SQLite, the same groups",
        }
    }
}

/// A door that is open until the process ends.
pub(crate) struct Door {
    pub(crate) kind: Kind,
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
}

struct Nothing;

#[async_trait::async_trait]
impl Sink for Nothing {
    async fn accept(&self, _: Notification) -> Result<Accepted, SinkError> {
        Ok(Accepted::New)
    }
}

impl Door {
    pub(crate) fn open(kind: Kind, folder: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let store = || Arc::new(runtime.block_on(store(&folder.join(format!("{kind:?}.db")))));
        let _guard = runtime.enter();
        match kind {
            Kind::Echo => echo(&runtime, listener, post(async || ())),
            Kind::Read => echo(&runtime, listener, post(async |_: Bytes| ())),
            Kind::Parsed => serve(&runtime, listener, Nothing),
            Kind::Routed => {
                let app = Router::new().nest("/jumio", jumio_callback::axum::router(Receiver::new(Nothing)));
                runtime.spawn(async move { Server::default().serve(listener, app, std::future::pending()).await });
            }
            Kind::OneByOne => serve(&runtime, listener, StoreSink::new(store())),
            Kind::Grouped => serve(&runtime, listener, GroupCommit::new(StoreSink::new(store()))),
            Kind::Bare => {
                let sink = runtime.block_on(Bare::open(&folder.join("bare.db")));
                serve(&runtime, listener, GroupCommit::new(sink));
            }
        }
        drop(_guard);
        Self { kind, address, _runtime: runtime }
    }
}

fn echo(runtime: &Runtime, listener: TcpListener, route: MethodRouter) {
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    let app = Router::new().route("/jumio/{key}", route);
    runtime.spawn(async { axum::serve(listener, app).await.unwrap() });
}

fn serve(runtime: &Runtime, listener: TcpListener, sink: impl Sink + 'static) {
    let door = CallbackService::new("/jumio", Receiver::new(sink));
    runtime.spawn(async move { Server::default().serve(listener, door, std::future::pending()).await });
}

/// A store whose flows know their keys.
async fn store(path: &Path) -> Sqlite {
    let store = Sqlite::open(path, Sealed::with_key(1, &[7; 32])).await.unwrap();
    for number in 0..FLOWS {
        let reference = CustomerInternalReference::new(&format!("order-{number}")).unwrap();
        let request = AccountRequest::doc_proof(reference, Country::USA, DocumentType::BANK_STATEMENT).unwrap();
        let new = NewFlow::new(FlowKey::new(number.to_string()), "bench", Flow::new(Spec::person(request)));
        let new = new.with_callback_key(CallbackKey::from_url(&key(number)));
        store.insert(new, DateTime::<Utc>::UNIX_EPOCH).await.unwrap();
    }
    store
}

/// As long as a random one.
pub(crate) fn key(number: usize) -> String {
    format!("{number:032x}")
}
