//! Calls that travel together, and where their answers will be.

use std::borrow::Cow;

use alloy_primitives::{Address, Bytes};
use alloy_sol_types::SolCall;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json, value::RawValue};

/// Calls that travel together.
#[derive(Default)]
pub struct Batch {
    pub(super) calls: Vec<Call>,
}

#[derive(Serialize)]
pub(super) struct Call {
    jsonrpc: &'static str,
    id: usize,
    method: Cow<'static, str>,
    params: Value,
}

impl Batch {
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

    /// Adds a contract call against the latest block.
    pub fn call<C: SolCall>(&mut self, to: Address, call: &C) -> Slot<C::Return> {
        let params = json!([{"to": to, "data": Bytes::from(call.abi_encode())}, "latest"]);
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
