//! Changes of one field, and of one byte.

use super::json::{Json, Members};

/// Every change of one field: another value or type, left out, twice, under another name.
pub(crate) fn of_fields(file: &Json) -> Vec<(String, String)> {
    let changes = file.places().into_iter().flat_map(|place| of_field(file, &place));
    changes.collect()
}

/// The changes of the field at one place; what was done, and the file.
pub(crate) fn of_field(file: &Json, place: &[usize]) -> Vec<(String, String)> {
    let mut changes = Vec::new();
    let value = file.clone().at(place).clone();
    let mut with = |what: &str, change: &mut dyn FnMut(&mut Json)| {
        let mut file = file.clone();
        change(&mut file);
        changes.push((format!("{place:?} {what}"), file.to_string()));
    };
    for other in values(&value) {
        with(&format!("{value} → {other}"), &mut |file| *file.at(place) = other.clone());
    }
    let (&index, above) = place.split_last().unwrap();
    let Json::Object(members) = file.clone().at(above).clone() else { return changes };
    let (name, member) = &members[index];
    let mut with_members = |what: &str, change: &dyn Fn(&mut Members)| {
        with(&format!("{name} {what}"), &mut |file| {
            if let Json::Object(members) = file.at(above) {
                change(members);
            }
        });
    };
    with_members("left out", &|members| drop(members.remove(index)));
    with_members("moved", &|members| members.rotate_left(1));
    for again in [member.clone(), Json::Null, Json::Text("0x1".into()), Json::Number("1".into())] {
        for (what, place) in [("before", index), ("after", index + 1)] {
            let again = (name.clone(), again.clone());
            let what = format!("{what} it as {}", again.1);
            with_members(&what, &move |members| members.insert(place, again.clone()));
        }
    }
    let mut capital = name.clone();
    capital[..1].make_ascii_uppercase();
    let snake = name.replace("Time", "_time");
    for other in [
        format!("{name}X"),
        capital,
        name.to_uppercase(),
        snake,
        format!("0x{name}"),
        String::new(),
    ] {
        with_members(&format!("as {other}"), &|members| members[index].0.clone_from(&other));
        let again = (other.clone(), Json::Text("0x1".into()));
        with_members(&format!("and {other}"), &move |members| members.push(again.clone()));
    }
    changes
}

/// Other values for a field: of other types, and the same in other words.
fn values(value: &Json) -> Vec<Json> {
    let text = |text: &str| Json::Text(text.to_owned());
    let number = |digits: &str| Json::Number(digits.to_owned());
    let mut values = vec![
        Json::Null,
        Json::Bool(true),
        Json::Bool(false),
        Json::Array(vec![]),
        Json::Array(vec![value.clone()]),
        Json::Object(vec![]),
        Json::Object(vec![("0".to_owned(), value.clone())]),
    ];
    values.extend(["", "0x", "0x0", "0x00", "0x1", "0", "1", "null", " "].map(text));
    values.extend(["0", "1", "-1", "-0", "1.0", "1e0", "18446744073709551616"].map(number));
    match value {
        Json::Text(old) => {
            let digits = old.strip_prefix("0x").unwrap_or(old);
            values.extend(
                [
                    old.to_uppercase(),
                    old.to_lowercase(),
                    digits.to_owned(),
                    format!("0x{digits}"),
                    format!("0X{digits}"),
                    format!("0x0{digits}"),
                    format!("0x00{digits}"),
                    format!("{old}0"),
                    format!("{old}00"),
                    format!(" {old}"),
                    format!("{old} "),
                    format!("+{old}"),
                    old[..old.len().saturating_sub(1)].to_owned(),
                ]
                .map(Json::Text),
            );
            if let Ok(small) = u64::from_str_radix(digits, 16) {
                values.extend([number(&small.to_string()), text(&small.to_string())]);
            }
            if !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit()) {
                values.push(number(digits.trim_start_matches('0')));
            }
        }
        Json::Number(old) => {
            values.extend(
                [
                    format!("{old}0"),
                    format!("{old}.0"),
                    format!("{old}e0"),
                    format!("0{old}"),
                    format!("-{old}"),
                ]
                .map(Json::Number),
            );
            values.push(text(old));
        }
        Json::Array(old) => values.push(Json::Array([&old[..], old].concat())),
        _ => {}
    }
    values.retain(|other| other != value);
    values
}

/// A file with one byte changed, left out, or twice.
pub(crate) fn of_byte(file: &[u8], place: usize, bytes: &[u8]) -> Vec<Vec<u8>> {
    let (before, after) = (&file[..place], &file[place + 1..]);
    let others = bytes.iter().filter(|&&byte| byte != file[place]);
    let mut changes: Vec<_> = others.map(|&byte| [before, &[byte], after].concat()).collect();
    changes.push([before, after].concat());
    changes.push([&file[..=place], &file[place..]].concat());
    changes
}
