//! The tests that the package op-warden runs while it is built, where Nix would run them: a root with
//! `/bin/sh` and what is below the store, no network, no home, no root.

use std::{env, fs, path::PathBuf, process::Command};

use libtest_mimic::{Completion, Trial};
use test_kit::workspace;

use crate::support::{Outcome, Result, ensure, run};

/// Makes the root and becomes its first process. Of the workspace it has what `nix/packages/rust.nix` names.
const SANDBOX: &str = r#"
mount -t tmpfs tmpfs "$ROOT" && cd "$ROOT"
mkdir -p bin etc proc dev/shm tmp build lib lib64 usr/lib nix/store/tools/bin old
for folder in lib lib64 usr/lib; do mount --rbind "/$folder" "$folder"; done
cp -L /bin/sh bin/sh
for program in $TOOLS; do cp -L "$(type -P $program)" nix/store/tools/bin; done
for device in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
  set -- $device; mknod -m 666 "dev/$1" c "$2" "$3"
done
ln -s /proc/self/fd dev/fd
mount -t proc proc proc
echo 'nixbld:x:1000:100:Nix build user:/build:/noshell' > etc/passwd
echo 'nixbld:!:100:' > etc/group
echo '127.0.0.1 localhost' > etc/hosts
mkdir -p ".$WORKSPACE/secrets" ".$TARGET"
(cd "$WORKSPACE" && cp -r crates Cargo.toml Cargo.lock "$ROOT$WORKSPACE" && cp secrets/throw-away.age "$ROOT$WORKSPACE/secrets")
mount --bind "$TARGET" ".$TARGET"
chown -R 1000:100 build tmp ".$WORKSPACE/crates"
ip link set lo up
pivot_root . old
PATH=/nix/store/tools/bin:/old/usr/sbin:/old/usr/bin:/old/sbin:/old/bin
umount -l /old
cd "$WORKSPACE/crates/op-warden"
exec setpriv --reuid=1000 --regid=100 --clear-groups --no-new-privs --bounding-set=-all -- \
  env -i PATH=/nix/store/tools/bin HOME=/homeless-shelter TMPDIR=/build LANG=C.UTF-8 "$PROGRAM" --test-threads=2
"#;

/// What a build has on its PATH: coreutils and the like.
const TOOLS: &str = "awk basename bash cat chmod cmp cp cut date diff dirname env false find grep gzip head id \
                     install kill ln ls mkdir mkfifo mktemp mv od printf pwd readlink realpath rm sed seq setpriv \
                     sh sha256sum sleep sort stat tail tar tee test timeout touch tr true uname wc";

/// A test of op-warden's program, and of no other one.
const ONE_OF_THEM: &str = "purge::links_are_removed_and_never_followed";

pub(crate) fn trials() -> Vec<Trial> {
    vec![Trial::ignorable_test("package_is_checked_in_a_sandbox", checked)]
}

fn checked() -> Outcome {
    if !rustix::process::geteuid().is_root() {
        return Ok(Completion::ignored_with("not root"));
    }
    let Some(program) = program()? else {
        return Ok(Completion::ignored_with("run `cargo test --release --workspace --no-run`"));
    };
    let root = tempfile::tempdir()?;
    let output = Command::new("unshare")
        .args(["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"])
        .args(["--propagation", "private", "bash", "-euc", SANDBOX])
        .env("ROOT", root.path())
        .env("TOOLS", TOOLS)
        .env("WORKSPACE", workspace().canonicalize()?)
        .env("TARGET", program.ancestors().nth(2).ok_or("no folder")?)
        .env("PROGRAM", &program)
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    ensure(output.status.success() && said.contains("test result: ok"), || {
        format!("{said}\n{}", String::from_utf8_lossy(&output.stderr))
    })?;
    Ok(Completion::Completed)
}

/// The newest tests of op-warden's program that the test command has compiled beside this one. Asked from
/// within a test, cargo would compile them again, and hold its lock meanwhile.
fn program() -> Result<Option<PathBuf>> {
    let own = env::current_exe()?;
    let mut programs = Vec::new();
    for entry in fs::read_dir(own.parent().ok_or("no folder")?)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("program-") && path.extension().is_none() {
            programs.push((path.metadata()?.modified()?, path));
        }
    }
    programs.sort();
    let is_ours = |path: &PathBuf| {
        run(Command::new(path).arg("--list")).is_ok_and(|tests| tests.contains(ONE_OF_THEM))
    };
    let newest = programs.into_iter().rev().map(|(_, path)| path).find(is_ours);
    Ok(newest.map(fs::canonicalize).transpose()?)
}
