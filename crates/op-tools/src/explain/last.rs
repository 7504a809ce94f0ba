//! A program's last words.

use std::io::{self, BufRead};

use crate::explain::line::{self, Level};
use crate::explain::redact;

/// The last line of a log that says it is an error, else the last one; as it may be shown.
pub fn last_error(log: &mut impl BufRead) -> io::Result<Option<String>> {
    let (mut error, mut last) = (None, None);
    let mut buffer = Vec::new();
    while let Some(line) = line::next(log, &mut buffer)? {
        let line = line::plain(line).trim_ascii().to_vec();
        if line.is_empty() {
            continue;
        }
        if line::level(&line) >= Some(Level::Error) {
            error = Some(line);
        } else {
            last = Some(line);
        }
    }
    Ok(error.or(last).map(|line| redact::shown(&line, 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_is_shown_without_secrets() {
        for (log, expected) in [
            ("", None),
            ("\n \n", None),
            ("one\ntwo\n\n", Some("two")),
            (
                "lvl=error msg=first\nlvl=crit msg=second\nlvl=info msg=bye\n",
                Some("lvl=crit msg=second"),
            ),
            (
                "Fatal: dial https://user:pw@l1.example/v3/0123456789abcdef0123456789abcdef: refused\nbye",
                Some("Fatal: dial https://l1.example… refused"),
            ),
            (
                "lvl=info msg=up\nSIGABRT: abort\nPC=0x47 m=0 sigcode=0\n\ngs     0x0",
                Some("SIGABRT: abort"),
            ),
        ] {
            assert_eq!(last_error(&mut log.as_bytes()).unwrap().as_deref(), expected, "{log}");
        }
    }
}
