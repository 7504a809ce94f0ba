//! The host and the release that runs on it.

pub(crate) mod clock;
pub(crate) mod disk;
pub(crate) mod image_pinned;
pub(crate) mod image_running;
pub(crate) mod ports;
pub(crate) mod release;
