//! Secrets that travel in ordinary replies: the transaction token, the SDK token, the links of the hosted page and of a report.
//!
//! They are text on the wire and silent everywhere else; with the feature `zeroize` their memory is wiped when they are dropped. The OAuth2 access token is another type in another crate
//! (`jumio-auth`); the two must never be mixed (protocol 2.2).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Writes a secret type: text on the wire, silent in `Debug`, without `Display`.
macro_rules! secret {
    ( $( $(#[$meta:meta])* $name:ident; )+ ) => { $(
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes the secret as it came.
            pub fn new(secret: impl Into<Box<str>>) -> Self {
                Self(secret.into())
            }

            /// The secret itself. Whoever calls this is responsible for where it goes.
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        #[cfg(feature = "zeroize")]
        impl Drop for $name {
            fn drop(&mut self) {
                zeroize::Zeroize::zeroize(&mut *self.0);
            }
        }

        impl From<&str> for $name {
            fn from(secret: &str) -> Self {
                Self(secret.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )+ };
}

secret! {
    /// The token of one transaction, for upload and finalize (`credentials[].api.token`, protocol 2.2). It cannot be
    /// refreshed. A JWT whose payload is compressed: treat it as opaque.
    ///
    /// How sure: documented and seen to work; two public clients send the access token in its place.
    ///
    /// ```
    /// use jumio_model::TransactionToken;
    ///
    /// let token = TransactionToken::new("a.b.c");
    /// assert_eq!((token.expose(), format!("{token:?}").as_str()), ("a.b.c", "TransactionToken(…)"));
    /// ```
    TransactionToken;
    /// The token with which a mobile or web SDK runs the transaction (`sdk.token`, protocol 2.2, 3.5). In the
    /// quickstart the same text as the transaction token.
    SdkToken;
    /// The link of the hosted page (`web.href`). It carries a token in its query, so the whole link is a secret: hand it
    /// to the person and to nobody else, and use it verbatim (protocol 10.1).
    WebLink;
    /// The link of a PDF report (`presignedUrl`, protocol 7.8). It needs no credential, so whoever has it can read the
    /// report. How sure: in one third party's client alone.
    ReportLink;
}
