# Component -> { release, flags, defaults }: the flags that the official programs know, and name -> default
# (null for none), by the table of crates/op-release. Builtins only.
let
  lines = builtins.filter (line: builtins.isString line && line != "") (
    builtins.split "\n" (builtins.readFile ../../crates/op-release/src/flags/known.txt)
  );
  add =
    { programs, last }@all:
    line:
    let
      program = builtins.match "([a-z][^ ]*) ([^ ]+)" line;
      flag = builtins.match " +([^ =]+).*" line;
      names = builtins.filter builtins.isString (builtins.split "," (builtins.head flag));
      default = builtins.match ".* \\((.*)\\)" line;
    in
    if program != null then
      rec {
        last = builtins.head program;
        programs = all.programs // {
          ${last} = {
            release = builtins.elemAt program 1;
            flags = [ ];
            defaults = { };
          };
        };
      }
    else if flag != null then
      all
      // {
        programs = programs // {
          ${last} = programs.${last} // {
            flags = programs.${last}.flags ++ names;
            defaults =
              programs.${last}.defaults
              // builtins.listToAttrs (
                map (name: {
                  inherit name;
                  value = if default == null then null else builtins.head default;
                }) names
              );
          };
        };
      }
    else
      all;
in
(builtins.foldl' add {
  programs = { };
  last = "";
} lines).programs
