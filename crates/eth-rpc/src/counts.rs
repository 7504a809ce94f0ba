//! How often an endpoint said that it is asked too much.

use std::sync::atomic::{AtomicU32, Ordering};

/// How often an endpoint said that it is asked too much: HTTP 429, or JSON-RPC's code for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub seen: u32,
    /// As the last word, so that something stayed unread.
    pub lost: u32,
}

#[derive(Default)]
pub(crate) struct Counts {
    seen: AtomicU32,
    lost: AtomicU32,
}

impl Counts {
    /// A limit that another attempt may get past.
    pub(crate) fn limited(&self) {
        self.seen.fetch_add(1, Ordering::Relaxed);
    }

    /// The last attempt met one.
    pub(crate) fn gave_up(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn limits(&self) -> Limits {
        Limits { seen: self.seen.load(Ordering::Relaxed), lost: self.lost.load(Ordering::Relaxed) }
    }

    /// A limit that no attempt got past.
    pub(crate) fn refused(&self) {
        self.limited();
        self.gave_up();
    }
}
