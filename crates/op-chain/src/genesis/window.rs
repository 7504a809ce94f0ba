//! JSON from a stream, value by value, so that a file needs memory for its largest value only.
//!
//! `serde_json` is fast on a slice, and it says where in the slice a value ended. So it is given
//! what has been read so far, and once more after reading on if it got to the end of that.

use std::io::Read;

use serde::{Deserialize, de};
use serde_json::de::{Deserializer, SliceRead};

use super::GenesisError;

/// A part of the input: what has been read and not been taken yet.
pub(super) struct Window<R> {
    input: R,
    /// How much is read at once. A value larger than that is read in steps that double.
    step: usize,
    buffer: Vec<u8>,
    taken: usize,
    /// How many bytes of the input lie before the window.
    offset: usize,
    /// What was taken outside of [`Window::set_aside`], byte by byte.
    pub(super) outline: Vec<u8>,
    aside: bool,
}

impl<R: Read> Window<R> {
    pub(super) const fn new(input: R, step: usize) -> Self {
        Self {
            input,
            step,
            buffer: Vec::new(),
            taken: 0,
            offset: 0,
            outline: Vec::new(),
            aside: false,
        }
    }

    /// Takes an object; `take_value` has to take the value of each key.
    pub(super) fn members(
        &mut self,
        mut take_value: impl FnMut(&mut Self, &str) -> Result<(), GenesisError>,
    ) -> Result<(), GenesisError> {
        self.take_byte(b'{')?;
        if self.peek()? == Some(b'}') {
            return self.take_byte(b'}');
        }
        loop {
            let key = self.value(|json| String::deserialize(json))?;
            self.take_byte(b':')?;
            take_value(self, &key)?;
            match self.peek()? {
                Some(b',') => self.take_byte(b',')?,
                Some(b'}') => return self.take_byte(b'}'),
                _ => return Err(self.error("expected `,` or `}`")),
            }
        }
    }

    /// Takes an object of which the outline shows `{}` only.
    pub(super) fn set_aside(
        &mut self,
        take_object: impl FnOnce(&mut Self) -> Result<(), GenesisError>,
    ) -> Result<(), GenesisError> {
        self.aside = true;
        take_object(self)?;
        self.aside = false;
        self.outline.extend(b"{}");
        Ok(())
    }

    /// Takes a value. `parse` is called again with more of the input if there was too little.
    pub(super) fn value<T>(
        &mut self,
        mut parse: impl FnMut(&mut Deserializer<SliceRead<'_>>) -> serde_json::Result<T>,
    ) -> Result<T, GenesisError> {
        self.peek()?;
        loop {
            let seen = &self.buffer[self.taken..];
            let mut json = Deserializer::from_slice(seen);
            let parsed = parse(&mut json);
            let length = json.into_iter::<de::IgnoredAny>().byte_offset();
            // A number may go on where the window ends, and not every error there is called "EOF".
            let open =
                length == seen.len() || parsed.as_ref().is_err_and(serde_json::Error::is_eof);
            if open && self.read_on()? {
                continue;
            }
            let value = parsed.map_err(|error| self.error(&format!("{error} of the value")))?;
            self.take(length);
            return Ok(value);
        }
    }

    /// Nothing but whitespace may be left.
    pub(super) fn end(&mut self) -> Result<(), GenesisError> {
        self.peek()?.map_or(Ok(()), |_| Err(self.error("trailing characters")))
    }

    fn take_byte(&mut self, byte: u8) -> Result<(), GenesisError> {
        if self.peek()? != Some(byte) {
            return Err(self.error(&format!("expected `{}`", char::from(byte))));
        }
        self.take(1);
        Ok(())
    }

    /// The first byte that is not whitespace, if there is one.
    fn peek(&mut self) -> Result<Option<u8>, GenesisError> {
        loop {
            let seen = &self.buffer[self.taken..];
            let found = seen.iter().position(|byte| !b" \t\r\n".contains(byte));
            self.take(found.unwrap_or(seen.len()));
            if found.is_some() || !self.read_on()? {
                return Ok(self.buffer.get(self.taken).copied());
            }
        }
    }

    fn take(&mut self, length: usize) {
        let bytes = &self.buffer[self.taken..][..length];
        if !self.aside {
            self.outline.extend(bytes);
        }
        self.taken += length;
    }

    /// An error at the byte that comes next.
    fn error(&self, message: &str) -> GenesisError {
        let offset = self.offset + self.taken;
        <serde_json::Error as de::Error>::custom(format_args!("{message} at byte {offset}")).into()
    }

    /// Reads more of the input; `false` at its end.
    fn read_on(&mut self) -> Result<bool, GenesisError> {
        self.buffer.drain(..self.taken);
        self.offset += std::mem::take(&mut self.taken);
        let more = self.step.max(self.buffer.len());
        self.buffer.reserve(more);
        let more = self.input.by_ref().take(more as u64).read_to_end(&mut self.buffer);
        Ok(more.map_err(GenesisError::Input)? > 0)
    }
}
