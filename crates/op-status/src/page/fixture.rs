//! A complete status for tests.

use crate::status::Status;

pub(super) const COMPLETE: &str = include_str!("../../tests/data/status.json");

pub(super) fn status() -> Status {
    serde_json::from_str(COMPLETE).unwrap()
}
