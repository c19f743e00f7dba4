//! The in-memory store passes the suite that every store must pass, and holds no more hints than it says.

#![cfg(feature = "test-util")]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use jumio_flow::{Delivered, FlowStore, Hint, HintAddress, MOST_UNBOUND_HINTS, MemoryStore, conformance};

#[tokio::test]
async fn memory_store_conforms() {
    let stores = Mutex::new(HashMap::<String, Arc<MemoryStore>>::new());
    conformance::run_all(async |name: &str| -> Arc<MemoryStore> {
        stores.lock().unwrap().entry(name.to_owned()).or_default().clone()
    })
    .await;
}

#[tokio::test]
async fn the_oldest_unbound_hint_gives_way() {
    let store = MemoryStore::new();
    let now: DateTime<Utc> = DateTime::UNIX_EPOCH;
    let hint = |number: usize| Hint::new(HintAddress::Execution("w".into()), None, number.to_string());
    for number in 0..=MOST_UNBOUND_HINTS {
        assert_eq!(store.deliver(&hint(number), now).await.unwrap(), Delivered::New);
    }
    assert_eq!(store.deliver(&hint(1), now).await.unwrap(), Delivered::Duplicate, "the second is held");
    assert_eq!(store.deliver(&hint(0), now).await.unwrap(), Delivered::New, "the first is forgotten");
}
