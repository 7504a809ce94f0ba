# systemd skips a unit whose gate answers `wait`, fails one whose gate answers `refuse`, and starts
# neither again. So timers do: the skipped ones soon, the refused ones after ten minutes, because they
# are wrong, and asking L1 again does not make them right.
#
# To keep a service stopped: touch /run/op-stack/hold/NAME, then stop its unit.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  paths = import ./paths.nix;
  units = map (service: "${service.unit}.service") (lib.attrValues cfg.definition.services);

  retry = state: interval: {
    service = {
      description = "OP Stack: start ${state} services again";
      path = [ config.systemd.package ];
      script = ''
        units=$(systemctl list-units --all --plain --no-legend --state=${state} ${toString units} | cut -d ' ' -f 1)
        [ -z "$units" ] || systemctl start --no-block $units
      '';
      startLimitIntervalSec = 0;
      serviceConfig.Type = "oneshot";
    };
    timer = {
      description = "OP Stack: start ${state} services again";
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      timerConfig = {
        OnActiveSec = interval;
        OnUnitInactiveSec = interval;
        AccuracySec = "1s";
      };
    };
  };

  waiting = retry "inactive" cfg.gate.retryInterval;
  refused = retry "failed" "10min";
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
    systemd.tmpfiles.rules = [ "d ${paths.hold} 0755 root root -" ];
  };
}
