//! How good something is, shown by a shape, a word and a colour.

use maud::{Markup, html};

use crate::condition::State;
use op_gate::Answer;
use op_prove::compare::Verdict;

/// How good something is. Each has a class and a shape of its own name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// Neither good nor bad.
    Plain,
    Good,
    Warn,
    Unknown,
    Bad,
}

impl Tone {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Warn => "warn",
            Self::Unknown => "unknown",
            Self::Bad => "bad",
        }
    }
}

impl From<State> for Tone {
    fn from(state: State) -> Self {
        match state {
            State::Ok => Self::Good,
            State::Warn => Self::Warn,
            State::Unknown => Self::Unknown,
            State::Failed => Self::Bad,
        }
    }
}

impl From<Answer> for Tone {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Skip => Self::Plain,
            Answer::Pass => Self::Good,
            Answer::Warn => Self::Warn,
            Answer::Wait => Self::Unknown,
            Answer::Refuse => Self::Bad,
        }
    }
}

impl From<&Verdict> for Tone {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Equal { .. } => Self::Good,
            // A condition says how far is too far.
            Verdict::Behind { .. } => Self::Plain,
            Verdict::Diverged { .. } => Self::Bad,
            Verdict::Unknown { .. } => Self::Unknown,
        }
    }
}

/// The shape alone: what it says must stand beside it.
pub(super) fn shape(tone: Tone) -> Markup {
    html! {
        svg.shape.(tone.class()) viewBox="0 0 16 16" aria-hidden="true" {
            use href={ "#" (tone.class()) } {}
        }
    }
}

/// The shape and the word.
pub(super) fn badge(tone: Tone, word: &str) -> Markup {
    html! { span.badge.(tone.class()) { (shape(tone)) (word) } }
}

/// The shapes, once in a document.
pub(super) fn shapes() -> Markup {
    let drawn = |tone: Tone, outline: &str, mark: &str| {
        html! {
            symbol id=(tone.class()) viewBox="0 0 16 16" {
                path d=(outline) fill="currentColor" {}
                path.mark d=(mark) fill="none" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}
            }
        }
    };
    html! {
        svg.symbols aria-hidden="true" width="0" height="0" {
            (drawn(Tone::Plain, "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1Z", "M5 8h6"))
            (drawn(Tone::Good, "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1Z", "M4.8 8.3 7 10.5 11.2 5.8"))
            (drawn(Tone::Warn, "M8 .8 15.6 14.6H.4Z", "M8 6v3.4M8 12v.01"))
            symbol id=(Tone::Unknown.class()) viewBox="0 0 16 16" {
                path.ring d="M8 1.2a6.8 6.8 0 1 0 0 13.6A6.8 6.8 0 1 0 8 1.2ZM6 6.4a2 2 0 1 1 2.9 1.8q-.9.4-.9 1.3M8 11.6v.01" {}
            }
            (drawn(Tone::Bad, "M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5Z", "M5.5 5.5l5 5M10.5 5.5l-5 5"))
        }
    }
}
