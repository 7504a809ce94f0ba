//! Key files, and others that hold 32 bytes in hex, as people write them.

use e2e::random::Random;

/// The content of a file, and what it is.
pub(crate) fn any(random: &mut Random) -> (&'static str, Vec<u8>) {
    let digits: String = (0..64).map(|_| char::from(*random.pick(b"0123456789abcdef"))).collect();
    let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
    let below = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140";
    let mixed: String = digits
        .chars()
        .enumerate()
        .map(|(place, digit)| if place % 3 == 0 { digit.to_ascii_uppercase() } else { digit })
        .collect();
    let texts: [(&'static str, String); 46] = [
        ("digits", digits.clone()),
        ("0x", format!("0x{digits}")),
        ("0X", format!("0X{digits}")),
        ("0x twice", format!("0x0x{digits}")),
        ("capitals", digits.to_uppercase()),
        ("0x and capitals", format!("0x{}", digits.to_uppercase())),
        ("both cases", mixed),
        ("a line", format!("{digits}\n")),
        ("0x and a line", format!("0x{digits}\n")),
        ("a line of Windows", format!("0x{digits}\r\n")),
        ("a line of old Macs", format!("{digits}\r")),
        ("two line ends", format!("{digits}\n\n")),
        ("a line end before", format!("\n{digits}")),
        ("two lines", format!("{digits}\n{digits}\n")),
        ("blanks around", format!("  {digits}\t ")),
        ("a blank within", format!("{} {}", &digits[..32], &digits[32..])),
        ("a blank after 0x", format!("0x {digits}")),
        ("a blank that does not break", format!("{digits}\u{a0}")),
        ("a blank of no width", format!("\u{200b}{digits}")),
        ("a byte order mark", format!("\u{feff}{digits}")),
        ("a form feed", format!("{digits}\u{c}")),
        ("a zero byte", format!("{digits}\0")),
        ("a zero byte within", format!("{}\0{}", &digits[..32], &digits[33..])),
        ("63 digits", digits[1..].to_owned()),
        ("62 digits", format!("0x{}", &digits[2..])),
        ("65 digits", format!("{digits}0")),
        ("66 digits", format!("0x{digits}00")),
        ("128 digits", format!("{digits}{digits}")),
        ("one digit", "1".to_owned()),
        ("zero", "0".repeat(64)),
        ("0x and zero", format!("0x{}", "0".repeat(64))),
        ("one", format!("{:064x}", 1)),
        ("the order of the curve", order.to_owned()),
        ("the last below it", below.to_owned()),
        ("all ones", "f".repeat(64)),
        ("no digit", format!("g{}", &digits[1..])),
        ("a sign", format!("+{}", &digits[1..])),
        ("a wide digit", format!("\u{ff10}{}", &digits[1..])),
        ("underscores", format!("{}_{}", &digits[..32], &digits[32..])),
        ("colons", format!("{}:{}", &digits[..32], &digits[32..])),
        ("quotes", format!("\"0x{digits}\"")),
        ("single quotes", format!("'{digits}'")),
        ("a variable", format!("PRIVATE_KEY=0x{digits}")),
        ("a comment", format!("0x{digits} # batcher")),
        ("nothing", String::new()),
        ("a line end alone", "\n".to_owned()),
    ];
    if random.one_in(20) {
        let bytes = (0..32).map(|_| *random.pick(&[0_u8, 7, 65, 200, 255])).collect();
        return ("32 bytes", bytes);
    }
    let (kind, text) = random.pick(&texts).clone();
    (kind, text.into_bytes())
}
