//! Shows on stderr how far a build is; stdout is kept for results.

use std::future::Future;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use tokio::time::{Instant, interval};

use crate::out;

/// ANSI: back to the start of the line, which is erased.
const CLEAR_LINE: &str = "\r\x1b[2K";

/// Waits for `work`, the building of `name`: the `position`th of `count` builds.
pub(crate) async fn show<T>(
    name: &str,
    position: usize,
    count: usize,
    work: impl Future<Output = anyhow::Result<T>>,
) -> anyhow::Result<T> {
    let start = Instant::now();
    let building = format!("building {name} ({position}/{count})");
    let result = if stderr().is_terminal() {
        with_live_line(&building, start, work).await
    } else {
        out::line(&building);
        work.await
    };
    if result.is_ok() {
        out::line(format_args!("{name} built in {} s", start.elapsed().as_secs()));
    }
    result
}

async fn with_live_line<T>(building: &str, start: Instant, work: impl Future<Output = T>) -> T {
    // Also when the build is given up: the shell's prompt wants a clean line.
    let _clear = ClearOnDrop;
    let mut every_second = interval(Duration::from_secs(1));
    tokio::pin!(work);
    loop {
        tokio::select! {
            result = &mut work => return result,
            _ = every_second.tick() => {
                out::live(format_args!("{CLEAR_LINE}{building} … {} s", start.elapsed().as_secs()));
            }
        }
    }
}

struct ClearOnDrop;

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        out::live(CLEAR_LINE);
    }
}
