//! The fuzzers' corpus, replayed and changed at random, on a stable compiler.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

#[path = "../../op-chain/fuzz/targets/replay.rs"]
mod replay;
#[path = "../../op-chain/fuzz/targets/warden.rs"]
mod warden;

#[test]
fn no_entry_of_the_corpus_breaks_a_parser() {
    for (name, target) in warden::TARGETS {
        replay::replay(name, target);
    }
}
