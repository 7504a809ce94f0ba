# The definitions with placeholders for what op-devnet chooses at run time, and with the short
# times of a private L1. `crates/op-devnet/stack.json` is this file's evaluation:
#   nix-instantiate --eval --strict --json nix/stack/devnet.nix | jq . > crates/op-devnet/stack.json
# A service whose name holds `@{follower}` stands for one service a follower.
import ./default.nix {
  engine = "geth";
  followers = [ "@{follower}" ];

  l1 = {
    rpc = "@{l1.rpc}";
    chainId = "@{l1.chainId}";
    beacon = null;
    beaconFallbacks = [ ];
    rateLimit = null;
    private = true;
    chainConfig = "@{l1.chainConfig}";
    pollInterval = "500ms";
    # With the default the finalized head stays 0 for 88 L1 blocks.
    epochPollInterval = "4s";
    receiptInterval = "1s";
    # Where one key has several roles, its nonces are taken all the time.
    nonceTooLowCount = 1;
    resubmissionTimeout = "3s";
    confirmations = 0;
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
  };

  minFreeBytes.default = 100000000;

  ports =
    let
      port = service: name: "@{port.${service}.${name}}";
      pair = name: {
        engine = {
          http = port "${name}-engine" "http";
          authrpc = port "${name}-engine" "authrpc";
          metrics = port "${name}-engine" "metrics";
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

  batcher = {
    maxChannelDuration = 2;
    subSafetyMargin = 4;
    pollInterval = "1s";
    minBalance = "100000000000000000";
  };
  proposer = {
    gameType = "@{proposer.gameType}";
    proposalInterval = "20s";
    pollInterval = "1s";
    allowNonFinalized = true;
    # With one key for both, the batcher's next transaction takes the nonce of whatever pays less.
    minTipCap = 10;
    minBalance = "100000000000000000";
  };
  challenger = {
    gameTypes = "@{challenger.gameTypes}";
    vm = "cannon";
    prestate = "@{challenger.prestate}";
    vmBin = "@{bin.cannon}";
    vmServer = "@{bin.op-program}";
    customChain = true;
    pollInterval = "1s";
    minBalance = "100000000000000000";
  };
  disputeMon = {
    honestActors = [
      "@{address.proposer}"
      "@{address.challenger}"
    ];
    monitorInterval = "2s";
  };
}
