//! Whether the link that a person was given still leads somewhere.

use chrono::{DateTime, TimeDelta, Utc};
use jumio_model::{WebLink, WorkflowStatus};

use super::{Flow, Phase};

/// How long a transaction waits for its person where neither the request nor the portal says otherwise (protocol 3.1).
const DEFAULT_LIFETIME: TimeDelta = TimeDelta::minutes(30);

/// What has become of the hosted page's link.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Link<'a> {
    /// There is none: not yet, or the workflow has no hosted page.
    None,
    /// It can be opened.
    Live {
        /// The link. A secret.
        href: &'a WebLink,
        /// When it ends unless the person begins before; by our clock, and by 30 minutes where the request names no lifetime,
        /// although the portal may have another.
        until: DateTime<Utc>,
    },
    /// Its time has passed.
    Expired,
    /// The person is through, or the flow is over.
    Done,
}

impl Flow {
    /// What to tell a person who comes back for their link.
    pub fn link(&self, now: DateTime<Utc>) -> Link<'_> {
        match &self.phase {
            Phase::Opening | Phase::Collecting | Phase::Finalizing => Link::None,
            Phase::AwaitingPerson => self.awaited_link(now),
            Phase::Ended(ending) if ending.name() == "expired" => Link::Expired,
            Phase::AwaitingExpiry => Link::Expired,
            Phase::AwaitingResult | Phase::Fetching | Phase::Ended(_) => Link::Done,
        }
    }

    fn awaited_link(&self, now: DateTime<Utc>) -> Link<'_> {
        let Some(transaction) = &self.transaction else { return Link::None };
        let web = transaction.access.as_ref().and_then(|access| access.web.as_ref());
        let (Some(href), Some(opened_at)) = (web, transaction.opened_at) else { return Link::None };
        let asked = self.spec.request.token_lifetime.as_ref().map(jumio_model::TokenLifetime::duration);
        let lifetime = asked.and_then(|asked| TimeDelta::from_std(asked).ok()).unwrap_or(DEFAULT_LIFETIME);
        let until = opened_at.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC);
        // Once the person has begun, every capture gives 15 more minutes (protocol 10.4), and the status tells the end.
        let has_begun = matches!(self.last_status, Some(WorkflowStatus::AcquisitionStarted));
        if now < until || has_begun { Link::Live { href, until } } else { Link::Expired }
    }
}
