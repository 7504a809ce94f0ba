# How podman runs a service: the words behind `podman run`, and what of them the program can notice.
#
# Host networking, everything on loopback: the programs get the same arguments that op-devnet tests,
# no name resolution or address translation can fail, and no published port bypasses the firewall. A
# network of its own would isolate a container from the host's other loopback services; here the
# dropped capabilities, the user and the read-only root must be enough.
{
  cfg,
  lib,
  pkgs,
}:
service:
let
  paths = import ./paths.nix;
  inherit (cfg.definition) services;

  execInside = "/run/op-stack/op-exec";
  hasSecrets = service.credentials != { };

  jwtFile = engine: "${cfg.stateDir}/jwt/${engine}";

  # The chain's files among the values of the flags.
  filesRead =
    let
      known =
        map (file: "${file}") (
          lib.filter (file: file != null) [
            cfg.chain.genesisFile
            cfg.chain.rollupFile
            cfg.chain.prestateFile
            cfg.challenger.prestates
            cfg.l1.chainConfigFile
          ]
        )
        ++ map jwtFile (lib.filter (lib.hasSuffix "-engine") (lib.attrNames services))
        ++ lib.optional (service.identityCopy != null) service.identityCopy.path;
      # A folder is named by its URL.
      pathOf = value: if lib.isString value then lib.removePrefix "file://" value else value;
      named = map pathOf (lib.attrValues service.wiring) ++ lib.concatMap (command: command.args) service.init;
    in
    lib.filter (file: lib.elem file named) known;

  # Host path -> the same path inside: an argument means the same on both sides.
  volumes =
    lib.optional (service.dataDir != null) "${service.dataDir}:${service.dataDir}" ++ otherVolumes;
  otherVolumes =
    map (file: "${file}:${file}:ro") filesRead
    ++ lib.mapAttrsToList (
      path: text: "${pkgs.writeText (baseNameOf path) text}:${path}:ro"
    ) service.files
    # systemd gives the unit's credentials to the unit's user, in memory that is never swapped.
    ++ lib.optional (service.keyFiles != { }) "/run/credentials/${service.unit}.service:${service.keysInside}:ro"
    ++ lib.optional hasSecrets "${paths.exec}:${execInside}:ro";

  inherit (service) resources;
  sandbox = [
    "--network=host"
    "--read-only"
    "--cap-drop=ALL"
    "--security-opt=no-new-privileges"
    # A program that dies must not leave its keys in a file.
    "--ulimit=core=0:0"
    # What the host's proxy is for is not for L1 by accident, and its password is nobody's here.
    "--http-proxy=false"
    # The official images have no shell for a probe, and a failing probe fails a start.
    "--no-healthcheck"
    "--stop-timeout=${toString service.stopTimeout}"
  ]
  ++ lib.optionals (resources.memory != null) [
    "--memory=${resources.memory}"
    # An engine that swaps misses blocks long before it is killed.
    "--memory-swap=${resources.memory}"
  ]
  ++ lib.optional (resources.pids != null) "--pids-limit=${toString resources.pids}"
  ++ lib.optional (resources.oomScore != null) "--oom-score-adj=${toString resources.oomScore}";

  # An image that is not pinned is never pulled.
  pull =
    if service.image.file != null then
      "never"
    else if service.image.digest != null || cfg.dangerouslyRunUnpinnedImages then
      "missing"
    else
      "never";

  environment = {
    HOME = "/tmp";
  }
  // service.environment;

  # Keys exist in the environment of the program only: op-exec reads them and becomes the program.
  entrypoint = if hasSecrets then execInside else service.program;
  arguments =
    lib.optionals hasSecrets (
      lib.mapAttrsToList (variable: file: "--credential=${variable}=${file}") service.credentials
      ++ [
        "--"
        service.program
      ]
    )
    ++ service.args;

  common =
    volumes:
    sandbox
    ++ [
      "--pull=${pull}"
      "--label=op-stack=1"
    ]
    ++ map (volume: "--volume=${volume}") volumes;
in
{
  # Before the user, who is looked up on the host.
  run =
    common volumes
    ++ [
      "--name=${service.container}"
      "--replace"
      "--rm"
      "--detach"
      # The unit's own cgroup: what systemd limits, orders and stops is the program.
      "--cgroups=split"
      "--sdnotify=conmon"
      "--log-driver=journald"
    ]
    ++ lib.mapAttrsToList (name: value: "--env=${name}=${value}") environment;
  # Behind it.
  program = [
    "--entrypoint=${entrypoint}"
    service.imageRef
  ]
  ++ arguments;

  # What an engine's data need before its start.
  init = common volumes ++ [
    "--name=${service.container}-init"
    "--replace"
    "--rm"
  ];
  initProgram =
    arguments:
    [
      "--entrypoint=${service.program}"
      service.imageRef
    ]
    ++ arguments;

  # What makes it another program: a change of it, and of nothing else, restarts the service.
  identity = {
    inherit (service) imageRef;
    inherit
      sandbox
      volumes
      environment
      entrypoint
      arguments
      ;
    inherit (service) keyFiles files;
  }
  # Another archive under the same tag.
  // lib.optionalAttrs (service.image.file != null) { archive = toString service.image.file; };
}
