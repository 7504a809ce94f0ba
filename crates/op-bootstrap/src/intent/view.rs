//! A table as op-deployer reads it: names in any letter case, the exact one first.

use alloy_primitives::{Address, U256};
use op_util::foreign::clean;
use toml::{Table, Value};

/// A value, as it is shown.
pub(super) fn shown(value: &Value) -> String {
    clean(&serde_json::to_string(value).unwrap_or_default())
}

/// A table, and where it stands.
#[derive(Clone)]
pub(super) struct View<'a> {
    pub(super) table: &'a Table,
    pub(super) at: String,
}

impl<'a> View<'a> {
    pub(super) fn root(table: &'a Table) -> Self {
        Self { table, at: String::new() }
    }

    /// Where a field stands.
    pub(super) fn place(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a Value> {
        let folded = || {
            let mut fields = self.table.iter();
            fields.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        self.table.get(name).or_else(folded)
    }

    pub(super) fn inner(&self, name: &str) -> Option<Self> {
        let table = self.get(name)?.as_table()?;
        Some(Self { table, at: self.place(name) })
    }

    /// The tables of a list.
    pub(super) fn list(&self, name: &str) -> Vec<Self> {
        let items = self.get(name).and_then(Value::as_array).into_iter().flatten();
        let item = |(number, item): (usize, &'a Value)| {
            Some(Self { table: item.as_table()?, at: format!("{}[{number}]", self.place(name)) })
        };
        items.enumerate().filter_map(item).collect()
    }

    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> u64 {
        self.get(name)
            .and_then(Value::as_integer)
            .and_then(|number| number.try_into().ok())
            .unwrap_or(0)
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// The zero address where there is none.
    pub(super) fn address(&self, name: &str) -> Address {
        self.text(name).and_then(|text| text.to_ascii_lowercase().parse().ok()).unwrap_or_default()
    }

    /// Zero where there is none.
    pub(super) fn word(&self, name: &str) -> U256 {
        let digits = self.text(name).and_then(|text| text.get(2..));
        digits.and_then(|digits| U256::from_str_radix(digits, 16).ok()).unwrap_or_default()
    }
}
