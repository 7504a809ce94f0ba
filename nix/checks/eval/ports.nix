# Who listens where, and what the firewall lets in.
{
  lib,
  host,
  small,
  full,
  fullGeth,
  fullSettings,
  servicesOf,
  optionsOf,
  messagesOf,
  prefix,
  ...
}:
let
  engines = { inherit full fullGeth; };

  portsOf =
    config:
    lib.concatMap (service: lib.attrValues service.ports) (lib.attrValues (servicesOf config))
    ++ [ (optionsOf config).warden.port ];

  # The arguments that name a listener's address, after their services.
  listeners =
    config:
    lib.concatLists (
      lib.mapAttrsToList (
        name: service:
        map (arg: "${name} ${arg}") (
          lib.filter (
            arg: builtins.match "--(.*addr|metrics|p2p[.]listen[.]ip)=.*|.*0[.]0[.]0[.]0.*" arg != null
          ) service.args
        )
      ) (servicesOf config)
    );
  beyondLoopback =
    config:
    lib.filter (listener: builtins.match ".*=127[.]0[.]0[.]1(:[0-9]+)?" listener == null) (
      listeners config
    );

  open = host (lib.recursiveUpdate fullSettings { sequencer.node.openFirewall = true; });
  openFollower = host (lib.recursiveUpdate fullSettings { followers.two.node.openFirewall = true; });

  firewallOf = config: {
    inherit (config.networking.firewall)
      allowedTCPPorts
      allowedUDPPorts
      allowedTCPPortRanges
      allowedUDPPortRanges
      ;
  };
  only = ports: {
    allowedTCPPorts = ports;
    allowedUDPPorts = ports;
    allowedTCPPortRanges = [ ];
    allowedUDPPortRanges = [ ];
  };
in
{
  testNoPortIsUsedTwice = {
    expr = lib.mapAttrs (
      _: config: lib.filter (port: lib.count (other: other == port) (portsOf config) > 1) (portsOf config)
    ) engines;
    expected = {
      full = [ ];
      fullGeth = [ ];
    };
  };

  testThereAreAsManyPortsAsListeners = {
    expr = lib.mapAttrs (_: config: lib.length (portsOf config)) engines;
    expected = {
      # 4 pairs of engine (4) and node (3), 2 + 2 + 1 + 1 for settlement, and op-warden. A follower's op-geth
      # listens for no peers.
      full = 35;
      fullGeth = 32;
    };
  };

  # For the next test to mean something.
  testListenersAreFound = {
    expr = lib.mapAttrs (_: config: lib.length (listeners config) > 20) engines;
    expected = {
      full = true;
      fullGeth = true;
    };
  };

  testEverythingListensOnLoopback = {
    expr = lib.mapAttrs (_: beyondLoopback) engines;
    expected = {
      full = [ ];
      fullGeth = [ ];
    };
  };

  testOnlyP2pOfTheServiceThatAskedListensBeyondLoopback = {
    expr = {
      sequencer = beyondLoopback open;
      follower = beyondLoopback openFollower;
    };
    expected = {
      sequencer = [ "sequencer-node --p2p.listen.ip=0.0.0.0" ];
      follower = [ "follower-two-node --p2p.listen.ip=0.0.0.0" ];
    };
  };

  testTheFirewallStaysShut = {
    expr = map firewallOf [
      small
      full
    ];
    expected = [
      (only [ ])
      (only [ ])
    ];
  };

  testTheFirewallOpensForP2pOnly = {
    expr = {
      sequencer = firewallOf open;
      follower = firewallOf openFollower;
    };
    expected = {
      sequencer = only [ 9222 ];
      follower = only [ 9422 ];
    };
  };

  testTheFirewallFollowsThePort = {
    expr = firewallOf (host {
      sequencer.node = {
        openFirewall = true;
        ports.p2p = 19222;
      };
    });
    expected = only [ 19222 ];
  };

  testTheFirewallOpensOneInterface = {
    expr =
      let
        config = host (
          lib.recursiveUpdate fullSettings {
            sequencer.node.openFirewall = true;
            p2p.interfaces = [ "eth1" ];
          }
        );
      in
      {
        all = firewallOf config;
        eth1 = config.networking.firewall.interfaces.eth1.allowedTCPPorts;
      };
    expected = {
      all = only [ ];
      eth1 = [ 9222 ];
    };
  };

  testPeersMayComeByIpv6 = {
    expr = beyondLoopback (
      host (
        lib.recursiveUpdate fullSettings {
          sequencer.node.openFirewall = true;
          p2p.listenIp = "::";
        }
      )
    );
    expected = [ "sequencer-node --p2p.listen.ip=::" ];
  };

  # 127.0.0.1 answers for 0.0.0.0 only.
  testFollowersDialTheSequencerWhereItListens = {
    expr =
      let
        dialled =
          listenIp:
          let
            config = host (
              lib.recursiveUpdate fullSettings {
                sequencer.node.openFirewall = true;
                p2p = { inherit listenIp; };
              }
            );
            isPeer = lib.hasPrefix "--p2p.static=";
            peers = lib.filter isPeer (servicesOf config).follower-one-node.args;
          in
          lib.head (lib.splitString "/tcp/" (lib.removePrefix "--p2p.static=" (lib.head peers)));
      in
      lib.genAttrs [ "0.0.0.0" "::" "192.0.2.7" "2001:db8::7" ] dialled;
    expected = {
      "0.0.0.0" = "/ip4/127.0.0.1";
      "::" = "/ip6/::1";
      "192.0.2.7" = "/ip4/192.0.2.7";
      "2001:db8::7" = "/ip6/2001:db8::7";
    };
  };

  # Whatever its name is.
  testANewFollowerMovesNobodysPorts = {
    expr =
      let
        more = host (lib.recursiveUpdate fullSettings { followers.archive.index = 4; });
        of = config: lib.mapAttrs (_: service: service.ports) (servicesOf config);
      in
      lib.removeAttrs (of more) [
        "follower-archive-engine"
        "follower-archive-node"
      ] == of full;
    expected = true;
  };

  testADisabledServiceOpensNothing = {
    expr = firewallOf (host {
      sequencer.node = {
        enable = false;
        openFirewall = true;
      };
    });
    expected = only [ ];
  };

  testFollowersDialTheSequencersPort = {
    expr = lib.filter (lib.hasPrefix "--p2p.static") (servicesOf full).follower-one-node.args;
    expected = [
      "--p2p.static=/ip4/127.0.0.1/tcp/9222/p2p/16Uiu2HAmLhLvBoYaoZfaMUKuibM6ac163GwKY74c5kiSLg5KvLpY"
    ];
  };

  testMonitoringTakesPortsOnlyWhereItRuns = {
    expr =
      map
        (
          monitoring:
          (messagesOf (host {
            inherit monitoring;
          })).assertions
        )
        [
          {
            enable = true;
            prometheus.port = 9545;
          }
          {
            enable = true;
            prometheus = {
              enable = true;
              port = 9545;
            };
            grafana.enable = true;
          }
        ];
    expected = [
      [ ]
      [
        "${prefix}: port 9545 is used by sequencer-node and monitoring.prometheus. Set their `port` or `ports` options."
      ]
    ];
  };

  testOpWardenListensOnLoopback = {
    expr = (builtins.fromJSON small.environment.etc."op-stack/op-warden.json".text).serve.listen;
    expected = "127.0.0.1:7399";
  };
}
