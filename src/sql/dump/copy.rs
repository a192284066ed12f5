//! The text format of `COPY` (PostgreSQL documentation, COPY, "Text Format").

/// A field as the value that it stands for; `None` for NULL. Octal and hexadecimal escapes are of no use to pg_dump, which never
/// writes them, but they are read.
pub(super) fn value(field: &[u8]) -> Option<String> {
    if field == b"\\N" {
        return None;
    }
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let digits = |rest: &mut std::iter::Peekable<_>, radix: u32, most: usize| {
            let mut number: Option<u32> = None;
            for _ in 0..most {
                let Some(digit) = rest.peek().and_then(|byte: &u8| char::from(*byte).to_digit(radix)) else { break };
                number = Some(number.unwrap_or(0) * radix + digit);
                rest.next();
            }
            number.map(|number| number as u8)
        };
        bytes.push(match rest.peek().copied() {
            Some(b'0'..=b'7') => digits(&mut rest, 8, 3).unwrap_or(byte),
            Some(b'x') => {
                rest.next();
                digits(&mut rest, 16, 2).unwrap_or(b'x')
            }
            Some(letter) => {
                rest.next();
                match letter {
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    other => other,
                }
            }
            None => byte,
        });
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn escapes_stand_for_what_they_mean() {
        assert_eq!(value(b"ae1027a6acf").as_deref(), Some("ae1027a6acf"));
        assert_eq!(value(b"\\N"), None);
        assert_eq!(value(b"a\\\\b\\tc\\nd\\.").as_deref(), Some("a\\b\tc\nd."));
        assert_eq!(value(b"\\101\\x42").as_deref(), Some("AB"));
    }
}
