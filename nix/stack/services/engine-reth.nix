# op-reth: the production execution engine. It initialises its database from the chain file.
{
  lib,
  dataDir,
  jwt,
  chain,
  ports,
  gate,
  # Blocks back from the newest that eth_getProof answers for.
  proofWindow,
  # JSON-RPC of the sequencer's engine that transactions are forwarded to; null on the sequencer.
  sequencerHttp ? null,
  # Key file of the sequencer's engine, by which the followers' know it; null for one that it makes itself.
  identity ? null,
  # Engines that may connect to the sequencer's.
  inboundPeers ? 0,
  # The sequencer's engine as a follower's only peer: an enode.
  peer ? null,
  after ? [ ],
}:
let
  sequencing = sequencerHttp == null;
in
{
  component = "op-reth";
  subcommand = [ "node" ];
  wiring = lib.engineRpc ports jwt // {
    chain = chain.genesis;
    datadir = dataDir;
    addr = "127.0.0.1";
    port = ports.p2p;
    disable-discovery = true;
    p2p-secret-key = identity;
    trusted-peers = peer;
    trusted-only = !sequencing;
    max-inbound-peers = if sequencing then inboundPeers else 0;
    max-outbound-peers = if sequencing then 0 else 1;
    metrics = "127.0.0.1:${toString ports.metrics}";
    "rollup.disable-tx-pool-gossip" = true;
    "rollup.sequencer" = sequencerHttp;
  };
  settings = lib.engineSettings sequencing // {
    # The journal has them, without escape codes.
    "log.file.max-files" = 0;
    color = "never";
    # A withdrawal is proven with eth_getProof at the block of a claimed root. The default is the newest block.
    "rpc.eth-proof-window" = proofWindow;
    # Defaults are made for 12 s slots.
    "builder.deadline" = 2;
    "builder.interval" = "100ms";
  }
  // (
    if sequencing then
      {
        # Each block is on disk before the next one is made: since v2.8.0 the last 50 are in memory only, and
        # nobody has the sequencer's newest ones when it is killed.
        "engine.persistence-threshold" = 0;
        "engine.memory-block-buffer-target" = 0;
      }
    else
      { }
  );
  inherit
    dataDir
    gate
    ports
    after
    ;
  ready = {
    url = lib.http ports.http;
    method = "eth_chainId";
  };
  stopTimeout = 300;
}
