//! What `check.sql` printed, as people paste it: psql's tables, CSV, the grid of a web console, with prompts, borders and Markdown.
//!
//! Each answer is one text, `restamp-answer 1f2e3d4c5b6a7988 = 0`, so that whatever stands around it does not matter. The number names
//! the question by what it asks, not by its place: answers may come in any order and from another plan's file.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

/// The first word of an answer.
pub const MARK: &str = "restamp-answer";
/// The keys of answers that are no counts.
pub const FACTS: [&str; 7] =
    ["server-version", "role", "superuser", "search-path", "setting", "invalid-index", "owner"];

/// The key of a question: the first 16 hexadecimal digits of its query's SHA-256.
///
/// ```
/// use restamp::predict::answers::key;
/// assert_eq!(key("SELECT count(*) FROM public.t"), key("SELECT count(*) FROM public.t"));
/// assert_eq!(key("SELECT 1").len(), 16);
/// ```
pub fn key(query: &str) -> String {
    Sha256::digest(query.as_bytes()).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// What a pasted text answers.
#[derive(Debug, Default)]
pub struct Answers {
    counts: BTreeMap<String, u64>,
    facts: BTreeMap<String, Vec<String>>,
    /// Lines, from 1, that begin an answer and do not end it.
    pub garbled: Vec<usize>,
    /// Questions with two different answers: neither counts.
    pub contradicted: Vec<String>,
    /// The first error that the server reported between the answers.
    pub error: Option<String>,
    /// The text is `check.sql` itself or holds it.
    pub is_script: bool,
    used: RefCell<BTreeSet<String>>,
}

impl Answers {
    /// Finds the answers in a text.
    ///
    /// ```
    /// use restamp::predict::answers::Answers;
    /// let answers = Answers::read(b"| restamp-answer 1f2e3d4c5b6a7988 = 3 |\n");
    /// assert_eq!(answers.count("1f2e3d4c5b6a7988"), Some(3));
    /// ```
    pub fn read(bytes: &[u8]) -> Answers {
        let mut answers = Answers::default();
        for (number, line) in (1..).zip(decode(bytes).lines()) {
            let mut before = "";
            let mut rest = line;
            while let Some((front, text)) = rest.split_once(MARK) {
                before = if front.is_empty() { before } else { front };
                let own = text.split(MARK).next().unwrap_or(text);
                answers.take(own, before.ends_with('"'), number);
                rest = text;
            }
            if answers.error.is_none() && line.contains("ERROR:") {
                answers.error = Some(line.trim().to_string());
            }
        }
        let contradicted: BTreeSet<String> = std::mem::take(&mut answers.contradicted).into_iter().collect();
        answers.counts.retain(|key, _| !contradicted.contains(key));
        answers.contradicted = contradicted.into_iter().collect();
        answers
    }

    /// One answer without its mark, with what follows on its line. `csv`: it stands in a quoted cell.
    fn take(&mut self, text: &str, csv: bool, line: usize) {
        let Some((key, value)) = text.split_once('=') else { return self.garbled.push(line) };
        let (key, value) = (key.trim(), value.trim_start());
        // The script itself, which psql repeats with `-a` and a web console shows above its grid.
        if value.starts_with('\'') || value.starts_with("[' ||") {
            self.is_script = true;
            return;
        }
        let digits = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
        let (number, behind) = value.split_at(digits);
        let ends = !behind.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '\u{2026}'));
        if key.len() == 16 && key.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')) {
            return match number.parse() {
                Ok(count) if ends => {
                    if self.counts.insert(key.to_string(), count).is_some_and(|known| known != count) {
                        self.contradicted.push(key.to_string());
                    }
                }
                Ok(_) | Err(_) => self.garbled.push(line),
            };
        }
        let inner = value.strip_prefix('[').and_then(|value| Some(value.rsplit_once(']')?.0));
        match inner {
            Some(inner) if FACTS.contains(&key) => {
                let inner = if csv { inner.replace("\"\"", "\"") } else { inner.to_string() };
                let known = self.facts.entry(key.to_string()).or_default();
                if !known.contains(&inner) {
                    known.push(inner);
                }
            }
            _ => self.garbled.push(line),
        }
    }

    /// True if there is nothing that could be used.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.facts.is_empty()
    }

    /// The answer to a question.
    pub fn count(&self, key: &str) -> Option<u64> {
        let count = self.counts.get(key).copied();
        if count.is_some() {
            self.used.borrow_mut().insert(key.to_string());
        }
        count
    }

    /// What was told of a fact; several where there may be several.
    pub fn facts(&self, key: &str) -> &[String] {
        self.facts.get(key).map_or(&[], Vec::as_slice)
    }

    /// `server_version_num`
    pub fn server_version(&self) -> Option<u32> {
        self.facts("server-version").last()?.parse().ok()
    }

    /// Answers to questions that nobody has asked so far.
    pub fn unused(&self) -> Vec<&str> {
        let used = self.used.borrow();
        self.counts.keys().filter(|key| !used.contains(*key)).map(String::as_str).collect()
    }
}

/// UTF-8; UTF-16 where PowerShell has written the file.
fn decode(bytes: &[u8]) -> String {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "1f2e3d4c5b6a7988";
    const B: &str = "0123456789abcdef";

    #[track_caller]
    fn check(text: &str) {
        let answers = Answers::read(text.as_bytes());
        assert_eq!((answers.count(A), answers.count(B)), (Some(0), Some(12)), "{text}");
        assert_eq!(answers.facts("role"), ["my \"app\""], "{text}");
        assert!(answers.garbled.is_empty() && answers.contradicted.is_empty(), "{text}: {answers:?}");
    }

    #[test]
    fn psql_in_all_its_formats() {
        check(&format!(
            "BEGIN\n               answer                \n------------------------------------\n restamp-answer {A} = 0\n(1 row)\n\n\
             SAVEPOINT\n restamp-answer {B} = 12 \n(1 row)\n\n restamp-answer role = [my \"app\"]\n(1 row)\n\nCOMMIT\n"
        ));
        check(&format!("restamp-answer {A} = 0\nrestamp-answer {B} = 12\nrestamp-answer role = [my \"app\"]"));
        check(&format!(
            "answer\r\nrestamp-answer {A} = 0\r\nanswer\r\nrestamp-answer {B} = 12\r\n\"restamp-answer role = [my \"\"app\"\"]\"\r\n"
        ));
        check(&format!(
            "-[ RECORD 1 ]---\nanswer | restamp-answer {A} = 0\nanswer | restamp-answer {B} = 12\nanswer | restamp-answer role = [my \"app\"]\n"
        ));
    }

    #[test]
    fn prompts_grids_and_markdown() {
        check(&format!(
            "shop=> \\i check.sql\nshop=*> restamp-answer {A} = 0\nshop=*>  restamp-answer {B} = 12\nrestamp-answer role = [my \"app\"]\nshop=#\n"
        ));
        check(&format!(
            "| answer |\n|---|\n| restamp-answer {A} = 0 |\n| `restamp-answer {B} = 12` |\n| restamp-answer role = [my \"app\"] |\n"
        ));
        check(&format!(
            "┌──────┐\n│ restamp-answer {A} = 0 │\n│ restamp-answer {B} = 12 │\n│ restamp-answer role = [my \"app\"] │\n└──────┘\n"
        ));
        check(&format!(
            "\"restamp-answer {A} = 0\";\"restamp-answer {B} = 12\"\n1\trestamp-answer role = [my \"app\"]\t\n"
        ));
    }

    #[test]
    fn powershell_writes_utf_16() {
        let text = format!("\u{feff} restamp-answer {A} = 7\r\n");
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Answers::read(&bytes).count(A), Some(7));
    }

    #[test]
    fn what_is_cut_off_is_no_answer() {
        for text in [
            "restamp-answer",
            "restamp-answer 1f2e3d4c5b6a7988",
            "restamp-answer 1f2e3d4c5b6a7988 =",
            "restamp-answer 1f2e = 0",
        ] {
            let answers = Answers::read(text.as_bytes());
            assert!(answers.is_empty() && answers.garbled == [1], "{text}: {answers:?}");
        }
        for value in ["1\u{2026}", "1...", "-1", "0x", "1.5", "NULL", "[0"] {
            let answers = Answers::read(format!("restamp-answer {A} = {value}").as_bytes());
            assert!(answers.is_empty() && answers.garbled == [1], "{value}: {answers:?}");
        }
        let answers = Answers::read(b"restamp-answer role = [ab\nrestamp-answer nonsense = [1]\n");
        assert!(answers.is_empty() && answers.garbled == [1, 2], "{answers:?}");
    }

    #[test]
    fn the_script_is_not_its_output() {
        let script = format!(
            "SELECT 'restamp-answer {A} = ' || (SELECT count(*) FROM public.t) AS answer;\nSELECT 'restamp-answer role = [' || current_user || ']' AS answer;\n"
        );
        let answers = Answers::read(script.as_bytes());
        assert!(answers.is_empty() && answers.is_script && answers.garbled.is_empty(), "{answers:?}");
        let answers = Answers::read(format!("{script} restamp-answer {A} = 4\n").as_bytes());
        assert_eq!(answers.count(A), Some(4));
    }

    #[test]
    fn two_answers_to_one_question_are_none() {
        let text = format!("restamp-answer {A} = 0\nrestamp-answer {B} = 1\nrestamp-answer {A} = 2\nERROR:  no\n");
        let answers = Answers::read(text.as_bytes());
        assert_eq!((answers.count(A), answers.count(B)), (None, Some(1)));
        assert_eq!(answers.contradicted, [A]);
        assert_eq!(answers.error.as_deref(), Some("ERROR:  no"));
        let answers = Answers::read(format!("restamp-answer {A} = 1\nrestamp-answer {A} = 1").as_bytes());
        assert_eq!(answers.count(A), Some(1));
        assert_eq!(answers.unused(), [""; 0]);
    }
}
