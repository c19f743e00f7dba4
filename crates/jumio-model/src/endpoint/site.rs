//! Where Jumio is: one base URL per role, and which hosts may see a credential.

use http::Uri;
use http::uri::Authority;

use super::base_url::BaseUrl;
use super::link::{self, NotAllowed, NotAllowedReason};
use super::{Access, Region, Role, UserAgent};

/// The addresses of Jumio's five services (protocol 1; documented), and the name by which this integration introduces
/// itself to them. What a URL must be to see a credential is chosen.
///
/// ```
/// use jumio_model::endpoint::{BaseUrl, Region, Role, Site, UserAgent};
///
/// let agent = UserAgent::new("Acme KYC/1.0")?;
/// let live = Site::region(Region::Us, agent.clone());
/// assert_eq!(live.base(Role::Retrieval).to_string(), "https://retrieval.amer-1.jumio.ai");
///
/// let simulator = Site::at(BaseUrl::parse("http://127.0.0.1:8080")?, agent);
/// assert!(simulator.permits(&"http://127.0.0.1:8080/api/v1/accounts".parse()?).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    bases: [BaseUrl; 5],
    also: Vec<BaseUrl>,
    jumio_link: bool,
    region: Option<Region>,
    user_agent: UserAgent,
}

impl Site {
    /// Jumio's own hosts of a region.
    pub fn region(region: Region, user_agent: UserAgent) -> Self {
        let bases = Role::ALL.map(|role| BaseUrl::of_host(region.host(role)));
        Self { bases, also: Vec::new(), jumio_link: false, region: Some(region), user_agent }
    }

    /// One address for all five roles: a simulator, or a mock that someone else runs.
    pub fn at(base: BaseUrl, user_agent: UserAgent) -> Self {
        let bases = Role::ALL.map(|_| base.clone());
        Self { bases, also: Vec::new(), jumio_link: false, region: None, user_agent }
    }

    /// Puts one role at another address.
    #[must_use]
    pub fn with_base(mut self, role: Role, base: BaseUrl) -> Self {
        if let Some(slot) = self.bases.get_mut(role as usize) {
            *slot = base;
        }
        self
    }

    /// Lets credentials go to one more address, for links that Jumio returns, such as a partner's host. Whoever answers there
    /// gets the transaction token.
    #[must_use]
    pub fn also_permitting(mut self, base: BaseUrl) -> Self {
        self.also.push(base);
        self
    }

    /// Lets transaction tokens, and no other credential, go to `api.{region}.jumio.link`, which the quickstart prints for
    /// finalize (protocol 1). Of use only with [`region`](Self::region).
    #[must_use]
    pub fn permitting_jumio_link(mut self) -> Self {
        self.jumio_link = true;
        self
    }

    /// The address of a role.
    pub fn base(&self, role: Role) -> &BaseUrl {
        let [auth, account, api, retrieval, health] = &self.bases;
        match role {
            Role::Auth => auth,
            Role::Account => account,
            Role::Api => api,
            Role::Retrieval => retrieval,
            Role::Health => health,
        }
    }

    /// The name by which this integration introduces itself.
    pub fn user_agent(&self) -> &UserAgent {
        &self.user_agent
    }

    /// Whether the access token, or id and secret, may go to this URL: encrypted (or this machine), without a user part, and
    /// with exactly the scheme, host and port of one of the configured addresses, below its path if it has one. A URL that
    /// came in a payload is checked like any other.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits(&self, uri: &Uri) -> Result<(), NotAllowed> {
        // Nearly every URL was made from a base, and each call that carries a credential asks at least twice.
        let authority = uri.authority().map_or("", Authority::as_str);
        if self.places().any(|base| base.made(uri, authority)) {
            return Ok(());
        }
        link::check(uri)?;
        if self.places().any(|base| base.covers(uri)) {
            return Ok(());
        }
        let host = uri.authority().map(ToString::to_string).unwrap_or_default();
        Err(NotAllowed { host, reason: self.why_not(uri.host().unwrap_or_default()) })
    }

    /// Whether a credential of this kind may go to this URL: as [`permits`](Self::permits), and the transaction token also to
    /// `jumio.link` where [that is permitted](Self::permitting_jumio_link). Where no credential goes along, any URL will do.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_for(&self, access: Access, uri: &Uri) -> Result<(), NotAllowed> {
        match access {
            Access::None => Ok(()),
            Access::TransactionToken if self.jumio_link && self.is_jumio_link(uri) => Ok(()),
            _ => self.permits(uri),
        }
    }

    /// [`permits`](Self::permits) for a URL that came as text.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_link(&self, href: &str) -> Result<(), NotAllowed> {
        self.permits(&link::parse(href)?)
    }

    /// [`permits_for`](Self::permits_for) the transaction token, for a URL that came as text: the links of an account reply.
    ///
    /// # Errors
    ///
    /// [`NotAllowed`] with the host, the reason and the setting.
    pub fn permits_transaction_link(&self, href: &str) -> Result<(), NotAllowed> {
        self.permits_for(Access::TransactionToken, &link::parse(href)?)
    }

    fn places(&self) -> impl Iterator<Item = &BaseUrl> {
        self.bases.iter().chain(&self.also)
    }

    fn is_jumio_link(&self, uri: &Uri) -> bool {
        let Some(region) = self.region else { return false };
        link::check(uri).is_ok() && BaseUrl::of_host(region.jumio_link_host()).covers(uri)
    }

    /// Why a host that is none of the permitted ones is refused, so that the error can name the setting.
    fn why_not(&self, name: &str) -> NotAllowedReason {
        let name = name.to_ascii_lowercase();
        let is = |base: &BaseUrl| base.host().eq_ignore_ascii_case(&name);
        if self.places().any(is) {
            return NotAllowedReason::OtherPlace;
        }
        let is_of = |region: Region, domain: &str| {
            let start = name.strip_suffix(domain);
            start.is_some() && Role::ALL.iter().any(|role| region.host(*role).strip_suffix(".jumio.ai") == start)
        };
        if self.region.is_some() && Region::ALL.into_iter().any(|region| is_of(region, ".jumio.ai")) {
            NotAllowedReason::OtherRegion
        } else if self.region.is_some_and(|region| is_of(region, ".jumio.link")) {
            NotAllowedReason::JumioLink
        } else {
            NotAllowedReason::UnknownHost
        }
    }
}

#[cfg(test)]
mod tests;
