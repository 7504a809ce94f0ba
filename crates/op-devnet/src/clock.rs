//! What happened when, counted from the start of the command.

use std::{
    io::{IsTerminal, stderr},
    time::{Duration, Instant},
};

/// The command's clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Clock {
    start: Instant,
    quiet: bool,
}

impl Clock {
    /// Counts from now. A quiet one prints nothing.
    pub(crate) fn start(quiet: bool) -> Self {
        Self { start: Instant::now(), quiet }
    }

    /// Time since the start.
    pub(crate) fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Prints a line of progress on stderr.
    pub(crate) fn say(&self, text: impl std::fmt::Display) {
        if !self.quiet {
            let (dim, plain) =
                if stderr().is_terminal() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
            eprintln!("{dim}{:>6.1} s{plain}  {text}", self.elapsed().as_secs_f64());
        }
    }
}
