//! Packages of npm, pinned by a lock file.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

/// What ends a test.
pub(crate) type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Installs what `from`, a folder with package.json and package-lock.json, pins into `into`, once.
pub(crate) fn install(from: &Path, into: &Path) -> Result<()> {
    fs::create_dir_all(into)?;
    // Cargo runs the tests of one file at the same time.
    let lock = fs::File::create(into.join("lock"))?;
    lock.lock()?;
    let stamp = into.join("node_modules.stamp");
    let wanted = fs::read(from.join("package-lock.json"))?;
    if fs::read(&stamp).is_ok_and(|found| found == wanted) {
        return Ok(());
    }
    for name in ["package.json", "package-lock.json"] {
        fs::copy(from.join(name), into.join(name))?;
    }
    run(Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(into))?;
    Ok(fs::write(stamp, wanted)?)
}

/// What a program said; everything of it is the error where it fails.
pub(crate) fn run(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{command:?}: {}\n{stdout}\n{stderr}", output.status).into());
    }
    Ok(stdout)
}
