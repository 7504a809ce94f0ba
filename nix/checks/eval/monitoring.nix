# Prometheus and Grafana for the chain, and their absence.
{
  lib,
  host,
  hostOf,
  full,
  fullGeth,
  fullSettings,
  allMonitoring,
  monitored,
  small,
  servicesOf,
  messagesOf,
  prefix,
  ...
}:
let
  rulesOnly = host { monitoring.enable = true; };

  prometheusOf = config: config.services.prometheus;
  jobsOf =
    config:
    lib.listToAttrs (
      map (job: lib.nameValuePair job.job_name job.static_configs) (prometheusOf config).scrapeConfigs
    );
  # Instance -> what is asked.
  targetsOf =
    static:
    lib.listToAttrs (
      map (
        given:
        lib.nameValuePair given.labels.instance (given.targets ++ lib.attrValues (paths given.labels))
      ) static
    );
  paths = lib.filterAttrs (name: _: name == "__metrics_path__");

  # A file of the store, without its hash.
  namedRules = file: lib.last (lib.splitString "-op-stack-" (baseNameOf file));
  # Where the alerts' runbooks are.
  runbooksOf =
    text:
    lib.unique (
      map lib.head (lib.filter lib.isList (builtins.split "runbook_url: '([^']*)/runbooks/[A-Za-z0-9]+'" text))
    );

  traces = config: {
    rules = map namedRules (prometheusOf config).ruleFiles;
    jobs = lib.attrNames (jobsOf config);
    files = lib.filter (lib.hasPrefix "op-stack/monitoring") (lib.attrNames config.environment.etc);
    units = lib.filter (
      unit:
      lib.any (name: lib.hasInfix name unit) [
        "prometheus"
        "alertmanager"
        "grafana"
      ]
    ) (lib.attrNames config.systemd.units);
  };
in
{
  testNothingUnlessAskedFor = {
    expr = traces small;
    expected = {
      rules = [ ];
      jobs = [ ];
      files = [ ];
      units = [ ];
    };
  };

  testAPrometheusThatIsThereGetsRulesAndJobs = {
    expr = {
      traces = traces rulesOnly;
      inherit (prometheusOf rulesOnly) enable;
      alone = (messagesOf rulesOnly).assertions;
    };
    expected = {
      traces = {
        rules = [ "alerts.yml" ];
        jobs = [
          "op-stack"
          "op-warden"
        ];
        files = [ "op-stack/monitoring" ];
        units = [ ];
      };
      enable = false;
      alone = [ ];
    };
  };

  testAllOfIt = {
    expr = (traces monitored).units;
    expected = [
      "alertmanager.service"
      "grafana.service"
      "prometheus.service"
    ];
  };

  testEveryProgramIsAsked = {
    expr = lib.mapAttrs (
      _: config:
      targetsOf
        (jobsOf (
          host (
            fullSettings
            // {
              inherit (config.services.every-channel.op-stack) engine;
              monitoring.enable = true;
            }
          )
        )).op-stack
    ) { inherit full fullGeth; };
    expected = lib.mapAttrs (
      _: config:
      lib.mapAttrs (
        _: service:
        [ "127.0.0.1:${toString service.ports.metrics}" ]
        ++ lib.optional (service.component == "op-geth") "/debug/metrics/prometheus"
      ) (servicesOf config)
    ) { inherit full fullGeth; };
  };

  # For the test before to mean something.
  testTheSequencersTargets = {
    expr = {
      inherit (targetsOf (jobsOf monitored).op-stack) sequencer-node batcher follower-two-engine;
      inherit (targetsOf (jobsOf monitored).op-warden) op-warden;
    };
    expected = {
      sequencer-node = [ "127.0.0.1:7300" ];
      batcher = [ "127.0.0.1:7301" ];
      follower-two-engine = [ "127.0.0.1:9201" ];
      op-warden = [ "127.0.0.1:7399" ];
    };
  };

  testADisabledServiceIsNotAsked = {
    expr = lib.attrNames (
      targetsOf
        (jobsOf (host {
          challenger.enable = false;
          dispute-mon.enable = false;
          monitoring.enable = true;
        })).op-stack
    );
    expected = [
      "batcher"
      "proposer"
      "sequencer-engine"
      "sequencer-node"
    ];
  };

  testTheRunbooksAreWhereOpWardenIs = {
    expr = map (config: runbooksOf (lib.head (prometheusOf config).ruleFiles).text) [
      rulesOnly
      (host {
        warden.port = 7400;
        monitoring.enable = true;
      })
      (host {
        monitoring = {
          enable = true;
          url = "https://op-warden.example";
        };
      })
    ];
    expected = map lib.singleton [
      "http://127.0.0.1:7399"
      "http://127.0.0.1:7400"
      "https://op-warden.example"
    ];
  };

  # An external label would stand on every series of the host, and on its other alerts.
  testTheOperatorsPrometheusIsLeftAlone = {
    expr =
      let
        own = hostOf [
          {
            services.prometheus.port = 9999;
            services.every-channel.op-stack.monitoring = allMonitoring;
          }
        ];
      in
      {
        inherit (prometheusOf own) port;
        labels = (prometheusOf own).globalConfig.external_labels;
        grafana = map (source: source.url) own.services.grafana.provision.datasources.settings.datasources;
      };
    expected = {
      port = 9999;
      labels = null;
      grafana = [ "http://127.0.0.1:9999" ];
    };
  };

  testEverythingListensOnLoopback = {
    expr = {
      prometheus = (prometheusOf monitored).listenAddress;
      alertmanager = (prometheusOf monitored).alertmanager.listenAddress;
      cluster = lib.filter (lib.hasPrefix "--cluster") (prometheusOf monitored).alertmanager.extraFlags;
      grafana = monitored.services.grafana.settings.server.http_addr;
      inherit (monitored.networking.firewall) allowedTCPPorts allowedUDPPorts;
    };
    expected = {
      prometheus = "127.0.0.1";
      alertmanager = "127.0.0.1";
      cluster = [ "--cluster.listen-address=" ];
      grafana = "127.0.0.1";
      allowedTCPPorts = [ ];
      allowedUDPPorts = [ ];
    };
  };

  # As Prometheus reads it; crates/e2e/tests/nixos gives it to promtool as well.
  testTheConfigurationOfPrometheus = {
    expr =
      let
        config = hostOf [
          {
            services.every-channel.op-stack = {
              challenger.enable = false;
              dispute-mon.enable = false;
              proposer.enable = false;
              monitoring = allMonitoring;
            };
            services.prometheus = {
              enableReload = true;
              checkConfig = false;
            };
          }
        ];
        configuration = builtins.fromJSON (
          builtins.unsafeDiscardStringContext config.environment.etc."prometheus/prometheus.yaml".source.text
        );
      in
      configuration
      // {
        rule_files = map namedRules (lib.filter (lib.hasInfix "-op-stack-") configuration.rule_files);
      };
    expected = {
      global = {
        evaluation_interval = "15s";
      };
      scrape_configs = [
        {
          job_name = "op-warden";
          scrape_interval = "15s";
          static_configs = [
            {
              targets = [ "127.0.0.1:7399" ];
              labels.instance = "op-warden";
            }
          ];
        }
        {
          job_name = "op-stack";
          scrape_interval = "15s";
          static_configs =
            map
              (
                { port, ... }@given:
                {
                  targets = [ "127.0.0.1:${toString port}" ];
                  labels = removeAttrs given [ "port" ];
                }
              )
              [
                {
                  port = 7301;
                  instance = "batcher";
                  component = "op-batcher";
                }
                {
                  port = 9001;
                  instance = "sequencer-engine";
                  component = "op-reth";
                }
                {
                  port = 7300;
                  instance = "sequencer-node";
                  component = "op-node";
                }
              ];
        }
      ];
      rule_files = [ "alerts.yml" ];
      alerting.alertmanagers = [ { static_configs = [ { targets = [ "127.0.0.1:9093" ]; } ]; } ];
      remote_read = [ ];
      remote_write = [ ];
    };
  };

  testGrafanaShowsTheDashboard = {
    expr = map (
      provider: lib.hasSuffix "crates/op-status/monitoring" (toString provider.options.path)
    ) monitored.services.grafana.provision.dashboards.settings.providers;
    expected = [ true ];
  };

  # Its default password is known to everybody.
  testGrafanaHasNoDefaultPassword = {
    expr = {
      inherit (monitored.services.grafana.settings.security) disable_initial_admin_creation;
      role = monitored.services.grafana.settings."auth.anonymous".org_role;
    };
    expected = {
      disable_initial_admin_creation = true;
      role = "Viewer";
    };
  };

  testTheOperatorsOwnJobsStay = {
    expr = lib.attrNames (
      jobsOf (hostOf [
        {
          services.every-channel.op-stack.monitoring = allMonitoring;
          services.prometheus.scrapeConfigs = [
            {
              job_name = "node";
              static_configs = [
                {
                  targets = [ "127.0.0.1:9100" ];
                  labels.instance = "node";
                }
              ];
            }
          ];
        }
      ])
    );
    expected = [
      "node"
      "op-stack"
      "op-warden"
    ];
  };

  testPartsNeedTheWhole = {
    expr =
      (messagesOf (host {
        monitoring.grafana.enable = true;
      })).assertions;
    expected = [
      "${prefix}.monitoring: grafana would have nothing to show. Set ${prefix}.monitoring.enable."
    ];
  };

  testARemoteFollowerHasANameOfItsOwn = {
    expr =
      (messagesOf (
        host (fullSettings // { warden.followers.follower-one-node.engineRpc = "http://10.0.0.2:8545"; })
      )).assertions;
    expected = [
      "${prefix}.warden.followers: follower-one-node is the name of a service of this host. Choose another name."
    ];
  };

  testMonitoringRestartsNoProgram = {
    expr =
      let
        ours =
          config:
          lib.filterAttrs (unit: _: lib.hasPrefix "podman-op-stack" unit || lib.hasPrefix "op-" unit) (
            lib.mapAttrs (_: unit: toString unit.text) config.systemd.units
          );
      in
      ours monitored == ours full;
    expected = true;
  };
}
