//! The addresses from which Jumio calls, as a list that can be replaced while everything runs.

mod published;

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError, RwLock};

use jumio_model::endpoint::Region;

pub use published::PUBLISHED_AS_OF;

/// Addresses that callbacks may come from without a key. Clones share the list.
///
/// Jumio publishes its addresses per region, has changed them before, and gives DNS names to look them up
/// (`callback.{region}.jumio.ai`, protocol 6.3). So the built-in list is dated ([`PUBLISHED_AS_OF`]) and replaceable: keep a
/// clone, look the name up from time to time, and [`replace`](Self::replace) the list when the look-up succeeds.
///
/// ```
/// use jumio_callback::Sources;
/// use jumio_model::endpoint::Region;
///
/// let sources = Sources::published([Region::Eu]);
/// assert!(sources.contains("34.253.41.236".parse()?));
/// assert!(!sources.contains("34.202.241.227".parse()?), "that is the US");
///
/// sources.replace(["198.51.100.7".parse()?]);
/// assert!(!sources.contains("34.253.41.236".parse()?));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Default)]
pub struct Sources(Arc<RwLock<BTreeSet<IpAddr>>>);

impl Sources {
    /// The addresses that Jumio publishes for these regions, as of [`PUBLISHED_AS_OF`].
    pub fn published(regions: impl IntoIterator<Item = Region>) -> Self {
        regions.into_iter().flat_map(published::addresses).collect()
    }

    /// Whether callbacks come from this address. An IPv4 address written as IPv6 is the same address.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(&address.to_canonical())
    }

    /// Puts these on the list, for every clone at once.
    pub fn add(&self, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().map(|address| address.to_canonical());
        self.0.write().unwrap_or_else(PoisonError::into_inner).extend(addresses);
    }

    /// Puts another list in place of this one, for every clone at once. An empty one lets nobody in without a key.
    pub fn replace(&self, addresses: impl IntoIterator<Item = IpAddr>) {
        let addresses = addresses.into_iter().map(|address| address.to_canonical()).collect();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = addresses;
    }
}

impl FromIterator<IpAddr> for Sources {
    fn from_iter<I: IntoIterator<Item = IpAddr>>(addresses: I) -> Self {
        let sources = Self::default();
        sources.replace(addresses);
        sources
    }
}

impl fmt::Debug for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.read().unwrap_or_else(PoisonError::into_inner).iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use jumio_model::endpoint::Region;

    use super::{Sources, published};

    #[test]
    fn each_region_has_its_own_six() {
        for region in Region::ALL {
            let sources = Sources::published([region]);
            let others = Region::ALL.into_iter().filter(|other| *other != region);
            assert_eq!(published::addresses(region).len(), 6);
            assert!(published::addresses(region).into_iter().all(|address| sources.contains(address)));
            assert!(others.flat_map(published::addresses).all(|address| !sources.contains(address)));
        }
    }

    #[test]
    fn clones_see_a_new_list_at_once() {
        let kept = Sources::published(Region::ALL);
        let used = kept.clone();
        kept.replace(["::ffff:198.51.100.7".parse().unwrap()]);
        assert!(used.contains("198.51.100.7".parse().unwrap()));
        assert!(used.contains("::ffff:198.51.100.7".parse().unwrap()));
        kept.replace([]);
        assert!(!used.contains("198.51.100.7".parse().unwrap()));
    }
}
