# The engines of a host know each other, and nobody else.
{
  lib,
  host,
  small,
  full,
  fullGeth,
  pinned,
  servicesOf,
  textOf,
  values,
  containerOf,
  wardenOf,
  ...
}:
let
  enode = "enode://7777e994e452c21604f91de093ce415f5432f701dd8cd1a7a6fea0e630bfca991b41b30efa52b659e9db235c31f9975578a17e2b356a6b84837b5b45c555cfb1@127.0.0.1:30303";
  copy = "/run/op-stack/identities/sequencer-engine";

  # The flags that say who is a peer.
  flags =
    config: name:
    lib.filter (
      arg: builtins.match "--(p2p-secret-key|trusted-.*|max.*peers|.*disc.*|nodekey|addr)(=.*)?" arg != null
    ) (servicesOf config).${name}.args;
  toml = config: name: lib.attrValues (servicesOf config).${name}.files;
  withoutFollowers = host { sequencer.node = pinned.sequencer.node // { identityFile = "/keys/p2p"; }; };
in
{
  testTheSequencersEngineTakesItsFollowers = {
    expr = flags full "sequencer-engine";
    expected = [
      "--addr=127.0.0.1"
      "--disable-discovery"
      "--max-inbound-peers=64"
      "--max-outbound-peers=0"
      "--p2p-secret-key=${copy}"
    ];
  };

  testAFollowersEngineHasOnePeer = {
    expr = flags full "follower-two-engine";
    expected = [
      "--addr=127.0.0.1"
      "--disable-discovery"
      "--max-inbound-peers=0"
      "--max-outbound-peers=1"
      "--trusted-only"
      "--trusted-peers=${enode}"
    ];
  };

  testOpGethSaysTheSame = {
    expr = {
      sequencer = flags fullGeth "sequencer-engine";
      follower = flags fullGeth "follower-two-engine";
    };
    expected = {
      sequencer = [
        "--maxpeers=64"
        "--nodekey=${copy}"
        "--nodiscover"
      ];
      follower = [
        "--maxpeers=1"
        "--nodiscover"
      ];
    };
  };

  # What no flag says.
  testOpGethHasItInItsFile = {
    expr = {
      sequencer = toml fullGeth "sequencer-engine";
      follower = toml fullGeth "follower-two-engine";
    };
    expected = {
      sequencer = [ "[Node.P2P]\nListenAddr = \"127.0.0.1:30303\"\nNoDial = true\n" ];
      follower = [
        "[Node.P2P]\nListenAddr = \"\"\nStaticNodes = [\"${enode}\"]\nTrustedNodes = [\"${enode}\"]\n"
      ];
    };
  };

  # As the engine takes it; the unit has the file as it is.
  testTheContainerSeesACopyOfTheKey = {
    expr = lib.genAttrs [ "sequencer-engine" "sequencer-node" "follower-two-engine" ] (name: {
      copy = lib.filter (lib.hasInfix "/identities/") (containerOf full name).volumes;
      credential = values "LoadCredential" (textOf full name);
      judged = (wardenOf full).services.${name}.identity or null;
    });
    expected = {
      sequencer-engine = {
        copy = [ "${copy}:${copy}:ro" ];
        credential = [ "p2p-sequencer-node:/keys/p2p" ];
        judged = "/keys/p2p";
      };
      sequencer-node = {
        copy = [ ];
        credential = [
          "p2p-sequencer-node:/keys/p2p"
          "sequencer:/etc/op-stack/keys/sequencer"
        ];
        judged = "/keys/p2p";
      };
      follower-two-engine = {
        copy = [ ];
        credential = [ ];
        judged = null;
      };
    };
  };

  # It waits for no key that nobody knows it by.
  testWithoutFollowersTheEngineHasNoPeers = {
    expr = map (config: {
      flags = flags config "sequencer-engine";
      credential = values "LoadCredential" (textOf config "sequencer-engine");
    }) [ small withoutFollowers ];
    expected = lib.genList (_: {
      flags = [
        "--addr=127.0.0.1"
        "--disable-discovery"
        "--max-inbound-peers=0"
        "--max-outbound-peers=0"
      ];
      credential = [ ];
    }) 2;
  };
}
