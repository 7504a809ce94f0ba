# What looks like a secret in an option is an error, whichever option it is; what looks alike and is none
# is not.
{
  lib,
  prefix,
  host,
  full,
  fullSettings,
  servicesOf,
  containerOf,
  messagesOf,
  ...
}:
let
  complaintsOf = settings: (messagesOf (host (lib.recursiveUpdate fullSettings settings))).assertions;
  # The options that are complained of.
  flagged =
    settings:
    map (message: lib.head (lib.splitString ": " (lib.removePrefix "${prefix}." message))) (
      complaintsOf settings
    );

  key = "a1b2c3d4e5f60718293a4b5c6d7e8f90";
  url = "https://sepolia.provider.example/v2/${key}";

  # Setting -> the option that must be named.
  planted = {
    "batcher.environment.OP_BATCHER_L1_ETH_RPC".batcher.environment.OP_BATCHER_L1_ETH_RPC = url;
    "batcher.environment.OP_BATCHER_SIGNER_HEADER".batcher.environment.OP_BATCHER_SIGNER_HEADER = "X-Api: abc";
    "batcher.extraArgs (--signer.header)".batcher.extraArgs = [
      "--signer.header"
      "Authorization: Bearer abc"
    ];
    "batcher.extraArgs (--l2-eth-rpc-jwt)".batcher.extraArgs = [ "--l2-eth-rpc-jwt=${key}${key}" ];
    "batcher.settings.\"signer.endpoint\"".batcher.settings."signer.endpoint" = "https://user:pw@signer.example";
    "batcher.settings.\"altda.da-server\"".batcher.settings."altda.da-server" = url;
    "l1.beaconFallbacks".l1.beaconFallbacks = [
      "https://free.example"
      url
    ];
    "chain.peers".chain.peers = [ "https://rpc.chain.example/v3/${key}" ];
    "l1.others".l1.others = [ "https://eth.example/?network=sepolia&dkey=${key}" ];
    # Their kin.
    "l1.rpc".l1.rpc = lib.mkForce "https://user:pw@l1.example";
    "l1.beacon".l1.beacon = lib.mkForce "https://beacon.example/3f0a1b2c-9d8e-4f70-8123-456789abcdef";
    "sequencer.node.extraArgs (--rpc.extra)".sequencer.node.extraArgs = [ "-rpc.extra=wss://node.example/${key}" ];
    "proposer.environment.OTHER".proposer.environment.OTHER = "Basic dXNlcjpwdw==";
    "proposer.settings.\"rollup-rpc\"".proposer.settings."rollup-rpc" = "https://${key}.eth.rpc.example";
    "challenger.settings.\"l1-beacon\"".challenger.settings."l1-beacon" =
      "https://beacon.example/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.c2lnbmF0dXJl";
    "batcher.settings.\"altda.da-server.more\"".batcher.settings."altda.da-server.more" =
      "https://da.example/?apiKey=short&access_token=";
    "monitoring.alertmanager.receivers.0.slack_configs.0.api_url".monitoring.alertmanager.receivers = [
      {
        name = "operators";
        slack_configs = [
          {
            api_url = "https://hooks.example/services/T0/B0/x";
            channel = "#chain";
          }
        ];
      }
    ];
    "monitoring.alertmanager.receivers.0.webhook_configs.0.url".monitoring.alertmanager.receivers = [
      {
        name = "operators";
        webhook_configs = [ { inherit url; } ];
      }
    ];
    "warden.followers.far.engineRpc".warden.followers.far.engineRpc = url;
    "warden.followers.far.nodeRpc".warden.followers.far = {
      engineRpc = "http://10.0.0.2:8545";
      nodeRpc = "http://user@10.0.0.2:9545";
    };
  };
in
{
  testEachPlantedSecretIsNamed = {
    expr = lib.mapAttrs (_: flagged) planted;
    expected = lib.mapAttrs (option: _: [ option ]) planted;
  };

  testNoMessageRepeatsTheSecret = {
    expr = lib.filterAttrs (
      _: settings:
      lib.any (
        message: lib.hasInfix key message || lib.hasInfix "pw@" message || lib.hasInfix "abc" message
      ) (complaintsOf settings)
    ) planted;
    expected = { };
  };

  testWhatLooksAlikeIsNoSecret = {
    expr = complaintsOf {
      l1.rpc = lib.mkForce "https://rpc.example/ethereum-sepolia/v1";
      l1.others = [
        "http://127.0.0.1:8080/v2/${key}"
        "https://rpc.example:8545/?chain=11155111"
      ];
      p2p.bootnodes = [ "enode://${key}${key}@192.0.2.1:9222" ];
      batcher.settings = {
        "signer.address" = "0x00000000000000000000000000000000000000a1";
        "signer.endpoint" = "https://signer.example";
        "signer.tls.key" = "/etc/op-stack/tls/key.pem";
        "l2-eth-rpc-jwt" = "/var/lib/op-stack/jwt/sequencer-engine";
      };
      sequencer.node = {
        extraArgs = [
          "--p2p.bootnodes.more"
          "enode://${key}@192.0.2.1:9222"
          "--l2.checkpoint=0x${key}${key}"
        ];
        environment.GOMEMLIMIT = "3GiB";
      };
      monitoring.alertmanager.receivers = [
        {
          name = "operators";
          webhook_configs = [ { url_file = "/run/credentials/alertmanager.service/webhook"; } ];
          slack_configs = [
            {
              api_url_file = "/run/keys/slack";
              channel = "#chain";
              send_resolved = true;
            }
          ];
        }
      ];
    };
    expected = [ ];
  };

  # Any flag can be given by a file: as a key is, it is in the program's environment alone.
  testAnyFlagMayComeFromAFile =
    let
      config = host (
        lib.recursiveUpdate fullSettings {
          batcher.environmentFiles.OP_BATCHER_SIGNER_ENDPOINT = "/keys/signer";
        }
      );
      service = (servicesOf config).batcher;
    in
    {
      expr = {
        variable = service.credentials.OP_BATCHER_SIGNER_ENDPOINT;
        file = service.keyFiles.env-OP_BATCHER_SIGNER_ENDPOINT;
        argument = lib.elem (
          "--credential=OP_BATCHER_SIGNER_ENDPOINT=" + "/run/op-stack/keys/env-OP_BATCHER_SIGNER_ENDPOINT"
        ) (containerOf config "batcher").cmd;
        inherit ((messagesOf config)) assertions;
      };
      expected = {
        variable = "/run/op-stack/keys/env-OP_BATCHER_SIGNER_ENDPOINT";
        file = "/keys/signer";
        argument = true;
        assertions = [ ];
      };
    };

  testTheWiringsOwnVariablesAreTheModules = {
    expr = complaintsOf { batcher.environmentFiles.OP_BATCHER_PRIVATE_KEY = "/keys/other"; };
    expected = [
      "${prefix}.batcher.environmentFiles.OP_BATCHER_PRIVATE_KEY: the module owns this variable; set the key file, or l1.rpcFile and l1.beaconFile."
    ];
  };

  testTheHostItselfIsNotComplainedOf = {
    expr = (messagesOf full).assertions;
    expected = [ ];
  };
}
