//! What the sendings of a call before the last one leave to be known: how many they were, and whether one of them may have been
//! processed. For decorators that send more than once, around each other in whatever order.

use bytes::Bytes;
use http::{Request, Response};
use jumio_model::endpoint::{Body, InDoubt};

use crate::TransportError;

/// Which attempt a request is, from 1, in its extensions: for whoever counts or traces. Missing, it is the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a number with a name")]
pub struct Attempt(pub u32);

/// The sendings of one call so far, for a decorator that sends more than once.
///
/// It [adds](Self::add) each answer that is not the call's, [numbers](Self::number) the request that goes out next, and
/// [hands on](Self::answer) the answer that is: with the mark of an attempt in doubt, where there was one, whichever decorator
/// made it.
///
/// ```
/// use async_trait::async_trait;
/// use bytes::Bytes;
/// use http::{Request, Response, StatusCode};
/// use jumio_model::endpoint::Body;
/// use jumio_transport::{Sendings, Transport, TransportError};
///
/// /// Sends once more what came too early (425).
/// struct TooEarly<T>(T);
///
/// #[async_trait]
/// impl<T: Transport> Transport for TooEarly<T> {
///     async fn send(&self, request: Request<Body>) -> Result<Response<Bytes>, TransportError> {
///         let mut again = request.clone();
///         let first = self.0.send(request).await;
///         if !matches!(&first, Ok(response) if response.status() == StatusCode::TOO_EARLY) {
///             return first;
///         }
///         let mut sendings = Sendings::before(&again);
///         sendings.add(&first, false); // it was refused, so it is not in doubt
///         sendings.number(&mut again);
///         sendings.answer(self.0.send(again).await)
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// # let once = jumio_transport::FnTransport(|_| async { Ok(Response::new(Bytes::new())) });
/// # assert!(TooEarly(once).send(Request::default()).await.is_ok());
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sendings {
    count: u32,
    in_doubt: bool,
}

impl Sendings {
    /// Those before this request: none, unless a decorator outside of this one has sent it before.
    pub fn before(request: &Request<Body>) -> Self {
        let attempt = request.extensions().get::<Attempt>().map_or(1, |attempt| attempt.0);
        Self { count: attempt.saturating_sub(1), in_doubt: false }
    }

    /// Says in a request which attempt it is, where it is not the first.
    pub fn number(self, request: &mut Request<Body>) {
        if self.count > 0 {
            request.extensions_mut().insert(Attempt(self.count + 1));
        }
    }

    /// Counts what was sent and has this answer, which is not the call's own: another sending follows. Whether it may have been
    /// processed is for the decorator to say; what those inside of it say is kept.
    pub fn add(&mut self, answer: &Result<Response<Bytes>, TransportError>, in_doubt: bool) {
        let (told, doubted) = match answer {
            Ok(response) => {
                let extensions = response.extensions();
                (extensions.get::<Attempt>().map_or(0, |attempt| attempt.0), extensions.get::<InDoubt>().is_some())
            }
            Err(error) => (error.attempt(), error.is_after_doubt()),
        };
        self.count = told.max(self.count.saturating_add(1));
        self.in_doubt |= in_doubt || doubted;
    }

    /// Hands on the answer of the call: whoever is outside learns how often it was sent, and whether an attempt before the last one
    /// may have been processed. Of a success nothing is in doubt.
    ///
    /// # Errors
    ///
    /// The same as it came, with the marks.
    pub fn answer(self, answer: Result<Response<Bytes>, TransportError>) -> Result<Response<Bytes>, TransportError> {
        if self.count == 0 {
            return answer;
        }
        let mut all = self;
        all.add(&answer, false);
        match answer {
            Ok(mut response) => {
                response.extensions_mut().insert(Attempt(all.count));
                if all.in_doubt && !response.status().is_success() {
                    response.extensions_mut().insert(InDoubt);
                }
                Ok(response)
            }
            Err(error) => {
                let error = error.with_attempt(all.count);
                Err(if all.in_doubt { error.after_doubt() } else { error })
            }
        }
    }
}
