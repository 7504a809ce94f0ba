# Only P2P is ever reachable from outside, and only if an option says so.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  ports = map (service: service.ports.p2p) (
    lib.filter (service: service.public) (lib.attrValues cfg.definition.services)
  );
  opened = {
    allowedTCPPorts = ports;
    allowedUDPPorts = ports;
  };
in
{
  config = lib.mkIf cfg.enable {
    networking.firewall =
      if cfg.p2p.interfaces == [ ] then
        opened
      else
        { interfaces = lib.genAttrs cfg.p2p.interfaces (_: opened); };
  };
}
