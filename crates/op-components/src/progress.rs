//! Shows on stderr how far the builds are; stdout is kept for results.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use anyhow::Result;
use tokio::time::{Instant, interval};

use op_util::terminal;

/// ANSI: back to the start of the line, which is erased.
const CLEAR_LINE: &str = "\r\x1b[2K";

/// Builds, some of them side by side.
pub(crate) struct Progress {
    count: usize,
    begun: Cell<usize>,
    /// What is being built now.
    running: RefCell<Vec<&'static str>>,
    terminal: bool,
}

impl Progress {
    pub(crate) fn of(count: usize) -> Self {
        let terminal = stderr().is_terminal();
        Self { count, begun: Cell::default(), running: RefCell::default(), terminal }
    }

    /// Waits for one build.
    pub(crate) async fn build(
        &self,
        name: &'static str,
        work: impl Future<Output = Result<()>>,
    ) -> Result<()> {
        let start = Instant::now();
        let position = self.begun.get() + 1;
        self.begun.set(position);
        self.running.borrow_mut().push(name);
        if !self.terminal {
            terminal::line(format_args!("building {name} ({position}/{})", self.count));
        }
        work.await?;
        self.running.borrow_mut().retain(|running| *running != name);
        let clear = if self.terminal { CLEAR_LINE } else { "" };
        terminal::line(format_args!("{clear}{name} built in {} s", start.elapsed().as_secs()));
        Ok(())
    }

    /// Waits for all of them; a terminal sees the time go by.
    pub(crate) async fn show(&self, work: impl Future<Output = Result<()>>) -> Result<()> {
        if !self.terminal {
            return work.await;
        }
        // Also when the builds are given up: the shell's prompt wants a clean line.
        let _clear = ClearOnDrop;
        let start = Instant::now();
        let mut every_second = interval(Duration::from_secs(1));
        tokio::pin!(work);
        loop {
            tokio::select! {
                result = &mut work => return result,
                _ = every_second.tick() => {
                    let (names, begun) = (self.running.borrow().join(", "), self.begun.get());
                    let seconds = start.elapsed().as_secs();
                    terminal::live(format_args!(
                        "{CLEAR_LINE}building {names} ({begun}/{}) … {seconds} s",
                        self.count
                    ));
                }
            }
        }
    }
}

struct ClearOnDrop;

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        terminal::live(CLEAR_LINE);
    }
}
