//! The scalar types of an existing cluster.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use crate::profile::scalar::scalar;
use crate::quantity::{ParseError, textual};

scalar!(
    /// The address of a Temporal frontend, without a scheme.
    FrontendAddress,
    r"^(\[[0-9A-Fa-f:.]{2,45}\]|(?=.{1,253}:)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?):(?!0+$)[0-9]{1,5}$",
    "temporal.example:7233",
    "the address of a Temporal frontend (`HOST:PORT`, such as `temporal.example:7233`)",
    |text| text.rsplit_once(':').is_some_and(|(host, port)| {
        let digits = (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|port: &u16| digits && *port > 0);
        let in_brackets = host.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        port.is_some() && match in_brackets {
            Some(inner) => inner.parse::<Ipv6Addr>().is_ok(),
            None => is_host(host),
        }
    })
);

scalar!(
    /// The host name in a certificate.
    ServerName,
    r"^(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?$",
    "temporal.internal",
    "a host name (letters, digits, `.`, `-` and `_`)",
    is_host
);

/// Whether a text is a host name or an IPv4 address.
fn is_host(text: &str) -> bool {
    let end = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let plain = |byte: u8| end(byte) || byte == b'.' || byte == b'-';
    let bytes = text.as_bytes();
    (1..=253).contains(&text.len())
        && bytes.iter().copied().all(plain)
        && bytes.first().copied().is_some_and(end)
        && bytes.last().copied().is_some_and(end)
}

impl FrontendAddress {
    /// The host, without brackets.
    pub fn host(&self) -> &str {
        let (host, _) = self
            .as_str()
            .rsplit_once(':')
            .unwrap_or((self.as_str(), ""));
        host.trim_start_matches('[').trim_end_matches(']')
    }

    /// Whether it is certainly on this machine: `localhost`, 127.0.0.0/8 or `::1`. Other names are
    /// not resolved.
    pub fn is_loopback(&self) -> bool {
        let host = self.host();
        let address: Option<IpAddr> = host.parse().ok();
        host.eq_ignore_ascii_case("localhost") || address.is_some_and(|it| it.is_loopback())
    }
}
