//! INSERTs as pg_dump writes them by the million (`--inserts`): passed over, their rows counted.

/// What was passed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Passed {
    pub bytes: usize,
    pub lines: u64,
    pub rows: u64,
}

/// Passes over whole statements that begin with `head`. It ends at one that goes on behind `bytes`, and at one that holds more than pg_dump
/// writes (comments, quoted names, escapes, dollar quotes): that one is for who reads everything.
pub(super) fn pass_over(bytes: &[u8], head: &[u8]) -> Passed {
    let mut passed = Passed::default();
    loop {
        let rest = &bytes[passed.bytes..];
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\r' | b'\n')).count();
        let Some(values) = rest[blanks..].strip_prefix(head) else { break };
        let Some((length, rows)) = statement(values) else { break };
        passed.bytes += blanks + head.len() + length;
        passed.rows += rows;
    }
    passed.lines = memchr::memchr_iter(b'\n', &bytes[..passed.bytes]).count() as u64;
    passed
}

/// Where the statement ends, behind its semicolon, and how many rows it has in parentheses.
fn statement(values: &[u8]) -> Option<(usize, u64)> {
    let (mut at, mut depth, mut rows, mut over) = (0, 0_u32, 0, false);
    while let Some(byte) = values.get(at) {
        let next = values.get(at + 1);
        match byte {
            b'\'' => {
                let escapes = at.checked_sub(1).is_some_and(|before| values[before].is_ascii_alphanumeric());
                at = string_end(values, at + 1).filter(|_| !escapes)?;
                continue;
            }
            b'(' => depth += 1,
            b')' => {
                depth = depth.checked_sub(1)?;
                rows += u64::from(depth == 0 && !over);
            }
            b';' if depth == 0 => return Some((at + 1, rows.max(1))),
            b';' | b'"' | b'$' | b'\\' => return None,
            b'-' | b'/' if matches!(next, Some(b'-' | b'*') | None) => return None,
            _ => over |= depth == 0 && byte.is_ascii_alphabetic(),
        }
        at += 1;
    }
    None
}

/// Behind the quote that ends a string; `''` stands for one.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr(b'\'', bytes.get(at..)?)? + 1;
        if *bytes.get(at)? != b'\'' {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::{Passed, pass_over};

    #[test]
    fn whole_statements_alone() {
        let pass = |text: &str| {
            let Passed { bytes, lines, rows } = pass_over(text.as_bytes(), b"INSERT INTO t VALUES ");
            (text[bytes..].to_string(), lines, rows)
        };
        let rest = |rest: &str| rest.to_string();
        let one = "INSERT INTO t VALUES (1, 'a;''b', NULL);\n";
        assert_eq!(pass(&format!("\n{one}{one}SELECT 1;")), (rest("\nSELECT 1;"), 2, 2));
        assert_eq!(pass("INSERT INTO t VALUES\n\t(1);"), (rest("INSERT INTO t VALUES\n\t(1);"), 0, 0));
        assert_eq!(pass("INSERT INTO t VALUES (1, '\n'),\n\t(-2, f(3));"), (rest(""), 2, 2));
        assert_eq!(pass("INSERT INTO t VALUES (1) ON CONFLICT (a) DO NOTHING;"), (rest(""), 0, 1));
        for odd in [
            "(1, 'a'",
            "(1",
            "(1, 'a''",
            "(E'a\\'');",
            "(1 -- ;\n);",
            "(1 /* ; */);",
            "(\"a\");",
            "($$;$$);",
            "(1;",
            "(1)",
        ] {
            let text = format!("INSERT INTO t VALUES {odd}");
            assert_eq!(pass(&text), (text, 0, 0));
        }
    }
}
