//! What a profile of a place in Azure may say, and probably does not mean.

use serde_saphyr::Spanned;

use super::Cidr;
use super::check::azure;
use super::model::{Exposure, Public};
use crate::document::Error;
use crate::profile::layer::Layers;
use crate::profile::model::Profile;

/// Addresses that nobody comes from who comes by way of the Internet, and what they are for instead:
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
        "is shared behind a provider's address (RFC 6598), and nobody comes from it to a public \
         address",
    ),
    (
        Cidr::new([127, 0, 0, 0], 8),
        "is each machine itself (RFC 1122), and nobody else comes from it",
    ),
    (
        Cidr::new([169, 254, 0, 0], 16),
        "counts on one link only (RFC 3927), and nobody comes from it to a public address",
    ),
    (
        Cidr::new([224, 0, 0, 0], 3),
        "is for multicast or reserved (RFC 5771, RFC 1112), and nobody comes from it",
    ),
];

/// <https://www.rfc-editor.org/rfc/rfc5737>
const EXAMPLE: &str = "is kept for documentation (RFC 5737) and belongs to nobody";
/// <https://www.rfc-editor.org/rfc/rfc1918>
const PRIVATE: &str = "is private (RFC 1918), and nobody comes from it to a public address";

type Ranges = Vec<Spanned<Cidr>>;

/// Ranges that admit nobody: examples that were copied, and addresses of networks of one's own.
pub(in crate::profile) fn doubts(layers: &Layers) -> Vec<Error> {
    let merged = layers.merged();
    let mut doubts = Vec::new();
    for find in [web, starter, authorized] {
        // A range below another kind of exposure, or of another backend, does not count.
        let counts = find(&merged).is_some();
        let Some((layer, ranges)) = layers.last(find).filter(|_| counts) else {
            continue;
        };
        doubts.extend(ranges.iter().filter_map(|range| {
            let why = why_nobody(range.value)?;
            let message = format!(
                "`{}` {why}: put the addresses that you come from in its place",
                range.value
            );
            Some(layer.error_at(range, message))
        }));
    }
    doubts
}

/// Why nobody comes from a range, if that is known.
fn why_nobody(range: Cidr) -> Option<&'static str> {
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
