# op-batcher: writes the sequencer's blocks to L1, which makes them safe.
{
  lib,
  l1,
  engine,
  node,
  ports,
  key,
  gate,
  # "blobs", "calldata", or "auto": whichever is cheaper.
  dataAvailability,
}:
let
  rpc = lib.endpoint l1.rpc "l1-eth-rpc" "OP_BATCHER_L1_ETH_RPC";
in
{
  component = "op-batcher";
  wiring =
    lib.goRpc ports.rpc
    // lib.goMetrics ports.metrics
    // rpc.wiring
    // {
      l2-eth-rpc = lib.http engine.http;
      rollup-rpc = lib.http node.rpc;
      data-availability-type = dataAvailability;
    };
  settings = lib.txmgr // {
    # Span batches: on a quiet chain most of a singular batch is overhead.
    batch-type = 1;
    # Since Fjord.
    compression-algo = "brotli-10";
  };
  credentials = rpc.credentials // {
    OP_BATCHER_PRIVATE_KEY = key;
  };
  inherit gate ports;
  after = [ "sequencer-node" ];
  # It waits for its transactions in flight.
  stopTimeout = 90;
}
