//! What is offered for a transaction's gas, and the limit above which nothing is offered.

use alloy_primitives::{U256, utils::format_units, utils::parse_units};

use crate::transaction::Fees;

/// Wei per gas: 500 gwei. Rollups ask for less than one; an L1 asks for this much only in its worst hours.
pub const MAX_FEE: u128 = 500_000_000_000;

/// A node asks for more than is to be paid: it may be wrong, or lie.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a gas price of at most {} gwei (--max-fee), found {} gwei. Nothing was sent. Wait until gas is \
     cheaper, ask another node, or raise --max-fee",
    gwei(U256::from(*.limit)), gwei(*.price)
)]
pub struct TooDear {
    /// Wei per gas that the node asks for.
    pub price: U256,
    /// Wei per gas that are paid at most.
    pub limit: u128,
}

impl Fees {
    /// What is offered where a node asks for a price and a priority fee: twice the price, as the base fee may
    /// double until the transaction is in a block, and never more than the limit.
    pub fn offer(price: U256, priority: U256, limit: u128) -> Result<Self, TooDear> {
        if price > U256::from(limit) {
            return Err(TooDear { price, limit });
        }
        let max = price.saturating_mul(U256::from(2)).saturating_to::<u128>().min(limit);
        Ok(Self { max, priority: priority.saturating_to::<u128>().min(max) })
    }

    /// What takes the place of a transaction with these fees: nodes ask for a tenth more of both. `None` where
    /// the limit does not allow it.
    #[must_use]
    pub fn raised(self, present: Self, limit: u128) -> Option<Self> {
        let least = |fee: u128| fee.saturating_add(fee.div_ceil(8));
        let max = least(self.max).max(present.max);
        let priority = least(self.priority).max(present.priority).min(max);
        (max <= limit).then_some(Self { max, priority })
    }
}

/// Reads gwei as a command line has them, into wei.
pub fn parse_gwei(text: &str) -> Result<u128, String> {
    let wei: U256 = parse_units(text, "gwei").map_err(|error| error.to_string())?.into();
    match wei.try_into() {
        Ok(wei) if wei > 0 => Ok(wei),
        _ => Err("a number of gwei above zero".to_owned()),
    }
}

fn gwei(wei: U256) -> String {
    let text = format_units(wei, "gwei").unwrap_or_else(|_| wei.to_string());
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_above_the_limit_is_offered() {
        let offer = |price: u64, priority: u64| {
            Fees::offer(U256::from(price), U256::from(priority), 1000)
                .map(|fees| (fees.max, fees.priority))
        };
        assert_eq!(offer(100, 7), Ok((200, 7)));
        assert_eq!(offer(900, 7), Ok((1000, 7)));
        assert_eq!(offer(100, 9999), Ok((200, 200)));
        let error = offer(1001, 1).unwrap_err();
        assert_eq!((error.price, error.limit), (U256::from(1001), 1000));
        assert!(Fees::offer(U256::MAX, U256::MAX, u128::MAX).is_err());
        let dear = TooDear { price: U256::from(10_u64.pow(15)), limit: MAX_FEE }.to_string();
        assert!(dear.contains("at most 500 gwei (--max-fee), found 1000000 gwei"), "{dear}");
    }

    #[test]
    fn a_replacement_offers_a_tenth_more_of_both_and_keeps_the_limit() {
        let fees = |max, priority| Fees { max, priority };
        assert_eq!(fees(800, 80).raised(fees(1, 1), 1000), Some(fees(900, 90)));
        assert_eq!(fees(800, 80).raised(fees(950, 100), 1000), Some(fees(950, 100)));
        assert_eq!(fees(1, 0).raised(fees(1, 0), 1000), Some(fees(2, 0)));
        assert_eq!(fees(900, 80).raised(fees(1, 1), 1000), None);
        assert_eq!(fees(u128::MAX, 1).raised(fees(1, 1), u128::MAX), Some(fees(u128::MAX, 2)));
    }

    #[test]
    fn gwei_are_read_as_they_are_written() {
        assert_eq!(parse_gwei("500"), Ok(MAX_FEE));
        assert_eq!(parse_gwei("0.5"), Ok(500_000_000));
        for wrong in ["", "x", "0", "-1", "1e30", "999999999999999999999999999999999"] {
            assert!(parse_gwei(wrong).is_err(), "{wrong}");
        }
    }
}
