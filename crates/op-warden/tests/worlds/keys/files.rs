//! Key files.

use crate::{
    case::Case,
    verdict::Verdict::{Pass, Refuse, Wait},
    world::{file::File, names::OWN},
};

pub(super) fn key_modes(cases: &mut Vec<Case>) {
    for (mode, verdict) in [
        (0o400, Pass),
        (0o600, Pass),
        (0o700, Pass),
        (0o640, Refuse),
        (0o604, Refuse),
        (0o644, Refuse),
        (0o666, Refuse),
        (0o777, Refuse),
    ] {
        cases.push(Case::new(
            format!("keys of mode {mode:o}"),
            &[("key-file", verdict)],
            |world| {
                world.key_mode = mode;
            },
        ));
    }
    for (name, content, verdict) in [
        ("is missing", File::Missing, Wait),
        ("is a directory", File::Directory, Wait),
        ("is a pipe", File::Pipe, Wait),
        ("is empty", File::Text(String::new()), Refuse),
        ("is half a key", File::Text(OWN[..32].to_owned()), Refuse),
        ("begins with 0X", File::Text(format!("0X{OWN}")), Refuse),
        ("is a keystore", File::Text(r#"{"crypto":{},"version":3}"#.to_owned()), Refuse),
        ("is a mnemonic", File::Text("test ".repeat(11) + "junk"), Refuse),
        ("is in PEM", File::Text("-----BEGIN EC PRIVATE KEY-----\nMHQ\n".to_owned()), Refuse),
        ("is no text", File::Bytes(vec![0xff; 32]), Refuse),
        ("is huge", File::Text(OWN.repeat(10_000)), Refuse),
    ] {
        let noticed = [("key-file", verdict), ("published-key", verdict)];
        cases.push(Case::new(format!("own.key {name}"), &noticed, |world| {
            world.files.insert("own.key", content);
        }));
    }
}
