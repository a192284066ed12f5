//! Lines of a log without what terminals, containers and hosts put around them.

/// A line as the program wrote it, with its number in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: u32,
    /// Without colours and prefixes; indentation is kept.
    pub text: String,
}

/// The lines of a log.
pub fn clean(log: &str) -> Vec<Line> {
    log.lines()
        .enumerate()
        .map(|(index, line)| {
            let plain = without_escapes(line.rsplit('\r').find(|part| !part.is_empty()).unwrap_or(line));
            Line { number: index as u32 + 1, text: without_prefix(&plain).trim_end().to_string() }
        })
        .collect()
}

/// Removes ANSI sequences (colours, titles, cursor moves).
fn without_escapes(line: &str) -> String {
    let mut output = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            if character == '\t' || !character.is_control() {
                output.push(character);
            }
            continue;
        }
        match characters.next() {
            Some('[') => {
                for inner in characters.by_ref() {
                    if ('@'..='~').contains(&inner) {
                        break;
                    }
                }
            }
            Some(']') => {
                for inner in characters.by_ref() {
                    if inner == '\u{7}' {
                        break;
                    }
                }
            }
            _ => {}
        }
    }
    output
}

/// Removes `web-1  | `, time stamps, `host app[12]: `, `stdout F `, one after the other.
fn without_prefix(line: &str) -> &str {
    let mut rest = line;
    for _ in 0..4 {
        match container(rest).or_else(|| timestamp(rest)).or_else(|| process(rest)).or_else(|| stream(rest)) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest
}

/// `web-1  | text`
fn container(line: &str) -> Option<&str> {
    let (name, text) = line.split_once('|')?;
    let name = name.trim();
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    (!name.is_empty() && name.len() < 64 && name.chars().all(word)).then(|| text.strip_prefix(' ').unwrap_or(text))
}

/// `2026-11-22T21:30:00.123Z `, `[2026-11-22 21:30:00 +0000] `, `Nov 22 21:30:00 AM `, `21:30:00 `
fn timestamp(line: &str) -> Option<&str> {
    let (body, bracketed) = match line.strip_prefix('[') {
        Some(inner) => (inner, true),
        None => (line, false),
    };
    let digits = |text: &str, pattern: &str| {
        text.len() >= pattern.len()
            && text.bytes().zip(pattern.bytes()).all(|(byte, wanted)| match wanted {
                b'0' => byte.is_ascii_digit() || byte == b' ',
                b'T' => byte == b'T' || byte == b' ',
                _ => byte == wanted,
            })
    };
    let month = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let end = if digits(body, "0000-00-00T00:00:00") || digits(body, "0000/00/00T00:00:00") {
        19
    } else if month.iter().any(|name| body.starts_with(name)) && digits(body.get(3..)?, " 00 00:00:00") {
        15
    } else if body.starts_with(|c: char| c.is_ascii_digit()) && digits(body, "00:00:00") {
        8
    } else {
        return None;
    };
    let mut rest = body.get(end..)?;
    if bracketed {
        return rest.split_once(']').map(|(_, after)| after.strip_prefix(' ').unwrap_or(after));
    }
    // Fractions of a second and the zone belong to it.
    let tail = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-' | ':' | 'Z')))
        .unwrap_or(rest.len());
    rest = &rest[tail..];
    for zone in [" UTC", " AM", " PM", " GMT"] {
        rest = rest.strip_prefix(zone).unwrap_or(rest);
    }
    let spaces = rest.len() - rest.trim_start_matches(' ').len();
    // One space separates; a second one belongs to Render's column of stamps unless more indentation follows.
    Some(if spaces == 2 { &rest[2..] } else { rest.strip_prefix([' ', '\t']).unwrap_or(rest) })
}

/// `app[web.1]: `, `host python[12]: `, `[12] `
fn process(line: &str) -> Option<&str> {
    let (head, text) = line.split_once("]: ")?;
    let head = head.trim();
    let short = head.len() < 80 && head.split(' ').count() <= 2 && head.contains('[');
    let plain = head.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '[' | '.' | '-' | '_' | ' ' | '/' | '@'));
    (short && plain && !head.starts_with('[')).then_some(text)
}

/// `stdout F `, `stderr | `
fn stream(line: &str) -> Option<&str> {
    ["stdout F ", "stderr F ", "stdout P ", "stderr P "].iter().find_map(|prefix| line.strip_prefix(prefix))
}
