# Key files from sops-nix, if the host imports it; without it, the key file options take any path.
{
  config,
  lib,
  options,
  ...
}:
let
  cfg = config.services.every-channel.op-stack;
  prefix = "services.every-channel.op-stack";
  host = config.networking.hostName;

  name = key: "op-stack-${key}";

  # Key -> the units that are restarted when it changes. URLs and variables are the operator's to declare:
  # their files have no default.
  users = lib.removeAttrs (lib.zipAttrs (
    map (service: lib.mapAttrs (_: _: "${service.unit}.service") service.keyFiles) (
      lib.attrValues cfg.definition.services
    )
  )) cfg.definition.operatorsKeys;

  roles = [
    "batcher"
    "proposer"
    "challenger"
  ];
  # Without its service there is no secret either.
  path = key: lib.mkDefault (config.sops.secrets.${name key}.path or "/run/secrets/${name key}");
  # A key that the operator has elsewhere is no secret of ours.
  options' = options.services.every-channel.op-stack;
  isOurs =
    key:
    let
      option = if key == "sequencer" || lib.elem key roles then options'.${key}.keyFile else null;
    in
    option == null || option.highestPrio >= (lib.mkDefault null).priority;
  wanted = cfg.enable && cfg.secrets.sopsDirectory != null;

  fileOf = key: cfg.secrets.sopsDirectory + "/${key}.${host}";
  ours = lib.filterAttrs (key: _: isOurs key) users;
  # One that is not there yet would keep the others from being installed: its service waits for it alone.
  there = lib.filterAttrs (key: _: builtins.pathExists (fileOf key)) ours;
  absent = lib.attrNames (removeAttrs ours (lib.attrNames there));
in
{
  options.services.every-channel.op-stack.secrets.declared = lib.mkOption {
    type = lib.types.listOf lib.types.str;
    default = [ ];
    internal = true;
    description = "Files of the secrets that this module declares.";
  };

  config = lib.mkMerge [
    {
      assertions = [
        {
          assertion = !wanted || options ? sops;
          message = "${prefix}.secrets.sopsDirectory needs sops-nix: import its nixosModules.sops, or give the key files one by one.";
        }
      ];
    }
    # From an activation script, sops-nix restarts no unit in NixOS 26.11.
    (lib.optionalAttrs (options ? sops && options.sops ? useSystemdActivation) (
      lib.mkIf wanted { sops.useSystemdActivation = lib.mkDefault true; }
    ))
    (lib.optionalAttrs (options ? sops) (
      lib.mkIf wanted {
        sops.secrets = lib.mapAttrs' (
          key: units:
          lib.nameValuePair (name key) {
            sopsFile = fileOf key;
            format = "binary";
            restartUnits = units;
          }
        ) there;

        warnings = lib.optional (absent != [ ]) (
          "${prefix}.secrets.sopsDirectory: no ${lib.concatMapStringsSep ", " (key: "${key}.${host}") absent}."
          + " Until they are there, and known to git in a flake, the gates of their services wait:"
          + " `op-warden keys generate --sops --out FILE`."
        );

        services.every-channel.op-stack = {
          secrets.declared = map (
            key: config.sops.secrets.${name key}.path or "/run/secrets/${name key}"
          ) (lib.attrNames ours);
          sequencer.keyFile = path "sequencer";
        }
        // lib.genAttrs roles (role: {
          keyFile = path role;
        });
      }
    ))
  ];
}
