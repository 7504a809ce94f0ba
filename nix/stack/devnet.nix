# The definitions for op-devnet: with placeholders for what it chooses at run time, and with the short
# times of a private L1. `crates/op-devnet/stack.json` and `stack-reth.json` are this file's evaluations:
#   nix-instantiate --eval --strict --json --argstr engine geth nix/stack/devnet.nix | jq . > crates/op-devnet/stack.json
#   nix-instantiate --eval --strict --json --argstr engine reth nix/stack/devnet.nix | jq . > crates/op-devnet/stack-reth.json
# A service with `@{follower}` in its name is made once for each follower.
{
  engine ? "geth",
}:
import ./default.nix {
  inherit engine;
  followers = [ "@{follower}" ];

  l1 = {
    rpc = "@{l1.rpc}";
    chainId = "@{l1.chainId}";
    beacon = "@{l1.beacon}";
    beaconFallbacks = [ ];
    rateLimit = null;
    maxBatchSize = null;
    chainConfig = "@{l1.chainConfig}";
  };

  chain = {
    genesis = "@{chain.genesis}";
    rollup = "@{chain.rollup}";
    l2ChainId = "@{chain.l2ChainId}";
    bundle = null;
  };
  disputeGameFactory = "@{chain.disputeGameFactory}";

  keys = {
    burned = [ ];
    # A deployment may have one key for several roles.
    allowReuse = "@{keys.allowReuse}";
  };

  dir = service: "@{dir}/${service}";
  key = name: "@{keys}/${name}.key";
  keyFile = name: "@{keys}/${name}.key";
  lastRun = name: "@{dir}/last-run/${name}";
  # Programs built from source, no images.
  image = _name: _component: null;
  jwt = engine: "@{keys}/${engine}.jwt";

  p2p = {
    identity = name: "@{keys}/p2p-${name}.key";
    listenIp = _name: "127.0.0.1";
    advertiseIp = null;
    staticPeers = [ ];
    bootnodes = "@{p2p.bootnodes}";
    sequencer = "@{p2p.sequencer}";
    engineIdentity = "@{keys}/p2p-sequencer-engine.key";
    sequencerEngine = "@{p2p.sequencerEngine}";
  };

  minFreeBytes.default = 100000000;
  # As production's.
  proofWindow = 90000;
  # Of permissioned games nobody asks for old state.
  proofsHistory = null;
  challengerNode = "sequencer";

  ports =
    let
      port = service: name: "@{port.${service}.${name}}";
      pair = name: {
        engine = {
          http = port "${name}-engine" "http";
          authrpc = port "${name}-engine" "authrpc";
          metrics = port "${name}-engine" "metrics";
          p2p = port "${name}-engine" "p2p";
        };
        node = {
          rpc = port "${name}-node" "rpc";
          p2p = port "${name}-node" "p2p";
          metrics = port "${name}-node" "metrics";
        };
      };
      service = name: {
        rpc = port name "rpc";
        metrics = port name "metrics";
      };
    in
    {
      sequencer = pair "sequencer";
      follower = name: pair "follower-${name}";
      batcher = service "batcher";
      proposer = service "proposer";
      challenger.metrics = port "challenger" "metrics";
      dispute-mon.metrics = port "dispute-mon" "metrics";
    };

  gameType = "@{proposer.gameType}";
  challenger = {
    gameTypes = "@{challenger.gameTypes}";
    vm = "cannon";
    prestate = null;
    vmBin = "@{bin.cannon}";
  };
  # The first follower, or the sequencer where there is none.
  asked = {
    node = "@{challenger.node}";
    engineHttp = "@{challenger.engineHttp}";
    rollupRpc = "@{challenger.rollupRpc}";
  };
  dataAvailability = "@{batcher.dataAvailability}";
  proposer = "@{address.proposer}";
  rollups = "@{rollups}";
  honestActors = [
    "@{address.proposer}"
    "@{address.challenger}"
  ];

  # The other set is in production.nix.
  settings =
    let
      txmgr = {
        "txmgr.receipt-query-interval" = "1s";
        # Where one key has several roles, its nonces are taken all the time.
        safe-abort-nonce-too-low-count = 1;
        resubmission-timeout = "3s";
      };
    in
    {
      op-node = {
        # The bootnode is the sequencer's own node: there is nobody else to find.
        "p2p.no-discovery" = true;
        # anvil's genesis block carries the empty state root, so no proof against it holds.
        "l1.trustrpc" = true;
        "l1.http-poll-interval" = "500ms";
        # With the default the finalized head stays 0 for 88 L1 blocks.
        "l1.epoch-poll-interval" = "4s";
        "verifier.l1-confs" = 0;
      };
      sequencer-node."sequencer.l1-confs" = 0;
      # Megabytes: the chain is small.
      op-geth.cache = 64;
      # Batcher and proposer do not wait for their op-node, as production's do (wait-node-sync): op-node has seen no L1
      # block yet when they ask, and they ask again after 12 s. The first safe block came at 20 s in the place of 8.
      # Of an L1 that has fewer blocks than check-recent-txs-depth op-batcher dies.
      op-batcher = txmgr // {
        max-channel-duration = 2;
        sub-safety-margin = 4;
        poll-interval = "1s";
      };
      op-proposer = txmgr // {
        proposal-interval = "20s";
        poll-interval = "1s";
        allow-non-finalized = true;
        # In Gwei. Where batcher and proposer have one key, the batcher's next transaction would take
        # the nonce of a proposal that pays less.
        "txmgr.min-tip-cap" = 10;
        # It may not be less than the tip.
        "txmgr.min-basefee" = 10;
      };
      # Both read every game in their window again and again.
      op-challenger = txmgr // {
        http-poll-interval = "2s";
        game-window = "@{games.window}";
      };
      op-dispute-mon = {
        monitor-interval = "4s";
        game-window = "@{games.window}";
      };
    };
}
