//! What an OP Stack chain is.
