//! What was shown of each flow, so that the next moment is shown once and in the right words.

use std::collections::HashMap;

use jumio_flow::machine::{Flow, Moment, MomentKind, Phase, Plan};
use jumio_flow::{FlowError, FlowKey, FlowRecord, Flows, Progress};

use crate::report::{Handout, Report, Ways};
use crate::wording::{self, Step, Surroundings, span};

/// Several flows that are followed.
pub(super) struct Tracks {
    tracks: HashMap<FlowKey, Track>,
    listening: bool,
    ways: Ways,
}

struct Track {
    flow: Flow,
    /// How its lines begin, where there are several flows.
    whose: Option<String>,
    before: Option<MomentKind>,
    /// How many of its moments were shown or are older than this process.
    shown: u64,
    /// Shown from the saved timeline, and perhaps still on their way through the channel.
    ahead: Vec<Moment>,
    /// Whether it was said that another process holds the flow.
    held: bool,
    /// Whether a person is to upload and got no way in.
    shut_out: bool,
}

type Failed = (FlowKey, FlowError);

impl Tracks {
    pub(super) fn new(records: Vec<FlowRecord>, listening: bool, ways: Ways) -> Self {
        let several = records.len() > 1;
        let track = |record: FlowRecord| {
            let whose = several.then(|| record.key.as_str().chars().take(8).collect());
            let track = Track {
                before: record.flow.timeline().last().map(|moment| moment.kind.clone()),
                shown: record.flow.noted(),
                flow: record.flow,
                whose,
                ahead: Vec::new(),
                held: false,
                shut_out: false,
            };
            (record.key, track)
        };
        Self { tracks: records.into_iter().map(track).collect(), listening, ways }
    }

    /// Whether every flow waits for a person who has no way in.
    pub(super) fn nobody_can_go_on(&self) -> bool {
        !self.tracks.is_empty() && self.tracks.values().all(|track| track.shut_out)
    }

    /// Shows the ways in of flows that wait for their person already.
    pub(super) fn hand_out_again(&mut self, report: &Report) {
        for (key, track) in &mut self.tracks {
            if matches!(track.flow.phase(), Phase::AwaitingPerson) {
                track.hand_out(key, self.ways, report);
            }
        }
    }

    pub(super) async fn news(&mut self, news: Progress, flows: &Flows, report: &mut Report) -> Result<(), Failed> {
        match news {
            Progress::Moved { key, moment } => self.moved(&key, moment, flows, report).await,
            Progress::Uploading { key, sent, total, .. } => {
                if self.tracks.contains_key(&key) {
                    report.uploading(sent, total);
                }
                Ok(())
            }
            Progress::TokenFetched { key } => {
                if let Some(track) = self.tracks.get(&key) {
                    let text = "access token received".to_owned();
                    report.step(track.whose.as_deref(), &Step { name: "token", text });
                }
                Ok(())
            }
            Progress::Held { key, .. } => {
                if let Some(track) = self.tracks.get_mut(&key).filter(|track| !track.held) {
                    track.held = true;
                    let text =
                        "another process has this flow, or had it and died: it is free again within seconds of that";
                    report.step(track.whose.as_deref(), &Step { name: "wait", text: text.to_owned() });
                    report.waiting("waiting for the other process");
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Reads what was missed from the saved timelines.
    pub(super) async fn catch_up(&mut self, flows: &Flows, report: &mut Report) -> Result<(), Failed> {
        let keys: Vec<FlowKey> = self.tracks.keys().cloned().collect();
        for key in keys {
            let record = flows.get(&key).await.map_err(|error| (key.clone(), error))?;
            let Some(track) = self.tracks.get_mut(&key) else { continue };
            let missed = usize::try_from(record.flow.noted().saturating_sub(track.shown)).unwrap_or(usize::MAX);
            let timeline = record.flow.timeline();
            let missed: Vec<Moment> = timeline.iter().skip(timeline.len().saturating_sub(missed)).cloned().collect();
            track.flow = record.flow.clone();
            for moment in &missed {
                track.show(&key, moment, self.listening, self.ways, report);
            }
            track.ahead = missed;
        }
        Ok(())
    }

    async fn moved(&mut self, key: &FlowKey, moment: Moment, flows: &Flows, report: &mut Report) -> Result<(), Failed> {
        let Some(track) = self.tracks.get_mut(key) else { return Ok(()) };
        if let Some(at) = track.ahead.iter().position(|ahead| *ahead == moment) {
            track.ahead.remove(at);
            return Ok(());
        }
        if !matches!(moment.kind, MomentKind::Calling { .. }) {
            track.flow = flows.get(key).await.map_err(|error| (key.clone(), error))?.flow;
        }
        track.show(key, &moment, self.listening, self.ways, report);
        Ok(())
    }
}

impl Track {
    fn show(&mut self, key: &FlowKey, moment: &Moment, listening: bool, ways: Ways, report: &mut Report) {
        self.shown += 1;
        let around = Surroundings { flow: &self.flow, before: self.before.as_ref(), listening };
        if let Some(step) = wording::step(moment, around) {
            report.step(self.whose.as_deref(), &step);
        }
        match &moment.kind {
            MomentKind::Calling { op } => report.doing(*op, &self.flow),
            MomentKind::Succeeded { op } if op.is_opening() => self.hand_out(key, ways, report),
            MomentKind::Waiting { until } => {
                let wait = (*until - moment.at).to_std().unwrap_or_default();
                let what = match self.flow.phase() {
                    Phase::AwaitingPerson => "waiting for the person",
                    Phase::AwaitingResult | Phase::Fetching => "waiting for the result",
                    _ => "waiting to try again",
                };
                report.waiting(&format!("{what}, {} at most", span(wait)));
            }
            _ => {}
        }
        self.before = Some(moment.kind.clone());
    }

    /// Shows the way in, where a person is to go it.
    fn hand_out(&mut self, key: &FlowKey, ways: Ways, report: &Report) {
        if !matches!(self.flow.spec().plan, Plan::Person) {
            return;
        }
        let Some(handout) = Handout::of(&self.flow, ways) else { return };
        if ways.link && handout.link.is_none() {
            report.warn(
                "Jumio gave no link: the workflow has no web channel, or the portal has no domain prefix for it; see to that in the portal",
            );
        }
        if ways.sdk_token && handout.sdk_token.is_none() {
            report.warn("Jumio gave no SDK token: the workflow has no SDK channel; see to that in the portal");
        }
        self.shut_out = handout.link.is_none() && handout.sdk_token.is_none();
        report.hand_out(key.as_str(), &handout);
    }
}
