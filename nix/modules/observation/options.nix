# What the operator of a witness says.
{ lib, ... }:
let
  inherit (lib) mkEnableOption mkOption types;
  inherit (import ../op-stack/options/types.nix { inherit lib; }) address secretFile;
in
{
  options.services.every-channel.observation = {
    enable = mkEnableOption "a witness that attests on chain to observations of an archive";
    package = mkOption {
      type = types.package;
      description = "ec-observe and ec-witness. The flake's module sets it.";
    };
    chain.id = mkOption {
      type = types.ints.positive;
      description = "Chain id of the ledger's chain. Nothing is signed for another one.";
      example = 20260619;
    };
    chain.rpc = mkOption {
      type = types.nullOr types.str;
      default = null;
      description = ''
        JSON-RPC of a node of that chain: this host's own, as a follower's engine, or another host's. It is
        world-readable: {option}`chain.rpcFile` is for a URL that contains a key.
      '';
      example = "http://127.0.0.1:8545";
    };
    chain.rpcFile = mkOption {
      type = types.nullOr secretFile;
      default = null;
      description = "File with the node's URL in one line, in the place of {option}`chain.rpc`.";
      example = "/run/secrets/observation-rpc";
    };
    ledger = mkOption {
      type = address;
      description = "The observation ledger, as `deployment.json` of `ec-observe deploy` has it.";
    };
    witness = mkOption {
      type = address;
      description = "Address of the key. The gate refuses another key.";
    };
    keyFile = mkOption {
      type = secretFile;
      description = "File with the witness' key: 64 hex digits (`op-warden keys generate`). Only systemd reads it.";
      example = "/run/secrets/observation-witness";
    };
    archives = mkOption {
      type = types.nonEmptyListOf (types.pathWith { absolute = true; });
      description = "Files of the archive: JSON lines, plain, gzip or zstd.";
      example = [ "/srv/archive/ch05.jsonl" ];
    };
    archiveGroups = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = "Groups whose members may read the archive.";
      example = [ "archive" ];
    };
    mapping = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = "File that says where an archive's line has the fields of an entry, if not at the top.";
    };
    propose = mkOption {
      type = types.bool;
      default = false;
      description = "Whether the witness also proposes what nobody has proposed; it pays for that.";
    };
    settle = mkOption {
      type = types.ints.unsigned;
      default = 60;
      description = "Seconds for which a stream goes on before an epoch is taken for closed.";
    };
    minBalance = mkOption {
      type = types.strMatching "[0-9]+";
      default = "10000000000000000";
      description = "Least balance of the witness on the ledger's chain, in wei, before it starts.";
    };
    health = {
      port = mkOption {
        type = types.port;
        default = 7398;
        description = "Port of the page, `/readyz`, `/status.json` and `/metrics`, on loopback.";
      };
      interval = mkOption {
        type = types.ints.positive;
        default = 15;
        description = "Seconds between two looks at the ledger.";
      };
      notFinal = mkOption {
        type = types.ints.positive;
        default = 3600;
        description = "Seconds within which what a witness attested to is final.";
      };
      silent = mkOption {
        type = types.ints.positive;
        default = 1800;
        description = "Seconds within which this witness attests to what another one attested to.";
      };
      lookBack = mkOption {
        type = types.ints.positive;
        default = 50000;
        description = "Blocks of the past whose events are read when the health service starts.";
      };
    };
    monitoring.enable = mkEnableOption "the scrape and the alert rules in this host's Prometheus";
    definition = mkOption {
      type = types.attrs;
      internal = true;
      readOnly = true;
      description = "What ec-witness is given.";
    };
  };
}
