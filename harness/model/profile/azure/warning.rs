//! Warnings about Azure settings that are valid but probably not intended.

use serde_saphyr::Spanned;

use super::Cidr;
use super::check::azure;
use super::model::{Exposure, Public};
use crate::document::Error;
use crate::profile::layer::Layers;
use crate::profile::model::Profile;

/// Ranges from which no client on the Internet connects, and their purpose:
/// <https://www.iana.org/assignments/iana-ipv4-special-registry>.
const ELSEWHERE: [(Cidr, &str); 10] = [
    (Cidr::new([192, 0, 2, 0], 24), EXAMPLE),
    (Cidr::new([198, 51, 100, 0], 24), EXAMPLE),
    (Cidr::new([203, 0, 113, 0], 24), EXAMPLE),
    (Cidr::new([10, 0, 0, 0], 8), PRIVATE),
    (Cidr::new([172, 16, 0, 0], 12), PRIVATE),
    (Cidr::new([192, 168, 0, 0], 16), PRIVATE),
    (
        Cidr::new([100, 64, 0, 0], 10),
        "is shared address space of providers (RFC 6598), and no client connects to a public \
         address from it",
    ),
    (
        Cidr::new([127, 0, 0, 0], 8),
        "is the loopback of each machine (RFC 1122), and no other client connects from it",
    ),
    (
        Cidr::new([169, 254, 0, 0], 16),
        "is link-local (RFC 3927), and no client connects to a public address from it",
    ),
    (
        Cidr::new([224, 0, 0, 0], 3),
        "is for multicast or reserved (RFC 5771, RFC 1112), and no client connects from it",
    ),
];

/// <https://www.rfc-editor.org/rfc/rfc5737>
const EXAMPLE: &str = "is reserved for documentation (RFC 5737), and no client connects from it";
/// <https://www.rfc-editor.org/rfc/rfc1918>
const PRIVATE: &str = "is private (RFC 1918), and no client connects to a public address from it";

type Ranges = Vec<Spanned<Cidr>>;

/// Warns of ranges that admit no client: copied examples, and addresses of private networks.
pub(in crate::profile) fn warnings(layers: &Layers) -> Vec<Error> {
    let merged = layers.merged();
    let mut warnings = Vec::new();
    for find in [web, starter, authorized] {
        // Ignore the range if a later layer chose another kind of exposure or another backend.
        let counts = find(&merged).is_some();
        let Some((layer, ranges)) = layers.last(find).filter(|_| counts) else {
            continue;
        };
        warnings.extend(ranges.iter().filter_map(|range| {
            let why = why_no_client(range.value)?;
            let message = format!(
                "`{}` {why}: replace it with your own addresses",
                range.value
            );
            Some(layer.error_at(range, message))
        }));
    }
    warnings
}

/// Why no client connects from a range. `None` if clients may connect from it.
fn why_no_client(range: Cidr) -> Option<&'static str> {
    let mut elsewhere = ELSEWHERE.iter();
    let found = elsewhere.find(|(kept, _)| kept.contains(range));
    found.map(|(_, why)| *why)
}

fn web(profile: &Profile) -> Option<&Ranges> {
    allowed(azure(profile)?.expose.as_ref()?.web.as_ref()?)
}

fn starter(profile: &Profile) -> Option<&Ranges> {
    allowed(azure(profile)?.expose.as_ref()?.starter.as_ref()?)
}

fn allowed(exposure: &Exposure) -> Option<&Ranges> {
    match exposure {
        Exposure::Public(Public { allow }) => allow.as_ref(),
        Exposure::ClusterIp | Exposure::Internal => None,
    }
}

fn authorized(profile: &Profile) -> Option<&Ranges> {
    let kubernetes = azure(profile)?.kubernetes.as_ref()?;
    kubernetes.authorized_ip_ranges.as_ref()
}
