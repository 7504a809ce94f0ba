//! Headers against the vectors, which `cast abi-encode` and `cast keccak` made; the contracts read them too.

use alloy_primitives::{B256, Bytes};
use alloy_sol_types::SolValue;
use observation::header::ObservationHeader;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    header: Header,
    encoded: Bytes,
    observation_hash: B256,
    slot: B256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Header {
    stream_hash: B256,
    epoch_hash: B256,
    parent_observation_hash: B256,
    data_root: B256,
    locator_hash: B256,
    observed_unix_ms: String,
    sequence: String,
}

#[test]
fn headers_hash_as_the_vectors_say() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    assert!(!vectors.is_empty());
    for Vector { header, encoded, observation_hash, slot } in vectors {
        let header = ObservationHeader {
            streamHash: header.stream_hash,
            epochHash: header.epoch_hash,
            parentObservationHash: header.parent_observation_hash,
            dataRoot: header.data_root,
            locatorHash: header.locator_hash,
            observedUnixMs: header.observed_unix_ms.parse().unwrap(),
            sequence: header.sequence.parse().unwrap(),
        };
        assert_eq!(header.abi_encode(), encoded);
        assert_eq!(header.observation_hash(), observation_hash);
        assert_eq!(header.slot(), slot);
    }
}
