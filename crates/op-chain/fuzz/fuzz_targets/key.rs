#![no_main]

#[path = "../targets/chain.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (name, target) in targets::TARGETS {
        if name == "key" {
            target(bytes);
        }
    }
});
