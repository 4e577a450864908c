//! The addresses of a cluster and of its network.

use std::ops::RangeInclusive;

use super::Cidr;

/// The addresses that AKS gives to pods in an overlay network where nobody says others.
pub const PODS: Cidr = Cidr::new([10, 244, 0, 0], 16);

/// The addresses that AKS gives to services where nobody says others. The cluster's DNS is at
/// 10.0.0.10, ten above the first one.
pub const SERVICES: Cidr = Cidr::new([10, 0, 0, 0], 16);

/// What a cluster can use neither for services and pods nor for its network:
/// <https://learn.microsoft.com/azure/aks/concepts-network-ip-address-planning>.
const KEPT_BY_AKS: [Cidr; 4] = [
    Cidr::new([169, 254, 0, 0], 16),
    Cidr::new([172, 30, 0, 0], 16),
    Cidr::new([172, 31, 0, 0], 16),
    Cidr::new([192, 0, 2, 0], 24),
];

/// The largest and the smallest range of services, in leading bits: AKS takes /12 at most (the same
/// page), and the smallest has room for the address of the cluster's DNS, ten above the first one.
pub const SERVICES_SIZE: RangeInclusive<u8> = 12..=28;

/// The smallest subnet that Azure has, in leading bits:
/// <https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq>.
pub const SMALLEST_SUBNET: u8 = 29;

/// How many addresses of each subnet Azure keeps for itself (the same page).
pub const KEPT_OF_SUBNET: u64 = 5;

/// The range that AKS keeps for itself and that another one meets, if it does.
pub fn kept_by_aks(range: Cidr) -> Option<Cidr> {
    KEPT_BY_AKS.into_iter().find(|kept| kept.overlaps(range))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_that_meets_one_of_akss_own_is_told_which() {
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
                kept_by_aks(range.parse().expect("a range")),
                kept,
                "{range}"
            );
        }
    }

    #[test]
    fn what_nobody_says_is_not_of_akss_own_and_does_not_meet() {
        assert!(!PODS.overlaps(SERVICES));
        assert_eq!((kept_by_aks(PODS), kept_by_aks(SERVICES)), (None, None));
        assert!(SERVICES_SIZE.contains(&SERVICES.bits));
    }
}
