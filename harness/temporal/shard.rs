//! The history shard of a workflow. Pure.
//!
//! The server computes the fingerprint of namespace id and workflow id, modulo the number of shards
//! (`WorkflowIDToHistoryShard` in its `common/util.go`). The fingerprint is `Fingerprint32` of
//! Google's `FarmHash` (<https://github.com/google/farmhash>), which is stable across versions and
//! machines. This implementation handles texts of more than 24 bytes only. A namespace id is a UUID,
//! so all texts are longer.

/// The shortest text that this implementation handles, in bytes.
const SHORTEST: usize = 25;

const FIRST: u32 = 0xcc9e_2d51;
const SECOND: u32 = 0x1b87_3593;

/// The shard of a workflow, from 1 on. `None` if there are no shards, or the ids are shorter than a
/// server's.
pub(super) fn shard_of(namespace_id: &str, workflow_id: &str, shards: u32) -> Option<u32> {
    let text = format!("{namespace_id}_{workflow_id}");
    Some(fingerprint(text.as_bytes())?.checked_rem(shards)? + 1)
}

/// One workflow id with this prefix for each shard, in the order of shards.
pub(super) fn one_id_for_each(namespace_id: &str, prefix: &str, shards: u32) -> Vec<String> {
    let mut found = vec![None; usize::try_from(shards).unwrap_or_default()];
    let mut missing = found.len();
    // A given shard is hit once in `shards` ids on average, so 64 times as many hit all of them.
    for number in 0..u64::from(shards) * 64 {
        if missing == 0 {
            break;
        }
        let id = format!("{prefix}{number}");
        let Some(shard) = shard_of(namespace_id, &id, shards) else {
            break;
        };
        let index = usize::try_from(shard - 1).expect("a shard number fits in memory");
        if found[index].is_none() {
            found[index] = Some(id);
            missing -= 1;
        }
    }
    found.into_iter().flatten().collect()
}

fn fingerprint(text: &[u8]) -> Option<u32> {
    if text.len() < SHORTEST {
        return None;
    }
    let length = u32::try_from(text.len()).ok()?;
    let word = |at: usize| {
        let bytes = text[at..at + 4].try_into();
        u32::from_le_bytes(bytes.expect("the slice has four bytes"))
    };
    let scramble = |value: u32| {
        value
            .wrapping_mul(FIRST)
            .rotate_right(17)
            .wrapping_mul(SECOND)
    };
    let from_end = |bytes: usize| scramble(word(text.len() - bytes));
    let first = stir(stir(length, from_end(4)), from_end(16));
    let second = FIRST.wrapping_mul(length);
    let third = second;
    let mut one = first;
    let mut two = stir(stir(second, from_end(8)), from_end(12));
    let mut three = third
        .wrapping_add(from_end(20))
        .rotate_right(19)
        .wrapping_add(113);
    let mix = |value: u32, hash: u32| stir(hash, scramble(value));
    for block in 0..(text.len() - 1) / 20 {
        let words = [0, 4, 8, 12, 16].map(|at| word(block * 20 + at));
        one = one.wrapping_add(words[0]);
        two = two.wrapping_add(words[1]);
        three = three.wrapping_add(words[2]);
        one = mix(words[3], one).wrapping_add(words[4]);
        two = mix(words[2], two).wrapping_add(words[0]);
        let last = words[1].wrapping_add(words[4].wrapping_mul(FIRST));
        three = mix(last, three).wrapping_add(words[3]);
        three = three.wrapping_add(two);
        two = two.wrapping_add(three);
    }
    let twice = |value: u32| {
        let turned = value.rotate_right(11).wrapping_mul(FIRST);
        turned.rotate_right(17).wrapping_mul(FIRST)
    };
    Some(join(join(one, twice(two)), twice(three)))
}

/// Mixes a scrambled word into a hash.
fn stir(hash: u32, word: u32) -> u32 {
    spread((hash ^ word).rotate_right(19))
}

/// Mixes a running hash into another, at the end.
fn join(hash: u32, other: u32) -> u32 {
    spread(hash.wrapping_add(other).rotate_right(19))
        .rotate_right(17)
        .wrapping_mul(FIRST)
}

fn spread(hash: u32) -> u32 {
    hash.wrapping_mul(5).wrapping_add(0xe654_6b64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACE: &str = "32049b68-7872-4094-8e63-d0dd59896a83";

    /// Computed with the Go module that the server uses, `github.com/dgryski/go-farm`.
    #[test]
    fn a_workflow_belongs_to_the_shard_that_the_server_computes() {
        for (id, wanted) in [
            ("", 85),
            ("a", 136),
            ("harness-readiness-0", 240),
            ("harness-readiness-12345", 190),
            ("0123456789012345678901234567890123456789", 70),
            ("ä日本🦀", 418),
        ] {
            assert_eq!(shard_of(NAMESPACE, id, 512), Some(wanted), "{id}");
        }
        for (text, wanted) in [
            ("abcdefghijklmnopqrstuvwxy", 1_851_954_435),
            (
                "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefgh",
                4_017_404_986,
            ),
        ] {
            assert_eq!(fingerprint(text.as_bytes()), Some(wanted), "{text}");
        }
    }

    #[test]
    fn every_shard_has_an_id() {
        for shards in [1, 4, 512, 4096] {
            let ids = one_id_for_each(NAMESPACE, "harness-readiness-", shards);
            let found: Vec<_> = ids
                .iter()
                .map(|id| shard_of(NAMESPACE, id, shards))
                .collect();
            assert_eq!(found, (1..=shards).map(Some).collect::<Vec<_>>());
        }
        assert!(one_id_for_each(NAMESPACE, "harness-readiness-", 0).is_empty());
        assert!(one_id_for_each("", "short-", 4).is_empty());
    }
}
