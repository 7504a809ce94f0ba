//! Changes of one place.

pub(crate) mod flags;
pub(crate) mod json;
pub(crate) mod key;
