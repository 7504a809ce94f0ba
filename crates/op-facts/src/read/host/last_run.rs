//! Until when a service may have run on this host, by the file that its runner keeps.
//!
//! While the service runs the file says `running BOOT`, with the kernel's boot id; once it has stopped, it
//! says `stopped`, and was written at that moment. The boot tells a host that lost its power, and one that
//! was given another's files, from one on which the service runs.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{collections::BTreeMap, fs, io};

use op_util::{file, time::unix_now};

use crate::{gate::Gate, read::request::Request};

/// Seconds by which a clock may be set back unnoticed.
const SKEW: u64 = 60;
const RUNNING: &str = "running";
const STOPPED: &str = "stopped";
/// The most that is read: a word and a boot id.
const MAX_BYTES: u64 = 4096;

/// Seconds since the Unix epoch; `None` where it never ran.
pub type LastRun = io::Result<Option<u64>>;

pub(super) fn read(request: &Request<'_>) -> BTreeMap<PathBuf, LastRun> {
    let files = request.judged_by(Gate::Alone).filter_map(|service| service.last_run.clone());
    files.map(|path| (path.clone(), last_run(&path))).collect()
}

/// For a runner whose service is about to start.
pub fn write_running(path: &Path) -> io::Result<()> {
    write(path, &format!("{RUNNING} {}\n", boot()?))
}

/// For a runner whose service has stopped.
pub fn write_stopped(path: &Path) -> io::Result<()> {
    write(path, &format!("{STOPPED}\n"))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    file::replace(path, text.as_bytes())
}

fn last_run(path: &Path) -> LastRun {
    let text = match file::read(path, MAX_BYTES) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        text => String::from_utf8_lossy(&text?).into_owned(),
    };
    match text.split_ascii_whitespace().collect::<Vec<_>>()[..] {
        [STOPPED] => {
            let stopped = seconds(fs::metadata(path)?.modified()?);
            // Nothing that is sent until then would count.
            if stopped > unix_now().saturating_add(SKEW) {
                return Err(io::Error::other("it was written at a time to come"));
            }
            Ok(Some(stopped))
        }
        // Its runner had no time to write that it stopped.
        [RUNNING, boot] if boot == self::boot()? => Ok(Some(unix_now())),
        [RUNNING, _] => Ok(Some(booted()?)),
        _ => Err(io::Error::other(format!(
            "it says neither {STOPPED:?} nor {RUNNING:?} and a boot id"
        ))),
    }
}

fn boot() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

/// When this host was started.
fn booted() -> io::Result<u64> {
    let stat = fs::read_to_string("/proc/stat")?;
    let time = stat.lines().find_map(|line| line.strip_prefix("btime ")?.trim().parse().ok());
    time.ok_or_else(|| io::Error::other("/proc/stat has no btime"))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_until_when_the_service_may_have_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("runs/batcher");
        assert_eq!(last_run(&path).unwrap(), None);

        write_running(&path).unwrap();
        assert!(last_run(&path).unwrap().unwrap().abs_diff(unix_now()) <= 1);

        write_stopped(&path).unwrap();
        let stopped = UNIX_EPOCH + std::time::Duration::from_secs(1_795_000_000);
        fs::File::options().write(true).open(&path).unwrap().set_modified(stopped).unwrap();
        assert_eq!(last_run(&path).unwrap(), Some(1_795_000_000));

        let to_come = SystemTime::now() + std::time::Duration::from_hours(1);
        fs::File::options().write(true).open(&path).unwrap().set_modified(to_come).unwrap();
        assert!(last_run(&path).is_err());

        // Of another host, or from before a loss of power.
        fs::write(&path, "running 01234567-89ab-cdef-0123-456789abcdef\n").unwrap();
        let uptime = fs::read_to_string("/proc/uptime").unwrap();
        let uptime: u64 = uptime.split('.').next().unwrap().parse().unwrap();
        let since = last_run(&path).unwrap().unwrap();
        assert!((unix_now() - uptime).abs_diff(since) <= 5, "{since}");

        for text in ["", "running", "running a b", "stopped now", "\u{0}"] {
            fs::write(&path, text).unwrap();
            assert!(last_run(&path).is_err(), "{text:?}");
        }
    }
}
