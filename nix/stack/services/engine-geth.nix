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
      nodekey = identity;
      maxpeers = if sequencing then inboundPeers else 1;
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
  # No flag says where devp2p listens, or names peers. The sequencer's engine dials nobody: else op-geth keeps
  # a part of its places for those that it dials, of one place all (`p2p/server.go`, MaxDialedConns).
  files.${configFile} =
    "[Node.P2P]\n"
    + (
      if sequencing then
        "ListenAddr = \"127.0.0.1:${toString ports.p2p}\"\nNoDial = true\n"
      else
        "ListenAddr = \"\"\nStaticNodes = [\"${peer}\"]\nTrustedNodes = [\"${peer}\"]\n"
    );
  inherit dataDir gate after;
  init = [
    {
      done = "geth/chaindata/CURRENT";
      makes = "geth/chaindata";
      args = [
        # In MB. A large write buffer leaves the genesis state in the log alone, and the start replays it.
        "--cache=32"
        "init"
      ]
      ++ lib.renderFlags (database // { datadir = lib.initialising dataDir; })
      ++ [ chain.genesis ];
    }
  ];
  ports = {
    inherit (ports) http authrpc metrics;
  }
  // (if sequencing then { inherit (ports) p2p; } else { });
  ready = {
    url = lib.http ports.http;
    method = "eth_chainId";
  };
  # Killed earlier, it loses the recent state ("Unclean shutdown detected").
  stopTimeout = 300;
}
