//! Lines for whoever watches. A terminal or a pipe that is gone ends nothing: none of this panics.

use std::fmt::Display;
use std::io::{Write as _, stderr};

/// A line on standard error.
pub fn line(text: impl Display) {
    // Nobody is left to tell.
    let _ = writeln!(stderr(), "{text}");
}

/// Text without an end of line.
pub fn live(text: impl Display) {
    // Nobody is left to tell.
    let _ = write!(stderr(), "{text}");
}
