//! The Merkle tree of RFC 9162 §2.1 with keccak256: a leaf is hashed behind a zero byte, a node behind a one,
//! an odd node goes up as it is. The root is hashed behind a two with the number of leaves: without it a path does
//! not prove a leaf's place.

use alloy_primitives::{B256, Keccak256, keccak256};

const LEAF: u8 = 0;
const NODE: u8 = 1;
const ROOT: u8 = 2;

/// The hash of a leaf: `keccak256(0x00 ‖ data)`, the data in parts.
#[must_use]
pub fn leaf(parts: &[&[u8]]) -> B256 {
    let mut hasher = Keccak256::new();
    hasher.update([LEAF]);
    for part in parts {
        hasher.update(part);
    }
    hasher.finalize()
}

fn node(left: &B256, right: &B256) -> B256 {
    let mut bytes = [NODE; 65];
    bytes[1..33].copy_from_slice(left.as_slice());
    bytes[33..].copy_from_slice(right.as_slice());
    keccak256(bytes)
}

fn counted(leaves: u64, top: &B256) -> B256 {
    let mut bytes = [ROOT; 41];
    bytes[1..9].copy_from_slice(&leaves.to_be_bytes());
    bytes[9..].copy_from_slice(top.as_slice());
    keccak256(bytes)
}

/// A tree that grows to the right; it keeps one node for each binary digit of its number of leaves.
#[derive(Debug, Default)]
pub struct Tree {
    /// Roots of the perfect subtrees, the largest first.
    subtrees: Vec<B256>,
    leaves: u64,
}

impl Tree {
    pub fn push(&mut self, leaf: B256) {
        let mut right = leaf;
        for _ in 0..self.leaves.trailing_ones() {
            if let Some(left) = self.subtrees.pop() {
                right = node(&left, &right);
            }
        }
        self.subtrees.push(right);
        self.leaves += 1;
    }

    #[must_use]
    pub fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The root; `None` of a tree without leaves.
    #[must_use]
    pub fn root(&self) -> Option<B256> {
        self.top().map(|top| counted(self.leaves, &top))
    }

    /// The topmost node.
    fn top(&self) -> Option<B256> {
        self.subtrees.iter().rev().copied().reduce(|right, left| node(&left, &right))
    }
}

impl FromIterator<B256> for Tree {
    fn from_iter<T: IntoIterator<Item = B256>>(leaves: T) -> Self {
        let mut tree = Self::default();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}

/// The nodes beside the way from a leaf to the root, from the leaf up (RFC 9162 §2.1.3.1). `index` is below
/// the number of leaves.
#[must_use]
pub fn path(leaves: &[B256], index: usize) -> Vec<B256> {
    let Some(middle) = middle(leaves.len()) else { return Vec::new() };
    let (left, right) = leaves.split_at(middle);
    let (mut path, sibling) = if index < middle {
        (path(left, index), right)
    } else {
        (path(right, index - middle), left)
    };
    path.extend(sibling.iter().copied().collect::<Tree>().top());
    path
}

/// The largest power of two below a number of leaves; `None` of a leaf.
fn middle(count: usize) -> Option<usize> {
    (count > 1).then(|| count.next_power_of_two() / 2)
}

/// The root that a leaf and its path come to (RFC 9162 §2.1.3.2); `None` where place, number and path do not
/// belong together.
#[must_use]
pub fn root(leaf: B256, index: u64, count: u64, path: &[B256]) -> Option<B256> {
    let mut last = count.checked_sub(1).filter(|last| index <= *last)?;
    let mut at = index;
    let mut top = leaf;
    for sibling in path {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            top = node(sibling, &top);
            // An odd node went up as it is.
            let rise = at.trailing_zeros();
            at >>= rise;
            last >>= rise;
        } else {
            top = node(&top, sibling);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then(|| counted(count, &top))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: usize) -> Vec<B256> {
        (0..count).map(|i| leaf(&[&i.to_be_bytes()])).collect()
    }

    /// RFC 9162 §2.1.1, word for word.
    fn defined(leaves: &[B256]) -> B256 {
        match middle(leaves.len()) {
            None => leaves[0],
            Some(middle) => node(&defined(&leaves[..middle]), &defined(&leaves[middle..])),
        }
    }

    #[test]
    fn the_largest_power_of_two_below() {
        let found: Vec<_> = (1..=9).map(middle).collect();
        let [two, four] = [Some(2), Some(4)];
        assert_eq!(found, [None, Some(1), two, two, four, four, four, four, Some(8)]);
    }

    #[test]
    fn no_leaves_have_no_root() {
        assert_eq!(Tree::default().root(), None);
        assert_eq!(root(B256::ZERO, 0, 0, &[]), None);
    }

    proptest! {
        #[test]
        fn every_leaf_is_proven_at_its_place_and_nowhere_else(count in 1_usize..70, at in 0_u64..70) {
            let leaves = leaves(count);
            let tree: Tree = leaves.iter().copied().collect();
            prop_assert_eq!(tree.leaves(), count as u64);
            prop_assert_eq!(tree.root(), Some(counted(count as u64, &defined(&leaves))));
            for (index, leaf) in leaves.iter().enumerate() {
                let path = path(&leaves, index);
                let found = root(*leaf, at, count as u64, &path);
                prop_assert_eq!(found == tree.root(), at == index as u64);
                prop_assert_eq!(root(*leaf, index as u64, count as u64, &path), tree.root());
                // The last of three is not the last of two as well.
                for other in [count as u64 - 1, count as u64 + 1] {
                    prop_assert_ne!(root(*leaf, at.min(index as u64), other, &path), tree.root());
                }
            }
        }

        #[test]
        fn a_path_of_another_length_is_refused(count in 2_usize..70, index in 0_usize..70) {
            let leaves = leaves(count);
            let index = index % count;
            let mut path = path(&leaves, index);
            path.push(B256::ZERO);
            prop_assert_eq!(root(leaves[index], index as u64, count as u64, &path), None);
            path.truncate(path.len() - 2);
            prop_assert_eq!(root(leaves[index], index as u64, count as u64, &path), None);
        }
    }
}
