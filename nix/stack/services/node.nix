# op-node: derives the chain from L1; the sequencer's also makes and signs the unsafe blocks.
{
  lib,
  dataDir,
  engine,
  engineName,
  engineKind,
  jwt,
  chain,
  l1,
  ports,
  p2p,
  gate,
  # All batches are calldata.
  calldata ? false,
  # Key file of the unsafe block signer; null on a follower.
  sequencerKey ? null,
  # Libp2p addresses that are dialled for ever.
  staticPeers ? [ ],
}:
let
  sequencing = sequencerKey != null;
  rpc = lib.endpoint l1.rpc "l1" "OP_NODE_L1_ETH_RPC";
  beacon = lib.endpoint l1.beacon "l1.beacon" "OP_NODE_L1_BEACON";
in
{
  component = "op-node";
  wiring =
    lib.goRpc ports.rpc
    // lib.goMetrics ports.metrics
    // rpc.wiring
    // beacon.wiring
    // {
      "l1.rpc-rate-limit" = l1.rateLimit;
      "l1.rpc-max-batch-size" = l1.maxBatchSize;
      "l1.beacon-fallbacks" = if l1.beaconFallbacks == [ ] then null else l1.beaconFallbacks;
      # The sequencer of a chain without blobs starts without a beacon node: it reads nothing there.
      "l1.beacon.ignore" = l1.beacon == null || (sequencing && calldata);
      "rollup.l1-chain-config" = l1.chainConfig;
      l2 = lib.http engine.authrpc;
      "l2.jwt-secret" = jwt;
      "l2.enginekind" = engineKind;
      "rollup.config" = chain.rollup;
      # Needed by op-challenger and op-dispute-mon from the first start on: it is never backfilled.
      "safedb.path" = "${dataDir}/safedb";
      "p2p.listen.ip" = p2p.listenIp;
      "p2p.advertise.ip" = p2p.advertiseIp;
      "p2p.listen.tcp" = ports.p2p;
      "p2p.listen.udp" = ports.p2p;
      # The built-in list is resolved by DNS at start, even without discovery.
      "p2p.bootnodes" = p2p.bootnodes;
      "p2p.static" = if staticPeers == [ ] then null else staticPeers;
      "p2p.priv.path" = p2p.identity;
      "p2p.peerstore.path" = "${dataDir}/peerstore";
      "p2p.discovery.path" = "${dataDir}/discovery";
    }
    // (
      if sequencing then
        {
          "sequencer.enabled" = true;
          "rpc.enable-admin" = true;
          # Without rpc.admin-state: op-node notes there that it was stopped at each orderly end, too
          # (`node/node.go`, Stop), and makes no blocks after the next start.
        }
      else
        { }
    );
  settings = {
    "l1.rpckind" = "standard";
    "p2p.no-discovery" = p2p.bootnodes == [ ];
    # After a pause the sequencer's blocks are older than the default, a minute: nobody would take them.
    "p2p.gossip.timestamp.threshold" = "1h";
  };
  credentials =
    rpc.credentials
    // beacon.credentials
    // (if sequencing then { OP_NODE_P2P_SEQUENCER_KEY = sequencerKey; } else { });
  inherit dataDir gate ports;
  after = [ engineName ];
  requires = [ engineName ];
  ready = {
    url = lib.http ports.rpc;
    method = "optimism_syncStatus";
  };
  stopTimeout = 60;
}
