# How podman is called.
{
  lib,
  host,
  full,
  fullGeth,
  fullSettings,
  hostOf,
  messagesOf,
  textsOf,
  small,
  pin,
  namesOf,
  servicesOf,
  containerOf,
  ...
}:
let
  wordsOf = config: name: (containerOf config name).words;
  each = config: f: lib.genAttrs (namesOf config) (name: f (wordsOf config name));
  same = config: value: lib.genAttrs (namesOf config) (_: value);

  sandbox = [
    "--network=host"
    "--read-only"
    "--cap-drop=ALL"
    "--security-opt=no-new-privileges"
    "--no-healthcheck"
    "--http-proxy=false"
    "--ulimit=core=0:0"
    "--pids-limit=4096"
  ];
  pull = lib.filter (lib.hasPrefix "--pull=");

  unpinned = host { dangerouslyRunUnpinnedImages = true; };

  repository = name: (containerImage name).repository;
  containerImage = name: (servicesOf full).${name}.image;
in
{
  testEveryContainerIsLockedDown = {
    expr = each full (podman: lib.subtractLists podman sandbox);
    expected = same full [ ];
  };

  testNothingLoosensASandbox = {
    expr = each full (
      lib.filter (
        word:
        lib.any (flag: lib.hasPrefix flag word) [
          "--privileged"
          "--cap-add"
          "--device"
          "--userns"
          "--publish"
          "--network=bridge"
        ]
        || word == "-p"
      )
    );
    expected = same full [ ];
  };

  testMemoryIsLimited = {
    expr = each small (lib.filter (lib.hasPrefix "--memory="));
    expected = lib.genAttrs [ "batcher" "proposer" "challenger" ] (_: [ "--memory=2g" ]) // {
      dispute-mon = [ "--memory=1g" ];
      sequencer-engine = [ "--memory=8g" ];
      sequencer-node = [ "--memory=4g" ];
    };
  };

  # Of open games the challenger runs two VMs, each with its host.
  testTheMemoryOfAVm = {
    expr =
      let
        memory =
          challenger: chain:
          (servicesOf (host {
            inherit challenger chain;
          })).challenger.resources.memory;
      in
      {
        permissioned = memory { } { gameType = 1; };
        open = memory { } { gameType = 8; };
        given = memory { resources.memory = "32g"; } { gameType = 8; };
      };
    expected = {
      permissioned = "2g";
      open = "16g";
      given = "32g";
    };
  };

  # The container may use what it may use, not as much again in swap.
  testSwapIsNoMoreMemory = {
    expr = each small (
      words:
      lib.unique (
        map (lib.replaceStrings [ "--memory-swap=" "--memory=" ] [ "" "" ]) (
          lib.filter (lib.hasPrefix "--memory") words
        )
      )
    );
    expected = lib.mapAttrs (_: service: [ service.resources.memory ]) (servicesOf small);
  };

  # When the host has no memory left, the engine that makes blocks is the last to go.
  testWhoIsKilledFirst = {
    expr =
      let
        scores = lib.mapAttrs (_: service: service.resources.oomScore) (servicesOf full);
        given = each full (lib.filter (lib.hasPrefix "--oom-score-adj="));
      in
      {
        last = lib.attrNames (lib.filterAttrs (_: score: score == -500) scores);
        first = lib.attrNames (lib.filterAttrs (_: score: score == 300) scores);
        given = lib.mapAttrs (_: score: [ "--oom-score-adj=${toString score}" ]) scores == given;
      };
    expected = {
      last = [
        "sequencer-engine"
        "sequencer-node"
      ];
      first = [
        "challenger"
        "dispute-mon"
      ]
      ++ lib.concatMap (name: [
        "follower-${name}-engine"
        "follower-${name}-node"
      ]) [
        "one"
        "two"
        "zoe"
      ];
      given = true;
    };
  };

  # Its hash is its pin, and nothing is pulled.
  testAnArchiveIsAnImage = {
    expr =
      let
        config = host { batcher.image.file = "/images/op-batcher.tar"; };
      in
      {
        pull = pull (wordsOf config "batcher");
        image = (servicesOf config).batcher.imageRef;
        warned = lib.filter (lib.hasInfix "batcher") (messagesOf config).warnings;
      };
    expected = {
      pull = [ "--pull=never" ];
      image = "${repository "batcher"}:${(containerImage "batcher").tag}";
      warned = [ ];
    };
  };

  testTheProxyOfTheHostIsNotTheChains = {
    expr = lib.filterAttrs (_: found: found) (
      lib.mapAttrs (_: lib.hasInfix "proxy.example") (
        textsOf (hostOf [ { networking.proxy.default = "http://user:secret@proxy.example"; } ])
      )
    );
    expected = { };
  };

  testLimitsCanBeTakenAway = {
    expr = lib.filter (word: lib.hasPrefix "--memory" word || lib.hasPrefix "--pids" word) (
      wordsOf (host {
        batcher.resources = {
          memory = null;
          pids = null;
        };
      }) "batcher"
    );
    expected = [ ];
  };

  testAPinnedImageIsPulledByItsDigest = {
    expr = each full (podman: {
      pull = pull podman;
      image = lib.filter (lib.hasInfix "@sha256:") podman;
    });
    expected = lib.genAttrs (namesOf full) (name: {
      pull = [ "--pull=missing" ];
      image = [ "${repository name}@${(containerImage name).digest}" ];
    });
  };

  testAnUnpinnedImageIsNeverPulled = {
    expr = each small pull;
    expected = same small [ "--pull=never" ];
  };

  testUnpinnedImagesArePulledWhereThatIsAskedFor = {
    expr = {
      pull = each unpinned pull;
      batcher = lib.filter (lib.hasSuffix ":v1") (
        wordsOf (host {
          dangerouslyRunUnpinnedImages = true;
          batcher.image = {
            repository = "registry.example/op-batcher";
            tag = "v1";
          };
        }) "batcher"
      );
    };
    expected = {
      pull = same unpinned [ "--pull=missing" ];
      batcher = [ "registry.example/op-batcher:v1" ];
    };
  };

  testOneDigestPinsOneServiceOnly = {
    expr = each (host { batcher = pin "batcher"; }) pull;
    expected = same small [ "--pull=never" ] // {
      batcher = [ "--pull=missing" ];
    };
  };

  testKeysReachTheProgramThroughOpExec = {
    expr = {
      inherit (containerOf small "batcher") entrypoint volumes;
      cmd = lib.take 3 (containerOf small "batcher").cmd;
    };
    expected = {
      entrypoint = "/run/op-stack/op-exec";
      cmd = [
        "--credential=OP_BATCHER_PRIVATE_KEY=/run/op-stack/keys/batcher"
        "--"
        "op-batcher"
      ];
      volumes = [
        "/run/credentials/podman-op-stack-batcher.service:/run/op-stack/keys:ro"
        "/etc/op-stack/bin/op-exec:/run/op-stack/op-exec:ro"
      ];
    };
  };

  testWithoutKeysTheProgramIsTheEntrypoint = {
    expr = {
      inherit (containerOf small "sequencer-engine") entrypoint volumes;
      cmd = lib.take 1 (containerOf small "sequencer-engine").cmd;
    };
    expected = {
      entrypoint = "op-reth";
      cmd = [ "node" ];
      volumes = [
        "/var/lib/op-stack/sequencer-engine:/var/lib/op-stack/sequencer-engine"
        "/var/lib/op-stack/chain/genesis.json:/var/lib/op-stack/chain/genesis.json:ro"
        "/var/lib/op-stack/jwt/sequencer-engine:/var/lib/op-stack/jwt/sequencer-engine:ro"
      ];
    };
  };

  testOnlyDataFoldersCanBeWritten = {
    expr = lib.genAttrs (namesOf full) (
      name: lib.filter (volume: !(lib.hasSuffix ":ro" volume)) (containerOf full name).volumes
    );
    expected = lib.mapAttrs (
      _: service: lib.optional (service.dataDir != null) "${service.dataDir}:${service.dataDir}"
    ) (servicesOf full);
  };

  # A path of the store that nothing refers to would be missing on the host.
  testChainFilesOfTheRepositoryBecomePartOfTheSystem = {
    expr =
      let
        config = host (
          lib.recursiveUpdate fullSettings {
            chain = {
              genesisFile = ./hosts.nix;
              rollupFile = ./ports.nix;
              prestateFile = ./settings.nix;
            };
            l1.chainConfigFile = ./units.nix;
          }
        );
        mounted =
          name:
          map (volume: baseNameOf (lib.head (lib.splitString ":" volume))) (
            lib.filter (
              volume: lib.hasPrefix builtins.storeDir volume && builtins.hasContext volume
            ) (containerOf config name).volumes
          );
        # "HASH-ports.nix" -> "ports"
        named =
          file: lib.removeSuffix ".nix" (lib.substring 33 (-1) (builtins.unsafeDiscardStringContext file));
      in
      lib.genAttrs [ "sequencer-engine" "sequencer-node" "challenger" ] (name: map named (mounted name));
    expected = {
      sequencer-engine = [ "hosts" ];
      sequencer-node = [
        "ports"
        "units"
      ];
      challenger = [
        "hosts"
        "ports"
        "settings"
        "units"
      ];
    };
  };

  testEachEngineIsItsOwnProgram = {
    expr = lib.mapAttrs (_: config: {
      inherit (containerOf config "sequencer-engine") entrypoint;
      node = lib.filter (lib.hasPrefix "--l2.enginekind") (containerOf config "sequencer-node").cmd;
      image = (servicesOf config).sequencer-engine.component;
    }) { inherit full fullGeth; };
    expected = {
      full = {
        entrypoint = "op-reth";
        node = [ "--l2.enginekind=reth" ];
        image = "op-reth";
      };
      fullGeth = {
        entrypoint = "geth";
        node = [ "--l2.enginekind=geth" ];
        image = "op-geth";
      };
    };
  };

  testGethReadsItsConfigurationFile = {
    expr = map (volume: lib.tail (lib.splitString ":" volume)) (
      lib.filter (lib.hasInfix ".toml:") (containerOf fullGeth "sequencer-engine").volumes
    );
    expected = [
      [
        "/var/lib/op-stack/sequencer-engine.toml"
        "ro"
      ]
    ];
  };

  testFollowersForwardTransactionsToTheSequencer = {
    expr = lib.mapAttrs (
      _: config:
      lib.filter (lib.hasPrefix "--rollup.sequencer") (containerOf config "follower-one-engine").cmd
    ) { inherit full fullGeth; };
    expected = {
      full = [ "--rollup.sequencer=http://127.0.0.1:8545" ];
      fullGeth = [ "--rollup.sequencerhttp=http://127.0.0.1:8545" ];
    };
  };
}
