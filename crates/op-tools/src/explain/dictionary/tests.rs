use std::collections::HashSet;

use super::*;

fn dictionary(entry: &str) -> Dictionary {
    let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
    Dictionary::from_json(&[&format!(r#"[{{"id":"a",{entry},{rest}}}]"#)]).unwrap()
}

#[test]
fn a_pattern_is_found_in_order() {
    let dictionary = dictionary(r#""patterns":["expected … got something","else entirely"]"#);
    for (line, expected) in [
        ("expected 1, GOT SOMETHING", Some(0)),
        ("…, Expected got something", Some(5)),
        ("expect 1, got something", None),
        ("got something, expected 1", None),
        ("got something, expected 1, got something", Some(15)),
        ("Else Entirely", Some(0)),
        ("else", None),
        ("", None),
    ] {
        let found = dictionary.find(line.as_bytes(), None);
        assert_eq!(found.first().map(|found| found.start), expected, "{line}");
    }
}

#[test]
fn a_line_of_a_lesser_level_is_not_meant() {
    let by_default = dictionary(r#""patterns":["something"]"#);
    let from_info = dictionary(r#""patterns":["something"],"level":"info""#);
    for (level, warn, info) in [
        (None, true, true),
        (Some(Level::Crit), true, true),
        (Some(Level::Warn), true, true),
        (Some(Level::Info), false, true),
        (Some(Level::Debug), false, false),
    ] {
        assert_eq!(!by_default.find(b"something", level).is_empty(), warn, "{level:?}");
        assert_eq!(!from_info.find(b"something", level).is_empty(), info, "{level:?}");
    }
}

#[test]
fn a_line_can_be_excepted() {
    let dictionary = dictionary(r#""patterns":["no funds"],"unless":["served eth_"]"#);
    assert_eq!(dictionary.find(b"no funds", None).len(), 1);
    assert_eq!(dictionary.find(b"Served eth_sendRawTransaction err=no funds", None), []);
}

#[test]
fn harm_hides_what_is_harmless_and_fallbacks_come_last() {
    let rest = r#""services":["s"],"symptom":"s","cause":"c","mend":"m","source":"s""#;
    let dictionary = Dictionary::from_json(&[
        &format!(r#"[{{"id":"a","patterns":["cancelled"],"harmless":true,{rest}}}]"#),
        &format!(
            r#"[{{"id":"b","patterns":["cannot dial"],{rest}}},
                {{"id":"c","patterns":["no heads"],"fallback":true,{rest}}}]"#
        ),
    ])
    .unwrap();
    for (line, expected) in [
        ("cancelled", &["a"][..]),
        ("cancelled: cannot dial", &["b"]),
        ("no heads", &["c"]),
        ("no heads: cancelled", &["a"]),
        ("no heads: cannot dial", &["b"]),
        ("no heads: cannot dial: cancelled", &["b"]),
    ] {
        let found = dictionary.find(line.as_bytes(), None);
        let found: Vec<&str> =
            found.iter().map(|found| &*dictionary.entries[found.entry].id).collect();
        assert_eq!(found, expected, "{line}");
    }
}

#[test]
fn several_patterns_of_an_entry_are_one_hit() {
    let dictionary = dictionary(r#""patterns":["first text","text and second"]"#);
    let found = dictionary.find(b"first text and second, first text", None);
    assert_eq!(found, [Found { entry: 0, start: 0, revert: None }]);
}

/// Selectors as op-node, op-proposer and op-deployer logged them, and as the contracts' ABI files have them.
#[test]
fn selectors_are_those_of_the_contracts() {
    for (signature, expected) in [
        ("NoImplementation(uint32)", "0x031c6de4"),
        ("GameAlreadyExists(bytes32)", "0x014f6fe5"),
        ("InvalidClockExtension()", "0x8d77ecac"),
        ("DeploymentFailed()", "0x30116425"),
        ("BadAuth()", "0xd386ef3e"),
        ("IncorrectBondAmount()", "0x8620aa19"),
        ("UnexpectedRootClaim(bytes32)", "0xf40239db"),
        ("AnchorRootNotFound()", "0x6a6bc3b2"),
        ("ClaimAlreadyResolved()", "0xf1a94581"),
        ("GameNotInProgress()", "0x67fe1950"),
        ("OptimismPortal_ProofNotOldEnough()", "0xd9bc01be"),
        ("OPContractsManagerUpgrader_SuperchainConfigNeedsUpgrade(uint256)", "0xccc6ea86"),
    ] {
        assert_eq!(selector(signature), expected, "{signature}");
    }
}

#[test]
fn a_revert_is_found_in_every_spelling() {
    let dictionary =
        dictionary(r#""patterns":[],"reverts":["BadAuth()","GameAlreadyExists(bytes32)"]"#);
    for (line, expected) in [
        ("execution reverted: custom error 0x014f6fe5: 7bbb", Some("GameAlreadyExists(bytes32)")),
        ("execution reverted, reason: 0x014f6fe57bbbf0d8", Some("GameAlreadyExists(bytes32)")),
        ("Revert label=x revertData=0xD386EF3E depth=3", Some("BadAuth()")),
        ("execution reverted at 0xab with error selector: 0xd386ef3e", Some("BadAuth()")),
        (r#""code":3,"data":"0xd386ef3e""#, Some("BadAuth()")),
        ("execution reverted: BadAuth", Some("BadAuth()")),
        ("EvmError: Revert: GameAlreadyExists(0xab)", Some("GameAlreadyExists(bytes32)")),
        ("execution reverted: custom error 0x014f6fe6", None),
        ("BadAuth", None),
        ("execution reverted: Other_BadAuth", None),
        ("execution reverted: BadAuthority", None),
        ("Served eth_call err=\"execution reverted: custom error 0xd386ef3e\"", None),
    ] {
        let found = dictionary.find(line.as_bytes(), None);
        assert_eq!(found.first().and_then(|found| found.revert), expected, "{line}");
    }
}

/// What the people who edit the file may rely on, and what they may get wrong.
#[test]
fn the_dictionary_is_well_formed() {
    let dictionary = Dictionary::load().unwrap();
    let mut ids = HashSet::new();
    let mut signatures = HashSet::new();
    let mut selectors = HashSet::new();
    for entry in dictionary.entries() {
        let id = &entry.id;
        assert!(ids.insert(id), "{id} is there twice");
        assert!(
            id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
            "{id} is not in kebab-case"
        );
        assert!(!entry.services.is_empty(), "{id} has no service");
        for text in [&entry.symptom, &entry.cause, &entry.mend, &entry.source] {
            assert!(!text.trim().is_empty() && text.trim() == text, "{id}: {text:?}");
        }
        for pattern in &entry.patterns {
            // Quotes are escaped in one format and not in the other.
            assert!(!pattern.contains(['"', '\\']), "{id}: {pattern} holds a quote");
            let parts: Vec<&str> = pattern.split('…').map(str::trim).collect();
            assert!(parts.iter().all(|part| !part.is_empty()), "{id}: {pattern}");
            let longest = parts.iter().map(|part| part.len()).max();
            assert!(longest >= Some(7), "{id}: {pattern} is too short to mean one thing");
        }
        assert!(!entry.harmless || !entry.patterns.is_empty() || !entry.reverts.is_empty(), "{id}");
        for signature in &entry.reverts {
            let (name, inputs) = signature.split_once('(').unwrap();
            assert!(name.len() >= 5 && inputs.ends_with(')'), "{id}: {signature}");
            assert!(!signature.contains(' '), "{id}: {signature}");
            assert!(signatures.insert(signature), "{signature} is there twice");
            assert!(
                selectors.insert(selector(signature)),
                "{signature}: its selector is there twice"
            );
        }
    }
}

/// Whoever reads an advice follows it. Data that are moved aside can be moved back.
#[test]
fn no_advice_destroys_what_can_be_kept() {
    let dictionary = Dictionary::load().unwrap();
    for entry in dictionary.entries() {
        let mend = entry.mend.to_ascii_lowercase();
        for word in ["wipe", "delete", "rm -", "remove the data", "erase", "from nothing"] {
            assert!(!mend.contains(word), "{}: {word}", entry.id);
        }
        if mend.contains("initialise") {
            assert!(mend.contains("move"), "{} loses the old data", entry.id);
            assert!(entry.fallback, "{} is said of more than it explains", entry.id);
        }
    }
}
