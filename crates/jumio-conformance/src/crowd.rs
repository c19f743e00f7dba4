//! Several workers that ask a store at once.

use std::sync::Arc;
use std::time::Duration;

use jumio_flow::machine::Flow;
use jumio_flow::{Delivered, Filter, FlowKey, FlowStore, Hint, HintAddress, NewFlow, Owner, StoreError};

use crate::flows::{at, opened, opening};

const LEASE: Duration = Duration::from_secs(60);

fn new_flow(name: &str, flow: Flow) -> NewFlow {
    NewFlow::new(FlowKey::new(name), "test", flow)
}

/// Several workers that ask at once never get the same flow, and between them they get all.
pub async fn no_flow_is_taken_twice<S: FlowStore + 'static>(workers: Vec<Arc<S>>) {
    const FLOWS: usize = 200;
    for number in 0..FLOWS {
        workers[0].insert(new_flow(&format!("crowd-{number}"), opening("crowd")), at(0)).await.unwrap();
    }
    let taking = workers.iter().enumerate().flat_map(|(number, store)| {
        (0..3).map(move |task| {
            let (store, owner) = (Arc::clone(store), Owner::new(format!("{number}-{task}")));
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Some((lease, _)) = store.claim_due("test", &owner, at(1), LEASE).await.unwrap() {
                    taken.push(lease.key);
                }
                taken
            })
        })
    });
    let mut taken = Vec::new();
    for task in taking.collect::<Vec<_>>() {
        taken.extend(task.await.unwrap());
    }
    // A flow that was passed over while another worker was just looking at it is found by whoever asks next.
    while let Some((lease, _)) = workers[0].claim_due("test", &Owner::new("last"), at(1), LEASE).await.unwrap() {
        taken.push(lease.key);
    }
    assert_eq!(taken.len(), FLOWS);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), FLOWS, "a flow was taken twice");
    assert_eq!(workers[0].list(&Filter::all()).await.unwrap().len(), FLOWS);
}

/// A thousand copies at once are one.
pub async fn copies_are_one<S: FlowStore + 'static>(workers: Vec<Arc<S>>) {
    let copies = (0..1_000).map(|number| {
        let store = Arc::clone(&workers[number % workers.len()]);
        let hint = Hint::new(HintAddress::Execution("copied".into()), None, "1");
        tokio::spawn(async move { store.deliver(&hint, at(0)).await.unwrap() })
    });
    let mut new = 0;
    for copy in copies.collect::<Vec<_>>() {
        new += usize::from(copy.await.unwrap() == Delivered::New);
    }
    assert_eq!(new, 1);
}

/// What a worker cannot read keeps no other flow waiting, however much of it there is. `reader` lacks the key with which
/// `sealer` seals.
pub async fn what_cannot_be_read_is_passed_over<S: FlowStore + 'static>(reader: &S, sealer: &S) {
    for number in 0..150 {
        sealer.insert(new_flow(&format!("strange-{number}"), opening("a")), at(0)).await.unwrap();
    }
    // One flow with more hints than a worker looks at first.
    sealer.insert(new_flow("strange-hinted", opened("strange")), at(0)).await.unwrap();
    for number in 0..150 {
        let hint = Hint::new(HintAddress::Execution("strange".into()), None, number.to_string());
        sealer.deliver(&hint, at(0)).await.unwrap();
    }
    reader.insert(new_flow("sound-timer", opening("a")), at(1)).await.unwrap();
    reader.insert(new_flow("sound-hinted", opened("sound")), at(1)).await.unwrap();
    reader.deliver(&Hint::new(HintAddress::Execution("sound".into()), None, "1"), at(1)).await.unwrap();
    let listed = reader.list(&Filter::all()).await.unwrap();
    assert_eq!((listed.len(), listed.unreadable.len()), (2, 151), "a list names them and goes on");
    assert!(matches!(listed.unreadable[0].error, StoreError::Sealed(_)), "{:?}", listed.unreadable[0]);
    let page = reader.list(&Filter::all().limit(10)).await.unwrap();
    assert_eq!((page.len(), page.unreadable.len()), (0, 10));
    let rest = reader.list(&Filter::all().after(page.last.unwrap())).await.unwrap();
    assert_eq!((rest.len(), rest.unreadable.len()), (2, 141), "page by page, too");
    let due = async |store: &S| {
        let taken = store.claim_due("test", &Owner::new("owner"), at(2), LEASE).await.unwrap();
        taken.map(|(lease, _)| lease.key.as_str().to_owned())
    };
    let mut taken = [due(reader).await, due(reader).await];
    taken.sort();
    assert_eq!(taken, [Some("sound-hinted".to_owned()), Some("sound-timer".to_owned())]);
    assert_eq!(due(reader).await, None, "nothing else can be read");
    assert!(due(sealer).await.is_some_and(|key| key.starts_with("strange-")), "nor is it taken away from who can");
}
