//! There is room for the service's data.

use op_util::text::bytes;

use crate::command::{Command, integer};
use crate::finding::{Comparison, Finding};
use crate::{config::Service, gate::Gate, read::Facts};

const GATE: Gate = Gate::Disk;

pub(crate) fn judge(service: &Service, facts: &Facts) -> Vec<Finding> {
    let (Some(folder), Some(least)) = (&service.data_dir, service.min_free_bytes) else {
        return Vec::new();
    };
    let Some(disk) = facts.host.disks.get(folder) else { return Vec::new() };
    let own = service.command.as_ref().map(of_op_geth).unwrap_or_default();
    let (least, source) = if own > least {
        (own, "op-geth, which ends where there is less (--datadir.minfreedisk)")
    } else {
        (least, "minFreeBytes of the service")
    };
    let expected = (format!("at least {} free", bytes(least)), source);
    vec![match disk {
        Ok(disk) => Comparison::new(
            GATE,
            expected,
            (
                format!("{} free", bytes(disk.free)),
                format!("the file system of {}", disk.folder.display()),
            ),
        )
        .wait_unless(
            disk.free >= least,
            format!(
                "Make room on the file system of {}, or move the data to a larger one. An engine \
                 whose disk is full stops, and may have to sync anew.",
                disk.folder.display()
            ),
        ),
        Err(error) => Comparison::new(GATE, expected, (error, folder.display()))
            .wait(format!("Make {} readable: mount its disk, correct the path.", folder.display())),
    }]
}

/// Bytes below which op-geth ends right after its start (`StartNode` in go-ethereum's `cmd/utils`): twice what its
/// cache leaves to dirty tries, unless a flag says otherwise.
fn of_op_geth(command: &Command) -> u64 {
    if command.component != "op-geth" {
        return 0;
    }
    let number = |flag| command.value(flag).and_then(integer);
    let cache = number("cache").unwrap_or(4096);
    let of_cache = || cache.saturating_mul(number("cache.gc").unwrap_or(25)) / 50;
    number("datadir.minfreedisk").unwrap_or_else(of_cache).saturating_mul(1 << 20)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn op_geths_own_limit_follows_from_its_flags() {
        let limit = |component: &str, args: &[&str]| {
            let command = serde_json::json!({"component": component, "args": args});
            of_op_geth(&serde_json::from_value(command).unwrap())
        };
        // As v1.101702.3 did with 1.46 GiB free.
        assert_eq!(limit("op-geth", &[]), 2 << 30);
        assert_eq!(limit("op-geth", &["--cache=64"]), 32 << 20);
        assert_eq!(limit("op-geth", &["--cache=1000", "--cache.gc", "50"]), 1_000 << 20);
        assert_eq!(limit("op-geth", &["--datadir.minfreedisk=7", "--cache=64"]), 7 << 20);
        assert_eq!(limit("op-reth", &[]), 0);
    }
}
