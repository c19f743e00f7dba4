//! What a host in a URL is: this machine, an address, or a name. Judged from the text, the same way everywhere.

use std::net::IpAddr;

/// Whether a URL has only characters on whose meaning all parsers agree.
pub(crate) fn is_plain(url: &str) -> bool {
    // Asked of every URL of every call: without a way out of the loop it is done sixteen bytes at a time.
    url.bytes()
        .fold(true, |plain, byte| plain & byte.is_ascii_graphic() & !matches!(byte, b'\\' | b'<' | b'>' | b'"' | b'`'))
}

/// Whether `host[:port]` names this machine, and nothing else stands in it.
pub(crate) fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, port)) => (host, port),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_is_fine = match port.strip_prefix(':') {
        Some(digits) => !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    port_is_fine && (host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()))
}

/// Whether a host is an address to some resolver: its last label is a number, in whatever form it is written.
pub(crate) fn is_ip(host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let last = name.trim_end_matches('.').rsplit('.').next().unwrap_or_default();
    host.starts_with('[') || last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x")
}
