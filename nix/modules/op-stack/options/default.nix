# Declarations only. Here: the host; in the other files: what runs on it.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) address plainFolder secretFile;
in
{
  imports = [
    ./chain.nix
    ./l1.nix
    ./services.nix
    ./warden.nix
    ./monitoring.nix
  ];

  options.services.every-channel.op-stack = {
    enable = lib.mkEnableOption "an OP Stack chain, every service behind its gate";

    package = mkOption {
      type = types.package;
      defaultText = lib.literalExpression "host-programs of this flake";
      description = ''
        Package with `bin/op-warden` and `bin/op-exec`. op-exec must be linked statically: it also runs
        inside the containers, where it gives the programs their keys.
      '';
    };

    stateDir = mkOption {
      type = plainFolder;
      default = "/var/lib/op-stack";
      description = "Folder with the chain's data. It outlives the module: `op-warden purge` lists it.";
    };

    minFree = {
      engine = mkOption {
        type = types.ints.unsigned;
        default = 20;
        description = ''
          Gigabytes that must be free on the disk with an engine's data before the engine starts. An
          engine that runs out of disk may have to sync from the beginning, and it needs gigabytes more
          before an operator can react.
        '';
      };
      others = mkOption {
        type = types.ints.unsigned;
        default = 1;
        description = "The same, in gigabytes, for every other service that keeps data.";
      };
    };

    secrets = {
      directory = mkOption {
        type = secretFile;
        default = "/etc/op-stack/keys";
        description = ''
          Folder of the key files, unless they come from sops or are given one by one. On a host whose
          {file}`/etc` cannot be written, or is new at each boot, choose another, such as
          {file}`/var/lib/op-stack-keys`, and keep it.
        '';
      };
      sopsDirectory = mkOption {
        type = types.nullOr types.path;
        default = null;
        description = ''
          Folder with the sops files {file}`ROLE.HOSTNAME`, one for each key; needs the sops-nix
          module. When a key changes, its service is restarted. The gate of a service whose file is not
          there yet waits.
        '';
        example = lib.literalExpression "../../secrets";
      };
    };

    burnedKeys = mkOption {
      type = types.listOf address;
      default = [ ];
      description = ''
        Accounts whose keys were lost or shown. The gates refuse them in every role, in addition to
        keys that everybody knows.
      '';
    };

    dangerouslyReuseKeys = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Allow batcher and proposer to have one key, for a chain whose contracts name one account for
        both. They take each other's nonces.
      '';
    };

    dangerouslyRunUnpinnedImages = mkOption {
      type = types.bool;
      default = false;
      description = ''
        Pull and run images by tag. Whoever controls the tag then controls the chain's keys: only for
        trying things out.
      '';
    };
  };
}
