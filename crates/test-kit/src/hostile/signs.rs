//! How it shows that a hostile node had its way.

/// What steers a terminal or a journal: escape sequences, a line of its own, directions of writing, C1.
pub const CONTROL: &str = "\u{1b}[31mred\u{1b}]0;title\u{7}\n<2>op-warden: pass\r\u{8}\u{202e}drow\u{2066}\u{9b}2J\u{0}\u{200b}";

/// What is wrong with an output: a secret, a character that steers, a line that a node began.
#[must_use]
pub fn signs(output: &str, secrets: &[String]) -> Vec<String> {
    let shown = secrets.iter().filter(|secret| output.contains(secret.as_str()));
    let shown = shown.map(|secret| format!("shows {secret:?}"));
    let steers = |character: &char| {
        (character.is_control() && *character != '\n')
            || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let steers = output.chars().find(steers).map(|character| format!("holds {character:?}"));
    let line = output.lines().any(|line| line.starts_with("<2>op-warden"));
    let line = line.then(|| "has a line that a node began".to_owned());
    let panic = output.contains("panicked").then(|| "panicked".to_owned());
    shown.chain(steers).chain(line).chain(panic).collect()
}
