//! Forms of fields that op-warden once took and the program did not, or the other way round.

use serde_json::{Value, json};

use e2e::devnet::Result;

use crate::{base::Base, case::Case, component::Component, subject::follow};

/// What is done to a member of a file; its place is a JSON pointer.
pub(crate) enum Form {
    Is(&'static str, Value),
    Renamed(&'static str, &'static str),
    Gone(&'static str),
}

/// Of rollup.json.
pub(crate) fn rollup() -> Vec<Form> {
    let fees = "0000000000000000000000000000000000000000000000000000000000000001";
    let alt_da = |member: &str, value: Value| {
        let mut right = json!({
            "da_commitment_type": "KeccakCommitment",
            "da_challenge_contract_address": "0x0000000000000000000000000000000000000001",
            "da_challenge_window": 1, "da_resolve_window": 1,
        });
        right[member] = value;
        Form::Is("/alt_da", right)
    };
    vec![
        Form::Renamed("/canyon_time", "canyonTime"),
        Form::Renamed("/genesis/system_config/batcherAddr", "batcherAddress"),
        Form::Is("/genesis/system_config/overhead", json!("0x12")),
        Form::Is("/genesis/system_config/overhead", json!(18)),
        Form::Is("/genesis/system_config/eip1559Params", json!("0000000000000000")),
        Form::Is("/genesis/system_config/operatorFeeParams", json!(fees)),
        Form::Is("/genesis/system_config/minBaseFee", Value::Null),
        Form::Is("/protocol_versions_address", json!("0x12")),
        Form::Is("/protocol_versions_address", json!("zz")),
        Form::Is("/interop_time", json!("1999999999")),
        Form::Is("/pectra_blob_schedule_time", json!("1999999999")),
        Form::Is("/chain_op_config/eip1559Elasticity2", json!(6)),
        alt_da("da_challenge_windw", json!(1)),
        alt_da("da_challenge_window", json!(-1)),
        alt_da("da_challenge_window", json!("1")),
        alt_da("da_resolve_window", json!(1.5)),
        alt_da("da_challenge_contract_address", json!("0000000000000000000000000000000000000001")),
    ]
}

/// Of genesis.json.
pub(crate) fn genesis() -> Vec<Form> {
    let account = |member: &str, value: Value| {
        let place = "/alloc/0x00000000000000000000000000000000000000a1";
        let mut account = json!({ "balance": "0x1" });
        account[member] = value;
        Form::Is(place, account)
    };
    vec![
        Form::Gone("/config/istanbulBlock"),
        Form::Gone("/config/berlinBlock"),
        Form::Is("/config/homesteadBlock", json!(5)),
        Form::Is("/config/homesteadBlock", json!("0")),
        Form::Is("/config/depositContractAddress", json!("zz")),
        Form::Is("/config/clique", json!({ "period": 15, "epoch": 30_000 })),
        account("code", Value::Null),
        account("nonce", Value::Null),
        account("balance", json!("")),
    ]
}

/// Of the L1's chain configuration.
pub(crate) fn l1() -> Vec<Form> {
    vec![
        Form::Is("/chainId", Value::Null),
        Form::Is("/chainId", json!(901)),
        Form::Is("/chainId", json!("900")),
        Form::Gone("/chainId"),
        Form::Gone("/blobSchedule"),
        Form::Is("/blobSchedule", json!({})),
        Form::Is("/blobSchedule", Value::Null),
        Form::Is("/blobSchedule/paris", json!({})),
        Form::Is("/blobSchedule/cancun/most", json!(6)),
        Form::Is("/blobSchedule/cancun/max", json!("6")),
        Form::Is("/blobSchedule/osaka", Value::Null),
        Form::Is("/pragueTme", json!(0)),
        Form::Is("/pragueTime", json!("0x0")),
        Form::Is("/daoForkSupport", json!(true)),
        Form::Is("/daoForkSupport", json!(1)),
        Form::Is("/enableVerkleAtGenesis", Value::Null),
        Form::Is("/lagoonTime", json!(0)),
        Form::Is("/clique", json!({ "period": 1 })),
        Form::Is("/ethash", json!({ "x": 1 })),
        Form::Is("/optimism", json!({})),
        Form::Is("/config", json!({ "chainId": 900, "blobSchedule": {} })),
        Form::Is("/config", json!(1)),
    ]
}

/// The case of a form.
pub(crate) fn case(component: Component, file: &'static str, form: Form) -> Result<Case> {
    let mut case = Case::right(component, Base::newest()?);
    let mut json: Value = serde_json::from_str(&case.text(file))?;
    let (Form::Is(place, _) | Form::Renamed(place, _) | Form::Gone(place)) = form;
    let (parent, name) = place.rsplit_once('/').ok_or("no pointer")?;
    let parent = json.pointer_mut(parent).and_then(Value::as_object_mut).ok_or(place)?;
    let kind = match form {
        Form::Is(_, value) => {
            let kind = format!("{place}: {value}");
            parent.insert(name.to_owned(), value);
            kind
        }
        Form::Renamed(_, other) => {
            let value = parent.remove(name).ok_or(place)?;
            parent.insert(other.to_owned(), value);
            format!("{place} is called {other}")
        }
        Form::Gone(_) => {
            parent.remove(name).ok_or(place)?;
            format!("{place} is gone")
        }
    };
    case.note("form", kind);
    case.files.insert(file, json.to_string().into_bytes());
    if component == Component::Engine {
        follow(&mut case)?;
    }
    Ok(case)
}
