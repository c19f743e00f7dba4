//! Where Jumio's five services are here, and so which addresses stand in replies: all on one port, each on a port of its
//! own, or told apart by the Host header.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use jumio_model::endpoint::Role;

/// How the five services are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Services {
    /// All at one address, by path.
    #[default]
    OnePort,
    /// Each on a port of its own: auth, account, api, retrieval and health on consecutive ports, where a first one was
    /// chosen, else on five free ones. A call to another service's port is 404.
    PortEach,
    /// By the Host header, such as `auth.emea-1.jumio.ai` or `auth.localhost:8888`: the first label says which service it is,
    /// and the addresses in replies have the other services' labels before the same rest. `X-Forwarded-Proto` says whether
    /// they are https. A host that names no service, such as `127.0.0.1`, gets all of them by path.
    ByHost,
}

/// The addresses of the services.
#[derive(Debug, Clone)]
pub(crate) struct Sites {
    services: Services,
    /// By role, in the order of [`Role::ALL`], without a slash at the end. All the same on one port.
    bases: Vec<String>,
}

impl Sites {
    /// `ports` are one, or one for each role.
    pub(crate) fn new(services: Services, address: IpAddr, ports: &[u16]) -> Self {
        // One that stands for all of this machine's addresses is none that can be called.
        let address = if address.is_unspecified() { IpAddr::V4(Ipv4Addr::LOCALHOST) } else { address };
        let base = |index: usize| {
            let port = ports.get(index).or(ports.first()).copied().unwrap_or_default();
            format!("http://{}", SocketAddr::new(address, port))
        };
        Self { services, bases: (0..Role::ALL.len()).map(base).collect() }
    }

    /// The address of a service; `origin` is the pattern that a transaction keeps of its account call's host.
    pub(crate) fn base(&self, role: Role, origin: Option<&str>) -> Cow<'_, str> {
        match origin {
            Some(pattern) => Cow::Owned(pattern.replacen(LABEL, label(role), 1)),
            None => Cow::Borrowed(self.bases.get(index(role)).map_or("", String::as_str)),
        }
    }

    /// Which service a call to this port and host is for; nothing where it is for all of them.
    pub(crate) fn role(&self, port: usize, host: Option<&str>) -> Option<Role> {
        match self.services {
            Services::OnePort => None,
            Services::PortEach => Role::ALL.get(port).copied(),
            Services::ByHost => split(host?).map(|(role, _)| role),
        }
    }

    /// The pattern of the addresses that belong to a call with this host.
    pub(crate) fn origin(&self, host: Option<&str>, is_https: bool) -> Option<String> {
        if self.services != Services::ByHost {
            return None;
        }
        let (_, rest) = split(host?)?;
        Some(format!("{}://{LABEL}.{rest}", if is_https { "https" } else { "http" }))
    }
}

/// Stands for the service in an address pattern.
const LABEL: &str = "{service}";

fn split(host: &str) -> Option<(Role, &str)> {
    let (first, rest) = host.split_once('.')?;
    let role = Role::ALL.into_iter().find(|role| label(*role).eq_ignore_ascii_case(first))?;
    Some((role, rest))
}

/// The first label of the service's host (protocol 1).
// behavior: the services' hosts are auth, account, api, retrieval and, for health, status | protocol 1 | documented
fn label(role: Role) -> &'static str {
    match role {
        Role::Health => "status",
        other => other.name(),
    }
}

fn index(role: Role) -> usize {
    Role::ALL.into_iter().position(|known| known == role).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{IpAddr, Ipv4Addr, Role, Services, Sites};

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn one_port_has_everything() {
        let sites = Sites::new(Services::OnePort, HERE, &[7]);
        assert_eq!(sites.base(Role::Api, None), "http://127.0.0.1:7");
        assert_eq!(sites.role(0, Some("auth.emea-1.jumio.ai")), None);
        assert_eq!(sites.origin(Some("auth.emea-1.jumio.ai"), true), None);
    }

    #[test]
    fn each_port_is_one_service() {
        let sites = Sites::new(Services::PortEach, HERE, &[1, 2, 3, 4, 5]);
        assert_eq!(sites.base(Role::Retrieval, None), "http://127.0.0.1:4");
        assert_eq!(sites.role(3, None), Some(Role::Retrieval));
    }

    #[test]
    fn the_host_says_which_service_and_where_the_others_are() {
        let sites = Sites::new(Services::ByHost, HERE, &[7]);
        let host = Some("account.emea-1.jumio.ai:8443");
        assert_eq!(sites.role(0, host), Some(Role::Account));
        assert_eq!(sites.role(0, Some("status.localhost")), Some(Role::Health));
        assert_eq!(sites.role(0, Some("127.0.0.1:7")), None);
        let origin = sites.origin(host, true).unwrap();
        assert_eq!(sites.base(Role::Api, Some(&origin)), "https://api.emea-1.jumio.ai:8443");
        assert_eq!(sites.base(Role::Api, None), "http://127.0.0.1:7");
    }
}
