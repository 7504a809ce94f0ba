//! The official programs that are asked, each with a command in which everything is right.

use serde_json::Value;

/// A program. In the arguments, `@L1@` and `@L2@` stand for the nodes' URLs, `@DIR@` for the case's folder,
/// `@BIN@` for that of the programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Component {
    Node,
    /// op-geth, which reads genesis.json at its `init` only.
    Engine,
    Batcher,
    Proposer,
    Challenger,
    DisputeMon,
}

const FACTORY: &str = "--game-factory-address=0x00000000000000000000000000000000000000c3";

/// The gates that judge by the chain's files.
const FILES: [&str; 9] = [
    "l1-chain",
    "l1-origin",
    "l2-chain",
    "genesis-hash",
    "genesis-timestamp",
    "fork-schedule",
    "rollup-config",
    "predeploys",
    "fee-parameters",
];

impl Component {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Node => "op-node",
            Self::Engine => "op-geth",
            Self::Batcher => "op-batcher",
            Self::Proposer => "op-proposer",
            Self::Challenger => "op-challenger",
            Self::DisputeMon => "op-dispute-mon",
        }
    }

    /// The variable of the key that it signs with.
    pub(crate) const fn key(self) -> Option<&'static str> {
        match self {
            Self::Node => Some("OP_NODE_P2P_SEQUENCER_KEY"),
            Self::Batcher => Some("OP_BATCHER_PRIVATE_KEY"),
            Self::Proposer => Some("OP_PROPOSER_PRIVATE_KEY"),
            Self::Challenger => Some("OP_CHALLENGER_PRIVATE_KEY"),
            Self::Engine | Self::DisputeMon => None,
        }
    }

    /// The gates that judge it by its files, its key and its command.
    pub(crate) fn gates(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Self::Node => &[
                "genesis-live",
                "key-file",
                "jwt",
                "p2p",
                "p2p-paths",
                "static-peers",
                "admin-api",
            ],
            Self::Engine => &[],
            Self::Batcher => &["genesis-live", "key-file", "batch-cadence", "admin-api"],
            Self::Proposer => {
                &["genesis-live", "key-file", "root-source", "proposal-cadence", "admin-api"]
            }
            Self::Challenger => &["genesis-live", "key-file", "root-source", "admin-api"],
            Self::DisputeMon => &["genesis-live", "root-source", "admin-api"],
        };
        FILES.iter().chain(own).chain(&["flags"]).copied().collect()
    }

    pub(crate) fn command(self) -> Vec<String> {
        let args: &[&str] = match self {
            Self::Node => &[
                "--l1=@L1@",
                "--l1.beacon.ignore",
                "--l1.rpckind=standard",
                "--l1.trustrpc",
                "--l2=@L2@",
                "--l2.enginekind=geth",
                "--l2.jwt-secret=@DIR@/jwt.hex",
                "--rollup.config=@DIR@/rollup.json",
                "--rollup.l1-chain-config=@DIR@/l1.json",
                "--rpc.addr=127.0.0.1",
                "--rpc.port=0",
                "--p2p.disable",
                "--p2p.priv.path=@DIR@/p2p.key",
                "--p2p.peerstore.path=memory",
                "--p2p.discovery.path=memory",
                "--sequencer.enabled",
                "--sequencer.l1-confs=0",
                "--verifier.l1-confs=0",
            ],
            Self::Engine => {
                &["init", "--datadir=@DIR@/data", "--state.scheme=hash", "@DIR@/genesis.json"]
            }
            Self::Batcher => &[
                "--data-availability-type=calldata",
                "--l1-eth-rpc=@L1@",
                "--l2-eth-rpc=@L2@",
                "--rollup-rpc=@L2@",
                "--max-channel-duration=2",
                "--num-confirmations=1",
                "--poll-interval=20ms",
                "--resubmission-timeout=3s",
                "--rpc.addr=127.0.0.1",
                "--rpc.port=0",
                "--safe-abort-nonce-too-low-count=1",
                "--sub-safety-margin=4",
                "--txmgr.receipt-query-interval=1s",
            ],
            Self::Proposer => &[
                "--allow-non-finalized",
                FACTORY,
                "--game-type=1",
                "--l1-eth-rpc=@L1@",
                "--rollup-rpc=@L2@",
                "--num-confirmations=1",
                "--poll-interval=20ms",
                "--proposal-interval=1h",
                "--resubmission-timeout=3s",
                "--rpc.addr=127.0.0.1",
                "--rpc.port=0",
            ],
            Self::Challenger => &[
                "--cannon-bin=@BIN@/cannon",
                "--cannon-l2-custom",
                "--cannon-prestate=@DIR@/prestate.bin.gz",
                "--cannon-server=@BIN@/cannon",
                "--datadir=@DIR@/challenger",
                FACTORY,
                "--game-types=permissioned",
                "--http-poll-interval=20ms",
                "--l1-beacon=@L1@",
                "--l1-eth-rpc=@L1@",
                "--l1-genesis=@DIR@/l1.json",
                "--l2-eth-rpc=@L2@",
                "--l2-genesis=@DIR@/genesis.json",
                "--rollup-config=@DIR@/rollup.json",
                "--rollup-rpc=@L2@",
                "--num-confirmations=1",
            ],
            Self::DisputeMon => &[
                FACTORY,
                "--honest-actors=0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
                "--l1-eth-rpc=@L1@",
                "--rollup-rpc=@L2@",
                "--monitor-interval=20ms",
            ],
        };
        args.iter().map(ToString::to_string).collect()
    }

    /// Whether the program is set up and does its work once it asks this.
    pub(crate) fn works_once_it_asks(self, method: &str, params: &Value) -> bool {
        // gameCount()
        let counts = || params[0]["input"] == "0x4d1975b4";
        match self {
            Self::Node => method.starts_with("engine_forkchoiceUpdated"),
            Self::Engine => false,
            Self::Batcher => method == "optimism_syncStatus",
            Self::Proposer => method == "eth_call" && counts(),
            Self::Challenger | Self::DisputeMon => {
                (method == "eth_getBlockByNumber" && params[0] == "latest")
                    || method == "eth_blockNumber"
            }
        }
    }
}
