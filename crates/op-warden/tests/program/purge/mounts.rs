//! Random trees with mounts, links and key files in a mount namespace: what is not the stack's stays.

use std::{fmt::Write as _, fs, process::Command};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use test_kit::Run;

use super::World;

/// What lies at a place of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thing {
    File,
    LinkToTheirs,
    HardLinkToTheirs,
    KeyFile,
    LinkToKeyFile,
    BindFolder,
    BindFile,
    Tmpfs,
}

const THINGS: [Thing; 8] = [
    Thing::File,
    Thing::LinkToTheirs,
    Thing::HardLinkToTheirs,
    Thing::KeyFile,
    Thing::LinkToKeyFile,
    Thing::BindFolder,
    Thing::BindFile,
    Thing::Tmpfs,
];

/// Folders of the module, one of them a mount point, and folders of others.
const FOLDERS: [&str; 6] = ["engine", "engine/db", "node", "disk", "photos", "photos/old"];
const MADE: [&str; 4] = ["engine", "engine/db", "node", "disk"];

type Tree = Vec<(usize, Thing)>;

struct Bench {
    world: World,
    script: String,
    keys: Vec<String>,
    /// Must be there at the end, as the mount namespace sees it.
    stays: Vec<String>,
    goes: Vec<String>,
}

impl Bench {
    fn new(tree: &Tree) -> Self {
        let world = World::new();
        for folder in ["outside/home"].into_iter().chain(FOLDERS) {
            let place = if folder.starts_with("outside") {
                folder.to_owned()
            } else {
                format!("state/{folder}")
            };
            fs::create_dir_all(world.path(&place)).unwrap();
        }
        for file in ["outside/home/letter", "outside/file"] {
            fs::write(world.path(file), "theirs").unwrap();
        }
        fs::create_dir(world.path("big-disk")).unwrap();
        let script =
            format!("mount --bind {} {}\n", at(&world, "big-disk"), at(&world, "state/disk"));
        let stays = ["outside/home/letter", "outside/file"].map(|file| at(&world, file)).to_vec();
        let mut bench = Self { world, script, keys: Vec::new(), stays, goes: Vec::new() };
        for (number, (folder, thing)) in tree.iter().enumerate() {
            bench.put(number, FOLDERS[*folder], *thing);
        }
        bench
            .world
            .inventory(&json!({ "data": ["engine", "node", "disk"], "secrets": bench.keys }));
        bench
    }

    /// A thing with a name of its own in a folder. What lies on the disk is made once it is mounted.
    fn put(&mut self, number: usize, folder: &str, thing: Thing) {
        let path = at(&self.world, &format!("state/{folder}/{number}"));
        let theirs = |name: &str| at(&self.world, &format!("outside/{name}"));
        let line = match thing {
            Thing::File => format!("echo ours >{path}"),
            Thing::LinkToTheirs => format!("ln -s {} {path}", theirs("home")),
            // No disk has a hard link to another's file.
            Thing::HardLinkToTheirs => {
                format!("ln {} {path} 2>/dev/null || echo ours >{path}", theirs("file"))
            }
            Thing::KeyFile => format!("echo key >{path}"),
            Thing::LinkToKeyFile => {
                format!("echo key >{0}; ln -s {0} {path}", theirs(&format!("key-{number}")))
            }
            Thing::BindFolder => format!("mkdir {path}; mount --bind {} {path}", theirs("home")),
            Thing::BindFile => format!("touch {path}; mount --bind {} {path}", theirs("file")),
            Thing::Tmpfs => {
                format!("mkdir {path}; mount -t tmpfs tmpfs {path}; echo theirs >{path}/letter")
            }
        };
        writeln!(self.script, "{line}").unwrap();
        let is_made = MADE.contains(&folder);
        match thing {
            Thing::KeyFile | Thing::LinkToKeyFile => self.keys.push(path.clone()),
            Thing::Tmpfs | Thing::BindFolder => self.stays.push(format!("{path}/letter")),
            Thing::File | Thing::LinkToTheirs | Thing::HardLinkToTheirs | Thing::BindFile => {}
        }
        let is_ours = matches!(thing, Thing::File | Thing::LinkToTheirs | Thing::HardLinkToTheirs);
        if is_made && is_ours { self.goes.push(path) } else { self.stays.push(path) }
    }

    /// What the listing says, and what is wrong after the removal.
    fn run(&self) -> (Run, Run) {
        let mut script = format!("set -e\nmount --make-rprivate /\n{}", self.script);
        let purge = |options: &str| {
            let (program, inventory) =
                (env!("CARGO_BIN_EXE_op-warden"), at(&self.world, "state/inventory.json"));
            format!(
                "env PATH={} {program} purge {options} --inventory {inventory}",
                at(&self.world, "bin")
            )
        };
        let look = |paths: &[String], test: &str, wrong: &str| -> String {
            let lines = paths.iter().map(|path| format!("{test} {path} || echo {wrong} {path}\n"));
            lines.collect::<Vec<_>>().concat()
        };
        writeln!(script, "{} >{}", purge("--json"), at(&self.world, "listed")).unwrap();
        script.push_str(&look(
            &[self.goes.clone(), self.stays.clone()].concat(),
            "test -e",
            "LISTING-REMOVED",
        ));
        writeln!(script, "{} >&2", purge("--yes")).unwrap();
        script.push_str(&look(&self.stays, "test -e", "LOST"));
        script.push_str(&look(&self.goes, "! test -L", "LEFT"));
        script.push_str(&look(&self.goes, "! test -e", "LEFT"));
        let namespace = Command::new("unshare")
            .args(["--mount", "--", "sh", "-c", &script])
            .env("TOOLS", std::env::var_os("PATH").unwrap())
            .env("WORLD", self.world.dir.path())
            .output()
            .unwrap();
        let listed = Command::new("cat").arg(at(&self.world, "listed")).output().unwrap();
        (Run::from(listed), Run::from(namespace))
    }
}

fn at(world: &World, name: &str) -> String {
    world.path(name).display().to_string()
}

fn can_mount() -> bool {
    Command::new("unshare")
        .args(["--mount", "true"])
        .output()
        .is_ok_and(|output| output.status.success())
}

#[test]
fn nothing_of_others_is_touched_in_any_tree() {
    if !can_mount() {
        return println!("unshare --mount is not allowed here: run this as root");
    }
    let thing = (0..FOLDERS.len(), prop::sample::select(&THINGS[..]));
    let mut runner =
        TestRunner::new(Config { cases: 48, failure_persistence: None, ..Config::default() });
    let tree = prop::collection::vec(thing, 0..10);
    let seen = runner.run(&tree, |tree| {
        let bench = Bench::new(&tree);
        let (listed, run) = bench.run();
        prop_assert_eq!(run.code, Some(0), "{}", run);
        prop_assert_eq!(&run.stdout, "", "{}", run);
        let contents = ["outside/home/letter", "outside/file"]
            .map(|file| fs::read_to_string(bench.world.path(file)));
        prop_assert!(
            contents.iter().all(|text| text.as_deref().is_ok_and(|text| text == "theirs")),
            "{}",
            run
        );
        for (number, (folder, thing)) in tree.iter().enumerate() {
            let is_mount = matches!(thing, Thing::BindFolder | Thing::BindFile | Thing::Tmpfs);
            let path = format!("state/{}/{number} (a mount point)", FOLDERS[*folder]);
            let few = tree.len() <= 3;
            prop_assert!(
                !(few && is_mount && *folder < MADE.len()) || listed.stdout.contains(&path),
                "{}",
                listed
            );
        }
        Ok(())
    });
    seen.unwrap();
}

#[test]
fn a_disk_of_the_module_is_emptied_and_stays_mounted() {
    if !can_mount() {
        return println!("unshare --mount is not allowed here: run this as root");
    }
    let bench = Bench::new(&vec![(3, Thing::File)]);
    let (listed, run) = bench.run();
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{run}");
    assert!(listed.stdout.contains("state/disk"), "{listed}");
    assert!(run.stderr.contains("state/disk (a mount point)"), "{run}");
    assert_eq!(fs::read_dir(bench.world.path("big-disk")).unwrap().count(), 0);
}
