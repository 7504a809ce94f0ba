# What a unit does around its program, beside the gate: notes of its runs, readiness, last words.
{ pkgs, lib }:
let
  paths = import ./paths.nix;
  inherit (pkgs) coreutils;

  # For files that another process reads.
  note = ''
    note() {
      echo "$1" > "$file.new"
      ${coreutils}/bin/mv "$file.new" "$file"
    }
  '';

  noteLastRun =
    service: script:
    lib.optional (service.gate ? lastRun) (
      pkgs.writeShellScript "${service.container}-last-run" ''
        set -eu
        file=${service.gate.lastRun}
        read -r boot < /proc/sys/kernel/random/boot_id
        ${note}
        ${script}
      ''
    );
in
{
  # Until when the service ran here, for the gate `alone`; the words are those of op-gate's `last_run`.
  noteRunning = service: noteLastRun service ''note "running $boot"'';
  # A start that the gate prevented has not run.
  noteStopped =
    service:
    noteLastRun service ''
      last=
      [ ! -e "$file" ] || read -r last < "$file"
      [ "$last" != "running $boot" ] || note stopped
    '';

  # Services that start after this one find an open port. A program that ends is not waited for.
  awaitReady =
    service:
    let
      question = builtins.toJSON {
        jsonrpc = "2.0";
        id = 1;
        inherit (service.ready) method;
        params = [ ];
      };
    in
    lib.optional (service.ready != null) (
      pkgs.writeShellScript "${service.container}-ready" ''
        for _ in $(${coreutils}/bin/seq 60); do
          kill -0 "$MAINPID" 2>/dev/null || exit 0
          ${lib.getExe pkgs.curl} --silent --output /dev/null --connect-timeout 1 --max-time 2 \
            --json '${question}' ${service.ready.url} && exit 0
          ${coreutils}/bin/sleep 1
        done
      ''
    );

  # What the program said last before it died, or else podman, for the health service. The gate has no
  # exit code here.
  lastError = name: service: [
    (pkgs.writeShellScript "${service.container}-last-error" ''
      [ -n "''${EXIT_CODE:-}" ] && [ "$SERVICE_RESULT" != success ] || exit 0
      file=${paths.lastErrors}/${name}
      ${note}
      last() {
        journalctl --quiet --output=cat --lines=200 "_SYSTEMD_INVOCATION_ID=$INVOCATION_ID" "$@" \
          | ${paths.warden} explain --last
      }
      said=$(last SYSLOG_IDENTIFIER=${service.container})
      note "''${said:-$(last)}"
    '')
  ];
}
