# What runs: one definition for the NixOS module and for op-devnet. Pure, builtins only.
#
# `params` says where things are and how often they happen: production.nix and devnet.nix are the
# two sets of them. The result is
#   services  name -> what lib.nix's `service` returns
#   warden    op-warden's configuration: the gates of those services
params:
let
  lib = import ./lib.nix;

  inherit (params)
    engine
    chain
    disputeGameFactory
    ports
    p2p
    jwt
    dir
    key
    keyFile
    image
    batcher
    proposer
    challenger
    ;

  # The endpoints of L1, each { url, file }; null for no beacon.
  l1 = params.l1 // {
    rpc = {
      url = params.l1.rpc;
      file = rpcFile;
    };
    beacon =
      if beaconFile == null && params.l1.beacon == null then
        null
      else
        {
          url = params.l1.beacon;
          file = beaconFile;
        };
  };
  rpcFile = params.l1.rpcFile or null;
  beaconFile = params.l1.beaconFile or null;

  engineFile = if engine == "reth" then ./services/engine-reth.nix else ./services/engine-geth.nix;

  # What must hold before any program reads the chain's files.
  chainGates = [
    "l1-chain"
    "l1-origin"
    "l2-chain"
    "genesis-hash"
    "genesis-timestamp"
    "l1-head"
    "l1-agreement"
    "fork-schedule"
    "rollup-config"
    "predeploys"
    "fee-parameters"
    "bundle"
  ];

  # The same, against the engine that the service will talk to.
  liveGates = chainGates ++ [
    "contracts"
    "genesis-live"
  ];

  # What a node lives by, and what its flags must not spoil.
  nodeGates = [
    "clock"
    "l1-proofs"
    "l1-rate-limit"
    "l1-beacon"
    "jwt"
    "p2p"
    "p2p-paths"
    "static-peers"
    "safe-db"
    "admin-api"
  ];

  # Of every key that signs.
  keyGates = [
    "key-file"
    "published-key"
    "reused-key"
  ];

  # Without the right prestate no false claim can be disputed, so nothing watches games either. Where
  # the chain's configuration comes from the preimage oracle, the prestate says nothing about the chain.
  prestateGate =
    if challenger.customChain then
      { gates = [ ]; }
    else
      {
        gates = [ "prestate" ];
        prestate.file = challenger.prestate;
      };

  disputeGate =
    gates:
    prestateGate
    // {
      gates =
        liveGates
        ++ [
          "game-type"
          "root-source"
        ]
        ++ prestateGate.gates
        ++ gates;
      engineRpc = lib.http ports.sequencer.engine.http;
      inherit (proposer) gameType;
    };

  mkEngine =
    name: enginePorts: extra:
    import engineFile (
      {
        inherit lib chain;
        jwt = jwt name;
        dataDir = dir name;
        ports = enginePorts;
        gate.gates = chainGates ++ [ "engine-data" ];
      }
      // (if engine == "geth" then { configFile = "${dir name}.toml"; } else { })
      // extra
    );

  mkNode =
    name: engineName: pair: extra:
    import ./services/node.nix (
      {
        inherit lib chain l1;
        engineKind = engine;
        inherit engineName;
        engine = pair.engine;
        jwt = jwt engineName;
        dataDir = dir name;
        ports = pair.node;
        p2p = p2p // {
          identity = p2p.identity name;
          listenIp = p2p.listenIp name;
        };
        gate = {
          gates = liveGates ++ [ "unsafe-signer" ] ++ nodeGates;
          engineRpc = lib.http pair.engine.http;
        };
      }
      // extra
    );

  sequencer = {
    sequencer-engine = mkEngine "sequencer-engine" ports.sequencer.engine { };
    sequencer-node = mkNode "sequencer-node" "sequencer-engine" ports.sequencer {
      inherit (p2p) staticPeers;
      sequencerKey = key "sequencer";
      gate = {
        gates = liveGates ++ keyGates ++ [ "sequencer-key" ] ++ nodeGates;
        engineRpc = lib.http ports.sequencer.engine.http;
        key = keyFile "sequencer";
      };
    };
  };

  mkFollower =
    name:
    let
      pair = ports.follower name;
      engineName = "follower-${name}-engine";
      nodeName = "follower-${name}-node";
    in
    {
      ${engineName} = mkEngine engineName pair.engine {
        sequencerHttp = lib.http ports.sequencer.engine.http;
        # op-node dials a static peer at its start and then once a minute, so the sequencer comes first.
        after = [ "sequencer-node" ];
      };
      ${nodeName} = mkNode nodeName engineName pair {
        staticPeers = [ p2p.sequencer ] ++ p2p.staticPeers;
      };
    };

  # What batcher, proposer, challenger and dispute-mon share: the sequencer's view of the chain.
  common = {
    inherit lib l1;
    node = ports.sequencer.node;
  };

  settlement = {
    batcher = import ./services/batcher.nix (
      common
      // {
        inherit (batcher) maxChannelDuration subSafetyMargin pollInterval;
        engine = ports.sequencer.engine;
        ports = ports.batcher;
        key = key "batcher";
        gate = {
          gates =
            liveGates
            ++ keyGates
            ++ [
              "batcher-key"
              "funding"
              "batch-cadence"
              "admin-api"
            ];
          engineRpc = lib.http ports.sequencer.engine.http;
          key = keyFile "batcher";
          minBalance = batcher.minBalance;
        };
      }
    );

    proposer = import ./services/proposer.nix (
      common
      // {
        inherit disputeGameFactory;
        inherit (proposer)
          gameType
          proposalInterval
          pollInterval
          allowNonFinalized
          minTipCap
          ;
        ports = ports.proposer;
        key = key "proposer";
        gate = {
          gates =
            liveGates
            ++ [
              "game-type"
              "root-source"
            ]
            ++ keyGates
            ++ [
              "proposer-key"
              "funding"
              "bond"
              "proposal-cadence"
              "admin-api"
            ];
          engineRpc = lib.http ports.sequencer.engine.http;
          key = keyFile "proposer";
          inherit (proposer) gameType minBalance;
        };
      }
    );

    challenger = import ./services/challenger.nix (
      common
      // {
        inherit chain disputeGameFactory;
        inherit (challenger)
          gameTypes
          vm
          prestate
          vmBin
          vmServer
          customChain
          pollInterval
          ;
        engine = ports.sequencer.engine;
        dataDir = dir "challenger";
        ports = ports.challenger;
        key = key "challenger";
        gate =
          disputeGate (
            keyGates
            ++ [
              "challenger-key"
              "funding"
            ]
          )
          // {
            key = keyFile "challenger";
            inherit (challenger) minBalance;
          };
      }
    );

    dispute-mon = import ./services/dispute-mon.nix (
      common
      // {
        inherit disputeGameFactory;
        inherit (params.disputeMon) honestActors monitorInterval;
        ports = ports.dispute-mon;
        gate = disputeGate [ ];
      }
    );
  };

  followers = builtins.foldl' (all: name: all // mkFollower name) { } params.followers;

  # Whatever listens needs its ports, whatever keeps data needs room for it.
  withHost =
    _: service:
    service
    // {
      gate =
        service.gate
        // {
          gates = service.gate.gates ++ [ "ports" ] ++ (if service.dataDir == null then [ ] else [ "disk" ]);
        }
        // (
          if service.dataDir == null then
            { }
          else
            {
              minFreeBytes = params.minFreeBytes.${service.component} or params.minFreeBytes.default;
            }
        );
    };

  # Where containers run, the first thing to be sure of is what is in them.
  withImage =
    name: service:
    let
      pinned = image name service.component;
    in
    service
    // {
      image = pinned;
      gate =
        if pinned == null then
          service.gate
        else
          service.gate
          // {
            gates = [
              "image-pinned"
            ]
            ++ service.gate.gates
            ++ [
              "release"
              "image-running"
            ];
            image = {
              reference = "${pinned.repository}:${pinned.tag}";
              inherit (pinned) digest allowUnpinned;
              container = pinned.container or null;
            };
          };
    };

  services = builtins.mapAttrs (name: service: withImage name (withHost name service)) (
    sequencer // settlement // followers
  );
in
{
  inherit services;
  warden = {
    chain = {
      inherit (chain) genesis rollup l2ChainId;
      inherit disputeGameFactory;
    }
    // (if chain.bundle or null == null then { } else { inherit (chain) bundle; });
    l1 = {
      inherit (l1) chainId;
    }
    // (
      if rpcFile == null then
        { inherit (params.l1) rpc; }
      else
        { rpcFile = params.l1.gateRpcFile or rpcFile; }
    )
    // (
      if beaconFile != null then
        { beaconFile = params.l1.gateBeaconFile or beaconFile; }
      else if params.l1.beacon != null then
        { inherit (params.l1) beacon; }
      else
        { }
    )
    // {
      others = params.l1.others or [ ];
      otherFiles = params.l1.otherFiles or [ ];
    };
    inherit (params) keys;
    services = lib.gates services;
  };
}
