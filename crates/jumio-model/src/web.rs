//! What the hosted page says of itself: the query of its redirect, and its messages to the page around it (protocol 10).
//!
//! Both come through the person's browser, so whoever holds the browser can forge them. They say that images were taken, never
//! that a check passed: fetch the details before believing anything.

mod message;
mod redirect;

pub use message::{IframeMessage, IframeMetaInfo, IframePayload};
pub use redirect::WebRedirect;
