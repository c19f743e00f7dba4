//! The operations of a flow as calls of a [`Client`].

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jumio_auth::TokenProvider;
use jumio_model::api::{
    CreateAccount, DeleteExecution, Finalize, GetDetails, GetPart, GetReport, GetStatus, UpdateAccount, UploadDocument,
    UploadPreparedData,
};
use jumio_model::endpoint::{Boundary, FilePart, Role, Segment};
use jumio_model::{AccountId, AccountRequest, TokenLifetime, TransactionToken, WorkflowExecutionId};
use jumio_transport::{CallError, CallOptions, Client, Progress};

use super::effects::{Admission, Effects, UploadProgress};
use super::failure;
use super::keep_files;
use super::legal_hold::{ASK_AGAIN, LegalHold};
use super::sign_callback::SignCallbackUrl;
use crate::machine::{Certainty, Done, Failure, Flow, Op, Page, Plan, Received, Reply, Transaction, TransactionAccess};

/// Talks to Jumio through a client whose transport adds the access token.
///
/// The client must neither retry nor pace: the machine decides about another try, and a wait below the recorded attempt
/// would make a kill in the queue look like a call that may have happened.
#[derive(Clone)]
pub struct ClientEffects {
    client: Client,
    tokens: Arc<dyn TokenProvider>,
    hold: Option<Arc<dyn LegalHold>>,
    retrieval_tokens: Option<Arc<dyn TokenProvider>>,
    callback_urls: Option<Arc<dyn SignCallbackUrl>>,
}

impl ClientEffects {
    /// Over this client; `tokens` is the provider that its transport uses.
    pub fn new(client: Client, tokens: Arc<dyn TokenProvider>) -> Self {
        Self { client, tokens, hold: None, retrieval_tokens: None, callback_urls: None }
    }

    /// Asks this provider for the token of retrieving and deleting, where the client's transport takes theirs from it.
    #[must_use]
    pub fn with_retrieval_tokens(mut self, tokens: Arc<dyn TokenProvider>) -> Self {
        self.retrieval_tokens = Some(tokens);
        self
    }

    fn provider(&self, op: Op) -> &dyn TokenProvider {
        match &self.retrieval_tokens {
            Some(tokens) if !op.is_opening() => &**tokens,
            _ => &*self.tokens,
        }
    }

    /// Asks here before a transaction is erased.
    #[must_use]
    pub fn legal_hold(mut self, hold: impl LegalHold + 'static) -> Self {
        self.hold = Some(Arc::new(hold));
        self
    }

    /// Signs the callback URLs of flows that have a callback key of their own.
    #[must_use]
    pub fn sign_callbacks(mut self, signer: impl SignCallbackUrl + 'static) -> Self {
        self.callback_urls = Some(Arc::new(signer));
        self
    }

    /// The account call's body, its callback URL signed where that is wanted.
    fn account_request(&self, flow: &Flow, op: Op) -> Result<AccountRequest, Stopped> {
        let request = flow.account_request().into_owned();
        let (Some(signer), Some(url), true) = (&self.callback_urls, &request.callback_url, flow.spec().own_callback)
        else {
            return Ok(request);
        };
        match signer.sign_url(url, request.token_lifetime.as_ref().map(TokenLifetime::duration)) {
            Ok(url) => Ok(request.with_callback_url(url)),
            Err(error) => {
                Err(missing(op, &format!("the callback URL cannot be signed ({error}); see to the key in it")))
            }
        }
    }

    /// How long erasing has to wait; `None` where nobody holds it back.
    async fn held_back(&self, flow: &Flow) -> Result<Option<Duration>, Failure> {
        let Some(hold) = &self.hold else { return Ok(None) };
        match hold.is_held(flow).await {
            Ok(is_held) => Ok(is_held.then_some(ASK_AGAIN)),
            Err(error) => {
                tracing::warn!("whether a transaction may be erased could not be found out: {error}");
                let text = "whether it may be erased could not be found out; nothing is erased until it is";
                Err(Failure::new(Certainty::NotSent, Op::Erase.name(), text))
            }
        }
    }

    async fn open(&self, flow: &Flow, op: Op) -> Result<Reply, Stopped> {
        let request = self.account_request(flow, op)?;
        let sent = match flow.spec().account.clone() {
            Some(account) => self.client.send(&UpdateAccount::new(account, request)).await,
            None => self.client.send(&CreateAccount::new(request)).await,
        };
        match sent {
            Ok(reply) => Ok(Reply::Opened(Box::new(reply))),
            // The transaction is open whatever its links are: it is noted, and `admit` stops before the first upload.
            Err(CallError::ForeignLink(foreign)) => match jumio_model::from_slice(&foreign.body) {
                Ok(reply) => Ok(Reply::Opened(Box::new(reply))),
                Err(_) => Err(CallError::ForeignLink(foreign).into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// Whether every link of the transaction may be followed, before anything is uploaded: pages that can never be finalized
    /// help nobody.
    fn check_links(&self, flow: &Flow, op: Op) -> Result<(), Failure> {
        let Some(access) = flow.transaction().and_then(|transaction| transaction.access.as_ref()) else {
            return Ok(());
        };
        for (href, _) in [&access.document, &access.prepared_data, &access.finalize].into_iter().flatten() {
            self.client
                .site()
                .permits_transaction_link(href)
                .map_err(|error| Failure::new(Certainty::NotSent, op.name(), error.to_string()).finally())?;
        }
        Ok(())
    }

    async fn upload_data(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let (href, token) = link(access(flow)?.prepared_data.as_ref(), Op::UploadPreparedData)?;
        let Plan::Upload { prepared_data: Some(data), .. } = &flow.spec().plan else {
            return Err(missing(Op::UploadPreparedData, "the prepared data is not in the state"));
        };
        self.client.send(&UploadPreparedData::new(href, token, data.clone())).await?;
        Ok(Reply::Uploaded)
    }

    async fn upload_page(&self, flow: &Flow, number: u32, progress: UploadProgress) -> Result<Reply, Stopped> {
        let op = Op::UploadDocument { page: number };
        let (href, token) = link(access(flow)?.document.as_ref(), op)?;
        let page = page(flow, number).ok_or_else(|| missing(op, "the page is not in the state"))?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| missing(op, "the operating system has no randomness to give"))?;
        let file = FilePart::new(Segment::file(&page.path, 0, page.bytes), page.media);
        let call = UploadDocument::new(href, token, file, Boundary::new(random));
        let options = CallOptions::new().with_progress(Progress::new(move |sent, total| progress(sent, total)));
        self.client.send_with(&call, options).await?;
        Ok(Reply::Uploaded)
    }

    async fn finalize(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let (href, token) = link(access(flow)?.finalize.as_ref(), Op::Finalize)?;
        self.client.send(&Finalize::new(href, token)).await?;
        Ok(Reply::Finalized)
    }

    async fn status(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let Transaction { account, execution, .. } = transaction(flow, Op::GetStatus)?;
        let status = self.client.send(&GetStatus::new(account.clone(), execution.clone())).await?;
        is_ours(Op::GetStatus, execution, &status.workflow_execution.id, status.text())?;
        Ok(Reply::Status(status.workflow_execution.status.clone()))
    }

    async fn details(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let Transaction { account, execution, .. } = transaction(flow, Op::GetDetails)?;
        let details = self.client.send(&GetDetails::new(account.clone(), execution.clone())).await?;
        is_ours(Op::GetDetails, execution, &details.workflow.id, details.text())?;
        Ok(Reply::Details(Box::new(details)))
    }

    async fn keep_part(&self, flow: &Flow, place: u32) -> Result<Reply, Stopped> {
        let op = Op::KeepPart { part: place };
        let part = flow.part(place).ok_or_else(|| missing(op, "the result has no such part"))?;
        let (account, _) = keeping(flow, op)?;
        // The place makes the name one of its own, whatever `plain` makes of the rest.
        let (credential, classifier) =
            (keep_files::plain(part.credential.as_str()), keep_files::plain(&part.classifier));
        let name = format!("{place}-{credential}-{classifier}");
        let path = destination(flow, op, &name).await?;
        let call = GetPart::new(account.clone(), part.credential, part.classifier);
        let downloaded = self.client.download(&call, &path).await?;
        Ok(Reply::Kept(keep_files::seal(path, &downloaded).await.map_err(|error| disk(op, &error))?))
    }

    async fn keep_report(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let op = Op::KeepReport;
        let (account, execution) = keeping(flow, op)?;
        let report = self.client.send(&GetReport::new(account.clone(), execution.clone())).await?;
        let failure = Failure::new(Certainty::NotSent, op.name(), "the answer has no link to a report");
        let link = report.presigned_url.clone().ok_or(Stopped::Here(failure))?;
        let path = destination(flow, op, "report.pdf").await?;
        let downloaded = self.client.download_report(&link, &path).await?;
        Ok(Reply::Kept(keep_files::seal(path, &downloaded).await.map_err(|error| disk(op, &error))?))
    }

    async fn erase(&self, flow: &Flow) -> Result<Reply, Stopped> {
        let (account, execution) = keeping(flow, Op::Erase)?;
        self.client.send(&DeleteExecution::new(account.clone(), execution.clone())).await?;
        Ok(Reply::Erased)
    }
}

#[async_trait]
impl Effects for ClientEffects {
    async fn admit(&self, flow: &Flow, op: Op) -> Result<Admission, Failure> {
        if let Op::UploadDocument { page: number } = op
            && let Some(page) = page(flow, number)
        {
            check_unchanged(op, page).await?;
        }
        if op.is_upload() {
            self.check_links(flow, op)?;
        }
        if op == Op::Erase
            && let Some(wait) = self.held_back(flow).await?
        {
            return Ok(Admission::NotFor(wait));
        }
        // Uploads and finalize carry the transaction's own token.
        let tokens = self.provider(op);
        if op.is_upload() || op == Op::Finalize || tokens.peek().is_some() {
            return Ok(Admission::Ready);
        }
        tokens.token().await.map_err(|error| failure::of_token(&error, tokens.retry_in()))?;
        Ok(Admission::TokenFetched)
    }

    fn site(&self) -> Option<String> {
        let base = self.client.site().base(Role::Account).to_string();
        // Plain HTTP is for this machine alone, where a simulator has another port each time.
        Some(if base.starts_with("http:") { "a site on this machine".to_owned() } else { base })
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        let result = match op {
            Op::CreateAccount | Op::UpdateAccount => self.open(flow, op).await,
            Op::UploadPreparedData => self.upload_data(flow).await,
            Op::UploadDocument { page } => self.upload_page(flow, page, progress).await,
            Op::Finalize => self.finalize(flow).await,
            Op::GetStatus => self.status(flow).await,
            Op::GetDetails => self.details(flow).await,
            Op::KeepPart { part } => self.keep_part(flow, part).await,
            Op::KeepReport => self.keep_report(flow).await,
            Op::Erase => self.erase(flow).await,
        };
        match result {
            Ok(reply) => Done::Succeeded(reply),
            Err(Stopped::Call(error)) => failure::of_call(op, &error),
            Err(Stopped::Here(failure)) => Done::Failed(failure),
            Err(Stopped::Foreign(failure, received)) => Done::Unknown { failure, received: Some(received) },
        }
    }
}

/// Why an operation did not succeed: the call failed, it was never made, or it was answered with something else.
enum Stopped {
    Call(Box<CallError>),
    Here(Failure),
    Foreign(Failure, Received),
}

/// A result of another transaction is no result, whoever mixed them up.
fn is_ours(op: Op, asked: &WorkflowExecutionId, came: &WorkflowExecutionId, text: &str) -> Result<(), Stopped> {
    // Where the reply names none, the path that was asked stands for it.
    if came.as_str().is_empty() || came == asked {
        return Ok(());
    }
    let failure = Failure::new(Certainty::Unknown, op.name(), "the answer is about another transaction");
    Err(Stopped::Foreign(failure, Received::new(text)))
}

impl From<CallError> for Stopped {
    fn from(error: CallError) -> Self {
        Self::Call(Box::new(error))
    }
}

fn missing(op: Op, what: &str) -> Stopped {
    Stopped::Here(Failure::new(Certainty::NotSent, op.name(), what).finally())
}

/// Where a kept file goes.
async fn destination(flow: &Flow, op: Op, name: &str) -> Result<PathBuf, Stopped> {
    let keep = flow.spec().keep.as_ref().ok_or_else(|| missing(op, "nothing is to be kept"))?;
    let (_, execution) = keeping(flow, op)?;
    let folder = keep_files::folder_of(&keep.folder, execution).await.map_err(|error| disk(op, &error))?;
    Ok(folder.join(name))
}

/// A file that could not be kept: there may be room later.
fn disk(op: Op, error: &io::Error) -> Stopped {
    let text = format!("the file cannot be kept ({}); see to the disk", error.kind());
    Stopped::Here(Failure::new(Certainty::NotSent, op.name(), text))
}

fn transaction(flow: &Flow, op: Op) -> Result<&Transaction, Stopped> {
    flow.transaction().ok_or_else(|| missing(op, "no transaction is open"))
}

/// The transaction that something is kept of, or that is erased: the flow's own, or one that was given up for it.
fn keeping(flow: &Flow, op: Op) -> Result<(&AccountId, &WorkflowExecutionId), Stopped> {
    flow.keeping().ok_or_else(|| missing(op, "no transaction is open"))
}

fn access(flow: &Flow) -> Result<&TransactionAccess, Stopped> {
    let access = flow.transaction().and_then(|transaction| transaction.access.as_ref());
    access.ok_or_else(|| missing(Op::Finalize, "no transaction is open"))
}

fn link(link: Option<&(String, TransactionToken)>, op: Op) -> Result<(String, TransactionToken), Stopped> {
    let absent =
        "the account reply gives no link or token for it: the API channel is not among the workflow's channels";
    link.cloned().ok_or_else(|| missing(op, absent))
}

fn page(flow: &Flow, number: u32) -> Option<&Page> {
    match &flow.spec().plan {
        Plan::Upload { pages, .. } => pages.get(usize::try_from(number).ok()?),
        Plan::Person | Plan::Adopted { .. } => None,
    }
}

/// An upload begins only with the file that was named: nobody wants to find another one at Jumio.
///
/// The bytes are sent through a second opening of the file, whose length is checked again while it is read. Whoever can
/// write the file between the two can still exchange it for one of the same length.
async fn check_unchanged(op: Op, page: &Page) -> Result<(), Failure> {
    let failure = |text: String| Failure::new(Certainty::NotSent, op.name(), text).finally();
    let (path, bytes) = (page.path.clone(), page.bytes);
    match tokio::task::spawn_blocking(move || digest(&path, bytes)).await {
        Ok(Ok(digest)) if digest == Some(page.sha256) => Ok(()),
        Ok(Ok(_)) => {
            Err(failure("the file has changed since the flow began; put the original back and resume".to_owned()))
        }
        Ok(Err(error)) => Err(failure(format!("the file cannot be read ({}); put it back and resume", error.kind()))),
        Err(_) => Err(failure("reading the file was cut off".to_owned())),
    }
}

/// The digest of a regular file of this length; `None` for anything else.
fn digest(path: &Path, bytes: u64) -> io::Result<Option<[u8; 32]>> {
    // Looked at before it is opened: opening a pipe would wait for its other end.
    let about = std::fs::metadata(path)?;
    if !about.is_file() || about.len() != bytes {
        return Ok(None);
    }
    keep_files::digest_of(&mut File::open(path)?).map(Some)
}
