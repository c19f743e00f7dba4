//! Cases that hold for both databases beyond the suite that every store passes.

use std::sync::Arc;

use jumio_flow::{Filter, FlowStore, Owner};

use super::{LEASE, at, new_flow, opening};

/// Several workers that ask at once never get the same flow, and between them they get all.
pub(crate) async fn no_flow_is_taken_twice<S: FlowStore + 'static>(workers: Vec<Arc<S>>) {
    const FLOWS: usize = 200;
    for number in 0..FLOWS {
        workers[0].insert(new_flow(&format!("crowd-{number}"), opening()), at(0)).await.unwrap();
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
pub(crate) async fn copies_are_one<S: FlowStore + 'static>(workers: Vec<Arc<S>>) {
    use jumio_flow::{Delivered, Hint, HintAddress};

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
