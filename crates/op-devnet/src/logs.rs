//! What the services print: a file each, cut when it is long.

use std::fs::{self, File};
use std::io::{self, Seek as _, stdout};
use std::path::Path;
use std::{process::ExitCode, time::Duration};

use anyhow::{Context, Result};
use tokio::time::sleep;

use crate::home::Home;
use crate::out;

/// A log that is longer becomes the earlier one.
const LONGEST: u64 = 8 << 20;
/// Between two looks at the logs.
const LOOK: Duration = Duration::from_secs(10);
/// Between two looks at a log that is followed.
const FOLLOW: Duration = Duration::from_millis(200);

/// Cuts the logs, for as long as the devnet runs.
pub(crate) async fn rotate(home: &Home) -> Result<()> {
    loop {
        if let Err(error) = rotate_once(&home.logs(), LONGEST) {
            out::error(&error);
        }
        sleep(LOOK).await;
    }
}

/// The service goes on to write into the same file, at its end, wherever that is.
fn rotate_once(folder: &Path, longest: u64) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for path in entries.flatten().map(|entry| entry.path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let Some(service) = name.strip_suffix(".log") else { continue };
        if fs::metadata(&path).is_ok_and(|metadata| metadata.len() > longest) {
            let earlier = folder.join(format!("{service}.log.1"));
            let cut = fs::copy(&path, &earlier)
                .and_then(|_| File::options().write(true).open(&path)?.set_len(0));
            cut.with_context(|| format!("cannot cut {}", path.display()))?;
        }
    }
    Ok(())
}

/// Prints a service's log, and what is added to it.
pub(crate) async fn show(home: &Home, service: &str, follow: bool) -> Result<ExitCode> {
    let path = home.log(service);
    let dir = home.dir().display();
    let mut file = File::open(&path).with_context(|| {
        format!("there is no log of {service:?} in {dir}; op-devnet status names the services")
    })?;
    loop {
        match io::copy(&mut file, &mut stdout()) {
            // The reader wants no more.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
            copied => copied.with_context(|| format!("cannot print {}", path.display()))?,
        };
        if !follow {
            break;
        }
        sleep(FOLLOW).await;
        if file.metadata()?.len() < file.stream_position()? {
            file.rewind()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_long_log_becomes_the_earlier_one_and_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("batcher.log");
        let mut service = File::options().create(true).append(true).open(&path).unwrap();
        service.write_all(b"one, two").unwrap();
        rotate_once(dir.path(), 8).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one, two");
        rotate_once(dir.path(), 7).unwrap();
        service.write_all(b"three").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"three");
        assert_eq!(fs::read(dir.path().join("batcher.log.1")).unwrap(), b"one, two");
    }
}
