//! The database: what the dump says, and what its version table holds.

use std::collections::{BTreeMap, BTreeSet};

use super::version_table::VersionTable;
use crate::catalog::{Catalog, Session};
use crate::diagnostic::Diagnostic;
use crate::diff::{Change, Difference};
use crate::pg::command::{Command, Kind, SessionCommand};
use crate::pg::error::{Reason, Refusal};
use crate::pg::ident::{Ident, QName};
use crate::plan::script::undo::privileges::Privilege;
use crate::report::{self, Input, Stamped, StampedSource};
use crate::source::{Sources, Span};
use crate::sql::dump::{Contents, Dump, DumpOptions, DumpText, read_current};
use crate::sql::snapshot::Known;

/// A database as it was handed in.
pub struct Database {
    /// What the dump makes.
    pub catalog: Catalog,
    /// A connection to it, as Alembic's.
    pub session: Session,
    /// The version rows; `None`: nothing tells them.
    pub rows: Option<Vec<String>>,
    source: StampedSource,
    /// Row counts, where the dump holds data.
    pub row_counts: Option<BTreeMap<QName, u64>>,
    /// The file and what tells it from others.
    pub file: String,
    /// As the dump's header has it.
    pub server_version: Option<String>,
    /// pg_dump and when it ran, as far as the dump tells.
    pub dumped_by: Option<String>,
    name: Option<String>,
    databases: Vec<String>,
    pub(super) contents: Contents,
    /// What the dump grants.
    pub privileges: Vec<Privilege>,
    /// Whether the version table is in the dump.
    pub table_exists: bool,
    /// The statements of the dump.
    pub statements: Vec<Span>,
    /// The dump ends in the middle: what is not in it may be in the database all the same.
    pub cut: bool,
    /// It was handed in as a snapshot, which tells this beyond a dump.
    pub snapshot: Option<Known>,
}

/// What a dump says; `version_tables`: empty where their names are not known.
fn read_dump(dump: &DumpText, input: &Input, version_tables: Vec<QName>, sources: &mut Sources) -> Dump {
    dump.read(&DumpOptions { version_tables, database: input.options.database.clone() }, sources)
}

/// Executes a dump's statements on an empty catalog, as psql would; what is refused is said and left out.
fn load(dump: &Dump, diagnostics: &mut Vec<Diagnostic>) -> Catalog {
    let mut catalog = Catalog::new();
    let mut session = Session::default();
    session.restoring = true;
    for statement in &dump.statements {
        let spanned = &statement.command;
        if let Err(refusal) = catalog.execute(&spanned.node, &mut session) {
            let what = match &refusal {
                Refusal::Unmodelled(reason) => format!("a statement of the dump is not modelled: {reason}"),
                refusal => format!("a statement of the dump would be refused: {refusal}"),
            };
            diagnostics.push(
                Diagnostic::warning("dump-statement", what).at(spanned.span).help(
                    "What it makes is left out of the comparison; take a complete dump with pg_dump --schema-only.",
                ),
            );
        }
    }
    catalog
}

/// What a dump grants, in its order.
fn privileges(dump: &Dump) -> Vec<Privilege> {
    let mut by_other = false;
    let mut found = Vec::new();
    for statement in &dump.statements {
        match &statement.command.node {
            Command::Session(SessionCommand::Role { role, .. }) => by_other = role.is_some(),
            Command::Grant(grant) => found.push(Privilege { grant: grant.clone(), by_other }),
            _ => {}
        }
    }
    found
}

/// The schema that a history starts from.
pub fn baseline(input: &Input) -> Catalog {
    match &input.options.baseline {
        None => Catalog::new(),
        Some(file) => {
            let mut sources = Sources::default();
            let dump = read_dump(&DumpText::of(&file.path, &file.bytes), input, Vec::new(), &mut sources);
            load(&dump, &mut Vec::new())
        }
    }
}

/// The `search_path` of Alembic's connection, as far as the user says it.
pub fn search_path(input: &Input) -> Vec<Ident> {
    let schema = input.options.schema.iter().map(|schema| Ident::new(schema));
    let path =
        input.options.search_path.as_deref().unwrap_or(if input.options.schema.is_some() { "" } else { "public" });
    let names = path.split(',').map(|name| name.trim().trim_matches('"')).filter(|name| !matches!(*name, "" | "$user"));
    schema.chain(names.map(Ident::new)).collect()
}

/// The schemas of a dump whose names match a pattern of `*` and `?`, and that hold a table.
pub fn schemas(dump: &DumpText, input: &Input, pattern: &str) -> Vec<String> {
    let dump = read_dump(dump, input, Vec::new(), &mut Sources::default());
    let catalog = load(&dump, &mut Vec::new());
    let schemas: BTreeSet<Ident> = catalog.tables().filter_map(|(oid, _)| catalog.qname(oid)?.schema).collect();
    let names = schemas.iter().map(|schema| schema.as_str().to_string());
    names.filter(|name| matches(pattern.as_bytes(), name.as_bytes())).collect()
}

/// A pattern of a shell: `*` is any text, `?` one byte.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            matches(rest, name) || name.split_first().is_some_and(|(_, name)| matches(pattern, name))
        }
        (Some((b'?', rest)), Some((_, name))) => matches(rest, name),
        (Some((letter, rest)), Some((other, name))) => letter == other && matches(rest, name),
        (Some(_), None) | (None, Some(_)) => false,
    }
}

/// `server_version_num` of what a dump's header says: `15.20 (Debian 15.20-0+deb12u1)` is 150020.
fn version_num(text: &str) -> Option<u32> {
    let mut parts = text.split(|c: char| !c.is_ascii_digit() && c != '.').next()?.split('.');
    let major: u32 = parts.next()?.parse().ok()?;
    let minor = parts.next().and_then(|minor| minor.parse::<u32>().ok()).unwrap_or(0);
    // Before version 10 the major version had two parts.
    Some(if major >= 10 { major * 10_000 + minor } else { major * 10_000 + minor * 100 })
}

impl Database {
    /// The server's version as a number, where the dump tells it.
    pub fn server_version_num(&self) -> Option<u32> {
        version_num(self.server_version.as_deref()?)
    }

    /// Reads the dump and whatever tells the version rows; `None` where there is nothing in it.
    pub fn read(
        text: &DumpText,
        input: &Input,
        version_table: &mut VersionTable,
        sources: &mut Sources,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Database> {
        let mut dump = read_dump(text, input, version_table.names(), sources);
        let cut = dump.diagnostics.iter().any(|diagnostic| diagnostic.code == "dump-truncated");
        if cut {
            // The rows of the version table may go on behind the cut.
            dump.version_rows.clear();
        }
        diagnostics.append(&mut dump.diagnostics);
        if dump.statements.is_empty() {
            return None;
        }
        let catalog = load(&dump, diagnostics);
        let mut session = Session::new(catalog.mark());
        let told = dump.snapshot.as_ref().and_then(|known| super::snapshot::search_path(known, input, &catalog));
        session.search_path = told.unwrap_or_else(|| search_path(input));
        session.role = input.options.role.as_deref().map(Ident::new);
        version_table.settle(&catalog, diagnostics);
        let table = find_version_table(&catalog, &version_table.name, &session);
        let (rows, source) = version_rows(input, version_table, table.as_ref(), &dump, sources, diagnostics);
        Some(Database {
            rows,
            source,
            row_counts: Some(dump.rows.clone()),
            file: match text.sha256() {
                Some(hash) => format!("{} (SHA-256 {hash})", text.name()),
                None => format!("{} ({} bytes)", text.name(), text.size()),
            },
            server_version: dump.server_version.clone(),
            dumped_by: match (&dump.snapshot, &dump.pg_dump_version, &dump.started) {
                (Some(known), ..) => Some(format!("the snapshot's SELECT, as {}, at {}", known.role, known.taken)),
                (None, Some(version), Some(time)) => Some(format!("pg_dump {version}, started {time}")),
                (None, Some(version), None) => Some(format!("pg_dump {version}")),
                (None, None, _) => None,
            },
            name: dump.database.clone(),
            databases: dump.databases.clone(),
            contents: dump.contents,
            privileges: privileges(&dump),
            table_exists: table.is_some(),
            statements: dump.statements.iter().map(|statement| statement.command.span).collect(),
            cut,
            snapshot: dump.snapshot,
            catalog,
            session,
        })
    }

    /// Differences without those of a class that the dump leaves out as a whole (`--section=pre-data`): these are not known.
    pub fn in_scope(&self, differences: Vec<Difference>) -> Vec<Difference> {
        let out = self.out_of_scope();
        differences
            .into_iter()
            .map(|difference| {
                let left_out = out.iter().any(|(kind, _)| *kind == difference.id.kind);
                match difference.change {
                    Change::Missing if self.cut => Difference {
                        change: Change::Uncompared(Reason::new("scope", "the dump is cut off before it")),
                        ..difference
                    },
                    Change::Missing if left_out => Difference {
                        change: Change::Uncompared(Reason::new(
                            "scope",
                            "the dump holds no object of this kind at all",
                        )),
                        ..difference
                    },
                    _ => difference,
                }
            })
            .collect()
    }

    /// Kinds of objects that the dump leaves out as a whole.
    pub fn out_of_scope(&self) -> Vec<(Kind, &'static str)> {
        let mut out = Vec::new();
        if self.contents.tables && !self.contents.keys {
            out.extend([(Kind::Constraint, "constraints"), (Kind::Index, "indexes"), (Kind::Trigger, "triggers")]);
        }
        out
    }

    /// In the report's words.
    pub fn summary(&self) -> report::Database {
        report::Database {
            name: self.name.clone(),
            databases: self.databases.clone(),
            server_version: self.server_version.clone(),
            tables: self.catalog.comparable().filter(|(_, id)| id.kind == Kind::Table).count() as u32,
            objects: self.catalog.comparable().count() as u32,
            out_of_scope: self.out_of_scope().into_iter().map(|(_, name)| name.to_string()).collect(),
        }
    }

    /// What the version table says, in the report's words.
    pub fn stamped(&self, ghosts: &[String]) -> Option<Stamped> {
        let rows = self.rows.clone()?;
        Some(Stamped {
            revisions: rows,
            ghosts: ghosts.to_vec(),
            source: self.source,
            table_exists: (self.contents.tables || self.contents.nothing).then_some(self.table_exists),
        })
    }
}

fn find_version_table(catalog: &Catalog, name: &QName, session: &Session) -> Option<QName> {
    catalog.resolve_relation(name, session).and_then(|oid| catalog.qname(oid))
}

/// The version rows, from the surest source: what the user says, a second input, the dump's data, or the table's absence.
fn version_rows(
    input: &Input,
    version_table: &VersionTable,
    table: Option<&QName>,
    dump: &Dump,
    sources: &mut Sources,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Option<Vec<String>>, StampedSource) {
    if let Some(rows) = &input.stamped {
        return (Some(rows.clone()), StampedSource::User);
    }
    let name = &version_table.name;
    if let Some(file) = &input.version_dump {
        let second = read_dump(&DumpText::of(&file.path, &file.bytes), input, version_table.names(), sources);
        if let Some(rows) = rows_of(&second, name) {
            return (Some(rows), StampedSource::VersionDump);
        }
        let rows = read_current(&String::from_utf8_lossy(&file.bytes));
        if !rows.is_empty() {
            return (Some(rows), StampedSource::VersionDump);
        }
        diagnostics.push(
            Diagnostic::warning("no-version-rows", format!("{} holds no version rows.", file.path))
                .help("Hand in the output of `alembic current`, or of pg_dump --data-only -t alembic_version."),
        );
    }
    if version_table.several {
        return (None, StampedSource::Dump);
    }
    // Of several schemas' tables it is the one that the search path finds.
    if let Some(rows) = rows_of(dump, table.unwrap_or(name)) {
        return (Some(rows), StampedSource::Dump);
    }
    // A complete dump without the table says that there are no rows.
    if table.is_none() && (dump.contents.tables || dump.contents.nothing) && dump.contents.complete {
        return (Some(Vec::new()), StampedSource::Dump);
    }
    if let Some(known) = dump.snapshot.as_ref().filter(|known| known.unread.iter().any(|table| table.name == name.name))
    {
        let what = format!("{} took the snapshot and may not read all rows of {name}.", known.role);
        let help = "Take it as the role that Alembic connects as, or paste the output of `alembic current`.";
        diagnostics.push(Diagnostic::warning("no-version-rows", what).help(help));
        return (None, StampedSource::Dump);
    }
    diagnostics.push(
        Diagnostic::warning("no-version-rows", format!("The dump does not hold the rows of {name}.")).help(format!(
            "Add them: pg_dump --data-only -t '*.*{}' \"$URL\", or paste the output of `alembic current`.",
            name.name.as_str()
        )),
    );
    (None, StampedSource::Dump)
}

fn rows_of(dump: &Dump, name: &QName) -> Option<Vec<String>> {
    let matches = |found: &QName| {
        found.name == name.name && (name.schema.is_none() || found.schema == name.schema || found.schema.is_none())
    };
    let mut found = dump.version_rows.iter().filter(|(table, _)| matches(table));
    let first = found.next()?;
    // Several schemas with such a table: which one is meant is not known unless it is `public`.
    let chosen = match found.next() {
        None => first,
        Some(_) => dump.version_rows.iter().find(|(table, _)| {
            matches(table) && table.schema.as_ref().is_some_and(|schema| schema.as_str() == "public")
        })?,
    };
    Some(chosen.1.clone())
}

#[cfg(test)]
mod tests {
    use super::version_num;

    #[test]
    fn patterns_are_those_of_a_shell() {
        let found = |pattern: &str, name: &str| super::matches(pattern.as_bytes(), name.as_bytes());
        assert!(
            found("tenant_*", "tenant_a") && found("*", "x") && found("t?n*t", "tenant") && found("a*b*c", "aXbbYc")
        );
        assert!(!found("tenant_*", "public") && !found("t?", "t") && !found("a*b", "abc"));
    }

    #[test]
    fn versions_are_numbers() {
        assert_eq!(version_num("15.20 (Debian 15.20-0+deb12u1)"), Some(150_020));
        assert_eq!(version_num("18.1"), Some(180_001));
        assert_eq!(version_num("18beta1"), Some(180_000));
        assert_eq!(version_num("9.6.24"), Some(90_600));
        assert_eq!(version_num("devel"), None);
    }
}
