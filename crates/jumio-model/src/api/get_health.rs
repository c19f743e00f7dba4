//! `GET /` on the status host: how Jumio's services are (protocol 8).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::serde_as;

#[cfg(feature = "endpoint")]
use crate::endpoint::{Access, Endpoint, Repeat, Role, Target};
use crate::lenient::ByName;
pub use crate::vocabulary::HealthStatus;

/// Asks how Jumio's services are: `GET /` on the status host (protocol 8). Needs no token. How sure: documented in the
/// guide.
///
/// ```
/// let call = jumio_model::api::GetHealth::new();
/// ```
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct GetHealth;

impl GetHealth {
    /// The call.
    pub fn new() -> Self {
        Self
    }
}

/// How Jumio's services are (protocol 8). How sure: two documented samples.
///
/// ```
/// use jumio_model::{HealthReply, HealthStatus};
///
/// let health: HealthReply = jumio_model::from_slice(br#"{"status":"DEGRADED","details":{"mobile":"DOWN"}}"#)?;
/// assert_eq!((health.status, health.details.get("mobile")), (HealthStatus::Degraded, Some(&HealthStatus::Down)));
/// # Ok::<(), jumio_model::ReadError>(())
/// ```
#[serde_as]
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[non_exhaustive]
pub struct HealthReply {
    /// All of them together; an empty one where the reply has none.
    #[serde(default)]
    pub status: HealthStatus,
    /// By service (`api`, `callback`, `mobile`, `processing`, `retrieval`, `web`); only those affected.
    #[serde_as(deserialize_as = "ByName")]
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub details: BTreeMap<String, HealthStatus>,
}

#[cfg(feature = "endpoint")]
impl Endpoint for GetHealth {
    const NAME: &'static str = "get_health";
    const METHOD: http::Method = http::Method::GET;
    const PATH: &'static str = "/";
    const ROLE: Role = Role::Health;
    const ACCESS: Access = Access::None;
    const REPEAT: Repeat = Repeat::Safe;
    type Reply = HealthReply;

    fn target(&self) -> Target<'_> {
        Target::template([])
    }

    #[inline]
    fn decode(&self, body: &[u8]) -> Result<HealthReply, crate::ReadError> {
        crate::from_slice(body)
    }
}
