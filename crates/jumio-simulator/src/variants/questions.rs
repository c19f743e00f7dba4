//! The open questions and their answers. The first answer is played by default; why it was chosen stands with it.
//!
//! `cargo xtask check simulator` reads this file, too: it wants a place in the reference for each question.

use super::{Question, ask};

ask! {
    /// What a second finalize of the same execution answers.
    second_finalize: SecondFinalize = "second-finalize", "protocol 5, 12" {
        /// The answer of the first one; nothing changes. PUT may be repeated.
        SameAnswer = "same-answer",
        /// 409, as the Web SDK's backend calls it: "Credentials in invalid state."
        Conflict = "conflict",
        /// 404, one of the three documented codes of finalize.
        NotFound = "not-found",
    }

    /// What finalize does while a required DOCUMENT has no page.
    missing_page: MissingPage = "missing-page", "protocol 5, 12" {
        /// 400; the execution stays open, so that the page can still be uploaded.
        Refused = "refused",
        /// 412; the execution stays open.
        PreconditionFailed = "precondition-failed",
        /// 200; the execution is processed and nothing is executed.
        Accepted = "accepted",
    }

    /// What finalize does while another required credential has no part.
    missing_credential: MissingCredential = "missing-credential", "protocol 5, 12" {
        /// 200; its usability is NOT_EXECUTED / NOT_UPLOADED in the result, as seen live.
        Accepted = "accepted",
        /// 400; the execution stays open.
        Refused = "refused",
    }

    /// What comes of an ID or a face that is handed in over the API without the person's consent.
    missing_consent: MissingConsent = "missing-consent", "protocol 3.4" {
        /// The execution ends REJECTED with nothing executed: "rejected", the documented word, read as the decision. A client
        /// that sends the consent passes under every answer.
        Rejected = "rejected",
        /// 400 to finalize; the execution stays open, and the Web client can still ask for the consent.
        Refused = "refused",
        /// Nothing: it is processed like any other.
        Ignored = "ignored",
    }

    /// What PUT to a page of a document (`…/parts/2`) does.
    part_replacement: PartReplacement = "part-replacement", "protocol 4.1, 12" {
        /// 404: a document has no part of that name for uploads.
        NotFound = "not-found",
        /// The page is replaced, as documented for the parts of an ID.
        Replaces = "replaces",
        /// 405, as PUT to `…/parts` gets.
        MethodNotAllowed = "method-not-allowed",
    }

    /// What a second POST to the `document` URL does.
    second_page: SecondPage = "second-page", "protocol 4.2, 12" {
        /// It adds page 2, as the numbered parts of the details imply.
        Appends = "appends",
        /// It takes the place of the first page.
        Replaces = "replaces",
        /// 409: a document is one file.
        Refused = "refused",
    }

    /// As which type a page comes back that was uploaded as PDF.
    pdf_part: PdfPart = "pdf-part", "protocol 7.9, 12" {
        /// As PDF, byte by byte what was uploaded.
        AsUploaded = "as-uploaded",
        /// As a picture that Jumio made of it; here a small grey JPEG.
        Image = "image",
        /// The bytes as uploaded, but as `application/octet-stream`.
        OctetStream = "octet-stream",
    }

    /// What finalize answers once the transaction token or the session has expired.
    late_finalize: LateFinalize = "late-finalize", "protocol 5, 12" {
        /// 412 "Acquisition expired.", as the Web SDK's backend has it.
        PreconditionFailed = "precondition-failed",
        /// 401, the documented code for a token that is not good.
        Unauthorized = "unauthorized",
        /// 409.
        Conflict = "conflict",
        /// 404, the documented code for something that is not there.
        NotFound = "not-found",
    }

    /// What an upload answers once the transaction token or the session has expired.
    late_upload: LateUpload = "late-upload", "protocol 4.3, 5" {
        /// 401 with the Web SDK backend's text "JWT expired."
        Unauthorized = "unauthorized",
        /// 412, the code that the Web SDK's backend has for it.
        PreconditionFailed = "precondition-failed",
        /// 404, the documented code for something that is not there.
        NotFound = "not-found",
    }

    /// Whether a 429 says when to come again.
    retry_after: RetryAfter = "retry-after", "protocol 9.3, 12" {
        /// No `Retry-After`: no source mentions one.
        Absent = "absent",
        /// `Retry-After` in seconds.
        Seconds = "seconds",
        /// `Retry-After` as a date.
        Date = "date",
    }

    /// Which statuses are called back.
    callback_statuses: CallbackStatuses = "callback-statuses", "protocol 6.2, 12" {
        /// The terminal ones; the others may need to be activated for the tenant.
        Terminal = "terminal",
        /// All five.
        All = "all",
    }

    /// Which code an upload has.
    upload_status: UploadStatus = "upload-status", "protocol 4.3" {
        /// 200, as documented.
        Ok = "ok",
        /// 201, as one client expects it.
        Created = "created",
    }

    /// What an upload of a file answers.
    upload_reply: UploadReply = "upload-reply", "protocol 4.3" {
        /// `api.parts` flat, with `credential` and `part`.
        Full = "full",
        /// `api.parts` flat, without `credential` and `part`: they are in the OpenAPI page alone.
        Short = "short",
        /// `api.parts` with one address for each page, as in the OpenAPI page.
        Nested = "nested",
        /// No body at all, as a live client had to cope with.
        Empty = "empty",
    }

    /// What an upload of prepared data answers.
    prepared_data_reply: PreparedDataReply = "prepared-data-reply", "protocol 4.3" {
        /// `api.parts` empty, as seen live.
        NoParts = "no-parts",
        /// The part again and no token, as the guide of 2022 has it.
        PartRepeated = "part-repeated",
    }

    /// Whether the token in an upload's reply is a new one.
    upload_token: UploadToken = "upload-token", "protocol 2.2" {
        /// It is the one of the account reply.
        Same = "same",
        /// It is a new one; the former ones stay good.
        Rotated = "rotated",
    }

    /// Which token uploads and finalize take.
    upload_access: UploadAccess = "upload-access", "protocol 2.2" {
        /// The transaction token alone. A client that passes here passes under either answer.
        TransactionToken = "transaction-token",
        /// The OAuth2 access token, too: two public clients send it.
        EitherToken = "either-token",
    }

    /// Which code a created account has.
    create_status: CreateStatus = "create-status", "protocol 3" {
        /// 200, as the guide has it.
        Ok = "ok",
        /// 201, as two clients accept or expect it.
        Created = "created",
    }

    /// How much the account reply says.
    account_reply: AccountReply = "account-reply", "protocol 3.5" {
        /// `web` and `sdk` are there.
        Full = "full",
        /// No `web`: the portal has no domain prefix.
        NoWeb = "no-web",
        /// Neither `web` nor `sdk`: both channels are off.
        NoChannels = "no-channels",
        /// Neither, and of each credential only `id`, `category` and what the API channel needs.
        Minimal = "minimal",
    }

    /// Which form `web.href` has.
    web_link: WebLink = "web-link", "protocol 10.1, 3.5" {
        /// `/web/client` with `baseUrl`.
        Client = "client",
        /// The older `/web/v4/app`.
        App = "app",
        /// The account on the api host, as one live reply of an API-only workflow had it.
        AccountUrl = "account-url",
    }

    /// In which order the credentials of an execution are listed.
    credential_order: CredentialOrder = "credential-order", "protocol 3.5, vocabulary 0.11" {
        /// As the workflow lists them; DATA comes first.
        Workflow = "workflow",
        /// The other way round: no order is promised.
        Reversed = "reversed",
    }

    /// What finalize answers.
    finalize_reply: FinalizeReply = "finalize-reply", "protocol 5" {
        /// `timestamp`, `account` and `workflowExecution`.
        Documented = "documented",
        /// No body at all.
        Empty = "empty",
        /// The members of an upload's reply, as one client assumes.
        LikeUpload = "like-upload",
    }

    /// Which status an execution has while pages come in.
    started_status: StartedStatus = "started-status", "protocol 7.1" {
        /// `ACQUISITION_STARTED`, which callbacks have.
        AcquisitionStarted = "acquisition-started",
        /// `INITIATED`: the status call documents no other word for it.
        Initiated = "initiated",
    }

    /// What the details answer before the end.
    early_details: EarlyDetails = "early-details", "protocol 7.2, 7.10" {
        /// They can be read and have no decision.
        WithoutDecision = "without-decision",
        /// 404: not yet visible.
        NotFound = "not-found",
    }

    /// Which decision an expired execution has.
    expired_decision: ExpiredDecision = "expired-decision", "protocol 7.4" {
        /// NOT_EXECUTED and -1, as current pages have it.
        NotExecuted = "not-executed",
        /// REJECTED and 100, as seen in 2023.
        Rejected = "rejected",
    }

    /// How a risk score is written.
    score_form: ScoreForm = "score-form", "protocol 7.4, vocabulary 8.1" {
        /// As a float: `0.0`.
        Float = "float",
        /// As an integer: `0`.
        Integer = "integer",
    }

    /// What the steps of a workflow answer for which no step names were found.
    unnamed_steps: UnnamedSteps = "unnamed-steps", "protocol 7.8" {
        /// An empty list: the details do have an address for them.
        Empty = "empty",
        /// 404.
        NotFound = "not-found",
    }

    /// What the rules of an execution answer.
    rules_reply: RulesReply = "rules-reply", "protocol 7.8, 12" {
        /// An empty object: no official reply was found.
        Empty = "empty",
        /// The list that one third party's test has.
        Listed = "listed",
        /// 404.
        NotFound = "not-found",
    }

    /// How the reply with the report's address calls the execution.
    report_member: ReportMember = "report-member", "protocol 7" {
        /// `workflowId`.
        WorkflowId = "workflow-id",
        /// `id`.
        Id = "id",
    }

    /// What GET of an account answers.
    account_details: AccountDetails = "account-details", "protocol 7, 12" {
        /// Its id and address, as other replies have them.
        IdAndHref = "id-and-href",
        /// 404.
        NotFound = "not-found",
    }

    /// What a deletion answers.
    deletion_reply: DeletionReply = "deletion-reply", "protocol 8" {
        /// 200 without a body.
        Empty = "empty",
        /// 204.
        NoContent = "no-content",
    }

    /// What is left of a deleted execution.
    after_deletion: AfterDeletion = "after-deletion", "protocol 7.10, 8" {
        /// 404, as documented for deleted ones.
        NotFound = "not-found",
        /// The metadata and the decision, which deletion keeps: details with `wipedOutAt`, without parts.
        MetadataKept = "metadata-kept",
    }

    /// What is left of an execution after the tenant's retention time.
    after_wipe: AfterWipe = "after-wipe", "protocol 7.2, 7.10" {
        /// Details with `wipedOutAt`, without parts.
        MetadataKept = "metadata-kept",
        /// 404.
        NotFound = "not-found",
    }

    /// Which code wrong client credentials get.
    token_refusal: TokenRefusal = "token-refusal", "protocol 2.1, 12" {
        /// 401, as OAuth 2 asks for (RFC 6749, 5.2).
        Unauthorized = "unauthorized",
        /// 400, one of the two documented codes.
        BadRequest = "bad-request",
        /// 403, the other.
        Forbidden = "forbidden",
    }

    /// Which body a refusal has.
    error_body: ErrorBody = "error-body", "protocol 9.1, 2.1" {
        /// `title`, `status`, `detail`; of the token call OAuth 2's own form.
        Problem = "problem",
        /// `message` alone, as of the Web SDK's backend.
        Message = "message",
        /// OAuth 2's form everywhere.
        OAuth = "oauth",
        /// Plain text.
        Text = "text",
        /// A gateway's page.
        Html = "html",
        /// Nothing.
        Empty = "empty",
    }

    /// Whether several DOCUMENT credentials can be asked for at once.
    several_documents: SeveralDocuments = "several-documents", "protocol 3.2, vocabulary 0.11" {
        /// 400: one node with one country and one type.
        Refused = "refused",
        /// They are taken: 10170 is called "Multi Doc Upload".
        Accepted = "accepted",
    }

    /// Whether HTTP Basic is taken in place of an access token.
    basic_access: BasicAccess = "basic-access", "protocol 2.3" {
        /// 401: it is deprecated.
        Refused = "refused",
        /// It is taken, with the client's id and secret.
        Accepted = "accepted",
    }
}
