# Keys are files of the host: never in the store, never in a text.
{
  lib,
  sopsModule,
  host,
  hostOf,
  full,
  fullGeth,
  small,
  fullSettings,
  optionsOf,
  servicesOf,
  containerOf,
  textsOf,
  textOf,
  values,
  throws,
  messagesOf,
  ...
}:
let
  # Everything that this module writes into the store or into a unit, by name.
  writtenBy =
    config:
    textsOf config
    // lib.concatMapAttrs (
      name: service:
      lib.optionalAttrs (lib.hasInfix "op-stack" name) {
        "${name} script" = service.script + service.preStart + service.postStart;
      }
    ) config.systemd.services
    // lib.concatMapAttrs (
      name: file:
      lib.optionalAttrs (lib.hasPrefix "op-stack/" name && file.text != null) {
        "/etc/${name}" = file.text;
      }
    ) config.environment.etc
    // lib.mapAttrs' (
      name: _: lib.nameValuePair "container ${name}" (toString (containerOf config name).words)
    ) (servicesOf config)
    // lib.mapAttrs (_: service: lib.concatStringsSep "\n" (lib.attrValues service.files)) (
      servicesOf config
    )
    // {
      tmpfiles = lib.concatStringsSep "\n" (
        lib.filter (lib.hasInfix "op-stack") config.systemd.tmpfiles.rules
      );
    };

  texts =
    lib.concatMapAttrs
      (host: config: lib.mapAttrs' (name: lib.nameValuePair "${host}: ${name}") (writtenBy config))
      {
        inherit
          small
          full
          fullGeth
          withFiles
          ;
      };

  strings = regex: text: lib.filter lib.isString (builtins.split regex text);
  # The first group of every match.
  matches = regex: text: map lib.head (lib.filter lib.isList (builtins.split regex text));
  textsWhere = isBad: lib.attrNames (lib.filterAttrs (_: isBad) texts);

  withoutPublic = text: lib.concatStrings (strings "sha256:[0-9a-f]{64}|enode://[0-9a-f]{128}" text);

  # The URLs that must not come from the options any more are marked.
  withFiles = host (
    lib.recursiveUpdate fullSettings {
      l1 = {
        rpc = "https://marked.example/v3/rpc";
        beacon = "https://marked.example/v3/beacon";
        rpcFile = "/keys/l1-rpc";
        beaconFile = "/keys/l1-beacon";
      };
    }
  );
  onlyRpcFile = host {
    l1 = {
      rpcFile = "/keys/l1-rpc";
      beacon = lib.mkForce null;
    };
  };
  onlyBeaconFile = host { l1.beaconFile = "/keys/l1-beacon"; };

  flagsOfL1 =
    config:
    lib.mapAttrs (
      _: service:
      lib.filter (flag: lib.match "--(l1|l1-eth-rpc|l1[.-]beacon)(=.*)?" flag != null) service.args
    ) (servicesOf config);
  urlsOf =
    config:
    lib.mapAttrs (
      _: service: lib.filterAttrs (variable: _: lib.hasInfix "_L1_" variable) service.credentials
    ) (servicesOf config);
  inside = name: "/run/op-stack/keys/${name}";

  sops =
    settings:
    hostOf [
      sopsModule
      {
        networking.hostName = "forge";
        sops.age.keyFile = "/var/lib/sops/key";
        services.every-channel.op-stack = {
          secrets.sopsDirectory = lib.mkDefault ../secrets;
        }
        // settings;
      }
    ];
  withSops = sops { };
in
{
  testManyTextsAreLookedAt = {
    expr = lib.length (lib.attrNames texts) > 60;
    expected = true;
  };

  testNoTextHoldsAKey = {
    expr = textsWhere (text: matches "([0-9a-fA-F]{64})" (withoutPublic text) != [ ]);
    expected = [ ];
  };

  testNoTextHoldsAMnemonic = {
    expr = textsWhere (text: matches "(([a-z]{3,8} ){11}[a-z]{3,8})" text != [ ]);
    expected = [ ];
  };

  testKeysAreGivenByTheirPathsOnly = {
    expr = textsWhere (
      text:
      lib.any (value: !(lib.hasPrefix "/run/op-stack/keys/" value)) (
        matches "[A-Z0-9_]*_KEY=([^ '\"]*)" text
      )
    );
    expected = [ ];
  };

  # For the test before to mean something.
  testKeysAreGiven = {
    expr = lib.length (matches "([A-Z]+_KEY=)" (lib.concatStrings (lib.attrValues (writtenBy small))));
    expected = 4;
  };

  testAKeyFileIsNeverInTheStore = {
    expr = map (settings: throws (servicesOf (host settings)).batcher.keyFiles) [
      { batcher.keyFile = "${builtins.storeDir}/00000000000000000000000000000000-key"; }
      { batcher.keyFile = ./secrets.nix; }
      { batcher.keyFile = "relative"; }
      { secrets.directory = ./.; }
    ];
    expected = [
      true
      true
      true
      true
    ];
  };

  testKeyFilesOneByOne = {
    expr = values "LoadCredential" (
      textOf (host {
        batcher.keyFile = "/elsewhere/batcher";
        secrets.directory = "/somewhere";
      }) "batcher"
    );
    expected = [ "batcher:/elsewhere/batcher" ];
  };

  testNoTextHoldsAUrlThatAFileTakesThePlaceOf = {
    expr = textsWhere (lib.hasInfix "marked.example");
    expected = [ ];
  };

  # For the test before to mean something.
  testAUrlThatIsAnOptionIsFound = {
    expr =
      lib.length (lib.filter (lib.hasInfix "https://l1.example") (lib.attrValues (writtenBy small))) > 5;
    expected = true;
  };

  testFilesTakeThePlaceOfFlags = {
    expr = lib.unique (lib.attrValues (flagsOfL1 withFiles));
    expected = [ [ ] ];
  };

  testFilesReachTheProgramsInTheirEnvironment = {
    expr = urlsOf withFiles;
    expected =
      let
        node = {
          OP_NODE_L1_ETH_RPC = inside "l1-rpc";
          OP_NODE_L1_BEACON = inside "l1-beacon";
        };
      in
      lib.mapAttrs (name: _: if lib.hasSuffix "-node" name then node else { }) (servicesOf withFiles)
      // {
        batcher.OP_BATCHER_L1_ETH_RPC = inside "l1-rpc";
        proposer.OP_PROPOSER_L1_ETH_RPC = inside "l1-rpc";
        challenger = {
          OP_CHALLENGER_L1_ETH_RPC = inside "l1-rpc";
          OP_CHALLENGER_L1_BEACON = inside "l1-beacon";
        };
        dispute-mon.OP_DISPUTE_MON_L1_ETH_RPC = inside "l1-rpc";
      };
  };

  testFilesAreCredentialsOfTheUnitsThatUseThem = {
    expr = lib.genAttrs [ "dispute-mon" "follower-one-node" "follower-one-engine" "batcher" ] (
      name: values "LoadCredential" (textOf withFiles name)
    );
    expected = {
      dispute-mon = [ "l1-rpc:/keys/l1-rpc" ];
      follower-one-node = [
        "l1-beacon:/keys/l1-beacon"
        "l1-rpc:/keys/l1-rpc"
      ];
      follower-one-engine = [ ];
      batcher = [
        "batcher:/etc/op-stack/keys/batcher"
        "l1-rpc:/keys/l1-rpc"
      ];
    };
  };

  # systemd's copy, which is never swapped, and no other.
  testTheContainerReadsTheUnitsCredentials = {
    expr = lib.filter (lib.hasInfix "/run/op-stack/keys") (containerOf withFiles "dispute-mon").volumes;
    expected = [ "/run/credentials/podman-op-stack-dispute-mon.service:/run/op-stack/keys:ro" ];
  };

  # op-challenger wants a beacon in any case.
  testAFileWithoutABeacon = {
    expr = {
      inherit (urlsOf onlyRpcFile) sequencer-node challenger;
      ignored = lib.elem "--l1.beacon.ignore" (servicesOf onlyRpcFile).sequencer-node.args;
    };
    expected = {
      sequencer-node.OP_NODE_L1_ETH_RPC = inside "l1-rpc";
      challenger = {
        OP_CHALLENGER_L1_ETH_RPC = inside "l1-rpc";
        OP_CHALLENGER_L1_BEACON = inside "l1-rpc";
      };
      ignored = true;
    };
  };

  testAFileForTheBeaconOnly = {
    expr = {
      urls = urlsOf onlyBeaconFile;
      flags = flagsOfL1 onlyBeaconFile;
      ignored = lib.elem "--l1.beacon.ignore" (servicesOf onlyBeaconFile).sequencer-node.args;
    };
    expected = {
      urls = lib.mapAttrs (_: _: { }) (servicesOf small) // {
        sequencer-node.OP_NODE_L1_BEACON = inside "l1-beacon";
        challenger.OP_CHALLENGER_L1_BEACON = inside "l1-beacon";
      };
      flags = lib.mapAttrs (_: _: [ "--l1-eth-rpc=https://l1.example" ]) (servicesOf small) // {
        sequencer-engine = [ ];
        sequencer-node = [ "--l1=https://l1.example" ];
      };
      ignored = false;
    };
  };

  testAUrlFileIsNeverInTheStore = {
    expr =
      map
        (
          l1:
          throws
            (servicesOf (host {
              inherit l1;
            })).batcher.keyFiles
        )
        [
          { rpcFile = "${builtins.storeDir}/00000000000000000000000000000000-url"; }
          { rpcFile = ./secrets.nix; }
          { rpcFile = "relative"; }
        ];
    expected = [
      true
      true
      true
    ];
  };

  testSopsHasNoSecretForAUrlFile = {
    expr =
      let
        config = sops (lib.recursiveUpdate fullSettings { l1.rpcFile = "/run/secrets/my-l1"; });
      in
      {
        declared = lib.filter (lib.hasInfix "l1") (lib.attrNames config.sops.secrets);
        given = (servicesOf config).dispute-mon.keyFiles;
      };
    expected = {
      declared = [ ];
      given.l1-rpc = "/run/secrets/my-l1";
    };
  };

  testSopsSecretsRestartTheirServicesOnly = {
    expr = lib.mapAttrs (_: secret: {
      inherit (secret) format restartUnits;
      file = baseNameOf secret.sopsFile;
    }) (sops fullSettings).sops.secrets;
    expected =
      lib.mapAttrs'
        (
          key: services:
          lib.nameValuePair "op-stack-${key}" {
            format = "binary";
            restartUnits = map (service: "podman-op-stack-${service}.service") (lib.toList services);
            file = "${key}.forge";
          }
        )
        {
          batcher = "batcher";
          proposer = "proposer";
          challenger = "challenger";
          sequencer = "sequencer-node";
          p2p-sequencer-node = [
            "sequencer-engine"
            "sequencer-node"
          ];
        };
  };

  testSopsSecretsAreTheKeyFiles = {
    expr = lib.mapAttrs (_: service: service.keyFiles) (
      lib.filterAttrs (_: service: service.keyFiles != { }) (servicesOf withSops)
    );
    expected = {
      batcher.batcher = "/run/secrets/op-stack-batcher";
      proposer.proposer = "/run/secrets/op-stack-proposer";
      challenger.challenger = "/run/secrets/op-stack-challenger";
      sequencer-node.sequencer = "/run/secrets/op-stack-sequencer";
    };
  };

  testSopsHasNoSecretForADisabledService = {
    expr =
      let
        config = sops { batcher.enable = false; };
      in
      {
        secrets = lib.attrNames config.sops.secrets;
        inherit (messagesOf config) assertions;
        units = lib.length (lib.attrValues (textsOf config)) > 5;
      };
    expected = {
      secrets = [
        "op-stack-challenger"
        "op-stack-proposer"
        "op-stack-sequencer"
      ];
      assertions = [ ];
      units = true;
    };
  };

  # One role's key may come from elsewhere.
  testAKeyElsewhereIsNoSecret = {
    expr =
      let
        config = sops { batcher.keyFile = "/run/agenix/batcher"; };
      in
      {
        secrets = lib.attrNames config.sops.secrets;
        given = (servicesOf config).batcher.keyFiles;
      };
    expected = {
      secrets = [
        "op-stack-challenger"
        "op-stack-proposer"
        "op-stack-sequencer"
      ];
      given.batcher = "/run/agenix/batcher";
    };
  };

  testTheKeyFileOfADisabledServiceHasAPath = {
    expr = (optionsOf (sops { challenger.enable = false; })).challenger.keyFile;
    expected = "/run/secrets/op-stack-challenger";
  };

  # An activation script restarts no unit in NixOS 26.11.
  testSecretsAreInstalledByAUnit = {
    expr = withSops.sops.useSystemdActivation;
    expected = true;
  };

  # A host that has nothing yet switches all the same: what cannot be decrypted is not asked for.
  testAFileThatIsNotThereIsNoSecret = {
    expr =
      let
        config = sops { secrets.sopsDirectory = ./.; };
        inherit (messagesOf config) assertions warnings;
      in
      {
        secrets = lib.attrNames config.sops.secrets;
        inherit assertions;
        named = lib.filter (lib.hasInfix "no batcher.forge, challenger.forge, proposer.forge, sequencer.forge.") warnings;
        waits = (servicesOf config).batcher.keyFiles.batcher;
      };
    expected = {
      secrets = [ ];
      assertions = [ ];
      named = [
        "services.every-channel.op-stack.secrets.sopsDirectory: no batcher.forge, challenger.forge, proposer.forge, sequencer.forge. Until they are there, and known to git in a flake, the gates of their services wait: `op-warden keys generate --sops --out FILE`."
      ];
      waits = "/run/secrets/op-stack-batcher";
    };
  };

  testSopsWithoutAFolderHasNoSecrets = {
    expr = (hostOf [ sopsModule ]).sops.secrets;
    expected = { };
  };
}
