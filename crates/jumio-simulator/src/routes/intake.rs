//! The body of a request: handed on piece by piece, and the beginning of text remembered for the request log.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures_util::Stream;

use crate::log::{self, Seen};

/// A body that can be handed on and whose rest can still be read afterwards. The beginning of text is remembered.
#[derive(Clone)]
pub(super) struct Intake(Arc<Mutex<Source>>);

struct Source {
    stream: BodyDataStream,
    is_text: bool,
    chunks: Vec<Bytes>,
    size: u64,
}

impl Intake {
    pub(super) fn new(body: Body, is_text: bool) -> Self {
        Self(Arc::new(Mutex::new(Source { stream: body.into_data_stream(), is_text, chunks: Vec::new(), size: 0 })))
    }

    /// What has come so far.
    pub(super) fn seen(&self) -> Seen {
        let source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = match source.chunks.as_slice() {
            [only] => only.clone(),
            chunks => chunks.concat().into(),
        };
        Seen { text, size: source.size }
    }
}

impl Stream for Intake {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut source = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let polled = Pin::new(&mut source.stream).poll_next(cx);
        if let Poll::Ready(Some(Ok(chunk))) = &polled {
            source.size += chunk.len() as u64;
            if source.is_text && source.size <= log::LONGEST_BODY as u64 {
                source.chunks.push(chunk.clone());
            } else {
                source.chunks.clear();
            }
        }
        polled
    }
}
