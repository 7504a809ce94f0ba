//! What happened when, counted from the moment at which the programs were there.

use std::cell::Cell;
use std::io::{IsTerminal, stderr};
use std::time::{Duration, Instant};

use crate::out;

#[derive(Debug)]
pub(crate) struct Clock {
    /// Of the command, and then of what it does with the programs.
    start: Cell<Instant>,
    programs: Cell<Duration>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { start: Cell::new(Instant::now()), programs: Cell::default() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.start.get().elapsed()
    }

    /// Counts from now on: the programs are there.
    pub(crate) fn programs_are_there(&self) {
        self.programs.set(self.elapsed());
        self.start.set(Instant::now());
    }

    /// How long the programs took to be found or built.
    pub(crate) const fn programs(&self) -> Duration {
        self.programs.get()
    }

    /// Prints a line of progress.
    pub(crate) fn say(&self, text: impl std::fmt::Display) {
        let (dim, plain) = if stderr().is_terminal() { ("\x1b[2m", "\x1b[0m") } else { ("", "") };
        out::line(format_args!("{dim}{:>6.1} s{plain}  {text}", self.elapsed().as_secs_f64()));
    }
}
