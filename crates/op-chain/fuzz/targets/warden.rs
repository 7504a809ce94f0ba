//! The parsers of op-warden, and what has to hold of whatever they take.

use op_gate::config::Config;

/// A parser by the name of its corpus.
type Target = (&'static str, fn(&[u8]));

/// Every one.
pub(crate) const TARGETS: [Target; 1] = [("warden_config", warden_config)];

/// The configuration: what was read survives being written.
fn warden_config(bytes: &[u8]) {
    if let Ok(config) = serde_json::from_slice::<Config>(bytes) {
        let text = serde_json::to_string(&config).unwrap();
        let again: Config = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
    }
}
