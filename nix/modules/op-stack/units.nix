# One unit for each service, all in op-stack.target: its gate, in a sandbox and without rights, and what
# runner.nix does with podman.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  inherit (cfg.definition) services;

  paths = import ./paths.nix;
  hold = paths.holdIn cfg.stateDir;
  containerOf = import ./container.nix { inherit cfg lib pkgs; };
  runnerOf = import ./runner.nix { inherit config lib pkgs; };

  user = "op-stack";

  # Every way in which a program or podman can die, and a signal end them. 255 is a gate that refuses: the
  # unit stays `failed` until the retry. 75 is one that waits.
  programExits = lib.remove 75 (lib.range 0 254);

  signs = service: service.gate ? key;

  unitOf = name: "podman-op-stack-${name}.service";

  gateOf =
    name: service:
    lib.concatStringsSep " " (
      [
        "${paths.warden} gate ${name}"
        "--config ${paths.configFile}"
        "--told ${paths.told}/${name}"
      ]
      ++ lib.optional (signs service) "--stamp ${paths.stamps}/${name}"
      ++ lib.optional (refusalOf service == "skip") "--skip"
    );
  refusalOf =
    service:
    if cfg.gate.refusal != null then
      cfg.gate.refusal
    else if signs service then
      "fail"
    else
      "skip";

  # Its words, as systemd takes them: with `+` they run as root and outside of the gate's sandbox.
  step = name: verb: "${paths.runner name} ${verb}";

  mounts =
    service:
    [
      cfg.stateDir
      paths.images
    ]
    ++ lib.optional (service.dataDir != null) service.dataDir;

  mkUnit =
    name: service:
    let
      container = containerOf service;
    in
    lib.nameValuePair service.unit {
      description = "OP Stack chain ${toString cfg.chain.id}: ${name}";
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      # After the services that it uses, but not bound to them: the gate judges what it needs, and a
      # restart of the engine must not restart the batcher.
      after = [
        "op-stack-setup.service"
        "network-online.target"
      ]
      ++ map unitOf service.after;
      wants = [
        "op-stack-setup.service"
        "network-online.target"
      ];
      # Skipped starts count as starts: a limit would end the retries.
      startLimitIntervalSec = 0;
      inherit (cfg) onFailure;
      inherit (paths) documentation;
      unitConfig = {
        ConditionPathExists = [
          "!${hold}/${name}"
          "!${hold}/all"
        ];
        # Data that is not mounted is no empty data.
        RequiresMountsFor = mounts service;
      };
      # One restart, after the new system is in place.
      stopIfChanged = false;
      restartTriggers = [ (builtins.hashString "sha256" (builtins.toJSON container.identity)) ];
      # Store paths of no program that is run here.
      environment = lib.genAttrs [ "LOCALE_ARCHIVE" "PATH" "TZDIR" ] (_: lib.mkForce null);
      serviceConfig = gateSandbox // {
        Type = "notify";
        NotifyAccess = "all";
        Delegate = true;
        Slice = "opstack.slice";
        SyslogIdentifier = service.container;
        ExecCondition = [ (gateOf name service) ];
        ExecStartPre = [ "+${step name "prepare"}" ];
        ExecStart = [ "+${step name "start"}" ];
        # It is no fault if it cannot tell.
        ExecStartPost =
          lib.optional (service.ready != null) "-${step name "ready"}"
          ++ lib.optional (lib.hasSuffix "-engine" name) "-+${step name "rejoin"}";
        ExecStop = [ "+${step name "stop"}" ];
        ExecStopPost = [
          "+${step name "stopped"}"
          "-${step name "last-error"}"
        ];
        LoadCredential = lib.mapAttrsToList (key: file: "${key}:${file}") service.keyFiles;
        Restart = "on-abnormal";
        RestartForceExitStatus = [ (toString programExits) ];
        RestartSec = "2s";
        RestartSteps = 5;
        RestartMaxDelaySec = "1min";
        # What finds out by itself what is to be done takes as long as the chain is old.
        TimeoutStartSec = lib.mkDefault (
          if lib.any (command: command.done == null) service.init then "infinity" else service.startTimeout
        );
        # podman ends the program after `stopTimeout`, systemd podman.
        TimeoutStopSec = lib.mkDefault (service.stopTimeout + 30);
        # A program that the kernel killed for its memory ends its unit as `oom-kill`, which with `Delegate=` is
        # not the default. The challenger's VMs are processes of their own: one that was killed is run again.
        OOMPolicy = if service.component == "op-challenger" then "continue" else "stop";
        # A Go program that dies of SIGTERM was stopped as well.
        SuccessExitStatus = [ 143 ];
        KillMode = "mixed";
        CPUWeight = service.resources.weight;
        IOWeight = service.resources.weight;
      };
    };

  # Of the judge's sandbox what does not reach into the container: it holds for the gate, and for what
  # needs no rights after the start.
  gateSandbox =
    removeAttrs (import ./judging.nix) [
      "LogLevelMax"
      "MemoryMax"
      "PrivateDevices"
      "ProtectClock"
      "RemoveIPC"
      "SyslogLevel"
      "TasksMax"
      "Type"
    ]
    // {
      User = user;
      Group = user;
      SupplementaryGroups = [ "systemd-journal" ];
      # It gives its capability up before it asks anybody.
      SystemCallFilter = (import ./judging.nix).SystemCallFilter ++ [ "capset" ];
      AmbientCapabilities = "CAP_DAC_READ_SEARCH";
      ReadWritePaths = [ paths.runtime ];
    };

  engines = lib.filter (lib.hasSuffix "-engine") (lib.attrNames services);
  folders = lib.filter (folder: folder != null) (
    lib.mapAttrsToList (_: service: service.dataDir) services
  );
  hardening = import ./hardening.nix;
  mebibytes = import ./mebibytes.nix { inherit lib; };

  setup = pkgs.writeShellApplication {
    name = "op-stack-setup";
    runtimeInputs = [
      config.systemd.package
      pkgs.coreutils
      pkgs.openssl
    ];
    text = ''
      # What was mounted after the boot's own run has no folders yet.
      systemd-tmpfiles --create --prefix=${cfg.stateDir} --prefix=${paths.runtime} 2>/dev/null
      umask 0377
      engines=(${toString engines})
      for engine in "''${engines[@]}"; do
        secret=${cfg.stateDir}/jwt/$engine
        if [ ! -e "$secret" ]; then
          openssl rand -hex 32 > "$secret.new"
          mv "$secret.new" "$secret"
        fi
        chown ${user}:${user} "$secret"
      done
      ${compareMemory}
    '';
  };

  promised = lib.foldl' (sum: service: sum + mebibytes service.resources.memory) 0 (
    lib.filter (service: service.resources.memory != null) (lib.attrValues services)
  );
  compareMemory = ''
    while read -r name kibibytes _; do
      if [ "$name" = MemTotal: ] && [ $((kibibytes / 1024)) -lt ${toString promised} ]; then
        echo "<4>The services may take ${toString promised} MiB (resources.memory of each), and this host has" \
          "$((kibibytes / 1024)) MiB. Who is killed first: the service with the largest resources.oomScore."
      fi
    done < /proc/meminfo
  '';
in
{
  config = lib.mkIf cfg.enable {
    virtualisation.podman.enable = true;

    environment.etc = {
      ${lib.removePrefix "/etc/" paths.book}.source = ../../README.md;
      ${paths.runners}.source = pkgs.linkFarm "op-stack-units" (
        lib.mapAttrs (name: service: lib.getExe (runnerOf name service (containerOf service))) services
      );
    };

    systemd.slices.opstack = {
      description = "OP Stack chain ${toString cfg.chain.id}";
      inherit (paths) documentation;
    };

    systemd.services = lib.mapAttrs' mkUnit services // {
      op-stack-setup = {
        description = "OP Stack: folders, and the secrets that engines and nodes share";
        inherit (paths) documentation;
        inherit (cfg) onFailure;
        wantedBy = [ "op-stack.target" ];
        partOf = [ "op-stack.target" ];
        unitConfig.RequiresMountsFor = [ cfg.stateDir ];
        serviceConfig = hardening // {
          ExecStart = lib.getExe setup;
          Type = "oneshot";
          RemainAfterExit = true;
          CapabilityBoundingSet = "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER";
          SystemCallFilter = [ "@system-service" ];
          # For the size of the memory.
          ProcSubset = "all";
          ReadWritePaths = [
            cfg.stateDir
            "/run"
          ];
        };
      };
    };

    # Neither the boot nor a switch waits for gates and pulls: what belongs to the target is started beside it.
    systemd.targets.op-stack = {
      description = "OP Stack chain ${toString cfg.chain.id}";
      inherit (paths) documentation;
      wantedBy = [ "multi-user.target" ];
      unitConfig.DefaultDependencies = false;
      conflicts = [ "shutdown.target" ];
      before = [ "shutdown.target" ];
    };

    systemd.tmpfiles.rules = [
      "d ${cfg.stateDir} 0755 root root -"
      "d ${cfg.stateDir}/chain 0755 root root -"
      "d ${cfg.stateDir}/jwt 0755 root root -"
      "d ${cfg.stateDir}/last-run 0755 root root -"
      "d ${paths.ranIn cfg.stateDir} 0755 root root -"
      "d ${paths.runtime} 0755 root root -"
      # The gates and what follows a program's death write there.
      "d ${paths.stamps} 0755 ${user} ${user} -"
      "d ${paths.told} 0755 ${user} ${user} -"
      "d ${paths.lastErrors} 0755 ${user} ${user} -"
      "d ${paths.started} 0755 root root -"
      "d ${paths.identities} 0755 root root -"
      "d ${paths.died} 0755 root root -"
    ]
    ++ map (folder: "d ${folder} 0700 ${user} ${user} -") folders;

    users.users.${user} = {
      isSystemUser = true;
      group = user;
    };
    users.groups.${user} = { };
  };
}
