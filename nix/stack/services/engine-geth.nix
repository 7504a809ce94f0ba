# op-geth: the devnet's execution engine, a legacy choice in production (no support since
# 2026-05-31, no Karst).
{
  lib,
  dataDir,
  configFile,
  jwt,
  chain,
  ports,
  gate,
  # JSON-RPC of the sequencer's engine that transactions are forwarded to; null on the sequencer.
  sequencerHttp ? null,
  after ? [ ],
}:
let
  sequencing = sequencerHttp == null;

  # Archive state in the hash scheme: withdrawal proofs need the state of past blocks.
  database = {
    datadir = dataDir;
    "state.scheme" = "hash";
  };
in
{
  component = "op-geth";
  program = "geth";
  wiring =
    database
    // lib.engineRpc ports jwt
    // {
      config = configFile;
      networkid = chain.l2ChainId;
      nodiscover = true;
      maxpeers = 0;
      metrics = true;
      "metrics.addr" = "127.0.0.1";
      "metrics.port" = ports.metrics;
      "rollup.disabletxpoolgossip" = true;
      "rollup.sequencerhttp" = sequencerHttp;
    };
  settings = lib.engineSettings sequencing // {
    syncmode = "full";
    gcmode = "archive";
    # Of all blocks; the default forgets transactions after 54 days.
    "history.transactions" = 0;
  };
  # No flag turns the devp2p listener off, and blocks come from op-node.
  files.${configFile} = "[Node.P2P]\nListenAddr = \"\"\n";
  inherit dataDir gate after;
  init = [
    # In MB. A large write buffer leaves the genesis state in the log alone, and the start replays it.
    "--cache=32"
    "init"
  ]
  ++ lib.renderFlags database
  ++ [ chain.genesis ];
  ports = {
    inherit (ports) http authrpc metrics;
  };
  ready = {
    url = lib.http ports.http;
    method = "eth_chainId";
  };
  # Killed earlier, it loses the recent state ("Unclean shutdown detected").
  stopTimeout = 300;
}
