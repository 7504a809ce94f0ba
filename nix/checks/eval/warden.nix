# op-warden's configuration, and the rights of its services.
{
  lib,
  host,
  full,
  small,
  servicesOf,
  namesOf,
  wardenOf,
  messagesOf,
  prefix,
  ...
}:
let
  gates = (wardenOf full).services;
in
{
  testThereIsAGateForEachService = {
    expr = lib.attrNames gates;
    expected = namesOf full;
  };

  testEveryServiceIsJudged = {
    expr = lib.filter (
      name:
      lib.subtractLists gates.${name}.gates [
        "image-pinned"
        "l1-chain"
        "l1-origin"
        "l2-chain"
        "genesis-hash"
        "genesis-timestamp"
        "l1-head"
        "l1-agreement"
        "ports"
        "release"
        "fork-schedule"
        "rollup-config"
        "predeploys"
        "premine"
        "fee-parameters"
        "bundle"
      ] != [ ]
    ) (namesOf full);
    expected = [ ];
  };

  # An engine takes blocks from its node only, and may be up before the contracts are there.
  testAllButEnginesAreJudgedByTheContracts = {
    expr = lib.attrNames (lib.filterAttrs (_: gate: !lib.elem "contracts" gate.gates) gates);
    expected = lib.filter (lib.hasSuffix "-engine") (namesOf full);
  };

  testEnginesAreJudgedByTheirData = {
    expr = lib.attrNames (lib.filterAttrs (_: gate: lib.elem "engine-data" gate.gates) gates);
    expected = lib.filter (lib.hasSuffix "-engine") (namesOf full);
  };

  testGatesReadTheKeysOfTheHost = {
    expr = lib.mapAttrs (_: gate: gate.key) (lib.filterAttrs (_: gate: gate ? key) gates);
    expected = {
      batcher = "/etc/op-stack/keys/batcher";
      proposer = "/etc/op-stack/keys/proposer";
      challenger = "/etc/op-stack/keys/challenger";
      sequencer-node = "/etc/op-stack/keys/sequencer";
    };
  };

  testWhatKeepsDataNeedsRoomForIt = {
    expr = lib.mapAttrs (_: gate: gate.minFreeBytes) (
      lib.filterAttrs (_: gate: lib.elem "disk" gate.gates) gates
    );
    expected =
      lib.genAttrs (lib.filter (lib.hasSuffix "-engine") (namesOf full)) (_: 20000000000)
      // lib.genAttrs (lib.filter (lib.hasSuffix "-node") (namesOf full) ++ [ "challenger" ]) (
        _: 1000000000
      );
  };

  testTheRoomThatIsNeededIsTheOperatorsToSay = {
    expr =
      let
        inherit
          (wardenOf (host {
            minFree = {
              engine = 500;
              others = 0;
            };
          }))
          services
          ;
      in
      map (name: services.${name}.minFreeBytes) [
        "sequencer-engine"
        "sequencer-node"
      ];
    expected = [
      500000000000
      0
    ];
  };

  testNodesAreJudgedByWhatTheyLiveBy = {
    expr = lib.filter (
      name:
      lib.subtractLists gates.${name}.gates [
        "clock"
        "l1-proofs"
        "l1-rate-limit"
        "l1-beacon"
        "jwt"
      ] == [ ]
    ) (namesOf full);
    expected = lib.filter (lib.hasSuffix "-node") (namesOf full);
  };

  testGatesJudgeTheImagesThatRun = {
    expr = lib.mapAttrs (_: gate: gate.image) gates;
    expected = lib.mapAttrs (_: service: {
      reference = "${service.image.repository}:${service.image.tag}";
      inherit (service.image) digest;
      allowUnpinned = false;
      inherit (service) container;
    }) (servicesOf full);
  };

  testUnpinnedImagesAreAllowedWhereThatIsAskedFor = {
    expr = lib.unique (
      lib.mapAttrsToList (_: gate: gate.image.allowUnpinned)
        (wardenOf (host {
          dangerouslyRunUnpinnedImages = true;
        })).services
    );
    expected = [ true ];
  };

  testGatesAskTheEngineThatTheServiceUses = {
    expr = map (name: gates.${name}.engineRpc) [
      "sequencer-node"
      "batcher"
      "follower-one-node"
      "challenger"
    ];
    expected = [
      "http://127.0.0.1:8545"
      "http://127.0.0.1:8545"
      "http://127.0.0.1:8645"
      "http://127.0.0.1:8645"
    ];
  };

  testTheChain = {
    expr = { inherit (wardenOf small) chain l1; };
    expected = {
      chain = {
        genesis = "/var/lib/op-stack/chain/genesis.json";
        rollup = "/var/lib/op-stack/chain/rollup.json";
        l2ChainId = 20260619;
        disputeGameFactory = "0x00000000000000000000000000000000000000d1";
      };
      l1 = {
        rpc = "https://l1.example";
        beacon = "https://beacon.example";
        others = [ ];
        otherFiles = [ ];
        chainId = 11155111;
      };
    };
  };

  testTheChainsPeers = {
    expr =
      (wardenOf (host {
        chain.peers = [ "https://rpc.chain.example" ];
      })).chain.peers;
    expected = [ "https://rpc.chain.example" ];
  };

  # Of a follower both services: the engine before it is initialised, and the node each time.
  testWhoIsComparedWithTheSequencer = {
    expr = lib.filter (name: lib.elem "genesis-peers" gates.${name}.gates) (namesOf full);
    expected = lib.filter (lib.hasPrefix "follower-") (namesOf full);
  };

  testTheBundle = {
    expr =
      (wardenOf (host {
        chain.bundle = "/srv/bundle";
      })).chain.bundle;
    expected = "/srv/bundle";
  };

  # A follower needs nothing else for the chain's files.
  testABundleIsFetched = {
    expr =
      let
        config = host {
          chain.bundle = "https://chain.example/bundle/";
          chain.bundleKey = "ssh-ed25519 AAAAC3Nza+/=";
        };
        inherit (config.systemd.services) op-stack-bundle;
      in
      {
        inherit ((wardenOf config).chain)
          bundle
          bundleKey
          genesis
          rollup
          ;
        start = op-stack-bundle.serviceConfig.ExecStart;
        user = op-stack-bundle.serviceConfig.User;
        timer = config.systemd.timers.op-stack-bundle.wantedBy;
        folder = lib.filter (lib.hasPrefix "d /var/lib/op-stack/bundle ") config.systemd.tmpfiles.rules;
      };
    expected = {
      bundle = "/var/lib/op-stack/bundle";
      bundleKey = "ssh-ed25519 AAAAC3Nza+/=";
      genesis = "/var/lib/op-stack/bundle/genesis.json";
      rollup = "/var/lib/op-stack/bundle/rollup.json";
      start = "/etc/op-stack/bin/op-warden bundle verify https://chain.example/bundle/ --key 'ssh-ed25519 AAAAC3Nza+/=' --chain 20260619 --into /var/lib/op-stack/bundle";
      user = "op-stack";
      timer = [ "op-stack.target" ];
      folder = [ "d /var/lib/op-stack/bundle 0755 op-stack op-stack -" ];
    };
  };

  testAFolderIsNotFetched = {
    expr = (host { chain.bundle = "/srv/bundle"; }).systemd.services ? op-stack-bundle;
    expected = false;
  };

  testTheBundleIsServed = {
    expr = map (settings: (wardenOf (host settings)).serve.bundle or null) [
      { }
      { warden.bundle = "/srv/bundle"; }
    ];
    expected = [
      null
      "/srv/bundle"
    ];
  };

  # The gates run outside of the containers.
  testTheL1OfAFile = {
    expr =
      (wardenOf (host {
        l1 = {
          rpcFile = "/keys/l1-rpc";
          beaconFile = "/keys/l1-beacon";
          otherFiles = [ "/keys/l1-other" ];
        };
      })).l1;
    expected = {
      rpcFile = "/keys/l1-rpc";
      beaconFile = "/keys/l1-beacon";
      others = [ ];
      otherFiles = [ "/keys/l1-other" ];
      chainId = 11155111;
    };
  };

  testAnL1WithoutBlobsHasNoBeacon = {
    expr =
      (wardenOf (host {
        l1.beacon = null;
      })).l1
        ? beacon;
    expected = false;
  };

  testHealth = {
    expr =
      (wardenOf (host {
        warden = {
          port = 7400;
          interval = 5;
          pollInterval = 1;
          l1PollInterval = 6;
          followers = {
            far.engineRpc = "http://10.0.0.2:8545";
            farther = {
              engineRpc = "http://10.0.0.3:8545";
              nodeRpc = "http://10.0.0.3:9545";
            };
          };
          limits = {
            safeStall = 1800;
            l1Age = 120;
          };
        };
      })).serve;
    expected = {
      listen = "127.0.0.1:7400";
      intervalSeconds = 5;
      pollSeconds = 1;
      l1PollSeconds = 6;
      judgements = "/run/op-stack/judgements.json";
      state = "/var/lib/op-warden/state.json";
      accepted = "/var/lib/op-stack/accepted";
      hold = "/var/lib/op-stack/hold";
      runners = "/etc/op-stack/units";
      started = "/run/op-stack/started";
      hosts = [ ];
      maintenance = "/run/op-stack/maintenance";
      followers = {
        far.engineRpc = "http://10.0.0.2:8545";
        farther = {
          engineRpc = "http://10.0.0.3:8545";
          nodeRpc = "http://10.0.0.3:9545";
        };
      };
      limits = {
        safeStall = 1800;
        l1Age = 120;
      };
    };
  };

  # It may not read the files themselves, and none of them must keep it from starting.
  testHealthGetsCopiesOfTheFilesWithUrls = {
    expr =
      let
        config = host {
          l1.rpcFile = "/keys/l1-rpc";
          warden.followers = {
            far.engineRpcFile = "/keys/far";
            farther = {
              engineRpc = "http://10.0.0.3:8545";
              nodeRpcFile = "/keys/farther";
            };
          };
        };
        service = config.systemd.services.op-warden.serviceConfig;
        its = builtins.fromJSON config.environment.etc."op-stack/op-warden-serve.json".text;
      in
      {
        inherit (its.serve) followers;
        l1 = its.l1.rpcFile;
        judged = (wardenOf config).serve.followers.far;
        copies = service.LoadCredential;
        missing = service.SetCredential;
        watched = config.systemd.paths.op-warden-urls.pathConfig.PathChanged;
      };
    expected = {
      followers = {
        far.engineRpcFile = "/run/credentials/op-warden.service/far.engineRpcFile";
        farther = {
          engineRpc = "http://10.0.0.3:8545";
          nodeRpcFile = "/run/credentials/op-warden.service/farther.nodeRpcFile";
        };
      };
      l1 = "/run/credentials/op-warden.service/l1-rpc";
      judged.engineRpcFile = "/keys/far";
      copies = [
        "l1-rpc:/keys/l1-rpc"
        "far.engineRpcFile:/keys/far"
        "farther.nodeRpcFile:/keys/farther"
      ];
      missing = [
        "l1-rpc:missing"
        "far.engineRpcFile:missing"
        "farther.nodeRpcFile:missing"
      ];
      watched = [
        "/keys/l1-rpc"
        "/keys/far"
        "/keys/farther"
      ];
    };
  };

  testARemoteFollowerHasOneEndpoint = {
    expr =
      (messagesOf (host {
        warden.followers = {
          both = {
            engineRpc = "http://10.0.0.2:8545";
            engineRpcFile = "/keys/far";
          };
          none.nodeRpc = "http://10.0.0.2:9545";
        };
      })).assertions;
    expected = [
      "${prefix}.warden.followers: both, none: expected engineRpc or engineRpcFile, one of them, and of nodeRpc and nodeRpcFile one at most."
    ];
  };

  testThePeersOfAFile = {
    expr = (wardenOf (host { chain.peerFiles = [ "/keys/peer" ]; })).chain.peerFiles;
    expected = [ "/keys/peer" ];
  };

  # The container's copy is nowhere on the host.
  testTheGateReadsThePeerIdOfTheKeyOnTheHost = {
    expr =
      (wardenOf (host {
        sequencer.node.identityFile = "/keys/p2p";
      })).services.sequencer-node.identity or null;
    expected = "/keys/p2p";
  };

  testHealthLooksAsOftenAsThereAreBlocks = {
    expr = {
      inherit ((wardenOf small).serve)
        pollSeconds
        l1PollSeconds
        followers
        limits
        ;
    };
    expected = {
      pollSeconds = 2;
      l1PollSeconds = 12;
      followers = { };
      limits = { };
    };
  };

  testHealthAsksForTheUnits = {
    expr = lib.mapAttrs (_: gate: gate.unit) gates;
    expected = lib.genAttrs (namesOf full) (name: "podman-op-stack-${name}.service");
  };

  testHealthKeepsItsStateInAFolderOfItsOwn = {
    expr = {
      inherit (small.systemd.services.op-warden.serviceConfig) StateDirectory StateDirectoryMode;
    };
    expected = {
      StateDirectory = "op-warden";
      StateDirectoryMode = "0700";
    };
  };

  # The service that listens gets the URL of L1, and nothing else of what root may read.
  testHealthGetsACopyOfTheUrlOfL1 = {
    expr =
      let
        config = host {
          l1 = {
            rpcFile = "/keys/l1-rpc";
            beaconFile = "/keys/l1-beacon";
          };
        };
        written = name: builtins.fromJSON config.environment.etc."op-stack/${name}.json".text;
        inherit (config.systemd.services) op-warden op-stack-judge;
      in
      {
        inherit (op-warden.serviceConfig) ExecStart LoadCredential SetCredential;
        judge = op-stack-judge.serviceConfig.ExecStart;
        served = (written "op-warden-serve").l1.rpcFile;
        judged = (written "op-warden").l1.rpcFile;
        others =
          removeAttrs (written "op-warden-serve") [ "l1" ] == removeAttrs (written "op-warden") [ "l1" ];
        restarts = lib.hasInfix "op-warden-serve" (toString op-warden.restartTriggers);
      };
    expected = {
      ExecStart = "/etc/op-stack/bin/op-warden serve --config /etc/op-stack/op-warden-serve.json";
      LoadCredential = [ "l1-rpc:/keys/l1-rpc" ];
      SetCredential = [ "l1-rpc:missing" ];
      judge = "/etc/op-stack/bin/op-warden check --config /etc/op-stack/op-warden.json --output /run/op-stack/judgements.json --told /run/op-stack/judgements.json.told";
      served = "/run/credentials/op-warden.service/l1-rpc";
      judged = "/keys/l1-rpc";
      others = true;
      restarts = true;
    };
  };

  testHealthReadsTheConfigurationOfAllWhereTheUrlIsAnOption = {
    expr = {
      start = small.systemd.services.op-warden.serviceConfig.ExecStart;
      files = lib.filter (lib.hasInfix "op-warden-serve") (lib.attrNames small.environment.etc);
    };
    expected = {
      start = "/etc/op-stack/bin/op-warden serve --config /etc/op-stack/op-warden.json";
      files = [ ];
    };
  };

  # A service that listens must not be able to read the keys.
  testWhoListensHasNoRights = {
    expr = {
      inherit (small.systemd.services.op-warden.serviceConfig)
        DynamicUser
        NoNewPrivileges
        ProtectSystem
        ;
      credentials = small.systemd.services.op-warden.serviceConfig ? LoadCredential;
    };
    expected = {
      DynamicUser = true;
      NoNewPrivileges = true;
      ProtectSystem = "strict";
      credentials = false;
    };
  };
}
