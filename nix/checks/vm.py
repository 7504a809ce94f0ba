import json
import re
import time

# The test driver's own; its linters know them.
# ruff: noqa: F821

L1 = "/var/lib/l1"
STATE = "/var/lib/op-stack"
KEYS = "/etc/op-stack/keys"
# vm.nix has its peer id.
IDENTITY = "5b0e2a8c4f7d91e36ac85d20b7f4193e6c8ad5027be1f94360ad7c852e91b34f"

PATIENCE = 120
# Long enough for several retries, which come every two seconds.
RETRIES = 8

WITH_KEYS = ["sequencer-node", "batcher", "proposer", "challenger"]
WITHOUT_KEYS = ["dispute-mon", "follower-one-engine", "follower-one-node"]


def unit(service: str) -> str:
    return f"podman-op-stack-{service}.service"


def show(service: str, what: str) -> str:
    return machine.succeed(f"systemctl show -P {what} {unit(service)}").strip()


def wait_shown(services: list[str], what: str, value: str) -> None:
    for service in services:
        machine.wait_until_succeeds(
            f'test "$(systemctl show -P {what} {unit(service)})" = {value}', PATIENCE
        )


def journal(service: str) -> str:
    return machine.succeed(f"journalctl -o cat --no-pager -u {unit(service)}")


def failed_units() -> list[str]:
    lines = machine.succeed("systemctl --failed --plain --no-legend").splitlines()
    return [line.split()[0] for line in lines]


def ask(port: int, method: str, path: str) -> str:
    """A shell command that prints a part of a JSON-RPC result."""
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": []})
    return f"curl -sf --json '{body}' http://127.0.0.1:{port} | jq -er .result.{path}"


HEAD = ask(9545, "optimism_syncStatus", "unsafe_l2.number")


def wait_block(after: int) -> None:
    machine.wait_until_succeeds(f'test "$({HEAD})" -gt {after}', PATIENCE)


def give_key(name: str, role: str) -> None:
    machine.succeed(f"install -D -m 0400 {L1}/keys/{role}.key {KEYS}/{name}")


def beyond_loopback() -> set[str]:
    sockets = machine.succeed("ss -Hltun | awk '{print $1, $5}'").splitlines()
    return {s for s in sockets if not s.split()[1].startswith(("127.", "[::1]"))}


def store_paths(text: str) -> str:
    return " ".join(sorted(set(re.findall(r"/nix/store/[0-9a-z]{32}-[\w.+=?-]+", text))))


def expect_nothing(what: str, command: str) -> None:
    left = machine.succeed(f"{command} || true").strip()
    assert left == "", f"{what}: {left}"


def boots_and_waits() -> None:
    machine.wait_for_unit("multi-user.target")
    wait_shown(["sequencer-engine"], "Result", "exec-condition")
    assert failed_units() == [], failed_units()


def l1_with_contracts() -> dict[str, str]:
    machine.succeed("systemctl start l1.service")
    machine.wait_for_file(f"{L1}/chain/chain.json", PATIENCE)
    machine.succeed("systemctl start l1-port.service")
    machine.wait_for_open_port(18545, timeout=PATIENCE)
    for file in ["genesis.json", "rollup.json", "l1-chain-config.json"]:
        machine.succeed(f"install -m 0444 {L1}/chain/{file} {STATE}/chain/{file}")
    return json.loads(machine.succeed(f"cat {L1}/chain/chain.json"))


def missing_keys_skip() -> None:
    machine.wait_until_succeeds(
        f"journalctl -o cat -u {unit('sequencer-engine')} | grep -F 'there is no {KEYS}/p2p'", PATIENCE
    )
    machine.succeed(f"install -d -m 0700 {KEYS}; printf %s {IDENTITY} > {KEYS}/p2p")
    wait_shown(["sequencer-engine"], "ActiveState", "active")
    for service in WITH_KEYS:
        for reason in [f"{KEYS}/", "there is no such file"]:
            machine.wait_until_succeeds(
                f"journalctl -o cat -u {unit(service)} | grep -F '{reason}'", PATIENCE
            )
        # While it is tried again it is neither.
        wait_shown([service], "ActiveState", "inactive")
        wait_shown([service], "Result", "exec-condition")
    assert failed_units() == [], failed_units()


def a_wrong_key_is_refused() -> None:
    give_key("sequencer", "batcher")
    wait_shown(["sequencer-node"], "ActiveState", "failed")
    said = journal("sequencer-node")
    assert "refuse  sequencer-key" in said, said
    before = said.count("sequencer-node: refuse")
    time.sleep(RETRIES)
    after = journal("sequencer-node").count("sequencer-node: refuse")
    assert before == after, f"judged {after - before} times more"
    assert failed_units() == [unit("sequencer-node")], failed_units()


def right_keys_start_the_chain() -> None:
    for role in ["batcher", "proposer", "challenger", "sequencer"]:
        give_key(role, role)
    # A refused service is for the operator to start again, once mended.
    machine.succeed(f"systemctl start {unit('sequencer-node')}")
    wait_block(0)
    wait_shown(WITH_KEYS + WITHOUT_KEYS, "ActiveState", "active")
    assert failed_units() == [], failed_units()
    connected = ask(9645, "opp2p_peerStats", "connected")
    machine.wait_until_succeeds(f'test "$({connected})" -ge 1', PATIENCE)


def a_deposit_arrives(chain: dict[str, str], l1: str) -> None:
    recipient = "0x00000000000000000000000000000000de905170"
    # An account of anvil's that has no role: no service's transaction gets in between.
    sender = "0x976EA74026E726554dB657fA54763abd0C3a0aa9"
    machine.succeed(
        f"cast send --rpc-url {l1} --unlocked --from {sender} --value 12345 "
        f"{chain['optimismPortal']} 'depositTransaction(address,uint256,uint64,bool,bytes)' "
        f"{recipient} 12345 100000 false 0x"
    )
    for port in [8545, 8645]:
        machine.wait_until_succeeds(
            f'test "$(cast balance --rpc-url http://127.0.0.1:{port} {recipient})" = 12345',
            PATIENCE,
        )


def keys_are_nowhere() -> None:
    # In a file, for the search's own command line is searched too.
    machine.succeed(f"for key in {KEYS}/*; do sed s/^0x// $key; echo; done | grep . > /tmp/keys")
    assert machine.succeed("grep -cxE '[0-9a-f]{64}' /tmp/keys").strip() == "5"
    units = store_paths(machine.succeed("systemctl cat '*op-stack*' 'op-warden*'"))
    scripts = store_paths(machine.succeed(f"grep -rIohE '/nix/store/[^ /]+' {units} | sort -u"))
    assert units and scripts, "there is nothing to search"
    # The engine has a copy of its identity, which signs nothing.
    expect_nothing(
        "keys are in files",
        f"grep -rlsFf /tmp/keys {units} {scripts} /etc/systemd/system /etc/op-stack/op-warden.json "
        "/run -D skip --exclude-dir=credentials --exclude-dir=journal /var/lib/containers /var/log "
        "| grep -vx /run/op-stack/identities/sequencer-engine",
    )
    expect_nothing(
        "keys are in command lines",
        "for process in /proc/[0-9]*; do tr '\\0' ' ' 2>/dev/null < $process/cmdline; done "
        "| grep -Ff /tmp/keys",
    )
    expect_nothing("keys are in the journal", "journalctl --no-pager | grep -Ff /tmp/keys")
    expect_nothing(
        "keys are in podman's database",
        "podman inspect $(podman ps -aq) | grep -Ff /tmp/keys",
    )
    # Where a key has to be: else the search would find nothing anywhere.
    payload = machine.succeed("podman inspect -f '{{.State.Pid}}' op-stack-batcher").strip()
    machine.succeed(
        f"tr '\\0' '\\n' < /proc/{payload}/environ | grep ^OP_BATCHER_PRIVATE_KEY= "
        "| grep -cFf /tmp/keys"
    )
    assert machine.succeed(f"stat -c %U /proc/{payload}").strip() == "op-stack"


def only_loopback_listens(before: set[str]) -> None:
    new = beyond_loopback() - before
    assert new == set(), new
    # Where they have to be, for the same reason.
    machine.succeed("ss -Hltn 'sport = :8545' | grep -F 127.0.0.1:8545")


def health_is_reported() -> None:
    machine.wait_until_succeeds('test "$(curl -s http://127.0.0.1:7399/readyz)" = ready', PATIENCE)


def a_held_service_stays_stopped() -> None:
    machine.succeed("op-warden hold proposer --why test")
    time.sleep(RETRIES)
    assert show("proposer", "ActiveState") == "inactive"
    machine.succeed("op-warden release proposer")
    wait_shown(["proposer"], "ActiveState", "active")


def the_engine_restarts_alone() -> None:
    others = WITH_KEYS + ["dispute-mon"]
    before = [show(service, "InvocationID") for service in others]
    machine.succeed(f"systemctl restart {unit('sequencer-engine')}")
    head = int(machine.wait_until_succeeds(HEAD, PATIENCE))
    wait_block(head + 1)
    assert before == [show(service, "InvocationID") for service in others]


def disabled_leaves_nothing() -> None:
    machine.succeed("/run/current-system/specialisation/off/bin/switch-to-configuration test")
    assert failed_units() == [], failed_units()
    for what, command in {
        "containers": "podman ps -aq",
        "units": "systemctl list-units --all --plain --no-legend '*op-stack*' 'op-warden*'",
        "unit files": "ls -d /etc/systemd/system/*op-stack* /etc/systemd/system/op-warden* 2>/dev/null",
        "networks": "podman network ls --format '{{.Name}}' | grep -v '^podman$'",
        "files in /etc": "ls /etc/op-stack | grep -v '^keys$'",
        "runtime folders": "ls -d /run/op-stack-* /run/credentials/podman-op-stack* 2>/dev/null",
        "listeners": "ss -Hltn 'sport = :8545 or sport = :9545 or sport = :7399'",
    }.items():
        expect_nothing(f"{what} are left", command)


def purge_removes_only_with_yes() -> None:
    data = f"{STATE}/sequencer-engine/geth/chaindata"
    listed = machine.succeed("purge")
    for left in ["sequencer-engine", "op-node:"]:
        assert left in listed, listed
    machine.succeed(f"test -d {data}")
    machine.succeed("purge --yes")
    expect_nothing("images are left", "podman images -q")
    machine.succeed(f"test ! -e {STATE}", f"test -e {KEYS}/batcher")


start_all()
with subtest("nothing is there yet: the host boots, every service waits"):
    boots_and_waits()
sockets = beyond_loopback()
with subtest("an L1 with the contracts, and the files of the chain"):
    chain = l1_with_contracts()
with subtest("missing keys: what signs is skipped, with the reason"):
    missing_keys_skip()
with subtest("a wrong key: refused at once, visibly, and not asked again and again"):
    a_wrong_key_is_refused()
with subtest("the right keys: everything starts"):
    right_keys_start_the_chain()
with subtest("a deposit arrives on the sequencer and on the follower"):
    a_deposit_arrives(chain, "http://127.0.0.1:18545")
with subtest("keys are in no unit, store path, command line, journal or container database"):
    keys_are_nowhere()
with subtest("nothing listens beyond loopback"):
    only_loopback_listens(sockets)
with subtest("op-warden says ready"):
    health_is_reported()
with subtest("a held service stays stopped, and comes back when it is let go"):
    a_held_service_stays_stopped()
with subtest("a restart of the engine restarts nothing else, and the chain goes on"):
    the_engine_restarts_alone()
with subtest("disabled: nothing of it runs or is installed"):
    disabled_leaves_nothing()
with subtest("purge lists what is left, and removes it only with --yes"):
    purge_removes_only_with_yes()
