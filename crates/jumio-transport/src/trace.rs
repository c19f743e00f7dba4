//! A span and a measurement for each attempt. Not the span of a call, which is [`Client`](crate::Client)'s.

use async_trait::async_trait;
use bytes::Bytes;
use http::uri::Authority;
use http::{Method, Request, Response, Uri};
use jumio_model::endpoint::Body;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use crate::{Attempt, Transport, TransportError};

/// Opens a span for each attempt, and tells how it ended.
///
/// The names are those of OpenTelemetry's HTTP conventions. No URL, header or body is among the values: a path names a
/// person's account, a query may be a key.
///
/// | field of the span `jumio.attempt` | value |
/// |---|---|
/// | `otel.kind`, `otel.name` | `client`; verb and path template |
/// | `jumio.endpoint` | the call's name, as in the span `jumio.call` |
/// | `http.request.method`, `url.template`, `server.address`, `server.port` | where it goes, without its arguments |
/// | `http.request.resend_count` | how often it was sent before |
/// | `http.request.body.size`, `http.response.body.size` | bytes |
/// | `http.response.status_code` | where a whole answer came |
/// | `error.type` | a status from 400, or the [kind](crate::TransportErrorKind) of failure, or `dropped` |
/// | `otel.status_code` | `ERROR`, where there is an `error.type` |
///
/// Each attempt also gives an event of the target [`METRICS`], at debug level, with the histogram
/// `http.client.request.duration` in seconds and as labels endpoint, method, template, address, port, status and `error.type`. It
/// has the form that `tracing-opentelemetry`'s metrics
/// layer reads (`histogram.…`), and any other subscriber can.
///
/// It belongs directly around the transport, so that it measures the wire and no waiting of ours.
#[derive(Debug, Clone)]
pub struct Trace<T> {
    inner: T,
}

/// The target of the events from which metrics are made.
pub const METRICS: &str = "jumio_transport::metrics";

impl<T> Trace<T> {
    /// Watches this transport.
    pub fn new(inner: T) -> Self {
        Self { inner }
    }
}

#[async_trait]
impl<T: Transport> Transport for Trace<T> {
    async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        let watch = Watch::begin(&request);
        let span = watch.span.clone();
        let result = self.inner.send(request).instrument(span).await;
        watch.end(&result);
        result
    }
}

/// One attempt under way.
struct Watch {
    span: Span,
    began: Instant,
    endpoint: &'static str,
    template: Option<&'static str>,
    method: Method,
    authority: Option<Authority>,
    port: Option<u16>,
    ended: bool,
}

impl Watch {
    fn begin(request: &Request<Body>) -> Self {
        let meta = request.body().meta();
        let endpoint = meta.map_or("unknown", |meta| meta.name);
        let resent = request.extensions().get::<Attempt>().map_or(0, |attempt| attempt.0.saturating_sub(1));
        let method = request.method();
        let span = tracing::info_span!(
            "jumio.attempt",
            otel.kind = "client",
            otel.name = Empty,
            jumio.endpoint = endpoint,
            http.request.method = method.as_str(),
            url.template = meta.map(|meta| meta.template),
            server.address = request.uri().host(),
            server.port = port(request.uri()),
            http.request.resend_count = resent,
            http.request.body.size = request.body().content_length(),
            http.response.body.size = Empty,
            http.response.status_code = Empty,
            "error.type" = Empty,
            otel.status_code = Empty,
        );
        if let Some(meta) = meta.filter(|_| !span.is_disabled()) {
            span.record("otel.name", format_args!("{method} {}", meta.template));
        }
        Self {
            span,
            began: Instant::now(),
            endpoint,
            template: meta.map(|meta| meta.template),
            method: method.clone(),
            authority: request.uri().authority().cloned(),
            port: port(request.uri()),
            ended: false,
        }
    }

    fn end(mut self, result: &Result<Response<Bytes>, TransportError>) {
        self.ended = true;
        match result {
            Ok(response) => {
                let status = response.status();
                self.span.record("http.response.status_code", status.as_u16());
                self.span.record("http.response.body.size", crate::download::received(response));
                let failed = status.is_client_error() || status.is_server_error();
                self.measure(Some(status.as_u16()), failed.then_some(status.as_str()));
            }
            Err(error) => self.measure(None, Some(error.kind().name())),
        }
    }

    fn measure(&self, status: Option<u16>, error: Option<&str>) {
        if let Some(error) = error {
            self.span.record("error.type", error);
            self.span.record("otel.status_code", "ERROR");
        }
        tracing::event!(
            target: METRICS,
            parent: &self.span,
            tracing::Level::DEBUG,
            {
                "histogram.http.client.request.duration" = self.began.elapsed().as_secs_f64(),
                "jumio.endpoint" = self.endpoint,
                "http.request.method" = self.method.as_str(),
                "url.template" = self.template,
                "server.address" = self.authority.as_ref().map(Authority::host),
                "server.port" = self.port,
                "http.response.status_code" = status,
                "error.type" = error,
            },
            "an attempt ended"
        );
    }
}

/// The port that is called, also where the URL leaves it out: the conventions want it.
fn port(uri: &Uri) -> Option<u16> {
    uri.port_u16().or_else(|| match uri.scheme_str()? {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })
}

/// An attempt that somebody stopped waiting for.
impl Drop for Watch {
    fn drop(&mut self) {
        if !self.ended {
            self.measure(None, Some("dropped"));
        }
    }
}

#[cfg(test)]
mod tests;
