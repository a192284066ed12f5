//! The virtual tables of `information_schema` and `pg_catalog`, made from the model when they are asked for.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::rc::Rc;

use sqlparser::ast::{self, Visit, Visitor};

use super::Source;
use super::cell::Cell;
use super::relation::{Column as Output, Relation, Row, folded, parts};
use crate::catalog::object::{Constraint, DefaultExpr, KeyRef, Rule, TypeRef};
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
struct Table {
    schema: &'static str,
    name: &'static str,
    columns: &'static [&'static str],
    fill: fn(&mut Filler<'_>),
}

/// What is answered. Columns that are not listed are unknown.
const TABLES: &[Table] = &[
    Table { schema: INFORMATION, name: "schemata", columns: &["catalog_name", "schema_name"], fill: schemata },
    Table {
        schema: INFORMATION,
        name: "tables",
        columns: &["table_catalog", "table_schema", "table_name", "table_type"],
        fill: tables,
    },
    Table {
        schema: INFORMATION,
        name: "views",
        columns: &["table_catalog", "table_schema", "table_name"],
        fill: views,
    },
    Table {
        schema: INFORMATION,
        name: "sequences",
        columns: &["sequence_catalog", "sequence_schema", "sequence_name", "data_type"],
        fill: sequences,
    },
    Table {
        schema: INFORMATION,
        name: "columns",
        columns: &[
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "column_default",
            "is_nullable",
            "data_type",
            "udt_name",
            "character_maximum_length",
            "is_identity",
            "is_generated",
        ],
        fill: columns,
    },
    Table {
        schema: INFORMATION,
        name: "table_constraints",
        columns: &[
            "constraint_catalog",
            "constraint_schema",
            "constraint_name",
            "table_catalog",
            "table_schema",
            "table_name",
            "constraint_type",
        ],
        fill: table_constraints,
    },
    Table {
        schema: INFORMATION,
        name: "key_column_usage",
        columns: &[
            "constraint_catalog",
            "constraint_schema",
            "constraint_name",
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "ordinal_position",
        ],
        fill: key_column_usage,
    },
    Table {
        schema: INFORMATION,
        name: "constraint_column_usage",
        columns: &[
            "table_catalog",
            "table_schema",
            "table_name",
            "column_name",
            "constraint_catalog",
            "constraint_schema",
            "constraint_name",
        ],
        fill: constraint_column_usage,
    },
    Table {
        schema: INFORMATION,
        name: "referential_constraints",
        columns: &[
            "constraint_catalog",
            "constraint_schema",
            "constraint_name",
            "unique_constraint_catalog",
            "unique_constraint_schema",
            "unique_constraint_name",
            "update_rule",
            "delete_rule",
        ],
        fill: referential_constraints,
    },
    Table { schema: CATALOG, name: "pg_namespace", columns: &["oid", "nspname"], fill: pg_namespace },
    Table {
        schema: CATALOG,
        name: "pg_class",
        columns: &["oid", "relname", "relnamespace", "relkind", "relpersistence"],
        fill: pg_class,
    },
    Table { schema: CATALOG, name: "pg_tables", columns: &["schemaname", "tablename"], fill: pg_tables },
    Table { schema: CATALOG, name: "pg_views", columns: &["schemaname", "viewname"], fill: pg_views },
    Table { schema: CATALOG, name: "pg_matviews", columns: &["schemaname", "matviewname"], fill: pg_matviews },
    Table {
        schema: CATALOG,
        name: "pg_indexes",
        columns: &["schemaname", "tablename", "indexname", "indexdef"],
        fill: pg_indexes,
    },
    Table {
        schema: CATALOG,
        name: "pg_index",
        columns: &[
            "indexrelid",
            "indrelid",
            "indisunique",
            "indisprimary",
            "indisvalid",
            "indisready",
            "indislive",
            "indnatts",
            "indnkeyatts",
            "indkey",
            "indpred",
            "indexprs",
        ],
        fill: pg_index,
    },
    Table {
        schema: CATALOG,
        name: "pg_attribute",
        columns: &["attrelid", "attname", "attnum", "attnotnull", "attisdropped", "attidentity"],
        fill: pg_attribute,
    },
    Table {
        schema: CATALOG,
        name: "pg_constraint",
        columns: &[
            "oid",
            "conname",
            "connamespace",
            "contype",
            "conrelid",
            "confrelid",
            "convalidated",
            "conkey",
            "conindid",
        ],
        fill: pg_constraint,
    },
    Table { schema: CATALOG, name: "pg_type", columns: &["oid", "typname", "typnamespace", "typtype"], fill: pg_type },
    Table { schema: CATALOG, name: "pg_enum", columns: &["enumtypid", "enumlabel", "enumsortorder"], fill: pg_enum },
    Table { schema: CATALOG, name: "pg_extension", columns: &["oid", "extname", "extnamespace"], fill: pg_extension },
    Table { schema: CATALOG, name: "pg_proc", columns: &["oid", "proname", "pronamespace"], fill: pg_proc },
    Table {
        schema: CATALOG,
        name: "pg_trigger",
        columns: &["oid", "tgname", "tgrelid", "tgisinternal"],
        fill: pg_trigger,
    },
];

const INFORMATION: &str = "information_schema";
const CATALOG: &str = "pg_catalog";

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
    if let Some(table) = TABLES.iter().find(|table| table.schema == virtual_schema && table.name == name) {
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
struct Filler<'a> {
    source: Source<'a>,
    rows: Vec<Row>,
}

impl<'a> Filler<'a> {
    fn push(&mut self, presence: &[&Presence], cells: Vec<Cell>) {
        let maybe = presence.iter().find_map(|presence| match presence {
            Presence::Yes => None,
            Presence::Maybe(reason) => Some(reason.clone()),
        });
        self.rows.push(Row { cells, maybe });
    }

    /// A row that stands for all of PostgreSQL's own.
    fn system(&mut self, cells: Vec<Cell>) {
        let reason = Reason::new("system-catalog", "PostgreSQL's own objects are not in the model");
        self.rows.push(Row { cells, maybe: Some(reason) });
    }

    fn catalog(&self) -> &'a Catalog {
        self.source.catalog
    }

    fn presence(&self, oid: Oid) -> &'a Presence {
        self.catalog().entry(oid).map_or(&Presence::Yes, |entry| &entry.presence)
    }

    /// All objects with the names of their schemas; what an extension or the session's temporary schema holds is left in.
    fn objects(&self) -> impl Iterator<Item = (Oid, &'a Object, &'a Presence)> + use<'a> {
        self.catalog().iter().map(|(oid, entry)| (oid, &*entry.object, &entry.presence))
    }

    fn name(&self, oid: Oid) -> Cell {
        self.catalog().get(oid).map_or(Cell::Null, |object| Cell::text(object.name().as_str()))
    }

    fn schema_name(&self, oid: Oid) -> Cell {
        self.catalog().schema_of(oid).map_or(Cell::Null, |schema| self.name(schema))
    }

    fn schema_oid(&self, oid: Oid) -> Cell {
        self.catalog().schema_of(oid).map_or(Cell::Null, Cell::Oid)
    }

    /// Tables of which not all columns are known, with the columns that are.
    fn open_tables(&self) -> Vec<(Oid, Cell, Reason)> {
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
fn own() -> Cell {
    Cell::Unknown(Reason::new("system-catalog", "PostgreSQL's own objects are not in the model"))
}

fn schemata(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Schema(_) = object {
            let name = filler.name(oid);
            filler.push(&[presence], vec![Cell::Database, name]);
        }
    }
    for name in [INFORMATION, CATALOG, "pg_toast"] {
        filler.push(&[], vec![Cell::Database, Cell::text(name)]);
    }
}

fn tables(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        let ty = match object {
            Object::Table(table) if table.temporary => "LOCAL TEMPORARY",
            Object::Table(_) => "BASE TABLE",
            Object::View(view) if !view.materialized => "VIEW",
            _ => continue,
        };
        let cells = vec![Cell::Database, filler.schema_name(oid), filler.name(oid), Cell::text(ty)];
        filler.push(&[presence], cells);
    }
    for schema in [INFORMATION, CATALOG] {
        for ty in ["BASE TABLE", "VIEW"] {
            filler.system(vec![Cell::Database, Cell::text(schema), Cell::System, Cell::text(ty)]);
        }
    }
}

fn views(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if matches!(object, Object::View(view) if !view.materialized) {
            let cells = vec![Cell::Database, filler.schema_name(oid), filler.name(oid)];
            filler.push(&[presence], cells);
        }
    }
    for schema in [INFORMATION, CATALOG] {
        filler.system(vec![Cell::Database, Cell::text(schema), Cell::System]);
    }
}

fn sequences(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        // Sequences of identity columns are left out (`information_schema.sql`).
        if let Object::Sequence(sequence) = object
            && !sequence.identity
        {
            let cells = vec![Cell::Database, filler.schema_name(oid), filler.name(oid), Cell::text(sequence.ty)];
            filler.push(&[presence], cells);
        }
    }
}

/// `data_type`, `udt_name` and `character_maximum_length` of `information_schema.columns`.
fn type_cells(filler: &Filler<'_>, ty: &TypeRef) -> [Cell; 3] {
    match ty {
        TypeRef::Unknown(reason) => std::array::from_fn(|_| Cell::Unknown(reason.clone())),
        TypeRef::User { oid, array, .. } => {
            let name = filler.catalog().get(*oid).map(Object::name);
            let name = name.as_ref().map_or("", Ident::as_str);
            let (data_type, udt) =
                if *array { ("ARRAY", format!("_{name}")) } else { ("USER-DEFINED", name.to_string()) };
            [Cell::text(data_type), Cell::text(&udt), Cell::Null]
        }
        TypeRef::Builtin(ty) => {
            let name = ty.builtin_name().unwrap_or_default();
            let udt = internal_name(name);
            let length = match (name, ty.modifiers.as_slice(), ty.array) {
                ("character varying" | "character", [length], false) => length.parse().map_or(Cell::Null, Cell::Int),
                ("character", [], false) => Cell::Int(1),
                _ => Cell::Null,
            };
            match ty.array {
                true => [Cell::text("ARRAY"), Cell::text(&format!("_{udt}")), Cell::Null],
                false => {
                    let shown = if name.starts_with("interval") { "interval" } else { name };
                    [Cell::text(shown), Cell::text(udt), length]
                }
            }
        }
    }
}

/// `pg_type.typname` of a type that `format_type` spells in words.
fn internal_name(name: &'static str) -> &'static str {
    match name {
        "boolean" => "bool",
        "smallint" => "int2",
        "integer" => "int4",
        "bigint" => "int8",
        "real" => "float4",
        "double precision" => "float8",
        "character varying" => "varchar",
        "character" => "bpchar",
        "bit varying" => "varbit",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        "\"char\"" => "char",
        other if other.starts_with("interval") => "interval",
        other => other,
    }
}

/// A default as text. PostgreSQL writes most of them otherwise than they were given, so only what is certain is known.
fn default_cell(filler: &Filler<'_>, column: Oid) -> Cell {
    let catalog = filler.catalog();
    let Some(default) = catalog.default_of(column) else { return Cell::Null };
    if let Presence::Maybe(reason) = filler.presence(default) {
        return Cell::Unknown(reason.clone());
    }
    match catalog.get(default) {
        Some(Object::Default(default)) => match &default.expr {
            DefaultExpr::NextVal(sequence) => match catalog.qname(*sequence) {
                Some(name) if filler.source.session.search_path.first() == name.schema.as_ref() => {
                    Cell::text(&format!("nextval('{}'::regclass)", name.name))
                }
                Some(name) => Cell::text(&format!("nextval('{name}'::regclass)")),
                None => Cell::Null,
            },
            DefaultExpr::Expr(_) => {
                Cell::Written(Reason::new("written-expression", "the text of a default in the catalog"))
            }
            DefaultExpr::Unknown(reason) => Cell::Written(reason.clone()),
        },
        _ => Cell::Null,
    }
}

fn columns(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        let Object::Column(column) = object else { continue };
        let [data_type, udt, length] = type_cells(filler, &column.ty);
        let default = match &column.generated {
            Some(_) => Cell::Null,
            None => default_cell(filler, oid),
        };
        let cells = vec![
            Cell::Database,
            filler.schema_name(column.table),
            filler.name(column.table),
            Cell::text(column.name.as_str()),
            default,
            Cell::yes_no(!column.not_null),
            data_type,
            udt,
            length,
            Cell::yes_no(column.identity.is_some()),
            Cell::text(if column.generated.is_some() { "ALWAYS" } else { "NEVER" }),
        ];
        let table = filler.presence(column.table);
        filler.push(&[presence, table], cells);
    }
    for (table, name, reason) in filler.open_tables() {
        let mut cells = vec![Cell::Database, filler.schema_name(table), filler.name(table), name];
        cells.resize(11, Cell::Unknown(reason.clone()));
        filler.rows.push(Row { cells, maybe: Some(reason) });
    }
    // A view's columns, as far as its query tells them.
    for (oid, object, _) in filler.objects() {
        if let Object::View(view) = object
            && !view.materialized
            && filler.catalog().columns(oid).is_empty()
        {
            let reason = Reason::new("view-columns", format!("the columns of the view {}", view.name));
            for name in view.columns.iter().flatten() {
                let mut cells = vec![
                    Cell::Database,
                    filler.schema_name(oid),
                    filler.name(oid),
                    Cell::text(name.as_str()),
                    Cell::Null,
                ];
                cells.resize(11, Cell::Unknown(reason.clone()));
                let presence = filler.presence(oid);
                filler.push(&[presence], cells);
            }
            if view.columns.is_none() {
                let mut cells = vec![Cell::Database, filler.schema_name(oid), filler.name(oid)];
                cells.resize(11, Cell::Unknown(reason.clone()));
                filler.rows.push(Row { cells, maybe: Some(reason) });
            }
        }
    }
    for schema in [INFORMATION, CATALOG] {
        let mut cells = vec![Cell::Database, Cell::text(schema), Cell::System];
        cells.resize(11, own());
        filler.system(cells);
    }
}

fn constraint_type(rule: &Rule) -> Option<&'static str> {
    match rule {
        Rule::Check { .. } => Some("CHECK"),
        Rule::Unique { .. } => Some("UNIQUE"),
        Rule::PrimaryKey { .. } => Some("PRIMARY KEY"),
        Rule::ForeignKey { .. } => Some("FOREIGN KEY"),
        // The SQL standard has no exclusion constraints.
        Rule::Exclude { .. } => None,
    }
}

fn constraints<'a>(filler: &Filler<'a>) -> Vec<(Oid, &'a Constraint, Vec<&'a Presence>)> {
    let mut found = Vec::new();
    for (oid, object, presence) in filler.objects() {
        if let Object::Constraint(constraint) = object {
            found.push((oid, constraint, vec![presence, filler.presence(constraint.table)]));
        }
    }
    found
}

/// What an open table may hold beside the known constraints.
fn open_constraints(filler: &mut Filler<'_>, cells: impl Fn(&Filler<'_>, Oid, &Reason) -> Vec<Cell>) {
    for (table, _, reason) in filler.open_tables() {
        let cells = cells(filler, table, &reason);
        filler.rows.push(Row { cells, maybe: Some(reason) });
    }
}

fn table_constraints(filler: &mut Filler<'_>) {
    for (_, constraint, presence) in constraints(filler) {
        let Some(ty) = constraint_type(&constraint.rule) else { continue };
        let schema = filler.schema_name(constraint.table);
        let cells = vec![
            Cell::Database,
            schema.clone(),
            Cell::text(constraint.name.as_str()),
            Cell::Database,
            schema,
            filler.name(constraint.table),
            Cell::text(ty),
        ];
        filler.push(&presence, cells);
    }
    // Each NOT NULL shows as a CHECK whose name is made of handles, `2200_16385_1_not_null`.
    for (_, object, presence) in filler.objects() {
        if let Object::Column(column) = object
            && column.not_null
        {
            let schema = filler.schema_name(column.table);
            let table = filler.name(column.table);
            let cells =
                vec![Cell::Database, schema.clone(), Cell::Fresh, Cell::Database, schema, table, Cell::text("CHECK")];
            filler.push(&[presence], cells);
        }
    }
    open_constraints(filler, |filler, table, reason| {
        let schema = filler.schema_name(table);
        let unknown = Cell::Unknown(reason.clone());
        vec![Cell::Database, schema.clone(), unknown.clone(), Cell::Database, schema, filler.name(table), unknown]
    });
    for schema in [INFORMATION, CATALOG] {
        let schema = Cell::text(schema);
        let cells = vec![Cell::Database, schema.clone(), Cell::System, Cell::Database, schema, Cell::System, own()];
        filler.system(cells);
    }
}

fn key_column_usage(filler: &mut Filler<'_>) {
    for (_, constraint, presence) in constraints(filler) {
        let columns = match &constraint.rule {
            Rule::Unique { columns, .. } | Rule::PrimaryKey { columns, .. } | Rule::ForeignKey { columns, .. } => {
                columns
            }
            Rule::Check { .. } | Rule::Exclude { .. } => continue,
        };
        for (column, position) in columns.iter().zip(1..) {
            let schema = filler.schema_name(constraint.table);
            let cells = vec![
                Cell::Database,
                schema.clone(),
                Cell::text(constraint.name.as_str()),
                Cell::Database,
                schema,
                filler.name(constraint.table),
                filler.name(*column),
                Cell::Int(position),
            ];
            filler.push(&presence, cells);
        }
    }
    open_constraints(filler, |filler, table, reason| {
        let schema = filler.schema_name(table);
        let unknown = Cell::Unknown(reason.clone());
        let name = filler.name(table);
        vec![Cell::Database, schema.clone(), unknown.clone(), Cell::Database, schema, name, unknown.clone(), unknown]
    });
}

fn constraint_column_usage(filler: &mut Filler<'_>) {
    for (_, constraint, presence) in constraints(filler) {
        let (table, columns) = match &constraint.rule {
            Rule::ForeignKey { table, referenced, .. } => (*table, referenced.clone()),
            Rule::Exclude { .. } => continue,
            rule => (constraint.table, rule.columns()),
        };
        for column in columns {
            let cells = vec![
                Cell::Database,
                filler.schema_name(table),
                filler.name(table),
                filler.name(column),
                Cell::Database,
                filler.schema_name(constraint.table),
                Cell::text(constraint.name.as_str()),
            ];
            filler.push(&presence, cells);
        }
    }
    open_constraints(filler, |filler, table, reason| {
        let schema = filler.schema_name(table);
        let unknown = Cell::Unknown(reason.clone());
        vec![Cell::Database, unknown.clone(), unknown.clone(), unknown.clone(), Cell::Database, schema, unknown]
    });
}

fn referential_constraints(filler: &mut Filler<'_>) {
    for (_, constraint, presence) in constraints(filler) {
        let Rule::ForeignKey { table, referenced, on_delete, on_update, .. } = &constraint.rule else { continue };
        let catalog = filler.catalog();
        let key = catalog.constraints(*table).into_iter().find(|(_, key)| match &key.rule {
            Rule::Unique { columns, .. } | Rule::PrimaryKey { columns, .. } => columns == referenced,
            Rule::Check { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => false,
        });
        let rule = |action: &Option<String>| Cell::text(action.as_deref().unwrap_or("NO ACTION"));
        let cells = vec![
            Cell::Database,
            filler.schema_name(constraint.table),
            Cell::text(constraint.name.as_str()),
            Cell::Database,
            filler.schema_name(*table),
            key.map_or(Cell::Null, |(_, key)| Cell::text(key.name.as_str())),
            rule(on_update),
            rule(on_delete),
        ];
        filler.push(&presence, cells);
    }
}

fn pg_namespace(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Schema(schema) = object {
            filler.push(&[presence], vec![Cell::Oid(oid), Cell::text(schema.name.as_str())]);
        }
    }
    for name in [INFORMATION, CATALOG, "pg_toast"] {
        filler.push(&[], vec![Cell::System, Cell::text(name)]);
    }
}

fn pg_class(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        let (kind, temporary) = match object {
            Object::Table(table) if table.partition_by.is_some() => ("p", table.temporary),
            Object::Table(table) => ("r", table.temporary),
            Object::Index(_) => ("i", false),
            Object::Sequence(_) => ("S", false),
            Object::View(view) if view.materialized => ("m", false),
            Object::View(_) => ("v", false),
            Object::Composite(_) => ("c", false),
            _ => continue,
        };
        let persistence = Cell::text(if temporary { "t" } else { "p" });
        let cells = vec![Cell::Oid(oid), filler.name(oid), filler.schema_oid(oid), Cell::text(kind), persistence];
        filler.push(&[presence], cells);
    }
    filler.system(vec![Cell::System, Cell::System, Cell::System, own(), Cell::text("p")]);
}

fn pg_tables(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Table(_) = object {
            let cells = vec![filler.schema_name(oid), filler.name(oid)];
            filler.push(&[presence], cells);
        }
    }
    for schema in [INFORMATION, CATALOG] {
        filler.system(vec![Cell::text(schema), Cell::System]);
    }
}

fn pg_views(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if matches!(object, Object::View(view) if !view.materialized) {
            let cells = vec![filler.schema_name(oid), filler.name(oid)];
            filler.push(&[presence], cells);
        }
    }
    for schema in [INFORMATION, CATALOG] {
        filler.system(vec![Cell::text(schema), Cell::System]);
    }
}

fn pg_matviews(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if matches!(object, Object::View(view) if view.materialized) {
            let cells = vec![filler.schema_name(oid), filler.name(oid)];
            filler.push(&[presence], cells);
        }
    }
}

fn pg_indexes(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Index(index) = object {
            let text = match super::index_text::definition(filler.catalog(), index) {
                Some(text) => Cell::text(&text),
                None => Cell::Written(Reason::new("written-expression", "the text of an index in the catalog")),
            };
            let cells = vec![filler.schema_name(oid), filler.name(index.table), filler.name(oid), text];
            filler.push(&[presence], cells);
        }
    }
    open_constraints(filler, |filler, table, reason| {
        let unknown = Cell::Unknown(reason.clone());
        vec![filler.schema_name(table), filler.name(table), unknown.clone(), unknown]
    });
    filler.system(vec![Cell::text(CATALOG), Cell::System, Cell::System, Cell::System]);
}

fn pg_index(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Index(index) = object {
            let primary = index.constraint.and_then(|constraint| filler.catalog().get(constraint)).is_some_and(
                |object| matches!(object, Object::Constraint(constraint) if matches!(constraint.rule, Rule::PrimaryKey { .. })),
            );
            let flags = [index.unique, primary, true, true, true];
            let mut cells: Vec<Cell> =
                [Cell::Oid(oid), Cell::Oid(index.table)].into_iter().chain(flags.map(Cell::Bool)).collect();
            let count = |count: usize| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
            cells.extend([count(index.keys.len() + index.include.len()), count(index.keys.len())]);
            let number = |column: Oid| match filler.catalog().get(column) {
                Some(Object::Column(column)) => Cell::Int(i64::from(column.number)),
                _ => Cell::Unknown(Reason::new("index", "the columns of an index")),
            };
            let keys = index.keys.iter().map(|key| match &key.target {
                KeyRef::Column(column) => number(*column),
                KeyRef::Expr(..) => Cell::Int(0),
            });
            cells.push(Cell::Vector(keys.chain(index.include.iter().map(|column| number(*column))).collect()));
            let written = |there: bool| match there {
                true => Cell::Written(Reason::new("written-expression", "an expression of an index in the catalog")),
                false => Cell::Null,
            };
            cells.push(written(index.predicate.is_some()));
            cells.push(written(index.keys.iter().any(|key| matches!(key.target, KeyRef::Expr(..)))));
            filler.push(&[presence], cells);
        }
    }
    open_constraints(filler, |_, table, reason| {
        let mut cells = vec![Cell::Unknown(reason.clone()), Cell::Oid(table)];
        cells.resize(12, Cell::Unknown(reason.clone()));
        cells
    });
    let mut cells = vec![Cell::System, Cell::System, own(), own()];
    cells.extend([true; 3].map(Cell::Bool));
    cells.resize(12, own());
    filler.system(cells);
}

fn pg_attribute(filler: &mut Filler<'_>) {
    for (_, object, presence) in filler.objects() {
        let Object::Column(column) = object else { continue };
        let table = filler.presence(column.table);
        let cells = vec![
            Cell::Oid(column.table),
            Cell::text(column.name.as_str()),
            Cell::Int(i64::from(column.number)),
            Cell::Bool(column.not_null),
            Cell::Bool(false),
            Cell::text(match column.identity {
                None => "",
                Some(crate::pg::command::IdentityKind::Always) => "a",
                Some(crate::pg::command::IdentityKind::ByDefault) => "d",
            }),
        ];
        filler.push(&[presence, table], cells);
    }
    // Dropped columns stay, and every table has the system's own; both are asked away by `attnum > 0`, `NOT attisdropped`.
    for (table, name, reason) in filler.open_tables() {
        let mut cells = vec![Cell::Oid(table), name];
        cells.resize(6, Cell::Unknown(reason.clone()));
        filler.rows.push(Row { cells, maybe: Some(reason) });
    }
    filler.system(vec![Cell::System, own(), own(), own(), own(), own()]);
}

fn pg_constraint(filler: &mut Filler<'_>) {
    for (oid, constraint, presence) in constraints(filler) {
        let (ty, referenced) = match &constraint.rule {
            Rule::Check { .. } => ("c", None),
            Rule::Unique { .. } => ("u", None),
            Rule::PrimaryKey { .. } => ("p", None),
            Rule::ForeignKey { table, .. } => ("f", Some(*table)),
            Rule::Exclude { .. } => ("x", None),
        };
        let numbers: BTreeMap<Oid, u32> =
            filler.catalog().columns(constraint.table).iter().map(|(oid, column)| (*oid, column.number)).collect();
        let columns = match &constraint.rule {
            Rule::Unique { columns, .. } | Rule::PrimaryKey { columns, .. } => columns.clone(),
            Rule::Exclude { elements, .. } => elements
                .iter()
                .filter_map(|(key, _)| match key.target {
                    KeyRef::Column(column) => Some(column),
                    KeyRef::Expr(..) => None,
                })
                .collect(),
            rule => rule.columns(),
        };
        let key: Vec<Cell> = columns
            .iter()
            .filter_map(|column| numbers.get(column))
            .map(|number| Cell::Int(i64::from(*number)))
            .collect();
        let cells = vec![
            Cell::Oid(oid),
            Cell::text(constraint.name.as_str()),
            filler.schema_oid(constraint.table),
            Cell::text(ty),
            Cell::Oid(constraint.table),
            referenced.map_or(Cell::Int(0), Cell::Oid),
            Cell::Bool(constraint.validated),
            Cell::Array(key.into()),
            constraint.index.map_or(Cell::Int(0), Cell::Oid),
        ];
        filler.push(&presence, cells);
    }
    open_constraints(filler, |filler, table, reason| {
        let unknown = Cell::Unknown(reason.clone());
        let schema = filler.schema_oid(table);
        let mut cells = vec![unknown.clone(), unknown.clone(), schema, unknown.clone(), Cell::Oid(table)];
        cells.resize(9, unknown);
        cells
    });
    let mut cells = vec![Cell::System, Cell::System, Cell::System, own(), Cell::System, Cell::System];
    cells.resize(9, own());
    filler.system(cells);
}

fn pg_type(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        let kind = match object {
            Object::Enum(_) => "e",
            Object::Domain(_) => "d",
            // A relation's row type has its name.
            Object::Composite(_) | Object::Table(_) | Object::View(_) => "c",
            Object::Opaque(opaque) if opaque.kind == "TYPE" => "b",
            _ => continue,
        };
        let cells = vec![Cell::Oid(oid), filler.name(oid), filler.schema_oid(oid), Cell::text(kind)];
        filler.push(&[presence], cells);
    }
    filler.system(vec![Cell::System, Cell::System, Cell::System, own()]);
}

fn pg_enum(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        let Object::Enum(ty) = object else { continue };
        for (label, order) in ty.labels.iter().zip(1..) {
            filler.push(&[presence], vec![Cell::Oid(oid), Cell::text(label), Cell::Int(order)]);
        }
    }
}

fn pg_extension(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Extension(extension) = object {
            let cells = vec![Cell::Oid(oid), Cell::text(extension.name.as_str()), Cell::Oid(extension.schema)];
            filler.push(&[presence], cells);
        }
    }
    filler.push(&[], vec![Cell::System, Cell::text("plpgsql"), Cell::System]);
}

fn pg_proc(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Routine(routine) = object {
            let cells = vec![Cell::Oid(oid), Cell::text(routine.name.as_str()), Cell::Oid(routine.schema)];
            filler.push(&[presence], cells);
        }
    }
    // Builtin functions have any names at all.
    let reason = Reason::new("system-catalog", "PostgreSQL's own functions are not in the model");
    filler.system(vec![Cell::System, Cell::Unknown(reason), Cell::System]);
}

fn pg_trigger(filler: &mut Filler<'_>) {
    for (oid, object, presence) in filler.objects() {
        if let Object::Trigger(trigger) = object {
            let cells =
                vec![Cell::Oid(oid), Cell::text(trigger.name.as_str()), Cell::Oid(trigger.table), Cell::Bool(false)];
            filler.push(&[presence], cells);
        }
    }
    // Foreign keys are enforced by triggers `RI_ConstraintTrigger_…`.
    filler.system(vec![
        Cell::System,
        Cell::Fresh,
        Cell::Unknown(Reason::new("system-catalog", "triggers of foreign keys")),
        Cell::Bool(true),
    ]);
}
