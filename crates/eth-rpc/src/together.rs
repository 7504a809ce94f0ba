//! Contract calls that travel as one `eth_call`, so that an endpoint counts one.
//!
//! What is called is a program without an address, which nodes run as they run a contract's constructor: it
//! makes each call and returns all answers. So no contract has to be deployed for it, on whatever L1.

use alloy_primitives::{Address, Bytes, hex};
use serde_json::value::RawValue;

use crate::{Unread, answers::Answer};

/// Calls in one: their answers stay below what a constructor may return.
pub(crate) const MOST: usize = 200;
/// Bytes of an answer that are taken; of a longer one nothing is, so that no contract can crowd the others out.
const LONGEST: usize = 512;

/// The program: behind it, each call is its address, the length of its data in two bytes, and the data.
/// Each answer is a byte that says whether it succeeded, its length in three, and itself.
const PROGRAM: [u8; 102] = hex!(
    // end := codesize - 102; memory[0..end] := the calls; out := end; i := 0
    "6066 38 03 80 6066 6000 39 80 6000"
    // while i < end
    "5b 82 81 10 15 605f 57"
    // staticcall(300000, memory[i..][..20], i + 22, length at i + 20, 0, 0)
    "6000 6000 82 6014 01 51 60f0 1c 83 6016 01 84 51 6060 1c 620493e0 fa"
    // size := returndatasize, or 0 if it is above 512; memory[out] := success, size
    "3d 80 610201 11 02 90 60f8 1b 81 60e0 1b 17 83 52"
    // memory[out + 4..] := returndata[..size]; out := out + 4 + size
    "80 6000 84 6004 01 3e 82 01 6004 01 91 50"
    // i := i + 22 + length
    "80 6014 01 51 60f0 1c 01 6016 01 600d 56"
    // return memory[end..out]
    "5b 50 81 90 03 90 f3"
);

/// A contract call.
pub(crate) type ContractCall = (Address, Bytes);

/// The data of the `eth_call` that makes them all.
pub(crate) fn program(calls: &[ContractCall]) -> Bytes {
    let mut code = PROGRAM.to_vec();
    for (to, data) in calls {
        code.extend_from_slice(to.as_slice());
        // No call of a getter has 64 kB of arguments.
        code.extend_from_slice(&u16::try_from(data.len()).unwrap_or(u16::MAX).to_be_bytes());
        code.extend_from_slice(data);
    }
    code.into()
}

/// The calls that a program makes, and how their answers are written: for nodes in tests that are none.
#[must_use]
pub fn answer(code: &[u8], call: impl Fn(Address, &[u8]) -> Option<Vec<u8>>) -> Option<Vec<u8>> {
    let mut rest = code.strip_prefix(&PROGRAM)?;
    let mut answers = Vec::new();
    while let Some((to, behind)) = rest.split_first_chunk::<20>() {
        let (length, behind) = behind.split_first_chunk::<2>()?;
        let (data, behind) = behind.split_at_checked(u16::from_be_bytes(*length).into())?;
        let answer = call(Address::from(*to), data);
        let bytes = answer.clone().unwrap_or_default();
        answers.push(u8::from(answer.is_some()));
        answers.extend_from_slice(u32::try_from(bytes.len()).ok()?.to_be_bytes().get(1..)?);
        answers.extend(bytes);
        rest = behind;
    }
    Some(answers)
}

/// The answer to each of so many calls, from the answer to all.
pub(crate) fn answers(all: &Answer, calls: usize) -> Vec<Answer> {
    let bytes = all.as_ref().map_err(Clone::clone).and_then(|raw| {
        serde_json::from_str::<Bytes>(raw.get())
            .map_err(|error| Unread::Malformed(error.to_string()))
    });
    let bytes = match bytes {
        Ok(bytes) => bytes,
        Err(unread) => return vec![Err(unread); calls],
    };
    let mut rest = &bytes[..];
    (0..calls).map(|_| next(&mut rest)).collect()
}

fn next(rest: &mut &[u8]) -> Answer {
    let short = || Unread::Malformed("the answer to several calls is cut off".to_owned());
    let ([success, length @ ..], behind) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let [high, middle, low] = *length;
    let length = usize::from(high) << 16 | usize::from(middle) << 8 | usize::from(low);
    let (answer, behind) = behind.split_at_checked(length.min(LONGEST)).ok_or_else(short)?;
    *rest = behind;
    let text = format!("\"{}\"", hex::encode_prefixed(answer));
    if *success == 0 {
        return Err(Unread::Reverted(text.trim_matches('"').to_owned()));
    }
    RawValue::from_string(text).map_err(|error| Unread::Malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_as_long_as_it_says_and_its_jumps_land() {
        assert_eq!(PROGRAM.len(), usize::from(PROGRAM[1]));
        for target in [0x0d, 0x5f] {
            assert_eq!(PROGRAM[target], 0x5b, "{target}");
        }
    }

    #[test]
    fn each_call_has_its_answer() {
        let calls: Vec<ContractCall> = (0..3_u8)
            .map(|byte| (Address::repeat_byte(byte), vec![byte; usize::from(byte) + 4].into()))
            .collect();
        let code = program(&calls);
        let said =
            answer(&code, |to, data| (to[0] != 1).then(|| [&to[..], data].concat())).unwrap();
        let raw = RawValue::from_string(format!("\"{}\"", hex::encode_prefixed(&said))).unwrap();
        let answers = answers(&Ok(raw), 4);
        for place in [0, 2] {
            let (to, data) = &calls[place];
            let expected = hex::encode_prefixed([&to[..], data].concat());
            assert_eq!(answers[place].as_ref().unwrap().get(), format!("\"{expected}\""));
        }
        assert!(matches!(answers[1], Err(Unread::Reverted(_))));
        assert!(matches!(answers[3], Err(Unread::Malformed(_))));
    }

    #[test]
    fn what_all_of_them_lack_each_lacks() {
        let unread = Unread::Unreachable("gone".to_owned());
        for answer in answers(&Err(unread.clone()), 3) {
            assert_eq!(answer.unwrap_err(), unread);
        }
    }
}
