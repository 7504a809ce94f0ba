//! geth's `HexOrDecimal`: a JSON number, or a string in hex or decimal.

use std::{fmt, marker::PhantomData, str::FromStr};

use alloy_primitives::U256;
use serde::{Deserialize, Deserializer, de};

/// A number in any of the spellings that geth accepts in a genesis.json.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Quantity<T>(pub(super) T);

/// The integers that [`Quantity`] reads.
pub(super) trait Integer: Sized {
    fn from_u64(value: u64) -> Self;
    fn parse(text: &str) -> Option<Self>;
}

impl Integer for u64 {
    fn from_u64(value: u64) -> Self {
        value
    }

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("0x") {
            // from_str_radix would take a sign.
            Some(hex) if hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Self::from_str_radix(hex, 16).ok()
            }
            None if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
            _ => None,
        }
    }
}

impl Integer for U256 {
    fn from_u64(value: u64) -> Self {
        Self::from(value)
    }

    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("0x") {
            Some(hex) if !hex.is_empty() && hex.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
                Self::from_str_radix(hex, 16).ok()
            }
            None if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) => {
                Self::from_str(text).ok()
            }
            _ => None,
        }
    }
}

impl<'de, T: Integer> Deserialize<'de> for Quantity<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<T: Integer> de::Visitor<'_> for Visitor<T> {
            type Value = Quantity<T>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a number, or a string in hex (0x…) or decimal")
            }

            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
                Ok(Quantity(T::from_u64(value)))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::parse(text)
                    .map(Quantity)
                    .ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}
