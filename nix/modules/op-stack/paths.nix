# Files of the module on the host. The paths are fixed: with store paths in them, every unit would
# change, and restart, with op-warden, podman and whatever else of nixpkgs stands behind them.
rec {
  # In /etc, as `environment.etc` names it.
  bin = "op-stack/bin";
  config = "op-stack/op-warden.json";
  runners = "op-stack/units";

  # What an operator does when; every unit names it.
  book = "/etc/op-stack/README.md";
  documentation = [ "file:${book}" ];

  warden = "/etc/${bin}/op-warden";
  exec = "/etc/${bin}/op-exec";
  configFile = "/etc/${config}";
  runnersFolder = "/etc/${runners}";
  runner = name: "${runnersFolder}/${name}";

  # Where podman keeps images.
  images = "/var/lib/containers";

  runtime = "/run/op-stack";
  # Which key each gate passed.
  stamps = "${runtime}/stamps";
  # What each gate told last, by the service's name.
  told = "${runtime}/told";
  # The last errors of programs that died.
  lastErrors = "${runtime}/last-errors";
  # Engines that died, until they run again.
  died = "${runtime}/died";
  # Keys of engines, as these take them.
  identities = "${runtime}/identities";
  # What each running service was started by: a copy of its runner.
  started = "${runtime}/started";
  # A file with the name of a service keeps that service stopped, also after a reboot; `all` keeps all.
  holdIn = stateDir: "${stateDir}/hold";
  # The bundle that the chain's operator publishes, as it was fetched.
  bundleIn = stateDir: "${stateDir}/bundle";
  isUrl = bundle: builtins.isString bundle && builtins.match "https://.*" bundle != null;
  # A file with the name of a condition: what was found of it until then is accepted.
  acceptedIn = stateDir: "${stateDir}/accepted";
  # What ran last on an engine's data.
  ranIn = stateDir: "${stateDir}/ran";
}
