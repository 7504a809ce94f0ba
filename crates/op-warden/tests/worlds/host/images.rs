//! Container images.

use serde_json::json;

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Skip, Wait},
    world::{
        file::{File, containers, images, podman},
        names::DIGEST,
    },
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

pub(super) fn running(cases: &mut Vec<Case>) {
    let other = format!("sha256:{}", "0".repeat(64));
    let right = || containers("op-stack-node", "1d");
    let program = |text: &str| File::Program(text.to_owned());
    for (name, podman, verdict) in [
        ("runs another image", podman(&right(), &images("1d", &other)), Refuse),
        ("runs nothing", podman(&json!([]), &json!([])), Skip),
        ("runs another container", podman(&containers("node", "1d"), &images("1d", DIGEST)), Skip),
        ("has lost the image", podman(&right(), &json!([])), Skip),
        (
            "knows the image by its own digest",
            podman(&right(), &json!([{"Id": "1d", "Digest": DIGEST}])),
            Pass,
        ),
        ("is not there", File::Missing, Skip),
        ("may not be asked", program("echo denied >&2; exit 125"), Skip),
        ("says nonsense", program("echo hello"), Skip),
        ("says nothing", program("exit 0"), Skip),
        ("is silent", program("exec /bin/sleep 60"), Skip),
    ] {
        cases.push(Case::new(format!("podman {name}"), &[("image-running", verdict)], |world| {
            world.files.insert("podman", podman);
            world.config["deadlineSeconds"] = json!(4);
        }));
    }
    for field in ["container", "digest"] {
        cases.push(Case::new(
            format!("an image without {field}"),
            &[("image-running", Skip)],
            |world| {
                world.service("image-running")["image"].as_object_mut().unwrap().remove(field);
            },
        ));
    }
}
