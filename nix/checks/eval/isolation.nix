# Which units a change reaches: a running service is not restarted for what does not concern it.
{
  lib,
  module,
  chain,
  hostOf,
  host,
  full,
  fullSettings,
  followers,
  textsOf,
  ...
}:
let
  # The units that are not the same in both.
  changed =
    config:
    let
      before = textsOf full;
      after = textsOf config;
    in
    lib.subtractLists helpers (
      lib.filter (unit: before.${unit} or null != after.${unit} or null) (
        lib.attrNames (before // after)
      )
    );
  # They have done their work before the services start; doing it again stops nobody.
  helpers = [
    "op-stack-images.service"
    "op-stack-setup.service"
  ];
  changing = settings: changed (host (lib.recursiveUpdate fullSettings settings));
  beside =
    extra:
    changed (hostOf [
      { services.every-channel.op-stack = fullSettings; }
      extra
    ]);

  unit = name: "podman-op-stack-${name}.service";
in
{
  # The agent's own service only; gates run the new one at their next start.
  testAnotherOpWarden = {
    expr = beside (
      { pkgs, ... }:
      {
        services.every-channel.op-stack.package = pkgs.writeTextDir "bin/op-warden" "another";
      }
    );
    expected = [ "op-warden.service" ];
  };

  # What nixpkgs moves with each update reaches no running program.
  testAnotherPodmanAndTimeZones = {
    expr = lib.filter (lib.hasPrefix "podman-") (
      beside (
        { lib, pkgs, ... }:
        {
          virtualisation.podman.package = pkgs.writeTextDir "bin/podman" "another";
          systemd.globalEnvironment.TZDIR = lib.mkForce "/another/zoneinfo";
        }
      )
    );
    expected = [ ];
  };

  testAnotherServiceOnTheHost = {
    expr = beside {
      services.openssh.enable = true;
      networking.firewall.allowedTCPPorts = [ 80 ];
      systemd.services.another.script = "true";
      users.users.somebody.isNormalUser = true;
    };
    expected = [ ];
  };

  testAnotherContainerOnTheHost = {
    expr = beside { virtualisation.oci-containers.containers.another.image = "another"; };
    expected = [ ];
  };

  testSettingsOfTheBatcher = {
    expr = changing { batcher.settings.max-channel-duration = 10; };
    expected = [
      # Its configuration holds what the gates judge.
      "op-warden.service"
      (unit "batcher")
    ];
  };

  testResourcesOfTheEngine = {
    expr = changing { sequencer.engine.resources.memory = "16g"; };
    expected = [
      # The program is told of it.
      "op-warden.service"
      (unit "sequencer-engine")
    ];
  };

  testTheImageOfTheProposer = {
    expr = changing { proposer.image.digest = "sha256:${builtins.hashString "sha256" "another"}"; };
    expected = [
      # Its configuration names the images.
      "op-warden.service"
      (unit "proposer")
    ];
  };

  testTheFirewallOfTheSequencer = {
    expr = changing { sequencer.node.openFirewall = true; };
    expected = [
      "op-warden.service"
      (unit "sequencer-node")
    ];
  };

  testTheRetryInterval = {
    expr = changing { gate.retryInterval = "1min"; };
    expected = [ "op-stack-retry.timer" ];
  };

  testTheHealthPort = {
    expr = changing { warden.port = 7400; };
    expected = [ "op-warden.service" ];
  };

  testOneMoreFollower = {
    expr = changed (
      host (
        fullSettings
        // followers [
          "one"
          "two"
          "zoe"
          "zzz"
        ]
      )
    );
    expected = [
      "op-stack-retry-refused.service"
      "op-stack-retry.service"
      "op-warden.service"
      # It asks every node of the host.
      (unit "dispute-mon")
      (unit "follower-zzz-engine")
      (unit "follower-zzz-node")
    ];
  };

  testOneServiceLess = {
    expr = changing { dispute-mon.enable = false; };
    expected = [
      "op-stack-retry-refused.service"
      "op-stack-retry.service"
      "op-warden.service"
      (unit "dispute-mon")
    ];
  };
}
