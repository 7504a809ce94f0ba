//! Who controls the chain's contracts on L1, and how they are set.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256, b256, keccak256};
use eth_rpc::{Answers, Batch, Reading, Unread};
use op_chain::contracts::{
    AnchorStateRegistry, DisputeGameFactory, OptimismPortal, Owned, SystemConfig,
};

use crate::l1::Contracts;

/// Where a proxy has its implementation and its admin (EIP-1967).
const IMPLEMENTATION: B256 =
    b256!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
const ADMIN: B256 = b256!("b53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103");

/// What is asked.
#[derive(Debug, Default)]
pub struct Questions {
    /// The game type that withdrawals are proven against.
    pub game_type: u32,
    /// The contracts that are known from the last look, by name.
    pub proxies: BTreeMap<String, Address>,
    /// The owner of the proxies.
    pub admins: BTreeSet<Address>,
}

/// Name of a contract and getter -> what it answers; as text, which is compared and shown.
pub type Control = BTreeMap<String, Reading<String>>;

/// Reads one answer as text.
type Read = Box<dyn Fn(&Answers) -> Reading<String> + Send + Sync>;

pub(crate) struct Slots(Vec<(String, Read)>);

/// Adds a getter, whose answer is read as text.
macro_rules! getters {
    ($slots:ident, $batch:ident, $name:literal at $contract:expr; $($getter:ident: $call:expr, $text:expr;)+) => {
        $({
            let slot = $batch.call($contract, &$call);
            let read: Read = Box::new(move |answers| answers.take(&slot).map($text));
            $slots.push((format!("{}.{}", $name, stringify!($getter)), read));
        })+
    };
}

impl Slots {
    pub(crate) fn ask(batch: &mut Batch, contracts: &Contracts, asked: &Questions) -> Self {
        let mut slots = Vec::new();
        let (system, portal) = (contracts.system_config, contracts.portal);
        getters! { slots, batch, "SystemConfig" at system;
            owner: Owned::ownerCall {}, |at| at.to_string();
            gasLimit: SystemConfig::gasLimitCall {}, |at| at.to_string();
            scalar: SystemConfig::scalarCall {}, |at| at.to_string();
            eip1559Denominator: SystemConfig::eip1559DenominatorCall {}, |at| at.to_string();
            eip1559Elasticity: SystemConfig::eip1559ElasticityCall {}, |at| at.to_string();
            operatorFeeScalar: SystemConfig::operatorFeeScalarCall {}, |at| at.to_string();
            operatorFeeConstant: SystemConfig::operatorFeeConstantCall {}, |at| at.to_string();
            minBaseFee: SystemConfig::minBaseFeeCall {}, |at| at.to_string();
            daFootprintGasScalar: SystemConfig::daFootprintGasScalarCall {}, |at| at.to_string();
            l1CrossDomainMessenger: SystemConfig::l1CrossDomainMessengerCall {}, |at| at.to_string();
            l1StandardBridge: SystemConfig::l1StandardBridgeCall {}, |at| at.to_string();
            l1ERC721Bridge: SystemConfig::l1ERC721BridgeCall {}, |at| at.to_string();
        }
        getters! { slots, batch, "OptimismPortal" at portal;
            paused: OptimismPortal::pausedCall {}, |at| at.to_string();
            guardian: OptimismPortal::guardianCall {}, |at| at.to_string();
            respectedGameType: OptimismPortal::respectedGameTypeCall {}, |at| at.to_string();
            superchainConfig: OptimismPortal::superchainConfigCall {}, |at| at.to_string();
            anchorStateRegistry: OptimismPortal::anchorStateRegistryCall {}, |at| at.to_string();
            ethLockbox: OptimismPortal::ethLockboxCall {}, |at| at.to_string();
        }
        if let Some(registry) = asked.proxies.get("AnchorStateRegistry") {
            getters! { slots, batch, "AnchorStateRegistry" at *registry;
                retirementTimestamp:
                    AnchorStateRegistry::retirementTimestampCall {}, |at| at.to_string();
            }
        }
        if let Some(factory) = contracts.factory {
            let game_type = asked.game_type;
            getters! { slots, batch, "DisputeGameFactory" at factory;
                owner: Owned::ownerCall {}, |at| at.to_string();
                gameImpls: DisputeGameFactory::gameImplsCall { gameType: game_type }, |at| at.to_string();
                gameArgs: DisputeGameFactory::gameArgsCall { gameType: game_type },
                    |at| keccak256(at).to_string();
                initBonds: DisputeGameFactory::initBondsCall { gameType: game_type }, |at| at.to_string();
            }
        }
        for admin in &asked.admins {
            let slot = batch.call(*admin, &Owned::ownerCall {});
            let read: Read = Box::new(move |answers| answers.take(&slot).map(|at| at.to_string()));
            slots.push((format!("ProxyAdmin {admin}.owner"), read));
        }
        for (name, &proxy) in &asked.proxies {
            for (what, place) in [("implementation", IMPLEMENTATION), ("admin", ADMIN)] {
                let slot = batch.storage(proxy, place);
                let read: Read = Box::new(move |answers| {
                    answers.take(&slot).map(|word| Address::from_word(word).to_string())
                });
                slots.push((format!("{name}.{what}"), read));
            }
        }
        Self(slots)
    }

    pub(crate) fn read(&self, answers: &Answers) -> Control {
        let value = |read: &Read| match read(answers) {
            // Other releases of a contract have other getters.
            Err(Unread::Reverted(_)) => Ok("none".to_owned()),
            // Neither has an account that is no contract.
            Err(Unread::Malformed(reason)) if reason.contains("returned nothing") => {
                Ok("none".to_owned())
            }
            reading => reading,
        };
        self.0.iter().map(|(name, read)| (name.clone(), value(read))).collect()
    }
}
