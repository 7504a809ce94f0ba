//! An error in one line.

use std::{error::Error, iter::successors};

/// The error and its causes, without those that the text before already contains.
#[must_use]
pub fn with_causes(error: &(dyn Error + 'static)) -> String {
    let causes = successors(error.source(), |&cause| cause.source()).map(ToString::to_string);
    causes.fold(error.to_string(), |text, cause| {
        if text.contains(&cause) { text } else { format!("{text}: {cause}") }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    enum Trouble {
        #[error("no file")]
        File,
        #[error("no key: {0}")]
        Causes(#[source] Box<Trouble>),
        #[error("no start")]
        Plain(#[source] Box<Trouble>),
    }

    #[test]
    fn a_cause_is_shown_once() {
        let trouble = Trouble::Causes(Box::new(Trouble::File));
        assert_eq!(with_causes(&trouble), "no key: no file");
        assert_eq!(with_causes(&Trouble::Plain(Box::new(trouble))), "no start: no key: no file");
    }
}
