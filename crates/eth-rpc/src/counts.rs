//! How often an endpoint said that it is asked too much.

use std::{
    num::NonZeroUsize,
    sync::atomic::{AtomicU32, AtomicUsize, Ordering},
};

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
    /// Zero while no limit is known.
    most_calls: AtomicUsize,
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

    /// The calls that it takes in one batch at most, where it has refused more.
    pub(crate) fn most_calls(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.most_calls.load(Ordering::Relaxed))
    }

    /// From now on no batch has more calls.
    pub(crate) fn limit_batches(&self, calls: usize) {
        self.most_calls.store(calls, Ordering::Relaxed);
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
