//! What goes when a chain is removed, and who says that it may.

use std::io::{IsTerminal as _, stdin};
use std::path::Path;
use std::{fmt::Write as _, fs};

use anyhow::Result;
use op_util::text::bytes;

use crate::home::Home;
use crate::{keys, out};

/// Shows what goes and what stays.
pub(crate) fn list(home: &Home) -> Result<String> {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for path in home.goes()? {
        let _ = writeln!(text, "goes   {:>10}  {}", bytes(size(&path)), path.display());
    }
    for name in keys::brought(&home.keys())? {
        let _ = writeln!(
            text,
            "stays              {}, which you brought",
            home.keys().join(name).display()
        );
    }
    Ok(text)
}

/// Whether the operator says so: beforehand, or now.
pub(crate) fn is_agreed(yes: bool) -> Result<bool> {
    if yes || !stdin().is_terminal() {
        return Ok(yes);
    }
    out::line("The chain is then gone for good. Remove it? Write yes:");
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(answer.trim() == "yes")
}

/// Of a folder, what is in it; what cannot be read counts nothing.
fn size(path: &Path) -> u64 {
    let Ok(metadata) = path.symlink_metadata() else { return 0 };
    if !metadata.is_dir() {
        return metadata.len();
    }
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    entries.map(|entry| size(&entry.path())).sum()
}
