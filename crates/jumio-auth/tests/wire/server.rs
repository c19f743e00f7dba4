//! Jumio for three calls, on a socket of this machine, by whichever protocol a test wants.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    Plain,
    Http1,
    Http2,
}

pub(crate) struct Server {
    url: String,
    root: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    calls: AtomicUsize,
    http2: AtomicBool,
}

impl Server {
    pub(crate) async fn start(protocol: Protocol) -> Self {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        if matches!(protocol, Protocol::Http2) {
            config.alpn_protocols = vec![b"h2".to_vec()];
        }
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if matches!(protocol, Protocol::Plain) { "http" } else { "https" };
        let url = format!("{scheme}://localhost:{}", listener.local_addr().unwrap().port());
        let seen = Arc::new(Seen::default());
        let shared = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, seen) = (acceptor.clone(), Arc::clone(&shared));
                tokio::spawn(async move {
                    match protocol {
                        Protocol::Plain => serve(stream, false, seen).await,
                        Protocol::Http1 => serve(acceptor.accept(stream).await.unwrap(), false, seen).await,
                        Protocol::Http2 => serve(acceptor.accept(stream).await.unwrap(), true, seen).await,
                    }
                });
            }
        });
        Self { url, root: made.cert.pem(), seen }
    }

    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    pub(crate) fn root(&self) -> String {
        self.root.clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.seen.calls.load(Ordering::SeqCst)
    }

    pub(crate) fn is_http2(&self) -> bool {
        self.seen.http2.load(Ordering::SeqCst)
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, http2: bool, seen: Arc<Seen>) {
    let service = service_fn(move |request| answer(request, Arc::clone(&seen)));
    let stream = TokioIo::new(stream);
    // A client that is done hangs up as it likes.
    let _ = if http2 {
        http2::Builder::new(TokioExecutor::new()).serve_connection(stream, service).await
    } else {
        http1::Builder::new().serve_connection(stream, service).await
    };
}

async fn answer(request: Request<Incoming>, seen: Arc<Seen>) -> Result<Response<Full<Bytes>>, Infallible> {
    seen.calls.fetch_add(1, Ordering::SeqCst);
    seen.http2.store(request.version() == Version::HTTP_2, Ordering::SeqCst);
    let (head, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let sent = head.headers.get("authorization").unwrap().to_str().unwrap().to_owned();
    // What is looked for must have been there.
    let (status, credential, text) = match head.uri.path() {
        "/oauth2/token" => {
            (200, "Basic Y2FuYXJ5LWlkOmNhbmFyeS1zZWNyZXQ=", r#"{"access_token":"canary-token","expires_in":3600}"#)
        }
        "/api/v1/accounts" => {
            assert!(String::from_utf8_lossy(&body).contains("canary-reference"));
            (
                200,
                "Bearer canary-token",
                r#"{"account":{"id":"canary-account"},"workflowExecution":{"id":"canary-workflow","credentials":[]}}"#,
            )
        }
        "/finalize" => (200, "Bearer canary-transaction", r#"{"account":{"id":"a"},"workflowExecution":{"id":"w"}}"#),
        _ => (404, "Bearer canary-token", r#"{"title":"canary-name"}"#),
    };
    assert_eq!(sent, credential, "{}", head.uri.path());
    Ok(Response::builder().status(status).header("set-cookie", "canary-cookie").body(Full::new(text.into())).unwrap())
}
