# The options as CommonMark. Pure, so that the reference in the repository can be compared with it
# by an evaluation alone.
{ lib }:
let
  prefix = "services.every-channel.op-stack.";

  inherit
    (lib.evalModules {
      modules = [
        ../modules/op-stack/options
        { _module.check = false; }
      ];
    })
    options
    ;

  documented = lib.filter (
    option: option.visible && !option.internal && lib.hasPrefix prefix option.name
  ) (lib.optionAttrSetToDocList options);

  oneLine =
    text:
    lib.concatStringsSep " " (
      lib.filter (word: word != "") (lib.splitString " " (lib.replaceStrings [ "\n" ] [ " " ] text))
    );

  # The text of a default or an example.
  shown =
    value:
    if value._type or null == "literalExpression" || value._type or null == "literalMD" then
      value.text
    else
      lib.generators.toPretty { multiline = false; } value;

  # NixOS's own markup, {option}`x` and {file}`x`, is not CommonMark.
  plain = lib.replaceStrings [ "{option}`" "{file}`" "‹name›" ] [ "`" "`" "NAME" ];

  line = name: value: lib.optional (value != null) "* ${name}: `${oneLine value}`";

  entry =
    option:
    lib.concatStringsSep "\n" (
      [
        "## `${lib.removePrefix prefix (lib.replaceStrings [ "<name>" ] [ "NAME" ] option.name)}`"
        ""
        (lib.trim (plain (option.description or "")))
        ""
      ]
      ++ line "type" option.type
      ++ line "default" (if option ? default then shown option.default else null)
      ++ line "example" (if option ? example then shown option.example else null)
    );
in
''
  # Options of `services.every-channel.op-stack`

  Made from the module by `nix build .#options-doc`; a check compares it. Where Nix can only evaluate:

  ```
  nix-instantiate --eval --strict --json -E 'import ./nix/packages/options-doc.nix { lib = import NIXPKGS/lib; }' \
    | jq -j . > nix/modules/options.md
  ```

''
+ lib.concatMapStringsSep "\n\n" entry documented
+ "\n"
