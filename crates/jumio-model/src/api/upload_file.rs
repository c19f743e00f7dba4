//! What the calls that send one file have in common (protocol 4.1, 4.2): they differ in verb and path alone.

/// Calls that send one file to a URL of the account reply. Never to be sent again in doubt.
macro_rules! file_upload {
    ( $( $(#[$meta:meta])* $name:ident = $call:literal, $verb:ident $path:literal; )+ ) => { $(
        $(#[$meta])*
        #[derive(Debug, Clone)]
        #[non_exhaustive]
        pub struct $name {
            href: String,
            token: $crate::TransactionToken,
            file: $crate::endpoint::FilePart,
            boundary: $crate::endpoint::Boundary,
        }

        impl $name {
            /// The call: the part's URL and the token of its credential, the file, and a random boundary.
            pub fn new(
                href: impl Into<String>,
                token: $crate::TransactionToken,
                file: $crate::endpoint::FilePart,
                boundary: $crate::endpoint::Boundary,
            ) -> Self {
                Self { href: href.into(), token, file, boundary }
            }
        }

        impl $crate::endpoint::Endpoint for $name {
            const NAME: &'static str = $call;
            const METHOD: http::Method = http::Method::$verb;
            const PATH: &'static str = $path;
            const ROLE: $crate::endpoint::Role = $crate::endpoint::Role::Api;
            const ACCESS: $crate::endpoint::Access = $crate::endpoint::Access::TransactionToken;
            const REPEAT: $crate::endpoint::Repeat = $crate::endpoint::Repeat::Once;
            type Reply = $crate::Raw<$crate::UploadReply>;

            fn target(&self) -> $crate::endpoint::Target<'_> {
                $crate::endpoint::Target::Href(&self.href)
            }

            fn body(&self) -> Result<Option<$crate::endpoint::Content>, $crate::InvalidRequest> {
                self.file.to_form(&self.boundary).map(Some)
            }

            fn transaction_token(&self) -> Option<&$crate::TransactionToken> {
                Some(&self.token)
            }

            #[inline]
            fn decode(&self, body: &[u8]) -> Result<Self::Reply, $crate::ReadError> {
                $crate::api::upload::decode_or_empty(body)
            }
        }
    )+ };
}

pub(super) use file_upload;
