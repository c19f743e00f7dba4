//! Turns an [`http::Uri`] into reqwest's own kind of URL.
//!
//! To read a URL costs more than all else that we do on a call, and half of that is its host, which is one of five for as long
//! as a client lives. So the part up to the path is read once and kept.

use std::sync::OnceLock;

use http::Uri;
use http::uri::{Authority, Scheme};
use reqwest::Url;

use crate::TransportError;

/// The hosts that were called, as many as Jumio has and some; whatever is called beyond these is read each time.
#[derive(Default)]
pub(super) struct Places([OnceLock<Place>; 8]);

struct Place {
    scheme: Scheme,
    authority: Authority,
    /// With a path of [`ROOM`] letters: its copy has room for the path of a call, which otherwise moves three times as it grows.
    url: Url,
}

/// Jumio's longest paths have some 140 characters.
const ROOM: usize = 160;

impl Places {
    pub(super) fn url(&self, uri: &Uri) -> Result<Url, TransportError> {
        let (Some(scheme), Some(authority)) = (uri.scheme(), uri.authority()) else { return read(uri) };
        for slot in &self.0 {
            match slot.get() {
                Some(place) if place.is(scheme, authority) => return Ok(place.with_path_of(uri)),
                Some(_) => {}
                None => {
                    let url = read(uri)?;
                    // A user part is a secret, and belongs to nobody's calls but one's.
                    if !authority.as_str().contains('@') {
                        // Whoever was faster has kept one, and this one may come again.
                        let _ = slot.set(Place::new(scheme, authority, url.clone()));
                    }
                    return Ok(url);
                }
            }
        }
        read(uri)
    }
}

impl Place {
    fn new(scheme: &Scheme, authority: &Authority, mut url: Url) -> Self {
        // The authority alone, so that no path, which may name a person, is kept.
        url.set_path(&"-".repeat(ROOM));
        url.set_query(None);
        let authority = authority.as_str().parse().unwrap_or_else(|_| authority.clone());
        Self { scheme: scheme.clone(), authority, url }
    }

    fn is(&self, scheme: &Scheme, authority: &Authority) -> bool {
        self.authority.as_str() == authority.as_str() && self.scheme == *scheme
    }

    fn with_path_of(&self, uri: &Uri) -> Url {
        let mut url = self.url.clone();
        url.set_path(uri.path());
        if let Some(query) = uri.query() {
            url.set_query(Some(query));
        }
        url
    }
}

fn read(uri: &Uri) -> Result<Url, TransportError> {
    Url::parse(&uri.to_string()).map_err(|error| TransportError::other(error).unprocessed())
}

#[cfg(test)]
mod tests {
    use http::Uri;
    use proptest::prelude::*;

    use super::{Places, read};

    #[test]
    fn more_hosts_than_are_kept_are_called_all_the_same() {
        let places = Places::default();
        for round in 0..2 {
            for number in 0..12 {
                let uri: Uri = format!("https://host-{number}.example:8443/a/{round}?b").parse().unwrap();
                assert_eq!(places.url(&uri).unwrap().as_str(), uri.to_string());
            }
        }
        assert!(
            places.0.iter().all(|slot| slot.get().is_some_and(|place| place.url.path().trim_end_matches('-') == "/"))
        );
        assert!(places.url(&Uri::from_static("/relative")).is_err());
        let secret: Uri = "https://user:canary@host.example/".parse().unwrap();
        let places = Places::default();
        assert_eq!(places.url(&secret).unwrap().password(), Some("canary"));
        assert!(places.0.iter().all(|slot| slot.get().is_none()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn a_kept_host_makes_the_same_url(
            host in "(HTTPS?|https?)://([a-cA-C]{1,3}|127\\.0\\.0\\.1|\\[::1\\]|0x7f\\.1)(:(80|443|8443))?",
            path in "|(/[!$-;=@-~]{0,12}){0,3}|(/(\\.|\\.\\.|%2e|%2E\\.|a|%C3%A4|\\\\)){0,4}/?",
            query in "|\\?[!$-;=?-~]{0,20}",
        ) {
            let places = Places::default();
            let first = places.url(&format!("{host}/first?x").parse().unwrap());
            if let Ok(uri) = format!("{host}{path}{query}").parse::<Uri>() {
                match (first, read(&uri)) {
                    (Ok(_), Ok(whole)) => prop_assert_eq!(places.url(&uri).unwrap(), whole),
                    (first, whole) => prop_assert_eq!(first.is_err(), whole.is_err()),
                }
            }
        }
    }
}
