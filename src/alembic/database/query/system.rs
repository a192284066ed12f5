//! The virtual tables of `information_schema` and `pg_catalog`, made from the model when they are asked for.

use std::ops::ControlFlow;
use std::rc::Rc;

use sqlparser::ast::{self, Visit, Visitor};

use super::cell::Cell;
use super::relation::{Column as Output, Relation, Row, folded, parts};
use super::{Source, information, pg_catalog};
use crate::catalog::object::Constraint;
use crate::catalog::{Catalog, Object, Oid, Presence};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

/// What a name leads to.
pub(super) enum Found {
    Yes(Oid),
    No,
    Maybe(Reason),
}

/// A table, index, sequence or view by name, as `search_path` finds it.
pub(super) fn resolve(source: &Source<'_>, schema: Option<&str>, name: &str) -> Found {
    let name = QName::new(schema.map(Ident::new), Ident::new(name));
    match source.catalog.resolve_relation(&name, source.session) {
        None => Found::No,
        Some(oid) => match source.catalog.presence(oid) {
            None => Found::Yes(oid),
            Some(reason) => Found::Maybe(reason.clone()),
        },
    }
}

/// One virtual table.
pub(super) struct Table {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    pub fill: fn(&mut Filler<'_>),
}

pub(super) const INFORMATION: &str = "information_schema";
pub(super) const CATALOG: &str = "pg_catalog";

/// Functions that have no effect.
const PURE: &[&str] = &[
    "array_agg",
    "array_length",
    "array_to_string",
    "bool_and",
    "bool_or",
    "cardinality",
    "coalesce",
    "col_description",
    "concat",
    "count",
    "current_database",
    "current_schema",
    "current_schemas",
    "current_setting",
    "current_user",
    "enum_range",
    "format",
    "format_type",
    "has_schema_privilege",
    "has_table_privilege",
    "length",
    "lower",
    "max",
    "min",
    "nullif",
    "obj_description",
    "pg_get_constraintdef",
    "pg_get_expr",
    "pg_get_indexdef",
    "pg_get_serial_sequence",
    "pg_get_viewdef",
    "pg_table_is_visible",
    "pg_type_is_visible",
    "quote_ident",
    "replace",
    "string_agg",
    "substring",
    "to_regclass",
    "to_regtype",
    "unnest",
    "upper",
    "version",
];

/// See [`super::is_lookup`].
pub(super) fn is_lookup(query: &ast::Query) -> bool {
    struct Look {
        common: Vec<String>,
    }
    impl Visitor for Look {
        type Break = ();
        fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
            let common = query.with.iter().flat_map(|with| &with.cte_tables);
            self.common.extend(common.map(|table| folded(&table.alias.name)));
            ControlFlow::Continue(())
        }
        fn pre_visit_relation(&mut self, name: &ast::ObjectName) -> ControlFlow<()> {
            let own = match parts(name).as_slice() {
                [name] => name.starts_with("pg_") || self.common.contains(name) || PURE.contains(&name.as_str()),
                [schema, _] => schema == INFORMATION || schema == CATALOG,
                _ => false,
            };
            if own { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        }
        fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
            match expr {
                ast::Expr::Function(function)
                    if !parts(&function.name).last().is_some_and(|name| PURE.contains(&name.as_str())) =>
                {
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    query.visit(&mut Look { common: Vec::new() }).is_continue()
}

/// The rows behind a name in FROM.
pub(super) fn relation(source: &Source<'_>, names: &[String]) -> Result<Relation, Refusal> {
    let (schema, name) = match names {
        [name] => (None, name.as_str()),
        [.., schema, name] => (Some(schema.as_str()), name.as_str()),
        [] => return Err(super::unsupported("an empty name")),
    };
    // `pg_catalog` is searched first, whatever `search_path` says.
    let virtual_schema = schema.unwrap_or(CATALOG);
    let tables = match virtual_schema {
        INFORMATION => information::TABLES,
        CATALOG => pg_catalog::TABLES,
        _ => &[],
    };
    if let Some(table) = tables.iter().find(|table| table.name == name) {
        let mut filler = Filler { source: *source, rows: Vec::new() };
        (table.fill)(&mut filler);
        let columns = table.columns.iter().map(|name| Output { table: None, name: (*name).into() }).collect();
        let more = Reason::new("select", format!("columns of {virtual_schema}.{name} that are not modelled"));
        return Ok(Relation { columns, rows: filler.rows, more: Some(more) });
    }
    if virtual_schema == INFORMATION || (virtual_schema == CATALOG && (schema.is_some() || name.starts_with("pg_"))) {
        return Err(Reason::new("select", format!("rows of {virtual_schema}.{name}")).into());
    }
    stored(source, schema, name)
}

/// A relation of the project: its columns are known, its rows only where there are none.
fn stored(source: &Source<'_>, schema: Option<&str>, name: &str) -> Result<Relation, Refusal> {
    let oid = match resolve(source, schema, name) {
        Found::Yes(oid) => oid,
        Found::Maybe(reason) => return Err(reason.into()),
        Found::No => {
            let shown = schema.map_or(name.to_string(), |schema| format!("{schema}.{name}"));
            if let Some(reason) = source.catalog.may_be_made_outside("table", &shown) {
                return Err(reason.into());
            }
            return Err(PgError::new(sqlstate::UNDEFINED_TABLE, format!("relation \"{shown}\" does not exist")).into());
        }
    };
    let rows = Reason::new("row-data", format!("the rows of {name}"));
    let mut more = None;
    let columns: Vec<Rc<str>> = match source.catalog.get(oid) {
        Some(Object::Table(table)) => {
            more = table.open.clone();
            let columns = source.catalog.columns(oid);
            more = more.or_else(|| columns.iter().find_map(|(oid, _)| source.catalog.presence(*oid).cloned()));
            columns.iter().map(|(_, column)| Rc::from(column.name.as_str())).collect()
        }
        Some(Object::View(view)) => match &view.columns {
            Some(columns) => columns.iter().map(|name| Rc::from(name.as_str())).collect(),
            None => {
                more = Some(rows.clone());
                Vec::new()
            }
        },
        _ => {
            more = Some(rows.clone());
            Vec::new()
        }
    };
    // Columns that every table has.
    let hidden = ["ctid", "xmin", "xmax", "tableoid"].map(Rc::from);
    let columns: Vec<Output> = columns.into_iter().chain(hidden).map(|name| Output { table: None, name }).collect();
    if source.rows.is_empty(oid) {
        return Ok(Relation { columns, rows: Vec::new(), more });
    }
    let cells = vec![Cell::Unknown(rows.clone()); columns.len()];
    Ok(Relation { columns, rows: vec![Row { cells, maybe: Some(rows) }], more })
}

/// Collects the rows of a virtual table.
pub(super) struct Filler<'a> {
    pub(super) source: Source<'a>,
    pub(super) rows: Vec<Row>,
}

impl<'a> Filler<'a> {
    pub(super) fn push(&mut self, presence: &[&Presence], cells: Vec<Cell>) {
        let maybe = presence.iter().find_map(|presence| match presence {
            Presence::Yes => None,
            Presence::Maybe(reason) => Some(reason.clone()),
        });
        self.rows.push(Row { cells, maybe });
    }

    /// A row that stands for all of PostgreSQL's own.
    pub(super) fn system(&mut self, cells: Vec<Cell>) {
        let reason = Reason::new("system-catalog", "PostgreSQL's own objects are not in the model");
        self.rows.push(Row { cells, maybe: Some(reason) });
    }

    pub(super) fn catalog(&self) -> &'a Catalog {
        self.source.catalog
    }

    pub(super) fn presence(&self, oid: Oid) -> &'a Presence {
        self.catalog().entry(oid).map_or(&Presence::Yes, |entry| &entry.presence)
    }

    /// All objects with the names of their schemas; what an extension or the session's temporary schema holds is left in.
    pub(super) fn objects(&self) -> impl Iterator<Item = (Oid, &'a Object, &'a Presence)> + use<'a> {
        self.catalog().iter().map(|(oid, entry)| (oid, &*entry.object, &entry.presence))
    }

    pub(super) fn name(&self, oid: Oid) -> Cell {
        self.catalog().get(oid).map_or(Cell::Null, |object| Cell::text(object.name().as_str()))
    }

    pub(super) fn schema_name(&self, oid: Oid) -> Cell {
        self.catalog().schema_of(oid).map_or(Cell::Null, |schema| self.name(schema))
    }

    pub(super) fn schema_oid(&self, oid: Oid) -> Cell {
        self.catalog().schema_of(oid).map_or(Cell::Null, Cell::Oid)
    }

    /// Tables of which not all columns are known, with the columns that are.
    pub(super) fn open_tables(&self) -> Vec<(Oid, Cell, Reason)> {
        let catalog = self.catalog();
        let open = catalog.tables().filter_map(|(oid, table)| {
            let known: Rc<[Rc<str>]> =
                catalog.columns(oid).iter().map(|(_, column)| Rc::from(column.name.as_str())).collect();
            let reason = table.open.clone()?;
            Some((oid, Cell::Unlisted(known, reason.clone()), reason))
        });
        open.collect()
    }
}

/// A value of PostgreSQL's own objects that is neither a name nor a handle.
pub(super) fn own() -> Cell {
    Cell::Unknown(Reason::new("system-catalog", "PostgreSQL's own objects are not in the model"))
}

pub(super) fn constraints<'a>(filler: &Filler<'a>) -> Vec<(Oid, &'a Constraint, Vec<&'a Presence>)> {
    let mut found = Vec::new();
    for (oid, object, presence) in filler.objects() {
        if let Object::Constraint(constraint) = object {
            found.push((oid, constraint, vec![presence, filler.presence(constraint.table)]));
        }
    }
    found
}

/// What an open table may hold beside the known constraints.
pub(super) fn open_constraints(filler: &mut Filler<'_>, cells: impl Fn(&Filler<'_>, Oid, &Reason) -> Vec<Cell>) {
    for (table, _, reason) in filler.open_tables() {
        let cells = cells(filler, table, &reason);
        filler.rows.push(Row { cells, maybe: Some(reason) });
    }
}
