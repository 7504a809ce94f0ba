# ec-witness' configuration. A file that begins with no slash is a credential of the unit that reads it.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.observation;
in
{
  config.services.every-channel.observation.definition = {
    chainId = cfg.chain.id;
    inherit (cfg) ledger witness propose;
    keyFile = "key";
    archives = map toString cfg.archives;
    journal = "/var/lib/ec-observe";
    inherit (cfg) minBalance;
    settleSeconds = cfg.settle;
    serve = {
      listen = "127.0.0.1:${toString cfg.health.port}";
      intervalSeconds = cfg.health.interval;
      notFinalSeconds = cfg.health.notFinal;
      silentSeconds = cfg.health.silent;
      lookBackBlocks = cfg.health.lookBack;
      unit = "ec-observe.service";
    };
  }
  // (if cfg.chain.rpcFile == null then { inherit (cfg.chain) rpc; } else { rpcFile = "rpc"; })
  // lib.optionalAttrs (cfg.mapping != null) { mapping = "${cfg.mapping}"; };
}
