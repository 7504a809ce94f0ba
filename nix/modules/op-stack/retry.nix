# systemd skips a unit whose gate answers `wait`, fails one whose gate answers `refuse`, and starts
# neither again. So timers do: what was skipped soon, once its start may end otherwise; what was refused
# after ten minutes, because it is wrong, and asking L1 again does not make it right. What somebody
# stopped, a person or a switch, stays stopped, and while a switch is under way nothing is started: until
# its end systemd has the old definitions.
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
  units = map (service: "${service.unit}.service") (lib.attrValues services);

  # switch-to-configuration locks it.
  switching = "/run/nixos/switch-to-configuration.lock";

  retry =
    {
      name,
      description,
      text,
      interval,
      confinement,
    }:
    {
      service = {
        inherit description;
        inherit (paths) documentation;
        inherit (cfg) onFailure;
        startLimitIntervalSec = 0;
        serviceConfig = confinement // {
          ExecStart = lib.getExe (
            pkgs.writeShellApplication {
              inherit name;
              runtimeInputs = [
                config.systemd.package
                pkgs.coreutils
                pkgs.gnugrep
              ];
              text = ''
                # A look at the lock, for whoever takes it, if only for a moment, lets a switch fail.
                end_in_a_switch() {
                  ! grep -qs ":$(stat -c %i ${switching} 2>/dev/null || echo none) " /proc/locks || exit 0
                }
                start() {
                  end_in_a_switch
                  systemctl start --no-block "$@"
                }
                end_in_a_switch
                ${text}
              '';
            }
          );
        };
      };
      timer = {
        inherit description;
        inherit (paths) documentation;
        wantedBy = [ "op-stack.target" ];
        partOf = [ "op-stack.target" ];
        timerConfig = {
          OnActiveSec = interval;
          OnUnitInactiveSec = interval;
          AccuracySec = "1s";
        };
      };
    };

  waiting = retry {
    name = "op-stack-retry";
    description = "OP Stack: start services again that their gates turned away";
    interval = cfg.gate.retryInterval;
    confinement = import ./judging.nix // {
      # Holds end by themselves.
      ReadWritePaths = [ hold ];
    };
    text = ''
      ${paths.warden} release --due --config ${paths.configFile}
      [ ! -e ${hold}/all ] || exit 0
      all=(${toString (lib.attrNames services)})
      services=() units=() untried=()
      for name in "''${all[@]}"; do
        unit=podman-op-stack-$name.service
        [ ! -e "${hold}/$name" ] || continue
        state=$(systemctl show --property=ActiveState,Result,ConditionTimestampMonotonic "$unit")
        case $state in *ActiveState=inactive*) ;; *) continue ;; esac
        case $state in
          # Never begun: what it depends on, a disk, was not there.
          *ConditionTimestampMonotonic=0) untried+=("$unit") ;;
          *Result=exec-condition*) services+=("$name") units+=("$unit") ;;
        esac
      done
      [ ''${#untried[@]} = 0 ] || start "''${untried[@]}"
      [ ''${#services[@]} -gt 0 ] || exit 0
      if ${paths.warden} retry "''${services[@]}" --config ${paths.configFile} --told ${paths.told}; then
        start "''${units[@]}"
      fi
    '';
  };
  refused = retry {
    name = "op-stack-retry-refused";
    description = "OP Stack: start failed services again";
    interval = "10min";
    # It speaks with systemd only.
    confinement = import ./hardening.nix // import ./quiet.nix // {
      Type = "oneshot";
      # For the locks.
      ProcSubset = "all";
      RestrictAddressFamilies = [ "AF_UNIX" ];
    };
    text = ''
      mapfile -t units < <(systemctl list-units --all --plain --no-legend --state=failed ${toString units} | cut -d ' ' -f 1)
      [ ''${#units[@]} = 0 ] || start "''${units[@]}"
    '';
  };
in
{
  config = lib.mkIf cfg.enable {
    systemd.services = {
      op-stack-retry = waiting.service;
      op-stack-retry-refused = refused.service;
    };
    systemd.timers = {
      op-stack-retry = waiting.timer;
      op-stack-retry-refused = refused.timer;
    };
    systemd.tmpfiles.rules = [
      "d ${hold} 0755 root root -"
      "d ${paths.acceptedIn cfg.stateDir} 0755 root root -"
    ];
  };
}
