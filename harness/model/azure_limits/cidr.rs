//! Address ranges in CIDR notation.

use std::fmt;
use std::net::Ipv4Addr;
use std::str::FromStr;

use crate::quantity::{ParseError, textual};

/// A range of IPv4 addresses: its first address and its prefix length.
///
/// ```
/// use model::profile::azure::Cidr;
///
/// let whole: Cidr = "10.240.0.0/16".parse()?;
/// let part: Cidr = "10.240.4.0/28".parse()?;
/// assert!(whole.contains(part) && whole.overlaps(part) && !part.contains(whole));
/// assert!("10.240.4.1/28".parse::<Cidr>().is_err(), "not the first address of the range");
/// # Ok::<(), model::quantity::ParseError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    /// The first address.
    pub first: Ipv4Addr,
    /// The prefix length: the number of leading bits that all addresses share, 0 to 32.
    pub bits: u8,
}

textual!(
    Cidr,
    r"^([0-9]{1,3}\.){3}[0-9]{1,3}/([0-9]|[12][0-9]|3[0-2])$",
    "10.240.0.0/22"
);

impl Cidr {
    /// `first` must be the first address of the range. This is not checked.
    pub const fn new(first: [u8; 4], bits: u8) -> Self {
        let [a, b, c, d] = first;
        Self {
            first: Ipv4Addr::new(a, b, c, d),
            bits,
        }
    }

    /// Whether all addresses of `other` are in this range.
    pub fn contains(self, other: Self) -> bool {
        self.bits <= other.bits && other.first.to_bits() & mask(self.bits) == self.first.to_bits()
    }

    /// Whether the ranges share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The address `offset` after the first one.
    pub fn address(self, offset: u32) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.first.to_bits().saturating_add(offset))
    }

    /// The number of addresses.
    pub fn addresses(self) -> u64 {
        1 << (32 - self.bits)
    }
}

/// The mask of the leading bits that the addresses of a range share.
fn mask(bits: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(bits)).unwrap_or(0)
}

impl FromStr for Cidr {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        let read = || {
            let (first, bits) = text.split_once('/')?;
            let first: Ipv4Addr = first.parse().ok()?;
            let plain = bits.bytes().all(|byte| byte.is_ascii_digit());
            let bits: u8 = bits.parse().ok().filter(|bits| plain && *bits <= 32)?;
            (first.to_bits() & !mask(bits) == 0).then_some(Self { first, bits })
        };
        let expected = "an IPv4 range in CIDR notation, starting with its first address (such as \
                        `10.240.0.0/22`, or `203.0.113.7/32` for one address)";
        read().ok_or_else(|| ParseError::new(text, expected))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}/{}", self.first, self.bits)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn any_cidr() -> impl Strategy<Value = Cidr> {
        // Few bits vary, so that ranges often overlap.
        (any::<u32>(), 0_u8..=32).prop_map(|(address, bits)| Cidr {
            first: Ipv4Addr::from_bits(address & 0xC000_0003 & mask(bits)),
            bits,
        })
    }

    #[test]
    fn an_invalid_range_is_rejected() {
        for text in [
            "",
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/+8",
            "10.0.0.1/8",
            "10.0.0/8",
            "10.0.0.0/8/8",
            "::/0",
            "0.0.0.1/0",
        ] {
            assert!(text.parse::<Cidr>().is_err(), "{text}");
        }
        assert_eq!("0.0.0.0/0".parse(), Ok(Cidr::new([0; 4], 0)));
    }

    proptest! {
        #[test]
        fn formatting_and_parsing_round_trip(range in any_cidr()) {
            prop_assert_eq!(range.to_string().parse(), Ok(range));
        }

        #[test]
        fn a_range_contains_the_addresses_between_its_ends(a in any_cidr(), b in any_cidr()) {
            let ends = |range: Cidr| {
                let first = u64::from(range.first.to_bits());
                (first, first + range.addresses() - 1)
            };
            let ((from, to), (start, end)) = (ends(a), ends(b));
            prop_assert_eq!(a.contains(b), from <= start && end <= to);
            prop_assert_eq!(a.overlaps(b), from <= end && start <= to);
        }
    }
}
