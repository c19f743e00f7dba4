//! Handing outcomes to the application: to a trait of its own, through a channel, or as a signed webhook. What is in the
//! feed is the store's; this drives it.

pub(crate) mod channel;
pub(crate) mod drive;
pub(crate) mod hand_over;
pub(crate) mod signature;
pub(crate) mod webhook;
