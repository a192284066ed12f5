//! The parts of `CREATE TRIGGER`, whoever wrote it: an author, or pg_dump (`pg_get_triggerdef`).

use super::ident::Ident;
use super::lex::{self, Cursor};

/// What a trigger does and when; its name, table and function are left to the catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// `BEFORE`, `AFTER` or `INSTEAD OF`
    pub timing: &'static str,
    /// In one order: `INSERT`, `DELETE`, `UPDATE`, `UPDATE OF a, b`, `TRUNCATE`.
    pub events: Vec<String>,
    /// `ROW` or `STATEMENT`
    pub level: &'static str,
    /// `CONSTRAINT`
    pub constraint: bool,
    /// The table behind `FROM`.
    pub from: Option<String>,
    /// Empty, `DEFERRABLE INITIALLY IMMEDIATE` or `DEFERRABLE INITIALLY DEFERRED`.
    pub deferrable: &'static str,
    /// `NEW TABLE AS x`, in one order.
    pub transition: Vec<String>,
    /// `WHEN (…)`, without the parentheses. `NEW.a` is written as the name `"new.a"`: of a qualified name, expressions see
    /// only the last part.
    pub when: Option<String>,
    /// What the function is given: strings, whatever they were written as.
    pub arguments: Vec<String>,
}

impl Parts {
    /// The columns behind `UPDATE OF`; none where it fires on each `UPDATE`, or on none.
    ///
    /// ```
    /// use restamp::pg::trigger::read;
    /// let text = "CREATE TRIGGER x AFTER INSERT OR UPDATE OF a, \"B\" ON t FOR EACH ROW EXECUTE FUNCTION f()";
    /// assert_eq!(read(text).unwrap().update_of(), ["a".into(), "B".into()]);
    /// ```
    pub fn update_of(&self) -> Vec<Ident> {
        let columns = self.events.iter().filter_map(|event| event.strip_prefix("UPDATE OF "));
        let quoted = |column: &str| Some(column.strip_prefix('"')?.strip_suffix('"')?.replace("\"\"", "\""));
        let read = |column: &str| Ident::new(&quoted(column).unwrap_or_else(|| column.to_string()));
        columns.flat_map(|columns| columns.split(", ").map(read)).collect()
    }
}

const EVENTS: &[&str] = &["INSERT", "DELETE", "UPDATE", "TRUNCATE"];

/// Reads a `CREATE TRIGGER`; `None` where it is not of the form that PostgreSQL takes.
///
/// ```
/// use restamp::pg::trigger::read;
/// let author = "CREATE TRIGGER x BEFORE UPDATE OR INSERT ON t FOR EACH ROW EXECUTE PROCEDURE f(1, 'b')";
/// let dump = "CREATE TRIGGER x BEFORE INSERT OR UPDATE ON public.t FOR EACH ROW EXECUTE FUNCTION public.f('1', 'b')";
/// assert_eq!(read(author), read(dump));
/// assert_eq!(read(author).unwrap().events, ["INSERT", "UPDATE"]);
/// ```
pub fn read(text: &str) -> Option<Parts> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    let constraint = start(&mut cursor)?;
    cursor.ident().ok()?;
    let timing = cursor.eat_any(&["BEFORE", "AFTER", "INSTEAD OF"])?;
    let mut events: Vec<(usize, String)> = Vec::new();
    loop {
        let event = cursor.eat_any(EVENTS)?;
        let place = EVENTS.iter().position(|other| *other == event)?;
        let mut words = event.to_string();
        if event == "UPDATE" && cursor.eat("OF") {
            let columns: Vec<String> = cursor.list(Cursor::ident).ok()?.iter().map(Ident::to_string).collect();
            words += &format!(" OF {}", columns.join(", "));
        }
        events.push((place, words));
        if !cursor.eat("OR") {
            break;
        }
    }
    events.sort();
    cursor.expect("ON").ok()?;
    cursor.qname().ok()?;
    let from = if cursor.eat("FROM") { Some(cursor.qname().ok()?.name.to_string()) } else { None };
    let deferrable = deferrable(&mut cursor);
    let mut transition = Vec::new();
    if cursor.eat("REFERENCING") {
        while let Some(which) = cursor.eat_any(&["NEW TABLE", "OLD TABLE", "NEW ROW", "OLD ROW"]) {
            cursor.eat("AS");
            transition.push(format!("{which} AS {}", cursor.ident().ok()?));
        }
        transition.sort();
    }
    let mut level = "STATEMENT";
    if cursor.eat("FOR") {
        cursor.eat("EACH");
        level = cursor.eat_any(&["ROW", "STATEMENT"])?;
    }
    let when = if cursor.eat("WHEN") { Some(rows_columns(cursor.parens().ok()?)) } else { None };
    cursor.expect("EXECUTE").ok()?;
    cursor.eat_any(&["FUNCTION", "PROCEDURE"])?;
    cursor.qname().ok()?;
    cursor.expect_sign("(").ok()?;
    let mut arguments = Vec::new();
    while !cursor.eat_sign(")") {
        arguments.push(match cursor.string() {
            Ok(text) => text,
            Err(_) => cursor.until(&[","]).to_string(),
        });
        if !cursor.eat_sign(",") && !cursor.is_sign(")") {
            return None;
        }
    }
    let events = events.into_iter().map(|(_, words)| words).collect();
    Some(Parts { timing, events, level, constraint, from, deferrable, transition, when, arguments })
}

/// The rows that a condition of [`Parts::when`] reads, `new` or `old`, each with the column; `None` for the whole row.
///
/// ```
/// use restamp::pg::trigger::{read, rows};
/// let text = "CREATE TRIGGER a BEFORE UPDATE ON a FOR EACH ROW WHEN (NEW.a > 1 AND old.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION a()";
/// let when = read(text).unwrap().when.unwrap();
/// assert_eq!(rows(&when), [("new", Some("a".into())), ("old", None), ("new", None)]);
/// ```
pub fn rows(when: &str) -> Vec<(&'static str, Option<Ident>)> {
    let (tokens, _) = lex::tokens(when);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let mut cursor = Cursor::new(when, &tokens);
        cursor.seek(at);
        let Ok(name) = cursor.ident() else { continue };
        let before = at.checked_sub(1).and_then(|at| tokens.get(at)).map(|token| &when[token.start..token.end]);
        if before == Some(".") {
            continue;
        }
        let is_quoted = when[token.start..token.end].starts_with('"');
        for row in ["new", "old"] {
            let column = name.as_str().strip_prefix(row).and_then(|rest| rest.strip_prefix('.'));
            if is_quoted && let Some(column) = column {
                found.push((row, Some(Ident::new(column))));
            } else if !is_quoted && name.as_str() == row {
                found.push((row, None));
            }
        }
    }
    found
}

/// `NEW.a` as `"new.a"`, and `OLD.a` as `"old.a"`.
pub fn rows_columns(text: &str) -> String {
    let (tokens, _) = lex::tokens(text);
    let (mut out, mut done) = (String::new(), 0);
    for (at, window) in tokens.windows(3).enumerate() {
        let row = text[window[0].start..window[0].end].to_ascii_lowercase();
        let mut column = Cursor::new(text, &tokens);
        column.seek(at + 2);
        if matches!(row.as_str(), "new" | "old")
            && &text[window[1].start..window[1].end] == "."
            && let Ok(name) = column.ident()
        {
            out += &text[done..window[0].start];
            out += &format!("\"{row}.{}\"", name.as_str().replace('"', "\"\""));
            done = window[2].end;
        }
    }
    out + &text[done..]
}

/// The words before the name; true for a constraint trigger.
fn start(cursor: &mut Cursor<'_>) -> Option<bool> {
    cursor.expect("CREATE").ok()?;
    cursor.eat("OR REPLACE");
    let constraint = cursor.eat("CONSTRAINT");
    cursor.expect("TRIGGER").ok()?;
    Some(constraint)
}

fn deferrable(cursor: &mut Cursor<'_>) -> &'static str {
    let (mut can, mut deferred) = (false, false);
    loop {
        if cursor.eat("NOT DEFERRABLE") || cursor.eat("INITIALLY IMMEDIATE") {
        } else if cursor.eat("DEFERRABLE") {
            can = true;
        } else if cursor.eat("INITIALLY DEFERRED") {
            (can, deferred) = (true, true);
        } else {
            break;
        }
    }
    match (can, deferred) {
        (false, _) => "",
        (true, false) => "DEFERRABLE INITIALLY IMMEDIATE",
        (true, true) => "DEFERRABLE INITIALLY DEFERRED",
    }
}

/// The same trigger after a column of its table was renamed: in `UPDATE OF` and behind `NEW.` and `OLD.`
///
/// ```
/// use restamp::pg::trigger::with_column;
/// let text = "CREATE TRIGGER a AFTER UPDATE OF b, a ON a WHEN (NEW.a > a.b) EXECUTE FUNCTION a()";
/// let renamed = "CREATE TRIGGER a AFTER UPDATE OF b, c ON a WHEN (NEW.c > a.b) EXECUTE FUNCTION a()";
/// assert_eq!(with_column(text, &"a".into(), &"c".into()), renamed);
/// ```
pub fn with_column(text: &str, from: &Ident, to: &Ident) -> String {
    let (tokens, _) = lex::tokens(text);
    let word = |at: usize| tokens.get(at).map_or("", |token| &text[token.start..token.end]);
    let is = |at: usize, words: &[&str]| words.iter().any(|other| word(at).eq_ignore_ascii_case(other));
    let (mut out, mut done, mut listed) = (String::new(), 0, false);
    for (at, token) in tokens.iter().enumerate() {
        listed = (listed || is(at, &["OF"])) && !is(at, &["ON", "OR"]);
        let of_row = at > 1 && word(at - 1) == "." && is(at - 2, &["NEW", "OLD"]);
        let mut name = Cursor::new(text, &tokens);
        name.seek(at);
        if (listed || of_row) && name.ident().is_ok_and(|name| name == *from) {
            out += &text[done..token.start];
            out += &to.to_string();
            done = token.end;
        }
    }
    out + &text[done..]
}

/// The same trigger under another name.
///
/// ```
/// use restamp::pg::trigger::renamed;
/// let text = "CREATE TRIGGER a AFTER INSERT ON a EXECUTE FUNCTION a()";
/// assert_eq!(renamed(text, &"b".into()), "CREATE TRIGGER b AFTER INSERT ON a EXECUTE FUNCTION a()");
/// ```
pub fn renamed(text: &str, to: &Ident) -> String {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    match (start(&mut cursor), cursor.peek()) {
        (Some(_), Some(name)) => format!("{}{to}{}", &text[..name.start], &text[name.end..]),
        _ => text.to_string(),
    }
}
