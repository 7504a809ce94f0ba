# op-proposer: claims output roots on L1 as dispute games.
{
  lib,
  l1,
  node,
  ports,
  key,
  gate,
  disputeGameFactory,
  gameType,
  # Longer than the safe head's cadence, else it proposes the same root twice (GameAlreadyExists).
  proposalInterval,
  pollInterval,
  allowNonFinalized,
  # Gwei; null for the program's own.
  minTipCap,
}:
let
  rpc = lib.endpoint l1.rpc "l1-eth-rpc" "OP_PROPOSER_L1_ETH_RPC";
in
lib.service {
  component = "op-proposer";
  wiring =
    lib.goRpc ports.rpc
    // lib.goMetrics ports.metrics
    // rpc.wiring
    // {
      rollup-rpc = lib.http node.rpc;
      game-factory-address = disputeGameFactory;
      game-type = gameType;
    };
  settings = lib.txmgr l1 // {
    proposal-interval = proposalInterval;
    poll-interval = pollInterval;
    allow-non-finalized = allowNonFinalized;
    "txmgr.min-tip-cap" = minTipCap;
    # It may not be less.
    "txmgr.min-basefee" = minTipCap;
  };
  credentials = rpc.credentials // {
    OP_PROPOSER_PRIVATE_KEY = key;
  };
  inherit gate ports;
  after = [ "sequencer-node" ];
  stopTimeout = 60;
}
