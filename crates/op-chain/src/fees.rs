//! The fee parameters that a chain begins with, in the three places that hold them: `extraData` of
//! the genesis block, `genesis.system_config` of rollup.json, and the constants that both files carry.

use alloy_primitives::{B256, FixedBytes};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::forks::{Fork, ForkTimes};
use crate::json;
use crate::rollup::{RollupConfig, SystemConfig};

/// Constants of the base fee: `chain_op_config` of rollup.json, `config.optimism` of genesis.json
/// (op-geth `params/config_op.go`, `OptimismConfig`). As there, what is missing is 0.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeConstants {
    /// Gas limit divided by gas target.
    #[serde(rename = "eip1559Elasticity", default)]
    pub elasticity: u64,
    /// The larger, the slower the base fee changes; before Canyon.
    #[serde(rename = "eip1559Denominator", default)]
    pub denominator: u64,
    /// The same from Canyon on.
    #[serde(rename = "eip1559DenominatorCanyon", default, skip_serializing_if = "Option::is_none")]
    pub denominator_canyon: Option<u64>,
}

/// A pair of base fee parameters, as extraData and `eip1559Params` pack it: both big-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeePair {
    /// The larger, the slower the base fee changes.
    pub denominator: u32,
    /// Gas limit divided by gas target.
    pub elasticity: u32,
}

impl FeePair {
    /// What op-deployer writes into the extraData of every genesis (op-chain-ops
    /// `genesis/genesis.go`, `HoloceneExtraData`, `MinBaseFeeExtraData`).
    pub const OF_OP_DEPLOYER: Self = Self { denominator: 250, elasticity: 6 };

    /// The pair that the eight bytes hold.
    #[must_use]
    pub const fn unpack(bytes: [u8; 8]) -> Self {
        let [d0, d1, d2, d3, e0, e1, e2, e3] = bytes;
        Self {
            denominator: u32::from_be_bytes([d0, d1, d2, d3]),
            elasticity: u32::from_be_bytes([e0, e1, e2, e3]),
        }
    }
}

/// What the extraData of a block says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExtraData {
    /// Parameters of the next block's base fee.
    pub pair: FeePair,
    /// The least base fee in wei, from Jovian on.
    pub min_base_fee: Option<u64>,
}

/// Why extraData is not what the forks at genesis demand (op-geth
/// `consensus/misc/eip1559/eip1559_optimism.go`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ExtraDataError {
    /// Of another length.
    #[error("{found} bytes, {fork} has {expected}")]
    Length { fork: Fork, expected: usize, found: usize },
    /// Of another version.
    #[error("version {found}, {fork} has {expected}")]
    Version { fork: Fork, expected: u8, found: u8 },
    /// Engines divide by both.
    #[error("denominator {0} and elasticity {1}, neither may be 0")]
    Zero(u32, u32),
}

impl ExtraData {
    /// Reads extraData of a block of that timestamp; `None` before Holocene, when it has no format.
    pub fn read(
        forks: &ForkTimes,
        timestamp: u64,
        bytes: &[u8],
    ) -> Result<Option<Self>, ExtraDataError> {
        let (fork, version, length) = if forks.is_active(Fork::Jovian, timestamp) {
            (Fork::Jovian, 1, 17)
        } else if forks.is_active(Fork::Holocene, timestamp) {
            (Fork::Holocene, 0, 9)
        } else {
            return Ok(None);
        };
        let (&[found, ref pair @ ..], rest) = bytes
            .split_first_chunk::<9>()
            .filter(|_| bytes.len() == length)
            .ok_or(ExtraDataError::Length { fork, expected: length, found: bytes.len() })?;
        if found != version {
            return Err(ExtraDataError::Version { fork, expected: version, found });
        }
        let pair = FeePair::unpack(*pair);
        if pair.denominator == 0 || pair.elasticity == 0 {
            return Err(ExtraDataError::Zero(pair.denominator, pair.elasticity));
        }
        let min_base_fee = rest.first_chunk().map(|&bytes| u64::from_be_bytes(bytes));
        Ok(Some(Self { pair, min_base_fee }))
    }
}

/// The operator fee's scalar and constant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperatorFee {
    /// Per gas, in millionths of a wei.
    pub scalar: u32,
    /// Per transaction, in wei.
    pub constant: u64,
}

/// Fee parameters of `genesis.system_config`. Absent and zero mean: not set, the constants hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GenesisFees {
    /// Denominator and elasticity.
    #[serde(rename = "eip1559Params", deserialize_with = "json::hex")]
    pub eip1559_params: FixedBytes<8>,
    /// 20 unused bytes, scalar (4), constant (8).
    #[serde(rename = "operatorFeeParams", deserialize_with = "json::hex")]
    pub operator_fee_params: B256,
    /// The least base fee, in wei.
    #[serde(rename = "minBaseFee", deserialize_with = "json::number")]
    pub min_base_fee: u64,
    /// Gas that a byte of data costs; 0 stands for the default.
    #[serde(rename = "daFootprintGasScalar", deserialize_with = "json::number")]
    pub da_footprint_gas_scalar: u16,
}

impl GenesisFees {
    /// What `operator_fee_params` hold.
    #[must_use]
    pub const fn operator_fee(&self) -> OperatorFee {
        let [.., s0, s1, s2, s3, c0, c1, c2, c3, c4, c5, c6, c7] = self.operator_fee_params.0;
        OperatorFee {
            scalar: u32::from_be_bytes([s0, s1, s2, s3]),
            constant: u64::from_be_bytes([c0, c1, c2, c3, c4, c5, c6, c7]),
        }
    }
}

impl SystemConfig {
    /// The fee parameters among the fields; an error where op-node could not read them either.
    pub fn fees(&self) -> serde_json::Result<GenesisFees> {
        serde_json::from_value(Value::Object(self.other.clone()))
    }
}

impl RollupConfig {
    /// `chain_op_config`, without which op-node does not start.
    pub fn fee_constants(&self) -> serde_json::Result<Option<FeeConstants>> {
        self.other
            .get("chain_op_config")
            .map_or(Ok(None), |constants| serde_json::from_value(constants.clone()))
    }
}

#[cfg(test)]
mod tests {
    use alloy_primitives::hex;

    use super::*;

    fn forks(holocene: Option<u64>, jovian: Option<u64>) -> ForkTimes {
        ForkTimes { holocene_time: holocene, jovian_time: jovian, ..ForkTimes::default() }
    }

    #[test]
    fn extra_data_is_read_as_the_newest_active_fork_packs_it() {
        let pair = FeePair::OF_OP_DEPLOYER;
        let holocene = (Some(0), None);
        let jovian = (Some(0), Some(0));
        for ((with_holocene, with_jovian), bytes, expected) in [
            ((None, None), "", Ok(None)),
            ((None, None), "424544524f434b", Ok(None)),
            ((Some(101), Some(102)), "424544524f434b", Ok(None)),
            (holocene, "00000000fa00000006", Ok(Some(ExtraData { pair, min_base_fee: None }))),
            (
                (Some(100), Some(101)),
                "00000000fa00000006",
                Ok(Some(ExtraData { pair, min_base_fee: None })),
            ),
            (
                jovian,
                "01000000fa000000060000000000000000",
                Ok(Some(ExtraData { pair, min_base_fee: Some(0) })),
            ),
            (
                jovian,
                "01000000fa0000000600000000000186a0",
                Ok(Some(ExtraData { pair, min_base_fee: Some(100_000) })),
            ),
            (
                holocene,
                "",
                Err(ExtraDataError::Length { fork: Fork::Holocene, expected: 9, found: 0 }),
            ),
            (
                holocene,
                "424544524f434b",
                Err(ExtraDataError::Length { fork: Fork::Holocene, expected: 9, found: 7 }),
            ),
            (
                holocene,
                "01000000fa000000060000000000000000",
                Err(ExtraDataError::Length { fork: Fork::Holocene, expected: 9, found: 17 }),
            ),
            (
                jovian,
                "00000000fa00000006",
                Err(ExtraDataError::Length { fork: Fork::Jovian, expected: 17, found: 9 }),
            ),
            (
                holocene,
                "01000000fa00000006",
                Err(ExtraDataError::Version { fork: Fork::Holocene, expected: 0, found: 1 }),
            ),
            (
                jovian,
                "00000000fa000000060000000000000000",
                Err(ExtraDataError::Version { fork: Fork::Jovian, expected: 1, found: 0 }),
            ),
            (holocene, "000000000000000006", Err(ExtraDataError::Zero(0, 6))),
            (jovian, "01000000fa000000000000000000000001", Err(ExtraDataError::Zero(250, 0))),
        ] {
            let read = ExtraData::read(
                &forks(with_holocene, with_jovian),
                100,
                &hex::decode(bytes).unwrap(),
            );
            assert_eq!(read, expected, "{bytes}");
        }
    }

    #[test]
    fn a_pair_is_big_endian() {
        let pair = FeePair::unpack([1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!((pair.denominator, pair.elasticity), (0x0102_0304, 0x0506_0708));
    }

    #[test]
    fn the_operator_fee_stands_at_the_end() {
        let mut operator_fee_params = B256::with_last_byte(9);
        operator_fee_params[23] = 7;
        let fees = GenesisFees { operator_fee_params, ..GenesisFees::default() };
        assert_eq!(fees.operator_fee(), OperatorFee { scalar: 7, constant: 9 });
    }
}
