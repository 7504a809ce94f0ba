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
  servicesOf,
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
      name: file: lib.optionalAttrs (lib.hasPrefix "op-stack/" name && file.text != null) {
        "/etc/${name}" = file.text;
      }
    ) config.environment.etc
    // lib.mapAttrs' (
      name: container: lib.nameValuePair "container ${name}" (builtins.toJSON container.environment)
    ) config.virtualisation.oci-containers.containers
    // lib.mapAttrs (_: service: lib.concatStringsSep "\n" (lib.attrValues service.files)) (
      servicesOf config
    )
    // {
      tmpfiles = lib.concatStringsSep "\n" (
        lib.filter (lib.hasInfix "op-stack") config.systemd.tmpfiles.rules
      );
    };

  texts = lib.concatMapAttrs (
    host: config: lib.mapAttrs' (name: lib.nameValuePair "${host}: ${name}") (writtenBy config)
  ) { inherit small full fullGeth; };

  strings = regex: text: lib.filter lib.isString (builtins.split regex text);
  # The first group of every match.
  matches = regex: text: map lib.head (lib.filter lib.isList (builtins.split regex text));
  textsWhere = isBad: lib.attrNames (lib.filterAttrs (_: isBad) texts);

  withoutDigests = text: lib.concatStrings (strings "sha256:[0-9a-f]{64}" text);

  sops =
    settings:
    hostOf [
      sopsModule
      {
        networking.hostName = "forge";
        sops.age.keyFile = "/var/lib/sops/key";
        services.every-channel.op-stack = {
          secrets.sopsDirectory = ./.;
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
    expr = textsWhere (text: matches "([0-9a-fA-F]{64})" (withoutDigests text) != [ ]);
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
    expr = lib.length (
      matches "([A-Z]+_KEY=)" (lib.concatStrings (lib.attrValues (writtenBy small)))
    );
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

  testSopsSecretsRestartTheirServicesOnly = {
    expr = lib.mapAttrs (_: secret: {
      inherit (secret) format restartUnits;
      file = baseNameOf secret.sopsFile;
    }) (sops fullSettings).sops.secrets;
    expected =
      lib.mapAttrs'
        (
          key: service:
          lib.nameValuePair "op-stack-${key}" {
            format = "binary";
            restartUnits = [ "podman-op-stack-${service}.service" ];
            file = "${key}.forge";
          }
        )
        {
          batcher = "batcher";
          proposer = "proposer";
          challenger = "challenger";
          sequencer = "sequencer-node";
          p2p-sequencer-node = "sequencer-node";
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

  testSopsWithoutAFolderHasNoSecrets = {
    expr = (hostOf [ sopsModule ]).sops.secrets;
    expected = { };
  };
}
