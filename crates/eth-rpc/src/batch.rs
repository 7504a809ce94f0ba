//! Calls that travel together, and where their answers will be.

use std::{borrow::Cow, mem};

use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_sol_types::SolCall;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

use crate::answers::Answer;
use crate::together::{self, ContractCall};

/// Calls that travel together, and read one state: that after the newest block, unless it is said.
#[derive(Default)]
pub struct Batch {
    pub(super) calls: Vec<Call>,
    /// `None` is the newest block of whichever node answers.
    state: Option<Value>,
    /// Whether contract calls travel as one.
    together: bool,
}

#[derive(Serialize)]
pub(super) struct Call {
    jsonrpc: &'static str,
    id: usize,
    method: Cow<'static, str>,
    params: Value,
    /// What it calls, if it travels together with others.
    #[serde(skip)]
    contract: Option<ContractCall>,
}

/// Which answers are whose: of calls that travel alone, and of those that travel as one.
#[derive(Default)]
pub(super) struct Places {
    alone: Vec<usize>,
    together: Vec<usize>,
}

impl Batch {
    /// Calls that read the state after this block. A node that does not know it answers with an error,
    /// so that no answers of two nodes behind one endpoint are mixed (EIP-1898).
    #[must_use]
    pub fn at(block: B256) -> Self {
        Self { state: Some(json!({"blockHash": block})), ..Self::default() }
    }

    /// The same, with all contract calls in as few as can be, since endpoints count calls. A contract then
    /// sees another caller than the zero address, and of an answer above 512 bytes there is none.
    #[must_use]
    pub fn together(self) -> Self {
        Self { together: true, ..self }
    }

    /// Adds calls that read the state after an earlier block, which only some nodes still have.
    pub fn earlier<T>(&mut self, block: u64, ask: impl FnOnce(&mut Self) -> T) -> T {
        let state = self.state.replace(json!(U64::from(block)));
        let together = mem::take(&mut self.together);
        let asked = ask(self);
        (self.state, self.together) = (state, together);
        asked
    }

    /// The state as a call names it.
    pub(super) fn state(&self) -> Value {
        self.state.clone().unwrap_or_else(|| json!("latest"))
    }

    /// Adds a call whose result is `T` in JSON.
    pub fn request<T: DeserializeOwned>(
        &mut self,
        method: impl Into<Cow<'static, str>>,
        params: impl Serialize,
    ) -> Slot<T> {
        // A value that cannot be JSON becomes null, and the node names the missing parameter.
        let params = serde_json::to_value(params).unwrap_or_default();
        self.push(method, params, |raw| {
            serde_json::from_str(raw.get()).map_err(|error| error.to_string())
        })
    }

    /// Adds a contract call.
    pub fn call<C: SolCall>(&mut self, to: Address, call: &C) -> Slot<C::Return> {
        let data = Bytes::from(call.abi_encode());
        let params = json!([{"to": to, "data": &data}, self.state()]);
        let contract = self.together.then_some((to, data));
        let slot = self.push("eth_call", params, |raw| {
            let bytes: Bytes =
                serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
            if bytes.is_empty() {
                return Err(format!(
                    "{} returned nothing: there is no such contract at this address",
                    C::SIGNATURE
                ));
            }
            C::abi_decode_returns_validate(&bytes).map_err(|error| error.to_string())
        });
        if let Some(added) = self.calls.last_mut() {
            added.contract = contract;
        }
        slot
    }

    /// The calls as they travel, and whose their answers are.
    pub(super) fn gathered(self) -> (Vec<Call>, Places) {
        let state = self.state();
        let (mut calls, mut contracts) = (Vec::new(), Vec::new());
        let mut places = Places::default();
        for mut call in self.calls {
            let place = call.id;
            if let Some(contract) = call.contract.take() {
                contracts.push(contract);
                places.together.push(place);
            } else {
                call.id = calls.len();
                calls.push(call);
                places.alone.push(place);
            }
        }
        for part in contracts.chunks(together::MOST) {
            let params = json!([{"data": together::program(part)}, state]);
            let (id, method) = (calls.len(), "eth_call".into());
            calls.push(Call { jsonrpc: "2.0", id, method, params, contract: None });
        }
        (calls, places)
    }

    pub(super) fn push<T>(
        &mut self,
        method: impl Into<Cow<'static, str>>,
        params: Value,
        decode: fn(&RawValue) -> Result<T, String>,
    ) -> Slot<T> {
        let id = self.calls.len();
        let method = method.into();
        self.calls.push(Call { jsonrpc: "2.0", id, method, params, contract: None });
        Slot { id, decode }
    }
}

impl Places {
    /// The answers in the order in which they were asked for.
    pub(super) fn sorted(&self, answers: &[Answer]) -> Vec<Answer> {
        let (alone, together) = answers.split_at(self.alone.len().min(answers.len()));
        let parts = self.together.chunks(together::MOST).zip(together);
        let parts = parts.flat_map(|(part, all)| together::answers(all, part.len()));
        let alone = self.alone.iter().copied().zip(alone.iter().cloned());
        let mut sorted: Vec<_> = alone.chain(self.together.iter().copied().zip(parts)).collect();
        sorted.sort_by_key(|(place, _)| *place);
        sorted.into_iter().map(|(_, answer)| answer).collect()
    }
}

/// The place of one answer in a batch.
pub struct Slot<T> {
    pub(super) id: usize,
    pub(super) decode: fn(&RawValue) -> Result<T, String>,
}
