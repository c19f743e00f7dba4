//! Cases: outcomes stay in the feed until they are acknowledged.

use std::sync::Arc;

use super::states::{LEASE, PROFILE, add, at, end, ended, key, new_flow, take, waiting};
use crate::store::FlowStore;
use crate::store::feed::FeedEntry;
use crate::store::record::{NewFlow, Turn};

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    an_ending_enters_the_feed_with_its_turn(open("feed").await.as_ref()).await;
    an_entry_comes_again_until_it_is_acknowledged(open("feed-again").await.as_ref()).await;
    the_oldest_come_first_and_no_more_than_asked(open("feed-order").await.as_ref()).await;
    what_a_wrong_clock_left_comes_soon(open("feed-ahead").await.as_ref()).await;
    the_feed_outlives_the_process(open).await;
}

async fn taken(store: &dyn FlowStore, seconds: i64, most: usize) -> Vec<FeedEntry> {
    store.take_outcomes(PROFILE, at(seconds), LEASE, most).await.expect("take_outcomes")
}

fn names(entries: &[FeedEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.key.as_str()).collect()
}

async fn finish(store: &dyn FlowStore, name: &str, seconds: i64) {
    let lease = take(store, name, "a", at(seconds)).await;
    let mut flow = waiting(name, at(seconds));
    end(&mut flow, at(seconds));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(seconds)).await.expect("commit"));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(seconds)).await.expect("commit"), "saving it twice");
}

async fn an_ending_enters_the_feed_with_its_turn(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("a", at(0)))).await;
    assert!(taken(store, 1, 9).await.is_empty(), "it has not ended");
    let lease = take(store, "a", "a", at(1)).await;
    let mut flow = waiting("a", at(0));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(1)).await.expect("commit"));
    assert!(taken(store, 2, 9).await.is_empty(), "nor with this turn");
    end(&mut flow, at(2));
    let heir = take(store, "a", "b", at(61)).await;
    assert!(!store.commit(&lease, Turn::new(&flow, &[]), at(62)).await.expect("commit"));
    assert!(taken(store, 63, 9).await.is_empty(), "whoever lost the lease publishes nothing");
    assert!(store.commit(&heir, Turn::new(&flow, &[]), at(63)).await.expect("commit"));
    assert!(store.take_outcomes("elsewhere", at(64), LEASE, 9).await.expect("take_outcomes").is_empty());
    let entries = taken(store, 64, 9).await;
    assert_eq!(names(&entries), ["a"]);
    let entry = entries.first().expect("an entry");
    assert_eq!((entry.sequence, entry.at, entry.attempts), (1, at(63), 1));
    assert_eq!((&entry.key, entry.profile.as_str()), (&key("a"), PROFILE));
}

async fn an_entry_comes_again_until_it_is_acknowledged(store: &dyn FlowStore) {
    add(store, new_flow("a", waiting("a", at(0)))).await;
    finish(store, "a", 0).await;
    let first = taken(store, 1, 9).await;
    assert_eq!(first.len(), 1, "once, although the turn was saved twice");
    assert!(taken(store, 60, 9).await.is_empty(), "somebody is at it");
    let second = taken(store, 61, 9).await;
    assert_eq!(second.iter().map(|entry| entry.attempts).collect::<Vec<_>>(), [2], "they gave no sign of life");
    let id = second.first().expect("an entry").id;
    assert_eq!(first.first().map(|entry| entry.id), Some(id));
    store.put_off(id, at(500)).await.expect("put_off");
    assert!(taken(store, 499, 9).await.is_empty());
    assert_eq!(taken(store, 500, 9).await.len(), 1);
    store.acknowledge(id, at(501)).await.expect("acknowledge");
    store.acknowledge(id, at(502)).await.expect("a second acknowledgement is no error");
    store.put_off(id, at(0)).await.expect("nor is putting off what is gone");
    assert!(taken(store, 10_000, 9).await.is_empty());
}

/// The clock was days ahead for a while.
async fn what_a_wrong_clock_left_comes_soon(store: &dyn FlowStore) {
    const DAYS: i64 = 3 * 24 * 60 * 60;
    for name in ["new", "taken", "put-off"] {
        add(store, new_flow(name, waiting(name, at(DAYS)))).await;
    }
    for name in ["taken", "put-off"] {
        finish(store, name, DAYS).await;
    }
    let entries = taken(store, DAYS, 9).await;
    store.put_off(entries.last().expect("an entry").id, at(DAYS + 600)).await.expect("put_off");
    finish(store, "new", DAYS).await;
    assert!(taken(store, 0, 9).await.is_empty(), "somebody may be at it");
    assert!(taken(store, 59, 9).await.is_empty());
    assert_eq!(names(&taken(store, 60, 9).await), ["taken", "put-off", "new"], "as if they had been taken just then");
}

async fn the_oldest_come_first_and_no_more_than_asked(store: &dyn FlowStore) {
    for name in ["c", "a", "b"] {
        add(store, new_flow(name, waiting(name, at(0)))).await;
    }
    add(store, NewFlow::new(key("other"), "elsewhere", ended("o", at(0)))).await;
    for (seconds, name) in (1..).zip(["b", "c", "a"]) {
        finish(store, name, seconds).await;
    }
    assert!(taken(store, 9, 0).await.is_empty());
    assert_eq!(names(&taken(store, 9, 2).await), ["b", "c"]);
    assert_eq!(names(&taken(store, 9, 2).await), ["a"], "the next ones, to the next who asks");
}

async fn the_feed_outlives_the_process<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    {
        let store = open("feed-reopen").await;
        add(store.as_ref(), new_flow("a", waiting("a", at(0)))).await;
        finish(store.as_ref(), "a", 0).await;
    }
    let store = open("feed-reopen").await;
    let entries = taken(store.as_ref(), 1, 9).await;
    assert_eq!(names(&entries), ["a"]);
    store.acknowledge(entries.first().expect("an entry").id, at(2)).await.expect("acknowledge");
    drop(store);
    assert!(taken(open("feed-reopen").await.as_ref(), 1_000, 9).await.is_empty());
}
