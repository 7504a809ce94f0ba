# What runs: one definition for the NixOS module and for op-devnet. Pure, builtins only.
#
# `params` says where things are and how often they happen: production.nix and devnet.nix are the
# two sets of them. Flags that differ between the two are in `params.settings`, by component, or by
# service where only one service of the component has the flag; nothing here repeats them.
# The result is
#   services  name -> what lib.nix's `service` returns
#   warden    op-warden's configuration: the gates of those services
params:
let
  lib = import ./lib.nix;

  inherit (params)
    engine
    chain
    disputeGameFactory
    gameType
    ports
    p2p
    jwt
    dir
    key
    keyFile
    lastRun
    image
    challenger
    ;

  gates = import ./gates.nix;

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

  mkEngine =
    name: enginePorts: extra:
    import engineFile (
      {
        inherit lib chain;
        jwt = jwt name;
        dataDir = dir name;
        ports = enginePorts;
        gate.gates = gates.engine;
      }
      // (
        if engine == "geth" then
          { configFile = "${dir name}.toml"; }
        else
          {
            inherit (params) proofWindow;
            history = if name == askedEngine then params.proofsHistory else null;
          }
      )
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
      }
      // extra
    );

  sequencerHttp = lib.http ports.sequencer.engine.http;

  sequencer = {
    # Of what op-node did not hear, a follower's engine asks it: op-node itself asks no other since v1.19.1.
    sequencer-engine = mkEngine "sequencer-engine" ports.sequencer.engine {
      identity = p2p.engineIdentity;
      # More than there are: one more follower does not restart it, and on loopback there is nobody else.
      inboundPeers = if params.followers == [ ] then 0 else 64;
    };
    sequencer-node = mkNode "sequencer-node" "sequencer-engine" ports.sequencer {
      inherit (p2p) staticPeers;
      calldata = params.dataAvailability == "calldata";
      sequencerKey = key "sequencer";
      gate = {
        gates = gates.sequencer-node;
        engineRpc = sequencerHttp;
        key = keyFile "sequencer";
        lastRun = lastRun "sequencer-node";
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
        inherit sequencerHttp;
        gate.gates = gates.follower-engine;
        peer = p2p.sequencerEngine;
        # op-node dials a static peer at its start and then once a minute, so the sequencer comes first.
        after = [ "sequencer-node" ];
      };
      ${nodeName} = mkNode nodeName engineName pair {
        staticPeers = [ p2p.sequencer ] ++ p2p.staticPeers;
        gate = {
          gates = gates.follower-node;
          engineRpc = lib.http pair.engine.http;
        };
      };
    };

  followers = builtins.foldl' (all: name: all // mkFollower name) { } params.followers;

  # What the sequencer's node and the followers' say of each root: one that is wrong agrees with itself.
  rollups =
    params.rollups or (map (node: lib.http node.rpc) (
      [ ports.sequencer.node ] ++ map (name: (ports.follower name).node) params.followers
    ));

  # The engine whose state disputes are about.
  askedEngine =
    if params.challengerNode == "sequencer" then
      "sequencer-engine"
    else
      "follower-${params.challengerNode}-engine";

  # Whom the challenger asks about the chain. A wrong sequencer agrees with itself, so it is a follower where
  # there is one.
  asked =
    params.asked or (
      let
        name = params.challengerNode;
        pair = if name == "sequencer" then ports.sequencer else ports.follower name;
      in
      {
        node = if name == "sequencer" then "sequencer-node" else "follower-${name}-node";
        engineHttp = lib.http pair.engine.http;
        rollupRpc = lib.http pair.node.rpc;
      }
    );

  # What batcher, proposer and dispute-mon share: the sequencer's view of the chain.
  common = {
    inherit lib l1;
    node = ports.sequencer.node;
  };

  # The gate of a service that signs L1 transactions.
  senderGate = name: {
    gates = gates.${name};
    engineRpc = sequencerHttp;
    key = keyFile name;
    lastRun = lastRun name;
    # 0.1 ETH in wei.
    minBalance = "100000000000000000";
  };

  settlement = {
    batcher = import ./services/batcher.nix (
      common
      // {
        inherit (params) dataAvailability;
        engine = ports.sequencer.engine;
        ports = ports.batcher;
        key = key "batcher";
        gate = senderGate "batcher";
      }
    );

    proposer = import ./services/proposer.nix (
      common
      // {
        inherit disputeGameFactory gameType;
        ports = ports.proposer;
        key = key "proposer";
        gate = senderGate "proposer" // {
          inherit gameType;
        };
      }
    );

    challenger = import ./services/challenger.nix (
      challenger
      // {
        inherit
          lib
          l1
          chain
          disputeGameFactory
          asked
          ;
        inherit (params) proposer;
        dataDir = dir "challenger";
        ports = ports.challenger;
        key = key "challenger";
        gate = senderGate "challenger" // {
          inherit gameType;
          engineRpc = asked.engineHttp;
          prestate = {
            file = challenger.prestate;
          }
          // (if challenger.prestates or null == null then { } else { folder = challenger.prestates; });
        };
      }
    );

    dispute-mon = import ./services/dispute-mon.nix (
      common
      // {
        inherit disputeGameFactory rollups;
        inherit (params) honestActors;
        ports = ports.dispute-mon;
        gate = {
          gates = gates.dispute-mon;
          engineRpc = sequencerHttp;
          inherit gameType;
        };
      }
    );
  };

  definitions = sequencer // settlement // followers;

  # Names in `settings` that mean nothing: a misspelt one would lose its flags silently.
  unknown = builtins.attrNames (
    removeAttrs params.settings (
      builtins.attrNames definitions ++ builtins.attrNames (import ./images.nix)
    )
  );
  settingsOf =
    name: component:
    if unknown == [ ] then
      params.settings.${component} or { } // params.settings.${name} or { }
    else
      throw "settings of neither a component nor a service: ${toString unknown}";

  withSettings = name: definition: lib.service (settingsOf name definition.component) definition;

  # A program must know its flags and keep its admin API to itself; a service that listens needs its ports, one that keeps data needs
  # room for it.
  withHost =
    service:
    service
    // {
      gate =
        service.gate
        // {
          gates =
            service.gate.gates
            ++ [
              "flags"
              "admin-api"
              "ports"
            ]
            ++ (if service.dataDir == null then [ ] else [ "disk" ]);
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

  # Where containers run, the first question is what is in them.
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
            ++ [ "release" ];
            image = {
              reference = "${pinned.repository}:${pinned.tag}";
              inherit (pinned) digest allowUnpinned;
              container = pinned.container or null;
            }
            // (if pinned.file or null == null then { } else { inherit (pinned) file; });
          };
    };

  # After all that those come after: one between may be held, and then says nothing of the order.
  withOrder =
    service:
    let
      before = name: [ name ] ++ services.${name}.after or [ ];
    in
    service // { after = lib.unique (builtins.concatMap before service.after); };

  services = builtins.mapAttrs (
    name: definition: withOrder (withImage name (withHost (withSettings name definition)))
  ) definitions;
in
{
  inherit services;
  warden = {
    chain = {
      inherit (chain) genesis rollup l2ChainId;
      inherit disputeGameFactory;
    }
    // (if chain.bundle or null == null then { } else { inherit (chain) bundle; })
    // (if chain.peers or [ ] == [ ] then { } else { inherit (chain) peers; })
    // (if chain.peerFiles or [ ] == [ ] then { } else { inherit (chain) peerFiles; })
    // (if chain.bundleKey or null == null then { } else { inherit (chain) bundleKey; });
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
    }
    // (if l1.maxBatchSize == null then { } else { inherit (l1) maxBatchSize; })
    // (if l1.private or false then { inherit (l1) private; } else { });
    inherit (params) keys;
    services = lib.gates services;
  };
}
