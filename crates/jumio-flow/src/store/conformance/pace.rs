//! Cases: a bucket is one for all who share the store.

use std::sync::Arc;
use std::time::Duration;

use super::states::at;
use crate::store::FlowStore;
use crate::store::pace::Rate;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    let (first, second) = (open("pace").await, open("pace").await);
    let rate = Rate::every(Duration::from_millis(250)).with_burst(2);
    let mut went = Vec::new();
    for number in 0..6 {
        let store = if number % 2 == 0 { &first } else { &second };
        let place = store.reserve("eu/account", rate, at(0)).await.expect("reserve");
        went.push((place - at(0)).num_milliseconds());
    }
    assert_eq!(went, [0, 0, 250, 500, 750, 1_000], "one pace for both");
    let other = first.reserve("us/account", rate, at(0)).await.expect("reserve");
    assert_eq!(other, at(0), "another bucket has its own");
    let later = first.reserve("eu/account", rate, at(60)).await.expect("reserve");
    assert_eq!(later, at(60), "a pause fills it");
    many_at_once(&first, &second).await;
    let days = 3 * 24 * 60 * 60;
    first.reserve("eu/ahead", rate, at(days)).await.expect("reserve");
    let place = second.reserve("eu/ahead", rate, at(0)).await.expect("reserve");
    assert_eq!(place, at(0), "what a clock left that was ahead keeps nobody waiting");
}

/// Those who ask at the same moment get different places.
async fn many_at_once(first: &Arc<dyn FlowStore>, second: &Arc<dyn FlowStore>) {
    let rate = Rate::every(Duration::from_millis(10));
    let asking = (0..16).map(|number| {
        let store = Arc::clone(if number % 2 == 0 { first } else { second });
        tokio::spawn(async move { store.reserve("crowd", rate, at(0)).await.expect("reserve") })
    });
    let mut places = Vec::new();
    for place in asking.collect::<Vec<_>>() {
        places.push((place.await.expect("asked") - at(0)).num_milliseconds());
    }
    places.sort_unstable();
    assert_eq!(places, (0..16).map(|number| number * 10).collect::<Vec<_>>());
}
