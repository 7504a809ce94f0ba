//! A deposit: ETH sent to the portal on L1 arrives on L2, in the same block on every node.

mod l1;
mod l2;

use std::time::Duration;

use alloy_primitives::{Address, B256, U256, utils::format_ether};
use eth_rpc::{
    Rpc, RpcUrlError, Unread,
    key::{SecretKey, SignError},
    transaction::EventError,
};
use op_chain::{deposit, rollup::BlockId};
use serde::Serialize;
use tokio::time::{Instant, sleep};

use op_gate::{
    config::{Config, Service},
    read::{endpoint, files},
};

/// Pause between two looks at all nodes.
const PAUSE: Duration = Duration::from_millis(500);

/// Where a deposit begins, and where it is to arrive.
#[derive(Debug)]
pub struct Chain {
    /// L1.
    pub l1: Rpc,
    /// Its chain id.
    pub l1_chain_id: u64,
    /// `OptimismPortal` of the chain.
    pub portal: Address,
    /// `SystemConfig` of the chain.
    pub system_config: Address,
    /// The nodes' engines by name, the sequencer's first.
    pub engines: Vec<(String, Rpc)>,
}

/// A deposit to be sent, or one that is sent.
#[derive(Debug)]
pub enum Start<'a> {
    /// Sends one.
    Send {
        /// Pays for it.
        key: &'a SecretKey,
        /// Gets it on L2.
        to: Address,
        /// Wei.
        amount: U256,
    },
    /// Looks for the first deposit of this transaction on L1.
    Watch(B256),
}

/// What is told meanwhile.
#[derive(Debug)]
pub enum News<'a> {
    /// The transaction is signed and goes to L1 now.
    Sending(B256),
    /// A look at all nodes.
    Seen(&'a Proof),
}

/// How far a deposit came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// The transaction on L1.
    pub l1_transaction: B256,
    /// Its block; none yet where null.
    pub l1_block: Option<BlockId>,
    /// The transaction that follows from it on L2.
    pub l2_transaction: Option<B256>,
    /// The nodes, the sequencer first.
    pub nodes: Vec<Node>,
}

/// How far it came on a node.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Its service's name, or the remote follower's.
    pub name: String,
    /// What it says.
    #[serde(flatten)]
    pub arrival: Arrival,
}

/// What a node says of a deposit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "arrival", rename_all = "camelCase")]
pub enum Arrival {
    /// It is there.
    Arrived {
        /// The L2 block.
        block: BlockId,
    },
    /// It is there and did nothing but mint: its call failed.
    Failed {
        /// The L2 block.
        block: BlockId,
    },
    /// It is not there yet.
    Missing {
        /// What is waited for.
        waits: String,
    },
    /// The node tells nothing.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// What a proof comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// In the same block on every node.
    Arrived,
    /// In different blocks, or failed.
    Diverged,
    /// Not on every node yet.
    Behind,
    /// Some node tells nothing.
    Unknown,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum DepositError {
    /// The configuration, or a file that it names, cannot be used.
    #[error("{0}")]
    Config(String),
    /// An endpoint's URL is not one.
    #[error("{node}: {source}")]
    Url {
        /// Whose.
        node: String,
        /// What is wrong.
        source: RpcUrlError,
    },
    /// L1 does not say what is needed.
    #[error("cannot read {what} from L1 at {endpoint}: {source}")]
    L1 {
        /// What was asked for.
        what: &'static str,
        /// The endpoint, without secrets.
        endpoint: String,
        /// Why.
        source: Unread,
    },
    /// Another chain.
    #[error(
        "expected L1 chain {expected} (l1.chainId of the configuration), found {found} at {endpoint}: nothing was sent. Point l1.rpc to the chain's L1"
    )]
    WrongL1 {
        /// Of the configuration.
        expected: u64,
        /// Of the endpoint.
        found: u64,
        /// The endpoint, without secrets.
        endpoint: String,
    },
    /// Not the chain's portal.
    #[error(
        "expected the portal of SystemConfig {expected} (rollup.json), found one of {found} at {portal}: nothing was sent. Take rollup.json of the chain"
    )]
    WrongPortal {
        /// `l1_system_config_address` of rollup.json.
        expected: Address,
        /// `systemConfig()` of the portal.
        found: Address,
        /// `deposit_contract_address` of rollup.json.
        portal: Address,
    },
    /// Nothing at the portal's address, or something else.
    #[error(
        "expected OptimismPortal at {portal} (deposit_contract_address of rollup.json), found none on L1 at {endpoint}: {source}. Nothing was sent. Take rollup.json of the chain"
    )]
    NoPortal {
        /// The address.
        portal: Address,
        /// The endpoint, without secrets.
        endpoint: String,
        /// What its `systemConfig()` said.
        source: Unread,
    },
    /// The portal would refuse it.
    #[error("the portal does not take the deposit: {0}. Nothing was sent")]
    Refused(Unread),
    /// The account cannot pay.
    #[error(
        "expected {} ETH on L1 for the deposit and its gas, found {} ETH at {account}: nothing was sent. Send ETH to the account, or take a smaller --amount",
        format_ether(*.needed), format_ether(*.found)
    )]
    Poor {
        /// Wei.
        needed: U256,
        /// Wei.
        found: U256,
        /// Whose.
        account: Address,
    },
    /// The key does not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// L1 may have it or not.
    #[error(
        "L1 did not say that it took {transaction}: {source}. See --transaction before another is sent"
    )]
    Sent {
        /// The transaction.
        transaction: B256,
        /// Why.
        source: Unread,
    },
    /// It is in a block, and reverted.
    #[error("the transaction {0} failed on L1: nothing was deposited")]
    Failed(B256),
    /// It deposited nothing.
    #[error(transparent)]
    NoDeposit(#[from] EventError),
    /// A kind of deposit that is not followed here.
    #[error(transparent)]
    Kind(#[from] deposit::DepositError),
}

impl Chain {
    /// The chain that a configuration describes. `patience` is what one request may take.
    pub fn of(config: &Config, patience: Duration) -> Result<Self, DepositError> {
        let told = |error: &dyn std::fmt::Display| DepositError::Config(error.to_string());
        let rollup = files::rollup(&config.chain.rollup).map_err(|error| told(&error))?;
        let l1 = endpoint::of(&config.l1.rpc, ("l1.rpc", "l1.rpcFile"), patience);
        Ok(Self {
            l1: l1.map_err(|error| told(&error))?,
            l1_chain_id: config.l1.chain_id,
            portal: rollup.deposit_contract_address,
            system_config: rollup.l1_system_config_address,
            engines: engines(config, patience)?,
        })
    }
}

/// The engines of the configuration's nodes and of followers elsewhere.
fn engines(config: &Config, patience: Duration) -> Result<Vec<(String, Rpc)>, DepositError> {
    let sequences = |service: &Service| {
        service.command.as_ref().is_some_and(|command| command.is_on("sequencer.enabled"))
    };
    let is_node = |service: &Service| {
        service.command.as_ref().is_some_and(|command| command.component == "op-node")
    };
    let mut nodes: Vec<_> = config.services.iter().filter(|(_, node)| is_node(node)).collect();
    nodes.sort_by_key(|(_, node)| !sequences(node));
    let here = nodes.into_iter().map(|(name, node)| (name, node.engine_rpc.as_ref()));
    let remote = config.serve.iter().flat_map(|serve| &serve.followers);
    let remote = remote.map(|(name, follower)| (name, Some(&follower.engine_rpc)));
    here.chain(remote)
        .map(|(name, url)| {
            let url = url.ok_or_else(|| {
                DepositError::Config(format!(
                    "the node {name} has no engineRpc, so nobody can look for a deposit there: set services.{name}.engineRpc"
                ))
            })?;
            let rpc = Rpc::new(url, patience);
            let rpc = rpc.map_err(|source| DepositError::Url { node: name.clone(), source })?;
            Ok((name.clone(), rpc))
        })
        .collect()
}

/// Sends a deposit, or takes one that was sent, and follows it until every node has it or `patience` is
/// over. `tell` hears of the transaction before L1 does.
///
/// What was read from many nodes is of one moment only if it is the same once more: a reorganisation gives
/// the deposit another block, and another transaction on L2. So two looks follow the end of `patience`.
pub async fn prove(
    chain: &Chain,
    start: Start<'_>,
    patience: Duration,
    tell: impl Fn(News<'_>),
) -> Result<Proof, DepositError> {
    l1::check(chain).await?;
    let transaction = match start {
        Start::Watch(transaction) => transaction,
        Start::Send { key, to, amount } => {
            let signed = l1::sign(chain, key, to, amount).await?;
            tell(News::Sending(signed.hash));
            l1::send(chain, signed).await?
        }
    };
    // A time that no clock will show does not come.
    let deadline = Instant::now().checked_add(patience);
    let mut before: Option<Proof> = None;
    let mut was_late = false;
    loop {
        let late = deadline.is_some_and(|deadline| Instant::now() >= deadline);
        let proof = look(chain, transaction).await?;
        tell(News::Seen(&proof));
        match before {
            Some(before) if proof.is_final() && proof == before => return Ok(proof),
            Some(before) if was_late => return Ok(proof.confirmed_by(&before)),
            _ => {}
        }
        (before, was_late) = (Some(proof), late);
        sleep(PAUSE).await;
    }
}

/// One look at L1 and all nodes.
async fn look(chain: &Chain, transaction: B256) -> Result<Proof, DepositError> {
    let nodes = |arrival: Arrival| {
        let names = chain.engines.iter().map(|(name, _)| name.clone());
        names.map(|name| Node { name, arrival: arrival.clone() }).collect()
    };
    let proof =
        |nodes| Proof { l1_transaction: transaction, l1_block: None, l2_transaction: None, nodes };
    Ok(match l1::deposit(chain, transaction).await {
        Err(unread) => proof(nodes(Arrival::Unknown { reason: format!("L1: {unread}") })),
        Ok(None) => proof(nodes(Arrival::Missing { waits: "it is in no block of L1".to_owned() })),
        Ok(Some(receipt)) => {
            let l2_transaction = l1::l2_transaction(chain, &receipt)?;
            Proof {
                l1_block: Some(receipt.block()),
                l2_transaction: Some(l2_transaction),
                ..proof(l2::arrivals(&chain.engines, l2_transaction).await)
            }
        }
    })
}

impl Proof {
    /// The L2 block that it arrived in on every node.
    #[must_use]
    pub fn block(&self) -> Option<BlockId> {
        match self.nodes.first()?.arrival {
            Arrival::Arrived { block } if self.outcome() == Outcome::Arrived => Some(block),
            _ => None,
        }
    }

    /// What it comes to. Diverged counts before unknown, unknown before behind.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let blocks = self.nodes.iter().filter_map(|node| match node.arrival {
            Arrival::Arrived { block } => Some(block),
            _ => None,
        });
        let first = blocks.clone().next();
        let is = |kind: fn(&Arrival) -> bool| self.nodes.iter().any(|node| kind(&node.arrival));
        if is(|arrival| matches!(arrival, Arrival::Failed { .. }))
            || blocks.clone().any(|block| Some(block) != first)
        {
            Outcome::Diverged
        } else if is(|arrival| matches!(arrival, Arrival::Unknown { .. })) || self.nodes.is_empty()
        {
            Outcome::Unknown
        } else if is(|arrival| matches!(arrival, Arrival::Missing { .. })) {
            Outcome::Behind
        } else {
            Outcome::Arrived
        }
    }

    /// Whether every node has it in the same block, and with the same result: but for a reorganisation,
    /// that does not change any more.
    fn is_final(&self) -> bool {
        self.nodes.first().is_some_and(|first| {
            first.arrival.is_there() && self.nodes.iter().all(|node| node.arrival == first.arrival)
        })
    }

    /// Keeps what the look before showed too.
    fn confirmed_by(mut self, before: &Self) -> Self {
        let same = self.l2_transaction == before.l2_transaction && self.l1_block == before.l1_block;
        for (node, last) in self.nodes.iter_mut().zip(&before.nodes) {
            if node.arrival.is_there() && !(same && node.arrival == last.arrival) {
                let reason = "its answer was another one at each of the last two looks".to_owned();
                node.arrival = Arrival::Unknown { reason };
            }
        }
        self
    }
}

impl Arrival {
    /// Whether the node has it in a block.
    #[must_use]
    pub const fn is_there(&self) -> bool {
        matches!(self, Self::Arrived { .. } | Self::Failed { .. })
    }
}

impl Outcome {
    /// As those of `prove heads`: 0 arrived, 1 diverged or failed, 2 behind, 3 unknown.
    #[must_use]
    pub const fn exit_code(self) -> u8 {
        match self {
            Self::Arrived => 0,
            Self::Diverged => 1,
            Self::Behind => 2,
            Self::Unknown => 3,
        }
    }
}
