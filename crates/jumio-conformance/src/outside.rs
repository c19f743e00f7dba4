//! What happens outside of the workers: Jumio's callbacks, the person on the hosted page, and time.

use std::io::{Read as _, Write as _};

use chrono::Utc;
use jumio_flow::{FlowRecord, FlowStore, Hint, HintAddress};
use jumio_model::WorkflowStatus;

use crate::kinds::{Collected, Expires, Heard};
use crate::scene::Scene;

impl<S: FlowStore> Scene<S> {
    /// The person's part on the hosted page, and that of time.
    pub(crate) fn be_the_person(&self, records: &[FlowRecord]) {
        for transaction in self.simulator.transactions().iter().skip(self.others) {
            let (id, status) = (&transaction.workflow_execution_id, transaction.status.as_str());
            let is_open = matches!(status, "INITIATED" | "ACQUISITION_STARTED");
            let its_own = |record: &&FlowRecord| record.key.as_str() == transaction.customer_internal_reference;
            // Nothing more comes of it, however far it is.
            let is_parked = records.iter().find(its_own).is_some_and(|record| record.flow.is_parked());
            match self.kind.expires {
                Expires::With { pages } if is_open => {
                    if is_parked || transaction.succeeded("upload_document") >= pages {
                        self.control(&format!("{id}/expire"), "");
                    }
                }
                Expires::InTheSession if status == "INITIATED" => self.set_status(id, "ACQUISITION_STARTED"),
                Expires::InTheSession if is_open => self.control(&format!("{id}/expire"), ""),
                Expires::Never if is_open && self.kind.collected == Collected::OnThePage => {
                    self.set_status(id, "PROCESSED")
                }
                _ => continue,
            }
        }
        // Nothing is held up any more once all that there is, and will be, has expired: a flow that is parked opens nothing.
        let is_over = |status: &str| matches!(status, "TOKEN_EXPIRED" | "SESSION_EXPIRED");
        let is_open = |record: &FlowRecord| record.flow.ending().is_some() || record.flow.transaction().is_some();
        if records.iter().all(is_open) && self.simulator.transactions().iter().all(|one| is_over(&one.status)) {
            self.simulator.clear_faults();
        }
    }

    fn set_status(&self, id: &str, status: &str) {
        self.control(&format!("{id}/status"), &format!(r#"{{"status":"{status}"}}"#));
    }

    /// A call of the simulator's control API. What became of it is seen in the transaction.
    fn control(&self, path: &str, body: &str) {
        let host = self.simulator.base_url().trim_start_matches("http://").trim_end_matches('/');
        let mut stream = std::net::TcpStream::connect(host).unwrap();
        let length = body.len();
        let head = format!("POST /_sim/transactions/{path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
        let call = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
        stream.write_all(call.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        // A transaction that went on meanwhile is a conflict.
        assert!(answer.starts_with("HTTP/1.1 200") || answer.starts_with("HTTP/1.1 409"), "{path}: {answer}");
    }

    /// The receiver's part: what Jumio would report of the transactions that there are.
    pub(crate) async fn hear(&self) {
        for transaction in self.simulator.transactions() {
            let done = transaction.status == "PROCESSED";
            let execution = transaction.workflow_execution_id.as_str();
            let said: &[(&str, &str, &str)] = match self.kind.heard {
                Heard::Early => &[(execution, "INITIATED", "1"), (execution, "PROCESSED", "2")],
                Heard::Late | Heard::FiveTimes if done => &[(execution, "PROCESSED", "2")],
                Heard::OfAStranger => &[("00000000-0000-4000-8000-000000000000", "PROCESSED", "2")],
                Heard::OutOfOrder if done => {
                    &[(execution, "PROCESSED", "3"), (execution, "ACQUIRED", "2"), (execution, "INITIATED", "1")]
                }
                Heard::WithAnOlderTime if done => &[(execution, "PROCESSED", "3"), (execution, "PROCESSED", "1")],
                _ => &[],
            };
            let times = if self.kind.heard == Heard::FiveTimes { 5 } else { 1 };
            for (execution, status, sent_at) in said.iter().cycle().take(said.len() * times) {
                let status = WorkflowStatus::from(*status);
                let identity = format!("{} {sent_at}", status.as_str());
                let hint = Hint::new(HintAddress::Execution((*execution).into()), Some(status), identity);
                self.store.deliver(&hint, Utc::now()).await.unwrap();
            }
        }
    }
}
