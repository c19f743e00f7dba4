//! What a failure of reqwest means: above all, whether the request can have arrived.

use std::error::Error;

use h2::Reason;

use crate::error::causes;
use crate::{BodyError, TransportError};

/// A failure before any response came. Where the client may send more than once, by following a redirect or by repeating, what
/// became of the last sending says nothing of the first.
pub(super) fn sending(error: reqwest::Error, sends_once: bool) -> TransportError {
    let error = last_sending(error);
    if sends_once { error } else { error.in_doubt() }
}

fn last_sending(error: reqwest::Error) -> TransportError {
    // The URL may hold a token in its query.
    let error = error.without_url();
    if let Some(body) = find::<BodyError>(&error) {
        // Some bytes may have left, and what a service does with half a request is not ours to guess.
        return TransportError::body(body.clone());
    }
    if error.is_connect() {
        return if error.is_timeout() {
            TransportError::connect_timeout(None)
        } else if error.is_dns() {
            TransportError::dns(error)
        } else if find::<rustls::Error>(&error).is_some() {
            TransportError::tls(error)
        } else if demands_login(&error) {
            TransportError::connect_for("the proxy demands a login; name one in the proxy's URL", error)
        } else {
            TransportError::connect(error)
        };
    }
    if error.is_timeout() {
        return TransportError::timeout(None);
    }
    if error.is_redirect() {
        return TransportError::redirected();
    }
    if error.is_builder() {
        return TransportError::other(error).unprocessed();
    }
    if was_not_taken(&error) {
        return TransportError::interrupted(error).unprocessed();
    }
    TransportError::interrupted(error)
}

/// HTTP/2 has two ways to say that a request was not looked at (RFC 9113, 8.7): the stream is refused, or the connection is
/// being closed and the stream came after the last one that counts. Load balancers do so whenever they are exchanged.
fn was_not_taken(error: &reqwest::Error) -> bool {
    let Some(error) = find::<h2::Error>(error).filter(|error| error.is_remote()) else { return false };
    let refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    refused || error.is_go_away() && error.reason() == Some(Reason::NO_ERROR)
}

/// The type of this failure is private to hyper-util, so its text has to do: a test over a socket holds it.
fn demands_login(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.to_string().ends_with("proxy authorization required"))
}

fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    causes(error).find_map(|cause| cause.downcast_ref())
}
