//! What is kept of a request so that it can be sent once more with another token.
//!
//! Every call with an access token keeps it and hardly one needs it, so it is no clone of the request: that would allocate
//! for the map of its headers each time.

use http::{Extensions, HeaderName, HeaderValue, Method, Request, Uri, Version};
use jumio_model::endpoint::Body;

/// So many headers are kept in place: the most that the calls of `jumio-model` have.
const FEW: usize = 4;

pub(super) struct Again {
    method: Method,
    uri: Uri,
    version: Version,
    headers: [Option<(HeaderName, HeaderValue)>; FEW],
    more_headers: Vec<(HeaderName, HeaderValue)>,
    extensions: Extensions,
    body: Body,
}

impl Again {
    pub(super) fn of(request: &Request<Body>) -> Self {
        let mut all = request.headers().iter();
        // In a loop: four copies of its body are as much code as the rest of a call's way through here, and code that was not run a
        // moment ago has to be fetched from memory.
        let mut headers = [const { None }; FEW];
        for (slot, (name, value)) in headers.iter_mut().zip(all.by_ref()) {
            *slot = Some((name.clone(), value.clone()));
        }
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers,
            more_headers: all.map(|(name, value)| (name.clone(), value.clone())).collect(),
            extensions: request.extensions().clone(),
            body: request.body().clone(),
        }
    }

    pub(super) fn into_request(self) -> Request<Body> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.version_mut() = self.version;
        for (name, value) in self.headers.into_iter().flatten().chain(self.more_headers) {
            request.headers_mut().append(name, value);
        }
        *request.extensions_mut() = self.extensions;
        request
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, Version};
    use jumio_model::endpoint::Body;

    use super::{Again, FEW};

    #[derive(Debug, Clone, PartialEq)]
    struct Mark;

    #[test]
    fn nothing_of_a_request_is_lost() {
        for count in [0, 1, FEW, FEW + 1, 20] {
            let mut request = Request::put("https://a.example/b?c").version(Version::HTTP_2).extension(Mark);
            for number in 0..count {
                // Two values of one name, in their order.
                request = request.header(format!("x-{}", number / 2), number);
            }
            let request = request.body(Body::from("text")).unwrap();
            let again = Again::of(&request).into_request();
            assert_eq!(
                (again.method(), again.uri(), again.version()),
                (request.method(), request.uri(), request.version())
            );
            assert_eq!(again.headers(), request.headers());
            assert_eq!(again.headers().len(), count);
            assert_eq!(again.extensions().get(), Some(&Mark));
            assert_eq!(again.into_body().into_bytes().unwrap(), "text");
        }
    }
}
