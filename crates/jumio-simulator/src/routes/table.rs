//! Which verb on which path is which call: one entry for each path, so that a wrong verb gets 405 with the verbs that are
//! right there.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::{ConnectInfo, RawPathParams, Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use jumio_model::endpoint::{Endpoint, Role};

use super::call::{self, Call};
use crate::connection::Peer;
use crate::problem::Refusal;
use crate::shared::Shared;

/// What a call comes to.
pub(super) type Answer = Result<Response, Refusal>;

/// Does the work of one endpoint.
pub(super) type Work = fn(Arc<Call>) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

#[derive(Clone, Copy)]
struct Entry {
    verb: &'static str,
    name: &'static str,
    /// Which service it belongs to; nothing where every one has it.
    role: Option<Role>,
    work: Work,
}

/// The paths and their verbs.
#[derive(Default)]
pub(super) struct Table(BTreeMap<String, Vec<Entry>>);

impl Table {
    /// Routes an endpoint by its own template.
    pub(super) fn endpoint<E: Endpoint>(&mut self, work: Work) {
        let verb = match E::METHOD {
            Method::GET => "GET",
            Method::PUT => "PUT",
            Method::DELETE => "DELETE",
            // No documented call has any other.
            _ => "POST",
        };
        self.also(verb, E::NAME, Some(E::ROLE), E::PATH, work);
    }

    /// Routes what has no endpoint of its own.
    pub(super) fn also(&mut self, verb: &'static str, name: &'static str, role: Option<Role>, path: &str, work: Work) {
        self.0.entry(path.to_owned()).or_default().push(Entry { verb, name, role, work });
    }

    pub(super) fn into_router(self) -> Router<Arc<Shared>> {
        self.0.into_iter().fold(Router::new(), |router, (path, entries)| {
            router.route(
                &path,
                any(
                    async move |State(shared): State<Arc<Shared>>,
                                ConnectInfo(peer): ConnectInfo<Peer>,
                                parameters: Option<Parameters>,
                                request: Request| {
                        let parameters = parameters.unwrap_or_default().0;
                        dispatch(&entries, shared, peer, parameters, request).await
                    },
                ),
            )
        })
    }
}

async fn dispatch(
    entries: &[Entry],
    shared: Arc<Shared>,
    peer: Peer,
    parameters: HashMap<String, String>,
    request: Request,
) -> Response {
    // As in HTTP generally, HEAD is GET without a body.
    let verb = if request.method() == Method::HEAD { "GET" } else { request.method().as_str() };
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let service = shared.sites.role(peer.port, host);
    let here = |entry: &&Entry| service.is_none() || entry.role.is_none() || entry.role == service;
    let entries: Vec<&Entry> = entries.iter().filter(here).collect();
    if entries.is_empty() {
        // behavior: a call to another service's host is 404 | protocol 1 | inferred
        return Refusal::not_found(&format!("the path {}", request.uri().path())).into_response();
    }
    let allow = || {
        let verbs = entries.iter().map(|entry| entry.verb).chain(["OPTIONS"]);
        verbs.collect::<Vec<_>>().join(", ")
    };
    if verb == "OPTIONS" {
        return (StatusCode::OK, [(header::ALLOW, allow())]).into_response();
    }
    let found = entries.iter().find(|entry| entry.verb == verb);
    // A wrong verb is noted under the first name that the path has.
    let Some((name, role)) = found.or(entries.first()).map(|entry| (entry.name, entry.role)) else {
        return Refusal::not_found("the path").into_response();
    };
    // behavior: a wrong verb on a known path is 405 with Allow and a body with detail alone | protocol 4.3, 9.1 | observed
    let wrong = Refusal::wrong_verb(verb, allow());
    let work = found.map(|entry| entry.work);
    call::exchange(shared, peer, (name, role), parameters, request, work.ok_or(wrong)).await
}

/// The path's parameters by name; a path without any has none.
#[derive(Default)]
struct Parameters(HashMap<String, String>);

impl<S: Send + Sync> axum::extract::OptionalFromRequestParts<S> for Parameters {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut axum::http::request::Parts,
        state: &S,
    ) -> Result<Option<Self>, Self::Rejection> {
        use axum::extract::FromRequestParts as _;
        let found = RawPathParams::from_request_parts(parts, state).await.ok();
        Ok(found.map(|found| Self(found.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())))
    }
}
