# The L1 that the chain settles on.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) secretFile urlFiles;

  urlFile =
    option: api:
    mkOption {
      type = types.nullOr secretFile;
      default = null;
      description = ''
        File with the URL of the L1's ${api} endpoint in one line. It replaces {option}`l1.${option}`:
        the URL of a private endpoint often contains a key. The URL reaches the programs in their
        environment, and is in no store path, unit or argument list of this module. The programs
        themselves show it: op-dispute-mon logs it at its start, op-challenger logs it and passes it to
        cannon's command line during a dispute, and all log it when the endpoint fails. To keep the key
        from there too, run a proxy on this host that holds it, such as proxyd.

        The file belongs to root. It may be a sops secret, `config.sops.secrets.NAME.path`. Services
        read a changed file when they start, so name them in the secret's `restartUnits`.
      '';
      example = "/etc/op-stack/keys/l1-${option}";
    };
in
{
  options.services.every-channel.op-stack.l1 = {
    chainId = mkOption {
      type = types.ints.positive;
      default = 11155111;
      description = "Chain id of the L1. The default is Sepolia.";
    };
    private = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Whether nobody else can send transactions to the L1. Only then may a role have a key that
        everybody knows. A few chain ids of development networks count as private without this.
      '';
    };
    rpc = mkOption {
      type = types.str;
      default = "https://ethereum-sepolia-rpc.publicnode.com";
      description = ''
        JSON-RPC endpoint of the L1. The official programs take one: to use several, put a proxy such
        as proxyd in front of them. It is world-readable: use {option}`l1.rpcFile` for a URL that
        contains a key.
      '';
    };
    rpcFile = urlFile "rpc" "JSON-RPC";
    others = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = ''
        More JSON-RPC endpoints of the L1, which no program uses. The gates compare the first one with
        them, and refuse every start while two report different blocks at one finalized height. If one
        is behind or does not answer, that is only reported. They are world-readable.
      '';
      example = [ "https://rpc.sepolia.org" ];
    };
    otherFiles = urlFiles "/etc/op-stack/keys/l1-other";
    beacon = mkOption {
      type = types.nullOr types.str;
      default = "https://ethereum-sepolia-beacon-api.publicnode.com";
      description = ''
        Beacon API endpoint of the L1; null for an L1 without blobs. It is world-readable: use
        {option}`l1.beaconFile` for a URL that contains a key.
      '';
    };
    beaconFile = urlFile "beacon" "Beacon API";
    beaconFallbacks = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = ''
        Beacon API endpoints that op-node asks when the first has no blobs. They are world-readable.
      '';
    };
    chainConfigFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = ''
        Fork schedule of an L1 that the official programs do not know, in geth's format. Not needed
        for Sepolia and mainnet.
      '';
    };
    maxBatchSize = mkOption {
      type = types.nullOr types.ints.positive;
      default = null;
      description = ''
        Calls in one JSON-RPC batch that the endpoint takes at most. Each op-node gets it as
        `--l1.rpc-max-batch-size`, whose own default is 20, and the gates and the health service send
        no larger batch. With null, they find out what the endpoint takes.
      '';
      example = 10;
    };
    rateLimit = mkOption {
      type = types.nullOr types.ints.positive;
      default = null;
      description = "Requests per second that each op-node sends to L1 at most; null for no limit.";
      example = 10;
    };
  };
}
