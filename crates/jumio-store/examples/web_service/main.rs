//! A web service that has bank statements proved: a form takes the file, a flow brings it to Jumio, Jumio calls back, and the
//! feed brings the decision to the order. All of it is in one SQLite file: kill it, start it again, and it goes on.

#![allow(clippy::print_stdout, reason = "says where it is")]

use std::{error::Error, io::Write as _, path::PathBuf, sync::Arc};

use axum::extract::{DefaultBodyLimit, Multipart, Path, State};
use axum::{Router, body::Bytes, http::StatusCode, response::Html, response::Redirect, routing::get};
use futures_util::{FutureExt as _, TryFutureExt as _};
use jumio_callback::{GroupCommit, Receiver, Server, SignedKeys, axum::router};
use jumio_flow::machine::{Ending, Flow, Page, Spec};
use jumio_flow::{CallbackKey, Delivery, FlowKey, Flows, Inserted, NewFlow, OutcomeFeed, OutcomeSink, connect};
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountRequest, Country, CustomerInternalReference, DocumentType, Media};
use jumio_store::{KeyFile, Sealed, Sqlite};
use sha2::{Digest as _, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

type Failure = Box<dyn Error + Send + Sync>;

const FORM: &str = r#"<form method="post" enctype="multipart/form-data">Order <input name="order" pattern="[\w\-]+" required>
    Bank statement <input name="pdf" type="file" accept=".pdf" required> <button>Send</button></form>"#;

#[derive(Clone)]
struct App {
    store: Arc<Sqlite>,
    orders: SqlitePool,
    folder: PathBuf,
    url: String,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let setting = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let site = Site::at(BaseUrl::parse(&setting("JUMIO_BASE")?)?, UserAgent::new("Acme KYC/1.0")?);
    let credentials = jumio_auth::Credentials::new(setting("JUMIO_ID")?, setting("JUMIO_SECRET")?)?;
    let listener = tokio::net::TcpListener::bind(setting("KYC_LISTEN").as_deref().unwrap_or("127.0.0.1:8080")).await?;
    let url = setting("KYC_URL").or_else(|_| listener.local_addr().map(|address| format!("http://{address}")))?;
    let folder = PathBuf::from(setting("KYC_FOLDER").unwrap_or_else(|_| "kyc".to_owned()));
    let (key, file) = (KeyFile::open_or_create(folder.join("flows.key"))?, folder.join("flows.db"));
    let store = Arc::new(Sqlite::open(&file, Sealed::new(&key)).await?);
    let orders = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&file)).await?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS orders (id TEXT PRIMARY KEY, decision TEXT)").execute(&orders).await?;
    let urls = SignedKeys::of(key.secrets("callback urls"))?; // each is good for as long as its link, and a week
    let effects = connect(site, credentials)?.effects().sign_callbacks(urls.clone());
    let flows = Flows::builder(effects).profile("eu").store(store.clone()).build()?;
    flows.bind_profile().await?; // before `start_in`, which takes no profile that nobody runs
    let (feed, app) = (OutcomeFeed::new(store.clone(), "eu"), App { store, orders, folder, url });
    println!("listening, {}", app.url);
    let routes = Router::new()
        .route("/", get(|| async { Html(FORM) }).post(open))
        .route("/orders/{order}", get(show))
        .layer(DefaultBodyLimit::max(16 * 1024 * 1024))
        .with_state(app.clone())
        .nest("/jumio", router(Receiver::new(GroupCommit::new(flows.clone())).signed_keys(urls)));
    let (server, stop) = (Server::default(), tokio::signal::ctrl_c().map(drop).shared());
    let (serve, feed) = (server.serve(listener, routes, stop.clone()), feed.run(&app, stop.clone()).err_into());
    Ok(tokio::try_join!(flows.run(stop), feed, serve.map(Ok)).map(drop)?) // at once where the store does no more
}

async fn open(State(app): State<App>, mut form: Multipart) -> Result<Redirect, (StatusCode, String)> {
    let mut read = async || {
        let order = form.next_field().await?.ok_or("no order")?.text().await?;
        let pdf = form.next_field().await?.ok_or("no file")?.bytes().await?;
        Ok::<_, Failure>((CustomerInternalReference::new(&order)?, pdf))
    };
    let (order, pdf) = read().await.map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))?;
    app.open_flow(order.clone(), pdf).await.map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    Ok(Redirect::to(&format!("/orders/{}", order.as_str())))
}

impl App {
    /// The order and its flow are there together, or neither is. A second time, from an impatient click, changes nothing.
    async fn open_flow(&self, order: CustomerInternalReference, pdf: Bytes) -> Result<(), Failure> {
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&pdf).and_then(|()| file.as_file().sync_all())?;
        std::fs::File::open(&self.folder)?.sync_all()?; // the name as well: a flow never outlives its page
        let (key, name) = (CallbackKey::random()?, order.as_str().to_owned());
        let callback = key.url_below(&format!("{}/jumio", self.url))?;
        let request = AccountRequest::doc_proof(order, Country::USA, DocumentType::BANK_STATEMENT)?;
        let page = Page::new(file.path(), Media::Pdf, pdf.len() as u64, Sha256::digest(&pdf).into());
        let flow = Flow::new(Spec::upload(request.with_callback_url(callback), vec![page])?);
        let new = NewFlow::new(FlowKey::new(&*name), "eu", flow).with_callback_key(key);
        let mut transaction = self.orders.begin_with("BEGIN IMMEDIATE").await?;
        if self.store.start_in(&mut transaction, new, chrono::Utc::now()).await? == Inserted::New {
            sqlx::query("INSERT INTO orders (id) VALUES ($1)").bind(name).execute(&mut *transaction).await?;
            file.keep()?; // A second click's goes.
        }
        Ok(transaction.commit().await?)
    }
}

#[async_trait::async_trait]
impl OutcomeSink for App {
    /// Durable when it returns. The same outcome may come twice, so this only sets what is so.
    async fn take(&self, outcome: &Delivery) -> Result<(), Failure> {
        let decision = match outcome.record.flow.ending() {
            Some(Ending::Decided { details }) => format!("{:?}", details.outcome()),
            other => format!("no decision: {:?}", other.map(Ending::name)),
        };
        let update = sqlx::query("UPDATE orders SET decision = $1 WHERE id = $2").bind(decision);
        update.bind(outcome.entry.key.as_str()).execute(&self.orders).await?;
        Ok(())
    }
}

async fn show(State(app): State<App>, Path(order): Path<String>) -> Result<Html<String>, StatusCode> {
    let find = sqlx::query_scalar::<_, Option<String>>("SELECT decision FROM orders WHERE id = $1").bind(order);
    let found = find.fetch_optional(&app.orders).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    let decision = found.ok_or(StatusCode::NOT_FOUND)?;
    Ok(Html(decision.unwrap_or_else(|| r#"<meta http-equiv="refresh" content="1">Jumio is at work"#.to_owned())))
}

#[cfg(test)]
mod tests;
