# The gates and the health service.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) secretFile;

  remoteFollower.options = {
    engineRpc = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "JSON-RPC endpoint of its engine. It is world-readable.";
      example = "http://10.0.0.2:8545";
    };
    engineRpcFile = mkOption {
      type = types.nullOr secretFile;
      default = null;
      description = "File with that URL in one line, in its place: for one that contains a key.";
      example = "/etc/op-stack/keys/follower";
    };
    nodeRpc = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = "JSON-RPC endpoint of its op-node, if that can be reached.";
      example = "http://10.0.0.2:9545";
    };
    nodeRpcFile = mkOption {
      type = types.nullOr secretFile;
      default = null;
      description = "File with that URL in one line, in its place.";
      example = "/etc/op-stack/keys/follower-node";
    };
  };

  # Limits of the health service, and what they bound.
  limits = {
    unsafeStall = "how long the unsafe head may stand still";
    safeStall = "how long the safe head may stand still";
    finalizedStall = "how long the finalized head may stand still";
    safeLag = "how far the safe head may be behind the unsafe one";
    gameAge = "how old the newest game may be";
    followerLag = "how far a follower's unsafe head may be behind";
    l1Age = "how old L1's newest block may be";
  };
in
{
  options.services.every-channel.op-stack = {
    gate = {
      retryInterval = mkOption {
        type = types.str;
        default = "30s";
        description = "Pause before a service whose gate answered `wait` is tried again.";
      };
      refusal = mkOption {
        type = types.nullOr (
          types.enum [
            "fail"
            "skip"
          ]
        );
        default = null;
        description = ''
          What becomes of a unit whose gate refuses. `fail`: it fails, and with it a switch that starts it
          and whatever rolls a failed deployment back. `skip`: it is skipped as if the gate had answered
          `wait`; only the journal, the page and the alerts say that something is wrong. With null, what
          signs fails, and everything else is skipped.
        '';
      };
    };

    onFailure = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Units that systemd starts when a unit of the chain fails.";
      example = [ "notify@%n.service" ];
    };

    warden = {
      port = mkOption {
        type = types.port;
        default = 7399;
        description = "Port of op-warden's health service on loopback.";
      };
      hosts = mkOption {
        type = types.listOf types.str;
        default = [ ];
        description = ''
          Names that the health service may be asked by, beside addresses and `localhost`: those of a
          proxy before it. A request for any other name is turned away.
        '';
        example = [ "chain.example.org" ];
      };
      bundle = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Folder of the bundle that `op-warden bundle create` made. The health service then serves it
          under `/bundle/`, for those who follow the chain; never one of another chain. It must be
          readable for everybody.
        '';
        example = "/srv/bundle";
      };
      interval = mkOption {
        type = types.ints.positive;
        default = 60;
        description = "Seconds between two judgements of all gates for the health service.";
      };
      pollInterval = mkOption {
        type = types.ints.positive;
        default = 2;
        description = "Seconds between two polls of the nodes by the health service.";
      };
      l1PollInterval = mkOption {
        type = types.ints.positive;
        default = 12;
        description = "Seconds between two polls of L1 by the health service.";
      };
      followers = mkOption {
        type = types.attrsOf (types.submodule remoteFollower);
        default = { };
        description = ''
          Followers on other hosts, by the names that the health service reports them under. It
          compares every block of theirs with the sequencer's.
        '';
        example = lib.literalExpression ''{ elsewhere.engineRpc = "http://10.0.0.2:8545"; }'';
      };
      limits = lib.mapAttrs (
        _: what:
        mkOption {
          type = types.nullOr types.ints.positive;
          default = null;
          description = ''
            Limit in seconds: ${what}. If it is null, it follows from the commands of the services.
          '';
        }
      ) limits;
    };
  };
}
