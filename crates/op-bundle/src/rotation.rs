//! A signing key that hands over to the next: statements that the old key signs.
//!
//! A bundle holds them as `rotation-1.txt`, `rotation-2.txt` and so on, each with its signature beside it
//! (`.sig`). Who knows any of the keys gets from it to those that came after.

use op_chain::bundle::Manifest;
use op_util::foreign::clean;

use crate::ssh::{PrivateKey, PublicKey, Signature, SignatureError};

/// What the signature of a statement is for. No signature of a manifest passes for one.
pub const NAMESPACE: &str = "op-stack-bundle-key";
/// The most statements that are read.
pub const MOST: usize = 32;
const FIRST_LINE: &str = "op-stack bundle: the signing key changes";

/// The old key's word that the new one signs, from a serial number on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Of which chain.
    pub l2_chain_id: u64,
    /// The first bundle that the new key signs; the old one signs none from there on.
    pub serial: u64,
    /// The old key.
    pub from: PublicKey,
    /// The new one.
    pub to: PublicKey,
}

/// A statement with the old key's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What is stated.
    pub statement: Statement,
    /// By whom.
    pub signature: Signature,
}

/// Why a statement does not count, or a key is not trusted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RotationError {
    /// It does not read as one.
    #[error("{0} is no statement that a signing key changes: fetch the bundle again")]
    Format(String),
    /// It does not hold.
    #[error("the signature of {0}: {1}")]
    Signature(String, SignatureError),
    /// Of another chain, or signed by somebody else than the old key.
    #[error("{0} is of another chain, or not signed by the key that it takes the place of")]
    Foreign(String),
    /// No key that is trusted leads to it.
    #[error(
        "expected: a signature of {expected}, or of a key that it handed over to; found: one of {found}. Ask the \
         chain's operator, by another way than the bundle, which key is right"
    )]
    NotTrusted {
        /// Whom the follower trusts.
        expected: PublicKey,
        /// Who signed.
        found: PublicKey,
    },
}

impl Statement {
    /// The text that is signed.
    #[must_use]
    pub fn to_text(&self) -> String {
        let Self { l2_chain_id, serial, from, to } = self;
        format!("{FIRST_LINE}\nchain {l2_chain_id}\nserial {serial}\nfrom {from}\nto {to}\n")
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        (lines.next()? == FIRST_LINE).then_some(())?;
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(' ');
        let statement = Self {
            l2_chain_id: field("chain")?.parse().ok()?,
            serial: field("serial")?.parse().ok()?,
            from: field("from")?.parse().ok()?,
            to: field("to")?.parse().ok()?,
        };
        // One way to write it.
        (statement.to_text() == text).then_some(statement)
    }

    /// Signs it with the old key, whose it must be.
    #[must_use]
    pub fn sign(self, key: &PrivateKey) -> Signed {
        let signature = key.sign(NAMESPACE, self.to_text().as_bytes());
        Signed { statement: self, signature }
    }
}

impl Signed {
    /// Its two files: the statement and the signature.
    #[must_use]
    pub fn files(&self, number: usize) -> [(String, Vec<u8>); 2] {
        let [text, signature] = names(number);
        [
            (text, self.statement.to_text().into_bytes()),
            (signature, self.signature.to_text().into_bytes()),
        ]
    }

    /// Reads a statement of a chain and proves that the old key made it.
    pub fn read(
        name: &str,
        l2_chain_id: u64,
        text: &[u8],
        signature: &[u8],
    ) -> Result<Self, RotationError> {
        let name = || clean(name);
        let utf8 = |bytes| std::str::from_utf8(bytes).ok();
        let statement =
            utf8(text).and_then(Statement::parse).ok_or_else(|| RotationError::Format(name()))?;
        let signature = utf8(signature)
            .ok_or(SignatureError::Format)
            .and_then(Signature::parse)
            .map_err(|error| RotationError::Signature(name(), error))?;
        if statement.l2_chain_id != l2_chain_id || signature.key != statement.from {
            return Err(RotationError::Foreign(name()));
        }
        signature
            .verify(NAMESPACE, text)
            .map_err(|error| RotationError::Signature(name(), error))?;
        Ok(Self { statement, signature })
    }
}

/// The files of the statement of that number, from 1 on.
#[must_use]
pub fn names(number: usize) -> [String; 2] {
    [format!("rotation-{number}.txt"), format!("rotation-{number}.txt.sig")]
}

/// How many statements a manifest names.
#[must_use]
pub fn count(manifest: &Manifest) -> usize {
    let named =
        |number: &usize| names(*number).iter().all(|name| manifest.files.contains_key(name));
    (1..=MOST).take_while(named).count()
}

/// The key that signs a bundle of that serial number, for who trusts `trusted`.
#[must_use]
pub fn current(trusted: PublicKey, statements: &[Signed], serial: u64) -> PublicKey {
    statements.iter().fold(trusted, |key, Signed { statement, .. }| {
        if statement.from == key && serial >= statement.serial { statement.to } else { key }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys<const N: usize>() -> [PrivateKey; N] {
        std::array::from_fn(|_| PrivateKey::generate("").unwrap().0)
    }

    fn statement(from: &PrivateKey, to: &PrivateKey, serial: u64) -> Statement {
        Statement { l2_chain_id: 901, serial, from: from.public(), to: to.public() }
    }

    #[test]
    fn any_key_leads_to_those_after_it_from_their_serial_on() {
        let [first, second, third, other] = keys();
        let statements = [
            statement(&first, &second, 5).sign(&first),
            statement(&second, &third, 9).sign(&second),
        ];
        for (trusted, serial, expected) in [
            (&first, 4, &first),
            (&first, 5, &second),
            (&first, 8, &second),
            (&first, 9, &third),
            (&second, 9, &third),
            (&third, 12, &third),
            (&other, 12, &other),
        ] {
            assert_eq!(current(trusted.public(), &statements, serial), expected.public());
        }
    }

    #[test]
    fn a_statement_counts_only_as_the_old_key_signed_it() {
        let [first, second, other] = keys();
        let right = statement(&first, &second, 5);
        let read = |signed: &Signed, chain| {
            let [(name, text), (_, signature)] = signed.files(1);
            Signed::read(&name, chain, &text, &signature)
        };
        let signed = right.clone().sign(&first);
        assert_eq!(read(&signed, 901).unwrap(), signed);
        assert!(matches!(read(&signed, 902), Err(RotationError::Foreign(_))));
        assert!(matches!(read(&right.sign(&other), 901), Err(RotationError::Foreign(_))));
        let [(name, text), (_, signature)] = signed.files(1);
        for place in 0..text.len() {
            let mut changed = text.clone();
            changed[place] ^= 1;
            assert!(Signed::read(&name, 901, &changed, &signature).is_err(), "byte {place}");
        }
    }
}
