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
}:
let
  rpc = lib.endpoint l1.rpc "l1-eth-rpc" "OP_PROPOSER_L1_ETH_RPC";
in
{
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
  settings = lib.txmgr;
  credentials = rpc.credentials // {
    OP_PROPOSER_PRIVATE_KEY = key;
  };
  inherit gate ports;
  after = [ "sequencer-node" ];
  stopTimeout = 60;
}
