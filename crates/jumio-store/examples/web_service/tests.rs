//! The service as its user meets it: a process, a form in, a decision out; it is killed and started again in between.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use jumio_flow::{FlowKey, FlowStore as _};
use jumio_simulator::Simulator;
use jumio_store::{KeyFile, Sealed, Sqlite};

/// Tells the child process, which is this same test run again, to be the service.
const CHILD: &str = "JUMIO_STORE_TEST_WEB_SERVICE";
const NAME: &str = "tests::a_form_goes_in_and_the_decision_comes_out";
const PDF: &[u8] = include_bytes!("../../../../fixtures/documents/bank-statement.pdf");

#[test]
fn a_form_goes_in_and_the_decision_comes_out() {
    if std::env::var_os(CHILD).is_some() {
        return super::main().unwrap();
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let simulator = Simulator::builder().processing_delay(Duration::from_millis(100));
    let simulator = runtime.block_on(simulator.start()).unwrap();
    let folder = tempfile::tempdir().unwrap();

    let service = Service::start(&simulator, folder.path(), "127.0.0.1:0");
    let form = service.ask("GET", "/", "", b"");
    assert!(form.contains(r#"name="order""#) && form.contains(r#"name="pdf""#), "{form}");
    for click in 1..=2 {
        let answer = service.send("order-17", PDF);
        assert!(answer.starts_with("HTTP/1.1 303 ") && answer.contains("location: /orders/order-17\r\n"), "{click}");
    }
    assert!(service.send("", PDF).starts_with("HTTP/1.1 400 "), "Jumio takes no empty reference");
    let decision = service.decision("order-17");
    assert!(decision.ends_with("Some(Stored)"), "PASSED of a Doc Proof means stored: {decision}");
    assert!(service.ask("GET", "/orders/order-18", "", b"").starts_with("HTTP/1.1 404 "));

    let transactions = simulator.transactions();
    assert_eq!(transactions.len(), 1, "two clicks and one transaction");
    assert_eq!(transactions[0].succeeded("upload_document"), 1);
    let callbacks: Vec<_> = transactions[0].callbacks.iter().flat_map(|callback| &callback.answers).collect();
    assert_eq!(callbacks, ["200"], "Jumio called back, and was heard");

    let bare = runtime.block_on(callback_key(folder.path(), "order-17"));
    let body = br#"{"workflowExecution":{"id":"w","status":"PROCESSED"}}"#;
    let answer = service.ask("POST", &format!("/jumio/{bare}"), "content-type: application/json\r\n", body);
    assert!(answer.starts_with("HTTP/1.1 404 "), "a key that nobody signed has no end: {answer}");

    let address = service.address.clone();
    drop(service);
    let service = Service::start(&simulator, folder.path(), &address);
    assert_eq!(service.decision("order-17"), decision, "what was acknowledged is durable");
}

/// The key of a flow, as it is in the store: without a signature.
async fn callback_key(folder: &Path, order: &str) -> String {
    let key = KeyFile::open(folder.join("flows.key")).unwrap();
    let store = Sqlite::open(folder.join("flows.db"), Sealed::new(&key)).await.unwrap();
    let record = store.load(&FlowKey::new(order)).await.unwrap().unwrap();
    record.callback_key.unwrap().expose().to_owned()
}

/// The book's page shows the service as it is.
#[test]
fn the_page_shows_this_service() {
    let page = include_str!("../../../../docs/web-service.md");
    let code = include_str!("main.rs").split_once("\n\n").unwrap().1;
    let (code, _) = code.split_once("\n#[cfg(test)]").unwrap();
    let (_, code) = code.split_once("\n\n").unwrap();
    assert!(page.contains(code), "docs/web-service.md shows another main.rs: copy it anew");
    let lines = code.lines().filter(|line| !line.is_empty()).count();
    assert!(lines < 100, "{lines} lines are too many to be read at a glance");
}

struct Service {
    process: Child,
    address: String,
}

impl Service {
    fn start(simulator: &Simulator, folder: &Path, listen: &str) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(CHILD, "1")
            .env("JUMIO_BASE", simulator.base_url())
            .env("JUMIO_ID", simulator.client_id())
            .env("JUMIO_SECRET", simulator.client_secret())
            .env("KYC_FOLDER", folder)
            .env("KYC_LISTEN", listen)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        // The test's own output may stand before it on the same line.
        let address = lines.find_map(|line| Some(line.split_once("listening, http://")?.1.to_owned()));
        let address = address.unwrap_or_else(|| panic!("the service does not start: {:?}", process.wait()));
        Self { process, address }
    }

    /// One request over a connection of its own; the answer, head and body.
    fn ask(&self, method: &str, path: &str, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n{head}\r\n"
        );
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Sends the form as a browser does.
    fn send(&self, order: &str, pdf: &[u8]) -> String {
        let field = |name: &str| format!("--edge\r\ncontent-disposition: form-data; name=\"{name}\"");
        let order = format!("{}\r\n\r\n{order}\r\n", field("order"));
        let file = format!("{}; filename=\"a.pdf\"\r\ncontent-type: application/pdf\r\n\r\n", field("pdf"));
        let body = [order.as_bytes(), file.as_bytes(), pdf, b"\r\n--edge--\r\n"].concat();
        self.ask("POST", "/", "content-type: multipart/form-data; boundary=edge\r\n", &body)
    }

    /// Looks at the order's page again and again, as the page itself does, until the decision is there.
    fn decision(&self, order: &str) -> String {
        loop {
            let page = self.ask("GET", &format!("/orders/{order}"), "", b"");
            assert!(page.starts_with("HTTP/1.1 200 "), "{page}");
            if !page.contains("http-equiv=\"refresh\"") {
                return page.split_once("\r\n\r\n").unwrap().1.to_owned();
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // SIGKILL: nothing of it runs any more.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
