#![no_main]

#[path = "../targets/warden.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    for (name, target) in targets::TARGETS {
        if name == "warden_config" {
            target(bytes);
        }
    }
});
