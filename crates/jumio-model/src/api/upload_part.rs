//! `POST` and `PUT …/credentials/{credentialId}/parts/{classifier}` on the api host: one picture of an ID or a face
//! (protocol 4.1).

use super::upload_file::file_upload;

file_upload! {
    /// Adds a picture of an ID or a face: `FRONT`, `BACK`, `FACE` (protocol 4.1, 4.2). Goes to the URL that the account
    /// reply names (`parts.front`, `parts.back`, `parts.face`), verbatim. JPEG or PNG, at most 15 MB and 8000 × 8000
    /// pixels, by the newest pages. How sure: documented; no traffic of it is known.
    ///
    /// Whether a second one replaces the first is not documented: [`ReplacePart`] is the call for that.
    ///
    /// ```
    /// use jumio_model::api::UploadPart;
    /// use jumio_model::endpoint::{Boundary, FilePart, Segment};
    /// use jumio_model::{Media, TransactionToken};
    ///
    /// let file = FilePart::new(Segment::Bytes("…".into()), Media::Jpeg);
    /// let token = TransactionToken::new("TRANSACTION_TOKEN");
    /// let boundary = Boundary::new([7; 16]); // random bytes, in earnest
    /// let call = UploadPart::new("https://api.emea-1.jumio.ai/x/parts/FRONT", token, file, boundary);
    /// ```
    UploadPart = "upload_part", POST
        "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts/{classifier}";
    /// Replaces a picture of an ID or a face (protocol 4.1), at the URL where [`UploadPart`] put it. How sure: one page
    /// documents it; whether a numbered page of a document can be replaced so was tried by nobody.
    ///
    /// Treated as unrepeatable like any upload.
    ///
    /// ```
    /// use jumio_model::api::ReplacePart;
    /// use jumio_model::endpoint::{Boundary, FilePart, Segment};
    /// use jumio_model::{Media, TransactionToken};
    ///
    /// let file = FilePart::new(Segment::Bytes("…".into()), Media::Jpeg);
    /// let token = TransactionToken::new("TRANSACTION_TOKEN");
    /// let boundary = Boundary::new([7; 16]); // random bytes, in earnest
    /// let call = ReplacePart::new("https://api.emea-1.jumio.ai/x/parts/FRONT", token, file, boundary);
    /// ```
    ReplacePart = "replace_part", PUT
        "/api/v1/accounts/{accountId}/workflow-executions/{workflowExecutionId}/credentials/{credentialId}/parts/{classifier}";
}
