//! What repeats itself is told once, and a service is tried again when its start may end otherwise.

use std::os::unix::net::UnixDatagram;

use crate::world::{World, file::File, runner, started::Started};

const SERVICE: &str = "key-file";

fn without_key() -> Started {
    let mut world = World::right();
    world.files.insert("own.key", File::Missing);
    world.start()
}

fn told(started: &Started) -> String {
    started.path(SERVICE)
}

fn retry(started: &Started, services: &[&str]) -> Option<i32> {
    let (config, folder) = (started.path("op-warden.json"), started.dir().display().to_string());
    runner::run(&[&["retry", "--config", &config, "--told", &folder], services].concat()).code
}

#[test]
fn a_judgement_that_repeats_itself_is_told_once() {
    let started = without_key();
    let options = ["--told", &told(&started)];
    let gate = || started.gate(SERVICE, &options);
    let first = gate();
    assert_eq!(first.code, Some(75), "{first:?}");
    assert!(first.stdout.starts_with("key-file: wait (key-file)\n"), "{}", first.stdout);
    let again = gate();
    assert_eq!((again.code, again.stdout.as_str(), again.stderr.as_str()), (Some(75), "", ""));
    // Without the file, everything is told to whoever asks.
    assert_eq!(started.gate(SERVICE, &[]).stdout, first.stdout);

    let own = World::right().files["own.key"].clone();
    let File::Text(key) = own else { panic!("no key") };
    std::fs::write(started.path("own.key"), key).unwrap();
    let present = gate();
    assert!(present.stdout.contains("key-file: "), "{present:?}");
    assert_eq!(gate().stdout, "");
}

#[test]
fn the_judge_tells_only_the_services_that_changed() {
    let started = without_key();
    let path = started.path("judged");
    let check = || started.check(&["--told", &path]);
    let first = check();
    assert!(first.stdout.contains("pass    chain-files"), "{}", first.stdout);
    assert_eq!(check().stdout, "");
    std::fs::write(started.path("own.key"), "no key").unwrap();
    let changed = check().stdout;
    assert!(changed.contains("key-file: refuse"), "{changed}");
    assert!(!changed.contains("genesis-hash:"), "{changed}");
}

#[test]
fn a_start_is_tried_again_only_if_it_may_end_otherwise() {
    let started = without_key();
    assert_eq!(retry(&started, &[SERVICE]), Some(0), "nothing was told yet");
    started.gate(SERVICE, &["--told", &told(&started)]);
    assert_eq!(retry(&started, &[SERVICE]), Some(75));
    assert_eq!(retry(&started, &[SERVICE, "genesis-hash"]), Some(0), "one passes");
    std::fs::write(started.path("own.key"), "no key").unwrap();
    assert_eq!(retry(&started, &[SERVICE]), Some(0), "it has another reason");
    assert_eq!(retry(&started, &["nobody"]), Some(255));
    assert_eq!(retry(&started, &[]), Some(255));
}

#[test]
fn the_unit_has_the_reason_as_its_status() {
    let started = without_key();
    let path = started.path("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    let config = started.path("op-warden.json");
    let mut command = runner::command();
    command.env("NOTIFY_SOCKET", &path).args(["gate", SERVICE, "--config", &config]);
    runner::finished(command.output().unwrap());
    socket.set_nonblocking(true).unwrap();
    let mut text = [0; 4096];
    let length = socket.recv(&mut text).unwrap();
    let said = str::from_utf8(&text[..length]).unwrap();
    assert!(said.starts_with("STATUS=wait (key-file): there is no such file"), "{said}");
}

/// systemd skips such a unit, and does not fail it.
#[test]
fn a_refusal_may_be_a_skip() {
    let mut world = World::right();
    world.text("own.key", "no key");
    let started = world.start();
    let [plain, skipped] = [&[][..], &["--skip"]].map(|options| started.gate(SERVICE, options));
    assert_eq!((plain.code, skipped.code), (Some(255), Some(75)), "{plain}\n{skipped}");
    assert!(plain.stdout.contains("refuse") && plain.stdout == skipped.stdout, "{skipped}");
    // What waits waits, and what passes passes.
    assert_eq!(without_key().gate(SERVICE, &["--skip"]).code, Some(75));
    assert_eq!(World::right().start().gate(SERVICE, &["--skip"]).code, Some(0));
}
