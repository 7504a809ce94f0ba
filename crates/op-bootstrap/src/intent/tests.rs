use super::*;

/// As `op-deployer init` makes it, filled in.
pub(super) const RIGHT: &str = include_str!("../../tests/data/intent.toml");

const MEANT: Meant = Meant {
    l1_chain_id: Some(11_155_111),
    l2_chain_id: Some(20_260_619),
    private: false,
    before_0_7: false,
};

fn worst(text: &str, meant: &Meant) -> Vec<(String, Consequence)> {
    let findings = lint(text, meant);
    findings
        .into_iter()
        .filter(|finding| finding.consequence != Consequence::Warns)
        .map(|finding| (finding.at, finding.consequence))
        .collect()
}

#[test]
fn a_right_intent_passes() {
    let findings = lint(RIGHT, &MEANT);
    assert!(passes(&findings) && findings.is_empty(), "{}", report(&findings));
}

#[test]
fn what_loses_a_chain_is_refused_though_op_deployer_takes_it() {
    let batcher = "batcher = \"0x1a0000000000000000000000000000000000000d\"";
    for (from, to, at) in [
        ("fundDevAccounts = false", "fundDevAccounts = true", "fundDevAccounts"),
        // The book spells 20260619 twice, both wrong.
        ("000135270b\"", "00013526eb\"", "chains[0].id"),
        ("000135270b\"", "0020260619\"", "chains[0].id"),
        (
            batcher,
            "batcher = \"0x70997970C51812dc3A010C7d01b50e0d17dc79C8\"",
            "chains[0].roles.batcher",
        ),
        (batcher, "batcher = \"0x1a0000000000000000000000000000000000000e\"", "chains[0].roles"),
        ("minBaseFee = 0", "minBaseFee = -1", "chains[0].minBaseFee"),
        (
            "[chains.roles]",
            "l2DevGenesisParams = { prefund = { \"0x1a00000000000000000000000000000000000005\" = \"0x1\" } }\n[chains.roles]",
            "chains[0].l2DevGenesisParams",
        ),
    ] {
        assert!(RIGHT.contains(from), "{from}");
        let found = worst(&RIGHT.replace(from, to), &MEANT);
        assert_eq!(found, [(at.to_owned(), Consequence::LosesTheChain)], "{to}");
    }
    // What is nobody else's L1 may be premined.
    let private = Meant { private: true, ..MEANT };
    assert_eq!(
        worst(&RIGHT.replace("fundDevAccounts = false", "fundDevAccounts = true"), &private),
        []
    );
}

#[test]
fn a_misspelt_name_is_shown_with_the_one_that_was_meant() {
    let findings = lint(&RIGHT.replace("minBaseFee", "minBaseFees"), &MEANT);
    assert!(passes(&findings), "{}", report(&findings));
    assert!(findings[0].mend.contains("minBaseFee?"), "{}", report(&findings));
}

#[test]
fn an_id_that_reads_like_a_decimal_number_is_asked_about() {
    let meant = Meant { l2_chain_id: None, ..MEANT };
    let findings = lint(&RIGHT.replace("000135270b\"", "0020260619\""), &meant);
    assert!(findings[0].found.contains("(539362841)"), "{}", report(&findings));
    assert_eq!(lint(RIGHT, &meant), []);
    assert_eq!(chain_id_hex(20_260_619), format!("0x{}135270b", "0".repeat(57)));
}
