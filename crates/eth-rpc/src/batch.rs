//! Calls that travel together, and where their answers will be.

use std::borrow::Cow;

use alloy_primitives::{Address, B256, Bytes, U64};
use alloy_sol_types::SolCall;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

/// Calls that travel together, and read one state: that after the newest block, unless it is said.
#[derive(Default)]
pub struct Batch {
    pub(super) calls: Vec<Call>,
    /// `None` is the newest block of whichever node answers.
    state: Option<Value>,
}

#[derive(Serialize)]
pub(super) struct Call {
    jsonrpc: &'static str,
    id: usize,
    method: Cow<'static, str>,
    params: Value,
}

impl Batch {
    /// Calls that read the state after this block. A node that does not know it answers with an error,
    /// so that no answers of two nodes behind one endpoint are mixed (EIP-1898).
    #[must_use]
    pub fn at(block: B256) -> Self {
        Self { state: Some(json!({"blockHash": block})), ..Self::default() }
    }

    /// Adds calls that read the state after an earlier block, which only some nodes still have.
    pub fn earlier<T>(&mut self, block: u64, ask: impl FnOnce(&mut Self) -> T) -> T {
        let state = self.state.replace(json!(U64::from(block)));
        let asked = ask(self);
        self.state = state;
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
        let params = json!([{"to": to, "data": Bytes::from(call.abi_encode())}, self.state()]);
        self.push("eth_call", params, |raw| {
            let bytes: Bytes =
                serde_json::from_str(raw.get()).map_err(|error| error.to_string())?;
            if bytes.is_empty() {
                return Err(format!(
                    "{} returned nothing: there is no such contract at this address",
                    C::SIGNATURE
                ));
            }
            C::abi_decode_returns_validate(&bytes).map_err(|error| error.to_string())
        })
    }

    pub(super) fn push<T>(
        &mut self,
        method: impl Into<Cow<'static, str>>,
        params: Value,
        decode: fn(&RawValue) -> Result<T, String>,
    ) -> Slot<T> {
        let id = self.calls.len();
        self.calls.push(Call { jsonrpc: "2.0", id, method: method.into(), params });
        Slot { id, decode }
    }
}

/// The place of one answer in a batch.
pub struct Slot<T> {
    pub(super) id: usize,
    pub(super) decode: fn(&RawValue) -> Result<T, String>,
}
