//! How a script finds out whether the database is as before, as after, or neither.

use std::fmt::Write;

use super::inventory::{Key, OBJECTS};
use super::text::{Script, block, dollar, nullable, rows_array};
use super::{Touched, literal};

/// What [`Key`] is in [`OBJECTS`].
const KEY: &str = "kind, schema, owner, name";

/// What is found of a touched object: of a default that it is there.
const FOUND: &str = "CASE WHEN o.state IS NOT NULL AND kind = 'default' THEN kind ELSE o.state END";

/// Its words.
const OBJECT: &str = "concat_ws(' ', kind, concat_ws('.', nullif(schema, ''), nullif(owner, ''), name))";

fn key_columns(key: &Key) -> String {
    format!("{}, {}, {}, {}", literal(key.kind), literal(&key.schema), literal(&key.owner), literal(&key.name))
}

/// What is to be found before and after a transaction.
pub(super) struct Around<'r> {
    /// Which of an object's states is the one before, and which ones may be those after it.
    pub objects: Objects,
    /// The version rows before.
    pub before: &'r [String],
    /// What they may be afterwards.
    pub after: Vec<&'r [String]>,
}

/// Places among [`Touched::states`].
pub(super) enum Objects {
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

/// Holds [`OBJECTS`] for the transaction: each of its comparisons reads it.
const SETTING: &str = "restamp.objects";

/// A block that sets it.
pub(super) fn objects() -> String {
    let body = format!("BEGIN\n  PERFORM set_config('{SETTING}', {}, true);\nEND", dollar("objects", OBJECTS));
    format!("\n-- What the catalogs say of each object.\n{}", block(&body))
}

impl Script {
    /// A block that finds out whether everything is as before or as after the transaction, and stops if it is neither. It leaves
    /// the answer in the setting `restamp.todo`, local to the transaction.
    pub(super) fn assess(&self, around: &Around<'_>) -> String {
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
             USING HINT = 'The database is not as it was when it was dumped. Nothing was changed. Take a new dump, of the whole schema.';\n  END IF;\n  \
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
        let mut tables = Vec::new();
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
                true => "\n    WHERE true".to_string(),
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
        let query = dollar("compare", &format!("  ), {}\n  {}", tables.join(", "), rows.join("\n  UNION ALL ")));
        format!(
            "  FOR item IN EXECUTE 'WITH o AS (' || current_setting('{SETTING}') || {query} LOOP\n    \
             IF item.found IS DISTINCT FROM item.first AND array_position(item.last, item.found) IS NULL THEN\n      \
             RAISE EXCEPTION 'restamp: % is %, expected %', item.object, coalesce(item.found, 'absent'), \
             array_to_string(ARRAY(SELECT DISTINCT coalesce(e, 'absent') FROM unnest(item.first || item.last) e), ' or ')\n        \
             USING HINT = 'The database is not as it was when it was dumped. Nothing was changed. Take a new dump, of the whole schema.';\n    END IF;\n    \
             is_before := is_before AND item.found IS NOT DISTINCT FROM item.first;\n    \
             is_after := is_after AND array_position(item.last, item.found) IS NOT NULL;\n  END LOOP;\n",
        )
    }
}

/// A query that says of each object what is found and what is expected.
pub(super) fn report(touched: &[Touched], expected: impl Fn(&Touched) -> Option<&String>) -> String {
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
