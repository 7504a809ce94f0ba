# What cannot work, as errors that name the option to set.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.observation;
  prefix = "services.every-channel.observation";
  inStore = path: lib.hasPrefix "${builtins.storeDir}/" (toString path);
in
{
  config = lib.mkIf cfg.enable {
    assertions = [
      {
        assertion = (cfg.chain.rpc != null) != (cfg.chain.rpcFile != null);
        message = "${prefix}.chain: set one of rpc and rpcFile: a node of the ledger's chain.";
      }
      {
        assertion = cfg.chain.rpc == null || !(lib.hasInfix "@" cfg.chain.rpc);
        message = "${prefix}.chain.rpc: a password in a URL would be in the world-readable store. Use ${prefix}.chain.rpcFile.";
      }
      {
        assertion = builtins.match "0x0{40}" cfg.ledger == null;
        message = "${prefix}.ledger is the zero address: take `ledger` of deployment.json.";
      }
      {
        assertion = !(lib.any inStore cfg.archives);
        message = "${prefix}.archives: what is in the store does not grow. Name the archive's own files.";
      }
    ];
  };
}
