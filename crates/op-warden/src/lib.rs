//! op-warden.
