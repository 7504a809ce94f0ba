//! What happened when, counted from the start of the command.

use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Prints a line of progress on stderr; stdout is for results.
    pub(crate) fn say(&self, text: impl std::fmt::Display) {
        let (dim, plain) = if stderr().is_terminal() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        eprintln!("{dim}{:>6.1} s{plain}  {text}", self.elapsed().as_secs_f64());
    }
}
