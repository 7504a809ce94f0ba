# The options as CommonMark. Pure, so that the reference in the repository can be compared with it
# by an evaluation alone.
{ lib, options }:
let
  documented = lib.filter (option: option.visible && !option.internal) (
    lib.optionAttrSetToDocList options
  );

  # What a literal stands for in text.
  shown =
    value:
    if value._type or null == "literalExpression" || value._type or null == "literalMD" then
      value.text
    else
      lib.generators.toPretty { multiline = false; } value;

  # NixOS's own markup, {option}`x` and {file}`x`, is not CommonMark.
  plain = lib.replaceStrings [ "{option}`" "{file}`" ] [ "`" "`" ];

  line = name: value: lib.optionalString (value != null) "\n* ${name}: `${lib.replaceStrings [ "\n" ] [ " " ] value}`";

  entry = option: ''
    ## ${lib.replaceStrings [ "<" ">" ] [ "\\<" "\\>" ] option.name}

    ${lib.trim (plain (option.description or ""))}
    ${line "type" option.type}${
      line "default" (if option ? default then shown option.default else null)
    }${line "example" (if option ? example then shown option.example else null)}
  '';

  mine = lib.filter (option: lib.hasPrefix "services." option.name) documented;
in
''
  # Options of `services.every-channel.op-stack`

  Made from the module by `nix build .#options-doc`; a check compares it.

''
+ lib.concatMapStringsSep "\n" entry mine
