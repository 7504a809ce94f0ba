//! `op-warden purge` as an operator runs it: the real program, with a podman and a systemctl whose
//! every answer the test decides.

mod mounts;

use std::{
    fs,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_kit::Run;

const IMAGE: &str = "us-docker.pkg.dev/oplabs/images/op-node:v1.20.1";
const DIGEST: &str = "us-docker.pkg.dev/oplabs/images/op-reth@sha256:00ff";

/// Knows the containers and images of two folders; `used` makes an image one in use.
const PODMAN: &str = r#"#!/bin/sh
PATH=$TOOLS
echo "$@" >>"$WORLD/podman.log"
file() { printf '%s/%s' "$WORLD/$1" "$(printf '%s' "$2" | tr / _)"; }
case "$*" in
    "container exists -- "*) test -e "$(file containers "$4")" ;;
    "image exists -- "*) test -e "$(file images "$4")" ;;
    "container inspect --size --format {{.SizeRw}} -- "*) echo 4096 ;;
    "image inspect --format {{.Id}} {{.Size}} -- "*) echo "$(cat "$(file images "$6")") 1048576" ;;
    "rm -f -- "*)
        test ! -e "$WORLD/broken" || { echo "Error: storage is broken" >&2; exit 125; }
        rm "$(file containers "$4")" ;;
    "rmi -- "*)
        test ! -e "$WORLD/used" || { echo "Error: image used by 0ff" >&2; exit 2; }
        case "$3" in *@*) echo "Error: tag not known" >&2; exit 125 ;; esac
        test ! -e "$(file images "$3")" || { rm "$(file images "$3")"; exit 0; }
        rm $(grep -lx "$3" "$WORLD"/images/*) ;;
    *) echo "unexpected: $*" >&2; exit 99 ;;
esac
"#;

struct World {
    dir: TempDir,
}

/// The fate of the item whose name ends so.
fn fate(run: &Run, name: &str) -> String {
    let json = run.json();
    let items = json["items"].as_array().unwrap();
    let ends = |item: &&Value| item["name"].as_str().unwrap().ends_with(name);
    let item = items.iter().find(ends).unwrap_or_else(|| panic!("no {name}: {run}"));
    item["fate"].as_str().unwrap().to_owned()
}

impl World {
    fn new() -> Self {
        let world = Self { dir: tempfile::tempdir().unwrap() };
        for folder in ["bin", "containers", "images", "state/engine/db", "state/node"] {
            fs::create_dir_all(world.path(folder)).unwrap();
        }
        for (file, content) in [
            ("state/engine/db/data", "x".repeat(100_000).as_str()),
            ("state/node/peers", "y"),
            ("containers/op-stack-batcher", ""),
            ("containers/another", ""),
            (&format!("images/{}", IMAGE.replace('/', "_")), "id1"),
            (&format!("images/{}", DIGEST.replace('/', "_")), "id2"),
            ("images/another", "id3"),
        ] {
            fs::write(world.path(file), content).unwrap();
        }
        world.program("podman", PODMAN);
        world.systemctl("inactive\nunknown\n");
        world.inventory(&json!({}));
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn program(&self, name: &str, script: &str) {
        let path = self.path("bin").join(name);
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    fn systemctl(&self, answer: &str) {
        let script = format!(
            "#!/bin/sh\necho \"$@\" >>\"$WORLD/systemctl.log\"\nprintf '{answer}'\nexit 3\n"
        );
        self.program("systemctl", &script);
    }

    /// The right inventory but for these fields.
    fn inventory(&self, fields: &Value) {
        let mut inventory = json!({
            "version": 2, "stateDir": self.path("state"), "data": ["engine", "node"],
            "containers": ["op-stack-batcher", "op-stack-node"], "images": [IMAGE, DIGEST],
            "secrets": [], "units": ["op-stack.target", "podman-op-stack-batcher.service"],
            "user": "op-stack",
        });
        for (name, value) in fields.as_object().unwrap() {
            inventory[name] = value.clone();
        }
        fs::write(self.path("state/inventory.json"), inventory.to_string()).unwrap();
    }

    fn purge(&self, options: &[&str]) -> Run {
        self.purge_with_path(&self.path("bin"), options)
    }

    fn purge_with_path(&self, path: &Path, options: &[&str]) -> Run {
        let output = Command::new(env!("CARGO_BIN_EXE_op-warden"))
            .env_clear()
            .env("PATH", path)
            .env("TOOLS", std::env::var_os("PATH").unwrap())
            .env("WORLD", self.dir.path())
            .arg("purge")
            .args(options)
            .arg("--inventory")
            .arg(self.path("state/inventory.json"))
            .output()
            .unwrap();
        Run::from(output)
    }

    fn log(&self, program: &str) -> String {
        fs::read_to_string(self.path(&format!("{program}.log"))).unwrap_or_default()
    }

    fn is_untouched(&self) {
        assert!(self.path("state/engine/db/data").exists());
        assert!(self.path("state/inventory.json").exists());
        assert!(self.path("containers/op-stack-batcher").exists());
        let changes = |line: &str| line.starts_with("rm");
        assert!(!self.log("podman").lines().any(changes), "{}", self.log("podman"));
    }
}

#[test]
fn the_command_explains_itself_with_an_example() {
    let run = World::new().purge(&["--help"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("Example: op-warden purge"), "{run}");
}

#[test]
fn without_yes_it_is_listed_and_nothing_removed() {
    let world = World::new();
    let run = world.purge(&["--json"]);
    assert_eq!(run.code, Some(0), "{run}");
    let json = run.json();
    assert_eq!((&json["purge"], &json["complete"]), (&json!(false), &json!(true)));
    let kinds: Vec<_> =
        json["items"].as_array().unwrap().iter().map(|item| &item["kind"]).collect();
    assert_eq!(
        kinds,
        ["container", "image", "image", "data", "data", "inventory", "stateDir"],
        "{run}"
    );
    assert_eq!(json["items"][0]["bytes"], 4096);
    assert_eq!(json["items"][1]["bytes"], 1_048_576);
    assert!(json["items"][3]["bytes"].as_u64().unwrap() >= 100_000, "{run}");
    let sum = json["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["bytes"].as_u64())
        .sum::<u64>();
    assert_eq!(json["totalBytes"], sum);
    assert_eq!(
        world.log("systemctl"),
        "is-active -- op-stack.target podman-op-stack-batcher.service\n"
    );
    world.is_untouched();
    let text = world.purge(&[]);
    for part in ["found     container  op-stack-batcher", "1 MB", "total", "Nothing was removed."] {
        assert!(text.stdout.contains(part), "{part}: {text}");
    }
    world.is_untouched();
}

#[test]
fn with_yes_all_of_the_stack_goes_and_nothing_else() {
    let world = World::new();
    let run = world.purge(&["--yes", "--json"]);
    assert_eq!(run.code, Some(0), "{run}");
    for item in run.json()["items"].as_array().unwrap() {
        assert_eq!(item["fate"], "removed", "{run}");
    }
    assert!(!world.path("state").exists());
    assert_eq!(fs::read_dir(world.path("containers")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(world.path("images")).unwrap().count(), 1);
    let changes: Vec<String> = world
        .log("podman")
        .lines()
        .filter(|line| line.starts_with("rm"))
        .map(str::to_owned)
        .collect();
    assert_eq!(
        changes,
        [
            "rm -f -- op-stack-batcher".to_owned(),
            format!("rmi -- {IMAGE}"),
            format!("rmi -- {DIGEST}"),
            "rmi -- id2".to_owned(),
        ]
    );
    for options in [&["--yes"][..], &[]] {
        let again = world.purge(options);
        assert_eq!(again.code, Some(255), "{again}");
        assert!(again.stderr.contains("--inventory STATEDIR/inventory.json"), "{again}");
    }
}

#[test]
fn nothing_is_touched_while_a_unit_runs_or_may() {
    for (answer, named) in [
        ("active\ninactive\n", "op-stack.target"),
        ("inactive\nactivating\n", "podman-op-stack-batcher.service (activating)"),
        ("failed\ndeactivating\n", "podman-op-stack-batcher.service (deactivating)"),
        ("reloading\nactive\n", "op-stack.target (reloading), podman-op-stack-batcher.service"),
    ] {
        let world = World::new();
        world.systemctl(answer);
        let run = world.purge(&["--yes"]);
        assert_eq!(run.code, Some(255), "{run}");
        assert!(run.stderr.contains(&format!("still active: {named}.")), "{run}");
        assert!(run.stderr.contains("Disable the module and switch first"), "{run}");
        world.is_untouched();
    }
}

#[test]
fn without_systemctl_and_podman_the_rest_goes_on_and_a_second_run_finishes() {
    let world = World::new();
    let empty = world.path("nothing");
    fs::create_dir(&empty).unwrap();
    let listed = world.purge_with_path(&empty, &[]);
    assert_eq!(listed.code, Some(0), "{listed}");
    assert!(listed.stdout.contains("podman is not on PATH"), "{listed}");
    assert!(listed.stdout.contains("nix run .#purge"), "{listed}");
    let run = world.purge_with_path(&empty, &["--yes"]);
    assert_eq!(run.code, Some(255), "{run}");
    assert!(run.stdout.contains("Not all is removed"), "{run}");
    assert!(!world.path("state/engine").exists());
    assert!(world.path("state/inventory.json").exists());
    let second = world.purge(&["--yes"]);
    assert_eq!(second.code, Some(0), "{second}");
    assert!(!world.path("state").exists());
}

#[test]
fn after_a_failure_it_goes_on_and_a_second_run_finishes() {
    let world = World::new();
    fs::write(world.path("broken"), "").unwrap();
    let run = world.purge(&["--yes", "--json"]);
    assert_eq!(run.code, Some(255), "{run}");
    assert_eq!(fate(&run, "op-stack-batcher"), "failed");
    assert!(run.stdout.contains("storage is broken"), "{run}");
    assert_eq!(
        (fate(&run, "op-node:v1.20.1"), fate(&run, "engine")),
        ("removed".into(), "removed".into())
    );
    assert_eq!(fate(&run, "inventory.json"), "found");
    fs::remove_file(world.path("broken")).unwrap();
    let second = world.purge(&["--yes"]);
    assert_eq!(second.code, Some(0), "{second}");
    assert!(second.stdout.ends_with("Purged.\n"), "{second}");
    assert!(!world.path("state").exists());
}

#[test]
fn an_image_that_another_container_uses_is_told_and_stays() {
    let world = World::new();
    fs::write(world.path("used"), "").unwrap();
    let run = world.purge(&["--yes", "--json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fate(&run, IMAGE), "kept");
    assert!(run.stdout.contains("still used: Error: image used by 0ff"), "{run}");
    assert!(!world.log("podman").lines().any(|line| line.starts_with("rmi -f")));
    assert!(!world.path("state").exists());
}

#[test]
fn links_are_removed_and_never_followed() {
    let world = World::new();
    fs::create_dir(world.path("outside")).unwrap();
    fs::write(world.path("outside/file"), "mine").unwrap();
    symlink(world.path("outside"), world.path("state/chain")).unwrap();
    symlink(world.path("outside"), world.path("state/engine/db/link")).unwrap();
    symlink(world.path("outside/file"), world.path("state/engine/file")).unwrap();
    world.inventory(&json!({ "data": ["chain", "engine", "node"] }));
    let run = world.purge(&["--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!world.path("state").exists());
    assert_eq!(fs::read_to_string(world.path("outside/file")).unwrap(), "mine");
}

#[test]
fn key_files_of_the_operator_stay_wherever_they_are() {
    let world = World::new();
    fs::create_dir_all(world.path("state/keys")).unwrap();
    fs::create_dir_all(world.path("mine")).unwrap();
    for file in ["state/keys/batcher", "state/engine/proposer", "mine/challenger", "state/real"] {
        fs::write(world.path(file), "key").unwrap();
    }
    symlink(world.path("state/real"), world.path("mine/sequencer")).unwrap();
    let secrets = [
        "state/keys/batcher",
        "state/engine/proposer",
        "mine/challenger",
        "mine/sequencer",
        "absent",
    ]
    .map(|name| world.path(name));
    // Also in a folder of op-warden, which systemd kept.
    fs::create_dir(world.path("warden")).unwrap();
    fs::write(world.path("warden/proposer"), "key").unwrap();
    let secrets = [&secrets[..], &[world.path("warden/proposer")]].concat();
    world.inventory(&json!({ "secrets": secrets, "folders": [world.path("warden")] }));
    let listed = world.purge(&[]);
    assert!(listed.stdout.contains("engine/proposer (a key file of yours)"), "{listed}");
    let run = world.purge(&["--yes", "--json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(run.stdout.contains("yours, not touched"), "{run}");
    assert_eq!(
        (fate(&run, "mine/challenger"), fate(&run, "/state")),
        ("kept".into(), "kept".into())
    );
    for file in [
        "state/keys/batcher",
        "state/engine/proposer",
        "mine/challenger",
        "mine/sequencer",
        "warden/proposer",
    ] {
        assert_eq!(fs::read_to_string(world.path(file)).unwrap(), "key", "{file}");
    }
    for gone in ["state/engine/db", "state/node", "state/inventory.json"] {
        assert!(!world.path(gone).exists(), "{gone}");
    }
}

#[test]
fn a_state_dir_that_is_none_is_refused() {
    let world = World::new();
    symlink(world.path("state"), world.path("linked")).unwrap();
    symlink("/", world.path("root")).unwrap();
    fs::write(world.path("file"), "").unwrap();
    for (state_dir, reason) in [
        (json!("/"), "fewer than two folders below /"),
        (json!("/var"), "fewer than two folders below /"),
        (json!("/var/lib"), "shared with others"),
        (json!("/etc/op-stack"), "belongs to the system"),
        (json!("state"), "not an absolute path"),
        (json!(""), "not an absolute path"),
        (json!("/var/lib/op-stack/.."), "has a .."),
        (json!(world.path("linked")), "is a symbolic link"),
        (json!(world.path("root/etc")), "fewer than two folders below /"),
        (json!(world.path("root/var/lib")), "shared with others"),
        (json!(world.path("file")), "is not a folder"),
    ] {
        // A sandbox of Nix has no /var.
        if state_dir == json!(world.path("root/var/lib")) && !Path::new("/var/lib").exists() {
            continue;
        }
        world.inventory(&json!({ "stateDir": state_dir }));
        let run = world.purge(&["--yes"]);
        assert_eq!(run.code, Some(255), "{state_dir}: {run}");
        assert!(run.stderr.contains(reason), "{state_dir}: {run}");
        world.is_untouched();
    }
}

#[test]
fn an_inventory_that_is_none_is_refused() {
    let world = World::new();
    let file = world.path("state/inventory.json");
    let version = "has version 1, and this op-warden reads 2";
    for (fields, reason) in [
        (json!({ "version": 1 }), version),
        (json!({ "volumes": [] }), "unknown field `volumes`"),
        (json!({ "images": null }), "invalid type: null"),
    ] {
        world.inventory(&fields);
        let run = world.purge(&["--yes"]);
        assert_eq!(run.code, Some(255), "{run}");
        assert!(run.stderr.contains(reason), "{run}");
        world.is_untouched();
    }
    world.inventory(&json!({}));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
    let run = world.purge(&["--yes"]);
    assert_eq!(run.code, Some(255), "{run}");
    assert!(run.stderr.contains("can be changed by others than root"), "{run}");
    world.is_untouched();
}

#[test]
fn a_name_that_looks_like_an_option_is_none() {
    let world = World::new();
    world.inventory(&json!({ "containers": ["--all"], "images": ["--force"] }));
    let run = world.purge(&["--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    let log = world.log("podman");
    assert_eq!(log, "container exists -- --all\nimage exists -- --force\n");
    assert!(world.path("containers/another").exists());
}

#[test]
fn what_the_module_did_not_make_is_named_and_stays() {
    let world = World::new();
    fs::create_dir(world.path("state/photos")).unwrap();
    fs::write(world.path("state/photos/one"), "mine").unwrap();
    let run = world.purge(&["--yes", "--json"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!((fate(&run, "state/photos"), fate(&run, "/state")), ("kept".into(), "kept".into()));
    assert!(run.stdout.contains("not the module's, not touched"), "{run}");
    assert_eq!(fs::read_to_string(world.path("state/photos/one")).unwrap(), "mine");
    assert!(!world.path("state/engine").exists() && !world.path("state/inventory.json").exists());
}

#[test]
fn what_a_former_configuration_made_goes_as_well() {
    let world = World::new();
    for folder in ["state/follower-7", "state/inventory.d"] {
        fs::create_dir(world.path(folder)).unwrap();
    }
    fs::write(world.path("containers/op-stack-follower-7"), "").unwrap();
    world.inventory(&json!({ "data": ["follower-7"], "containers": ["op-stack-follower-7"] }));
    fs::rename(world.path("state/inventory.json"), world.path("state/inventory.d/a.json")).unwrap();
    world.inventory(&json!({}));
    fs::copy(world.path("state/inventory.json"), world.path("state/inventory.d/b.json")).unwrap();
    let listed = world.purge(&["--json"]);
    assert_eq!(fate(&listed, "state/follower-7"), "found");
    let run = world.purge(&["--yes"]);
    assert_eq!(run.code, Some(0), "{run}");
    assert!(!world.path("state").exists(), "{run}");
    assert!(!world.path("containers/op-stack-follower-7").exists());
}

#[test]
fn a_link_below_run_to_a_key_of_the_operator_goes_and_the_key_stays() {
    let world = World::new();
    let link = Path::new("/run").join(format!("op-warden-test-{}", std::process::id()));
    fs::write(world.path("state/engine/key"), "key").unwrap();
    if symlink(world.path("state/engine/key"), &link).is_err() {
        return println!("not root: cannot write below /run");
    }
    world.inventory(&json!({ "secrets": [link] }));
    let run = world.purge(&["--yes"]);
    assert!(!link.is_symlink(), "{run}");
    assert_eq!(run.code, Some(0), "{run}");
    assert_eq!(fs::read_to_string(world.path("state/engine/key")).unwrap(), "key");
    assert!(run.stdout.contains("engine/key (a key file of yours)"), "{run}");
}
