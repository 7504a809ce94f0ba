# op-warden: its configuration, its health service, and the inventory for a later purge.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  inherit (cfg.definition) services;

  paths = import ./paths.nix;

  inherit (paths) documentation;

  judgements = "${paths.runtime}/judgements.json";
  stateFolder = "op-warden";

  given = lib.filterAttrs (_: value: value != null);

  configuration = cfg.definition.warden // {
    serve = {
      listen = "127.0.0.1:${toString cfg.warden.port}";
      inherit (cfg.warden) hosts;
      intervalSeconds = cfg.warden.interval;
      pollSeconds = cfg.warden.pollInterval;
      l1PollSeconds = cfg.warden.l1PollInterval;
      inherit judgements;
      state = "/var/lib/${stateFolder}/state.json";
      maintenance = "${paths.runtime}/maintenance";
      hold = paths.holdIn cfg.stateDir;
      accepted = paths.acceptedIn cfg.stateDir;
      runners = paths.runnersFolder;
      inherit (paths) started;
      followers = lib.mapAttrs (_: given) cfg.warden.followers;
      limits = given cfg.warden.limits;
    }
    // lib.optionalAttrs (cfg.warden.bundle != null) { bundle = "${cfg.warden.bundle}"; };
  };

  # If a file holds the URL of L1, the health service gets a copy of the file, and a configuration that
  # names the copy: it cannot read what op-stack-judge reads as root.
  ownsUrl = cfg.l1.rpcFile != null;
  serveName = if ownsUrl then "op-stack/op-warden-serve.json" else paths.config;
  credential = "l1-rpc";
  serveConfiguration = lib.recursiveUpdate configuration {
    l1.rpcFile = "/run/credentials/op-warden.service/${credential}";
  };

  # Of each service: two may have variables of one name.
  keyFiles = lib.unique (
    lib.concatMap (service: lib.attrValues service.keyFiles) (lib.attrValues services)
    ++ cfg.l1.otherFiles
  );

  inventory = {
    version = 2;
    inherit (cfg) stateDir;
    data = [
      "accepted"
      "bundle"
      "chain"
      "hold"
      "jwt"
      "last-run"
      "ran"
    ]
    ++ lib.attrNames (lib.filterAttrs (_: service: service.dataDir != null) services);
    folders = [
      "/var/lib/${stateFolder}"
      paths.runtime
    ];
    containers = map (service: service.container) (lib.attrValues services);
    images = lib.unique (map (service: service.imageRef) (lib.attrValues services));
    secrets = lib.intersectLists cfg.secrets.declared keyFiles;
    operatorsSecrets = lib.subtractLists cfg.secrets.declared keyFiles;
    units = [
      "op-stack.target"
    ]
    ++ map (service: "${service.unit}.service") (lib.attrValues services);
    user = "op-stack";
  };
  # As the argument of a tmpfiles rule.
  inventoryText = lib.replaceStrings [ "\\" "%" ] [ "\\\\" "%%" ] (builtins.toJSON inventory);

  hardening = import ./hardening.nix;
  judging = import ./judging.nix;
in
{
  config = lib.mkIf cfg.enable {
    environment.etc = {
      ${paths.bin}.source = "${cfg.package}/bin";
      ${paths.config}.text = builtins.toJSON configuration;
    }
    // lib.optionalAttrs ownsUrl {
      ${serveName}.text = builtins.toJSON serveConfiguration;
    };
    environment.systemPackages = [ cfg.package ];

    # The judge reads the keys, and a service that listens must not. So the judge runs as root, and
    # the health service reads its judgements and has no rights.
    systemd.services.op-stack-judge = {
      description = "OP Stack: judge all gates again";
      inherit documentation;
      inherit (cfg) onFailure;
      after = [ "network-online.target" ];
      wants = [ "network-online.target" ];
      startLimitIntervalSec = 0;
      serviceConfig = judging // {
        ExecStart = lib.concatStringsSep " " [
          "${paths.warden} check"
          "--config ${paths.configFile}"
          "--output ${judgements}"
          "--told ${judgements}.told"
        ];
        # The health service reports what is wrong; the judging itself worked.
        SuccessExitStatus = [
          75
          255
        ];
        ReadWritePaths = [ paths.runtime ];
      };
    };
    systemd.timers.op-stack-judge = {
      description = "OP Stack: judge all gates again";
      inherit documentation;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      timerConfig = {
        OnActiveSec = "1s";
        OnUnitInactiveSec = "${toString cfg.warden.interval}s";
        AccuracySec = "1s";
      };
    };

    systemd.services.op-warden = {
      description = "OP Stack: health";
      documentation = documentation ++ [ cfg.monitoring.url ];
      inherit (cfg) onFailure;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      # It reads both only when it starts; gates and the judge start anew each time.
      restartTriggers = [
        cfg.package
        config.environment.etc.${serveName}.source
      ];
      startLimitIntervalSec = 0;
      serviceConfig =
        hardening
        // {
          Type = "notify";
          # It says so each time it has looked.
          WatchdogSec = 120;
          ExecStart = "${paths.warden} serve --config /etc/${serveName}";
          DynamicUser = true;
          StateDirectory = stateFolder;
          StateDirectoryMode = "0700";
          Restart = "on-failure";
          Slice = "opstack.slice";
          RestartSec = "2s";
          RestartSteps = 5;
          RestartMaxDelaySec = "1min";
        }
        // lib.optionalAttrs ownsUrl {
          LoadCredential = "${credential}:${cfg.l1.rpcFile}";
          # Without the file the unit would fail, and there would be no health report.
          SetCredential = "${credential}:missing";
        };
    };

    # A credential keeps what the file held when the service started.
    systemd.paths.op-warden-l1 = lib.mkIf ownsUrl {
      description = "OP Stack: a changed URL of L1 for op-warden";
      inherit documentation;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      pathConfig.PathChanged = cfg.l1.rpcFile;
    };
    systemd.services.op-warden-l1 = lib.mkIf ownsUrl {
      description = "OP Stack: op-warden takes the changed URL of L1";
      inherit documentation;
      inherit (cfg) onFailure;
      startLimitIntervalSec = 0;
      serviceConfig = hardening // {
        Type = "oneshot";
        ExecStart = "${lib.getExe' config.systemd.package "systemctl"} try-restart op-warden.service";
        # It speaks with systemd only.
        RestrictAddressFamilies = [ "AF_UNIX" ];
      };
    };

    systemd.tmpfiles.rules = [
      "f+ ${cfg.stateDir}/inventory.json 0644 root root - ${inventoryText}"
      # What a former configuration made is known by its own.
      "d ${cfg.stateDir}/inventory.d 0755 root root -"
      "f+ ${cfg.stateDir}/inventory.d/${builtins.substring 0 32 (builtins.hashString "sha256" inventoryText)}.json 0644 root root - ${inventoryText}"
    ];
  };
}
