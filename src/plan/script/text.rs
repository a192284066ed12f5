//! The text of each file.

use std::fmt::Write;

use super::assess::{Around, Objects, objects, report};
use super::ownership::Ownership;
use super::segment::{is_concurrent, segments};
use super::sequences::{Fed, set};
use super::undo::Undo;
use super::{Rest, Touched, literal};
use crate::pg::command::{Behavior, Command};
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
    /// Who may run it, and to whom belongs what it makes.
    pub ownership: Ownership,
    /// Sequences under columns that hold values already.
    pub sequences: Vec<Fed>,
    /// How long a statement waits for a lock before it gives up with 55P03.
    pub lock_timeout: String,
}

/// A statement with what a reader should know.
#[derive(Clone, Debug)]
pub struct Noted {
    /// The statement.
    pub command: Command,
    /// One line each: where it comes from, what it locks, what it may do.
    pub notes: Vec<String>,
    /// It drops an invalid index, whatever else was done already.
    pub drops_invalid_index: bool,
}

/// In the place of what [`indexes_sql`] does.
const INDEXES_FIRST: &str = "\n-- indexes.sql comes first: its indexes must be there.\n";

/// Introduces [`Script::assess`].
const ASSESS: &str = "\n-- Everything must be as it was dumped, or as this script leaves it; else it stops here.\n";

/// `text` in dollar quotes, with a tag that it does not hold.
pub(super) fn dollar(word: &str, text: &str) -> String {
    let mut tag = format!("${word}$");
    let mut number = 0;
    while text.contains(&tag) {
        number += 1;
        tag = format!("${word}{number}$");
    }
    format!("{tag}\n{text}\n{tag}")
}

/// A `DO` block.
pub(super) fn block(body: &str) -> String {
    format!("DO {};\n", dollar("restamp", body))
}

/// A block that drops what takes the name of the index that a statement makes or drops and is not valid.
fn invalid_indexes(command: &Command) -> String {
    let (names, table) = match command {
        Command::CreateIndex(index) => {
            let name = |name: &Ident| QName { schema: index.table.schema.clone(), name: name.clone() };
            (index.name.iter().map(name).collect(), Some(&index.table))
        }
        Command::DropIndex { names, .. } => (names.clone(), None),
        _ => (Vec::new(), None),
    };
    // Another table's index is not in the way of this one, but of its name.
    let of_table =
        table.map_or(String::new(), |table| format!(" AND i.indrelid = to_regclass({})", literal(&table.to_string())));
    let drop = |name: &QName| {
        let regclass = literal(&name.to_string());
        let statement = Command::DropIndex {
            names: vec![name.clone()],
            if_exists: false,
            behavior: Behavior::default(),
            concurrently: false,
        };
        block(&format!(
            "BEGIN\n  IF EXISTS (SELECT FROM pg_index i WHERE i.indexrelid = to_regclass({regclass}){of_table} AND NOT i.indisvalid) THEN\n    \
             EXECUTE {};\n  END IF;\nEND",
            dollar("ddl", &statement.to_string())
        ))
    };
    names.iter().map(drop).collect()
}

/// `text` as comment lines; line breaks in names cannot end the comment.
pub(super) fn comment(text: &str) -> String {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']).map(|line| format!("-- {line}\n")).collect()
}

pub(super) fn path(schemas: &[Ident]) -> String {
    let names: Vec<String> = schemas.iter().map(ToString::to_string).collect();
    if names.is_empty() { "''".to_string() } else { names.join(", ") }
}

pub(super) fn nullable(text: Option<&String>) -> String {
    text.map_or_else(|| "NULL".to_string(), |text| literal(text))
}

pub(super) fn rows_array(rows: &[String]) -> String {
    let mut rows: Vec<&String> = rows.iter().collect();
    rows.sort();
    let rows: Vec<String> = rows.iter().map(|row| literal(row)).collect();
    format!("ARRAY[{}]::text[]", rows.join(", "))
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
        let mut text = format!("\nBEGIN;\nSET LOCAL lock_timeout = {};\n", literal(&self.lock_timeout));
        let _ = writeln!(text, "SET LOCAL search_path = {};", path(&self.search_path));
        text += &self.ownership.preflight();
        if self.make_version_table {
            text += &self.ownership.act();
            let pkey = Ident::new(&format!("{}_pkc", self.version_table.name.as_str()));
            let _ = writeln!(
                text,
                "CREATE TABLE IF NOT EXISTS {} (version_num character varying(32) NOT NULL CONSTRAINT {pkey} PRIMARY KEY);",
                self.version_table
            );
            text += &self.ownership.stop_acting();
        }
        let table = &self.version_table;
        let _ = writeln!(text, "\nLOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; -- a concurrent upgrade waits");
        text += &objects();
        text
    }

    pub(super) fn found_rows(&self) -> String {
        format!(
            "(SELECT coalesce(array_agg(v.version_num::text ORDER BY v.version_num::text COLLATE \"C\"), '{{}}') FROM {} v)",
            self.version_table
        )
    }

    /// What the script does, for who reads no further.
    fn contents(&self) -> String {
        let mut text = String::from(
            "--\n-- What it does, in this order, unless the database has changed since the dump (then it stops and nothing is kept):\n",
        );
        for (number, noted) in self.statements.iter().enumerate() {
            let statement = noted.command.to_string();
            let line = statement.lines().next().unwrap_or_default();
            let more = if statement.lines().count() > 1 { " ..." } else { "" };
            text += &comment(&format!("  {}. {line}{more}", number + 1));
        }
        if rows_array(&self.from) != rows_array(&self.to) {
            let rows = |rows: &[String]| if rows.is_empty() { "no row".to_string() } else { rows.join(", ") };
            let (from, to) = (rows(&self.from), rows(&self.to));
            let last = self.statements.len() + 1;
            text += &comment(&format!("  {last}. {} holds {to} instead of {from}", self.version_table));
        }
        text
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
    text += &script.contents();
    let segments = segments(script.statements.iter().map(|noted| &noted.command));
    let last = segments.len() - 1;
    for (number, segment) in segments.into_iter().enumerate() {
        if script.statements[segment.clone()].iter().any(|noted| is_concurrent(&noted.command)) {
            text += INDEXES_FIRST;
            continue;
        }
        text += &script.begin();
        text += ASSESS;
        let mut around = Around { objects: Objects::Of(number), before: &script.from, after: vec![&script.to] };
        if number < last {
            around.after.push(&script.from);
        }
        text += &script.assess(&around);
        text += &script.ownership.act();
        for noted in &script.statements[segment] {
            text.push('\n');
            noted.notes.iter().for_each(|note| text += &comment(note));
            text += &invalid_indexes(&noted.command);
            if !noted.drops_invalid_index {
                text += &script.guarded(&noted.command.to_string());
            }
        }
        if number == last {
            text += &set(&script.sequences);
            text += &script.ownership.grants();
        }
        text += &script.ownership.stop_acting();
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

/// `indexes.sql`: the indexes that are built before the fix and outside of any transaction; empty where there are none.
pub fn indexes_sql(script: &Script) -> String {
    let built: Vec<&Noted> = script.statements.iter().filter(|noted| is_concurrent(&noted.command)).collect();
    if built.is_empty() {
        return String::new();
    }
    let mut text = script.head("Indexes, to be built before fix.sql");
    text += "--\n-- Each statement must be sent for itself, outside of a transaction (25001): psql -f does so. Nobody who reads or writes waits.\n\
             -- One that fails leaves an invalid index, which this file drops when it is run again; what is there already is said (42P07).\n";
    let _ = write!(text, "\nSET search_path = {};\n", path(&script.search_path));
    for noted in built {
        text.push('\n');
        noted.notes.iter().for_each(|note| text += &comment(note));
        text += &invalid_indexes(&noted.command);
        let _ = writeln!(text, "{};", noted.command);
    }
    text += "\nRESET search_path;\n";
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
    for note in &script.undo.given.notes {
        text += &comment(&format!("{note}."));
    }
    text += &script.begin();
    text += ASSESS;
    text += &script.assess(&Around { objects: Objects::Backwards, before: &script.to, after: vec![&script.from] });
    text += &script.ownership.act();
    for step in &script.undo.steps {
        text.push('\n');
        if let Some((query, why)) = &step.guard {
            let body = format!(
                "BEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n    IF {query} THEN\n      \
                 RAISE EXCEPTION USING MESSAGE = {};\n    END IF;\n  END IF;\nEND",
                literal(&format!("restamp: {why}; the undo would lose them and stops"))
            );
            text += &block(&body);
        }
        text += &script.guarded(&step.command.to_string());
    }
    text += &script.ownership.stop_acting();
    let given = &script.undo.given;
    let reset = given.reset();
    if !reset.is_empty() || !given.statements.is_empty() {
        text += "\n-- What is made again belongs to whom it belonged to, and grants what it granted.\n";
    }
    text += &reset;
    for statement in &given.statements {
        text += &script.guarded(statement);
    }
    text += &script.restamp(&script.to, &script.from);
    if script.make_version_table {
        let _ = write!(text, "\n-- There was none before.\nDROP TABLE {};\n", script.version_table);
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
        "\nSELECT {found} AS found_rows, {expected} AS expected_rows, {found} = {expected} AS ok;\n\nCOMMIT;\n",
        found = script.found_rows(),
        expected = rows_array(&script.to)
    );
    text
}
