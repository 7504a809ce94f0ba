//! The hash of a block recomputed from its header, so that an endpoint cannot make one up.

use alloy_consensus::Header;
use alloy_primitives::B256;
use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::compare::block::Block;

/// A block's header, and its hash as it follows from the header. Reading one fails where the node sends
/// another hash: it lies, or the header has fields that this program does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    pub header: Header,
    /// keccak-256 of the header's RLP.
    pub hash: B256,
}

impl<'de> Deserialize<'de> for Sealed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Claim {
            hash: B256,
        }
        let raw = <&RawValue>::deserialize(deserializer)?.get();
        let Claim { hash: claimed } = serde_json::from_str(raw).map_err(de::Error::custom)?;
        let header: Header = serde_json::from_str(raw).map_err(de::Error::custom)?;
        let hash = header.hash_slow();
        if hash == claimed {
            return Ok(Self { header, hash });
        }
        Err(de::Error::custom(format_args!(
            "its endpoint lies: block {} is said to be {claimed}, and its header has the hash {hash}",
            header.number
        )))
    }
}

impl From<Sealed> for Block {
    fn from(Sealed { header, hash }: Sealed) -> Self {
        Self {
            number: header.number,
            hash,
            parent: header.parent_hash,
            timestamp: header.timestamp,
        }
    }
}
