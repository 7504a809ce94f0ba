//! `op-warden exec`: the key reaches the program's environment and nothing else.

use std::{fs, io::Read, os::unix::process::CommandExt, process::Stdio};

use crate::world::{names::ROLES, runner};

/// A folder with a key file and one that a started program would make.
struct Place {
    dir: tempfile::TempDir,
    key: String,
    mark: String,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name).display().to_string();
        let (key, mark) = (path("key"), path("mark"));
        fs::write(&key, format!("0x{}\n", ROLES[1].1)).unwrap();
        Self { dir, key, mark }
    }

    fn write(&self, name: &str, content: &[u8]) -> String {
        let path = self.dir.path().join(name);
        fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

#[test]
fn the_program_has_the_key_in_its_environment_and_not_in_its_arguments() {
    let place = Place::new();
    // Compares in the shell: a program that printed its key would be caught by the helper. With what every
    // shell has built in; `read` passes over the zeros between the arguments.
    let script = format!(
        "read -r key < {}; [ \"$OP_BATCHER_PRIVATE_KEY\" = \"$key\" ] && [ \"$TWO\" = second ] || exit 9; \
         read -r arguments < /proc/$$/cmdline; echo \"$arguments\" > {}; echo \"$0 $1\"; exit 7",
        place.key, place.mark
    );
    let run = runner::run(&[
        "exec",
        "--credential",
        &format!("OP_BATCHER_PRIVATE_KEY={}", place.key),
        "--credential",
        &format!("TWO={}", place.write("two", b" second\n")),
        "--",
        "/bin/sh",
        "-c",
        &script,
        "name",
        "--flag=x",
    ]);
    assert_eq!(
        (run.code, run.stdout.as_str(), run.stderr.as_str()),
        (Some(7), "name --flag=x\n", "")
    );
    let arguments = fs::read_to_string(&place.mark).unwrap();
    assert!(
        arguments.contains("--flag=x") && !arguments.contains(&ROLES[1].1[..16]),
        "{arguments}"
    );
}

/// A program of this machine: where Nix builds there is no /usr/bin.
fn on_path(name: &str) -> String {
    let path = std::env::var_os("PATH").unwrap();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name));
    found.into_iter().find(|file| file.is_file()).unwrap().display().to_string()
}

#[test]
fn a_credential_replaces_a_variable_and_leaves_the_others() {
    let place = Place::new();
    let mut command = runner::command();
    command.env("KEPT", "kept").env("KEY", "old").args([
        "exec",
        "--credential",
        &format!("KEY={}", place.write("new", b"new")),
        "--",
        &on_path("env"),
    ]);
    let run = runner::finished(command.output().unwrap());
    let mut lines: Vec<_> = run.stdout.lines().collect();
    lines.sort_unstable();
    assert_eq!((run.code, lines), (Some(0), vec!["KEPT=kept", "KEY=new"]));
}

#[test]
fn the_program_takes_the_place_of_op_warden() {
    let place = Place::new();
    let mut command = runner::command();
    command.args([
        "exec",
        "--credential",
        &format!("KEY={}", place.key),
        "--",
        "/bin/sh",
        "-c",
        "echo $$",
    ]);
    let mut child = command.arg0("op-warden").stdout(Stdio::piped()).spawn().unwrap();
    let mut pid = String::new();
    child.stdout.take().unwrap().read_to_string(&mut pid).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(pid.trim(), child.id().to_string());
}

#[test]
fn without_every_credential_nothing_is_started() {
    let place = Place::new();
    let good = format!("GOOD={}", place.key);
    let key = ROLES[1].1;
    for (name, file, reason) in [
        (
            "missing",
            place.dir.path().join("absent").display().to_string(),
            "No such file or directory",
        ),
        ("directory", place.dir.path().display().to_string(), "Is a directory"),
        ("empty", place.write("empty", b""), "is not one line of text"),
        ("blank", place.write("blank", b" \n\n"), "is not one line of text"),
        (
            "two lines",
            place.write("lines", format!("{key}\n{key}").as_bytes()),
            "is not one line of text",
        ),
        (
            "a NUL byte",
            place.write("nul", format!("{key}\0").as_bytes()),
            "is not one line of text",
        ),
        (
            "no UTF-8",
            place.write("latin", &[key.as_bytes(), b"\xff"].concat()),
            "is not one line of text",
        ),
    ] {
        let run = runner::run(&[
            "exec",
            "--credential",
            &good,
            "--credential",
            &format!("KEY={file}"),
            "--",
            &on_path("touch"),
            &place.mark,
        ]);
        assert_eq!(run.code, Some(255), "{name}: {run:?}");
        assert_eq!(run.stderr.matches(reason).count(), 1, "{name}: {run:?}");
        assert!(
            run.stderr.contains("Nothing was started") && run.stderr.contains(&file),
            "{name}: {run:?}"
        );
        assert!(!fs::exists(&place.mark).unwrap(), "{name}");
    }
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let place = Place::new();
    let run = runner::run(&[
        "exec",
        "--credential",
        &format!("KEY={}", place.key),
        "--",
        "/absent/op-batcher",
    ]);
    assert_eq!(run.code, Some(255));
    assert!(run.stderr.contains("cannot execute /absent/op-batcher"), "{run:?}");
}
