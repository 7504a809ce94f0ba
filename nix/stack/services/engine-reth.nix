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
  # Blocks back from the newest whose state is kept beside the database, for disputes; null for none.
  history ? null,
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

  database = {
    chain = chain.genesis;
    datadir = dataDir;
  };
  # Version 1, the default, cannot be filled backwards.
  store = {
    "proofs-history.storage-path" = "${dataDir}/historical-proofs";
    "proofs-history.storage-version" = "v2";
  };
  window."proofs-history.window" = history;
  command = words: flags: {
    done = null;
    makes = null;
    args = words ++ lib.renderFlags (flags // { color = "never"; });
  };
in
{
  component = "op-reth";
  subcommand = [ "node" ];
  wiring = lib.engineRpc ports jwt // database // {
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
  }
  // (if history == null then { } else store // window // { proofs-history = true; });
  settings = lib.engineSettings sequencing // {
    # The journal has them, without escape codes.
    "log.file.max-files" = 0;
    color = "never";
    # A withdrawal is proven with eth_getProof at the block of a claimed root. The default is the newest block.
    # With a history it answers by that alone.
    "rpc.eth-proof-window" = if history == null then proofWindow else null;
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
  # It makes its database by itself, but its history is not begun at a start, and one that is too short or too long
  # (by more than 1,000 blocks) does not go away either. Each command ends at once where nothing is to be done.
  # Backfill goes on where it was broken off; it works on a copy of the newest state, which serves for that alone.
  init =
    if history == null then
      [ ]
    else
      [
        (command [ "init" ] database // { done = "historical-proofs"; })
        (command [ "proofs" "init" ] (database // store // { "proofs-history.skip-backfill" = true; }))
        (command [ "proofs" "backfill" ] (
          database // store // window // { "proofs-history.use-snapshot" = true; }
        ))
        (command [ "proofs" "snapshot" "drop" ] (database // store))
        (command [ "proofs" "prune" ] (database // store // window))
      ];
  ready = {
    url = lib.http ports.http;
    method = "eth_chainId";
  };
  stopTimeout = 300;
}
