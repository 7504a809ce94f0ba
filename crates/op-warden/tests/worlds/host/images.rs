//! Container images.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait},
    world::names::DIGEST,
};

pub(super) fn pinned(cases: &mut Vec<Case>) {
    let hex = &DIGEST["sha256:".len()..];
    let with = |digest: &str| json!(digest);
    for (name, digest, permitted, verdict) in [
        ("of another image", with(&format!("sha256:{}", "0".repeat(64))), false, Pass),
        ("and permission to go without", with(DIGEST), true, Pass),
        ("null", json!(null), false, Wait),
        ("null, permitted", json!(null), true, Skip),
        ("empty", with(""), false, Refuse),
        ("empty, permitted", with(""), true, Refuse),
        ("a name alone", with("sha256:"), false, Refuse),
        ("without name", with(hex), false, Refuse),
        ("of another name", with(&format!("sha512:{hex}")), false, Refuse),
        ("with its name in capitals", with(&format!("SHA256:{hex}")), false, Refuse),
        ("in capitals", with(&format!("sha256:{}", hex.to_uppercase())), false, Refuse),
        ("one digit short", with(&DIGEST[..DIGEST.len() - 1]), false, Refuse),
        ("one digit long", with(&format!("{DIGEST}0")), false, Refuse),
        ("with another letter", with(&DIGEST.replace('f', "g")), false, Refuse),
        ("with white space", with(&format!("{DIGEST}\n")), false, Refuse),
        ("with white space before", with(&format!(" {DIGEST}")), false, Refuse),
        ("with its repository", with(&format!("op-node@{DIGEST}")), false, Refuse),
        ("twice, permitted", with(&format!("{DIGEST}{DIGEST}")), true, Refuse),
    ] {
        cases.push(Case::new(format!("a digest {name}"), &[("image-pinned", verdict)], |world| {
            let image = &mut world.service("image-pinned")["image"];
            (image["digest"], image["allowUnpinned"]) = (digest, json!(permitted));
        }));
    }
    cases.push(Case::new("an image by its tag alone", &[("image-pinned", Wait)], |world| {
        world.service("image-pinned")["image"] = json!({"reference": "op-node:latest"});
    }));
}
