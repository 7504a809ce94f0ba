# Alertmanager for the chain.
{
  lib,
  host,
  allMonitoring,
  monitored,
  messagesOf,
  prefix,
  ...
}:
let
  prometheusOf = config: config.services.prometheus;
in
{
  testPrometheusSendsAlertsToAlertmanager = {
    expr =
      map
        (config: {
          alerts = lib.concatMap (
            one: lib.concatMap (static: static.targets) one.static_configs
          ) (prometheusOf config).alertmanagers;
          source = map (
            source: source.url
          ) config.services.grafana.provision.datasources.settings.datasources;
        })
        [
          monitored
          (host {
            monitoring = lib.recursiveUpdate allMonitoring {
              prometheus.port = 9191;
              alertmanager.port = 9194;
            };
          })
        ];
    expected = [
      {
        alerts = [ "127.0.0.1:9093" ];
        source = [ "http://127.0.0.1:9090" ];
      }
      {
        alerts = [ "127.0.0.1:9194" ];
        source = [ "http://127.0.0.1:9191" ];
      }
    ];
  };

  testReceiversOfAlerts = {
    expr =
      map
        (
          receivers:
          let
            config = host {
              monitoring = lib.recursiveUpdate allMonitoring { alertmanager = { inherit receivers; }; };
            };
            inherit ((prometheusOf config).alertmanager) configuration;
          in
          {
            first = configuration.route.receiver;
            names = map (receiver: receiver.name) configuration.receivers;
            nobody = lib.filter (lib.hasInfix "monitoring.alertmanager") (messagesOf config).warnings;
          }
        )
        [
          [ ]
          [
            { name = "operators"; }
            { name = "others"; }
          ]
        ];
    expected = [
      {
        first = "nobody";
        names = [ "nobody" ];
        nobody = [
          "${prefix}.monitoring.alertmanager.receivers: alerts reach nobody until there is one."
        ];
      }
      {
        first = "operators";
        names = [
          "operators"
          "others"
        ];
        nobody = [ ];
      }
    ];
  };

  # As Alertmanager reads it; crates/e2e/tests/nixos gives it to a real one as well.
  testTheConfigurationOfAlertmanager = {
    expr =
      let
        config = host {
          monitoring = lib.recursiveUpdate allMonitoring {
            alertmanager.receivers = [
              {
                name = "operators";
                webhook_configs = [ { url = "http://127.0.0.1:9/"; } ];
              }
            ];
          };
        };
      in
      (prometheusOf config).alertmanager.configuration;
    expected =
      let
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
        route = {
          receiver = "operators";
          group_by = [
            "alertname"
            "instance"
          ];
        };
        receivers = [
          {
            name = "operators";
            webhook_configs = [ { url = "http://127.0.0.1:9/"; } ];
          }
        ];
        inhibit_rules = [
          (inhibits "critical" "warning|info")
          (inhibits "warning" "info")
        ];
      };
  };
}
