//! Single changes of genesis.json, rollup.json and the prestate: each is refused, or gives something
//! else, or is proven to mean the same by rules that share nothing with the crate.

mod change;
mod genesis;
mod json;
mod meaning;
mod official;
mod prestate;
mod rollup;

use std::fs;

/// Bytes that are most likely to go unnoticed, and one that is no text.
const BYTES: &[u8] = b"0189afAFgxX -+.eE\t\n\",:{}[]\\/nt\x00\xff";

/// The registry's files (`OP_STACK_TEST_DATA`): name, genesis.json, rollup.json.
fn registry(chain: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    let folder = test_kit::data().join("genesis").join(chain);
    let Ok(packed) = fs::File::open(folder.join("genesis.json.zst")) else {
        eprintln!(
            "SKIPPED: changes of {chain}: no registry files; OP_STACK_TEST_DATA names their folder"
        );
        return None;
    };
    Some((zstd::decode_all(packed).unwrap(), fs::read(folder.join("rollup.json")).unwrap()))
}

/// How many changes were judged in which way.
#[derive(Debug, Default)]
struct Tally {
    refused: usize,
    different: usize,
    neutral: usize,
}

impl Tally {
    /// Counts one change; `neutral` says whether it is proven to mean the same.
    fn count<T: PartialEq, E>(
        &mut self,
        original: &T,
        changed: &Result<T, E>,
        neutral: impl FnOnce() -> bool,
        what: impl FnOnce() -> String,
    ) {
        match changed {
            Err(_) => self.refused += 1,
            Ok(changed) if changed != original => self.different += 1,
            Ok(_) => {
                assert!(neutral(), "not noticed: {}", what());
                self.neutral += 1;
            }
        }
    }

    /// There are changes of each sort, or the test does not test.
    fn check(&self, what: &str) {
        println!("{what}: {self:?}");
        assert!(self.refused > 0 && self.different > 0 && self.neutral > 0, "{what}: {self:?}");
    }
}
