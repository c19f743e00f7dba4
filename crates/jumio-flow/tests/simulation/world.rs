//! A Jumio in memory: what it was told, what it answers, and whether a flow's end is the truth.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jumio_flow::machine::{Certainty, Done, Ending, Failure, Flow, KeptFile, Op, Plan, Reply, Resolution, Spec};
use jumio_flow::{Admission, Effects, UploadProgress};
use jumio_model::{AccountId, Raw, WorkflowExecutionId, WorkflowStatus};
use tokio::time::Instant;

use crate::dice::Dice;

/// Seconds after which a transaction that nobody finalized expires.
const LIFETIME: u64 = 1_800;

pub(crate) struct World {
    spec: Spec,
    dice: Dice,
    transactions: Vec<Transaction>,
    calls: u32,
    /// Further account calls that a person allowed.
    pub(crate) allowed: usize,
    /// How often somebody asked where a transaction stands, or for its result.
    pub(crate) looks: usize,
    /// Whether nothing goes wrong.
    is_a_good_day: bool,
}

struct Transaction {
    attempt: u32,
    opened: Instant,
    pages: Vec<u32>,
    finalized: Option<Instant>,
    /// When the details can be seen after the result is there.
    visible_after: Duration,
    kept: u32,
    erased: bool,
}

impl Transaction {
    fn status(&self) -> WorkflowStatus {
        match self.finalized {
            Some(at) if at.elapsed() >= Duration::from_secs(5) => WorkflowStatus::Processed,
            Some(_) => WorkflowStatus::Acquired,
            None if self.opened.elapsed() >= Duration::from_secs(LIFETIME) => WorkflowStatus::TokenExpired,
            None => WorkflowStatus::Initiated,
        }
    }
}

impl World {
    pub(crate) fn new(spec: Spec, dice: Dice) -> Self {
        Self { spec, dice, transactions: Vec::new(), calls: 0, allowed: 0, looks: 0, is_a_good_day: false }
    }

    /// No call fails and no answer is lost.
    pub(crate) fn on_a_good_day(self) -> Self {
        Self { is_a_good_day: true, ..self }
    }

    /// A callback about any transaction that ever was, the present one or not.
    pub(crate) fn callback(&self, dice: &mut Dice) -> Option<(u32, AccountId, WorkflowExecutionId, String)> {
        let number = usize::try_from(dice.below(u64::try_from(self.transactions.len().max(1)).unwrap())).unwrap();
        let transaction = self.transactions.get(number)?;
        let status = if dice.one_in(5) { "PROCESSED".to_owned() } else { transaction.status().as_str().to_owned() };
        Some((transaction.attempt, "a".into(), execution(number), status))
    }

    /// What a person finds in the portal about the latest account call.
    pub(crate) fn looked_up(&mut self) -> Resolution {
        let known = self.transactions.iter().position(|one| one.attempt == self.calls);
        match known {
            Some(number) => Resolution::Opened { account: "a".into(), execution: execution(number) },
            None => {
                self.allowed += 1;
                Resolution::NotOpened
            }
        }
    }

    fn run(&mut self, flow: &Flow, op: Op) -> Result<Reply, Done> {
        self.looks += usize::from(matches!(op, Op::GetStatus | Op::GetDetails));
        if self.is_a_good_day {
            return self.answer(flow, op);
        }
        if self.dice.one_in(12) {
            return Err(Done::Failed(Failure::new(Certainty::NotSent, op.name(), "no connection")));
        }
        if self.dice.one_in(12) {
            let slow_down = Failure::new(Certainty::Refused, op.name(), "slow down").with_status(429);
            return Err(Done::Failed(slow_down.with_retry_after(Some(3))));
        }
        self.answer(flow, op)
    }

    fn answer(&mut self, flow: &Flow, op: Op) -> Result<Reply, Done> {
        match op {
            Op::CreateAccount | Op::UpdateAccount => Ok(self.open(flow)),
            _ => self.act(flow, op),
        }
    }

    fn open(&mut self, flow: &Flow) -> Reply {
        let (number, attempt) = (self.transactions.len(), flow.attempt());
        self.calls = attempt;
        let visible_after = Duration::from_secs(self.dice.below(12));
        let mut transaction = Transaction {
            attempt,
            opened: Instant::now(),
            pages: Vec::new(),
            finalized: None,
            visible_after,
            kept: 0,
            erased: false,
        };
        if matches!(self.spec.plan, Plan::Person) && self.dice.one_in(2) {
            transaction.finalized = Some(Instant::now() + Duration::from_secs(self.dice.below(600)));
        }
        self.transactions.push(transaction);
        let api =
            r#"{"token":"t","parts":{"document":"https://api.example/d"},"workflowExecution":"https://api.example/w"}"#;
        let text = format!(
            r#"{{"account":{{"id":"a"}},"web":{{"href":"https://web.example/?t=1"}},"workflowExecution":{{"id":"w{number}","credentials":[
            {{"id":"c","category":"DOCUMENT","api":{api}}}]}}}}"#
        );
        Reply::Opened(Box::new(Raw::read(&text).unwrap()))
    }

    fn act(&mut self, flow: &Flow, op: Op) -> Result<Reply, Done> {
        let refused = |status| Done::Failed(Failure::new(Certainty::Refused, op.name(), "no").with_status(status));
        let parts = u32::try_from(flow.part(0).map_or(0, |_| 1)).unwrap();
        let own = &flow.transaction().unwrap().execution;
        let execution = if op.is_keeping() { flow.keeping().unwrap().1 } else { own };
        let number = number(execution).unwrap();
        let transaction = self.transactions.get_mut(number).ok_or(refused(404))?;
        let status = transaction.status();
        match op {
            Op::UploadDocument { .. } | Op::Finalize if status.is_expired() || transaction.finalized.is_some() => {
                Err(refused(401))
            }
            Op::UploadDocument { page } => {
                assert!(!transaction.pages.contains(&page), "page {page} was sent twice");
                transaction.pages.push(page);
                Ok(Reply::Uploaded)
            }
            Op::Finalize => {
                let Plan::Upload { pages, .. } = &self.spec.plan else { panic!("a person finalizes alone") };
                assert_eq!(transaction.pages.len(), pages.len(), "finalized before everything was in");
                transaction.finalized = Some(Instant::now());
                Ok(Reply::Finalized)
            }
            Op::GetStatus => Ok(Reply::Status(status)),
            Op::GetDetails if transaction.erased || status != WorkflowStatus::Processed => Err(refused(404)),
            Op::GetDetails => {
                let since = transaction.finalized.unwrap().elapsed();
                if since < Duration::from_secs(5) + transaction.visible_after {
                    return Err(refused(404));
                }
                Ok(Reply::Details(Box::new(Raw::read(&result(number)).unwrap())))
            }
            Op::KeepPart { .. } => {
                assert!(!transaction.erased, "erased before it was kept");
                transaction.kept += 1;
                Ok(Reply::Kept(KeptFile::new("/kept/part", 7, [7; 32], None)))
            }
            Op::Erase => {
                assert!(transaction.kept >= parts, "erased before everything was kept");
                transaction.erased = true;
                Ok(Reply::Erased)
            }
            other => panic!("nobody asked for {other:?}"),
        }
    }

    /// Whether the end that the flow came to is the truth.
    pub(crate) fn judge(&self, flow: &Flow) {
        let policy = &self.spec.policy;
        let most =
            1 + usize::from(policy.repeat_unknown_account) + usize::try_from(policy.restarts).unwrap() + self.allowed;
        assert!(self.transactions.len() <= most, "{} transactions, {most} allowed", self.transactions.len());
        let of = |execution| self.transactions.get(number(execution)?);
        let transaction = flow.transaction().and_then(|transaction| of(&transaction.execution));
        let erase = self.spec.keep.as_ref().is_some_and(|keep| keep.erase);
        if !flow.is_parked() {
            let replaced = flow.replaced().iter().filter(|replaced| !replaced.named_by_callback);
            let mut erased = replaced.map(|replaced| of(&replaced.execution).unwrap().erased);
            assert!(erased.all(|erased| erased == erase), "what was given up is erased if asked, and only then");
        }
        match flow.ending().unwrap() {
            Ending::Decided { .. } => {
                let transaction = transaction.unwrap();
                assert_eq!(transaction.status(), WorkflowStatus::Processed);
                assert_eq!(transaction.erased, erase, "erased if asked, and only then");
            }
            Ending::Expired { .. } => assert!(transaction.unwrap().status().is_expired()),
            Ending::NotOpened { .. } => assert!(transaction.is_none()),
            Ending::AccountUnknown { .. } | Ending::UploadUnknown { .. } => {}
            // Tries that provably did nothing may be spent.
            other => panic!("no such end in this world: {}", other.name()),
        }
    }
}

fn execution(number: usize) -> WorkflowExecutionId {
    format!("w{number}").as_str().into()
}

fn number(execution: &WorkflowExecutionId) -> Option<usize> {
    execution.as_str().trim_start_matches('w').parse().ok()
}

fn result(number: usize) -> String {
    format!(
        r#"{{"workflow":{{"id":"w{number}","status":"PROCESSED","customerInternalReference":"order-17"}},"account":{{"id":"a"}},
        "credentials":[{{"id":"c","category":"DOCUMENT","parts":[{{"classifier":"1","href":"https://retrieval.example/1"}}]}}],
        "decision":{{"type":"PASSED"}},"capabilities":{{}}}}"#
    )
}

/// The world's other end.
pub(crate) struct Jumio(pub(crate) Arc<Mutex<World>>);

#[async_trait]
impl Effects for Jumio {
    async fn admit(&self, _: &Flow, _: Op) -> Result<Admission, Failure> {
        Ok(Admission::Ready)
    }

    async fn run(&self, flow: &Flow, op: Op, _: UploadProgress) -> Done {
        let (before, after, is_lost) = {
            let world = &mut *self.0.lock().unwrap();
            let is_lost = world.dice.one_in(15) && !world.is_a_good_day;
            (world.dice.below(3_000), world.dice.below(3_000), is_lost)
        };
        tokio::time::sleep(Duration::from_millis(before)).await;
        let answer = self.0.lock().unwrap().run(flow, op);
        tokio::time::sleep(Duration::from_millis(after)).await;
        match answer {
            Err(failed) => failed,
            Ok(_) if is_lost => {
                let failure = Failure::new(Certainty::Unknown, op.name(), "the answer was lost");
                Done::Unknown { failure, received: None }
            }
            Ok(reply) => Done::Succeeded(reply),
        }
    }
}
