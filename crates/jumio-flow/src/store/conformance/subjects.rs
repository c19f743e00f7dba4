//! Cases: one unfinished flow for a subject, where that is asked for.

use std::sync::Arc;

use super::states::{PROFILE, add, at, end, ended, key, names, new_flow, opening, parked, take, to_be_erased, waiting};
use crate::store::FlowStore;
use crate::store::record::{Filter, Inserted, NewFlow, Turn};

/// So many start at once.
const CROWD: usize = 16;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_second_one_is_refused_until_the_first_has_ended(open("exclusive").await.as_ref()).await;
    a_flow_that_came_to_its_end_is_nobodys_rival(open("exclusive-erasing").await.as_ref()).await;
    only_who_asks_is_refused(open("shared-subject").await.as_ref()).await;
    of_many_at_once_one_is_added(open("exclusive-crowd").await, open("exclusive-crowd").await).await;
}

fn exclusive(name: &str) -> NewFlow {
    new_flow(name, opening()).about("s").exclusive()
}

async fn insert(store: &dyn FlowStore, new: NewFlow) -> Inserted {
    store.insert(new, at(0)).await.expect("insert")
}

async fn a_second_one_is_refused_until_the_first_has_ended(store: &dyn FlowStore) {
    add(store, exclusive("a")).await;
    let taken = Inserted::SubjectTaken { by: key("a") };
    assert_eq!(insert(store, exclusive("b")).await, taken);
    assert_eq!(insert(store, exclusive("a")).await, Inserted::Exists, "a repeated start is not its own rival");
    assert_eq!(names(store, Filter::all()).await, ["a"], "nothing was added");
    assert!(store.audit(&key("b")).await.expect("audit").is_empty(), "nor written down");
    let lease = take(store, "a", "a", at(1)).await;
    let mut flow = waiting("w", at(1));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(1)).await.expect("commit"));
    assert_eq!(insert(store, exclusive("b")).await, taken, "it moved, and has not ended");
    end(&mut flow, at(2));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(2)).await.expect("commit"));
    assert_eq!(insert(store, exclusive("b")).await, Inserted::New);
    assert_eq!(insert(store, exclusive("a")).await, Inserted::Exists, "the key stays taken");
    let lease = take(store, "b", "a", at(3)).await;
    assert!(store.erase(&lease, None, at(3)).await.expect("erase"));
    assert_eq!(insert(store, exclusive("c")).await, Inserted::New, "an erased flow is nobody's rival");
}

/// What is still to be kept or erased may take years, where somebody holds it back; an unknown end has to be settled first.
async fn a_flow_that_came_to_its_end_is_nobodys_rival(store: &dyn FlowStore) {
    add(store, new_flow("erasing", to_be_erased("v", at(0))).about("s")).await;
    add(store, exclusive("a")).await;
    let lease = take(store, "a", "a", at(1)).await;
    let flow = to_be_erased("w", at(1));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(1)).await.expect("commit"));
    assert_eq!(insert(store, exclusive("b")).await, Inserted::New);
    let lease = take(store, "b", "a", at(1)).await;
    let flow = parked(at(1));
    assert!(store.commit(&lease, Turn::new(&flow, &[]), at(1)).await.expect("commit"));
    assert_eq!(insert(store, exclusive("c")).await, Inserted::SubjectTaken { by: key("b") });
    let unfinished = names(store, Filter::all().unfinished()).await;
    assert_eq!(unfinished, ["erasing", "a", "b"], "there is still something to do for all of them");
}

async fn only_who_asks_is_refused(store: &dyn FlowStore) {
    add(store, new_flow("over", ended("v", at(0))).about("s").exclusive()).await;
    add(store, new_flow("a", opening()).about("s")).await;
    assert_eq!(insert(store, exclusive("b")).await, Inserted::SubjectTaken { by: key("a") }, "of whatever kind it is");
    add(store, new_flow("c", opening()).about("s")).await;
    add(store, new_flow("d", opening()).exclusive()).await;
    add(store, new_flow("e", opening()).exclusive()).await;
    add(store, new_flow("f", opening()).about("t").exclusive()).await;
    add(store, NewFlow::new(key("g"), "elsewhere", opening()).about("s").exclusive()).await;
    add(store, new_flow("h", opening()).about("t")).await;
    assert_eq!(names(store, Filter::all().of_profile(PROFILE)).await, ["over", "a", "c", "d", "e", "f", "h"]);
}

async fn of_many_at_once_one_is_added(first: Arc<dyn FlowStore>, second: Arc<dyn FlowStore>) {
    let starting = (0..CROWD).map(|number| {
        let store = Arc::clone(if number % 2 == 0 { &first } else { &second });
        tokio::spawn(async move { (number, insert(store.as_ref(), exclusive(&format!("{number}"))).await) })
    });
    let (mut added, mut rivals) = (Vec::new(), Vec::new());
    for one in starting.collect::<Vec<_>>() {
        match one.await.expect("a start") {
            (number, Inserted::New) => added.push(number.to_string()),
            (_, Inserted::SubjectTaken { by }) => rivals.push(by.as_str().to_owned()),
            (_, Inserted::Exists) => {}
        }
    }
    assert_eq!(added.len(), 1, "one of them");
    assert_eq!(rivals, vec![added.concat(); CROWD - 1], "and the others know which");
    assert_eq!(names(first.as_ref(), Filter::all()).await, added);
}
