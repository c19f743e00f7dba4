//! The integrator's own site: a page that holds the hosted page in a frame and keeps what it posts, and two pages to which
//! people are sent back. On another port and so, for the browser, another origin.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::http::Uri;
use axum::response::Html;
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The documented form of the frame (protocol 10.1).
const EMBED: &str = r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Acme: verify your address</title></head>
<body>
<h1>Acme</h1>
<script>
window.messages = [];
window.addEventListener("message", (event) => window.messages.push({ origin: event.origin, data: event.data }));
</script>
<iframe title="Verification" src="HREF" width="640" height="660" allowfullscreen
 allow="camera;autoplay;fullscreen;clipboard-read;clipboard-write;accelerometer;gyroscope;magnetometer"></iframe>
</body>
</html>
"#;

type Visits = Arc<Mutex<Vec<Visit>>>;

/// Somebody who was sent back.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Visit {
    /// The path.
    pub path: String,
    /// The query, as it came.
    pub query: String,
}

/// A running site.
pub struct Site {
    base: String,
    visits: Visits,
    task: JoinHandle<()>,
}

impl Site {
    /// Starts it on a free port.
    pub async fn start() -> Self {
        let visits = Visits::default();
        let back = async |State(visits): State<Visits>, uri: Uri| {
            let visit = Visit { path: uri.path().to_owned(), query: uri.query().unwrap_or_default().to_owned() };
            visits.lock().unwrap_or_else(PoisonError::into_inner).push(visit);
            Html("<!doctype html><html lang=\"en\"><title>Acme</title><h1>Welcome back</h1></html>")
        };
        let embed = async |uri: Uri| {
            let href = uri.query().unwrap_or_default();
            Html(EMBED.replace("HREF", &href.replace('&', "&amp;")))
        };
        let router = Router::new()
            .route("/verified", get(back))
            .route("/not-verified", get(back))
            .route("/callback", post(async || "ok"))
            .route("/embed", get(embed))
            .with_state(Arc::clone(&visits));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let base = format!("http://127.0.0.1:{}", listener.local_addr().expect("an address").port());
        let task = tokio::spawn(async move {
            // It ends with the test.
            let _ = axum::serve(listener, router).await;
        });
        Self { base, visits, task }
    }

    /// Where people come back after success.
    pub fn success_url(&self) -> String {
        format!("{}/verified", self.base)
    }

    /// Where people come back after a failure.
    pub fn error_url(&self) -> String {
        format!("{}/not-verified", self.base)
    }

    /// Where callbacks are taken.
    pub fn callback_url(&self) -> String {
        format!("{}/callback", self.base)
    }

    /// The page that holds this one in a frame.
    pub fn embedding(&self, href: &str) -> String {
        format!("{}/embed?{href}", self.base)
    }

    /// Everybody who came back so far.
    pub fn visits(&self) -> Vec<Visit> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}
