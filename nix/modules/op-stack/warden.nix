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

  # Files that hold the URLs of L1 and of followers elsewhere. The health service gets copies of them, and a
  # configuration that names the copies: it cannot read what op-stack-judge reads as root.
  urlFiles =
    lib.optional (cfg.l1.rpcFile != null) {
      credential = "l1-rpc";
      file = cfg.l1.rpcFile;
      at = [
        "l1"
        "rpcFile"
      ];
    }
    ++ lib.concatLists (lib.mapAttrsToList ofFollower cfg.warden.followers);
  ofFollower =
    name: follower:
    map
      (field: {
        credential = "${name}.${field}";
        file = follower.${field};
        at = [
          "serve"
          "followers"
          name
          field
        ];
      })
      (
        lib.filter (field: follower.${field} != null) [
          "engineRpcFile"
          "nodeRpcFile"
        ]
      );
  ownsUrls = urlFiles != [ ];
  serveName = if ownsUrls then "op-stack/op-warden-serve.json" else paths.config;
  serveConfiguration = lib.foldl lib.recursiveUpdate configuration (
    map (
      url: lib.setAttrByPath url.at "/run/credentials/op-warden.service/${url.credential}"
    ) urlFiles
  );

  secretFiles = import ./secret-files.nix { inherit lib cfg; };

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
    secrets = lib.intersectLists cfg.secrets.declared secretFiles;
    operatorsSecrets = lib.subtractLists cfg.secrets.declared secretFiles;
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
    // lib.optionalAttrs ownsUrls {
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
        // lib.optionalAttrs ownsUrls {
          LoadCredential = map (url: "${url.credential}:${url.file}") urlFiles;
          # Without the file the unit would fail, and there would be no health report.
          SetCredential = map (url: "${url.credential}:missing") urlFiles;
        };
    };

    # A credential keeps what the file held when the service started.
    systemd.paths.op-warden-urls = lib.mkIf ownsUrls {
      description = "OP Stack: changed URLs for op-warden";
      inherit documentation;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      pathConfig.PathChanged = map (url: url.file) urlFiles;
    };
    systemd.services.op-warden-urls = lib.mkIf ownsUrls {
      description = "OP Stack: op-warden takes the changed URLs";
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
