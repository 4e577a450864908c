//! The address ranges of a cluster and its network.

use std::ops::RangeInclusive;

use super::Cidr;

/// The default addresses of pods in an overlay network of AKS.
pub const PODS: Cidr = Cidr::new([10, 244, 0, 0], 16);

/// The default addresses of services in AKS. The cluster's DNS is at 10.0.0.10, ten above the first
/// address.
pub const SERVICES: Cidr = Cidr::new([10, 0, 0, 0], 16);

/// Ranges that a cluster cannot use for services, pods or its network:
/// <https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning>.
const RESERVED_BY_AKS: [Cidr; 4] = [
    Cidr::new([169, 254, 0, 0], 16),
    Cidr::new([172, 30, 0, 0], 16),
    Cidr::new([172, 31, 0, 0], 16),
    Cidr::new([192, 0, 2, 0], 24),
];

/// The allowed prefix lengths of the range of services. AKS allows /12 as the largest range (the
/// same page). The smallest range has room for the cluster's DNS, ten above the first address.
pub const SERVICES_SIZE: RangeInclusive<u8> = 12..=28;

/// The prefix length of the smallest subnet in Azure:
/// <https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq>.
pub const SMALLEST_SUBNET: u8 = 29;

/// The number of addresses that Azure reserves in each subnet (the same page).
pub const RESERVED_PER_SUBNET: u64 = 5;

/// The range that AKS reserves and that overlaps `range`, if there is one.
pub fn reserved_by_aks(range: Cidr) -> Option<Cidr> {
    RESERVED_BY_AKS
        .into_iter()
        .find(|kept| kept.overlaps(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_overlaps_a_reserved_range_is_found() {
        for (range, kept) in [
            ("169.254.7.0/24", Some("169.254.0.0/16")),
            ("172.16.0.0/12", Some("172.30.0.0/16")),
            ("172.31.0.0/20", Some("172.31.0.0/16")),
            ("192.0.2.128/25", Some("192.0.2.0/24")),
            ("172.29.0.0/16", None),
            ("10.0.0.0/8", None),
        ] {
            let kept: Option<Cidr> = kept.map(|it| it.parse().expect("a range"));
            assert_eq!(
                reserved_by_aks(range.parse().expect("a range")),
                kept,
                "{range}"
            );
        }
    }

    #[test]
    fn the_default_ranges_do_not_overlap_and_are_not_reserved() {
        assert!(!PODS.overlaps(SERVICES));
        assert_eq!(
            (reserved_by_aks(PODS), reserved_by_aks(SERVICES)),
            (None, None)
        );
        assert!(SERVICES_SIZE.contains(&SERVICES.bits));
    }
}
