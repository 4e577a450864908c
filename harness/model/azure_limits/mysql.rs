//! The limits of Azure Database for MySQL (flexible server) by SKU, from the tables of
//! <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-server-parameters> and
//! <https://learn.microsoft.com/azure/mysql/flexible-server/concepts-service-tiers-storage>. If the
//! two pages differ, this module uses the smaller number.

/// The default and the bounds of a server parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParameterRange {
    pub default: u64,
    pub minimum: u64,
    pub maximum: u64,
}

/// The maximum storage of a server in GiB: 16 TiB, or 32 TiB for a memory-optimized server.
pub fn storage_gib(memory_optimized: bool) -> u32 {
    if memory_optimized { 32_768 } else { 16_384 }
}

/// SKUs without `Standard_`, with the default and the maximum of `max_connections`. The pages have
/// no default for `D96ads_v5`. For all other SKUs, the default is half of the maximum.
const CONNECTIONS: &[(&[&str], u64, u64)] = &[
    (&["B1s"], 85, 171),
    (&["B1ms"], 171, 341),
    (&["B2s"], 341, 683),
    (&["B2ms", "D2ads_v5", "D2ds_v4"], 683, 1365),
    (&["B4ms", "D4ads_v5", "D4ds_v4"], 1365, 2731),
    (&["B8ms", "D8ads_v5", "D8ds_v4"], 2731, 5461),
    (&["B12ms"], 4097, 8193),
    (&["B16ms", "D16ads_v5", "D16ds_v4"], 5461, 10_923),
    (&["B20ms"], 6827, 13_653),
    (&["D32ads_v5", "D32ds_v4"], 10_923, 21_845),
    (&["D48ads_v5", "D48ds_v4"], 16_384, 32_768),
    (&["D64ads_v5", "D64ds_v4"], 21_845, 43_691),
    (&["D96ads_v5"], 32_768, 65_536),
    (&["E2ds_v4", "E2ads_v5", "E2ds_v5"], 1365, 2731),
    (&["E4ds_v4", "E4ads_v5", "E4ds_v5"], 2731, 5461),
    (&["E8ds_v4", "E8ads_v5", "E8ds_v5"], 5461, 10_923),
    (&["E16ds_v4", "E16ads_v5", "E16ds_v5"], 10_923, 21_845),
    (&["E20ds_v4", "E20ads_v5", "E20ds_v5"], 13_653, 27_306),
    (&["E32ds_v4", "E32ads_v5", "E32ds_v5"], 21_845, 43_691),
    (&["E48ds_v4", "E48ads_v5", "E48ds_v5"], 32_768, 65_536),
    (&["E64ds_v4", "E64ads_v5", "E80ids_v4"], 43_008, 86_016),
    (&["E64ds_v5"], 43_691, 87_383),
    (&["E96ds_v5", "E96ads_v5"], 50_000, 100_000),
];

/// The minimum of `max_connections` of every SKU.
const LEAST_CONNECTIONS: u64 = 10;

/// SKUs without `Standard_`, with `innodb_buffer_pool_size` in bytes: default, minimum and maximum.
/// The rows of B12ms and B16ms on the page contradict themselves, so they are left out.
const BUFFER_POOLS: &[(&[&str], [u64; 3])] = &[
    (&["B1s"], [134_217_728, 33_554_432, 268_435_456]),
    (&["B1ms"], [536_870_912, 134_217_728, 1_073_741_824]),
    (&["B2s"], [2_147_483_648, 134_217_728, 2_147_483_648]),
    (
        &["B2ms", "D2ads_v5", "D2ds_v4"],
        [4_294_967_296, 134_217_728, 5_368_709_120],
    ),
    (
        &["D4ads_v5", "D4ds_v4"],
        [12_884_901_888, 134_217_728, 12_884_901_888],
    ),
    (
        &["D8ads_v5", "D8ds_v4"],
        [25_769_803_776, 134_217_728, 25_769_803_776],
    ),
    (
        &["D16ads_v5", "D16ds_v4"],
        [51_539_607_552, 134_217_728, 51_539_607_552],
    ),
];

/// `max_connections` of a SKU. `None` if it is unknown.
pub fn connections(sku: &str) -> Option<ParameterRange> {
    let (_, default, maximum) = CONNECTIONS.iter().find(|(skus, ..)| is_one(skus, sku))?;
    Some(ParameterRange {
        default: *default,
        minimum: LEAST_CONNECTIONS,
        maximum: *maximum,
    })
}

/// Every SKU with a known limit, without `Standard_`.
pub fn mysql_skus() -> impl Iterator<Item = &'static str> {
    let connections = CONNECTIONS.iter().flat_map(|(skus, ..)| *skus);
    let pools = BUFFER_POOLS.iter().flat_map(|(skus, _)| *skus);
    connections.chain(pools).copied()
}

/// `innodb_buffer_pool_size` of a SKU in bytes. `None` if it is unknown.
pub fn buffer_pool(sku: &str) -> Option<ParameterRange> {
    let (_, [default, minimum, maximum]) =
        BUFFER_POOLS.iter().find(|(skus, _)| is_one(skus, sku))?;
    Some(ParameterRange {
        default: *default,
        minimum: *minimum,
        maximum: *maximum,
    })
}

fn is_one(skus: &[&str], sku: &str) -> bool {
    let size = sku.split_once('_').map_or(sku, |(_, size)| size);
    skus.iter().any(|one| one.eq_ignore_ascii_case(size))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_agrees_with_a_recording_and_a_report() {
        // Recorded from a burstable B1ms on 2023-04-18: value 171, allowed 10-341.
        let small = connections("Standard_B1ms").expect("a known SKU");
        assert_eq!(
            (small.default, small.minimum, small.maximum),
            (171, 10, 341)
        );
        // https://github.com/Azure/azure-mysql/issues/286
        assert_eq!(
            connections("standard_d4ads_v5").map(|it| it.default),
            Some(1365)
        );
        assert_eq!(connections("Standard_D2s_v5"), None);
        assert_eq!(
            buffer_pool("Standard_B1ms").map(|it| it.maximum),
            Some(1 << 30)
        );
    }

    #[test]
    fn a_default_is_half_of_the_maximum() {
        for (skus, default, maximum) in CONNECTIONS {
            assert!((2 * default).abs_diff(*maximum) <= 1, "{skus:?}");
        }
    }
}
