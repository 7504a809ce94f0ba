# What is refused at evaluation, in which words, and what is only warned of.
{
  lib,
  evalHost,
  module,
  prefix,
  host,
  hostOf,
  small,
  full,
  fullSettings,
  pinned,
  followers,
  messagesOf,
  ...
}:
let
  # Exactly one assertion fails.
  refuses = settings: message: {
    expr = (messagesOf (host settings)).assertions;
    expected = [ "${prefix}${message}" ];
  };
  warns = settings: message: {
    expr = (messagesOf (host (lib.recursiveUpdate fullSettings settings))).warnings;
    expected = [ "${prefix}${message}" ];
  };

  owned = at: wayOut: "${at}: the module owns this flag; ${wayOut}.";
  secretFlag =
    at:
    "${at}: a key in a flag would be in the world-readable store and in every process list. Use the key file options.";
  secretVariable =
    service: name:
    ".${service}.environment.${name}: a key in the environment would be in the world-readable store and in podman's database. Use the key file options, or ${prefix}.${service}.environmentFiles.";
  beaten = "it beats the chain's files in this program alone. Leave it out: fork times stand in rollup.json and genesis.json.";
  wiring = "it is part of the wiring between the services and has no option";

  # The options' defaults, which are public endpoints.
  withoutUrls = {
    rpc = "https://ethereum-sepolia-rpc.publicnode.com";
    beacon = "https://ethereum-sepolia-beacon-api.publicnode.com";
  };

  unnamed =
    who: named:
    "${prefix}.chain.honestActors: op-dispute-mon is not told the address of ${who}: what they claim wrongly, and the bonds that they lose, go unseen. Set ${named} (`op-warden keys address` prints it).";

  withSigner =
    who:
    "${prefix}: ${who} is given a remote signer (signer.*). The programs refuse a signer beside a key, and the module always gives the key: they will not start.";

  unnamedBoth = unnamed "proposer and challenger" "${prefix}.chain.proposer and ${prefix}.chain.challenger";

  theKeys = lib.concatMapStringsSep ", " (role: "/etc/op-stack/keys/${role}") [
    "batcher"
    "challenger"
    "proposer"
    "sequencer"
  ];
  keepThem = "Set ${prefix}.secrets.directory (or each key file) to a folder that stays, such as /var/lib/op-stack-keys.";

  publicL1 = ".l1: the public endpoints are rate-limited, and everybody shares the limit. Use endpoints of your own for a chain that others rely on, or set ${prefix}.l1.rateLimit.";
in
{
  testARightHostIsNotComplainedAbout = {
    expr = messagesOf full;
    expected = {
      assertions = [ ];
      warnings = [ ];
    };
  };

  testAnOwnedFlagInSettings = refuses {
    batcher.settings.l1-eth-rpc = "https://other.example";
  } (owned ''.batcher.settings."l1-eth-rpc"'' "set ${prefix}.l1.rpc");

  testABundleOfAUrlWithoutItsKey = refuses {
    chain.bundle = "https://chain.example/bundle/";
  } ".chain.bundle: what comes from a URL is trusted only as far as it is signed. Set ${prefix}.chain.bundleKey to the public key that the chain's operator has told you.";

  testAnOwnedFlagInExtraArguments = refuses {
    sequencer.node.extraArgs = [ "--l1.beacon=https://other.example" ];
  } (owned ".sequencer.node.extraArgs (--l1.beacon)" "set ${prefix}.l1.beacon");

  testAnOwnedFlagInTwoArguments = refuses {
    sequencer.node.extraArgs = [
      "--l1"
      "https://other.example"
    ];
  } (owned ".sequencer.node.extraArgs (--l1)" "set ${prefix}.l1.rpc");

  # Go's programs take it as well.
  testAnOwnedFlagWithOneDash = refuses {
    sequencer.node.extraArgs = [ "-l1=https://other.example" ];
  } (owned ".sequencer.node.extraArgs (--l1)" "set ${prefix}.l1.rpc");

  testAnOwnedFlagThatIsTakenAway = refuses {
    sequencer.node.settings."safedb.path" = null;
  } (owned ''.sequencer.node.settings."safedb.path"'' "set ${prefix}.stateDir");

  # Beside a file as well: the flag would win over it.
  testAnOwnedFlagBesideAFile = refuses {
    l1 = withoutUrls // {
      rpcFile = "/keys/l1-rpc";
    };
    batcher.settings.l1-eth-rpc = "https://other.example";
  } (owned ''.batcher.settings."l1-eth-rpc"'' "set ${prefix}.l1.rpcFile");

  testAUrlBesideItsFile = refuses {
    l1.rpcFile = "/keys/l1-rpc";
  } ".l1.rpc: ${prefix}.l1.rpcFile is set too, and replaces it. Leave one of them out.";

  testABeaconBesideItsFile = refuses {
    l1.beaconFile = "/keys/l1-beacon";
  } ".l1.beacon: ${prefix}.l1.beaconFile is set too, and replaces it. Leave one of them out.";

  testTypesWithoutTheRespectedOne = refuses {
    challenger.gameTypes = [ 8 ];
  } ".challenger.gameTypes: it lacks ${prefix}.chain.gameType, 1. Nobody would dispute a false claim of that type: name both.";

  testANodeOfTheChallengerThatIsNone = refuses {
    challenger.node = "elsewhere";
  } ".challenger.node: there is no follower elsewhere on this host. Name one of ${prefix}.followers, or \"sequencer\".";

  testAnOwnedNodeOfTheChallenger = refuses {
    challenger.settings.rollup-rpc = "http://other.example";
  } (owned ''.challenger.settings."rollup-rpc"'' "set ${prefix}.challenger.node");

  testAPrestateBesideTheirFolder = refuses {
    chain.prestateFile = "/chain/prestate.bin.gz";
    challenger.prestates = "/chain/prestates";
  } ".chain.prestateFile: op-challenger takes it for every game, and does not look into ${prefix}.challenger.prestates. Put it into that folder as HASH.bin.gz (`op-warden prestate hash` prints the hash), and leave prestateFile out.";

  testAnOwnedFolderOfPrestates = refuses {
    challenger.prestates = "/chain/prestates";
    challenger.settings.cannon-kona-prestates-url = "https://other.example";
    challenger.gameTypes = [
      1
      8
    ];
  } (owned ''.challenger.settings."cannon-kona-prestates-url"'' "set ${prefix}.challenger.prestates");

  testAnOwnedPort = refuses {
    batcher.settings."rpc.port" = 1;
  } (owned ''.batcher.settings."rpc.port"'' "set ${prefix}.batcher.ports");

  testAnOwnedPortOfReth = refuses {
    sequencer.engine.settings.port = 1;
  } (owned ''.sequencer.engine.settings."port"'' "set ${prefix}.sequencer.engine.ports");

  testAnOwnedListener = refuses {
    sequencer.node.settings."p2p.listen.ip" = "0.0.0.0";
  } (owned ''.sequencer.node.settings."p2p.listen.ip"'' "set ${prefix}.sequencer.node.openFirewall");

  testAnOwnedFlagOfAFollower =
    refuses
      (
        lib.recursiveUpdate (followers [ "one" ]) {
          followers.one.node.settings."p2p.priv.path" = "/elsewhere";
        }
      )
      (
        owned ''.followers.one.node.settings."p2p.priv.path"'' "set ${prefix}.followers.one.node.identityFile"
      );

  testAnOwnedFlagWithoutAnOption = refuses {
    batcher.settings.rollup-rpc = "http://other.example";
  } (owned ''.batcher.settings."rollup-rpc"'' wiring);

  testAForkTimeInAFlag =
    refuses { sequencer.node.settings."override.karst" = 1999999999; }
      ''.sequencer.node.settings."override.karst": ${beaten}'';

  testAForkTimeInTheEnvironment =
    refuses { sequencer.node.environment.OP_NODE_OVERRIDE_KARST = "1999999999"; }
      ".sequencer.node.environment.OP_NODE_OVERRIDE_KARST: ${beaten}";

  testANetworkByName =
    refuses { sequencer.node.extraArgs = [ "--network=op-sepolia" ]; }
      ".sequencer.node.extraArgs (--network): ${beaten}";

  testAnL1ThatOpNodeDoesNotKnow =
    refuses { l1.chainId = 84532; }
      ".l1.chainConfigFile: op-node does not know L1 84532. Give it the L1's genesis.json or chain configuration.";

  testASecondSequencer =
    refuses
      (
        lib.recursiveUpdate (followers [ "two" ]) {
          followers.two.node.settings."sequencer.enabled" = true;
        }
      )
      ''.followers.two.node.settings."sequencer.enabled": a chain has one sequencer, and here that is ${prefix}.sequencer. Two with one key make two chains.'';

  testAKeyInAFlag = refuses {
    batcher.settings.private-key = "0x1";
  } (secretFlag ''.batcher.settings."private-key"'');

  testAKeyInAnExtraArgument = refuses {
    proposer.extraArgs = [ "--mnemonic=test" ];
  } (secretFlag ".proposer.extraArgs (--mnemonic)");

  testAnIdentityInAFlag = refuses {
    sequencer.node.settings."p2p.priv.raw" = "00";
  } (secretFlag ''.sequencer.node.settings."p2p.priv.raw"'');

  testTheSequencersKeyInAFlag = refuses {
    sequencer.node.extraArgs = [ "--p2p.sequencer.key=00" ];
  } (secretFlag ".sequencer.node.extraArgs (--p2p.sequencer.key)");

  testAKeyInTheEnvironment = refuses {
    batcher.environment.OP_BATCHER_PRIVATE_KEY = "0x1";
  } (secretVariable "batcher" "OP_BATCHER_PRIVATE_KEY");

  testAnIdentityInTheEnvironment = refuses {
    sequencer.node.environment.OP_NODE_P2P_PRIV_RAW = "00";
  } (secretVariable "sequencer.node" "OP_NODE_P2P_PRIV_RAW");

  testAPortThatTwoServicesWant = refuses {
    batcher.ports.rpc = 9545;
  } ": port 9545 is used by batcher and sequencer-node. Set their `port` or `ports` options.";

  testAPortOfOpWarden = refuses {
    warden.port = 7300;
  } ": port 7300 is used by sequencer-node and op-warden. Set their `port` or `ports` options.";

  testAPortThatOneServiceWantsTwice = refuses {
    batcher.ports.rpc = 7301;
  } ": port 7301 is used by batcher and batcher. Set their `port` or `ports` options.";

  testAFollowerWithoutTheSequencersPeerId =
    refuses
      {
        followers.one.index = 1;
      }
      ".followers: followers dial the sequencer by its peer id, and their engines its engine by its enode id. Make a key with `op-warden keys generate`, set ${prefix}.sequencer.node.identityFile to its file, and ${prefix}.p2p.sequencerPeerId and ${prefix}.p2p.sequencerEnodeId to the ids that it prints; `op-warden keys address` prints those of a key that is there.";

  testAFollowerWithoutTheEnodeIdOfTheSequencersEngine = {
    expr = map (lib.hasPrefix "${prefix}.followers: followers dial") (messagesOf
      (host (lib.recursiveUpdate (followers [ "one" ]) { p2p.sequencerEnodeId = null; }))
    ).assertions;
    expected = [ true ];
  };

  testHalfASequencer = refuses {
    sequencer.engine.enable = false;
  } ".sequencer: engine and node need each other. Enable both or none.";

  testSettlementWithoutASequencer =
    refuses
      {
        sequencer.engine.enable = false;
        sequencer.node.enable = false;
        batcher.enable = false;
      }
      ": challenger, dispute-mon, proposer use the sequencer of this host. Enable ${prefix}.sequencer.node, or disable them.";

  testKeysInsideTheData =
    refuses
      {
        secrets.directory = "/var/lib/op-stack/keys";
      }
      ": /var/lib/op-stack/keys/batcher, /var/lib/op-stack/keys/challenger, /var/lib/op-stack/keys/proposer, /var/lib/op-stack/keys/sequencer lies below ${prefix}.stateDir. Keep keys outside: a purge of the chain's data must not come near them.";

  testAKeyInsideTheData =
    refuses { batcher.keyFile = "/var/lib/op-stack/batcher.key"; }
      ": /var/lib/op-stack/batcher.key lies below ${prefix}.stateDir. Keep keys outside: a purge of the chain's data must not come near them.";

  testADiskAsAWhole =
    refuses { stateDir = "/data"; }
      ".stateDir: /data may hold more than the chain, and a purge removes this folder. Give the chain one of its own, below a disk's: /data/op-stack.";

  testAFolderOnADisk = {
    expr = (messagesOf (host { stateDir = "/data/op-stack"; })).assertions;
    expected = [ ];
  };

  testKeysBesideTheData = {
    expr =
      (messagesOf (host {
        secrets.directory = "/var/lib/op-stack-keys";
      })).assertions;
    expected = [ ];
  };

  testSopsWithoutItsModule =
    refuses
      {
        secrets.sopsDirectory = ./.;
      }
      ".secrets.sopsDirectory needs sops-nix: import its nixosModules.sops, or give the key files one by one.";

  # Its containers are the host's own business, and so are its socket and its name.
  testDockerBesideIt = {
    expr =
      let
        docker = {
          virtualisation.docker.enable = true;
          virtualisation.docker.autoPrune.enable = true;
          virtualisation.oci-containers = {
            backend = "docker";
            containers.web.image = "nginx";
          };
        };
        alone = evalHost [ docker ];
        beside = hostOf [ docker ];
        ofDocker = lib.filterAttrs (name: _: lib.hasPrefix "docker" name);
        units = config: lib.mapAttrs (_: unit: toString unit.text) (ofDocker config.systemd.units);
      in
      {
        failed = map (check: check.message) (
          lib.filter (check: !check.assertion) (beside.assertions ++ alone.assertions)
        );
        units = units beside == units alone;
        # For it to mean something.
        some = lib.attrNames (ofDocker alone.systemd.units);
        etc = ofDocker beside.environment.etc == ofDocker alone.environment.etc;
        # NixOS opens podman's own bridge for its name server; the chain has no bridge.
        opened = lib.attrNames (
          lib.removeAttrs beside.networking.firewall.interfaces (
            lib.attrNames alone.networking.firewall.interfaces
          )
        );
        inherit (beside.virtualisation.oci-containers) backend;
        inherit (beside.virtualisation.podman) dockerCompat;
        socket = beside.virtualisation.podman.dockerSocket.enable;
      };
    expected = {
      failed = [ ];
      units = true;
      some = [
        "docker-prune.service"
        "docker-prune.timer"
        "docker-web.service"
        "docker.service"
        "docker.socket"
      ];
      etc = true;
      opened = [ "podman0" ];
      backend = "docker";
      dockerCompat = false;
      socket = false;
    };
  };

  # Who has no docker may call podman so.
  testPodmanAsDocker = {
    expr =
      let
        as =
          docker:
          map (check: check.message) (
            lib.filter (check: !check.assertion) (hostOf [
              {
                virtualisation.docker.enable = docker;
                virtualisation.podman = {
                  dockerCompat = true;
                  dockerSocket.enable = true;
                };
              }
            ]).assertions
          );
      in
      {
        without = as false;
        # Two cannot have one name: NixOS says so itself.
        beside = lib.length (as true);
      };
    expected = {
      without = [ ];
      beside = 2;
    };
  };

  testTheGateCannotBeTakenAway = {
    expr =
      (messagesOf (hostOf [
        (
          { lib, ... }:
          {
            systemd.services.podman-op-stack-batcher.serviceConfig.ExecCondition = lib.mkForce "";
            systemd.services.podman-op-stack-proposer.serviceConfig.ExecStart = lib.mkForce "/bin/podman run --privileged x";
            # systemd's way to begin a list anew.
            systemd.services.podman-op-stack-sequencer-engine.serviceConfig.ExecStart = [
              ""
              "/bin/podman run --privileged x"
            ];
            systemd.services.podman-op-stack-sequencer-node.serviceConfig.ExecCondition = [
              ""
              "/my/check"
            ];
            # One more condition takes nothing away.
            systemd.services.podman-op-stack-challenger.serviceConfig.ExecCondition = [ "/my/check" ];
          }
        )
      ])).assertions;
    expected =
      let
        message =
          unit: key:
          "systemd.services.${unit}.serviceConfig.${key}: the gate and the sandbox of a service cannot be taken away. Disable the service and write a unit of your own, or leave it out.";
      in
      map (message: "${prefix}: ${message}") [
        (message "podman-op-stack-batcher" "ExecCondition")
        (message "podman-op-stack-proposer" "ExecStart")
        (message "podman-op-stack-sequencer-engine" "ExecStart")
        (message "podman-op-stack-sequencer-node" "ExecCondition")
      ];
  };

  testFollowersHaveNumbersOfTheirOwn = {
    expr = lib.filter (lib.hasInfix "index") (
      (messagesOf (host (
        lib.recursiveUpdate (followers [ "one" ]) {
          followers.two.index = 1;
        }
      ))).assertions
    );
    expected = [ "${prefix}.followers: one and two have the same index. Give the newer one a free number." ];
  };

  # What is mounted innermost holds.
  testWhatATmpfsWouldLose = {
    expr =
      let
        tmpfs = {
          device = lib.mkForce "none";
          fsType = lib.mkForce "tmpfs";
        };
        disk = {
          device = "/dev/disk/by-label/data";
          fsType = "ext4";
        };
        said =
          fileSystems: settings:
          lib.filter (lib.hasInfix "tmpfs") (
            (messagesOf (hostOf [
              {
                inherit fileSystems;
                services.every-channel.op-stack = settings;
              }
            ])).warnings
          );
        kept = {
          "/" = tmpfs;
          "/var/lib" = disk;
        };
      in
      {
        disk = said { } { };
        everything = said { "/" = tmpfs; } { };
        keys = said kept { };
        data = said {
          "/var/lib" = tmpfs;
          "/var/lib/containers" = disk;
        } { };
        keysElsewhere = said kept { secrets.directory = "/var/lib/op-stack-keys"; };
        keysOfAnother = said kept (lib.genAttrs [ "batcher" "proposer" "challenger" "sequencer" ] (role: { keyFile = "/run/agenix/${role}"; }));
      };
    expected =
      let
        data = "${prefix}.stateDir: /var/lib/op-stack lies on a tmpfs, and the chain's data would be gone after each boot. Mount a disk there.";
        images = "${prefix}: /var/lib/containers lies on a tmpfs: each boot pulls the images again, into memory. Mount a disk there.";
        keys = "${prefix}.secrets: ${theKeys} would be gone after each boot: a tmpfs is there. ${keepThem}";
      in
      {
        disk = [ ];
        everything = [
          data
          images
          keys
        ];
        keys = [ keys ];
        data = [ data ];
        keysElsewhere = [ ];
        keysOfAnother = [ ];
      };
  };

  testAnEtcThatCannotBeWritten = {
    expr =
      let
        said =
          etc: more:
          lib.filter (lib.hasInfix "/etc") (
            (messagesOf (hostOf [
              {
                boot.initrd.systemd.enable = true;
                system.etc.overlay = etc;
              }
              more
            ])).warnings
          );
        fixed = {
          enable = true;
          mutable = false;
        };
      in
      {
        fixed = said fixed { };
        mutable = said {
          enable = true;
          mutable = true;
        } { };
        plain = said { } { };
        elsewhere = said fixed { services.every-channel.op-stack.secrets.directory = "/var/lib/op-stack-keys"; };
        linked = said fixed { environment.etc."op-stack/keys".source = "/persist/keys"; };
      };
    expected = {
      fixed = [
        "${prefix}.secrets: ${theKeys} cannot be put there: the /etc of this host cannot be written. ${keepThem}"
      ];
      mutable = [ ];
      plain = [ ];
      elsewhere = [ ];
      linked = [ ];
    };
  };

  testADisabledChainIsNotComplainedAbout = {
    expr = messagesOf (evalHost [
      module
      {
        services.every-channel.op-stack = {
          batcher.settings.l1-eth-rpc = "x";
          warden.port = 7300;
        };
      }
    ]);
    expected = {
      assertions = [ ];
      warnings = [ ];
    };
  };

  testImagesWithoutADigest = {
    expr = lib.filter (lib.hasInfix "digest") (messagesOf small).warnings;
    expected = [
      "${prefix}: no digest for the images of batcher, challenger, dispute-mon, proposer, sequencer-engine, sequencer-node. Their gates answer `wait` until `op-warden images lock nix/stack/images.json` has run on a host that reaches the registry."
    ];
  };

  testImagesByTag =
    warns { dangerouslyRunUnpinnedImages = true; }
      ".dangerouslyRunUnpinnedImages: images run by tag. Whoever controls the tag controls the chain's keys.";

  testHonestActorsThatNobodyNames = {
    expr =
      let
        said =
          settings:
          lib.filter (lib.hasInfix "honestActors") (messagesOf (host (pinned // settings))).warnings;
        proposer = "0x00000000000000000000000000000000000000a2";
        challenger = "0x00000000000000000000000000000000000000a3";
      in
      {
        nobody = said { };
        one = said { chain = { inherit proposer; }; };
        none = said {
          chain = {
            inherit proposer challenger;
            honestActors = [ ];
          };
        };
        both = said { chain = { inherit proposer challenger; }; };
        ofAnotherHost = said {
          chain.honestActors = [
            proposer
            challenger
          ];
        };
        unwatched = said { dispute-mon.enable = false; };
      };
    expected = {
      nobody = [ unnamedBoth ];
      one = [ (unnamed "challenger" "${prefix}.chain.challenger") ];
      none = [ unnamedBoth ];
      both = [ ];
      ofAnotherHost = [ ];
      unwatched = [ ];
    };
  };

  # By whatever way it is given.
  testARemoteSigner = {
    expr =
      let
        said =
          settings:
          lib.filter (lib.hasInfix "signer") (
            (messagesOf (host (lib.recursiveUpdate fullSettings settings))).warnings
          );
      in
      {
        none = said { };
        settings = said { batcher.settings."signer.endpoint" = "https://signer.example"; };
        arguments = said { proposer.extraArgs = [ "--signer.address=0x1" ]; };
        environment = said {
          challenger.environment.OP_CHALLENGER_SIGNER_ENDPOINT = "https://signer.example";
        };
        files = said { batcher.environmentFiles.OP_BATCHER_SIGNER_HEADER = "/keys/header"; };
        two = said {
          batcher.settings."signer.endpoint" = "https://signer.example";
          sequencer.node.settings."signer.endpoint" = "https://signer.example";
        };
      };
    expected = {
      none = [ ];
      settings = [ (withSigner "batcher") ];
      arguments = [ (withSigner "proposer") ];
      environment = [ (withSigner "challenger") ];
      files = [ (withSigner "batcher") ];
      two = [ (withSigner "batcher, sequencer-node") ];
    };
  };

  testGeth =
    warns { engine = "geth"; }
      ".engine: op-geth has had no support since 2026-05-31 and does not know Karst. Use it only for a chain that never activates Karst; op-reth cannot take over its data folder.";

  testThePublicL1 = warns { l1.rpc = "https://ethereum-sepolia-rpc.publicnode.com"; } publicL1;

  testThePublicBeacon = warns {
    l1.beacon = "https://ethereum-sepolia-beacon-api.publicnode.com";
  } publicL1;

  testThePublicL1WithARateLimit = {
    expr =
      (messagesOf (
        host (
          lib.recursiveUpdate fullSettings {
            l1.rpc = "https://ethereum-sepolia-rpc.publicnode.com";
            l1.rateLimit = 10;
          }
        )
      )).warnings;
    expected = [ ];
  };

  testUrlsInFilesAreNotPublic = {
    expr = messagesOf (
      host (
        lib.recursiveUpdate fullSettings {
          l1 = withoutUrls // {
            rpcFile = "/keys/l1-rpc";
            beaconFile = "/keys/l1-beacon";
          };
        }
      )
    );
    expected = {
      assertions = [ ];
      warnings = [ ];
    };
  };

  testThePublicBeaconBesideAFile = warns {
    l1 = withoutUrls // {
      rpcFile = "/keys/l1-rpc";
    };
  } publicL1;

  # The flake offers it, and nothing ran there.
  testAnotherPlatformIsWarnedOf = {
    expr = map (
      platform:
      lib.filter (lib.hasInfix "nothing of this was ever run") (messagesOf (hostOf [
        { nixpkgs.hostPlatform = lib.mkOverride 900 platform; }
      ])).warnings
    ) [ "x86_64-linux" ]
    ++ [
      (lib.length (
        lib.filter (lib.hasInfix "this host is aarch64-linux") (messagesOf (hostOf [
          { nixpkgs.hostPlatform = lib.mkOverride 40 "aarch64-linux"; }
        ])).warnings
      ))
    ];
    expected = [
      [ ]
      1
    ];
  };
}
