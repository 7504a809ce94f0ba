# Before a switch stops anything it is asked whether what runs now would start again, by the new agent and
# its new configuration, whether the images are there, and whether their programs take their arguments.
# NIXOS_NO_CHECK=1 goes on without being asked.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  inherit (cfg.definition) services;
  paths = import ./paths.nix;
  inherit (paths) documentation;

  # What comes from a registry.
  pulled = lib.filterAttrs (
    _: service: service.image.file == null && service.image.digest != null
  ) services;

  # The registry may be reached through a proxy only.
  proxy = config.networking.proxy.envVars;

  # Pulls what is not there yet; fails at the end if one could not be.
  pull = pkgs.writeShellApplication {
    name = "op-stack-pull";
    runtimeInputs = [ config.virtualisation.podman.package ];
    runtimeEnv = proxy;
    text = ''
      failed=
      images=(${lib.escapeShellArgs (lib.unique (lib.mapAttrsToList (_: service: service.imageRef) pulled))})
      for image in "''${images[@]}"; do
        podman image exists "$image" || podman pull --quiet "$image" || failed=1
      done
      [ -z "$failed" ]
    '';
  };

  # Whatever a configuration named is in its inventory. What the one before this one needs stays, for a way
  # back; what a container uses stays too.
  keep = pkgs.writeShellApplication {
    name = "op-stack-images";
    runtimeInputs = [
      config.virtualisation.podman.package
      pkgs.coreutils
      pkgs.findutils
      pkgs.gnugrep
      pkgs.jq
    ];
    text = ''
      ${lib.getExe pull}
      mapfile -t inventories < <(
        find ${cfg.stateDir}/inventory.d -name '*.json' -printf '%T@ %p\n' | sort --general-numeric-sort --reverse \
          | cut --delimiter=' ' --fields=2
      )
      imagesOf() {
        [ $# = 0 ] || jq --raw-output '.images[]' "$@"
      }
      kept=$(imagesOf "''${inventories[@]:0:2}")
      imagesOf "''${inventories[@]:2}" | sort --unique | while read -r image; do
        if ! grep --quiet --line-regexp --fixed-strings "$image" <<<"$kept" && podman image exists "$image"; then
          podman rmi "$image" || echo "$image stays"
        fi
      done
    '';
  };

  # A program reads all its arguments before the last of them, --help, keeps it from anything else.
  asked =
    service:
    lib.escapeShellArgs (
      lib.mapAttrsToList (name: value: "--env=${name}=${value}") service.environment
      ++ [
        "--entrypoint=${service.program}"
        service.imageRef
      ]
      ++ service.args
      ++ [ "--help" ]
    );

  check = pkgs.writeShellApplication {
    name = "op-stack-pre-switch";
    runtimeInputs = [
      config.systemd.package
      config.virtualisation.podman.package
      pkgs.coreutils
      pkgs.diffutils
      pkgs.gnugrep
      pkgs.util-linux
    ];
    text = ''
      # As in its unit, what reads L1 is not root.
      judged() {
        setpriv --reuid="$(id -u op-stack)" --regid="$(id -g op-stack)" --clear-groups --no-new-privs \
          --bounding-set=-all,+dac_read_search --inh-caps=-all,+dac_read_search \
          --ambient-caps=-all,+dac_read_search \
          -- "$new${paths.warden}" gate "$1" --config "$new${paths.configFile}" >&2
      }
      takes_its_arguments() {
        local -a call
        case $1 in
        ${lib.concatStrings (
          lib.mapAttrsToList (name: service: "  ${name}) call=(${asked service}) ;;\n  ") services
        )}esac
        local said code=0
        said=$(podman run --rm --pull=never --network=none --read-only --cap-drop=ALL --no-healthcheck \
          --security-opt=no-new-privileges --http-proxy=false "''${call[@]}" 2>&1) || code=$?
        # podman's own: an archive is loaded when its service starts.
        if [ "$code" = 125 ]; then
          echo "op-stack: $1 was not asked whether it takes its arguments: $(tail -n 1 <<<"$said" | head -c 300)" >&2
        elif [ "$code" != 0 ]; then
          echo "op-stack: $1 does not take its arguments:" \
            "$({ grep -iE -m 1 'incorrect usage|^error' || tail -n 1; } <<<"$said" | head -c 300)" >&2
          return 1
        fi
      }

      new=''${1-}
      case ''${2-} in
        switch | test | check) ;;
        *) exit 0 ;;
      esac
      units=/etc/systemd/system
      changed=()
      services=(${toString (lib.attrNames services)})
      for name in "''${services[@]}"; do
        unit=podman-op-stack-$name.service
        if systemctl --quiet is-active "$unit" && ! cmp --silent "$units/$unit" "$new$units/$unit"; then
          changed+=("$name")
        fi
      done
      if ! ${lib.getExe pull} && [ ''${#changed[@]} -gt 0 ]; then
        echo "op-stack: an image is not here and could not be pulled. ''${changed[*]} would be stopped and could" \
          "not start again: nothing was changed." >&2
        exit 1
      fi
      wrong=()
      for name in "''${changed[@]}"; do
        takes_its_arguments "$name" && judged "$name" || wrong+=("$name")
      done
      if [ ''${#wrong[@]} -gt 0 ]; then
        echo "op-stack: ''${wrong[*]} would be stopped and could not start again (see above): nothing was changed." \
          "Mend it, or wait; NIXOS_NO_CHECK=1 switches all the same." >&2
        exit 1
      fi
    '';
  };
in
{
  config = lib.mkIf cfg.enable (
    {
      systemd.services.op-stack-images = {
        description = "OP Stack: pull the images that are pinned, remove those of long ago";
        inherit documentation;
        inherit (cfg) onFailure;
        wantedBy = [
          "op-stack.target"
        ]
        # It takes the images of everything that does not run at that moment.
        ++ lib.optional config.virtualisation.podman.autoPrune.enable "podman-prune.service";
        wants = [ "network-online.target" ];
        after = [
          "network-online.target"
          "podman-prune.service"
        ];
        # A switch has pulled already, and waits for nothing.
        restartIfChanged = false;
        serviceConfig = import ./quiet.nix // {
          Type = "oneshot";
          ExecStart = lib.getExe keep;
        };
      };
      # A host runs for months, and images go by other hands too.
      systemd.timers.op-stack-images = {
        description = "OP Stack: look after images";
        inherit documentation;
        wantedBy = [ "op-stack.target" ];
        partOf = [ "op-stack.target" ];
        timerConfig.OnUnitInactiveSec = "1d";
      };
    }
    // lib.optionalAttrs (options.system ? preSwitchChecks) {
      system.preSwitchChecks.op-stack = ''${lib.getExe check} "''${1-}" "''${2-}"'';
    }
  );
}
