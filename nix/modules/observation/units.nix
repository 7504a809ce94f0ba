# ec-observe.service signs, behind its gate; ec-witness.service looks after it. What a gate lets wait is tried
# again by the timer, what somebody stops with the target stays stopped.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.observation;
  hardening = import ../op-stack/hardening.nix;

  # As of op-stack: with store paths in them, units would change with whatever is behind them.
  bin = "ec-observation/bin";
  file = "ec-observation/witness.json";
  program = "/etc/${bin}/ec-witness";
  given = "--config /etc/${file}";
  documentation = [ "file:/etc/ec-observation/README.md" ];
  stateDir = "/var/lib/ec-observation";

  rpc = lib.optional (cfg.chain.rpcFile != null) "rpc:${cfg.chain.rpcFile}";

  missing = lib.optional (cfg.chain.rpcFile != null) "rpc:missing";

  # For `op-warden purge --inventory`, also when the module is gone.
  inventory = {
    version = 2;
    inherit stateDir;
    data = [ ];
    # The journal: what the key has signed.
    folders = [ "/var/lib/ec-observe" ];
    containers = [ ];
    images = [ ];
    secrets = [ ];
    operatorsSecrets = [ cfg.keyFile ] ++ lib.optional (cfg.chain.rpcFile != null) cfg.chain.rpcFile;
    units = [
      "ec-observation.target"
      "ec-observe.service"
      "ec-witness.service"
    ];
    user = "ec-observe";
  };
  inventoryText = lib.replaceStrings [ "\\" "%" ] [ "\\\\" "%%" ] (builtins.toJSON inventory);

  common = {
    inherit documentation;
    partOf = [ "ec-observation.target" ];
    after = [ "network-online.target" ];
    wants = [ "network-online.target" ];
    startLimitIntervalSec = 0;
    restartTriggers = [
      cfg.package
      config.environment.etc.${file}.source
    ];
  };
in
{
  config = lib.mkIf cfg.enable {
    environment.etc = {
      ${bin}.source = "${cfg.package}/bin";
      ${file}.text = builtins.toJSON cfg.definition;
      "ec-observation/README.md".source = ../../../crates/witness/README.md;
      "ec-observation/alerts.yml".source = ../../../crates/witness/monitoring/alerts.yml;
    };
    environment.systemPackages = [ cfg.package ];

    systemd.targets.ec-observation = {
      description = "Witness of observations";
      inherit documentation;
      wantedBy = [ "multi-user.target" ];
    };

    systemd.services.ec-observe = common // {
      description = "Witness of observations: ${cfg.witness}";
      unitConfig = {
        RequiresMountsFor = map toString cfg.archives;
        # It is skipped, and does not fail, as long as its key is not there.
        ConditionPathExists = cfg.keyFile;
      };
      serviceConfig = hardening // {
        # Whose journal it is does not change with a reboot, and nobody else may read the archive by it.
        DynamicUser = true;
        User = "ec-observe";
        SupplementaryGroups = cfg.archiveGroups;
        StateDirectory = "ec-observe";
        StateDirectoryMode = "0700";
        LoadCredential = [ "key:${cfg.keyFile}" ] ++ rpc;
        SetCredential = missing;
        # systemd gives the key to what comes after it only.
        ExecCondition = "${program} gate --without-key ${given}";
        ExecStartPre = "${program} gate --key ${given}";
        ExecStart = "${program} watch ${given}";
        Restart = "on-failure";
        RestartSec = "5s";
        RestartSteps = 5;
        RestartMaxDelaySec = "1min";
        # What is sorted on disk is of the size of a part of the archive.
        MemoryMax = "1G";
      };
    };
    # What its gate lets wait or refuses is tried again.
    systemd.timers.ec-observe = {
      description = "Witness of observations: try again";
      inherit documentation;
      wantedBy = [ "ec-observation.target" ];
      partOf = [ "ec-observation.target" ];
      timerConfig = {
        OnActiveSec = "1s";
        # Not after its last end: what a condition keeps from its start has none.
        OnCalendar = "*:*:00/30";
        AccuracySec = "1s";
      };
    };

    systemd.services.ec-witness = common // {
      description = "Witness of observations: health";
      wantedBy = [ "ec-observation.target" ];
      serviceConfig = hardening // {
        DynamicUser = true;
        LoadCredential = rpc;
        SetCredential = missing;
        ExecStart = "${program} serve ${given}";
        Restart = "always";
        RestartSec = "2s";
        RestartSteps = 5;
        RestartMaxDelaySec = "1min";
      };
    };

    systemd.tmpfiles.rules = [
      "d ${stateDir} 0755 root root -"
      "f+ ${stateDir}/inventory.json 0644 root root - ${inventoryText}"
    ];
  };
}
