//! Reads the body of a `DO` statement.

use super::loops::Numbers;
use crate::pg::lex::{self, Cursor, Read, Token};

/// `[DECLARE …] BEGIN … [EXCEPTION …] END`
#[derive(Debug, PartialEq)]
pub(super) struct Block {
    /// Variables with their first values.
    pub declarations: Vec<(String, Option<String>)>,
    pub body: Vec<Statement>,
    /// `WHEN a OR b THEN …`
    pub handlers: Vec<(Vec<String>, Vec<Statement>)>,
}

/// A statement.
#[derive(Debug, PartialEq)]
pub(super) enum Statement {
    Null,
    Return,
    Block(Block),
    Assign(String, String),
    If(Vec<(String, Vec<Statement>)>, Vec<Statement>),
    /// `EXECUTE statement INTO names USING expressions`
    Execute {
        statement: String,
        into: Option<Vec<String>>,
        using: Vec<String>,
    },
    Raise {
        exception: bool,
        message: String,
        arguments: Vec<String>,
    },
    SelectInto(Vec<String>, String),
    For {
        variable: String,
        query: String,
        body: Vec<Statement>,
    },
    ForNumbers(Numbers, Vec<Statement>),
    Foreach {
        variable: String,
        array: String,
        body: Vec<Statement>,
    },
    /// `WHILE condition LOOP`, or `LOOP`
    While(Option<String>, Vec<Statement>),
    /// `EXIT WHEN condition`
    Exit(Option<String>),
    Continue(Option<String>),
    /// `CASE` without an `ELSE`, where nothing fits.
    CaseNotFound,
    /// The variables of `GET DIAGNOSTICS`.
    Diagnostics(Vec<String>),
    Sql(String),
}

/// The block of a `DO` statement in PL/pgSQL; `None` for anything else.
pub(super) fn block_of(sql: &str) -> Option<Block> {
    let (tokens, open) = lex::tokens(sql);
    let mut cursor = Cursor::new(sql, &tokens);
    if open.is_some() || !cursor.eat("DO") {
        return None;
    }
    if cursor.eat("LANGUAGE") && cursor.ident().ok()?.as_str() != "plpgsql" {
        return None;
    }
    let body = cursor.string().ok()?;
    if cursor.eat("LANGUAGE") && cursor.ident().ok()?.as_str() != "plpgsql" {
        return None;
    }
    cursor.eat_sign(";");
    cursor.expect_end().ok()?;
    let (tokens, open) = lex::tokens(&body);
    if open.is_some() {
        return None;
    }
    let mut cursor = Cursor::new(&body, &tokens);
    let block = block(&mut cursor, 0).ok()?;
    cursor.eat_sign(";");
    cursor.expect_end().ok()?;
    Some(block)
}

/// Blocks and conditions in each other.
const MAX_DEPTH: usize = 50;

fn block(cursor: &mut Cursor<'_>, depth: usize) -> Read<Block> {
    if depth > MAX_DEPTH {
        return cursor.fail("a block that is not nested so deeply");
    }
    let mut declarations = Vec::new();
    if cursor.eat("DECLARE") {
        while !cursor.is("BEGIN") {
            let name = cursor.ident()?.as_str().to_string();
            cursor.eat("CONSTANT");
            let definition = until(cursor, |cursor| cursor.is_sign(";"))?;
            cursor.expect_sign(";")?;
            declarations.push((name, initial(definition)));
        }
    }
    cursor.expect("BEGIN")?;
    let body = statements(cursor, &["END", "EXCEPTION"], depth)?;
    let mut handlers = Vec::new();
    if cursor.eat("EXCEPTION") {
        while cursor.eat("WHEN") {
            let mut conditions = Vec::new();
            loop {
                if cursor.eat("SQLSTATE") {
                    conditions.push(format!("sqlstate {}", cursor.string()?));
                } else {
                    conditions.push(cursor.ident()?.as_str().to_string());
                }
                if !cursor.eat("OR") {
                    break;
                }
            }
            cursor.expect("THEN")?;
            handlers.push((conditions, statements(cursor, &["END", "WHEN"], depth)?));
        }
    }
    cursor.expect("END")?;
    Ok(Block { declarations, body, handlers })
}

/// The value behind `:=`, `=` or `DEFAULT` in a declaration.
fn initial(definition: &str) -> Option<String> {
    let lower = definition.to_ascii_lowercase();
    let default = || lower.find(" default ").map(|at| at + " default ".len());
    let at = definition.find('=').map(|at| at + 1).or_else(default);
    at.and_then(|at| definition.get(at..)).map(|value| value.trim().to_string())
}

fn statements(cursor: &mut Cursor<'_>, ends: &[&str], depth: usize) -> Read<Vec<Statement>> {
    let mut found = Vec::new();
    while !cursor.is_any(ends) {
        if cursor.at_end() {
            return cursor.fail("END");
        }
        found.push(statement(cursor, depth + 1)?);
    }
    Ok(found)
}

fn statement(cursor: &mut Cursor<'_>, depth: usize) -> Read<Statement> {
    if depth > MAX_DEPTH {
        return cursor.fail("statements that are not nested so deeply");
    }
    if cursor.is_any(&["DECLARE", "BEGIN"]) {
        let block = block(cursor, depth)?;
        cursor.expect_sign(";")?;
        return Ok(Statement::Block(block));
    }
    if cursor.eat("IF") {
        return condition(cursor, depth);
    }
    if cursor.eat("NULL") {
        cursor.expect_sign(";")?;
        return Ok(Statement::Null);
    }
    if cursor.eat("RETURN") {
        cursor.expect_sign(";")?;
        return Ok(Statement::Return);
    }
    if cursor.eat("RAISE") {
        return raise(cursor);
    }
    if cursor.eat("EXECUTE") {
        return execute(cursor);
    }
    if cursor.eat("CASE") {
        return case(cursor, depth);
    }
    if cursor.eat("GET") {
        return diagnostics(cursor);
    }
    if cursor.eat("PERFORM") {
        let query = until(cursor, |cursor| cursor.is_sign(";"))?;
        let sql = format!("SELECT {query}");
        cursor.expect_sign(";")?;
        return Ok(Statement::Sql(sql));
    }
    if cursor.eat("FOREACH") {
        let variable = cursor.ident()?.as_str().to_string();
        cursor.expect("IN ARRAY")?;
        let array = until(cursor, |cursor| cursor.is("LOOP"))?.to_string();
        return Ok(Statement::Foreach { variable, array, body: body_of_loop(cursor, depth)? });
    }
    if cursor.eat("FOR") {
        let variable = cursor.ident()?.as_str().to_string();
        cursor.expect("IN")?;
        let reverse = cursor.eat("REVERSE");
        let query = until(cursor, |cursor| cursor.is("LOOP"))?.to_string();
        let body = body_of_loop(cursor, depth)?;
        return match range(&query) {
            Some((from, to, step)) => Ok(Statement::ForNumbers(Numbers { variable, reverse, from, to, step }, body)),
            None if is_query(&query) && !reverse => Ok(Statement::For { variable, query, body }),
            None => cursor.fail("a query"),
        };
    }
    if cursor.eat("WHILE") {
        let condition = until(cursor, |cursor| cursor.is("LOOP"))?.to_string();
        return Ok(Statement::While(Some(condition), body_of_loop(cursor, depth)?));
    }
    if cursor.is("LOOP") {
        return Ok(Statement::While(None, body_of_loop(cursor, depth)?));
    }
    if cursor.is_any(&["EXIT", "CONTINUE"]) {
        let exit = cursor.eat_any(&["EXIT", "CONTINUE"]) == Some("EXIT");
        let condition = match cursor.eat("WHEN") {
            true => Some(until(cursor, |cursor| cursor.is_sign(";"))?.to_string()),
            false => None,
        };
        cursor.expect_sign(";")?;
        return Ok(if exit { Statement::Exit(condition) } else { Statement::Continue(condition) });
    }
    if cursor.is_any(&["OPEN", "FETCH", "MOVE", "CLOSE", "ASSERT", "COMMIT"]) {
        return cursor.fail("a statement that is read here");
    }
    if let Some(assignment) = assignment(cursor)? {
        return Ok(assignment);
    }
    let text = until(cursor, |cursor| cursor.is_sign(";"))?.to_string();
    cursor.expect_sign(";")?;
    match into(&text) {
        Some((names, query)) => Ok(Statement::SelectInto(names, query)),
        None => Ok(Statement::Sql(text)),
    }
}

fn body_of_loop(cursor: &mut Cursor<'_>, depth: usize) -> Read<Vec<Statement>> {
    cursor.expect("LOOP")?;
    let body = statements(cursor, &["END LOOP"], depth)?;
    cursor.expect("END LOOP")?;
    cursor.expect_sign(";")?;
    Ok(body)
}

fn is_query(text: &str) -> bool {
    let start = text.trim_start().to_ascii_uppercase();
    start.starts_with('(') || ["SELECT", "WITH"].iter().any(|word| start.starts_with(word))
}

/// `from..to BY step`, whose dots stand in no string.
fn range(text: &str) -> Option<(String, String, Option<String>)> {
    if is_query(text) && !text.trim_start().starts_with('(') {
        return None;
    }
    let (tokens, _) = lex::tokens(text);
    let in_text = |at: usize| {
        tokens.iter().any(|token| token.start < at && at < token.end && token.kind == lex::TokenKind::String)
    };
    let dots = text.match_indices("..").map(|(at, _)| at).find(|at| !in_text(*at))?;
    let (from, rest) = (text[..dots].trim(), &text[dots + 2..]);
    let (tokens, _) = lex::tokens(rest);
    let mut cursor = Cursor::new(rest, &tokens);
    let to = match until(&mut cursor, |cursor| cursor.is("BY")) {
        Ok(to) => to.trim().to_string(),
        Err(_) => return Some((from.to_string(), rest.trim().to_string(), None)),
    };
    cursor.expect("BY").ok()?;
    Some((from.to_string(), to, Some(cursor.rest().trim().to_string())))
}

/// Behind `EXECUTE`; `INTO` and `USING` may come in any order.
fn execute(cursor: &mut Cursor<'_>) -> Read<Statement> {
    let ends = |cursor: &Cursor<'_>| cursor.is_sign(";") || cursor.is_any(&["USING", "INTO"]);
    let statement = until(cursor, ends)?.to_string();
    let (mut into, mut using) = (None, Vec::new());
    loop {
        if into.is_none() && cursor.eat("INTO") {
            if cursor.eat("STRICT") {
                return cursor.fail("a statement that is read here");
            }
            let mut names = vec![cursor.ident()?.as_str().to_string()];
            while cursor.eat_sign(",") {
                names.push(cursor.ident()?.as_str().to_string());
            }
            into = Some(names);
        } else if using.is_empty() && cursor.eat("USING") {
            loop {
                let expression = until(cursor, |cursor| cursor.is_sign(",") || ends(cursor))?;
                using.push(expression.to_string());
                if !cursor.eat_sign(",") {
                    break;
                }
            }
        } else {
            cursor.expect_sign(";")?;
            return Ok(Statement::Execute { statement, into, using });
        }
    }
}

/// Behind `CASE`: what is compared, if anything is, stands in front of the first `WHEN`.
fn case(cursor: &mut Cursor<'_>, depth: usize) -> Read<Statement> {
    let compared = until(cursor, |cursor| cursor.is("WHEN"))?.trim().to_string();
    let mut branches = Vec::new();
    while cursor.eat("WHEN") {
        let condition = until(cursor, |cursor| cursor.is("THEN"))?.trim();
        let condition = match compared.is_empty() {
            true => condition.to_string(),
            false => format!("({compared}) IN ({condition})"),
        };
        cursor.expect("THEN")?;
        branches.push((condition, statements(cursor, &["WHEN", "ELSE", "END CASE"], depth)?));
    }
    let otherwise = match cursor.eat("ELSE") {
        true => statements(cursor, &["END CASE"], depth)?,
        false => vec![Statement::CaseNotFound],
    };
    cursor.expect("END CASE")?;
    cursor.expect_sign(";")?;
    Ok(Statement::If(branches, otherwise))
}

/// Behind `GET`: `[CURRENT | STACKED] DIAGNOSTICS name = item, …`
fn diagnostics(cursor: &mut Cursor<'_>) -> Read<Statement> {
    cursor.eat_any(&["CURRENT", "STACKED"]);
    cursor.expect("DIAGNOSTICS")?;
    let mut names = Vec::new();
    loop {
        names.push(cursor.ident()?.as_str().to_string());
        if !cursor.eat_sign(":=") {
            cursor.eat_sign(":");
            cursor.expect_sign("=")?;
        }
        cursor.ident()?;
        if !cursor.eat_sign(",") {
            break;
        }
    }
    cursor.expect_sign(";")?;
    Ok(Statement::Diagnostics(names))
}

fn condition(cursor: &mut Cursor<'_>, depth: usize) -> Read<Statement> {
    let mut branches = Vec::new();
    let mut otherwise = Vec::new();
    loop {
        let condition = until(cursor, |cursor| cursor.is("THEN"))?.to_string();
        cursor.expect("THEN")?;
        let body = statements(cursor, &["ELSIF", "ELSEIF", "ELSE", "END IF"], depth)?;
        branches.push((condition, body));
        if cursor.eat("ELSIF") || cursor.eat("ELSEIF") {
            continue;
        }
        if cursor.eat("ELSE") {
            otherwise = statements(cursor, &["END IF"], depth)?;
        }
        cursor.expect("END IF")?;
        cursor.expect_sign(";")?;
        return Ok(Statement::If(branches, otherwise));
    }
}

fn raise(cursor: &mut Cursor<'_>) -> Read<Statement> {
    let level = cursor.eat_any(&["DEBUG", "LOG", "INFO", "NOTICE", "WARNING", "EXCEPTION"]);
    let exception = matches!(level, None | Some("EXCEPTION"));
    let message = cursor.string()?;
    let mut arguments = Vec::new();
    while cursor.eat_sign(",") {
        let argument = until(cursor, |cursor| cursor.is_sign(";") || cursor.is_sign(",") || cursor.is("USING"))?;
        arguments.push(argument.to_string());
    }
    if cursor.eat("USING") {
        until(cursor, |cursor| cursor.is_sign(";"))?;
    }
    cursor.expect_sign(";")?;
    Ok(Statement::Raise { exception, message, arguments })
}

/// `name := expression;`
fn assignment(cursor: &mut Cursor<'_>) -> Read<Option<Statement>> {
    let start = cursor.position();
    if let Ok(name) = cursor.ident() {
        let by_colon = cursor.eat_sign(":=") || (cursor.eat_sign(":") && cursor.eat_sign("="));
        if by_colon {
            let expression = until(cursor, |cursor| cursor.is_sign(";"))?.to_string();
            cursor.expect_sign(";")?;
            return Ok(Some(Statement::Assign(name.as_str().to_string(), expression)));
        }
    }
    cursor.seek(start);
    Ok(None)
}

/// `SELECT a INTO x FROM …`: the variables, and the query without them.
fn into(text: &str) -> Option<(Vec<String>, String)> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    if !cursor.is_any(&["SELECT", "WITH"]) {
        return None;
    }
    let head = until(&mut cursor, |cursor| cursor.is("INTO")).ok()?.to_string();
    cursor.expect("INTO").ok()?;
    cursor.eat("STRICT");
    let mut names = Vec::new();
    loop {
        names.push(cursor.ident().ok()?.as_str().to_string());
        if !cursor.eat_sign(",") {
            break;
        }
    }
    let tail = cursor.rest();
    Some((names, format!("{head} {tail}")))
}

/// The text up to a token outside parentheses, which stays unread.
fn until<'a>(cursor: &mut Cursor<'a>, stop: impl Fn(&Cursor<'a>) -> bool) -> Read<&'a str> {
    let start = cursor.position();
    let mut depth = 0usize;
    loop {
        if depth == 0 && stop(cursor) {
            break;
        }
        let Some(token): Option<Token> = cursor.bump() else {
            return cursor.fail("the end of the statement");
        };
        match cursor.token_text(token) {
            "(" | "[" => depth += 1,
            ")" | "]" => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    Ok(cursor.slice(start, cursor.position()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guards_are_read() {
        let sql = "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN \
                   CREATE TYPE mood AS ENUM ('a'); ELSE NULL; END IF; END $$;";
        let block = block_of(sql);
        let Some(Block { body, .. }) = block else { panic!("{block:?}") };
        let Statement::If(branches, otherwise) = &body[0] else { panic!("{body:?}") };
        assert_eq!(branches[0].1, [Statement::Sql("CREATE TYPE mood AS ENUM ('a')".into())]);
        assert_eq!(otherwise, &[Statement::Null]);
    }

    #[test]
    fn handlers_declarations_and_loops_are_read() {
        let sql = "do language plpgsql $x$ declare n text := 'a'; r record; begin \
                   for r in select conname from pg_constraint loop execute format('DROP %I', r.conname); end loop; \
                   n := 'b'; select 1 into n from t; exception when duplicate_object or others then null; end $x$";
        let Some(block) = block_of(sql) else { panic!("not read") };
        assert_eq!(block.declarations, [("n".into(), Some("'a'".into())), ("r".into(), None)]);
        assert!(matches!(&block.body[0], Statement::For { variable, .. } if variable == "r"));
        assert_eq!(block.body[1], Statement::Assign("n".into(), "'b'".into()));
        assert_eq!(block.body[2], Statement::SelectInto(vec!["n".into()], "select 1 from t".into()));
        assert_eq!(block.handlers[0].0, ["duplicate_object", "others"]);
    }

    #[test]
    fn loops_over_numbers_are_read() {
        let range = |text: &str| range(text).map(|(from, to, step)| format!("{from}|{to}|{step:?}"));
        assert_eq!(range("1..n + 1"), Some("1|n + 1|None".into()));
        assert_eq!(range("f('..') .. (2) BY 3"), Some("f('..')|(2)|Some(\"3\")".into()));
        assert_eq!(range("SELECT '1..2'"), None);
    }

    #[test]
    fn what_is_not_read_is_left_alone() {
        assert_eq!(block_of("DO $$ BEGIN OPEN c; END $$"), None);
        assert_eq!(block_of("DO $$ BEGIN <<outer>> LOOP EXIT outer; END LOOP; END $$"), None);
        assert_eq!(block_of("SELECT 1"), None);
        assert_eq!(block_of("DO LANGUAGE plperl $$ x $$"), None);
    }
}
