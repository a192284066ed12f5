//! `check.sql`: what a schema cannot show, asked of the database in one read-only transaction.
//!
//! Each answer is one text that [`answers`](crate::predict::answers) finds again in whatever is pasted. A question that fails (a table that
//! may not be read, `row_security`) leaves the others alone.

use std::fmt::Write;

use super::assess::report;
use super::text::{comment, path};
use super::{Touched, literal};
use crate::pg::ident::{Ident, QName};
use crate::predict::answers::{MARK, key};

/// Something that rows decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What must hold, and what follows where it does not.
    pub what: String,
    /// Counts what breaks it; `None` where the database cannot be asked now.
    pub query: Option<String>,
}

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Check<'c> {
    /// Lines of the header: reason, inputs, versions.
    pub header: &'c [String],
    /// The search_path that names without a schema are looked up in.
    pub search_path: &'c [Ident],
    /// What a fix changes, to be seen as it is.
    pub touched: &'c [Touched],
    /// The tables that it changes; of all tables where there are none, those that the role may not change.
    pub tables: &'c [QName],
    /// The questions to the rows.
    pub questions: &'c [Question],
}

/// Settings of a role or a database that a migration can trip over. Others are left alone: their values may be secret.
const SETTINGS: &str = "'search_path', 'role', 'lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout', \
    'transaction_timeout', 'default_transaction_read_only', 'default_transaction_isolation', 'default_tablespace', 'row_security', \
    'session_replication_role', 'createrole_self_grant', 'default_table_access_method'";

impl Check<'_> {
    /// The file.
    pub fn sql(&self) -> String {
        let mut text =
            comment(&format!("Check before the upgrade (reads only), made by Restamp {}", env!("CARGO_PKG_VERSION")));
        for line in self.header {
            text += &comment(line);
        }
        text += &comment(&format!(
            "Hand what it prints to restamp analyze … --answers FILE: the lines with {MARK} are found in it."
        ));
        text += "\nBEGIN TRANSACTION READ ONLY;\n";
        self.session(&mut text);
        text += "\nSET LOCAL search_path = '';\n";
        self.schema(&mut text);
        text += &report(self.touched, Touched::before);
        self.rows(&mut text);
        text += "\nCOMMIT;\n";
        text
    }

    /// Who asks, and whom.
    fn session(&self, text: &mut String) {
        let own = path(self.search_path);
        for (why, name, value) in [
            (
                "The server's version: it replaces that of the dump's header.",
                "server-version",
                "current_setting('server_version_num')".to_string(),
            ),
            ("Must be the role that Alembic connects as.", "role", "current_user".to_string()),
            (
                "A superuser may change everything; any other role must own what it changes (42501).",
                "superuser",
                "(SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user)::text".to_string(),
            ),
            (
                &format!("Where names without a schema are looked up: must be {own} for Alembic's role."),
                "search-path",
                "(SELECT coalesce(string_agg(quote_ident(s), ', '), '') FROM unnest(current_schemas(false)) s)"
                    .to_string(),
            ),
            (
                "Settings of this role and this database: a timeout may stop the upgrade (57014, 55P03), a search_path or a role lead it elsewhere.",
                "setting",
                format!(
                    "(SELECT coalesce(string_agg(concat_ws(' ', 'role ' || r.rolname, 'database ' || d.datname) || ': ' || line, '; ' ORDER BY line), '') \
                     FROM pg_catalog.pg_db_role_setting s CROSS JOIN unnest(s.setconfig) line \
                     LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase \
                     WHERE (s.setrole = 0 OR r.rolname = current_user) AND (s.setdatabase = 0 OR d.datname = current_database()) \
                     AND split_part(line, '=', 1) IN ({SETTINGS}))"
                ),
            ),
        ] {
            fact(text, why, name, &value);
        }
    }

    /// What of the schema no dump holds, or what the role may do with it.
    fn schema(&self, text: &mut String) {
        fact(
            text,
            "Invalid indexes, which a failed CREATE INDEX CONCURRENTLY leaves: must be none, else the revision that makes one fails (42P07); drop it.",
            "invalid-index",
            "(SELECT coalesce(string_agg(i.indexrelid::regclass || ' of ' || i.indrelid::regclass, '; ' ORDER BY i.indexrelid::regclass::text), '') \
             FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema')",
        );
        let names: Vec<String> = self
            .tables
            .iter()
            .filter_map(|table| {
                Some(format!("({}, {})", literal(table.schema.as_ref()?.as_str()), literal(table.name.as_str())))
            })
            .collect();
        let which = match names.is_empty() {
            true => {
                "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND NOT pg_has_role(c.relowner, 'USAGE')"
                    .to_string()
            }
            false => format!("(n.nspname, c.relname) IN ({})", names.join(", ")),
        };
        let why = match names.is_empty() {
            true => "Tables that this role may not change (42501): must be none that a revision changes.",
            false => {
                "Owners of the tables that the fix changes: this role must be able to act as each of them (42501)."
            }
        };
        fact(
            text,
            why,
            "owner",
            &format!(
                "(SELECT coalesce(string_agg(c.oid::regclass || ' belongs to ' || quote_ident(pg_get_userbyid(c.relowner)) \
                 || CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN '' ELSE ', which this role may not act as' END, '; ' ORDER BY c.oid::regclass::text), '') \
                 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p') AND {which})"
            ),
        );
    }

    /// The questions, each in a savepoint's shelter. Without row_security a query would leave out rows that a constraint sees.
    fn rows(&self, text: &mut String) {
        if self.questions.is_empty() {
            return;
        }
        let _ = write!(
            text,
            "\nSET LOCAL search_path = {};\nSET LOCAL row_security = off;\nSAVEPOINT restamp;\n",
            path(self.search_path)
        );
        for question in self.questions {
            text.push('\n');
            match &question.query {
                Some(query) => {
                    *text += &comment(&question.what);
                    let _ = write!(
                        text,
                        "SELECT '{MARK} {} = ' || ({query}) AS answer;\nROLLBACK TO SAVEPOINT restamp;\n",
                        key(query)
                    );
                }
                None => *text += &comment(&format!("Cannot be asked now: {}", question.what)),
            }
        }
    }
}

/// One line that tells a fact. The brackets show where its text ends.
fn fact(text: &mut String, why: &str, name: &str, value: &str) {
    let _ = write!(text, "\n{}SELECT '{MARK} {name} = [' || {value} || ']' AS answer;\n", comment(why));
}
