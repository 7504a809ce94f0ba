# The chain's published bundle, where `chain.bundle` is a URL: fetched, proven with `chain.bundleKey`, and kept.
# An older one, and one of another genesis, is not taken: the unit says so, and what is kept stays.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  paths = import ./paths.nix;
  isUrl = paths.isUrl cfg.chain.bundle;
  folder = paths.bundleIn cfg.stateDir;
  user = "op-stack";
in
{
  config = lib.mkIf (cfg.enable && isUrl) {
    systemd.tmpfiles.rules = [ "d ${folder} 0755 ${user} ${user} -" ];
    systemd.services.op-stack-bundle = {
      description = "OP Stack: fetch the chain's published bundle";
      inherit (paths) documentation;
      inherit (cfg) onFailure;
      wants = [ "network-online.target" ];
      after = [ "network-online.target" ];
      startLimitIntervalSec = 0;
      serviceConfig =
        import ./hardening.nix
        // import ./quiet.nix
        // {
          Type = "oneshot";
          User = user;
          ExecStart = lib.concatStringsSep " " [
            "${paths.warden} bundle verify ${lib.escapeShellArg cfg.chain.bundle}"
            "--key ${lib.escapeShellArg (toString cfg.chain.bundleKey)}"
            "--chain ${toString cfg.chain.id} --into ${folder}"
          ];
          # It cannot be read now: the timer tries again.
          SuccessExitStatus = 75;
          ReadWritePaths = [ folder ];
        };
    };
    systemd.timers.op-stack-bundle = {
      description = "OP Stack: fetch the chain's published bundle";
      inherit (paths) documentation;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      timerConfig = {
        OnActiveSec = "1s";
        OnUnitInactiveSec = "10min";
      };
    };
  };
}
