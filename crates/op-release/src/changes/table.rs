//! The rows, by program in the order of the releases.

use super::{
    Change,
    What::{self, Closes, Ends, Ignored, NoCommand, NoFlag, NoValue, Other, Otherwise},
};

const LEAVE_OUT: &str = "Leave it out: nothing takes its place.";
const NOTHING: &str = "Nothing to do.";
const POSITIVE: &str = "Give a number above 0, or leave the flag out.";

const NODE_1_19_6: &str = "LiskHQ/lisk-node release v0.4.28, 2026-09-09";
const NODE_1_19_9: &str = "LiskHQ/lisk-node release v0.4.31, 2026-10-07";
const NODE_1_19_11: &str = "release op-node/v1.19.11, 2026-10-22";
const NODE_1_20_0: &str = "release op-node/v1.20.0, 2026-10-27";
const NODE_1_20_1: &str = "release op-node/v1.20.1, 2026-11-05";
const NODE_1_21_0: &str = "release op-node/v1.21.0, 2026-11-25";
const RETH_2_4_1: &str = "release op-reth/v2.4.1, 2026-07-31";
const RETH_2_5_0: &str = "LiskHQ/lisk-node release v0.4.30, 2026-10-01";
const RETH_2_6_1: &str = "giwa-io/node release v0.7.0, 2026-11-03";
const RETH_2_8_0: &str = "LiskHQ/lisk-node release v0.4.33, 2026-10-29";
const RETH_2_8_1: &str = "LiskHQ/lisk-node release v0.4.34, 2026-11-05";
const RETH_FLAGS: &str = "giwa-io/node release v0.7.1, read 2026-11-29";
const RETH_STORAGE: &str = "giwa-io/node release v0.7.2, read 2026-11-28";
const RETH_2_9_0: &str = "release op-reth/v2.9.0, 2026-11-16";
const RETH_2_10_0: &str = "release op-reth/v2.10.0, 2026-11-25";

pub(super) const CHANGES: &[Change] = &[
    row(
        "op-node",
        "1.19.1",
        Otherwise("a node asks its peers for no block that it missed"),
        "Give the engine peers of its own: it closes the gap. Else the node waits for the batches on L1.",
        NODE_1_20_0,
    ),
    row(
        "op-node",
        "1.19.6",
        Otherwise("optimism_syncStatus has no cross_unsafe_l2"),
        "Let what reads it read unsafe_l2.",
        NODE_1_19_6,
    ),
    row(
        "op-node",
        "1.19.9",
        Otherwise(
            "the metrics op_node_default_rpc_server_* and \
             op_node_default_rpc_client_notifications_received_total are no more",
        ),
        "Change the alerts and dashboards that read them: they go silent.",
        NODE_1_19_9,
    ),
    row("op-node", "1.19.11", Closes("CVE-2026-111943"), NOTHING, NODE_1_19_11),
    row("op-node", "1.20.0", Ignored("p2p.sync.req-resp"), "Leave it out.", NODE_1_20_0),
    row("op-node", "1.20.1", NoFlag("sequencer.max-safe-lag"), LEAVE_OUT, NODE_1_20_1),
    row(
        "op-node",
        "1.20.1",
        Otherwise("it no longer knows Holesky as an L1"),
        "On Holesky alone: give --rollup.l1-chain-config.",
        NODE_1_20_1,
    ),
    row(
        "op-node",
        "1.21.0",
        Other(
            "rollup.l1-chain-config",
            "no blobSchedule.osaka, blobSchedule.verkle, blobSchedule.amsterdam, verkleTime and \
             enableVerkleAtGenesis in the file",
        ),
        "Take them out of the file. Osaka uses blobSchedule.prague.",
        NODE_1_21_0,
    ),
    row(
        "op-node",
        "1.21.0",
        Otherwise(
            "it refuses answers of JSON-RPC with \"error\": null, and an L1 that is an OP Stack chain",
        ),
        "See that the proxy in front of L1 leaves the member out, if there is a proxy.",
        NODE_1_21_0,
    ),
    row(
        "op-reth",
        "2.4.1",
        Otherwise("transactions that it hands on to the sequencer are no longer in its own pool"),
        "Add --rollup.txpool.enable-admission where somebody reads that pool.",
        RETH_2_4_1,
    ),
    row(
        "op-reth",
        "2.4.3",
        NoFlag("minimal"),
        "Leave it out: the OP Stack needs the bodies of all blocks.",
        NODE_1_19_6,
    ),
    row("op-reth", "2.5.0", NoCommand("import-op"), LEAVE_OUT, RETH_2_5_0),
    row("op-reth", "2.5.0", NoCommand("import-receipts-op"), LEAVE_OUT, RETH_2_5_0),
    row("op-reth", "2.6.0", NoFlag("engine.sparse-trie-max-hot-slots"), LEAVE_OUT, RETH_2_6_1),
    row("op-reth", "2.6.0", NoFlag("engine.sparse-trie-max-hot-accounts"), LEAVE_OUT, RETH_2_6_1),
    row("op-reth", "2.6.1", Closes("CVE-2026-111943"), NOTHING, RETH_2_6_1),
    row(
        "op-reth",
        "2.8.0",
        // 2027-01-26
        Ends("the layout Storage V1 of its data folder", 1_800_921_600),
        "Stop the engine and ask for the layout: `op-reth db --datadir DATA --chain genesis.json \
         settings get`. With \"storage_v2: false\" or no settings it is V1: keep a copy of the folder, \
         then `op-reth db … migrate-v2`. There is no way back to V1 but the copy.",
        RETH_STORAGE,
    ),
    row("op-reth", "2.8.0", NoFlag("engine.disable-bal-parallel-execution"), LEAVE_OUT, RETH_FLAGS),
    row(
        "op-reth",
        "2.8.0",
        NoFlag("engine.disable-bal-parallel-state-root"),
        LEAVE_OUT,
        RETH_FLAGS,
    ),
    row("op-reth", "2.8.0", NoFlag("engine.disable-bal-batch-io"), LEAVE_OUT, RETH_FLAGS),
    row("op-reth", "2.8.0", NoValue("txpool.max-batch-size", "0"), POSITIVE, RETH_FLAGS),
    row(
        "op-reth",
        "2.8.0",
        Otherwise("it keeps 50 blocks in memory before it writes them, not 7"),
        "Set RETH_ENGINE_PERSISTENCE_THRESHOLD=7 for what was before.",
        RETH_2_8_0,
    ),
    row(
        "op-reth",
        "2.8.0",
        Otherwise("eth_getLogs from beyond the head is the error -32602, not an empty list"),
        "See that what asks for logs takes it.",
        RETH_2_8_0,
    ),
    row(
        "op-reth",
        "2.8.1",
        Otherwise("a fault in how state roots are computed is mended"),
        NOTHING,
        RETH_2_8_1,
    ),
    row("op-reth", "2.9.0", NoValue("rpc.max-tracing-requests", "0"), POSITIVE, RETH_2_9_0),
    row("op-reth", "2.9.0", NoValue("rpc.max-blocking-io-requests", "0"), POSITIVE, RETH_2_9_0),
    row("op-reth", "2.9.0", NoValue("rpc.proof-permits", "0"), POSITIVE, RETH_2_9_0),
    row(
        "op-reth",
        "2.9.0",
        Otherwise(
            "--rpc.gascap limits eth_estimateGas too, and asking for pruned state is the error 4444",
        ),
        "Raise --rpc.gascap where blocks are larger than it.",
        RETH_2_9_0,
    ),
    row(
        "op-reth",
        "2.10.0",
        Otherwise("eth_getProof of a node with the history of proofs takes at most 1,024 places"),
        "Ask for more in several calls.",
        RETH_2_10_0,
    ),
    row(
        "op-batcher",
        "1.17.0",
        Otherwise("its log lines have no l2_network"),
        "Change what reads that field.",
        "release op-batcher/v1.17.0, 2026-09-11",
    ),
    row(
        "op-proposer",
        "1.16.4",
        NoFlag("supernode-rpcs"),
        "It is --superroot-rpcs now.",
        "release op-proposer/v1.16.4, 2026-09-04",
    ),
    row(
        "op-challenger",
        "1.9.5",
        NoFlag("supernode-rpc"),
        "It is --superroot-rpc now.",
        "notices/archive/upgrade-20.mdx, 2026-09-17",
    ),
    row(
        "op-challenger",
        "1.9.5",
        Otherwise("without --game-types it plays cannon-kona alone"),
        "Name the types of the chain by --game-types.",
        "release op-challenger/v1.9.5, 2026-09-04",
    ),
];

const fn row(
    component: &'static str,
    since: &'static str,
    what: What,
    mend: &'static str,
    source: &'static str,
) -> Change {
    Change { component, since, what, mend, source }
}
