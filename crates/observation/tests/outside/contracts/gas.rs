//! What calls cost beside the least that their storage costs.

use std::{collections::BTreeMap, fmt::Write as _};

/// A transaction (EIP-2028 and EIP-2929 name these figures, in gas).
const TRANSACTION: u64 = 21_000;
/// A word of storage that was zero.
const FRESH: u64 = 22_100;
/// A word of storage that was not.
const UPDATED: u64 = 5_000;
/// A word of storage that is only read, for the first time in the transaction.
const READ: u64 = 2_100;
/// Another contract, called for the first time in the transaction.
const ACCOUNT: u64 = 2_600;
/// Updating again, reading again.
const AGAIN: u64 = 100;
/// The registry, the witness' number and the registry's state.
const STANDING: u64 = ACCOUNT + 2 * READ;

/// A header in calldata, as these tests have it (zero bytes cost a quarter).
const HEADER: u64 = 2_200;
/// A log entry with three indexed parameters.
const LOG: u64 = 375 + 4 * 375;
/// Proposed carries the header.
const PROPOSED: u64 = LOG + 8 * 7 * 32;
/// Finalized carries a number.
const FINALIZED: u64 = LOG + 8 * 32;

/// Calls, the storage that they need, and what calldata and log entries cost on top of it.
fn floors() -> [(&'static str, u64, u64); 9] {
    let head = 2 * UPDATED;
    // The slot's leading observation and its marks.
    let leading = 2 * READ;
    [
        ("propose", TRANSACTION + 2 * FRESH, HEADER + PROPOSED),
        ("propose 10", TRANSACTION + 20 * FRESH, 10 * (HEADER + PROPOSED)),
        // The other one gets a mark, the slot a tally of its own.
        (
            "propose beside another",
            TRANSACTION + 2 * FRESH + READ + UPDATED + ACCOUNT + READ,
            HEADER + PROPOSED,
        ),
        ("attest", TRANSACTION + STANDING + UPDATED, HEADER + LOG),
        ("attest 10", TRANSACTION + STANDING + 10 * UPDATED, 10 * (HEADER + LOG)),
        // Who is present, and which observation leads in the slot.
        (
            "attest, final with it",
            TRANSACTION + STANDING + 2 * READ + UPDATED + head,
            HEADER + LOG + FINALIZED,
        ),
        ("attest beside another", TRANSACTION + STANDING + leading + 2 * UPDATED, HEADER + LOG),
        (
            "attest beside another, final with it",
            TRANSACTION + STANDING + leading + READ + 3 * UPDATED + head,
            HEADER + LOG + FINALIZED,
        ),
        (
            "attest 10, final with it",
            TRANSACTION + STANDING + READ + 10 * (READ + UPDATED) + head + 9 * 4 * AGAIN,
            10 * (HEADER + LOG + FINALIZED),
        ),
    ]
}

/// The table; an error where a call has no figure.
pub(crate) fn table(
    spent: &BTreeMap<String, String>,
) -> Result<String, Box<dyn std::error::Error>> {
    let mut table = String::from(
        "call                                    gas   storage   ratio   with calldata and logs   ratio\n",
    );
    for (name, storage, carried) in floors() {
        let gas: u32 = spent.get(name).ok_or("a call without a figure")?.parse()?;
        let [storage, all] = [u32::try_from(storage)?, u32::try_from(storage + carried)?];
        let ratio = |floor: u32| f64::from(gas) / f64::from(floor);
        writeln!(
            table,
            "{name:36} {gas:6} {storage:9} {:7.2} {all:24} {:7.2}",
            ratio(storage),
            ratio(all)
        )?;
    }
    Ok(table)
}
