//! What a profile of a place in Azure may say, and probably does not mean.

use serde_saphyr::Spanned;

use super::Cidr;
use super::check::azure;
use super::model::{Exposure, Public};
use crate::document::Error;
use crate::profile::layer::Layers;
use crate::profile::model::Profile;

/// Addresses that are kept for documentation: <https://www.rfc-editor.org/rfc/rfc5737>.
const DOCUMENTATION: [Cidr; 3] = [
    Cidr::new([192, 0, 2, 0], 24),
    Cidr::new([198, 51, 100, 0], 24),
    Cidr::new([203, 0, 113, 0], 24),
];

type Ranges = Vec<Spanned<Cidr>>;

/// Ranges that admit nobody, as they are examples that were copied.
pub(in crate::profile) fn doubts(layers: &Layers) -> Vec<Error> {
    let merged = layers.merged();
    let mut doubts = Vec::new();
    for find in [web, starter, authorized] {
        // A range below another kind of exposure, or of another backend, does not count.
        let counts = find(&merged).is_some();
        let Some((layer, ranges)) = layers.last(find).filter(|_| counts) else {
            continue;
        };
        let examples = ranges.iter().filter(|range| is_example(range.value));
        doubts.extend(examples.map(|range| {
            let message = format!(
                "`{}` is kept for documentation (RFC 5737) and belongs to nobody: put the \
                 addresses that you come from in its place",
                range.value
            );
            layer.error_at(range, message)
        }));
    }
    doubts
}

fn is_example(range: Cidr) -> bool {
    DOCUMENTATION.iter().any(|kept| kept.contains(range))
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
