# What a service's unit runs, in one script: before its program, the program, after it. It stands in /etc,
# so that another podman or curl behind it changes no unit.
{
  config,
  lib,
  pkgs,
}:
name: service: container:
let
  cfg = config.services.every-channel.op-stack;
  paths = import ./paths.nix;
  stackLib = import ../../stack/lib.nix;
  user = "op-stack";

  # The key that its gate judges, among its key files.
  signingKeys = lib.attrNames (
    lib.filterAttrs (_: file: file == service.gate.key or null) service.keyFiles
  );

  # For what `op-warden explain` says of a program that was killed for its memory.
  killedFor = words (
    [ "--killed=${service.unit}.service" ]
    ++ lib.optional (service.resources.memory != null) "--memory=${service.resources.memory}"
    ++ [ "--option=${service.option}.resources.memory" ]
  );

  words = lib.concatMapStringsSep " \\\n    " lib.escapeShellArg;

  # For files that another process reads.
  note = ''
    note() { # TEXT FILE
      echo "$1" > "$2.new"
      mv "$2.new" "$2"
    }
  '';

  # Until when the service ran here, for the gate `alone`; the words are those of op-gate's `last_run`.
  noteRunning = lib.optionalString (service.gate ? lastRun) ''
    read -r boot < /proc/sys/kernel/random/boot_id
    note "running $boot" ${service.gate.lastRun}
  '';
  # A start that the gate prevented has not run.
  noteStopped = lib.optionalString (service.gate ? lastRun) ''
    read -r boot < /proc/sys/kernel/random/boot_id
    last=
    [ ! -e ${service.gate.lastRun} ] || read -r last < ${service.gate.lastRun}
    [ "$last" != "running $boot" ] || note stopped ${service.gate.lastRun}
  '';

  # The file may have been changed since the gate read it.
  confirmKeys = lib.concatMapStrings (key: ''
    ${paths.warden} keys address "$CREDENTIALS_DIRECTORY"/${key} --stamp ${paths.stamps}/${name}
  '') signingKeys;

  # op-reth takes 64 digits and no newline, op-geth no 0x; key files have both.
  copyIdentity = lib.optionalString (service.identityCopy != null) ''
    read -r identity < "$CREDENTIALS_DIRECTORY"/${service.identityCopy.key} || [ -n "$identity" ]
    (
      umask 0377
      printf %s "''${identity#0x}" > ${service.identityCopy.path}.new
      chown "$ids" ${service.identityCopy.path}.new
    )
    mv ${service.identityCopy.path}.new ${service.identityCopy.path}
  '';

  load = lib.optionalString (service.image.file != null) ''
    podman load --quiet --input ${service.image.file}
  '';

  # A disk that was mounted just now, or the data of a user with another number.
  ownData = lib.optionalString (service.dataDir != null) ''
    install -d -m 0700 -o ${user} -g ${user} ${service.dataDir}
    if [ -n "$(find ${service.dataDir} -mindepth 1 -maxdepth 1 ! -user ${user} -print -quit)" ]; then
      chown --recursive --no-dereference ${user}:${user} ${service.dataDir}
    fi
  '';

  # The commands of the definition, each in a container of its own.
  initialise = lib.concatMapStrings (
    command:
    let
      run = ''
        podman run ${words container.init} \
          "--user=$ids" \
          ${words (container.initProgram command.args)}
      '';
      # Beside the data and moved there once it is whole: what was broken off is begun again.
      beside = stackLib.initialising service.dataDir;
      parent = builtins.dirOf command.makes;
      whole = ''
        # Root follows no link that the program made.
        if [ -L ${service.dataDir}/${parent} ]; then
          echo "${service.dataDir}/${parent} is a link: the chain's data are to be there" >&2
          exit 1
        fi
        rm -rf ${beside}
        install -d -m 0700 -o ${user} -g ${user} ${beside} ${service.dataDir}/${parent}
        ${run}
        mv --no-target-directory ${beside}/${command.makes} ${service.dataDir}/${command.makes}
        rm -rf ${beside}
      '';
      act = if command.makes == null then run else whole;
    in
    if command.done == null then
      act
    else
      ''
        if [ ! -e ${service.dataDir}/${command.done} ]; then
          ${act}
        fi
      ''
  ) service.init;

  # Which release wrote the data last: an earlier one may not understand it.
  noteRelease = lib.optionalString (service.gate ? ran) ''
    note ${lib.escapeShellArg "${service.component} ${service.image.tag}"} ${service.gate.ran}
  '';

  # An engine that died may have lost its last blocks, and op-node waits for ever for the head that it knows:
  # it looks anew at what there is when it begins.
  nodes = lib.filter (other: other.component == "op-node" && lib.elem name other.requires) (
    lib.attrValues cfg.definition.services
  );
  noteDeath = lib.optionalString (nodes != [ ]) ''
    if [ -n "''${EXIT_CODE:-}" ] && [ "$SERVICE_RESULT" != success ]; then
      : > ${paths.died}/${name}
    fi
  '';
  rejoin = lib.optionalString (nodes != [ ]) ''
    if [ -e ${paths.died}/${name} ]; then
      rm ${paths.died}/${name}
      systemctl try-restart --no-block ${
        lib.concatMapStringsSep " " (node: "${node.unit}.service") nodes
      }
    fi
  '';

  # Services that start after this one find an open port. A program that ends is not waited for.
  awaitReady = lib.optionalString (service.ready != null) (
    let
      question = builtins.toJSON {
        jsonrpc = "2.0";
        id = 1;
        inherit (service.ready) method;
        params = [ ];
      };
    in
    ''
      for _ in $(seq 60); do
        [ -e "/proc/$MAINPID" ] || break
        ! curl --silent --output /dev/null --connect-timeout 1 --max-time 2 \
          --json '${question}' ${service.ready.url} || break
        sleep 1
      done
    ''
  );
in
pkgs.writeShellApplication {
  name = "${service.container}-runner";
  runtimeInputs = [
    config.virtualisation.podman.package
    config.systemd.package
    pkgs.coreutils
    pkgs.curl
    pkgs.findutils
    pkgs.gnused
  ];
  text = ''
    export HOME=/root
    ids=$(id -u ${user}):$(id -g ${user})
    ${note}
    # systemd gives the unit's cgroup to the unit's user, and podman leaves one that is not root's.
    keepCgroup() {
      local own
      own=/sys/fs/cgroup$(sed -n 's/^0:://p' /proc/self/cgroup)
      chown root:root "$own" "$own"/cgroup.{procs,subtree_control,threads}
    }
    case $1 in
    prepare)
      ${noteRunning}
      ${confirmKeys}
      ${copyIdentity}
      ${ownData}
      ${load}
      ${initialise}
      ${noteRelease}
      cp -L "$0" ${paths.started}/${name}
      ;;
    start)
      keepCgroup
      exec podman run ${words container.run} \
        "--user=$ids" \
        ${words container.program}
      ;;
    ready)
      ${awaitReady}
      ;;
    rejoin)
      ${rejoin}
      ;;
    stop)
      podman stop --ignore ${service.container}
      ;;
    stopped)
      ${noteStopped}
      ${noteDeath}
      rm -f ${paths.started}/${name} ${
        lib.optionalString (service.identityCopy != null) service.identityCopy.path
      }
      podman rm --force --ignore ${service.container} ${
        lib.optionalString (service.init != [ ]) "${service.container}-init"
      }
      ;;
    # What the program said last before it died, or else podman, for the health service. The gate has no
    # exit code here.
    last-error)
      [ -n "''${EXIT_CODE:-}" ] && [ "$SERVICE_RESULT" != success ] || exit 0
      last() {
        journalctl --quiet --output=cat --lines=5000 "_SYSTEMD_INVOCATION_ID=$INVOCATION_ID" "$@" \
          | ${paths.warden} explain --last
      }
      # With one of several processes killed systemd goes on, and says so by itself: SD_MESSAGE_UNIT_OUT_OF_MEMORY.
      killed() {
        [ "$SERVICE_RESULT" != oom-kill ] || return 0
        [ "$EXIT_STATUS" = 137 ] && [ -n "$(journalctl --quiet --output=cat --lines=1 \
          MESSAGE_ID=fe6faa94e7774663a0da52717891d8ef "INVOCATION_ID=$INVOCATION_ID")" ]
      }
      if killed; then
        said=$(journalctl --quiet --dmesg --output=cat --lines=5000 \
          | ${paths.warden} explain ${killedFor})
      else
        said=$(last SYSLOG_IDENTIFIER=${service.container})
      fi
      note "''${said:-$(last)}" ${paths.lastErrors}/${name}
      ;;
    esac
  '';
}
