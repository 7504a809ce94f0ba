# The chain: its files, its contracts, its disputes.
{ config, lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) address urlFiles;
  cfg = config.services.every-channel.op-stack;
  paths = import ../paths.nix;
  # A fetched bundle has both files.
  files =
    if paths.isUrl cfg.chain.bundle then paths.bundleIn cfg.stateDir else "${cfg.stateDir}/chain";
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
      default = "${files}/genesis.json";
      defaultText = lib.literalExpression ''"''${stateDir}/chain/genesis.json"'';
      description = "genesis.json, as `op-deployer inspect genesis` prints it.";
    };
    rollupFile = mkOption {
      type = types.path;
      default = "${files}/rollup.json";
      defaultText = lib.literalExpression ''"''${stateDir}/chain/rollup.json"'';
      description = "rollup.json, as `op-deployer inspect rollup` prints it.";
    };
    bundle = mkOption {
      type = types.nullOr (types.either (types.strMatching "https://[A-Za-z0-9._~/:-]+") types.path);
      default = null;
      example = "https://chain.example/bundle/";
      description = ''
        The set of files that the chain's operator published: its URL, its folder, or the manifest in
        it. The gates then refuse a genesis.json and a rollup.json that are not the published ones. A
        URL is fetched every ten minutes, proven with {option}`chain.bundleKey`, and kept in
        `stateDir/bundle`, where genesis.json and rollup.json then are; an older bundle and another
        genesis are not taken. Set it if you follow a chain that somebody else operates.
      '';
    };
    bundleKey = mkOption {
      type = types.nullOr (types.strMatching "ssh-ed25519 AAAA[A-Za-z0-9+/=]+");
      default = null;
      example = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKqsUm0eR0wL0nR2fjyDjvMKGkS0nyYxYbfKx3fWsTDL";
      description = ''
        The public key that the bundle must be signed with (`op-warden bundle key` prints it), or one
        that has handed over to the key that signs. Needed where {option}`chain.bundle` is a URL. The
        gates refuse a bundle that somebody else signed.
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
    peerFiles = urlFiles "/etc/op-stack/keys/peer";
    blockTime = mkOption {
      type = types.ints.positive;
      default = 1;
      description = ''
        Seconds between blocks of the L2, `block_time` of rollup.json. {option}`proofWindow` and
        {option}`proofsHistory` follow from it. With the default an engine keeps enough for every chain; for blocks of
        2 s twice of what it needs.
      '';
      example = 2;
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
