//! Under a flood many callbacks share a commit; each is answered for itself, and a crowd is told so.
#![cfg(feature = "group-commit")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use jumio_callback::{Accepted, Answer, GroupCommit, Knock, Notification, Receiver, Sink, SinkError};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

/// Commits one group for each permit; notes how large they were, those that wait for one as well.
struct Disk {
    permits: Semaphore,
    begun: Mutex<Vec<usize>>,
    groups: Mutex<Vec<usize>>,
}

impl Disk {
    fn new(permits: usize) -> Arc<Self> {
        Arc::new(Self { permits: Semaphore::new(permits), begun: Mutex::default(), groups: Mutex::default() })
    }
}

#[async_trait]
impl Sink for Disk {
    async fn accept(&self, _: Notification) -> Result<Accepted, SinkError> {
        panic!("one at a time was not asked for")
    }

    async fn accept_all(&self, notifications: Vec<Notification>) -> Vec<Result<Accepted, SinkError>> {
        self.begun.lock().unwrap().push(notifications.len());
        self.permits.acquire().await.unwrap().forget();
        self.groups.lock().unwrap().push(notifications.len());
        let answer = |notification: Notification| match notification.execution.as_ref().unwrap().as_str() {
            "twice" => Ok(Accepted::Duplicate),
            "stranger" => Ok(Accepted::NotForUs),
            "full" => Err(SinkError::new("disk full")),
            "poison" => panic!("a bug"),
            _ => Ok(Accepted::New),
        };
        notifications.into_iter().map(answer).collect()
    }
}

fn body(execution: &str) -> Vec<u8> {
    format!(r#"{{"workflowExecution":{{"id":"{execution}"}}}}"#).into()
}

async fn knock(receiver: Receiver<GroupCommit>, execution: &'static str) -> (&'static str, Answer) {
    (execution, receiver.receive(Knock::new(&body(execution)).with_key(Some("k"))).await)
}

/// As many callers as there are executions, all waiting for the disk.
async fn callers(
    disk: &Arc<Disk>,
    executions: &[&'static str],
) -> (Receiver<GroupCommit>, JoinSet<(&'static str, Answer)>) {
    let receiver = Receiver::new(GroupCommit::new(Arc::clone(disk)));
    let mut callers = JoinSet::new();
    for execution in executions {
        callers.spawn(knock(receiver.clone(), execution));
    }
    (receiver, callers)
}

/// Lets the others go on until it is so. Nothing here waits for time, so a thousand turns are plenty.
async fn until(is_so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if is_so() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never was so");
}

#[tokio::test]
async fn those_who_wait_share_a_commit_and_get_their_own_answers() {
    let disk = Disk::new(0);
    let (_, callers) = callers(&disk, &["w", "twice", "stranger", "full", "w"]).await;
    tokio::task::yield_now().await;
    disk.permits.add_permits(5);
    let mut answers = callers.join_all().await;
    answers.sort_by_key(|(execution, _)| *execution);
    let expected = [
        ("full", Answer::Unavailable),
        ("stranger", Answer::Refused),
        ("twice", Answer::Stored),
        ("w", Answer::Stored),
        ("w", Answer::Stored),
    ];
    assert_eq!(answers, expected);
    assert!(disk.groups.lock().unwrap().len() <= 2, "{:?}", disk.groups);
}

#[tokio::test]
async fn the_next_group_is_ready_before_the_last_one_is_committed_and_no_more_than_three_are_under_way() {
    let disk = Disk::new(0);
    let (receiver, mut callers) = callers(&disk, &["w"]).await;
    let mut begun_after = async |more: usize| {
        for _ in 0..more {
            callers.spawn(knock(receiver.clone(), "w"));
        }
        // Each of the tasks has nothing more to do after a few turns.
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        disk.begun.lock().unwrap().clone()
    };
    assert_eq!(begun_after(0).await, [1]);
    assert_eq!(begun_after(15).await, [1], "few wait for the end of the first");
    assert_eq!(begun_after(1).await, [1, 8], "half of those who call");
    assert_eq!(begun_after(8).await, [1, 8, 12]);
    assert_eq!(begun_after(100).await, [1, 8, 12], "a fourth waits until one is committed");
    disk.permits.add_permits(1);
    assert_eq!(begun_after(0).await, [1, 8, 12, 58]);
    disk.permits.add_permits(100);
    assert_eq!(callers.join_all().await.len(), 125);
    assert_eq!(disk.groups.lock().unwrap().iter().sum::<usize>(), 125, "each is committed once");
}

#[tokio::test]
async fn a_panic_costs_one_group() {
    let disk = Disk::new(5);
    let receiver = Receiver::new(GroupCommit::new(Arc::clone(&disk)));
    // More than are ever under way: none keeps its place.
    for _ in 0..4 {
        assert_eq!(knock(receiver.clone(), "poison").await.1, Answer::Unavailable);
    }
    assert_eq!(knock(receiver, "w").await.1, Answer::Stored);
}

#[tokio::test]
async fn when_too_many_wait_the_next_is_told_at_once() {
    let disk = Disk::new(0);
    let executions = vec!["w"; 4096 + 256];
    let (receiver, mut waiting) = callers(&disk, &executions).await;
    // The queue is full when one of them is turned away; nothing else can finish before a permit is given.
    while waiting.try_join_next().is_none_or(|joined| joined.unwrap().1 != Answer::Unavailable) {
        waiting.spawn(knock(receiver.clone(), "w"));
        tokio::task::yield_now().await;
    }
    disk.permits.add_permits(1000);
    let stored = waiting.join_all().await.into_iter().filter(|(_, answer)| *answer == Answer::Stored).count();
    assert!(stored >= 4096, "{stored}");
}

/// Says whether it needs what came, and waits for ever.
struct Stuck {
    wants_body: bool,
}

#[async_trait]
impl Sink for Stuck {
    async fn accept(&self, _: Notification) -> Result<Accepted, SinkError> {
        std::future::pending().await
    }

    fn wants_body(&self, _: &Notification) -> bool {
        self.wants_body
    }
}

/// How many of the longest callbacks wait before one is turned away; 400, where all of them do.
async fn long_ones_that_wait(wants_body: bool) -> usize {
    let receiver = Receiver::new(GroupCommit::new(Stuck { wants_body }));
    let body: Vec<u8> = format!(r#"{{"workflowExecution":{{"id":"w"}},"x":"{}"}}"#, "x".repeat(60_000)).into();
    for waiting in 0..400 {
        let knock = receiver.receive(Knock::new(&body).with_key(Some("k")));
        // Whoever waits goes away: what they brought stays queued.
        if tokio::time::timeout(std::time::Duration::ZERO, knock).await.is_ok() {
            return waiting;
        }
    }
    400
}

#[tokio::test]
async fn what_waits_is_bounded_in_bytes_and_what_is_not_needed_takes_no_room() {
    let waiting = long_ones_that_wait(true).await;
    assert_eq!(waiting, 4096 * 4096 / 60_035, "16 MiB");
    assert_eq!(long_ones_that_wait(false).await, 400);
}

#[tokio::test]
async fn what_is_queued_is_stored_after_everybody_is_gone() {
    let disk = Disk::new(0);
    let (receiver, mut callers) = callers(&disk, &["w"]).await;
    until(|| !disk.begun.lock().unwrap().is_empty()).await;
    for _ in 0..10 {
        callers.spawn(knock(receiver.clone(), "w"));
    }
    tokio::task::yield_now().await;
    drop((receiver, callers)); // the callers' tasks are aborted
    assert_eq!(*disk.begun.lock().unwrap(), [1], "ten are queued behind the first");
    disk.permits.add_permits(2);
    until(|| disk.groups.lock().unwrap().iter().sum::<usize>() == 11).await;
}
