//! A process that is killed while it writes loses nothing that it was told is durable, and leaves no half turn.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use jumio_callback::tower::CallbackService;
use jumio_callback::{GroupCommit, Receiver, Server, Sources, StoreSink};
use jumio_flow::machine::{Event, Told, step};
use jumio_flow::{Delivered, Filter, FlowKey, FlowStore, Hint, HintAddress, Turn};
use support::{at, new_flow, secretive, take};
use tokio::net::TcpListener;

/// Names the database to the child process, which is this same test run again.
const CHILD: &str = "JUMIO_STORE_TEST_KILL";
const WRITER: &str = "a_killed_writer_loses_nothing_that_it_acknowledged";
const RECEIVER: &str = "a_killed_receiver_loses_nothing_that_it_answered";
const ACKNOWLEDGED: &str = "acknowledged:";
const LISTENING: &str = "listening:";

/// Kills of one database; then a new one, so that looking through it stays quick.
const KILLS_EACH: usize = 20;
/// Kills in all, a tenth of what `cargo xtask soak` asks for.
const KILLS: usize = 1_000;
/// Who calls the receiver at once.
const CALLERS: usize = 8;

/// The database for the child process; `None` in the test itself.
fn as_child() -> Option<PathBuf> {
    std::env::var_os(CHILD).map(PathBuf::from)
}

fn child(test: &str, path: &Path) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--nocapture"]).env(CHILD, path).stdout(Stdio::piped()).spawn().unwrap()
}

/// What the child says with this mark, line by line.
fn said(child: &mut Child, mark: &'static str) -> impl Iterator<Item = String> + use<> {
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.filter_map(move |line| line.unwrap().strip_prefix(mark).map(str::to_owned))
}

fn say(mark: &str, text: &str) {
    // On a line of its own, whatever the test's own output has begun.
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{mark}{text}").unwrap();
    out.flush().unwrap();
}

/// SIGKILL: nothing of it runs any more.
fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Calls this with one database after the other, so many times in all, each time with how much is to be written.
#[allow(clippy::print_stdout, reason = "a long run says what it did")]
fn for_each_kill(mut kill: impl FnMut(&Path, usize)) {
    let kills = std::env::var("JUMIO_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let mut amounts = [1, 2, 3, 5, 9].into_iter().cycle().take(kills).peekable();
    while amounts.peek().is_some() {
        let folder = tempfile::tempdir().unwrap();
        for amount in amounts.by_ref().take(KILLS_EACH) {
            kill(&folder.path().join("flows.db"), amount);
        }
    }
    println!("{kills} kills");
}

/// Proves C1.
/// The store's part: what a call wrote is there once it returned.
#[test]
fn a_killed_writer_loses_nothing_that_it_acknowledged() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(path) = as_child() {
        return runtime.block_on(write(&path));
    }
    for_each_kill(|path, turns| {
        let mut writer = child(WRITER, path);
        let names: Vec<_> = said(&mut writer, ACKNOWLEDGED).take(turns).collect();
        kill(writer);
        assert_eq!(names.len(), turns, "the child ended by itself");
        runtime.block_on(check(path, &names));
    });
}

/// Proves C1.
/// A receiver that is killed in the middle of a flood of callbacks.
#[test]
fn a_killed_receiver_loses_nothing_that_it_answered() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if let Some(path) = as_child() {
        return runtime.block_on(receive(&path));
    }
    let mut round = 0;
    for_each_kill(|path, amount| {
        let mut receiver = child(RECEIVER, path);
        let address: SocketAddr = said(&mut receiver, LISTENING).next().unwrap().parse().unwrap();
        let (sender, answered) = channel();
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let sender = sender.clone();
                std::thread::spawn(move || flood(address, &format!("w-{round}-{caller}"), &sender))
            })
            .collect();
        drop(sender);
        let mut executions: Vec<String> = answered.iter().take(amount * CALLERS).collect();
        kill(receiver);
        assert_eq!(executions.len(), amount * CALLERS, "the receiver ended by itself");
        callers.into_iter().for_each(|caller| caller.join().unwrap());
        executions.extend(answered.try_iter());
        let kept = runtime.block_on(async {
            let kept = sqlx::query_scalar::<_, String>("SELECT execution FROM jumio_hints");
            support::sqlite::open(path).await;
            kept.fetch_all(&mut support::sqlite::raw(path).await).await.unwrap().into_iter().collect::<BTreeSet<_>>()
        });
        for execution in executions {
            assert!(kept.contains(&execution), "{execution} was answered with 200 and is not there");
        }
        round += 1;
    });
}

/// Receives callbacks until it is killed.
async fn receive(path: &Path) {
    let store: Arc<dyn FlowStore> = Arc::new(support::sqlite::open(path).await);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let sources: Sources = [address.ip()].into_iter().collect();
    let receiver = Receiver::new(GroupCommit::new(StoreSink::new(store))).sources(sources);
    say(LISTENING, &address.to_string());
    Server::default().serve(listener, CallbackService::new("/jumio", receiver), std::future::pending()).await;
}

/// Sends one callback after the other over one connection, and tells of each that was answered with 200, until nobody
/// answers any more.
fn flood(address: SocketAddr, prefix: &str, answered: &Sender<String>) {
    // The others may have had all answers that were asked for, and the receiver be killed, before this one's turn.
    let Ok(stream) = TcpStream::connect(address) else { return };
    let mut stream = BufReader::new(stream);
    for number in 0.. {
        let execution = format!("{prefix}-{number}");
        let body = format!(r#"{{"workflowExecution":{{"id":"{execution}","status":"PROCESSED"}}}}"#);
        let head = format!("POST /jumio HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len());
        if stream.get_mut().write_all(format!("{head}{body}").as_bytes()).is_err() {
            return;
        }
        let mut status = String::new();
        let mut line = String::new();
        // The answer has no body: it ends with an empty line.
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).unwrap_or_default() == 0 {
                return;
            }
            if status.is_empty() {
                status.clone_from(&line);
            }
        }
        assert!(status.starts_with("HTTP/1.1 200 "), "{status}");
        if answered.send(execution).is_err() {
            return;
        }
    }
}

fn hint_for(name: &str) -> Hint {
    Hint::new(HintAddress::Execution(name.into()), None, "1")
}

/// Writes flows without end: adds one, takes a hint in for it, saves a turn that uses the hint, and says so.
async fn write(path: &Path) {
    let store = support::sqlite::open(path).await;
    let first = store.list(&Filter::all()).await.unwrap().len();
    for name in (first..).map(|number| format!("flow-{number}")) {
        let mut flow = secretive(&name);
        store.insert(new_flow(&name, flow.clone()), at(0)).await.unwrap();
        store.deliver(&hint_for(&name), at(0)).await.unwrap();
        let lease = take(&store, &name, 0).await;
        let hints = store.hints(&FlowKey::new(&*name)).await.unwrap();
        step(&mut flow, Event::Hint(Told::new(None)), at(1));
        let used: Vec<_> = hints.iter().map(|hint| hint.id).collect();
        assert!(store.commit(&lease, Turn::new(&flow, &used), at(1)).await.unwrap());
        say(ACKNOWLEDGED, &name);
    }
}

async fn check(path: &Path, acknowledged: &[String]) {
    let store = support::sqlite::open(path).await;
    let records = store.list(&Filter::all()).await.unwrap();
    let saved: Vec<_> = records.iter().filter(|record| record.updated_at == at(1)).map(|record| &record.key).collect();
    let hints: Vec<_> = saved.iter().map(|key| hint_for(key.as_str())).collect();
    for (key, again) in saved.iter().zip(store.deliver_all(&hints, at(2)).await) {
        assert_eq!(again.unwrap(), Delivered::Duplicate, "{key:?}: its hint was used up with the turn");
    }
    for name in acknowledged {
        let key = FlowKey::new(&**name);
        assert!(saved.contains(&&key), "{name} was acknowledged and is not there");
        assert!(store.hints(&key).await.unwrap().is_empty(), "{name}");
    }
    assert!(records.len() <= saved.len() + KILLS_EACH, "at most one unfinished turn for each kill");
}
