# A container on the host's network has the host's name servers as they were at its start. When the host gets
# others, as from DHCP, its copy is written anew, in place: the programs look at it again by themselves.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  inherit (import ./paths.nix) documentation;
  description = "OP Stack: the host's name servers for running containers";

  hand = pkgs.writeShellApplication {
    name = "op-stack-resolver";
    runtimeInputs = [
      config.virtualisation.podman.package
      pkgs.coreutils
    ];
    text = ''
      for container in $(podman ps --quiet --filter label=op-stack=1); do
        # It may have ended meanwhile.
        copy=$(podman inspect --format '{{.ResolvConfPath}}' "$container") || continue
        if [ -f "$copy" ]; then
          cat /etc/resolv.conf > "$copy"
        fi
      done
    '';
  };
in
{
  config = lib.mkIf cfg.enable {
    systemd.paths.op-stack-resolver = {
      inherit description documentation;
      wantedBy = [ "op-stack.target" ];
      partOf = [ "op-stack.target" ];
      pathConfig.PathChanged = "/etc/resolv.conf";
    };
    systemd.services.op-stack-resolver = {
      inherit description documentation;
      inherit (cfg) onFailure;
      startLimitIntervalSec = 0;
      serviceConfig = import ./quiet.nix // {
        Type = "oneshot";
        ExecStart = lib.getExe hand;
      };
    };
  };
}
