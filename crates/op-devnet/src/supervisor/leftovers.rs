//! Processes of an earlier run that did not end with it.

use std::time::{Duration, Instant};
use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};

use rustix::process::{Pid, Signal, kill_process};
use tokio::time::sleep;

use super::process::MARK;
use crate::home::{Home, Lock};

/// How long they may take to close their databases.
const PATIENCE: Duration = Duration::from_secs(20);

/// Ends every process that carries the folder's mark and says how many there were. With the lock, they
/// are no running devnet's.
pub(crate) async fn end(home: &Home, _lock: &Lock) -> usize {
    let marked = find(home);
    let count = marked.len();
    for pid in &marked {
        let _ = kill_process(*pid, Signal::TERM);
    }
    let deadline = Instant::now() + PATIENCE;
    while !find(home).is_empty() {
        if Instant::now() > deadline {
            for pid in find(home) {
                let _ = kill_process(pid, Signal::KILL);
            }
        }
        sleep(Duration::from_millis(50)).await;
    }
    count
}

/// The running processes that carry the mark, zombies excepted: they have no environment.
pub(crate) fn find(home: &Home) -> Vec<Pid> {
    let mark = [MARK.as_bytes(), b"=", home.dir().as_os_str().as_bytes()].concat();
    let Ok(processes) = fs::read_dir("/proc") else { return Vec::new() };
    processes
        .filter_map(Result::ok)
        .filter_map(|entry| pid(&entry.file_name()))
        .filter(|pid| {
            fs::read(format!("/proc/{pid}/environ")).is_ok_and(|environment| {
                environment.split(|&byte| byte == 0).any(|variable| variable == mark)
            })
        })
        .collect()
}

/// Their programs, as people read them.
pub(crate) fn names(home: &Home) -> String {
    let name = |pid: Pid| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
        Some(format!("{} (pid {pid})", name.trim()))
    };
    find(home).into_iter().filter_map(name).collect::<Vec<_>>().join(", ")
}

fn pid(name: &OsStr) -> Option<Pid> {
    Pid::from_raw(name.to_str()?.parse().ok()?)
}
