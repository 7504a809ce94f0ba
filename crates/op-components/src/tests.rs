use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};

use super::{environment::test_environment, *};

/// An environment in `dir` in which `go` is a script.
fn with_go(dir: &Path, script: &str) -> Environment {
    let tools = dir.join("tools");
    fs::create_dir_all(&tools).unwrap();
    let go = tools.join("go");
    fs::write(&go, format!("#!/bin/sh\n{SOURCES}{script}\n")).unwrap();
    fs::set_permissions(&go, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    test_environment(dir, &format!("{}:{path}", tools.display()))
}

/// What makes a script a `go` that knows where the sources are: beside it.
const SOURCES: &str = r#"case $1 in
mod)
    mkdir -p "$(dirname "$0")/sources/op-core/superchain" "$(dirname "$0")/sources/superchain"
    exec touch "$(dirname "$0")/sources/superchain/superchain-configs.zip"
    ;;
list) exec echo "$(dirname "$0")/sources" ;;
esac
"#;

/// A `go` that writes the name of the package into the file after `-o`, and counts its runs.
const COUNTING_GO: &str = r#"echo run >> "$(dirname "$0")/runs"
while [ "$1" != -o ]; do shift; done
printf %s "$3" > "$2""#;

fn runs(dir: &Path) -> usize {
    fs::read_to_string(dir.join("tools/runs")).unwrap_or_default().lines().count()
}

#[tokio::test]
async fn builds_once_and_again_when_the_stamp_differs() {
    let dir = tempfile::tempdir().unwrap();
    let environment = with_go(dir.path(), COUNTING_GO);
    let needs = [Component::OpNode, Component::OpGeth];
    for _ in 0..2 {
        let components = Components::locate_or_build(environment.clone(), &needs).await.unwrap();
        let op_geth = fs::read_to_string(components.path(Component::OpGeth)).unwrap();
        assert_eq!(op_geth, "github.com/ethereum/go-ethereum/cmd/geth");
        assert_eq!(runs(dir.path()), 2);
    }
    fs::write(environment.cache_dir.join("bin/op-node.stamp"), "other pins").unwrap();
    Components::locate_or_build(environment, &needs).await.unwrap();
    assert_eq!(runs(dir.path()), 3, "op-node only");
}

#[tokio::test]
async fn given_programs_are_not_built() {
    let dir = tempfile::tempdir().unwrap();
    let mut environment = with_go(dir.path(), "exit 1");
    let given = dir.path().join("given");
    fs::create_dir(&given).unwrap();
    fs::write(given.join("op-node"), "").unwrap();
    environment.bin_dir = Some(given.clone());
    let components = Components::locate_or_build(environment, &[Component::OpNode]).await.unwrap();
    assert_eq!(components.path(Component::OpNode), given.join("op-node"));
}

#[tokio::test]
async fn a_failed_build_says_what_failed() {
    let dir = tempfile::tempdir().unwrap();
    let environment = with_go(dir.path(), "echo 'go: go.mod requires go >= 1.26' >&2; exit 1");
    let error = Components::locate_or_build(environment, &[Component::OpNode]).await.unwrap_err();
    let error = format!("{error:#}");
    assert!(error.starts_with("cannot build op-node: "), "{error}");
    assert!(error.contains("log/op-node.log"), "{error}");
    assert!(error.ends_with("go.mod requires go >= 1.26"), "{error}");
}

#[tokio::test]
async fn an_interrupted_build_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let script = r#"echo $$ > "$(dirname "$0")/pid"
while [ "$1" != -o ]; do shift; done
echo half > "$2"
exec sleep 60"#;
    let environment = with_go(dir.path(), script);
    let build = Components::locate_or_build(environment.clone(), &[Component::OpNode]);
    let pid = tokio::select! {
        _ = build => panic!("the build ended"),
        pid = appearing_pid(dir.path().join("tools/pid")) => pid,
    };
    assert!(!environment.path(Component::OpNode).exists());
    assert!(!Build::of(Component::OpNode).unwrap().is_fresh(&environment));
    while test_kill_process(pid).is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    // The next build is not hindered.
    let environment = with_go(dir.path(), COUNTING_GO);
    Components::locate_or_build(environment, &[Component::OpNode]).await.unwrap();
}

async fn appearing_pid(file: PathBuf) -> Pid {
    loop {
        let text = fs::read_to_string(&file).unwrap_or_default();
        if let Some(pid) = text.strip_suffix('\n').and_then(|text| text.parse().ok()) {
            return Pid::from_raw(pid).unwrap();
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn the_prestate_needs_its_inputs_first() {
    let dir = tempfile::tempdir().unwrap();
    let environment = test_environment(dir.path(), "");
    let names: Vec<_> = missing_builds(
        &environment,
        &[Component::OpNode, Component::Prestate, Component::Anvil, Component::Cast],
    )
    .into_iter()
    .map(Build::name)
    .collect();
    let programs = ["optimism", "op-node", "cannon", "op-program-client64.elf", "prestate"];
    assert_eq!(names, [programs.as_slice(), &["node_modules"]].concat());
}

#[test]
fn the_first_of_go_and_what_others_make_are_stages_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let environment = test_environment(dir.path(), "");
    let needs =
        [Component::OpNode, Component::OpGeth, Component::Prestate, Component::ContractsPackage];
    let stages = stages(missing_builds(&environment, &needs));
    let names = stages.map(|stage| stage.into_iter().map(Build::name).collect::<Vec<_>>());
    assert_eq!(names[0], ["optimism", "node_modules"]);
    assert_eq!(names[1], ["op-node"]);
    assert_eq!(names[2], ["op-geth", "cannon", "op-program-client64.elf"]);
    assert_eq!(names[3], ["prestate"]);
}

#[test]
fn what_is_copied_is_what_is_built_and_what_the_programs_say_they_are() {
    let of = |pins: &[pins::Pin], module: &str| {
        let (_, content) = pins.iter().find(|(name, _)| *name == "go.mod").unwrap();
        let lines = std::str::from_utf8(content).unwrap().lines();
        let mut versions = lines.filter_map(|line| {
            let (_, version) =
                line.split_once(&format!("github.com/ethereum-optimism/{module} "))?;
            version.starts_with('v').then(|| version.to_owned())
        });
        versions.next().unwrap()
    };
    let version = of(pins::PROGRAMS, "optimism");
    assert_eq!(of(pins::OPTIMISM, "optimism"), version);
    assert_eq!(of(pins::OPTIMISM, "op-geth"), of(pins::PROGRAMS, "op-geth"));
    let flags = build::GO_BUILD.join(" ");
    assert_eq!(flags.matches(&format!("ersion={version}")).count(), flags.matches("-X ").count());
}
