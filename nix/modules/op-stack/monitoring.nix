# Prometheus, Alertmanager and Grafana for the chain: the metrics of op-warden and of the official
# programs, the alerts with their runbooks, and the dashboard. All on loopback.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  inherit (cfg) monitoring;
  files = ../../../crates/op-status/monitoring;

  wanted = cfg.enable && monitoring.enable;
  loopback = "127.0.0.1";
  at = port: "${loopback}:${toString port}";

  # Where a program's metrics are not at /metrics.
  paths.op-geth = "/debug/metrics/prometheus";

  target = name: service: {
    targets = [ (at service.ports.metrics) ];
    labels = {
      instance = name;
      inherit (service) component;
    }
    // lib.optionalAttrs (paths ? ${service.component}) {
      __metrics_path__ = paths.${service.component};
    };
  };

  every = "15s";
  scrapeConfigs = [
    # The alert rules name this job.
    {
      job_name = "op-warden";
      scrape_interval = every;
      static_configs = [
        {
          targets = [ (at cfg.warden.port) ];
          labels.instance = "op-warden";
        }
      ];
    }
    {
      job_name = "op-stack";
      scrape_interval = every;
      static_configs = lib.mapAttrsToList target (
        lib.filterAttrs (_: service: service.ports ? metrics) cfg.definition.services
      );
    }
  ];

  # The rules' own way to op-warden, for other Prometheus than this host's.
  ownUrl = "{{ with $externalLabels.op_warden_url }}{{ . }}{{ else }}http://127.0.0.1:7399{{ end }}";

  receivers =
    if monitoring.alertmanager.receivers == [ ] then
      [ { name = "nobody"; } ]
    else
      monitoring.alertmanager.receivers;
  # Of an alert with several severities, only the worst is sent.
  inhibits = source: targets: {
    source_matchers = [ "severity = ${source}" ];
    target_matchers = [ "severity =~ ${targets}" ];
    equal = [
      "alertname"
      "job"
      "instance"
      "problem"
      "service"
      "node"
    ];
  };
in
{
  config = lib.mkIf wanted (
    lib.mkMerge [
      {
        environment.etc."op-stack/monitoring".source = files;
        services.prometheus = {
          inherit scrapeConfigs;
          # As text: an external label would stand on every series of the host, and on its other alerts.
          ruleFiles = [
            (pkgs.writeText "op-stack-alerts.yml" (
              lib.replaceStrings [ ownUrl ] [ monitoring.url ] (
                builtins.readFile (files + "/alerts.yml")
              )
            ))
          ];
          globalConfig.evaluation_interval = lib.mkDefault every;
        };
      }
      (lib.mkIf monitoring.prometheus.enable {
        services.prometheus = {
          enable = true;
          listenAddress = lib.mkDefault loopback;
          port = lib.mkDefault monitoring.prometheus.port;
        };
      })
      (lib.mkIf monitoring.alertmanager.enable {
        services.prometheus = {
          alertmanagers = [ { static_configs = [ { targets = [ (at config.services.prometheus.alertmanager.port) ]; } ]; } ];
          alertmanager = {
            enable = true;
            listenAddress = lib.mkDefault loopback;
            port = lib.mkDefault monitoring.alertmanager.port;
            # By default it looks for other Alertmanagers on every address.
            extraFlags = [ "--cluster.listen-address=" ];
            configuration = {
              route = {
                receiver = (lib.head receivers).name;
                group_by = [
                  "alertname"
                  "instance"
                ];
              };
              inherit receivers;
              inhibit_rules = [
                (inhibits "critical" "warning|info")
                (inhibits "warning" "info")
              ];
            };
          };
        };
      })
      (lib.mkIf monitoring.grafana.enable {
        services.grafana = {
          enable = true;
          settings = {
            server = {
              http_addr = loopback;
              http_port = monitoring.grafana.port;
            };
            analytics.reporting_enabled = lib.mkDefault false;
            # Grafana's first administrator has a password that everybody knows.
            security.disable_initial_admin_creation = lib.mkDefault true;
            "auth.anonymous" = {
              enabled = lib.mkDefault true;
              org_role = lib.mkDefault "Viewer";
            };
          };
          provision = {
            enable = true;
            datasources.settings.datasources = [
              {
                name = "OP Stack";
                type = "prometheus";
                uid = "op-stack";
                url = "http://${at config.services.prometheus.port}";
              }
            ];
            dashboards.settings.providers = [
              {
                name = "OP Stack";
                # The dashboard is the only JSON file in it.
                options.path = files;
              }
            ];
          };
        };
      })
    ]
  );
}
