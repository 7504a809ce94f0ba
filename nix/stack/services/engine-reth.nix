# op-reth: the production execution engine. It initialises its database from the chain file.
{
  lib,
  dataDir,
  jwt,
  chain,
  ports,
  gate,
  # JSON-RPC of the sequencer's engine that transactions are forwarded to; null on the sequencer.
  sequencerHttp ? null,
  after ? [ ],
}:
{
  component = "op-reth";
  subcommand = [ "node" ];
  wiring = lib.engineRpc ports jwt // {
    chain = chain.genesis;
    datadir = dataDir;
    addr = "127.0.0.1";
    port = ports.p2p;
    disable-discovery = true;
    max-inbound-peers = 0;
    max-outbound-peers = 0;
    metrics = "127.0.0.1:${toString ports.metrics}";
    "rollup.disable-tx-pool-gossip" = true;
    "rollup.sequencer" = sequencerHttp;
  };
  settings = lib.engineSettings // {
    # The journal has them.
    "log.file.max-files" = 0;
    # Withdrawals are proven with eth_getProof at past blocks: a day of them at 2 s.
    "rpc.eth-proof-window" = 43200;
    # Defaults are made for 12 s slots.
    "builder.deadline" = 2;
    "builder.interval" = "100ms";
  };
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
