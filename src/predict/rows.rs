//! What is known of rows during an upgrade, though a schema shows none: which tables are empty, and which columns hold NULL in
//! every row, or in none.
//!
//! Many histories add a column, fill it, and only then declare it NOT NULL. What a run itself has done settles what its later
//! statements demand.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use super::asked::{Asked, Touched};
use super::facts::{Change, Facts};
use super::fill::{demands_only_null, never_null};
use super::fired::{self, Effects};
use super::learn::Learned;
use super::rules::{self, Kept};
use super::writes;
use crate::alembic::database::query::{self, KnownRows, Source};
use crate::catalog::object::{Rule, TypeRef};
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{
    AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, DataCommand, DataVerb, Table, Transaction,
};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

/// What is known of the rows of the tables.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// Row counts per table, where the dump holds data.
    pub counted: Option<BTreeMap<QName, u64>>,
    /// Tables that this run has made or emptied, and that nobody has written to since.
    empty: BTreeSet<Oid>,
    /// Tables that this run has written to.
    written: BTreeSet<Oid>,
    /// What the columns hold in all rows.
    columns: BTreeMap<Oid, Fill>,
    /// What constraints have made sure of.
    facts: Facts,
    /// What this run has done to rows.
    touched: Touched,
    /// The database before it; `None`: it cannot be asked.
    asked: Option<Rc<Asked>>,
    /// What the statement that runs would make, and that is there already.
    kept: Vec<Oid>,
    /// Rows that this run has written out.
    inserted: Kept,
}

/// What a column holds in every row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fill {
    /// NULL.
    Null,
    /// A value.
    Value,
}

impl Rows {
    /// What a dump tells.
    pub fn new(counted: Option<BTreeMap<QName, u64>>) -> Rows {
        Rows { counted, ..Rows::default() }
    }

    /// The same, with what the database answers before anything runs.
    pub fn ask(self, asked: Rc<Asked>) -> Rows {
        let empty = asked.empty();
        let mut counted = self.counted;
        if !empty.is_empty() {
            counted.get_or_insert_default().extend(empty);
        }
        Rows { counted, asked: Some(asked), ..self }
    }

    /// The database before anything runs.
    pub fn asked(&self) -> Option<&Asked> {
        self.asked.as_deref()
    }

    /// True if a query that reads these tables can be asked before anything runs: it would give the same as in `catalog` now.
    pub fn can_be_asked(&self, query: &str, tables: &[Oid], catalog: &Catalog) -> bool {
        self.asked.as_ref().is_none_or(|asked| asked.holds(query, tables, catalog, &self.touched))
    }

    /// What this run has done to rows.
    pub(super) fn touched(&self) -> &Touched {
        &self.touched
    }

    /// True if the table is known to hold no row.
    pub fn is_empty(&self, catalog: &Catalog, table: Oid) -> bool {
        let counted = || {
            let name = catalog.qname(table)?;
            self.counted.as_ref().map(|counted| counted.get(&name) == Some(&0))
        };
        let table_of = |oid: Oid| catalog.table(oid);
        // The rows of a partitioned table are those of its partitions, under whose names a dump has them; what is written to it
        // goes to one of them.
        let has_data = || self.counted.as_ref().is_some_and(|counted| !counted.is_empty());
        let partitioned = || table_of(table).is_some_and(|table| table.partition_by.is_some()) && has_data();
        let above = table_of(table).and_then(|table| table.partition_of.as_ref()).map(|(parent, _)| *parent);
        let fed = above.is_some_and(|parent| self.written.contains(&parent));
        let untouched = || !self.written.contains(&table) && (counted().unwrap_or(false) || partitioned());
        let here = !fed && (self.empty.contains(&table) || untouched());
        // What its partitions and heirs hold is found in it, too.
        here && catalog.descendants(table).into_iter().all(|heir| heir == table || self.is_empty(catalog, heir))
    }

    /// What constraints have made sure of, also where they are gone.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The rows that this run has written out.
    pub fn inserted(&self) -> &Kept {
        &self.inserted
    }

    /// The table's name before anything ran, by which it can be asked for; else its name now.
    pub fn name(&self, catalog: &Catalog, table: Oid) -> Option<QName> {
        self.asked().and_then(|asked| asked.name(table)).or_else(|| catalog.qname(table))
    }

    /// True if the column is known to hold NULL in every row.
    pub fn is_null(&self, column: Oid) -> bool {
        self.columns.get(&column) == Some(&Fill::Null)
    }

    /// True if the column is known to hold NULL in no row.
    pub fn is_filled(&self, catalog: &Catalog, column: Oid) -> bool {
        self.columns.get(&column) == Some(&Fill::Value)
            || matches!(catalog.get(column), Some(Object::Column(column)) if column.not_null)
    }

    /// Rows were changed, and it is not known which.
    pub fn forget(&mut self, catalog: &Catalog) {
        self.empty.clear();
        self.columns.clear();
        self.facts.forget();
        self.touched.forget();
        self.inserted.forget();
        self.written.extend(catalog.tables().map(|(oid, _)| oid));
    }

    /// Takes over what [`learn`] found before a statement that was then executed. `may`: it is not known whether it really ran, nor
    /// whether the database looked like that.
    pub fn remember(&mut self, learned: Learned, may: bool) {
        self.kept = learned.kept;
        if !may {
            self.facts.extend(learned.facts);
            self.columns.extend(learned.filled.into_iter().map(|column| (column, Fill::Value)));
        }
        for (table, column) in learned.converted {
            self.facts.changed(table, &Change::Set(vec![column]));
            self.facts.changed(table, &Change::Removed);
            self.touched.changed(table, &Change::Set(vec![column]));
            self.inserted.set(table, &[column]);
        }
    }

    /// Follows a statement that ran, or that may have run; the catalog is the one after it.
    pub fn follow(&mut self, command: &Command, may: bool, catalog: &Catalog, session: &Session) {
        match command {
            Command::Table(Table::Create(create)) if !may => {
                let made = catalog.resolve_relation(&create.name, session).filter(|table| !self.kept.contains(table));
                let no_rows = create.query.as_ref().is_none_or(|text| match statement(text) {
                    Some(ast::Statement::Query(query)) => self.gives_nothing(&query, catalog, session),
                    _ => false,
                });
                self.empty.extend(made.filter(|_| no_rows));
            }
            Command::Table(Table::Alter { name, actions, .. }) => {
                for action in actions {
                    self.follow_name(name, action, may, catalog, session);
                }
                let Some(table) = catalog.resolve_relation(name, session) else { return };
                for action in actions {
                    self.follow_action(action, may, catalog, table);
                }
            }
            Command::Data(data) => self.follow_data(data, may, catalog, session),
            // What was known before may hold again, and what the transaction did to rows does not.
            Command::Transaction(Transaction::Rollback | Transaction::RollbackTo(_)) => self.forget(catalog),
            _ => {}
        }
    }

    /// The dump counts rows under the names that the tables had then.
    fn follow_name(&mut self, from: &QName, action: &AlterAction, may: bool, catalog: &Catalog, session: &Session) {
        let to = match action {
            AlterAction::RenameTo { to } => QName { schema: from.schema.clone(), name: to.clone() },
            AlterAction::SetSchema { schema } => QName { schema: Some(schema.clone()), name: from.name.clone() },
            _ => return,
        };
        let Some(to) = catalog.resolve_relation(&to, session).and_then(|table| catalog.qname(table)) else { return };
        let old_schema = |schema: &Ident| QName { schema: Some(schema.clone()), name: from.name.clone() };
        let Some(counted) = &mut self.counted else { return };
        let found = match (&from.schema, action) {
            (Some(schema), _) => Some(old_schema(schema)),
            (None, AlterAction::RenameTo { .. }) => to.schema.as_ref().map(old_schema),
            (None, _) => session.search_path.iter().map(old_schema).find(|old| counted.contains_key(old)),
        };
        let Some(count) = found.and_then(|old| counted.remove(&old)) else { return };
        if !may {
            counted.insert(to, count);
        }
    }

    fn follow_action(&mut self, action: &AlterAction, may: bool, catalog: &Catalog, table: Oid) {
        match action {
            AlterAction::AddColumn { column, .. } if !may => {
                if let Some(oid) = catalog.column(table, &column.name)
                    && !self.kept.contains(&oid)
                    && let Some(fill) = fill_of(column, catalog, oid)
                {
                    self.columns.insert(oid, fill);
                }
            }
            AlterAction::AlterType { column, using: Some(_), .. } => {
                catalog.column(table, column).map(|oid| self.columns.remove(&oid));
            }
            _ => {}
        }
    }

    fn follow_data(&mut self, data: &DataCommand, may: bool, catalog: &Catalog, session: &Session) {
        let table = data.table.as_ref().and_then(|table| catalog.resolve_relation(table, session));
        if calls(data, catalog) {
            return self.forget(catalog);
        }
        if holds_more(data) {
            return match table {
                Some(table) if data.verb != DataVerb::Select && catalog.fires(table) => self.forget(catalog),
                _ => self.follow_parts(data, catalog, session),
            };
        }
        let no_rows = self.changes_nothing(data, table, catalog, session);
        if let Some(table) = table {
            match fired::effects(catalog, table, data, no_rows) {
                Effects::Anything => return self.forget(catalog),
                Effects::Rows => return self.forget_rows(data, catalog, table),
                Effects::None => {}
            }
        }
        if no_rows {
            return;
        }
        // It may have several tables, and take others along.
        if data.verb == DataVerb::Truncate {
            self.touched.forget();
            self.inserted.forget();
        }
        if let Some(table) = table {
            self.follow_inserted(data, may, catalog, session, table);
            self.follow_constraints(data, catalog, table);
        }
        match (data.verb, table) {
            (DataVerb::Select | DataVerb::Maintenance, _) => {}
            (DataVerb::Insert | DataVerb::Merge | DataVerb::Copy, Some(table)) => {
                self.empty.remove(&table);
                self.written.insert(table);
                for (column, _) in catalog.columns(table) {
                    self.columns.remove(&column);
                }
            }
            (DataVerb::Truncate, Some(table)) if !may => {
                self.empty.insert(table);
            }
            (DataVerb::Truncate, _) => {}
            (DataVerb::Delete, Some(table)) if !may => self.follow_delete(data, catalog, table),
            (DataVerb::Delete, Some(_)) => {}
            (DataVerb::Update, Some(table)) => self.follow_update(data, may, catalog, table),
            (_, None) => self.forget(catalog),
        }
    }

    /// A statement has changed rows of the table, and it is not known how.
    fn forget_rows(&mut self, data: &DataCommand, catalog: &Catalog, table: Oid) {
        let columns = catalog.columns(table);
        let all = columns.iter().map(|(_, column)| column.name.clone()).collect();
        self.follow_constraints(&DataCommand { columns: all, ..data.clone() }, catalog, table);
        self.inserted.removed(table);
        for (column, _) in columns {
            self.columns.remove(&column);
        }
        // Rows that are changed or deleted were there before.
        if !matches!(data.verb, DataVerb::Update | DataVerb::Delete) {
            self.empty.remove(&table);
            self.written.insert(table);
        }
    }

    /// Remembers rows that are written out; what else it does to the rows of the table is followed with the constraints.
    fn follow_inserted(&mut self, data: &DataCommand, may: bool, catalog: &Catalog, session: &Session, table: Oid) {
        match data.verb {
            DataVerb::Select | DataVerb::Maintenance | DataVerb::Delete | DataVerb::Truncate => {}
            DataVerb::Update if !data.columns.is_empty() => {}
            DataVerb::Insert | DataVerb::Copy | DataVerb::Merge | DataVerb::Update => {
                match rules::given(data, catalog, session).filter(|given| !may && given.all_stay()) {
                    Some(given) => {
                        let alone = self.is_empty(catalog, table);
                        self.inserted.insert(table, given.rows, alone);
                    }
                    None => self.inserted.removed(table),
                }
            }
        }
    }

    /// What a statement does that holds others: `WITH gone AS (DELETE …) INSERT …`.
    fn follow_parts(&mut self, data: &DataCommand, catalog: &Catalog, session: &Session) {
        let targets = writes::within(&data.text).and_then(|parts| {
            let resolved = parts.into_iter().map(|part| {
                let table = catalog.resolve_relation(part.table.as_ref()?, session)?;
                (!catalog.fires(table)).then_some((part, table))
            });
            resolved.collect::<Option<Vec<_>>>()
        });
        let Some(targets) = targets else { return self.forget(catalog) };
        for (part, table) in targets {
            if part.verb != DataVerb::Insert && self.is_empty(catalog, table) {
                continue;
            }
            self.follow_constraints(&part, catalog, table);
            self.inserted.removed(table);
            if part.verb == DataVerb::Insert {
                self.empty.remove(&table);
                self.written.insert(table);
            }
            for (column, _) in catalog.columns(table) {
                self.columns.remove(&column);
            }
        }
    }

    /// There is no row to change, or none to insert.
    pub fn changes_nothing(
        &self,
        data: &DataCommand,
        table: Option<Oid>,
        catalog: &Catalog,
        session: &Session,
    ) -> bool {
        match data.verb {
            DataVerb::Update | DataVerb::Delete => table.is_some_and(|table| self.is_empty(catalog, table)),
            DataVerb::Insert => {
                let Some(ast::Statement::Insert(insert)) = statement(&data.text) else { return false };
                insert.source.is_some_and(|query| self.gives_nothing(&query, catalog, session))
            }
            _ => false,
        }
    }

    /// A query gives no row.
    fn gives_nothing(&self, query: &ast::Query, catalog: &Catalog, session: &Session) -> bool {
        let parameters = BTreeMap::new();
        let rows = RowsOf { rows: self, catalog };
        let source = Source { catalog, session, parameters: &parameters, server_version: None, rows: &rows };
        query::select(source, query).is_ok_and(|answer| answer.rows.is_empty())
    }

    /// What constraints have made sure of may not hold any more; foreign keys take their tables along.
    fn follow_constraints(&mut self, data: &DataCommand, catalog: &Catalog, table: Oid) {
        let change = match data.verb {
            DataVerb::Select | DataVerb::Maintenance => return,
            DataVerb::Delete | DataVerb::Truncate => Change::Removed,
            DataVerb::Update if !data.columns.is_empty() => {
                Change::Set(data.columns.iter().filter_map(|column| catalog.column(table, column)).collect())
            }
            DataVerb::Insert | DataVerb::Copy | DataVerb::Merge | DataVerb::Update => {
                let columns = catalog.columns(table).into_iter().map(|(column, _)| column).collect();
                let set = Change::Set(columns);
                self.facts.changed(table, &set);
                self.touched.changed(table, &set);
                Change::Added
            }
        };
        let mut changes = vec![(table, change)];
        let mut seen = BTreeSet::new();
        while let Some((table, change)) = changes.pop() {
            self.facts.changed(table, &change);
            self.touched.changed(table, &change);
            match &change {
                Change::Added => {}
                Change::Removed => self.inserted.removed(table),
                Change::Set(columns) => self.inserted.set(table, columns),
            }
            if change == Change::Added || !seen.insert((table, change == Change::Removed)) {
                continue;
            }
            for (other, columns, action) in referring(catalog, table, &change) {
                if action == "CASCADE" && change == Change::Removed {
                    changes.push((other, Change::Removed));
                } else {
                    columns.iter().for_each(|column| {
                        self.columns.remove(column);
                    });
                    changes.push((other, Change::Set(columns)));
                }
            }
        }
    }

    fn follow_delete(&mut self, data: &DataCommand, catalog: &Catalog, table: Oid) {
        let Some(ast::Statement::Delete(delete)) = statement(&data.text) else { return };
        if delete.using.is_some() {
            return;
        }
        match &delete.selection {
            None => {
                self.empty.insert(table);
            }
            Some(condition) => {
                for (oid, column) in catalog.columns(table) {
                    if demands_only_null(condition, column.name.as_str()) {
                        self.columns.insert(oid, Fill::Value);
                    }
                }
            }
        }
    }

    fn follow_update(&mut self, data: &DataCommand, may: bool, catalog: &Catalog, table: Oid) {
        let update = match statement(&data.text) {
            Some(ast::Statement::Update(update)) => Some(update),
            _ => None,
        };
        for name in &data.columns {
            let Some(oid) = catalog.column(table, name) else { continue };
            let value = update.as_ref().and_then(|update| assigned(update, name));
            let filled = |column: &str| {
                let column = catalog.column(table, &Ident::new(column));
                column.is_some_and(|column| self.is_filled(catalog, column))
            };
            let alone = update.as_ref().is_some_and(|update| update.from.is_none());
            let gets_value = value.is_some_and(|value| never_null(value, &|column| alone && filled(column)));
            let everywhere = update.as_ref().is_some_and(|update| match &update.selection {
                None => alone,
                Some(condition) => alone && demands_only_null(condition, name.as_str()),
            });
            let known = self.columns.get(&oid).copied();
            let fill = match (gets_value, everywhere && !may, known) {
                (true, true, _) | (true, false, Some(Fill::Value)) => Some(Fill::Value),
                _ => None,
            };
            match fill {
                Some(fill) => self.columns.insert(oid, fill),
                None => self.columns.remove(&oid),
            };
        }
    }
}

/// What is known of the rows of a database.
struct RowsOf<'a> {
    rows: &'a Rows,
    catalog: &'a Catalog,
}

impl KnownRows for RowsOf<'_> {
    fn is_empty(&self, table: Oid) -> bool {
        self.rows.is_empty(self.catalog, table)
    }
}

/// What a new column holds in the rows that are there; `None`: it cannot be told.
fn fill_of(column: &ColumnDef, catalog: &Catalog, oid: Oid) -> Option<Fill> {
    if matches!(column.ty, ColumnType::Serial(_)) {
        return Some(Fill::Value);
    }
    for constraint in &column.constraints {
        match constraint {
            ColumnConstraint::Default(Expr::Parsed(expr)) => {
                return never_null(expr, &|_| false).then_some(Fill::Value);
            }
            ColumnConstraint::Default(Expr::Opaque(_)) | ColumnConstraint::Generated { .. } => return None,
            ColumnConstraint::Identity(_) => return Some(Fill::Value),
            ColumnConstraint::NotNull { .. } | ColumnConstraint::Null | ColumnConstraint::Constraint(_) => {}
        }
    }
    // A domain may have a default of its own.
    match &catalog.column_of(oid)?.ty {
        TypeRef::Builtin(_) => Some(Fill::Null),
        TypeRef::Unknown(_) => None,
        TypeRef::User { oid: ty, .. } => (!matches!(catalog.get(*ty), Some(Object::Domain(_)))).then_some(Fill::Null),
    }
}

/// The foreign keys that act when rows of a table change: their table, their columns, and what they do.
fn referring(catalog: &Catalog, table: Oid, change: &Change) -> Vec<(Oid, Vec<Oid>, String)> {
    let mut found = Vec::new();
    for (other, _) in catalog.tables() {
        for (_, constraint) in catalog.constraints(other) {
            let Rule::ForeignKey { columns, table: to, referenced, on_delete, on_update, .. } = &constraint.rule else {
                continue;
            };
            let (action, concerned) = match change {
                Change::Added => (None, false),
                Change::Removed => (on_delete.as_ref(), true),
                Change::Set(set) => (on_update.as_ref(), referenced.iter().any(|column| set.contains(column))),
            };
            let action = action.map(|action| action.to_uppercase());
            if let Some(action) = action.filter(|action| action != "NO ACTION" && action != "RESTRICT")
                && *to == table
                && concerned
            {
                found.push((other, columns.clone(), action));
            }
        }
    }
    found
}

/// The statement names a function of the database, which may change any rows.
fn calls(data: &DataCommand, catalog: &Catalog) -> bool {
    if data.verb == DataVerb::Maintenance {
        return false;
    }
    let text = data.text.to_lowercase();
    let mut routines = catalog.iter().filter_map(|(_, entry)| match &*entry.object {
        Object::Routine(routine) => Some(routine.name.as_str()),
        _ => None,
    });
    routines.any(|name| text.contains(&name.to_lowercase()))
}

/// The statement may hold others that change rows.
fn holds_more(data: &DataCommand) -> bool {
    if data.verb == DataVerb::Maintenance {
        return false;
    }
    let text = data.text.to_lowercase();
    let words = || text.split(|char: char| !char.is_alphanumeric() && char != '_');
    let writes = words().filter(|word| matches!(*word, "insert" | "update" | "delete" | "merge")).count();
    let with = words().find(|word| !word.is_empty()) == Some("with");
    let own = usize::from(data.verb != DataVerb::Select);
    with && writes > own || data.verb == DataVerb::Select && writes > 0
}

/// The only statement of a text.
pub(super) fn statement(text: &str) -> Option<ast::Statement> {
    let mut statements = Parser::parse_sql(&PostgreSqlDialect {}, &crate::pg::readable::readable(text)).ok()?;
    if statements.len() == 1 { statements.pop() } else { None }
}

/// What an UPDATE gives a column.
fn assigned<'u>(update: &'u ast::Update, column: &Ident) -> Option<&'u ast::Expr> {
    update.assignments.iter().find_map(|assignment| {
        let ast::AssignmentTarget::ColumnName(name) = &assignment.target else { return None };
        let written = name.0.last()?.as_ident()?;
        super::fill::is_column(written, column.as_str()).then_some(&assignment.value)
    })
}
