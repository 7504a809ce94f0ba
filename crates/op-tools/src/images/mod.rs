//! Container images, pinned to what their tags mean in the registry today.
//!
//! A tag may be moved, a digest may not. [`file`] is the list of images, [`registry`] asks for the
//! digest of a tag, [`lock`] compares the two.

mod error;
pub mod file;
mod http;
pub mod lock;
mod manifest;
pub mod reference;
pub mod registry;

pub use error::ResolveError;
pub use manifest::{Content, Platforms};
