//! Cases: a profile belongs to one site.

use std::sync::Arc;

use crate::store::FlowStore;
use crate::store::error::StoreError;

pub(super) async fn run<F: AsyncFn(&str) -> Arc<dyn FlowStore>>(open: &F) {
    a_profile_belongs_to_the_site_of_its_first_host(open("sites").await, open("sites").await).await;
}

async fn a_profile_belongs_to_the_site_of_its_first_host(first: Arc<dyn FlowStore>, second: Arc<dyn FlowStore>) {
    let bind = async |store: &Arc<dyn FlowStore>, profile: &str, site: &str| store.bind_site(profile, site).await;
    bind(&first, "eu", "live").await.expect("the first host says which site it is");
    bind(&second, "eu", "live").await.expect("another of the same site");
    bind(&second, "us", "simulator").await.expect("another profile");
    match bind(&second, "eu", "simulator").await {
        Err(StoreError::OtherSite { profile, bound, asked }) => {
            assert_eq!((&*profile, &*bound, &*asked), ("eu", "live", "simulator"));
        }
        other => assert!(matches!(other, Err(StoreError::OtherSite { .. })), "simulated and live flows never mix"),
    }
    assert_eq!(first.forget_site("eu").await.expect("forget").as_deref(), Some("live"));
    assert_eq!(first.forget_site("eu").await.expect("forget"), None);
    bind(&second, "eu", "moved").await.expect("the site moved");
    assert!(bind(&first, "eu", "live").await.is_err());
    assert!(bind(&first, "us", "live").await.is_err(), "of each profile its own");
}
