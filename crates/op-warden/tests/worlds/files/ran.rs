//! What ran last on an engine's data.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Wait},
};

/// The release of the image.
const REFERENCE: &str = "registry.example/op-geth:v1.101701.0";

pub(super) fn earlier_programs(cases: &mut Vec<Case>) {
    for (name, ran, has_data, verdict) in [
        ("this release", "op-geth v1.101701.0\n", true, Pass),
        ("an earlier release", "op-geth v1.101608.0\n", true, Pass),
        ("a release that is not known", "op-geth latest\n", true, Pass),
        ("a later release", "op-geth v1.101702.1\n", true, Refuse),
        ("another engine", "op-reth v2.8.2\n", true, Refuse),
        ("this release, and the data are gone", "op-geth v1.101701.0\n", false, Refuse),
        ("something that is no release", "yes\n", true, Wait),
    ] {
        let noticed: &[_] = if verdict == Pass { &[] } else { &[("engine-data", verdict)] };
        cases.push(Case::new(format!("what ran last is {name}"), noticed, |world| {
            world.text("what-ran", ran);
            if has_data {
                world.text("engine/geth/nodekey", name);
            }
            world.service("engine-data")["ran"] = json!("what-ran");
            world.service("engine-data")["image"] = json!({"reference": REFERENCE});
        }));
    }
}
