//! The secrets that op-node and its engine share, and whether the engine takes them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fmt, io, time::Duration};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use eth_rpc::{Batch, Reading, Rpc, RpcUrlError};
use hmac::{Hmac, Mac};
use op_exec::secret::{self, SecretError};
use op_util::time::unix_now;
use sha2::Sha256;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use crate::read::{blocking::on_a_thread, request::Request};
use crate::{config::Service, gate::Gate};

#[derive(Debug)]
pub struct JwtFacts {
    /// The files that op-nodes and engines name.
    pub files: BTreeMap<PathBuf, JwtFile>,
    /// By the URL of `--l2` and the file: what the engine says to whoever has that secret.
    pub engines: BTreeMap<(String, PathBuf), Result<Handshake, RpcUrlError>>,
}

#[derive(Debug)]
pub struct JwtFile {
    pub secret: Result<JwtSecret, JwtError>,
    /// Permission bits; `None` where there is no file.
    pub mode: Option<u32>,
}

#[derive(Debug)]
pub struct Handshake {
    pub endpoint: String,
    /// The Engine API methods that it has.
    pub capabilities: Reading<Vec<String>>,
}

/// A secret of 32 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct JwtSecret(Zeroizing<[u8; 32]>);

impl fmt::Debug for JwtSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JwtSecret(…)")
    }
}

/// Why a file holds no secret. Nothing of its content is shown.
#[derive(Debug, thiserror::Error)]
pub enum JwtError {
    /// It cannot be read, or is not one line.
    #[error("{0}")]
    File(#[from] SecretError),
    /// It is not what the programs take for one.
    #[error("it is not 32 bytes in hex")]
    NotHex,
}

/// Reads the secrets of all services, and asks the engines of those that are judged.
pub(super) async fn read(request: &Request<'_>) -> JwtFacts {
    let patience = request.patience();
    let judged: Vec<_> = request.judged_by(Gate::Jwt).collect();
    if judged.is_empty() {
        return JwtFacts { files: BTreeMap::new(), engines: BTreeMap::new() };
    }
    let services = request.config.services.values();
    let commands = services.filter_map(|service| service.command.as_ref());
    let named = commands.flat_map(|command| {
        ["l2.jwt-secret", "authrpc.jwtsecret"].into_iter().filter_map(|flag| command.value(flag))
    });
    let paths: BTreeSet<PathBuf> = named.map(PathBuf::from).collect();
    let files = files(paths, patience).await;
    let pairs: BTreeSet<(String, PathBuf)> = judged.into_iter().filter_map(pair).collect();
    let mut tasks = JoinSet::new();
    for (url, path) in pairs {
        let Some(JwtFile { secret: Ok(secret), .. }) = files.get(&path) else { continue };
        let secret = secret.clone();
        tasks.spawn(async move {
            let handshake = shake_hands(&url, &secret, patience).await;
            ((url, path), handshake)
        });
    }
    let engines = tasks.join_all().await.into_iter().collect();
    JwtFacts { files, engines }
}

/// The engine's URL and the secret's file of an op-node.
#[must_use]
pub fn pair(service: &Service) -> Option<(String, PathBuf)> {
    let command = service.command.as_ref()?;
    Some((command.value("l2")?.to_owned(), command.value("l2.jwt-secret")?.into()))
}

async fn files(paths: BTreeSet<PathBuf>, patience: Duration) -> BTreeMap<PathBuf, JwtFile> {
    let of_all = paths.clone();
    let read = move || of_all.into_iter().map(|path| (path.clone(), file(&path))).collect();
    on_a_thread("secrets", patience, read).await.unwrap_or_else(|error| {
        let silent = |path| {
            let error = io::Error::new(error.kind(), error.to_string());
            (path, JwtFile { secret: Err(JwtError::File(SecretError::Read(error))), mode: None })
        };
        paths.into_iter().map(silent).collect()
    })
}

fn file(path: &Path) -> JwtFile {
    use std::os::unix::fs::PermissionsExt as _;
    let line = secret::line(path).map(Zeroizing::new);
    let secret = line.map_err(JwtError::File).and_then(|line| JwtSecret::from_hex(&line));
    JwtFile { secret, mode: path.metadata().ok().map(|metadata| metadata.permissions().mode()) }
}

/// Asks for what changes nothing.
async fn shake_hands(
    url: &str,
    secret: &JwtSecret,
    patience: Duration,
) -> Result<Handshake, RpcUrlError> {
    let engine = Rpc::new(url, patience)?.with_token(secret.token(unix_now()));
    let mut batch = Batch::default();
    let known = [["engine_forkchoiceUpdatedV3"]];
    let slot = batch.request("engine_exchangeCapabilities", known);
    let answers = engine.send(batch).await;
    Ok(Handshake { endpoint: engine.shown(), capabilities: answers.take(&slot) })
}

impl JwtSecret {
    /// Hex, as op-node and the engines take it: with or without 0x.
    fn from_hex(text: &str) -> Result<Self, JwtError> {
        let mut bytes = Zeroizing::new([0; 32]);
        alloy_primitives::hex::decode_to_slice(text, bytes.as_mut_slice())
            .map_err(|_| JwtError::NotHex)?;
        Ok(Self(bytes))
    }

    /// A token that is good for a minute (Engine API, `authentication.md`).
    fn token(&self, now: u64) -> Zeroizing<String> {
        let header = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
        let claims = BASE64_URL_SAFE_NO_PAD.encode(format!(r#"{{"iat":{now}}}"#));
        let text = format!("{header}.{claims}");
        let signature = self.sign(text.as_bytes());
        Zeroizing::new(format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }

    fn sign(&self, text: &[u8]) -> [u8; 32] {
        let mut key = hmac::digest::Key::<Hmac<Sha256>>::default();
        key[..self.0.len()].copy_from_slice(self.0.as_slice());
        let mut mac = Hmac::<Sha256>::new(&key);
        mac.update(text);
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_others_make_of_the_same_secret() {
        // With Python's standard library, hmac.new(bytes(range(32)), ..., "sha256").
        let hex = alloy_primitives::hex::encode((0..32).collect::<Vec<u8>>());
        let secret = JwtSecret::from_hex(&hex).unwrap();
        assert_eq!(
            secret.token(1_700_000_000).as_str(),
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3MDAwMDAwMDB9.uAxdaUtr1_HpYPtNDLNlQ_sHMiP5eBV-ra8EjL3ScS8"
        );
        assert_eq!(format!("{secret:?}"), "JwtSecret(…)");
    }

    #[test]
    fn a_secret_is_32_bytes_in_hex() {
        let hex = "ab".repeat(32);
        for (text, good) in [
            (hex.clone(), true),
            (format!("0x{hex}"), true),
            (hex.to_uppercase(), true),
            (hex[1..].to_owned(), false),
            (hex[2..].to_owned(), false),
            (format!("{hex}00"), false),
            (format!("0x0x{hex}"), false),
            ("g".repeat(64), false),
        ] {
            assert_eq!(JwtSecret::from_hex(&text).is_ok(), good, "{text}");
        }
    }
}
