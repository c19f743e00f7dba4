//! Whose address counts: the peer's, or the one that a stated number of proxies of our own wrote down.
//!
//! `X-Forwarded-For` grows to the right: each proxy appends the address that called it. Whoever calls from outside may have
//! written anything to the left of that, so entries are counted from the right, and only as many as there are proxies.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The caller's address behind `proxies` proxies; `None` where it is not known, which is never good enough for a list.
pub(crate) fn client_address(proxies: usize, peer: Option<IpAddr>, headers: Option<&HeaderMap>) -> Option<IpAddr> {
    let Some(from_the_right) = proxies.checked_sub(1) else {
        return peer.map(|peer| peer.to_canonical());
    };
    // Several header lines are one list (RFC 9110, 5.3).
    let mut entries = Vec::new();
    for line in headers?.get_all(FORWARDED_FOR) {
        entries.extend(line.to_str().ok()?.split(',').map(str::trim));
    }
    let entry = entries.iter().rev().nth(from_the_right)?;
    read(entry).map(|address| address.to_canonical())
}

/// An address, with or without a port, an IPv6 one in brackets or bare.
fn read(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(entry);
    bare.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::client_address;

    const PEER: &str = "10.0.0.9";

    /// Each line of the table: proxies, lines of the header, the address that counts.
    const TABLE: &[(usize, &[&str], Option<&str>)] = &[
        // No proxy: whatever the header says, the peer it is.
        (0, &[], Some(PEER)),
        (0, &["34.253.41.236"], Some(PEER)),
        // One proxy: the last entry, which that proxy wrote.
        (1, &[], None),
        (1, &[""], None),
        (1, &["1.2.3.4"], Some("1.2.3.4")),
        (1, &["34.253.41.236, 1.2.3.4"], Some("1.2.3.4")),
        (1, &["34.253.41.236", "1.2.3.4"], Some("1.2.3.4")),
        (1, &["1.2.3.4,"], None),
        (1, &["1.2.3.4, unknown"], None),
        (1, &["unknown, 1.2.3.4"], Some("1.2.3.4")),
        (1, &["1.2.3.4:55001"], Some("1.2.3.4")),
        (1, &["[2001:db8::1]:55001"], Some("2001:db8::1")),
        (1, &["[2001:db8::1]"], Some("2001:db8::1")),
        (1, &["2001:db8::1"], Some("2001:db8::1")),
        (1, &["::ffff:1.2.3.4"], Some("1.2.3.4")),
        (1, &["1.2.3.4 5.6.7.8"], None),
        (1, &["1.2.3.256"], None),
        (1, &["01.2.3.4"], None),
        // Two proxies: one more to the left, and nothing where there is none.
        (2, &["1.2.3.4"], None),
        (2, &["1.2.3.4, 10.0.0.1"], Some("1.2.3.4")),
        (2, &["9.9.9.9, 1.2.3.4, 10.0.0.1"], Some("1.2.3.4")),
        (2, &["9.9.9.9", "1.2.3.4", "10.0.0.1"], Some("1.2.3.4")),
        (2, &["forged, , 10.0.0.1"], None),
    ];

    #[test]
    fn entries_count_from_the_right_and_only_as_many_as_there_are_proxies() {
        for (proxies, lines, expected) in TABLE {
            let mut headers = HeaderMap::new();
            for line in *lines {
                headers.append(super::FORWARDED_FOR, HeaderValue::from_static(line));
            }
            let found = client_address(*proxies, PEER.parse().ok(), Some(&headers));
            assert_eq!(found, expected.map(|address| address.parse().unwrap()), "{proxies} {lines:?}");
        }
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        assert_eq!(client_address(0, None, None), None);
        assert_eq!(client_address(1, PEER.parse().ok(), None), None);
        let mut headers = HeaderMap::new();
        headers.append(super::FORWARDED_FOR, HeaderValue::from_bytes(b"1.2.3.4, \xff").unwrap());
        assert_eq!(client_address(1, None, Some(&headers)), None);
        assert_eq!(client_address(0, "::ffff:1.2.3.4".parse().ok(), None), "1.2.3.4".parse().ok());
    }
}
