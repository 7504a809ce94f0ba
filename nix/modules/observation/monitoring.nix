# The scrape and the rules, in the Prometheus that this host has.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.observation;
in
{
  config = lib.mkIf (cfg.enable && cfg.monitoring.enable) {
    services.prometheus = {
      # The rules name this job.
      scrapeConfigs = [
        {
          job_name = "ec-witness";
          scrape_interval = "15s";
          static_configs = [
            {
              targets = [ "127.0.0.1:${toString cfg.health.port}" ];
              labels.instance = cfg.witness;
            }
          ];
        }
      ];
      ruleFiles = [ ../../../crates/witness/monitoring/alerts.yml ];
    };
  };
}
