//! Drives flows and shows what happens, until each has ended or stalled, the time to wait is over, or somebody interrupts.
//!
//! Stopping closes the gate and then waits for the calls that must not be cut off: their outcome would be unknown.

mod signal;
mod track;

use std::collections::HashMap;
use std::time::Duration;

use jumio_flow::machine::By;
use jumio_flow::{FlowError, FlowKey, FlowRecord, Flows, Progress};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::JoinSet;

use self::signal::Interrupts;
use self::track::Tracks;
use crate::exit_code::Exit;
use crate::gate::Gate;
use crate::report::{Report, Ways};
use crate::stop::{Stop, with_causes};

/// How often it is looked whether a call is over.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How to follow.
pub(crate) struct Following<'a> {
    pub(crate) flows: &'a Flows,
    pub(crate) gate: &'a Gate,
    /// How long to wait.
    pub(crate) wait: Duration,
    /// Whether callbacks are listened for.
    pub(crate) listening: bool,
    /// Which ways in are shown where a person is to upload.
    pub(crate) ways: Ways,
}

/// A flow that is not followed any more.
pub(crate) struct Followed {
    pub(crate) record: FlowRecord,
    /// The exit code where the flow could still be followed.
    pub(crate) otherwise: Exit,
}

/// Follows flows; gives them back in the same order.
pub(crate) async fn follow(
    following: Following<'_>,
    records: Vec<FlowRecord>,
    report: &mut Report,
) -> Result<Vec<Followed>, Stop> {
    let Following { flows, gate, wait, listening, ways } = following;
    let mut progress = flows.progress();
    let mut interrupts = Interrupts::catch().map_err(|error| Stop::internal(&error))?;
    let keys: Vec<FlowKey> = records.iter().map(|record| record.key.clone()).collect();
    let mut tracks = Tracks::new(records, listening, ways);
    tracks.hand_out_again(report);

    let mut driving = JoinSet::new();
    for key in &keys {
        let (flows, key) = (flows.clone(), key.clone());
        driving.spawn(async move { (key.clone(), resume_and_drive(&flows, &key).await) });
    }
    let over = tokio::time::sleep(wait);
    tokio::pin!(over);
    let mut why = None;
    let mut failed = HashMap::new();
    loop {
        tracks.take(&mut progress, flows, report).await?;
        if why.is_none() && tracks.nobody_can_go_on() {
            why = Some(Exit::StillRunning);
            gate.close();
        }
        if why.is_some() && !is_calling(flows, &keys, gate).await? {
            break;
        }
        tokio::select! {
            biased;
            seen = progress.recv() => tracks.see(seen, &mut progress, flows, report).await?,
            () = interrupts.next() => match why {
                Some(Exit::Interrupted) => break,
                _ => {
                    why = Some(Exit::Interrupted);
                    gate.close();
                    if is_calling(flows, &keys, gate).await? {
                        report.note("stopping when the call under way is over; once more stops at once");
                    }
                }
            },
            () = &mut over, if why.is_none() => {
                why = Some(Exit::StillRunning);
                gate.close();
            }
            done = driving.join_next() => match done {
                Some(Ok((_, Ok(())))) => {}
                Some(Ok((key, Err(error)))) => {
                    report.warn(&format!("flow {key}: {}", with_causes(&error)));
                    failed.insert(key, exit_of(&error));
                }
                // Cut off or panicked: the flow stands as it was last saved.
                Some(Err(_)) => {}
                None => break,
            },
            // What tells that a call has begun or ended may come from nowhere: then it is looked up.
            () = tokio::time::sleep(LOOK_AGAIN), if why.is_some() => {}
        }
    }
    driving.shutdown().await;
    tracks.take(&mut progress, flows, report).await?;
    report.quiet();
    let otherwise = why.unwrap_or(Exit::StillRunning);
    let mut followed = Vec::with_capacity(keys.len());
    for key in &keys {
        let record = flows.get(key).await.map_err(|error| stop(key, &error))?;
        followed.push(Followed { record, otherwise: failed.get(key).copied().unwrap_or(otherwise) });
    }
    Ok(followed)
}

/// Whoever follows a flow that stalled wants it to go on.
async fn resume_and_drive(flows: &Flows, key: &FlowKey) -> Result<(), FlowError> {
    if flows.get(key).await?.flow.stalled().is_some() {
        flows.resume(key, &By::new("cli", "followed on the command line")).await?;
    }
    flows.drive(key).await.map(drop)
}

/// Whether a call is under way that may be made once only. Certain once the gate is closed.
async fn is_calling(flows: &Flows, keys: &[FlowKey], gate: &Gate) -> Result<bool, Stop> {
    if gate.is_passed_now() {
        return Ok(true);
    }
    for key in keys {
        let record = flows.get(key).await.map_err(|error| stop(key, &error))?;
        if record.flow.pending().is_some_and(|pending| pending.begun && pending.op.is_once()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// How a flow stands that this process cannot go on with.
fn exit_of(error: &FlowError) -> Exit {
    match error {
        FlowError::TakenOver(_) => Exit::StillRunning,
        _ => Exit::Internal,
    }
}

fn stop(key: &FlowKey, error: &FlowError) -> Stop {
    let advice = format!("nothing is lost that was saved; then: jumio resume {key}");
    Stop::internal(error).about(key.as_str()).advise(advice)
}

type Seen = Result<Progress, RecvError>;

impl Tracks {
    /// Takes everything that is already there.
    async fn take(
        &mut self,
        progress: &mut broadcast::Receiver<Progress>,
        flows: &Flows,
        report: &mut Report,
    ) -> Result<(), Stop> {
        loop {
            let seen = match progress.try_recv() {
                Ok(news) => Ok(news),
                Err(TryRecvError::Lagged(missed)) => Err(RecvError::Lagged(missed)),
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Ok(()),
            };
            self.see(seen, progress, flows, report).await?;
        }
    }

    async fn see(
        &mut self,
        seen: Seen,
        progress: &mut broadcast::Receiver<Progress>,
        flows: &Flows,
        report: &mut Report,
    ) -> Result<(), Stop> {
        match seen {
            Ok(news) => self.news(news, flows, report).await,
            Err(RecvError::Lagged(_)) => {
                // Listens anew first, so that nothing falls between; what is then seen twice is shown once.
                *progress = flows.progress();
                self.catch_up(flows, report).await
            }
            Err(RecvError::Closed) => Ok(()),
        }
        .map_err(|(key, error)| stop(&key, &error))
    }
}
