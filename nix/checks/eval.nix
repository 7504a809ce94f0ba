# Tests of the module over NixOS itself, nothing built: each file of ./eval is a set of `lib.runTests`
# tests. A failing test says what was expected and what came.
{
  lib,
  # Modules -> the configuration of a minimal host that imports them.
  evalHost,
  # sops-nix's NixOS module.
  sopsModule,
}:
let
  fixtures = rec {
    inherit lib evalHost sopsModule;

    prefix = "services.every-channel.op-stack";
    module = ../modules/ec-op-stack.nix;

    # The smallest chain, not pinned whatever images.json says.
    chain =
      { lib, pkgs, ... }:
      let
        unpinned.image.digest = lib.mkDefault null;
      in
      {
        services.every-channel.op-stack = {
          enable = true;
          package = lib.mkDefault (pkgs.writeTextDir "bin/op-warden" "");
          l1.rpc = lib.mkDefault "https://l1.example";
          l1.beacon = lib.mkDefault "https://beacon.example";
          chain = {
            id = 20260619;
            disputeGameFactory = "0x00000000000000000000000000000000000000d1";
          };
          sequencer = {
            engine = unpinned;
            node = unpinned;
          };
        }
        // lib.genAttrs roles (_: unpinned);
      };

    hostOf =
      modules:
      evalHost (
        [
          module
          chain
        ]
        ++ modules
      );
    host = settings: hostOf [ { services.every-channel.op-stack = settings; } ];

    roles = [
      "batcher"
      "proposer"
      "challenger"
      "dispute-mon"
    ];

    pin = service: { image.digest = "sha256:${builtins.hashString "sha256" service}"; };
    pinned = lib.genAttrs roles pin // {
      sequencer = lib.genAttrs [ "engine" "node" ] pin;
    };

    followers = names: {
      followers = lib.listToAttrs (
        lib.imap1 (
          index: name:
          lib.nameValuePair name ({ inherit index; } // lib.genAttrs [ "engine" "node" ] pin)
        ) names
      );
      p2p.sequencerPeerId = "16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY";
      p2p.sequencerEnodeId = "7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1";
      sequencer.node = pinned.sequencer.node // {
        identityFile = "/keys/p2p";
      };
      sequencer.engine = pinned.sequencer.engine;
    };

    # The smallest chain.
    small = host { };
    # Everything that a host can run.
    full = host fullSettings;
    fullSettings =
      pinned
      // followers [
        "one"
        "two"
        "zoe"
      ]
      // {
        chain = {
          proposer = "0x00000000000000000000000000000000000000a2";
          challenger = "0x00000000000000000000000000000000000000a3";
        };
      };
    fullGeth = host (fullSettings // { engine = "geth"; });

    allMonitoring = {
      enable = true;
      prometheus.enable = true;
      alertmanager.enable = true;
      grafana.enable = true;
    };
    monitored = host (fullSettings // { monitoring = allMonitoring; });

    optionsOf = config: config.services.every-channel.op-stack;
    servicesOf = config: (optionsOf config).definition.services;
    namesOf = config: lib.attrNames (servicesOf config);

    # Unit -> its text.
    textsOf =
      config:
      lib.filterAttrs (name: _: lib.hasInfix "op-stack" name || lib.hasPrefix "op-warden" name) (
        allTextsOf config
      );
    allTextsOf = config: lib.mapAttrs (_: unit: toString unit.text) config.systemd.units;
    textOf = config: name: config.systemd.units."podman-op-stack-${name}.service".text;

    # The values of a key in a unit's text.
    values =
      key: text:
      map (lib.removePrefix "${key}=") (lib.filter (lib.hasPrefix "${key}=") (lib.splitString "\n" text));
    # The same, for a key whose values are in one line.
    words = key: text: lib.concatMap (lib.splitString " ") (values key text);

    # Service -> what `f` says of its unit's text.
    eachText = config: f: lib.genAttrs (namesOf config) (name: f (textOf config name));

    podmanOf =
      config: name:
      import ../modules/op-stack/container.nix {
        cfg = optionsOf config;
        inherit lib;
        pkgs.writeText = name: _: "${builtins.storeDir}/00000000000000000000000000000000-${name}";
      } (servicesOf config).${name};
    # How a service is run, and as what.
    containerOf =
      config: name:
      let
        inherit (podmanOf config name) run program;
      in
      {
        words = run ++ program;
        entrypoint = lib.head (given "entrypoint" program);
        cmd = lib.drop 2 program;
        volumes = given "volume" run;
        environment = lib.listToAttrs (
          map (
            variable:
            let
              parts = lib.splitString "=" variable;
            in
            lib.nameValuePair (lib.head parts) (lib.concatStringsSep "=" (lib.tail parts))
          ) (given "env" run)
        );
      };
    # The values of an option that is given several times.
    given =
      option: words:
      map (lib.removePrefix "--${option}=") (lib.filter (lib.hasPrefix "--${option}=") words);

    # Mine only: a minimal host may have others.
    messagesOf = config: {
      assertions = map (assertion: assertion.message) (
        lib.filter (
          assertion: !assertion.assertion && lib.hasPrefix prefix assertion.message
        ) config.assertions
      );
      warnings = lib.filter (lib.hasPrefix prefix) config.warnings;
    };

    wardenOf = config: builtins.fromJSON config.environment.etc."op-stack/op-warden.json".text;

    throws = value: !(builtins.tryEval (builtins.deepSeq value value)).success;
  };
in
lib.mapAttrs' (
  file: _: lib.nameValuePair (lib.removeSuffix ".nix" file) (import (./eval + "/${file}") fixtures)
) (builtins.readDir ./eval)
