//! Keys: whose they are, who may read them, what they can pay.

pub(crate) mod funding;
pub(crate) mod key_file;
pub(crate) mod published_key;
pub(crate) mod reused_key;
pub(crate) mod role;
