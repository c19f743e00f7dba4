//! The `data` of a capability's entry (vocabulary 4.2, 4.3): invented values in the documented shapes.

use jumio_model::DocumentType;
use serde_json::{Map, Value, json};

use super::{Decision, NOT_EXECUTED, PASSED, REJECTED};
use crate::credential::{Category, Credential};
use crate::transaction::Transaction;

/// What stands in `data`; nothing where the capability has none.
// behavior: not executed, extraction, similarity and watchlistScreening have `data: {}`, liveness and the checks none; liveness with BAD_QUALITY has none either | vocabulary 8.2, 4.2 | observed
pub(super) fn of(
    capability: &str,
    transaction: &Transaction,
    credentials: &[&Credential],
    decision: &Decision,
) -> Option<Value> {
    if decision.kind == NOT_EXECUTED {
        return matches!(capability, "extraction" | "similarity" | "watchlistScreening").then(|| json!({}));
    }
    let has_face = credentials.iter().any(|credential| credential.category == Category::Selfie);
    match capability {
        "extraction" => credentials.first().map(|credential| extraction(credential)),
        // behavior: similarity says NOT_MATCH in its data where the label is NO_MATCH | protocol 7.5 | documented
        "similarity" => Some(json!({ "similarity": match decision.label.as_str() {
            "NO_MATCH" => "NOT_MATCH",
            other => other,
        } })),
        "liveness" if decision.label == "BAD_QUALITY" => None,
        "liveness" => Some(json!({ "type": "IPROOV_STANDARD", "predictedAge": 34, "ageConfidenceRange": "24-44" })),
        "authentication" => Some(json!({ "type": "IPROOV_STANDARD" })),
        // The 1:n face search needs a face; `findings` only where something was found.
        "imageChecks" if has_face => Some(json!({ "faceSearchFindings": { "status": "DONE" } })),
        "watchlistScreening" => Some(screening(transaction, decision)),
        "proofOfResidency" if decision.kind == PASSED => {
            Some(json!({ "reasonMessage": "Full match of name and address" }))
        }
        "drivingLicenseVerification" if decision.kind == PASSED => Some(matches(&["name", "firstName", "lastName"])),
        "govtIdVerification" if decision.kind == PASSED => {
            Some(matches(&["completeName", "firstName", "lastName", "nationalId", "dob", "personalIdNumber"]))
        }
        "emailVerification" => Some(email()),
        "phoneVerification" => Some(phone()),
        "geoIpVerification" => Some(geo_ip()),
        "deviceRiskVerification" => Some(device()),
        _ => None,
    }
}

/// `…Match: MATCH` for each of these. No other value was captured.
fn matches(names: &[&str]) -> Value {
    Value::Object(names.iter().map(|name| (format!("{name}Match"), json!("MATCH"))).collect())
}

fn extraction(credential: &Credential) -> Value {
    if credential.category == Category::Document { document(credential) } else { identity(credential) }
}

/// The fields that a document of this type has (protocol 7.6).
// behavior: a document gives the fields of its type: most lastName, issuingDate, address; UB also dueDate; BS accountNumber and swiftCode; CC panNumber and monthYearExpiry; SSC its own | protocol 7.6 | documented
fn document(credential: &Credential) -> Value {
    let code = credential.kind.first().unwrap_or("BS");
    let info = DocumentType::from(code).info();
    let mut data = Map::new();
    data.insert("type".to_owned(), json!(code));
    for name in info.map(|info| info.extraction_fields).unwrap_or_default() {
        if let Some(value) = field(name, credential.country().unwrap_or("USA")) {
            data.insert((*name).to_owned(), value);
        }
    }
    Value::Object(data)
}

fn field(name: &str, country: &str) -> Option<Value> {
    Some(match name {
        "firstName" => json!("JANE"),
        "lastName" => json!("DOE"),
        "issuingDate" => json!("2025-05-31"),
        "dueDate" => json!("2025-06-30"),
        "dateOfBirth" => json!("1990-01-31"),
        "accountNumber" => json!("DE00000000000000000000"),
        "swiftCode" => json!("EXAMPLEX"),
        "panNumber" => json!("000000XXXXXX0000"),
        "monthYearExpiry" => json!("12/30"),
        "socialSecurityNumber" => json!("000000000"),
        "signatureAvailable" => json!(true),
        "address" => json!({
            "line1": "1 EXAMPLE STREET",
            "city": "SPRINGFIELD",
            "subdivision": "IL",
            "postalCode": "62701",
            "country": country,
            "formattedAddress": format!("1 EXAMPLE STREET, SPRINGFIELD, IL, 62701, {country}"),
        }),
        _ => return None,
    })
}

/// What an ID gives (protocol 7.7): the members of a live payload.
fn identity(credential: &Credential) -> Value {
    let country = credential.country().unwrap_or("AUT");
    let kind = credential.kind.first().unwrap_or("ID_CARD");
    let mut data = json!({
        "type": kind,
        "issuingCountry": country,
        "firstName": "JANE",
        "lastName": "DOE",
        "dateOfBirth": "1990-01-31",
        "expiryDate": "2033-12-01",
        "issuingDate": "2023-12-01",
        "documentNumber": "X0000000",
        "personalNumber": "<<<<<<<<<<<<<<",
        "gender": "F",
        "nationality": country,
        "placeOfBirth": "WIEN",
        "address": {
            "line1": "EXAMPLE STREET 1",
            "city": "WIEN",
            "postalCode": "1010",
            "country": country,
            "formattedAddress": format!("EXAMPLE STREET 1, 1010 WIEN, {country}"),
        },
        "dateOfBirthParts": { "year": "1990", "month": "01", "day": "31" },
        "issuingDateParts": { "year": "2023", "month": "12", "day": "01" },
        "expiryDateParts": { "year": "2033", "month": "12", "day": "01" },
        "currentAge": "35",
    });
    if let ("ID_CARD", Some(members)) = (kind, data.as_object_mut()) {
        members.insert("subType".to_owned(), json!("NATIONAL_ID"));
    }
    data
}

// behavior: searchStatus is SUCCESS, as in every live payload, and searchDate ends in .000Z | vocabulary 5, 8.3 | observed
fn screening(transaction: &Transaction, decision: &Decision) -> Value {
    let at = transaction.completed_at.unwrap_or(transaction.created_at);
    let seconds = at.seconds();
    let hits = i32::from(decision.kind != PASSED && decision.kind != REJECTED);
    json!({
        "searchDate": at.whole_second().text(),
        "searchId": "1234567890",
        "searchReference": format!("{seconds}-EXAMPLE1"),
        "searchResultUrl": "https://example.com/public/search/1",
        "searchResults": hits,
        "searchStatus": "SUCCESS",
    })
}

fn email() -> Value {
    json!({
        "emailVerificationStatus": "Verified",
        "firstVerifiedAt": "2020-01-02T03:04:05.000Z",
        "totalHits": "12",
        "emailExists": true,
        "domainExists": true,
        "domainName": "example.com",
        "domainCompany": "Example",
        "domainRiskLevel": "VERY_LOW",
        "domainCreationDate": "1995-08-14T00:00:00.000Z",
        "advice": "LOWER_FRAUD_RISK",
        "domainCountry": "USA",
        "domainCategory": "Webmail",
        "domainCorporate": false,
    })
}

fn phone() -> Value {
    json!({
        "phoneType": "MOBILE",
        "carrier": "Example Mobile",
        "blocked": false,
        "riskInsights": {
            "relativeRisk": ["LOW RISK"],
            "applicationToPersonTraffic": ["NO ACTIVITY"],
            "personToPersonTraffic": ["REGULAR ACTIVITY"],
        },
    })
}

fn geo_ip() -> Value {
    json!({
        "country": "USA",
        "state": "IL",
        "city": "Springfield",
        "isp": "Example ISP",
        "organization": "Example Org",
        "latitude": 39.78,
        "longitude": -89.65,
        "accuracyRadius": 5,
        "anonymousVPN": false,
        "satelliteProvider": false,
    })
}

fn device() -> Value {
    json!({
        "deviceModel": "Example Phone",
        "deviceOS": "Android",
        "browser": "Chrome",
        "trueIP": "192.0.2.1",
        "ipLocationCity": "Springfield",
        "ipLocationCountry": "USA",
        "ipLocationLatitude": "39.78",
        "ipLocationLongitude": "-89.65",
        "ipLocationRegion": "IL",
        "metaDataAge": "12",
        "deviceAlerts": ["Many Accounts Per Device"],
        "browserCookiesEnabled": true,
        "browserLanguage": "EN-US",
        "browserVersion": "120",
        "deviceFirstSeen": "2025-01-02T03:04:05.000Z",
        "deviceScreen": "800x360",
        "isp": "Example ISP",
        "flashEnabled": false,
        "browserTimezone": "+06:00",
        "deviceIsNew": false,
        "statedIp": "192.0.2.1",
    })
}
