//! How long a caller may take, and how many there may be.

use std::time::Duration;

/// The limits of a [`Server`](crate::Server). The defaults fit callbacks: short requests from few addresses.
///
/// ```
/// use std::time::Duration;
/// use jumio_callback::Limits;
///
/// let limits = Limits { connections: 256, request_time: Duration::from_secs(5), ..Limits::default() };
/// # let _ = limits;
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "set by name over the defaults")]
pub struct Limits {
    /// How many connections are served at once; one more gets 503 with `Retry-After`. Each holds at most a request of
    /// [`BODY_LIMIT`](crate::BODY_LIMIT), so this bounds the memory too. 1024.
    pub connections: usize,
    /// How long a connection may take to send the head of a request, idle time before it included. 5 seconds.
    pub head_time: Duration,
    /// How long a request may take from its head to its answer, body and storing included. 10 seconds.
    pub request_time: Duration,
    /// How many bytes of a connection are held unread. 16 KiB, which is also the longest head; at least 8 KiB.
    pub buffer: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 1024,
            head_time: Duration::from_secs(5),
            request_time: Duration::from_secs(10),
            buffer: 16 * 1024,
        }
    }
}
