//! Whether a text is in PostgreSQL's grammar, by a parser of nothing else.
//!
//! What reads statements here for their effect also reads what other database systems write: `ALTER TABLE t MODIFY …`, `UPDATE t JOIN …`.
//! PostgreSQL refuses that with 42601. The second parser finds the place nearly always, not always: so it is a doubt, not an answer.

use squawk_parser::{EntryPoint, LexedStr, StrStep};

/// Longer texts, and texts with more brackets in each other, are taken as they are: the parser calls itself.
const LENGTH: usize = 100_000;
const NESTING: usize = 100;

/// What is probably not PostgreSQL's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The word or sign at which PostgreSQL would stop; empty at the end of the text.
    pub near: String,
}

/// The first thing in a text that PostgreSQL's grammar does not have.
///
/// ```
/// use restamp::sql::grammar::objection;
/// assert_eq!(objection("ALTER TABLE t ADD COLUMN a int"), None);
/// assert_eq!(objection("ALTER TABLE t MODIFY a int").map(|objection| objection.near).as_deref(), Some("MODIFY"));
/// ```
pub fn objection(sql: &str) -> Option<Objection> {
    if sql.len() > LENGTH || nesting(sql) > NESTING {
        return None;
    }
    let lexed = LexedStr::new(sql);
    let mut first = lexed.errors().next().map(|(range, _)| range.start as usize);
    let output = EntryPoint::SourceFile.parse(&lexed.to_input());
    lexed.intersperse_trivia(&output, &mut |step| {
        if let StrStep::Error { pos, .. } = step {
            first = Some(first.map_or(pos, |first| first.min(pos)));
        }
    });
    Some(Objection { near: word(sql.get(first?..)?.trim_start()).to_string() })
}

/// A name, a number or one sign.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let sign = text.chars().next().map_or(0, char::len_utf8);
    text.get(..end.max(sign)).unwrap_or_default()
}

fn nesting(sql: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in sql.bytes() {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::objection;

    fn near(sql: &str) -> Option<String> {
        objection(sql).map(|objection| objection.near)
    }

    /// As PostgreSQL 16 says it (`syntax error at or near …`).
    #[test]
    fn what_other_systems_write() {
        for (sql, expected) in [
            ("UPDATE a INNER JOIN b ON a.b_id = b.id SET name = b.name", "INNER"),
            ("UPDATE a, b SET name = b.name", ","),
            ("DELETE FROM a LIMIT 5", "LIMIT"),
            ("INSERT IGNORE INTO a (id) VALUES (1)", "IGNORE"),
            ("INSERT INTO a (id) VALUES (1) ON DUPLICATE KEY UPDATE name = 'x'", "DUPLICATE"),
            ("ALTER TABLE a ENGINE=InnoDB", "ENGINE"),
            ("CREATE TABLE c (id int AUTO_INCREMENT PRIMARY KEY)", "AUTO_INCREMENT"),
            ("DROP INDEX i ON a", "ON"),
            ("SELECT id FROM a WHERE name REGEXP 'y'", "REGEXP"),
        ] {
            assert_eq!(near(sql).as_deref(), Some(expected), "{sql}");
        }
    }

    #[test]
    fn what_postgresql_reads() {
        for sql in [
            "UPDATE a SET name = b.name FROM b WHERE a.b_id = b.id",
            "INSERT INTO a (id) VALUES (1) ON CONFLICT DO NOTHING",
            "DO $$ BEGIN IF x THEN PERFORM 1; END IF; END $$",
            "ALTER TYPE mood ADD VALUE IF NOT EXISTS 'ok' BEFORE 'sad'",
            "CREATE INDEX CONCURRENTLY i ON ONLY a USING gin (b jsonb_path_ops) WHERE c",
            "COMMENT ON COLUMN a.b IS 'x'; SELECT 1",
            "SELECT 'caf\u{e9}', U&'\\0441', E'\\n', $x$ ( $x$, :name",
            "",
        ] {
            assert_eq!(near(sql), None, "{sql}");
        }
        assert_eq!(near(&"(".repeat(100_000)), None, "not looked at");
    }
}
