# A disabled chain leaves the host as it would be without the module, and what can be disabled alone.
{
  lib,
  evalHost,
  module,
  sopsModule,
  host,
  allTextsOf,
  namesOf,
  wardenOf,
  ...
}:
let
  traces = config: {
    units = allTextsOf config;
    etc = lib.attrNames config.environment.etc;
    podman = config.virtualisation.podman.enable;
    tmpfiles = config.systemd.tmpfiles.rules;
    users = lib.attrNames config.users.users;
    groups = lib.attrNames config.users.groups;
    tcp = config.networking.firewall.allowedTCPPorts;
    udp = config.networking.firewall.allowedUDPPorts;
    programs = map toString config.environment.systemPackages;
  };

  # What differs: the whole would fill the screen.
  differences =
    before: after:
    lib.filterAttrs (_: same: !same) (lib.mapAttrs (name: value: value == after.${name}) before);

  configured.services.every-channel.op-stack = {
    batcher.settings.max-channel-duration = 10;
    sequencer.node.openFirewall = true;
    followers.one.index = 1;
    monitoring =
      lib.genAttrs [ "prometheus" "alertmanager" "grafana" ] (_: {
        enable = true;
      })
      // {
        enable = true;
      };
  };
  withSops.services.every-channel.op-stack.secrets.sopsDirectory = ./.;
in
{
  testADisabledChainIsNothing = {
    expr = differences (traces (evalHost [ ])) (
      traces (evalHost [
        module
        configured
      ])
    );
    expected = { };
  };

  testADisabledChainTakesNoSecrets = {
    expr =
      (evalHost [
        sopsModule
        module
        configured
        withSops
      ]).sops.secrets;
    expected = { };
  };

  # For the first test to mean something.
  testAnEnabledChainIsMore = {
    expr = lib.attrNames (
      differences (traces (evalHost [ ])) (
        traces (host {
          sequencer.node.openFirewall = true;
        })
      )
    );
    expected = [
      "etc"
      "groups"
      "podman"
      "programs"
      "tcp"
      "tmpfiles"
      "udp"
      "units"
      "users"
    ];
  };

  testADisabledServiceIsNowhere = {
    expr =
      let
        config = host {
          challenger.enable = false;
          dispute-mon.enable = false;
        };
        expected = [
          "batcher"
          "proposer"
          "sequencer-engine"
          "sequencer-node"
        ];
      in
      lib.filterAttrs (_: found: found != expected) {
        services = namesOf config;
        gates = lib.attrNames (wardenOf config).services;
      };
    expected = { };
  };

  # Purging is an act of its own.
  testDisablingRemovesNoData = {
    expr = lib.filter (lib.hasInfix "op-stack") (evalHost [ module ]).systemd.tmpfiles.rules;
    expected = [ ];
  };
}
