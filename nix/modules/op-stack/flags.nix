# A misspelt flag ends its program at the start: it is warned of when the host is evaluated. The gate
# `flags` knows more of them, values too, and judges before each start.
{ config, lib, ... }:
let
  cfg = config.services.every-channel.op-stack;
  prefix = "services.every-channel.op-stack";

  known = import ../../stack/known-flags.nix;

  # Letters that a misspelt name has wrong at most; two that changed places count twice.
  slips = 2;
  # nixpkgs' levenshteinAtMost knows no letter that was left out of a pair ("chanel", "channel").
  distance =
    one: other:
    let
      letters = lib.stringToCharacters other;
      # The row of the table behind one more letter of `one`.
      row =
        before: letter:
        lib.foldl' (
          row: column:
          row
          ++ [
            (lib.min (lib.min (lib.last row + 1) (lib.elemAt before (column + 1) + 1)) (
              lib.elemAt before column + (if lib.elemAt letters column == letter then 0 else 1)
            ))
          ]
        ) [ (lib.head before + 1) ] (lib.range 0 (lib.length letters - 1));
    in
    lib.last (lib.foldl' row (lib.range 0 (lib.length letters)) (lib.stringToCharacters one));
  meant = flag: flags: lib.findFirst (known: distance flag known <= slips) null flags;

  warningsOf =
    service:
    let
      program = known.${service.component};
      at = flag: ''${prefix}.${service.option}.settings."${flag}"'';
      unknown = lib.filter (flag: !(lib.elem flag program.flags)) (
        lib.attrNames service.overrides.settings
      );
      warning =
        flag:
        let
          other = meant flag program.flags;
        in
        if other != null then
          [ "${at flag}: ${service.component} ${program.release} has no such flag. Did you mean \"${other}\"?" ]
        # A later release may have new ones.
        else if service.image.tag == program.release then
          [ "${at flag}: ${service.component} ${program.release} has no such flag." ]
        else
          [ ];
    in
    lib.optionals (known ? ${service.component}) (lib.concatMap warning unknown);
in
{
  config = lib.mkIf cfg.enable {
    warnings = lib.concatMap warningsOf (lib.attrValues cfg.definition.services);
  };
}
