//! The operations of a flow as calls of a [`Client`].

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use jumio_auth::TokenProvider;
use jumio_model::api::{
    CreateAccount, Finalize, GetDetails, GetStatus, UpdateAccount, UploadDocument, UploadPreparedData,
};
use jumio_model::endpoint::{Boundary, FilePart, Segment};
use jumio_model::{TransactionToken, WorkflowExecutionId};
use jumio_transport::{CallError, CallOptions, Client, Progress};
use sha2::{Digest, Sha256};

use super::effects::{Admission, Effects, UploadProgress};
use super::failure;
use crate::machine::{Certainty, Done, Failure, Flow, Op, Page, Plan, Received, Reply, Transaction, TransactionAccess};

/// Talks to Jumio through a client whose transport adds the access token.
///
/// The client must neither retry nor pace: the machine decides about another try, and a wait below the recorded attempt
/// would make a kill in the queue look like a call that may have happened.
#[derive(Clone)]
pub struct ClientEffects {
    client: Client,
    tokens: Arc<dyn TokenProvider>,
    retrieval_tokens: Option<Arc<dyn TokenProvider>>,
}

impl ClientEffects {
    /// Over this client; `tokens` is the provider that its transport uses.
    pub fn new(client: Client, tokens: Arc<dyn TokenProvider>) -> Self {
        Self { client, tokens, retrieval_tokens: None }
    }

    /// Asks this provider for the token of retrievals, where the client's transport takes theirs from it.
    #[must_use]
    pub fn with_retrieval_tokens(mut self, tokens: Arc<dyn TokenProvider>) -> Self {
        self.retrieval_tokens = Some(tokens);
        self
    }

    fn provider(&self, op: Op) -> &dyn TokenProvider {
        match &self.retrieval_tokens {
            Some(tokens) if matches!(op, Op::GetStatus | Op::GetDetails) => &**tokens,
            _ => &*self.tokens,
        }
    }

    async fn open(&self, flow: &Flow) -> Result<Reply, CallError> {
        let request = flow.spec().request.clone();
        let sent = match flow.spec().account.clone() {
            Some(account) => self.client.send(&UpdateAccount::new(account, request)).await,
            None => self.client.send(&CreateAccount::new(request)).await,
        };
        match sent {
            Ok(reply) => Ok(Reply::Opened(Box::new(reply))),
            // The transaction is open whatever its links are: it is noted, and `admit` stops before the first upload.
            Err(CallError::ForeignLink(foreign)) => match jumio_model::from_slice(&foreign.body) {
                Ok(reply) => Ok(Reply::Opened(Box::new(reply))),
                Err(_) => Err(CallError::ForeignLink(foreign)),
            },
            Err(error) => Err(error),
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
        // Uploads and finalize carry the transaction's own token.
        let tokens = self.provider(op);
        if op.is_upload() || op == Op::Finalize || tokens.peek().is_some() {
            return Ok(Admission::Ready);
        }
        tokens.token().await.map_err(|error| failure::of_token(&error, tokens.retry_in()))?;
        Ok(Admission::TokenFetched)
    }

    async fn run(&self, flow: &Flow, op: Op, progress: UploadProgress) -> Done {
        let result = match op {
            Op::CreateAccount | Op::UpdateAccount => self.open(flow).await.map_err(Stopped::from),
            Op::UploadPreparedData => self.upload_data(flow).await,
            Op::UploadDocument { page } => self.upload_page(flow, page, progress).await,
            Op::Finalize => self.finalize(flow).await,
            Op::GetStatus => self.status(flow).await,
            Op::GetDetails => self.details(flow).await,
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

fn transaction(flow: &Flow, op: Op) -> Result<&Transaction, Stopped> {
    flow.transaction().ok_or_else(|| missing(op, "no transaction is open"))
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
        Plan::Person => None,
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
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Some(hasher.finalize().into())),
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
}
