# Files of the module on the host. The paths are fixed: with store paths in them, every unit would
# change, and restart, with op-warden.
rec {
  # In /etc, as `environment.etc` names it.
  bin = "op-stack/bin";
  config = "op-stack/op-warden.json";

  warden = "/etc/${bin}/op-warden";
  exec = "/etc/${bin}/op-exec";
  configFile = "/etc/${config}";

  runtime = "/run/op-stack";
  # Which key each gate passed.
  stamps = "${runtime}/stamps";
  # What each gate told last, by the service's name.
  told = "${runtime}/told";
  # The last errors of programs that died.
  lastErrors = "${runtime}/last-errors";
  # A file with the name of a service keeps that service stopped, also after a reboot.
  holdIn = stateDir: "${stateDir}/hold";
}
