//! The Merkle root of the VM's memory (cannon, `mipsevm/memory/memory.go`, `page.go`, `binary_tree.go`).
//!
//! Memory is a binary tree over all 2^64 bytes in leaves of 32, pages of 4096 bytes its subtrees. A
//! subtree without pages counts as zeros. Pages come in ascending order, so that one unfinished
//! subtree a level is all that is ever held.

use std::sync::LazyLock;

use alloy_primitives::{B256, keccak256};

/// Bytes of a page.
pub(super) const PAGE: usize = 1 << 12;
/// Bits of a page's index: addresses have 64 bits, those within a page 12.
pub(super) const INDEX_BITS: usize = 52;
/// Bytes that two leaves have together, the input of every hash.
const PAIR: usize = 64;
/// Levels of the tree within a page.
const PAGE_LEVELS: usize = 7;
/// Roots of subtrees of zeros, from a leaf to the whole memory.
static ZEROS: LazyLock<[B256; PAGE_LEVELS + INDEX_BITS + 1]> = LazyLock::new(|| {
    let mut zeros = [B256::ZERO; PAGE_LEVELS + INDEX_BITS + 1];
    for level in 1..zeros.len() {
        zeros[level] = pair(&zeros[level - 1], &zeros[level - 1]);
    }
    zeros
});

/// The tree while pages are added.
pub(super) struct Memory {
    /// The left halves that wait for their right ones, by their level above the pages.
    left: [Option<B256>; INDEX_BITS],
    /// Index and root of the last page.
    last: Option<(u64, B256)>,
}

/// The page's index is not above the one before, or has more than 52 bits.
#[derive(Debug)]
pub(super) struct OutOfOrder;

impl Memory {
    /// Memory without a page.
    pub(super) const fn new() -> Self {
        Self { left: [None; INDEX_BITS], last: None }
    }

    /// Adds the next page by its root.
    pub(super) fn add(&mut self, index: u64, root: B256) -> Result<(), OutOfOrder> {
        if index >> INDEX_BITS != 0 || self.last.is_some_and(|(last, _)| last >= index) {
            return Err(OutOfOrder);
        }
        if let Some((last, root)) = self.last {
            // The two part where the last one turns left and this one right.
            let parting = (last ^ index).ilog2() as usize;
            self.left[parting] = Some(self.climb(last, root, parting));
        }
        self.last = Some((index, root));
        Ok(())
    }

    /// The root over everything that was added.
    pub(super) fn root(mut self) -> B256 {
        match self.last {
            Some((index, root)) => self.climb(index, root, INDEX_BITS),
            None => ZEROS[PAGE_LEVELS + INDEX_BITS],
        }
    }

    /// The root of the subtree of that many levels over the last page.
    fn climb(&mut self, index: u64, page: B256, levels: usize) -> B256 {
        let mut node = page;
        for level in 0..levels {
            let zero = ZEROS[PAGE_LEVELS + level];
            node = if index >> level & 1 == 0 {
                pair(&node, &zero)
            } else {
                pair(&self.left[level].take().unwrap_or(zero), &node)
            };
        }
        node
    }
}

/// The root of a page.
pub(super) fn page_root(page: &[u8; PAGE]) -> B256 {
    let zeros = &*ZEROS;
    let mut nodes = [B256::ZERO; PAGE / PAIR];
    for (node, leaves) in nodes.iter_mut().zip(page.chunks_exact(PAIR)) {
        // Much of a program is zeros, and looking is faster than hashing.
        *node = if leaves == [0; PAIR] { zeros[1] } else { keccak256(leaves) };
    }
    let mut count = nodes.len();
    for level in 1..PAGE_LEVELS {
        count /= 2;
        for position in 0..count {
            let (left, right) = (nodes[2 * position], nodes[2 * position + 1]);
            nodes[position] = if left == zeros[level] && right == zeros[level] {
                zeros[level + 1]
            } else {
                pair(&left, &right)
            };
        }
    }
    nodes[0]
}

/// keccak256 of two nodes in a row.
pub(super) fn pair(left: &B256, right: &B256) -> B256 {
    let mut both = [0; PAIR];
    both[..32].copy_from_slice(left.as_slice());
    both[32..].copy_from_slice(right.as_slice());
    keccak256(both)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The definition, with nothing left out but subtrees of zeros.
    fn defined(pages: &BTreeMap<u64, [u8; PAGE]>, prefix: u64, bits: usize) -> B256 {
        let first = if bits == 64 { 0 } else { prefix << bits };
        let last = first | (u64::MAX >> (64 - bits));
        if pages.range(first >> 12..=last >> 12).next().is_none() {
            return ZEROS[bits - 5];
        }
        if bits == 12 {
            let mut nodes: Vec<_> = pages[&prefix].chunks(32).map(B256::from_slice).collect();
            while nodes.len() > 1 {
                nodes = nodes.chunks(2).map(|two| pair(&two[0], &two[1])).collect();
            }
            return nodes[0];
        }
        let child = |side| defined(pages, prefix << 1 | side, bits - 1);
        pair(&child(0), &child(1))
    }

    #[test]
    fn the_root_is_that_of_the_definition() {
        let last = (1 << INDEX_BITS) - 1;
        for indices in [
            &[][..],
            &[0],
            &[last],
            &[0, last],
            &[0, 1, 2, 3, 4],
            &[1, 3, 4, 9, 10, 11, 12, 31, 32, 1 << 20, 1 << 51, (1 << 51) + 1, last - 1, last],
        ] {
            let mut pages = BTreeMap::new();
            let mut memory = Memory::new();
            for (&index, content) in indices.iter().zip(0_u8..) {
                // The first page is one of zeros.
                let mut page = [0; PAGE];
                page[usize::from(content) * 33] = content;
                memory.add(index, page_root(&page)).unwrap();
                pages.insert(index, page);
            }
            assert_eq!(memory.root(), defined(&pages, 0, 64), "{indices:?}");
        }
    }

    #[test]
    fn pages_come_once_and_in_order() {
        for (first, second) in [(5, 5), (5, 4), (5, 0), (0, 1 << INDEX_BITS), (0, u64::MAX)] {
            let mut memory = Memory::new();
            memory.add(first, B256::ZERO).unwrap();
            assert!(memory.add(second, B256::ZERO).is_err(), "{first} {second}");
        }
    }
}
