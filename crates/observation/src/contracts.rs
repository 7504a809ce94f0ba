//! The contracts, as `contracts/artifacts` has them: what is called is what is deployed.

// Generated; the contracts' NatSpec documents them.
#![allow(clippy::too_many_arguments, clippy::pub_underscore_fields)]

use alloy_sol_types::sol;

sol!(
    #[derive(Debug, PartialEq, Eq)]
    EveryChannelWitnessRegistry,
    "contracts/artifacts/EveryChannelWitnessRegistry.json"
);
sol!(
    #[derive(Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
    EveryChannelObservationLedger,
    "contracts/artifacts/EveryChannelObservationLedger.json"
);
sol!(
    #[derive(Debug, PartialEq, Eq)]
    EveryChannelRail,
    "contracts/artifacts/EveryChannelRail.json"
);
