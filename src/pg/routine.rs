//! One form for `CREATE FUNCTION` and `CREATE PROCEDURE`: authors write the clauses in any order, pg_dump in its own
//! (`pg_get_functiondef`), and clauses that say the default say nothing. The body is kept by PostgreSQL as it was given.

use super::lex::{self, Cursor, TokenKind};
use super::types;

/// Clauses and how they are shown; one that says the default is not.
const FLAGS: &[(&str, &str)] = &[
    ("IMMUTABLE", "IMMUTABLE"),
    ("STABLE", "STABLE"),
    ("VOLATILE", ""),
    ("NOT LEAKPROOF", ""),
    ("LEAKPROOF", "LEAKPROOF"),
    ("CALLED ON NULL INPUT", ""),
    ("RETURNS NULL ON NULL INPUT", "STRICT"),
    ("STRICT", "STRICT"),
    ("EXTERNAL SECURITY INVOKER", ""),
    ("SECURITY INVOKER", ""),
    ("EXTERNAL SECURITY DEFINER", "SECURITY DEFINER"),
    ("SECURITY DEFINER", "SECURITY DEFINER"),
    ("PARALLEL UNSAFE", ""),
    ("PARALLEL SAFE", "PARALLEL SAFE"),
    ("PARALLEL RESTRICTED", "PARALLEL RESTRICTED"),
    ("WINDOW", "WINDOW"),
];

/// The statement in one form; `None` where it has a clause that is not read here.
///
/// ```
/// use restamp::pg::routine::canonical;
/// let author = "CREATE OR REPLACE FUNCTION f(a int) RETURNS int AS $x$ SELECT a $x$ LANGUAGE SQL VOLATILE;";
/// let dump = "CREATE FUNCTION public.f(a integer) RETURNS integer\n    LANGUAGE sql\n    AS $$ SELECT a $$";
/// assert_eq!(canonical(author), canonical(dump));
/// assert!(canonical(author).is_some());
/// ```
pub fn canonical(text: &str) -> Option<String> {
    let (tokens, unterminated) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    if unterminated.is_some() || !cursor.eat("CREATE") {
        return None;
    }
    cursor.eat("OR REPLACE");
    let kind = cursor.eat_any(&["FUNCTION", "PROCEDURE"])?;
    let name = cursor.qname().ok()?.name;
    let arguments = arguments(&mut cursor)?;
    let mut clauses = Vec::new();
    let mut body = None;
    while !cursor.at_end() && !cursor.is_sign(";") {
        if let Some((words, shown)) = FLAGS.iter().find(|(words, _)| cursor.is(words)) {
            cursor.eat(words);
            clauses.extend((!shown.is_empty()).then(|| (*shown).to_string()));
        } else if cursor.eat("RETURNS") {
            let set = if cursor.eat("SETOF") { "SETOF " } else { "" };
            let returned = match cursor.eat("TABLE") {
                true => format!("TABLE ({})", cursor.parens().ok()?),
                false => types::read(&mut cursor).ok()?.to_string(),
            };
            clauses.push(format!("RETURNS {set}{returned}"));
        } else if cursor.eat("LANGUAGE") {
            let language = match cursor.string() {
                Ok(language) => language.to_ascii_lowercase(),
                Err(_) => cursor.ident().ok()?.to_string(),
            };
            clauses.push(format!("LANGUAGE {language}"));
        } else if cursor.eat("AS") {
            let token = cursor.bump().filter(|token| matches!(token.kind, TokenKind::String | TokenKind::Dollar))?;
            body = Some(lex::string_value(cursor.token_text(token)));
        } else {
            return None;
        }
    }
    clauses.sort();
    Some(format!("CREATE {kind} {name}({arguments}) {} AS {}", clauses.join(" "), lex::literal(&body?)))
}

/// `( [mode] [name] type [DEFAULT …], … )` with types in one spelling.
fn arguments(cursor: &mut Cursor<'_>) -> Option<String> {
    cursor.expect_sign("(").ok()?;
    let mut shown = Vec::new();
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
        let mode = mode.map_or(String::new(), |mode| format!("{} ", mode.replace("IN OUT", "INOUT")));
        let default = match cursor.eat("DEFAULT") || cursor.eat_sign("=") || cursor.eat_sign(":=") {
            true => format!(" DEFAULT {}", cursor.until(&[","])),
            false => String::new(),
        };
        shown.push(format!("{mode}{name}{ty}{default}"));
        if !cursor.eat_sign(",") {
            break;
        }
    }
    cursor.expect_sign(")").ok()?;
    Some(shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::canonical;

    #[test]
    fn what_differs_stays_different() {
        let with = |clauses: &str, body: &str| {
            canonical(&format!("CREATE FUNCTION f() RETURNS trigger {clauses} LANGUAGE plpgsql AS $$ {body} $$"))
        };
        assert_eq!(with("", "BEGIN END"), with("VOLATILE SECURITY INVOKER", "BEGIN END"));
        assert_ne!(with("", "BEGIN END"), with("STABLE", "BEGIN END"));
        assert_ne!(with("", "BEGIN END"), with("", "BEGIN  END"));
        assert_eq!(with("SET search_path = x", "BEGIN END"), None);
        assert_eq!(canonical("CREATE FUNCTION f(a int"), None);
        assert_eq!(
            canonical("CREATE FUNCTION f(IN a int4, OUT b text = 'x') RETURNS text AS 'it''s' LANGUAGE 'SQL';"),
            Some("CREATE FUNCTION f(a integer, OUT b text DEFAULT 'x') LANGUAGE sql RETURNS text AS 'it''s'".into())
        );
    }
}
