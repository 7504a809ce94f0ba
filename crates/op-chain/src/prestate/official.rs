//! Absolute prestates of official releases. They know the chains of the superchain registry and no
//! other, so no dispute of another chain can be played with one.

use alloy_primitives::B256;

const PRESTATES: &str = include_str!("../../data/standard-prestates.txt");
const CHAINS: &str = include_str!("../../data/registry-chains.txt");

/// The official releases with that prestate ("cannon64 1.9.0, cannon64 1.9.0-rc.1"); `None` where it
/// is of none.
#[must_use]
pub fn releases(prestate: B256) -> Option<String> {
    let hash = prestate.to_string();
    let of = PRESTATES.lines().filter_map(|line| match line.split(' ').collect::<Vec<_>>()[..] {
        [release, program, known] if known == hash => Some(format!("{program} {release}")),
        _ => None,
    });
    let releases = of.collect::<Vec<_>>().join(", ");
    (!releases.is_empty()).then_some(releases)
}

/// Whether the superchain registry has the chain.
#[must_use]
pub fn is_registered(chain_id: u64) -> bool {
    let id = chain_id.to_string();
    CHAINS.lines().any(|line| line == id)
}

#[cfg(test)]
mod tests {
    use alloy_primitives::b256;

    use super::*;
    use crate::prestate::STALE_DEFAULT;

    #[test]
    fn a_release_is_told_by_its_hash() {
        for (hash, expected) in [
            (STALE_DEFAULT, Some("cannon32 1.3.1, cannon32 1.3.1-rc.2")),
            (
                b256!("033c000916b4a88cfffeceddd6cf0f4be3897a89195941e5a7c3f8209b4dbb6e"),
                Some("cannon64 1.9.0, cannon64 1.9.0-rc.1"),
            ),
            (
                b256!("031ac6f15c19010da258f5cb633ef6ca9318c2d0f244bea6b2045ce6b790e1df"),
                Some("cannon64-kona-interop 1.7.0"),
            ),
            (B256::ZERO, None),
        ] {
            assert_eq!(releases(hash).as_deref(), expected, "{hash}");
        }
    }

    #[test]
    fn chains_of_the_registry_are_known() {
        let chains = [(10, true), (763_373, true), (1, false), (901, false), (20_260_619, false)];
        for (id, expected) in chains {
            assert_eq!(is_registered(id), expected, "{id}");
        }
    }

    #[test]
    fn every_line_of_the_tables_is_read() {
        let lines = |table: &'static str| table.lines().filter(|line| !line.starts_with('#'));
        for line in lines(PRESTATES) {
            let hash: B256 = line.rsplit(' ').next().unwrap().parse().unwrap();
            // The VM's status of a program that has not ended.
            assert_eq!((hash[0], releases(hash).is_some()), (3, true), "{line}");
        }
        for line in lines(CHAINS) {
            assert!(is_registered(line.parse().unwrap()), "{line}");
        }
    }
}
