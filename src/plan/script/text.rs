//! The text of each file.

use std::fmt::Write;

use super::inventory::{Key, OBJECTS};
use super::segment::segments;
use super::undo::Undo;
use super::{Rest, Touched, literal};
use crate::pg::command::Command;
use crate::pg::ident::{Ident, QName};

/// What the files of one plan are made of.
#[derive(Clone, Debug)]
pub struct Script {
    /// Lines of the header: reason, inputs, versions.
    pub header: Vec<String>,
    /// Alembic's table.
    pub version_table: QName,
    /// The search_path that names without a schema are looked up in.
    pub search_path: Vec<Ident>,
    /// It has to be made first.
    pub make_version_table: bool,
    /// Its rows as found.
    pub from: Vec<String>,
    /// Its rows afterwards.
    pub to: Vec<String>,
    /// The fix.
    pub statements: Vec<Noted>,
    /// What they change.
    pub touched: Vec<Touched>,
    /// What they leave alone.
    pub rest: Rest,
    /// The way back.
    pub undo: Undo,
}

/// A statement with what a reader should know.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The statement.
    pub command: Command,
    /// One line each: where it comes from, what it locks, what it may do.
    pub notes: Vec<String>,
}

/// What [`Key`] is in [`OBJECTS`].
const KEY: &str = "kind, schema, owner, name";

/// What is found of a touched object: of a default that it is there.
const FOUND: &str = "CASE WHEN o.state IS NOT NULL AND kind = 'default' THEN kind ELSE o.state END";

/// Its words.
const OBJECT: &str = "concat_ws(' ', kind, concat_ws('.', nullif(schema, ''), nullif(owner, ''), name))";

fn key_columns(key: &Key) -> String {
    format!("{}, {}, {}, {}", literal(key.kind), literal(&key.schema), literal(&key.owner), literal(&key.name))
}

/// How long a statement waits for a lock before it gives up with 55P03.
const LOCK_TIMEOUT: &str = "5s";

/// Introduces [`Script::assess`].
const ASSESS: &str = "\n-- Everything must be as it was dumped, or as this script leaves it; else it stops here.\n";

/// `text` in dollar quotes, with a tag that it does not hold.
fn dollar(word: &str, text: &str) -> String {
    let mut tag = format!("${word}$");
    let mut number = 0;
    while text.contains(&tag) {
        number += 1;
        tag = format!("${word}{number}$");
    }
    format!("{tag}\n{text}\n{tag}")
}

/// A `DO` block.
fn block(body: &str) -> String {
    format!("DO {};\n", dollar("restamp", body))
}

/// `text` as comment lines; line breaks in names cannot end the comment.
fn comment(text: &str) -> String {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).map(|line| format!("-- {line}\n")).collect()
}

fn path(schemas: &[Ident]) -> String {
    let names: Vec<String> = schemas.iter().map(ToString::to_string).collect();
    if names.is_empty() { "''".to_string() } else { names.join(", ") }
}

fn nullable(text: Option<&String>) -> String {
    text.map_or_else(|| "NULL".to_string(), |text| literal(text))
}

fn rows_array(rows: &[String]) -> String {
    let mut rows: Vec<&String> = rows.iter().collect();
    rows.sort();
    let rows: Vec<String> = rows.iter().map(|row| literal(row)).collect();
    format!("ARRAY[{}]::text[]", rows.join(", "))
}

/// What is to be found before and after a transaction.
struct Around<'r> {
    /// Which of an object's states is the one before, and which ones may be those after it.
    objects: Objects,
    /// The version rows before.
    before: &'r [String],
    /// What they may be afterwards.
    after: Vec<&'r [String]>,
}

/// Places among [`Touched::states`].
enum Objects {
    /// Of this transaction of a fix, the first being 0; those that follow it may have run.
    Of(usize),
    /// All is as the fix leaves it.
    Settled,
    /// From the last state to the first.
    Backwards,
}

/// One row of what is assessed: the object, what is found, the state before, the states that may be those after.
fn assessed(touched: &Touched, objects: &Objects) -> Option<String> {
    let states = &touched.states;
    let (first, last) = match objects {
        Objects::Of(segment) => (states.get(*segment)?.as_ref(), states.get(segment + 1..)?),
        Objects::Settled => (touched.after(), states.get(states.len() - 1..)?),
        Objects::Backwards => (touched.after(), states.get(..1)?),
    };
    let mut last: Vec<String> = last.iter().map(|state| nullable(state.as_ref())).collect();
    last.dedup();
    Some(format!("    ({}, {}::text, ARRAY[{}]::text[])", key_columns(&touched.key), nullable(first), last.join(", ")))
}

impl Script {
    fn head(&self, what: &str) -> String {
        let mut text = comment(&format!("{what}, made by Restamp {}", env!("CARGO_PKG_VERSION")));
        for line in &self.header {
            text += &comment(line);
        }
        text
    }

    fn begin(&self) -> String {
        let mut text = format!("\nBEGIN;\nSET LOCAL lock_timeout = '{LOCK_TIMEOUT}';\n");
        let _ = writeln!(text, "SET LOCAL search_path = {};", path(&self.search_path));
        if self.make_version_table {
            let pkey = Ident::new(&format!("{}_pkc", self.version_table.name.as_str()));
            let _ = writeln!(
                text,
                "CREATE TABLE IF NOT EXISTS {} (version_num character varying(32) NOT NULL CONSTRAINT {pkey} PRIMARY KEY);",
                self.version_table
            );
        }
        let _ =
            writeln!(text, "LOCK TABLE {} IN ACCESS EXCLUSIVE MODE; -- a concurrent upgrade waits", self.version_table);
        text
    }

    fn found_rows(&self) -> String {
        format!(
            "(SELECT coalesce(array_agg(v.version_num::text ORDER BY v.version_num::text COLLATE \"C\"), '{{}}') FROM {} v)",
            self.version_table
        )
    }

    /// A block that finds out whether everything is as before or as after the transaction, and stops if it is neither. It leaves
    /// the answer in the setting `restamp.todo`, local to the transaction.
    fn assess(&self, around: &Around<'_>) -> String {
        let mut body = String::from(
            "DECLARE\n  path text := current_setting('search_path');\n  item record;\n  is_before boolean := true;\n  is_after boolean := true;\n",
        );
        let _ = writeln!(body, "  found text[] := {};", self.found_rows());
        body += "BEGIN\n  PERFORM set_config('search_path', '', true); -- types are then written with their schema\n";
        body += &self.compare(&around.objects);
        let is = |rows: &[&[String]]| {
            let texts: Vec<String> = rows.iter().map(|rows| format!("found = {}", rows_array(rows))).collect();
            if texts.len() > 1 { format!("({})", texts.join(" OR ")) } else { texts.concat() }
        };
        let _ = write!(
            body,
            "  PERFORM set_config('search_path', path, true);\n  \
             is_before := is_before AND {};\n  is_after := is_after AND {};\n  \
             IF NOT is_before AND NOT is_after THEN\n    \
             RAISE EXCEPTION 'restamp: {} holds %, or only a part of the changes is there', found\n      \
             USING HINT = 'The database is not as it was when it was dumped. Nothing was changed. Take a new dump.';\n  END IF;\n  \
             PERFORM set_config('restamp.todo', CASE WHEN is_after THEN 'no' ELSE 'yes' END, true);\nEND",
            is(&[around.before]),
            is(&around.after),
            self.version_table.to_string().replace('\'', "''").replace('%', "%%")
        );
        block(&body)
    }

    /// Stops where an object is neither as before nor as after, or where something that the script does not touch has changed. What a
    /// dump of a part of the database does not hold is not looked at.
    fn compare(&self, objects: &Objects) -> String {
        let touched: Vec<String> = self.touched.iter().filter_map(|touched| assessed(touched, objects)).collect();
        let mut tables = vec![format!("o AS (\n  {OBJECTS}\n  )")];
        let mut rows = Vec::new();
        if !touched.is_empty() {
            tables.push(format!("touched({KEY}, first, last) AS (VALUES\n{}\n  )", touched.join(",\n")));
            rows.push(format!(
                "SELECT {OBJECT} AS object, {FOUND} AS found, e.first, e.last FROM touched e LEFT JOIN o USING ({KEY})"
            ));
        }
        if !self.rest.is_empty() {
            let others = self.touched.iter().map(|touched| &touched.key).chain(self.rest.passed_over());
            let others: Vec<String> = others.map(|key| format!("    ({})", key_columns(key))).collect();
            let without = match others.is_empty() {
                true => String::new(),
                false => format!("\n    WHERE ({KEY}) NOT IN (VALUES\n{}\n    )", others.join(",\n")),
            };
            tables.push(format!(
                "others(schema, within, digest) AS (VALUES\n    {}, (NULL, NULL, NULL::text)\n  )",
                self.rest.rows().join(",\n    ")
            ));
            let line = "kind || E'\\t' || name || E'\\t' || state";
            tables.push(format!(
                "now AS (\n    SELECT schema, within, left(encode(sha256(convert_to(string_agg({line}, E'\\n' ORDER BY ({line}) COLLATE \"C\"), 'UTF8')), 'hex'), 16) AS digest\n    \
                 FROM o{without}\n    GROUP BY 1, 2\n  )"
            ));
            rows.push(
                "SELECT concat_ws('.', nullif(e.schema, ''), e.within) AS object, 'changed since the dump' AS found, 'as dumped' AS first, \
                 ARRAY['as dumped'] AS last \
                 FROM others e LEFT JOIN now USING (schema, within) WHERE now.digest IS DISTINCT FROM e.digest"
                    .to_string(),
            );
        }
        if rows.is_empty() {
            return String::new();
        }
        format!(
            "  FOR item IN WITH {}\n  {}\n  LOOP\n    \
             IF item.found IS DISTINCT FROM item.first AND array_position(item.last, item.found) IS NULL THEN\n      \
             RAISE EXCEPTION 'restamp: % is %, expected % or %', item.object, coalesce(item.found, 'absent'), \
             coalesce(item.first, 'absent'), array_to_string(item.last, ' or ', 'absent')\n        \
             USING HINT = 'The database is not as it was when it was dumped. Nothing was changed. Take a new dump.';\n    END IF;\n    \
             is_before := is_before AND item.found IS NOT DISTINCT FROM item.first;\n    \
             is_after := is_after AND array_position(item.last, item.found) IS NOT NULL;\n  END LOOP;\n",
            tables.join(", "),
            rows.join("\n  UNION ALL ")
        )
    }

    /// Runs one statement unless everything is done already.
    fn guarded(&self, statement: &str) -> String {
        let body = format!(
            "BEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n    EXECUTE {};\n  END IF;\nEND",
            dollar("ddl", statement)
        );
        block(&body)
    }

    /// Changes the version rows, with asserted counts.
    fn restamp(&self, from: &[String], to: &[String]) -> String {
        if rows_array(from) == rows_array(to) {
            return String::new();
        }
        let mut body =
            String::from("DECLARE\n  changed bigint;\nBEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n");
        let _ = write!(
            body,
            "    DELETE FROM {};\n    GET DIAGNOSTICS changed = ROW_COUNT;\n    \
             IF changed <> {} THEN\n      RAISE EXCEPTION 'restamp: expected {} version row(s), found %', changed;\n    END IF;\n",
            self.version_table,
            from.len(),
            from.len()
        );
        for row in to {
            let _ = writeln!(body, "    INSERT INTO {} (version_num) VALUES ({});", self.version_table, literal(row));
        }
        body += "  END IF;\nEND";
        format!("\n-- The stamp.\n{}", block(&body))
    }
}

/// `fix.sql`: the statements and the stamp, in one transaction if PostgreSQL lets it.
pub fn fix_sql(script: &Script) -> String {
    let mut text = script.head("Fix");
    for stays in &script.undo.stays {
        text += &comment(&format!("Cannot be undone: {stays}."));
    }
    let segments = segments(script.statements.iter().map(|noted| &noted.command));
    let last = segments.len() - 1;
    for (number, segment) in segments.into_iter().enumerate() {
        text += &script.begin();
        text += ASSESS;
        let mut around = Around { objects: Objects::Of(number), before: &script.from, after: vec![&script.to] };
        if number < last {
            around.after.push(&script.from);
        }
        text += &script.assess(&around);
        for noted in &script.statements[segment] {
            text.push('\n');
            noted.notes.iter().for_each(|note| text += &comment(note));
            text += &script.guarded(&noted.command.to_string());
        }
        if number < last {
            text +=
                "\n-- What follows needs this to be committed (55P04). It may be run again if it ends here.\nCOMMIT;\n";
        }
    }
    // A statement above has kept one of equal rows.
    let mut from = script.from.clone();
    from.sort();
    from.dedup();
    text += &script.restamp(&from, &script.to);
    text += "\n-- Everything must be as intended now; else nothing of this is kept.\n";
    text += &script.settled();
    text += "\nCOMMIT;\n";
    text
}

impl Script {
    /// Fails unless everything is as the script leaves it.
    fn settled(&self) -> String {
        let todo = "BEGIN\n  IF current_setting('restamp.todo') <> 'no' THEN\n    \
                    RAISE EXCEPTION 'restamp: not everything is as intended; nothing was kept';\n  END IF;\nEND";
        let around = Around { objects: Objects::Settled, before: &self.to, after: vec![&self.to] };
        format!("{}{}", self.assess(&around), block(todo))
    }
}

/// `stamp.sql`: the version rows alone, for plans without a fix.
pub fn stamp_sql(script: &Script) -> String {
    let bare = Script { touched: Vec::new(), ..script.clone() };
    let mut text = bare.head("Stamp");
    text += &bare.begin();
    text += ASSESS;
    text += &bare.assess(&Around { objects: Objects::Of(0), before: &bare.from, after: vec![&bare.to] });
    text += &bare.restamp(&bare.from, &bare.to);
    text += "\nCOMMIT;\n";
    text
}

/// `undo.sql`: back to the schema and the rows from before; it stops where a column that it would drop holds values.
pub fn undo_sql(script: &Script) -> String {
    let mut text = script.head("Undo of the fix");
    text += &comment("It takes back the schema and the version rows, never what happened to the values.");
    for stays in &script.undo.stays {
        text += &comment(&format!("Stays: {stays}."));
    }
    text += &script.begin();
    text += ASSESS;
    text += &script.assess(&Around { objects: Objects::Backwards, before: &script.to, after: vec![&script.from] });
    for step in &script.undo.steps {
        text.push('\n');
        if let Some((query, why)) = &step.guard {
            let body = format!(
                "BEGIN\n  IF current_setting('restamp.todo') = 'yes' AND {query} THEN\n    \
                 RAISE EXCEPTION USING MESSAGE = {};\n  END IF;\nEND",
                literal(&format!("restamp: {why}; the undo would lose them and stops"))
            );
            text += &block(&body);
        }
        text += &script.guarded(&step.command.to_string());
    }
    text += &script.restamp(&script.to, &script.from);
    if script.make_version_table {
        let _ = write!(text, "\n-- There was none before.\nDROP TABLE {};\n", script.version_table);
    }
    text += "\nCOMMIT;\n";
    text
}

/// `check.sql`: read-only, to be run before: each object with what is found and what is expected.
pub fn check_sql(script: &Script, questions: &[(String, String)]) -> String {
    let mut text = script.head("Check before the fix (reads only)");
    text += "\nBEGIN TRANSACTION READ ONLY;\nSET LOCAL search_path = '';\n";
    text += &report(&script.touched, Touched::before);
    if !questions.is_empty() {
        let _ = writeln!(text, "\nSET LOCAL search_path = {};", self::path(&script.search_path));
    }
    for (question, query) in questions {
        text.push('\n');
        text += &comment(question);
        let _ = writeln!(text, "{query};");
    }
    text += "\nCOMMIT;\n";
    text
}

/// `verify.sql`: read-only, to be run afterwards: says whether all is there.
pub fn verify_sql(script: &Script) -> String {
    let mut text = script.head("Verify after the fix (reads only)");
    text += "\nBEGIN TRANSACTION READ ONLY;\nSET LOCAL search_path = '';\n";
    text += &report(&script.touched, Touched::after);
    let _ = write!(
        text,
        "\nSELECT {} AS found_rows, {} AS expected_rows;\n\nCOMMIT;\n",
        script.found_rows(),
        rows_array(&script.to)
    );
    text
}

fn report(touched: &[Touched], expected: impl Fn(&Touched) -> Option<&String>) -> String {
    let row = |touched: &Touched| format!("  ({}, {}::text)", key_columns(&touched.key), nullable(expected(touched)));
    let rows: Vec<String> = touched.iter().map(row).collect();
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\nWITH o AS (\n  {OBJECTS}\n)\nSELECT {OBJECT} AS object, {FOUND} AS found, e.expected, {FOUND} IS NOT DISTINCT FROM e.expected AS ok FROM (VALUES\n{}\n) AS e({KEY}, expected) \
         LEFT JOIN o USING ({KEY});\n",
        rows.join(",\n")
    )
}
