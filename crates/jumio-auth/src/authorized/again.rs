//! What is kept of a request so that it can be sent once more with another token.
//!
//! Every call with an access token keeps it and hardly one needs it, so it is no clone of the request: that would allocate
//! for the map of its headers each time, and share the URL, at more than a copy costs where nobody shares it yet.

use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT};
use http::uri::{Authority, PathAndQuery};
use http::{Extensions, HeaderName, HeaderValue, Method, Request, Uri, Version};
use jumio_model::endpoint::Body;

/// The headers that the calls of `jumio-model` have: their values are kept in place.
static USUAL: [HeaderName; 4] = [ACCEPT, USER_AGENT, CONTENT_TYPE, CONTENT_LENGTH];

pub(super) struct Again {
    method: Method,
    url: String,
    version: Version,
    usual_headers: [Option<HeaderValue>; USUAL.len()],
    more_headers: Vec<(HeaderName, HeaderValue)>,
    extensions: Extensions,
    body: Body,
}

impl Again {
    pub(super) fn of(request: &Request<Body>) -> Self {
        let mut usual_headers = [const { None }; USUAL.len()];
        let mut more_headers = Vec::new();
        for (name, value) in request.headers() {
            let place = usual_headers.iter_mut().zip(&USUAL).find(|(_, usual)| *usual == name);
            match place {
                Some((place @ None, _)) => *place = Some(value.clone()),
                _ => more_headers.push((name.clone(), value.clone())),
            }
        }
        Self {
            method: request.method().clone(),
            url: text_of(request.uri()),
            version: request.version(),
            usual_headers,
            more_headers,
            extensions: request.extensions().clone(),
            body: request.body().clone(),
        }
    }

    /// The usual headers come first. Nothing where the URL cannot be read back: one that is too long as a whole, and not in its parts.
    pub(super) fn into_request(self) -> Option<Request<Body>> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = Uri::try_from(self.url).ok()?;
        *request.version_mut() = self.version;
        for (name, value) in USUAL.iter().zip(self.usual_headers) {
            request.headers_mut().extend(value.map(|value| (name.clone(), value)));
        }
        for (name, value) in self.more_headers {
            request.headers_mut().append(name, value);
        }
        *request.extensions_mut() = self.extensions;
        Some(request)
    }
}

/// Not a clone: the first one moves what is shared to where its holders are counted, and each holder counts twice, in operations that
/// take as long as copying a hundred bytes. Behind a decorator that cloned the request already it is an allocation more.
fn text_of(uri: &Uri) -> String {
    let scheme = uri.scheme_str().map_or(["", ""], |scheme| [scheme, "://"]);
    let authority = uri.authority().map_or("", Authority::as_str);
    let path = uri.path_and_query().map_or("", PathAndQuery::as_str);
    let mut text =
        String::with_capacity(scheme.iter().map(|text| text.len()).sum::<usize>() + authority.len() + path.len());
    text.extend(scheme);
    text.push_str(authority);
    text.push_str(path);
    text
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use http::{HeaderValue, Request, Uri, Version};
    use jumio_model::endpoint::Body;

    use super::Again;

    #[derive(Debug, Clone, PartialEq)]
    struct Mark;

    #[test]
    fn nothing_of_a_request_is_lost() {
        let names = ["accept", "x-a", "user-agent", "x-a", "accept", "accept", "content-length", "content-type", "x-b"];
        for count in 0..=names.len() {
            let mut request = Request::put("https://a.example/b?c").version(Version::HTTP_2).extension(Mark);
            // Values of one name stay in their order.
            for (number, name) in names.iter().take(count).enumerate() {
                let mut value = HeaderValue::from(number);
                value.set_sensitive(number % 2 == 0);
                request = request.header(*name, value);
            }
            let request = request.body(Body::from("text")).unwrap();
            let again = Again::of(&request).into_request().unwrap();
            assert_eq!((again.method(), again.version()), (request.method(), request.version()));
            assert_eq!(again.headers(), request.headers());
            assert_eq!(again.headers().len(), count);
            let sensitive = |request: &Request<Body>| {
                request.headers().values().filter(|value| value.is_sensitive()).cloned().collect::<HashSet<_>>()
            };
            assert_eq!(sensitive(&again), sensitive(&request));
            assert_eq!(again.extensions().get(), Some(&Mark));
            assert_eq!(again.into_body().into_bytes().unwrap(), "text");
        }
    }

    #[test]
    fn a_url_is_read_back_as_it_was_or_not_at_all() {
        let again = |uri: Uri| Again::of(&Request::put(uri).body(Body::empty()).unwrap()).into_request();
        for url in [
            "https://a.example",
            "http://127.0.0.1:80/",
            "http://[::1]:8080/a?b=c&d",
            "https://a.example?q",
            "HTTPS://A.Example/B",
            "https://a.example/%2E%2e/%c3%A4",
            "https://a.example/ä",
            "https://user@a.example/",
            "/a?b",
            "*",
        ] {
            let uri: Uri = url.parse().unwrap();
            assert_eq!(again(uri.clone()).unwrap().uri().to_string(), uri.to_string());
        }
        let mut parts = Uri::from_static("https://a.example/").into_parts();
        parts.path_and_query = Some(format!("/{}", "a".repeat(65_530)).parse().unwrap());
        assert!(again(Uri::from_parts(parts).unwrap()).is_none());
    }
}
