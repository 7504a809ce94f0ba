# The chain: its files, its contracts, its disputes.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) address;
  cfg = config.services.every-channel.op-stack;
in
{
  options.services.every-channel.op-stack.chain = {
    id = mkOption {
      type = types.ints.positive;
      description = "Chain id of the L2.";
      example = 20260619;
    };
    genesisFile = mkOption {
      type = types.path;
      default = "${cfg.stateDir}/chain/genesis.json";
      defaultText = lib.literalExpression ''"''${stateDir}/chain/genesis.json"'';
      description = "genesis.json, as `op-deployer inspect genesis` prints it.";
    };
    rollupFile = mkOption {
      type = types.path;
      default = "${cfg.stateDir}/chain/rollup.json";
      defaultText = lib.literalExpression ''"''${stateDir}/chain/rollup.json"'';
      description = "rollup.json, as `op-deployer inspect rollup` prints it.";
    };
    bundle = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/var/lib/op-stack/bundle";
      description = ''
        The set of files that the chain's operator published: its folder, or the manifest in it. The
        gates then refuse a genesis.json and a rollup.json that are not the published ones. Set it if
        you follow a chain that somebody else operates.
      '';
    };
    peers = mkOption {
      type = types.listOf types.str;
      default = [ ];
      description = ''
        JSON-RPC endpoints of nodes of this chain that others run. The gates compare a follower's block 0
        and chain id with them, as with its sequencer's, and refuse another one. If one does not answer,
        that is only reported. They are world-readable.
      '';
      example = [ "https://rpc.chain.example" ];
    };
    disputeGameFactory = mkOption {
      type = address;
      description = "Address of the chain's DisputeGameFactory proxy on L1.";
    };
    gameType = mkOption {
      type = types.enum [
        1
        8
      ];
      default = 1;
      description = ''
        Dispute game type that proposer and challenger work with: 1 permissioned, 8 cannon-kona. The
        gate refuses a type that is not the respected one. After a change, games of the former type are
        in play for days: see {option}`challenger.gameTypes`. Type 0 (cannon) cannot be played: the
        official images no longer have its program.
      '';
    };
    proposer = mkOption {
      type = types.nullOr address;
      default = null;
      description = ''
        Address of the proposer's key (`op-warden keys address`). The challenger claims its bonds:
        nobody else does, so the gate of the challenger refuses another address, and none.
      '';
      example = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
    };
    challenger = mkOption {
      type = types.nullOr address;
      default = null;
      description = "Address of the challenger's key (`op-warden keys address`).";
      example = "0x90F79bf6EB2c4f870365E785982E1f101E93b906";
    };
    honestActors = mkOption {
      type = types.listOf address;
      default = lib.filter (actor: actor != null) [
        cfg.chain.proposer
        cfg.chain.challenger
      ];
      defaultText = lib.literalExpression "[ chain.proposer chain.challenger ], without null";
      description = "Addresses whose claims dispute-mon counts as ours: of proposer and challenger.";
    };
    prestateFile = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = ''
        Absolute prestate of the fault proof program for this chain ({file}`prestate.bin.gz`).
        Permissioned games (type 1) need none: op-challenger resolves them without it. For type 8
        the gate of the challenger answers `wait` while it is null or missing. One that is given is
        compared with L1. For games that began with another program see
        {option}`challenger.prestates`.
      '';
    };
  };
}
