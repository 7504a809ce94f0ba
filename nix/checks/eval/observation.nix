# A witness of observations: its units, its configuration, what it refuses, and that it leaves nothing.
{
  lib,
  evalHost,
  values,
  throws,
  ...
}:
let
  module = ../../modules/ec-observation.nix;
  prefix = "services.every-channel.observation";
  settings = {
    enable = true;
    chain.id = 20260619;
    chain.rpc = lib.mkDefault "http://127.0.0.1:8545";
    ledger = lib.mkDefault "0x00000000000000000000000000000000000000e1";
    witness = "0x00000000000000000000000000000000000000e2";
    keyFile = "/run/secrets/observation-witness";
    archives = [ "/srv/archive/ch05.jsonl" ];
  };
  hostWith =
    more:
    evalHost [
      module
      (
        { pkgs, ... }:
        {
          services.every-channel.observation.package = pkgs.writeTextDir "bin/ec-witness" "";
        }
      )
      { services.every-channel.observation = lib.mkMerge [ settings more ]; }
    ];
  host = hostWith { };
  off = hostWith { enable = lib.mkForce false; };
  textOf = config: name: config.systemd.units.${name}.text;
  configOf = config: builtins.fromJSON config.environment.etc."ec-observation/witness.json".text;
  errorsOf =
    config:
    map (check: check.message) (
      lib.filter (check: !check.assertion && lib.hasPrefix prefix check.message) config.assertions
    );
  mine = config: lib.filter (lib.hasPrefix "ec-") (lib.attrNames config.systemd.units);
in
{
  testUnits = {
    expr = mine host;
    expected = [
      "ec-observation.target"
      "ec-observe.service"
      "ec-observe.timer"
      "ec-witness.service"
    ];
  };

  testNothingIsLeftWhenItIsOff = {
    expr = mine off ++ lib.filter (lib.hasPrefix "ec-observation") (lib.attrNames off.environment.etc);
    expected = [ ];
  };

  testItSignsBehindItsGateOnly = {
    expr = {
      condition = values "ExecCondition" (textOf host "ec-observe.service");
      key = values "ExecStartPre" (textOf host "ec-observe.service");
      there = values "ConditionPathExists" (textOf host "ec-observe.service");
      start = values "ExecStart" (textOf host "ec-observe.service");
      # It is started by its timer, so that what waits is tried again, and by nothing else.
      wanted = host.systemd.services.ec-observe.wantedBy;
    };
    expected = {
      condition = [
        "/etc/ec-observation/bin/ec-witness gate --without-key --config /etc/ec-observation/witness.json"
      ];
      key = [ "/etc/ec-observation/bin/ec-witness gate --key --config /etc/ec-observation/witness.json" ];
      there = [ "/run/secrets/observation-witness" ];
      start = [ "/etc/ec-observation/bin/ec-witness watch --config /etc/ec-observation/witness.json" ];
      wanted = [ ];
    };
  };

  testTheKeyIsNowhereButInTheCredential = {
    expr = {
      signs = values "LoadCredential" (textOf host "ec-observe.service");
      looks = values "LoadCredential" (textOf host "ec-witness.service");
      config = (configOf host).keyFile;
      units = lib.filter (
        name: name != "ec-observe.service" && lib.hasInfix "observation-witness" (textOf host name)
      ) (mine host);
    };
    expected = {
      signs = [ "key:/run/secrets/observation-witness" ];
      looks = [ ];
      config = "key";
      units = [ ];
    };
  };

  testTheUrlOfAFile = {
    expr =
      let
        config = hostWith {
          chain.rpc = null;
          chain.rpcFile = "/run/secrets/rpc";
        };
      in
      {
        url = (configOf config).rpcFile;
        rpc = configOf config ? rpc;
        looks = values "LoadCredential" (textOf config "ec-witness.service");
        errors = errorsOf config;
      };
    expected = {
      url = "rpc";
      rpc = false;
      looks = [ "rpc:/run/secrets/rpc" ];
      errors = [ ];
    };
  };

  testConfiguration = {
    expr = configOf host;
    expected = {
      chainId = 20260619;
      rpc = "http://127.0.0.1:8545";
      ledger = "0x00000000000000000000000000000000000000e1";
      witness = "0x00000000000000000000000000000000000000e2";
      propose = false;
      keyFile = "key";
      archives = [ "/srv/archive/ch05.jsonl" ];
      journal = "/var/lib/ec-observe";
      minBalance = "10000000000000000";
      settleSeconds = 60;
      serve = {
        listen = "127.0.0.1:7398";
        intervalSeconds = 15;
        notFinalSeconds = 3600;
        silentSeconds = 1800;
        lookBackBlocks = 50000;
        unit = "ec-observe.service";
      };
    };
  };

  testWhatCannotWork = {
    expr = map errorsOf [
      host
      (hostWith { chain.rpc = null; })
      (hostWith { chain.rpc = "https://user:pw@node.example"; })
      (hostWith { ledger = "0x0000000000000000000000000000000000000000"; })
      (hostWith { archives = [ "${builtins.storeDir}/00000000000000000000000000000000-a.jsonl" ]; })
    ];
    expected = [
      [ ]
      [ "${prefix}.chain: set one of rpc and rpcFile: a node of the ledger's chain." ]
      [
        "${prefix}.chain.rpc: a password in a URL would be in the world-readable store. Use ${prefix}.chain.rpcFile."
      ]
      [ "${prefix}.ledger is the zero address: take `ledger` of deployment.json." ]
      [
        "${prefix}.archives: what is in the store does not grow. Name the archive's own files."
      ]
    ];
  };

  testAKeyInTheStoreIsNoKeyFile = {
    expr = throws (
      textOf (hostWith {
        keyFile = lib.mkForce "${builtins.storeDir}/00000000000000000000000000000000-key";
      }) "ec-observe.service"
    );
    expected = true;
  };

  testPurgeKnowsWhatIsLeft = {
    expr =
      let
        rule = lib.findFirst (lib.hasInfix "inventory.json") "" host.systemd.tmpfiles.rules;
        inventory = builtins.fromJSON (lib.concatStringsSep " - " (lib.tail (lib.splitString " - " rule)));
      in
      {
        inherit (inventory) folders operatorsSecrets units;
      };
    expected = {
      folders = [ "/var/lib/ec-observe" ];
      operatorsSecrets = [ "/run/secrets/observation-witness" ];
      units = [
        "ec-observation.target"
        "ec-observe.service"
        "ec-witness.service"
      ];
    };
  };

  testPrometheusScrapesIt = {
    expr =
      let
        inherit (hostWith { monitoring.enable = true; }) services;
      in
      map (scrape: scrape.job_name) services.prometheus.scrapeConfigs;
    expected = [ "ec-witness" ];
  };

  # Beside the chain on one host.
  testItStandsBesideTheChain = {
    expr =
      let
        config = evalHost [
          ../../modules/ec-op-stack.nix
          module
          ../../modules/ec-observation.nix
          (
            { pkgs, ... }:
            {
              services.every-channel.observation = settings // {
                package = pkgs.writeTextDir "bin/ec-witness" "";
              };
            }
          )
        ];
      in
      lib.length (mine config);
    expected = 4;
  };
}
