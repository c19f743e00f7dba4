//! The ways to ask for a result that are compared.

use std::time::Duration;

use anyhow::{Result, bail, ensure};
use futures_util::StreamExt as _;
use http::HeaderValue;
use http::header::{ACCEPT, AUTHORIZATION};
use jumio_auth::{AccessToken, Authorized, StaticToken};
use jumio_model::api::GetDetails;
use jumio_model::endpoint::{BaseUrl, Site, UserAgent};
use jumio_model::{AccountId, Raw, WorkflowDetails, WorkflowExecutionId};
use jumio_transport::{
    AttemptTimeout, Client, Deadline, Limit, Limits, Pace, Pacer, ReqwestTransport, Retry, Trace, Transport,
};
use reqwest_middleware::{ClientBuilder, ClientWithMiddleware};
use reqwest_retry::RetryTransientMiddleware;
use reqwest_retry::policies::ExponentialBackoff;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::server::Process;
use crate::bench::machine::Others;
use crate::bench::rounds::{Turn, median, turn};

const ROUNDS: usize = 31;
/// A round in which others used more of a processor does not count, and not more than so many are tried.
const OTHERS: f64 = 0.2;
const MOST_ROUNDS: usize = 4 * ROUNDS;
const CALLS_PER_TURN: usize = 200;
const AT_ONCE: usize = 32;
const CALLS_AT_ONCE: usize = 1600;
const ACCOUNT: &str = "11111111-1111-4111-8111-111111111111";
const EXECUTION: &str = "22222222-2222-4222-8222-222222222222";

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    /// reqwest, and the reply as a type: what a careful user writes.
    ByHand,
    /// reqwest, and the reply as `Value`: what everybody starts with.
    Value,
    /// reqwest-middleware with its retry, and the reply as a type.
    Middleware,
    /// `Client(Authorized(reqwest))`.
    Ours,
    /// `Client(Deadline(Retry(Authorized(Pace(AttemptTimeout(Trace(reqwest)))))))`, the pace without limits.
    Onion,
}

impl Call {
    pub(super) const ALL: [Self; 5] = [Self::ByHand, Self::Value, Self::Middleware, Self::Ours, Self::Onion];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ByHand => "reqwest-typed",
            Self::Value => "reqwest-value",
            Self::Middleware => "reqwest-middleware",
            Self::Ours => "ours",
            Self::Onion => "ours-whole-onion",
        }
    }

    pub(super) fn named(name: &str) -> Result<Self> {
        match Self::ALL.into_iter().find(|call| call.name() == name) {
            Some(call) => Ok(call),
            None => bail!("no call is named {name:?}"),
        }
    }
}

/// What a call needs.
pub(super) struct Caller {
    call: Call,
    base: String,
    bearer: String,
    runtime: Runtime,
    reqwest: reqwest::Client,
    middleware: ClientWithMiddleware,
    client: Client,
}

impl Caller {
    pub(super) fn new(call: Call, base: &str) -> Result<Self> {
        // Does nothing where another variant has done it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        // With what ours has, so that nothing but the way of calling differs: the same headers, pool and limits.
        let reqwest = reqwest::Client::builder()
            .user_agent("Acme KYC/1.0")
            .default_headers([(ACCEPT, HeaderValue::from_static("application/json"))].into_iter().collect())
            .connect_timeout(Duration::from_secs(3))
            .pool_idle_timeout(Duration::from_secs(15))
            .pool_max_idle_per_host(32)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let policy = ExponentialBackoff::builder().build_with_max_retries(2);
        let middleware =
            ClientBuilder::new(reqwest.clone()).with(RetryTransientMiddleware::new_with_policy(policy)).build();
        let site = Site::at(BaseUrl::parse(base)?, UserAgent::new("Acme KYC/1.0")?);
        let token = "t".repeat(700);
        let client = Client::new(site.clone(), transport(call, &site, &token)?);
        let bearer = format!("Bearer {token}");
        Ok(Self { call, base: base.to_owned(), bearer, runtime, reqwest, middleware, client })
    }

    pub(super) fn repeat(&self, times: usize) -> Result<()> {
        self.runtime.block_on(async {
            for _ in 0..times {
                self.once().await?;
            }
            Ok(())
        })
    }

    fn many_at_once(&self) -> Result<()> {
        self.runtime.block_on(async {
            let calls = futures_util::stream::iter(0..CALLS_AT_ONCE).map(|_| self.once());
            let failed = calls.buffer_unordered(AT_ONCE).filter(|call| std::future::ready(call.is_err())).count().await;
            ensure!(failed == 0, "{failed} calls failed");
            Ok(())
        })
    }

    async fn once(&self) -> Result<()> {
        match self.call {
            Call::ByHand => {
                let reply = self.reqwest.get(self.url()).header(AUTHORIZATION, &self.bearer).send().await?;
                let details: WorkflowDetails = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
                ensure!(!details.workflow.id.as_str().is_empty());
            }
            Call::Value => {
                let reply = self.reqwest.get(self.url()).header(AUTHORIZATION, &self.bearer).send().await?;
                let details: Value = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
                ensure!(details.pointer("/workflow/id").is_some());
            }
            Call::Middleware => {
                let reply = self.middleware.get(self.url()).header(AUTHORIZATION, &self.bearer).send().await?;
                let details: WorkflowDetails = serde_json::from_slice(&reply.error_for_status()?.bytes().await?)?;
                ensure!(!details.workflow.id.as_str().is_empty());
            }
            Call::Ours | Call::Onion => {
                let call = GetDetails::new(AccountId::from(ACCOUNT), WorkflowExecutionId::from(EXECUTION));
                let details: Raw<WorkflowDetails> = self.client.send(&call).await?;
                ensure!(!details.workflow.id.as_str().is_empty());
            }
        }
        Ok(())
    }

    fn url(&self) -> String {
        format!("{}/api/v1/accounts/{ACCOUNT}/workflow-executions/{EXECUTION}", self.base)
    }
}

fn transport(call: Call, site: &Site, token: &str) -> Result<Box<dyn Transport>> {
    let mine = ReqwestTransport::new()?;
    let token = StaticToken::new(AccessToken::new(token, Some(3600))?);
    Ok(match call {
        Call::Onion => {
            // Nobody has to wait: what is measured is the way through.
            let limits = Limits::published().with_share(1.0).with_retrieval(Limit::per_second(1_000_000));
            let paced = Pace::new(AttemptTimeout::new(Trace::new(mine)), Pacer::new(limits));
            Box::new(Deadline::new(Retry::new(Authorized::new(paced, token, site))))
        }
        _ => Box::new(Authorized::new(mine, token, site)),
    })
}

/// The medians of one way.
pub(super) struct Time {
    /// Seconds for each call.
    pub(super) cpu: f64,
    pub(super) wall: f64,
    /// Of a call that is one of 32: hardly a processor is woken up for it.
    pub(super) busy_cpu: f64,
    pub(super) per_second: f64,
    /// In those of the call by hand, of the same round.
    pub(super) cpu_ratio: f64,
    pub(super) wall_ratio: f64,
    pub(super) busy_cpu_ratio: f64,
    pub(super) per_second_ratio: f64,
}

struct Round {
    alone: Turn,
    at_once: Turn,
}

/// One for each of [`Call::ALL`], in rounds in which each has its turn.
pub(super) fn times(server: &Process) -> Result<Vec<Time>> {
    let base = server.url();
    let callers = Call::ALL.map(|call| Caller::new(call, base)).into_iter().collect::<Result<Vec<_>>>()?;
    for caller in &callers {
        caller.many_at_once()?;
    }
    let mut rounds: Vec<Vec<Round>> = Vec::new();
    let mut others = Others::beside(&[server.id()])?;
    let (mut tried, mut shares) = (0, Vec::new());
    while rounds.len() < ROUNDS {
        ensure!(tried < MOST_ROUNDS, "others use the machine too much: only {} of {tried} rounds count", rounds.len());
        tried += 1;
        let round = callers.iter().map(|caller| {
            let (done, alone) = turn(|| caller.repeat(CALLS_PER_TURN));
            done?;
            let (done, at_once) = turn(|| caller.many_at_once());
            done?;
            Ok(Round { alone, at_once })
        });
        let round = round.collect::<Result<_>>()?;
        let share = others.share()?;
        if share <= OTHERS {
            shares.push(share);
            rounds.push(round);
        }
    }
    let column = |at: usize, value: &dyn Fn(&Round) -> f64| {
        median(rounds.iter().filter_map(|round| round.get(at).map(value)).collect())
    };
    let ratio = |at: usize, value: &dyn Fn(&Round) -> f64| {
        median(rounds.iter().filter_map(|round| Some(value(round.get(at)?) / value(round.first()?))).collect())
    };
    println!("  {ROUNDS} of {tried} rounds; others used {:.0} % of a processor meanwhile", median(shares) * 100.0);
    let (calls, busy_calls) = (CALLS_PER_TURN as f64, CALLS_AT_ONCE as f64);
    Ok((0..callers.len())
        .map(|at| Time {
            cpu: column(at, &|round| round.alone.cpu / calls),
            wall: column(at, &|round| round.alone.wall / calls),
            busy_cpu: column(at, &|round| round.at_once.cpu / busy_calls),
            per_second: column(at, &|round| busy_calls / round.at_once.wall),
            cpu_ratio: ratio(at, &|round| round.alone.cpu),
            wall_ratio: ratio(at, &|round| round.alone.wall),
            busy_cpu_ratio: ratio(at, &|round| round.at_once.cpu),
            per_second_ratio: ratio(at, &|round| 1.0 / round.at_once.wall),
        })
        .collect())
}
