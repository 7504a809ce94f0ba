//! The fuzzers' corpus, replayed and changed at random, on a stable compiler.

#[path = "../../fuzz/targets/chain.rs"]
mod chain;
#[path = "../../fuzz/targets/replay.rs"]
mod replay;

#[test]
fn no_entry_of_the_corpus_breaks_a_parser() {
    for (name, target) in chain::TARGETS {
        replay::replay(name, target);
    }
}
