//! `POST …/credentials/{credentialId}/parts` on the api host: one page or file of a document (protocol 4.1).

#[cfg(feature = "endpoint")]
pub use with_endpoint::UploadDocument;

#[cfg(feature = "endpoint")]
mod with_endpoint {
    use crate::endpoint::{Access, Boundary, Content, Endpoint, FilePart, Repeat, Role, Target};
    use crate::{Raw, TransactionToken, UploadReply};

    /// Adds one file to the document. Never to be sent again in doubt: a second copy may become a second page.
    ///
    /// Goes to the URL that the account reply names (`parts.document`), verbatim. It has no classifier, and PUT there is
    /// answered with 405. One file per call; repeated calls for several pages are implied by the numbered parts of the
    /// details and shown in no sample.
    #[derive(Debug, Clone)]
    #[non_exhaustive]
    pub struct UploadDocument {
        href: String,
        token: TransactionToken,
        file: FilePart,
        boundary: Boundary,
    }

    impl UploadDocument {
        /// The call: the part URL and token of the DOCUMENT credential, the file, and a random boundary.
        pub fn new(href: impl Into<String>, token: TransactionToken, file: FilePart, boundary: Boundary) -> Self {
            Self { href: href.into(), token, file, boundary }
        }
    }

    impl Endpoint for UploadDocument {
        const NAME: &'static str = "upload_document";
        const METHOD: http::Method = http::Method::POST;
        const PATH: &'static str =
            "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts";
        const ROLE: Role = Role::Api;
        const ACCESS: Access = Access::TransactionToken;
        const REPEAT: Repeat = Repeat::Once;
        type Reply = Raw<UploadReply>;

        fn target(&self) -> Target<'_> {
            Target::Href(&self.href)
        }

        fn body(&self) -> Result<Option<Content>, crate::InvalidRequest> {
            self.file.to_form(&self.boundary).map(Some)
        }

        fn transaction_token(&self) -> Option<&TransactionToken> {
            Some(&self.token)
        }

        fn decode(&self, body: &[u8]) -> Result<Self::Reply, crate::ReadError> {
            crate::api::upload::decode_or_empty(body)
        }
    }
}
