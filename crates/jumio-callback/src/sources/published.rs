//! The addresses that Jumio publishes (protocol 6.3, the callback page of its documentation). A table and nothing else.

use std::net::{IpAddr, Ipv4Addr};

use jumio_model::endpoint::Region;

/// The day on which the table was last held against the reference. Older lists had other addresses for the US and fewer for
/// Singapore.
pub const PUBLISHED_AS_OF: &str = "2026-11-25";

const fn ip(a: u8, b: u8, c: u8, d: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(a, b, c, d))
}

pub(super) fn addresses(region: Region) -> Vec<IpAddr> {
    let addresses = match region {
        Region::Us => [
            ip(34, 202, 241, 227),
            ip(34, 226, 103, 119),
            ip(34, 226, 254, 127),
            ip(52, 8, 136, 236),
            ip(54, 177, 61, 57),
            ip(54, 183, 15, 212),
        ],
        Region::Eu => [
            ip(34, 253, 41, 236),
            ip(35, 157, 27, 193),
            ip(52, 48, 0, 25),
            ip(52, 57, 194, 92),
            ip(52, 58, 113, 86),
            ip(52, 209, 180, 134),
        ],
        Region::Sg => [
            ip(3, 0, 109, 121),
            ip(52, 76, 184, 73),
            ip(52, 77, 102, 92),
            ip(13, 238, 100, 17),
            ip(13, 238, 203, 238),
            ip(52, 64, 132, 26),
        ],
        // A region that came after this table: nobody comes in without a key.
        _ => return Vec::new(),
    };
    addresses.to_vec()
}
