# op-dispute-mon: watches every game and says whether it agrees.
{
  lib,
  l1,
  node,
  # JSON-RPC of every op-node of this host, which it compares.
  rollups,
  ports,
  gate,
  disputeGameFactory,
  # Addresses whose claims count as ours.
  honestActors,
}:
let
  rpc = lib.endpoint l1.rpc "l1-eth-rpc" "OP_DISPUTE_MON_L1_ETH_RPC";
in
{
  component = "op-dispute-mon";
  wiring =
    lib.goMetrics ports.metrics
    // rpc.wiring
    // {
      rollup-rpc = rollups;
      game-factory-address = disputeGameFactory;
      # It takes an empty list for an address that is none.
      honest-actors = if honestActors == [ ] then null else honestActors;
    };
  inherit (rpc) credentials;
  inherit gate ports;
  after = [ "sequencer-node" ];
  stopTimeout = 30;
}
