//! The parts of `CREATE FUNCTION` and `CREATE PROCEDURE`: authors write the clauses in any order, pg_dump in its own
//! (`pg_get_functiondef`), and clauses that say the default say nothing. The body is kept by PostgreSQL as it was given.

use std::collections::BTreeMap;

use super::ident::QName;
use super::lex::{self, Cursor, TokenKind};
use super::types::{self, DataType, TypeName};

/// A function or procedure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// Mode, name and type of each argument; types without their schema, which authors leave out.
    pub arguments: Vec<String>,
    /// The defaults of those arguments that have one.
    pub defaults: Vec<String>,
    /// The names of the arguments that it takes; empty for one without a name.
    pub names: Vec<String>,
    /// What is not at its default, by the words of [`CLAUSES`].
    pub clauses: BTreeMap<&'static str, String>,
    /// `SET name = value`
    pub configuration: BTreeMap<String, String>,
    /// The body.
    pub body: Body,
}

/// What a routine does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A string, which PostgreSQL keeps as it is.
    Text(String),
    /// `RETURN …` or `BEGIN ATOMIC …`, which PostgreSQL parses and writes anew.
    Parsed(String),
}

impl Default for Body {
    fn default() -> Body {
        Body::Text(String::new())
    }
}

/// The clauses of a definition.
pub const CLAUSES: &[&str] = &[
    "returns",
    "language",
    "volatility",
    "strict",
    "security",
    "leakproof",
    "parallel",
    "window",
    "cost",
    "rows",
    "support",
    "transform",
];

/// Clauses without a value: words, which clause, what it says; one that says the default is empty. Longer words come first.
const FLAGS: &[(&str, &str, &str)] = &[
    ("IMMUTABLE", "volatility", "IMMUTABLE"),
    ("STABLE", "volatility", "STABLE"),
    ("VOLATILE", "volatility", ""),
    ("NOT LEAKPROOF", "leakproof", ""),
    ("LEAKPROOF", "leakproof", "true"),
    ("CALLED ON NULL INPUT", "strict", ""),
    ("RETURNS NULL ON NULL INPUT", "strict", "true"),
    ("STRICT", "strict", "true"),
    ("EXTERNAL SECURITY INVOKER", "security", ""),
    ("SECURITY INVOKER", "security", ""),
    ("EXTERNAL SECURITY DEFINER", "security", "DEFINER"),
    ("SECURITY DEFINER", "security", "DEFINER"),
    ("PARALLEL UNSAFE", "parallel", ""),
    ("PARALLEL SAFE", "parallel", "SAFE"),
    ("PARALLEL RESTRICTED", "parallel", "RESTRICTED"),
    ("WINDOW", "window", "true"),
];

/// Reads a definition; `None` where it has a clause that is not read here.
///
/// ```
/// use restamp::pg::routine::read;
/// let author = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int AS $x$ SELECT a $x$ LANGUAGE SQL VOLATILE COST 100;";
/// let dump = "CREATE FUNCTION public.f(a integer) RETURNS integer\n    LANGUAGE sql\n    AS $$ SELECT a $$";
/// assert_eq!(read(author), read(dump));
/// assert_eq!(read(author).unwrap().clauses["returns"], "integer");
/// ```
pub fn read(text: &str) -> Option<Definition> {
    let (tokens, unterminated) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    if unterminated.is_some() {
        return None;
    }
    name(&mut cursor)?;
    let mut found = Definition::default();
    let arguments = arguments(&mut cursor)?;
    (found.arguments, found.defaults, found.names) = (arguments.shown, arguments.defaults, arguments.names);
    while !cursor.at_end() && !cursor.is_sign(";") {
        if cursor.eat("AS") {
            let mut parts = Vec::new();
            while let Some(token) = cursor.bump() {
                if !matches!(token.kind, TokenKind::String | TokenKind::Dollar) {
                    return None;
                }
                parts.push(lex::string_value(cursor.token_text(token)));
                if !cursor.eat_sign(",") {
                    break;
                }
            }
            // Python reads either end of a line as one.
            found.body = Body::Text(parts.join(", ").replace("\r\n", "\n"));
        } else if cursor.is_any(&["RETURN", "BEGIN ATOMIC"]) {
            found.body = Body::Parsed(cursor.rest().to_string());
        } else {
            found.clause(&mut cursor)?;
        }
    }
    // A function gives what its OUT parameters are, and pg_dump says so (`interpret_function_parameter_list`).
    let is_function = tokens.iter().take(4).any(|token| text[token.start..token.end].eq_ignore_ascii_case("FUNCTION"));
    if is_function && let Some(last) = arguments.out.last() {
        let returned = if arguments.out.len() == 1 { last.clone() } else { "record".to_string() };
        found.clauses.entry("returns").or_insert(returned);
    }
    // The default depends on the language (`interpret_AS_clause`, `CreateFunction`).
    let own = matches!(found.clauses.get("language").map(String::as_str), Some("c" | "internal"));
    found.clauses.retain(|clause, value| match *clause {
        "cost" => value != if own { "1" } else { "100" },
        "rows" => value != "1000",
        _ => true,
    });
    Some(found)
}

/// The words before the arguments; the cursor then stands behind the name.
fn name(cursor: &mut Cursor<'_>) -> Option<QName> {
    cursor.expect("CREATE").ok()?;
    cursor.eat("OR REPLACE");
    cursor.eat_any(&["FUNCTION", "PROCEDURE", "AGGREGATE"])?;
    cursor.qname().ok()
}

impl Definition {
    /// Changes what `ALTER FUNCTION` changes; `None` where it is not read here.
    pub fn alter(&mut self, clauses: &str) -> Option<()> {
        let (tokens, _) = lex::tokens(clauses);
        let mut cursor = Cursor::new(clauses, &tokens);
        while !cursor.at_end() {
            if cursor.eat("RESET ALL") {
                self.configuration.clear();
            } else if cursor.eat("RESET") {
                self.configuration.remove(&setting(&mut cursor)?);
            } else {
                self.clause(&mut cursor)?;
            }
        }
        Some(())
    }

    fn clause(&mut self, cursor: &mut Cursor<'_>) -> Option<()> {
        if let Some((words, clause, says)) = FLAGS.iter().find(|(words, ..)| cursor.is(words)) {
            cursor.eat(words);
            match *says {
                "" => self.clauses.remove(clause),
                says => self.clauses.insert(clause, says.to_string()),
            };
        } else if cursor.eat("RETURNS") {
            let set = if cursor.eat("SETOF") { "SETOF " } else { "" };
            let returned = match cursor.eat("TABLE") {
                true => format!("TABLE ({})", arguments(cursor)?.shown.join(", ")),
                false => bare(types::read(cursor).ok()?),
            };
            self.clauses.insert("returns", format!("{set}{returned}"));
        } else if cursor.eat("LANGUAGE") {
            let language = match cursor.string() {
                Ok(language) => language.to_ascii_lowercase(),
                Err(_) => cursor.ident().ok()?.to_string(),
            };
            self.clauses.insert("language", language);
        } else if let Some(words) = cursor.eat_any(&["COST", "ROWS"]) {
            let number = cursor.bump().filter(|token| token.kind == TokenKind::Number)?;
            let clause = if words == "COST" { "cost" } else { "rows" };
            self.clauses.insert(clause, cursor.token_text(number).to_string());
        } else if cursor.eat("SUPPORT") {
            self.clauses.insert("support", cursor.qname().ok()?.name.to_string());
        } else if cursor.eat("TRANSFORM") {
            let list = cursor.list(|cursor| {
                cursor.expect("FOR TYPE")?;
                types::read(cursor).map(bare)
            });
            self.clauses.insert("transform", list.ok()?.join(", "));
        } else if cursor.eat("SET") {
            let name = setting(cursor)?;
            if !cursor.eat("TO") && !cursor.eat_sign("=") {
                // `FROM CURRENT` takes what the session had.
                return None;
            }
            if cursor.eat("DEFAULT") {
                self.configuration.remove(&name);
                return Some(());
            }
            let values = cursor.list(|cursor| match cursor.string() {
                Ok(text) => Ok(text),
                Err(stop) => match cursor.ident() {
                    Ok(name) => Ok(name.as_str().to_string()),
                    Err(_) => cursor.bump().map(|token| cursor.token_text(token).to_string()).ok_or(stop),
                },
            });
            self.configuration.insert(name, values.ok()?.join(", "));
        } else {
            return None;
        }
        Some(())
    }
}

/// A name such as `work_mem` or `app.user`.
fn setting(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.qname().ok().map(|name| name.to_string().to_ascii_lowercase())
}

/// A type without its schema.
fn bare(ty: DataType) -> String {
    match ty.name {
        TypeName::User(name) => DataType { name: TypeName::User(QName::bare(name.name)), ..ty }.to_string(),
        _ => ty.to_string(),
    }
}

/// The arguments of a routine.
#[derive(Default)]
struct Arguments {
    /// Mode, name and type of each.
    shown: Vec<String>,
    /// The defaults, in order.
    defaults: Vec<String>,
    /// The types of those that are given back.
    out: Vec<String>,
    /// The names of those that are taken.
    names: Vec<String>,
}

/// `( [mode] [name] type [DEFAULT …], … )`: arguments with types in one spelling, and the defaults.
fn arguments(cursor: &mut Cursor<'_>) -> Option<Arguments> {
    cursor.expect_sign("(").ok()?;
    let Arguments { mut shown, mut defaults, mut out, mut names } = Arguments::default();
    while !cursor.is_sign(")") {
        let mode = cursor.eat_any(&["INOUT", "IN OUT", "IN", "OUT", "VARIADIC"]).filter(|mode| *mode != "IN");
        let start = cursor.position();
        let ends =
            |cursor: &Cursor<'_>| [",", ")", "=", ":="].iter().any(|sign| cursor.is_sign(sign)) || cursor.is("DEFAULT");
        let (name, ty) = match types::read(cursor) {
            Ok(ty) if ends(cursor) => (String::new(), ty),
            _ => {
                cursor.seek(start);
                let name = cursor.ident().ok()?;
                (format!("{name} "), types::read(cursor).ok()?)
            }
        };
        let is_out = mode.is_some_and(|mode| mode.contains("OUT"));
        let mode = mode.map_or(String::new(), |mode| format!("{} ", mode.replace("IN OUT", "INOUT")));
        if cursor.eat("DEFAULT") || cursor.eat_sign("=") || cursor.eat_sign(":=") {
            defaults.push(cursor.until(&[","]).to_string());
        }
        // Modifiers of an argument's type are not kept.
        let ty = bare(DataType { modifiers: Vec::new(), ..ty });
        shown.push(format!("{mode}{name}{ty}"));
        if mode != "OUT " {
            names.push(name.trim().to_string());
        }
        out.extend(is_out.then_some(ty));
        if !cursor.eat_sign(",") {
            break;
        }
    }
    cursor.expect_sign(")").ok()?;
    Some(Arguments { shown, defaults, out, names })
}

/// The same routine under another name.
///
/// ```
/// use restamp::pg::{ident::QName, routine::renamed};
/// let text = "CREATE FUNCTION f(a int) RETURNS int LANGUAGE sql AS 'SELECT f'";
/// assert_eq!(renamed(text, &QName::bare("g")), "CREATE FUNCTION g(a int) RETURNS int LANGUAGE sql AS 'SELECT f'");
/// ```
pub fn renamed(text: &str, to: &QName) -> String {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    let end = name(&mut cursor).map(|_| cursor.position());
    let words = ["FUNCTION", "PROCEDURE", "AGGREGATE"];
    let kind = tokens
        .iter()
        .position(|token| words.iter().any(|word| text[token.start..token.end].eq_ignore_ascii_case(word)));
    match (kind.and_then(|kind| tokens.get(kind + 1)), end.and_then(|end| tokens.get(end - 1))) {
        (Some(first), Some(last)) => format!("{}{to}{}", &text[..first.start], &text[last.end..]),
        _ => text.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Body, read};

    #[test]
    fn what_differs_stays_different() {
        let with = |clauses: &str, body: &str| {
            read(&format!("CREATE FUNCTION f() RETURNS trigger {clauses} LANGUAGE plpgsql AS $$ {body} $$"))
        };
        assert_eq!(with("", "BEGIN END"), with("VOLATILE SECURITY INVOKER ROWS 1000", "BEGIN END"));
        assert_eq!(with("SET search_path = a, \"B\"", ""), with("SET search_path TO 'a', 'B'", ""));
        for clause in ["STABLE", "STRICT", "SECURITY DEFINER", "COST 5", "SET search_path = x", "PARALLEL SAFE"] {
            assert!(with(clause, "").is_some(), "{clause}");
            assert_ne!(with("", ""), with(clause, ""), "{clause}");
        }
        assert_ne!(with("", "BEGIN END"), with("", "BEGIN  END"));
        assert_eq!(with("SET search_path FROM CURRENT", "BEGIN END"), None);
        assert_eq!(read("CREATE FUNCTION f(a int"), None);
    }

    #[test]
    fn parts() {
        let found = read(
            "CREATE FUNCTION f(IN a int4, OUT b app.mood = 'x', c varchar(3)) RETURNS SETOF app.t AS 'it''s' LANGUAGE 'SQL';",
        );
        let found = found.expect("it is read");
        assert_eq!(found.arguments, ["a integer", "OUT b mood", "c character varying"]);
        assert_eq!(found.defaults, ["'x'"]);
        assert_eq!(found.clauses["returns"], "SETOF t");
        assert_eq!(found.body, Body::Text("it's".into()));
        let found =
            read("CREATE FUNCTION f() RETURNS TABLE (a int, b text) LANGUAGE sql RETURN 1").expect("it is read");
        assert_eq!(found.clauses["returns"], "TABLE (a integer, b text)");
        assert_eq!(found.body, Body::Parsed("RETURN 1".into()));
    }

    #[test]
    fn later_clauses_take_the_place_of_earlier_ones() {
        let mut found =
            read("CREATE FUNCTION f() RETURNS int STABLE COST 5 SET a = 1 LANGUAGE sql AS ''").expect("read");
        found.alter("VOLATILE STRICT SET b TO 2 RESET a").expect("read");
        assert_eq!(
            found,
            read("CREATE FUNCTION f() RETURNS int COST 5 STRICT SET b = 2 LANGUAGE sql AS ''").expect("read")
        );
        assert_eq!(found.alter("DEPENDS ON EXTENSION x"), None);
    }
}
