//! The JSON value in what a console gave: alone, in a grid of psql, as a cell of CSV, in the rows of an export, or as a text in JSON.

use memchr::memmem;
use serde_json::Value;
use serde_json::error::Category;

use super::Damage;

/// The first key of a snapshot.
const MARK: &str = "restamp_snapshot";
/// An export of an export is read, no more.
const NESTED: u8 = 3;

/// True where `text` holds a snapshot, or the beginning of one. The SELECT itself is none.
pub fn is_in(text: &[u8]) -> bool {
    mark(text).is_some()
}

/// How the quotes around the first key are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// `{"restamp_snapshot"`
    Plain,
    /// `{""restamp_snapshot""`, in a quoted cell.
    Doubled,
    /// `{\"restamp_snapshot\"`, in a text.
    Escaped,
}

/// Where the first key is written as a key, and how.
fn mark(text: &[u8]) -> Option<(usize, Quotes)> {
    memmem::find_iter(text, MARK).find_map(|at| {
        let (front, behind) = (&text[..at], &text[at + MARK.len()..]);
        let quotes = if front.ends_with(b"\\\"") && behind.starts_with(b"\\") {
            Quotes::Escaped
        } else if front.ends_with(b"\"\"") && behind.starts_with(b"\"\"") {
            Quotes::Doubled
        } else if front.ends_with(b"\"") && behind.starts_with(b"\"") {
            Quotes::Plain
        } else {
            return None;
        };
        let colon = behind.iter().find(|byte| !byte.is_ascii_whitespace() && !matches!(byte, b'\\' | b'"'));
        (colon == Some(&b':')).then_some((at, quotes))
    })
}

/// The value of the snapshot in `text`.
///
/// # Errors
/// Where it is cut off or damaged.
pub fn value(text: &str) -> Result<Value, Damage> {
    nested(text, NESTED)
}

fn nested(text: &str, depth: u8) -> Result<Value, Damage> {
    let (at, quotes) = mark(text.as_bytes()).ok_or(Damage::Cut)?;
    let start = text[..at].rfind('{').ok_or_else(|| Damage::Changed("its first brace is missing".to_string()))?;
    match quotes {
        Quotes::Plain => json(&text[start..]).or_else(|damage| match unwrapped(&text[start..]) {
            Some(joined) => json(&joined),
            None => Err(damage),
        }),
        Quotes::Doubled => json(&cell(&text[start..])?),
        Quotes::Escaped => {
            // One that is not itself inside of a text.
            let mut quotes = text[..start].rmatch_indices('"').map(|(at, _)| at);
            let quote = quotes.find(|at| !text[..*at].ends_with('\\')).filter(|_| depth > 0);
            let quote = quote.ok_or_else(|| Damage::Changed("the quote before it is missing".to_string()))?;
            match json(&text[quote..])? {
                Value::String(inner) => nested(&inner, depth - 1),
                _ => Err(Damage::Cut),
            }
        }
    }
}

/// The value that `text` begins with.
fn json(text: &str) -> Result<Value, Damage> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    match values.next() {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) if error.classify() != Category::Eof => Err(Damage::Changed(error.to_string())),
        Some(Err(_)) | None => Err(Damage::Cut),
    }
}

/// The rest of a quoted cell, up to its closing quote.
fn cell(text: &str) -> Result<String, Damage> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once('"') {
        out.push_str(front);
        match behind.strip_prefix('"') {
            Some(behind) => {
                out.push('"');
                rest = behind;
            }
            None => return Ok(out),
        }
    }
    Err(Damage::Cut)
}

/// Without the `+` at the ends of lines by which psql says that a cell goes on; `None` where there is none.
fn unwrapped(text: &str) -> Option<String> {
    let goes_on = |line: &str| line.trim_end().ends_with('+');
    let lines = text.lines().map(|line| if goes_on(line) { line.trim_end().trim_end_matches('+') } else { line });
    text.lines().next().is_some_and(goes_on).then(|| lines.collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"restamp_snapshot":1,"server":{"version":"16.1","name":"a\"b + \\"},"x":["'","é"]}"#;

    #[track_caller]
    fn check(text: &str) {
        assert!(is_in(text.as_bytes()), "{text}");
        assert_eq!(value(text), Ok(serde_json::from_str(JSON).unwrap()), "{text}");
    }

    #[test]
    fn as_consoles_give_it() {
        check(JSON);
        check(&format!("\u{feff}{JSON}\r\n"));
        let (blanks, dashes) = (" ".repeat(JSON.len() / 2), "-".repeat(JSON.len() + 2));
        check(&format!("{blanks}snapshot{blanks}\n{dashes}\n {JSON}\n(1 row)\n\n"));
        check(&format!("?column?\n{JSON}\n(1 row)\n"));
        check(&format!("-[ RECORD 1 ]{dashes}\nsnapshot | {JSON}\n\n"));
        check(&format!("| snapshot |\n|---|\n| {JSON} |\n"));
        check(&format!("shop=> \\i snapshot.sql\n{JSON}\nshop=> "));
    }

    #[test]
    fn in_lines_with_their_marks() {
        let pretty = serde_json::to_string_pretty(&serde_json::from_str::<Value>(JSON).unwrap()).unwrap();
        check(&pretty);
        let lines: Vec<String> = pretty.lines().map(|line| format!(" {line:60}+")).collect();
        let grid = lines.join("\n");
        check(&format!("  snapshot  \n-----\n{} \n(1 row)\n", grid.trim_end_matches('+')));
    }

    #[test]
    fn as_a_cell_of_csv() {
        check(&format!("snapshot\n\"{}\"\n", JSON.replace('"', "\"\"")));
        check(&format!("\"snapshot\";\"other\"\r\n\"{}\";\"1\"\r\n", JSON.replace('"', "\"\"")));
    }

    #[test]
    fn in_an_export_of_rows() {
        check(&format!("[{{\"snapshot\": {JSON}}}]"));
        let text = Value::String(JSON.to_string()).to_string();
        check(&text);
        check(&format!("[\n {{ \"snapshot\" : {text} }}\n]"));
        check(&format!("{{\n\"select case when\": [\n\t{{\n\t\t\"snapshot\" : {text}\n\t}}\n]}}\n"));
        check(&Value::String(format!("[{text}]")).to_string());
    }

    #[test]
    fn what_is_cut_is_said_to_be_cut() {
        for end in 24..JSON.len() {
            if JSON.is_char_boundary(end) {
                let cut = &JSON[..end];
                assert_eq!(value(cut), Err(Damage::Cut), "{cut}");
                assert_eq!(value(&format!("snapshot\n\"{}", cut.replace('"', "\"\""))), Err(Damage::Cut), "{cut}");
            }
        }
        let changed = JSON.replace("16.1", "16.1\nand more");
        assert!(matches!(value(&changed), Err(Damage::Changed(_))));
        assert!(matches!(value(&JSON.replace("],", "…")), Ok(_) | Err(Damage::Changed(_))));
    }

    #[test]
    fn the_select_is_no_snapshot() {
        assert!(!is_in(super::super::SELECT.as_bytes()));
        assert!(!is_in(super::super::program().as_bytes()));
        assert!(!is_in(b"-- restamp_snapshot\nCREATE TABLE \"restamp_snapshot\" (a int);"));
    }
}
