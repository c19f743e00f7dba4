//! Our own work on a call: from the endpoint to the transport and back, without a network and without reading the reply.

use anyhow::{Result, ensure};
use async_trait::async_trait;
use bytes::Bytes;
use http::{Method, Request, Response};
use jumio_auth::{AccessToken, Authorized, StaticToken};
use jumio_model::ReadError;
use jumio_model::endpoint::{Access, Body, Endpoint, Region, Repeat, Role, Site, Target, UserAgent};
use jumio_transport::{Client, Transport, TransportError};

use crate::bench::rounds::{median, turn};

const ROUNDS: usize = 31;
const CALLS: usize = 5000;

struct Memory;

#[async_trait]
impl Transport for Memory {
    async fn send(&self, _: Request<Body>) -> Result<Response<Bytes>, TransportError> {
        Ok(Response::new(Bytes::from_static(b"{}")))
    }
}

/// The call for a result, which reads nothing of it.
struct Unread;

impl Endpoint for Unread {
    const NAME: &'static str = "unread";
    const METHOD: Method = Method::GET;
    const PATH: &'static str = "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}";
    const ROLE: Role = Role::Retrieval;
    const ACCESS: Access = Access::AccessToken;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = ();

    fn target(&self) -> Target<'_> {
        Target::template(["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"])
    }

    fn decode(&self, _: &[u8]) -> Result<(), ReadError> {
        Ok(())
    }
}

/// Makes so many calls, and waits for each.
pub(super) fn repeat(times: usize) -> Result<bool> {
    let site = Site::region(Region::Eu, UserAgent::new("Acme KYC/1.0")?);
    let token = StaticToken::new(AccessToken::new(&"t".repeat(700), Some(3600))?);
    let client = Client::new(site.clone(), Authorized::new(Memory, token, &site));
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        for _ in 0..times {
            client.send(&Unread).await?;
        }
        Ok(true)
    })
}

/// The median of the rounds, for one call.
pub(super) fn nanoseconds() -> Result<f64> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let (done, turn) = turn(|| repeat(CALLS));
        ensure!(done?);
        rounds.push(turn.cpu * 1e9 / CALLS as f64);
    }
    Ok(median(rounds))
}
