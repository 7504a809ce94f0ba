# The options that every service has.
{ lib }:
let
  inherit (lib) mkOption types;
  inherit (import ./types.nix { inherit lib; }) secretFile;

  flagValue =
    let
      atom = types.oneOf [
        types.bool
        types.int
        types.str
      ];
    in
    types.nullOr (types.either atom (types.listOf (types.either types.int types.str)));
in
{
  # What the service is, in words.
  what,
  # Component of nix/stack/images.json, and its name in the documentation.
  component,
  componentText ? component,
  # Ports by name, of nix/stack/ports.nix, and a default's text in the documentation.
  ports,
  portText ? _name: port: toString port,
  # Memory that the container may use, and a default's text in the documentation.
  memory,
  memoryText ? null,
  # Who is killed first when the host has no memory left, and the share of a busy host's time.
  oomScore ? 0,
  weight ? 100,
  # Component -> its pin.
  pins,
}:
let
  pin = pins.${component};
  pinned = name: lib.literalExpression "(importJSON images.file).${componentText}.${name}";
in
{
  enable = lib.mkEnableOption what // {
    default = true;
    example = false;
  };

  image = {
    repository = mkOption {
      type = types.str;
      default = pin.repository;
      defaultText = pinned "repository";
      description = "Repository of the image of ${what}.";
    };
    tag = mkOption {
      type = types.str;
      default = pin.tag;
      defaultText = pinned "tag";
      description = "Tag that {option}`digest` was resolved from. The tag alone is never pulled.";
    };
    digest = mkOption {
      type = types.nullOr (types.strMatching "sha256:[0-9a-f]{64}");
      default = pin.digest;
      defaultText = pinned "digest";
      description = ''
        Digest of the image. While it is null, the service's gate answers `wait` and nothing is
        pulled: `op-warden images lock` writes it into the file of {option}`images.file`.
      '';
      example = "sha256:eec35eaafb6f8b3d07c6844ff87c4f8af81fca088472b6a432435c53a36b8a4c";
    };
    file = mkOption {
      type = types.nullOr types.path;
      default = null;
      description = ''
        Archive with the image under {option}`repository` and {option}`tag`, as
        `dockerTools.pullImage` makes it. It is a part of the system, so its hash pins it: nothing is
        pulled, and {option}`digest` is not used.
      '';
      example = lib.literalExpression "pkgs.dockerTools.pullImage { … }";
    };
  };

  startTimeout = mkOption {
    type = types.ints.positive;
    default = 900;
    description = "Seconds until a start of ${what} is given up; a first start pulls the image.";
  };
  stopTimeout = mkOption {
    type = types.nullOr types.ints.positive;
    default = null;
    description = ''
      Seconds that ${what} has for its end before it is killed; null for what {file}`nix/stack` says.
      An engine that is killed may lose its last blocks.
    '';
    example = 1200;
  };

  settings = mkOption {
    type = types.attrsOf flagValue;
    default = { };
    description = ''
      Flags of ${what}, by their names and without the dashes. They replace the defaults in
      {file}`nix/stack`. `true` gives the bare flag, `false` and null leave it out (the string "false"
      gives `--flag=false`), a list is joined with commas. Flags that follow from other options cannot
      be set here.
    '';
    example = lib.literalExpression ''{ "log.level" = "debug"; }'';
  };

  extraArgs = mkOption {
    type = types.listOf types.str;
    default = [ ];
    description = "Arguments that follow the flags, unchanged.";
    example = [ "--log.format=json" ];
  };

  environment = mkOption {
    type = types.attrsOf types.str;
    default = { };
    description = ''
      Environment variables of the container. They are world-readable: give keys as key files.
    '';
    example = {
      GOGC = "50";
    };
  };

  environmentFiles = mkOption {
    type = types.attrsOf secretFile;
    default = { };
    description = ''
      Environment variables of ${what} whose values are secret, each with the file that holds its value
      in one line: any flag of the program can be given so. They exist in the environment of the program
      alone, as keys do.
    '';
    example = {
      OP_NODE_L1_BEACON_HEADER = "/etc/op-stack/keys/beacon-header";
    };
  };

  ports = lib.mapAttrs (
    name: port:
    mkOption {
      type = types.port;
      default = port;
      defaultText = lib.literalExpression (portText name port);
      description = "Port of ${what}: ${name}.";
    }
  ) ports;

  resources = {
    memory = mkOption (
      {
        type = types.nullOr (types.strMatching "[0-9]+[bkmg]");
        default = memory;
        description = ''
          Memory that the container may use, without swap; null for no limit. The program is told its share of it:
          `GOMEMLIMIT` of Go's, the cache of op-reth. One that uses more is killed by the kernel: the conditions
          `service` and `restarts` say so, with the name of this option.
        '';
        example = "4g";
      }
      // lib.optionalAttrs (memoryText != null) { defaultText = lib.literalExpression memoryText; }
    );
    oomScore = mkOption {
      type = types.nullOr (types.ints.between (-1000) 1000);
      default = oomScore;
      description = ''
        `oom_score_adj` of the container: when the host has no memory left, the kernel kills what has the
        highest score. null for podman's default.
      '';
    };
    weight = mkOption {
      type = types.ints.between 1 10000;
      default = weight;
      description = "Share of the processors and disks when they are busy; systemd's default is 100.";
    };
    pids = mkOption {
      type = types.nullOr types.ints.positive;
      default = 4096;
      description = "Number of threads and processes in the container; null for podman's default.";
    };
  };
}
