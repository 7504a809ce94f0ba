# Prometheus, Alertmanager and Grafana.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  cfg = config.services.every-channel.op-stack;

  portOption =
    default: what:
    mkOption {
      type = types.port;
      inherit default;
      description = "Port of ${what} on loopback.";
    };
in
{
  options.services.every-channel.op-stack.monitoring = {
    enable = lib.mkEnableOption ''
      the alert rules of op-warden and the scrape jobs of the chain in the Prometheus of this host. The
      jobs are `op-warden`, and `op-stack` for the official programs, with the service's name as
      `instance`'';
    url = mkOption {
      type = types.str;
      default = "http://127.0.0.1:${toString cfg.warden.port}";
      defaultText = lib.literalExpression ''"http://127.0.0.1:''${toString warden.port}"'';
      description = ''
        Address at which people reach op-warden, for the links from alerts to their runbooks.
      '';
      example = "https://op-warden.example";
    };
    prometheus = {
      enable = lib.mkEnableOption "a Prometheus on this host, on loopback";
      port = portOption 9090 "Prometheus";
    };
    alertmanager = {
      enable = lib.mkEnableOption "an Alertmanager on this host, on loopback, for the Prometheus of this host";
      port = portOption 9093 "Alertmanager";
      receivers = mkOption {
        type = types.listOf (types.attrsOf types.anything);
        default = [ ];
        description = ''
          Receivers of alerts, in Alertmanager's own format; the first gets every alert. Give secrets by
          file: the configuration is world-readable.
        '';
        example = lib.literalExpression ''
          [
            {
              name = "operators";
              webhook_configs = [ { url_file = "/run/credentials/alertmanager.service/webhook"; } ];
            }
          ]
        '';
      };
    };
    grafana = {
      enable = lib.mkEnableOption ''
        a Grafana on this host, on loopback, with the dashboard of the chain. Everybody who reaches it
        may look, and nobody may change anything, unless Grafana's own options say otherwise'';
      port = portOption 3000 "Grafana";
    };
  };
}
