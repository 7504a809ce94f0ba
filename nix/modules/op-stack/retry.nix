# systemd skips a unit whose gate answers `wait`, fails one whose gate answers `refuse`, and starts
# neither again. So timers do: what was skipped soon, once its start may end otherwise; what was refused
# after ten minutes, because it is wrong, and asking L1 again does not make it right. What somebody
# stopped, a person or a switch, stays stopped.
#
# To keep a service stopped: echo WHY > STATEDIR/hold/NAME, then stop its unit.
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

  retry =
    {
      description,
      script,
      interval,
      confinement,
    }:
    {
      service = {
        inherit description script;
        path = [ config.systemd.package ];
        startLimitIntervalSec = 0;
        serviceConfig = confinement;
      };
      timer = {
        inherit description;
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
    description = "OP Stack: start services again that their gates turned away";
    interval = cfg.gate.retryInterval;
    confinement = import ./judging.nix;
    script = ''
      services= units=
      for name in ${toString (lib.attrNames services)}; do
        unit=podman-op-stack-$name.service
        state=$(systemctl show --property=ActiveState,Result "$unit")
        case $state in *ActiveState=inactive*) ;; *) continue ;; esac
        case $state in *Result=exec-condition*) ;; *) continue ;; esac
        [ ! -e "${hold}/$name" ] || continue
        services="$services $name" units="$units $unit"
      done
      [ -n "$services" ] || exit 0
      # shellcheck disable=SC2086
      if ${paths.warden} retry $services --config ${paths.configFile} --told ${paths.told}; then
        systemctl start --no-block $units
      fi
    '';
  };
  refused = retry {
    description = "OP Stack: start failed services again";
    interval = "10min";
    confinement.Type = "oneshot";
    script = ''
      units=$(systemctl list-units --all --plain --no-legend --state=failed ${toString units} | cut -d ' ' -f 1)
      # shellcheck disable=SC2086
      [ -z "$units" ] || systemctl start --no-block $units
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
    systemd.tmpfiles.rules = [ "d ${hold} 0755 root root -" ];
  };
}
