# One podman container for each service, each behind its gate, all in op-stack.target.
#
# Host networking, everything on loopback: the programs get the same arguments that op-devnet tests,
# no name resolution or address translation can fail, and no published port bypasses the firewall. A
# network of its own would isolate a container from the host's other loopback services; here the
# dropped capabilities, the user and the read-only root must be enough.
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
  steps = import ./steps.nix { inherit pkgs lib; };

  user = toString cfg.uid;
  execInside = "/run/op-stack/op-exec";

  # Exit codes after which a unit is started again: those of programs, panics, podman and signals.
  # 255 of a gate that refuses is not among them, so the unit stays `failed` until the retry.
  programExits = "0 1 2 101 125 126 127 134 137 139 143";

  keyFolder = service: "/run/${service.container}/keys";

  # Host path -> the same path inside: an argument means the same on both sides.
  volumes =
    service:
    lib.optional (service.dataDir != null) "${service.dataDir}:${service.dataDir}"
    ++ map (file: "${file}:${file}:ro") (filesRead service)
    ++ lib.mapAttrsToList (
      path: text: "${pkgs.writeText (baseNameOf path) text}:${path}:ro"
    ) service.files
    ++ lib.optionals (service.keyFiles != { }) [
      "${keyFolder service}:${service.keysInside}:ro"
    ]
    ++ lib.optional (service.credentials != { }) "${paths.exec}:${execInside}:ro";

  # The chain's files among the values of the flags.
  filesRead =
    service:
    let
      known =
        map (file: "${file}") (
          lib.filter (file: file != null) [
            cfg.chain.genesisFile
            cfg.chain.rollupFile
            cfg.chain.prestateFile
            cfg.l1.chainConfigFile
          ]
        )
        ++ map jwtFile (lib.filter (lib.hasSuffix "-engine") (lib.attrNames services));
      named = lib.attrValues service.wiring ++ (if service.init == null then [ ] else service.init);
    in
    lib.filter (file: lib.elem file named) known;

  jwtFile = engine: "${cfg.stateDir}/jwt/${engine}";

  sandbox =
    service:
    [
      "--network=host"
      "--user=${user}:${user}"
      "--read-only"
      "--cap-drop=ALL"
      "--security-opt=no-new-privileges"
      # The official images have no shell for a probe, and a failing probe fails a switch.
      "--no-healthcheck"
      "--stop-timeout=${toString service.stopTimeout}"
    ]
    ++ lib.optional (service.resources.memory != null) "--memory=${service.resources.memory}"
    ++ lib.optional (service.resources.pids != null) "--pids-limit=${toString service.resources.pids}";

  # An image that is not pinned is never pulled.
  pullOf =
    service:
    if service.image.digest != null || cfg.dangerouslyRunUnpinnedImages then "missing" else "never";

  mkContainer =
    _name: service:
    lib.nameValuePair service.container (
      {
        image = service.imageRef;
        pull = pullOf service;
        # op-stack.target starts it.
        autoStart = false;
        environment = {
          HOME = "/tmp";
        }
        // service.environment;
        volumes = volumes service;
        extraOptions = sandbox service;
      }
      // command service
    );

  # Keys exist in the environment of the program only: op-exec reads them and becomes the program.
  command =
    service:
    if service.credentials == { } then
      {
        entrypoint = service.program;
        cmd = service.args;
      }
    else
      {
        entrypoint = execInside;
        cmd =
          lib.mapAttrsToList (variable: file: "--credential=${variable}=${file}") service.credentials
          ++ [
            "--"
            service.program
          ]
          ++ service.args;
      };

  install = "${pkgs.coreutils}/bin/install -o ${user} -g ${user}";

  # The container's user cannot read the unit's credentials, which are root's.
  giveKeys =
    service:
    lib.optionals (service.keyFiles != { }) (
      [ "${install} -d -m 0700 ${keyFolder service}" ]
      ++ map (key: "${install} -m 0400 %d/${key} ${keyFolder service}/${key}") (
        lib.attrNames service.keyFiles
      )
    );

  # The key that its gate judges, among its key files.
  signingKeys =
    service:
    lib.attrNames (lib.filterAttrs (_: file: file == service.gate.key or null) service.keyFiles);

  stamp = name: "${paths.stamps}/${name}";

  # The file may have been changed since the gate read it.
  confirmKeys =
    name: service:
    map (
      key: "${paths.warden} keys address ${keyFolder service}/${key} --stamp ${stamp name}"
    ) (signingKeys service);

  # op-geth writes the genesis block by a command of its own, once.
  initialise =
    service:
    lib.optional (service.init != null) (
      lib.getExe (
        pkgs.writeShellApplication {
          name = "${service.container}-init";
          runtimeInputs = [ config.virtualisation.podman.package ];
          text = ''
            [ ! -e ${service.dataDir}/geth/chaindata/CURRENT ] || exit 0
            exec podman run --rm --replace --name=${service.container}-init --pull=${pullOf service} \
              ${lib.escapeShellArgs (
                sandbox service
                ++ map (volume: "--volume=${volume}") (volumes service)
                ++ [
                  "--entrypoint=${service.program}"
                  service.imageRef
                ]
                ++ service.init
              )}
          '';
        }
      )
    );

  mkUnit =
    name: service:
    lib.nameValuePair service.unit {
      description = "OP Stack: ${name}";
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      # After the services that it uses, but not bound to them: the gate judges what it needs, and a
      # restart of the engine must not restart the batcher.
      after = [ "op-stack-setup.service" ] ++ map unitOf service.after;
      wants = [ "op-stack-setup.service" ];
      # Skipped starts count as starts: a limit would end the retries.
      startLimitIntervalSec = 0;
      unitConfig.ConditionPathExists = "!${paths.holdIn cfg.stateDir}/${name}";
      serviceConfig = {
        ExecCondition =
          "${paths.warden} gate ${name} --config ${paths.configFile} --told ${paths.told}/${name}"
          + lib.optionalString (signingKeys service != [ ]) " --stamp ${stamp name}";
        ExecStartPre = steps.noteRunning service ++ giveKeys service ++ confirmKeys name service ++ initialise service;
        # It is no fault if it cannot tell.
        ExecStartPost = map (step: "-${step}") (steps.awaitReady service);
        ExecStopPost = steps.noteStopped service ++ map (step: "-${step}") (steps.lastError name service);
        LoadCredential = lib.mapAttrsToList (key: file: "${key}:${file}") service.keyFiles;
        Restart = lib.mkForce "on-abnormal";
        RestartForceExitStatus = programExits;
        RestartSec = "2s";
        RestartSteps = 5;
        RestartMaxDelaySec = "1min";
        # A first start pulls the image.
        TimeoutStartSec = lib.mkForce "15min";
        TimeoutStopSec = lib.mkForce "${toString (service.stopTimeout + 30)}s";
        # A Go program that dies of SIGTERM was stopped as well.
        SuccessExitStatus = "143";
      };
    };

  unitOf = name: "podman-op-stack-${name}.service";

  engines = lib.filter (lib.hasSuffix "-engine") (lib.attrNames services);
in
{
  config = lib.mkIf cfg.enable {
    virtualisation.oci-containers.containers = lib.mapAttrs' mkContainer services;

    systemd.services = lib.mapAttrs' mkUnit services // {
      op-stack-setup = {
        description = "OP Stack: the secrets that engines and nodes share";
        wantedBy = [ "op-stack.target" ];
        partOf = [ "op-stack.target" ];
        path = [ pkgs.openssl ];
        script = ''
          umask 0377
          for engine in ${toString engines}; do
            secret=${cfg.stateDir}/jwt/$engine
            [ -e "$secret" ] && continue
            openssl rand -hex 32 > "$secret.new"
            chown ${user}:${user} "$secret.new"
            mv "$secret.new" "$secret"
          done
        '';
        serviceConfig = {
          Type = "oneshot";
          RemainAfterExit = true;
        };
      };
    };

    systemd.targets.op-stack = {
      description = "OP Stack chain";
      wantedBy = [ "multi-user.target" ];
    };

    systemd.tmpfiles.rules = [
      "d ${cfg.stateDir} 0755 root root -"
      "d ${cfg.stateDir}/chain 0755 root root -"
      "d ${cfg.stateDir}/jwt 0755 root root -"
      "d ${cfg.stateDir}/last-run 0755 root root -"
      "d ${paths.stamps} 0755 root root -"
      "d ${paths.told} 0755 root root -"
      "d ${paths.lastErrors} 0755 root root -"
    ]
    ++ lib.concatMap (
      service: lib.optional (service.dataDir != null) "d ${service.dataDir} 0700 ${user} ${user} -"
    ) (lib.attrValues services);

    users.users.op-stack = {
      inherit (cfg) uid;
      isSystemUser = true;
      group = "op-stack";
    };
    users.groups.op-stack.gid = cfg.uid;
  };
}
