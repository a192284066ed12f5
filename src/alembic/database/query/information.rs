//! `information_schema`.

use super::cell::Cell;
use super::relation::Row;
use super::system::{CATALOG, Filler, INFORMATION, Table, constraints, open_constraints, own};
use crate::catalog::object::{DefaultExpr, Rule, TypeRef};
use crate::catalog::{Object, Oid, Presence};
use crate::pg::error::Reason;
use crate::pg::ident::Ident;

/// What is answered. Columns that are not listed are unknown.
pub(super) const TABLES: &[Table] = &[
    Table { name: "schemata", columns: &["catalog_name", "schema_name"], fill: schemata },
    Table { name: "tables", columns: &["table_catalog", "table_schema", "table_name", "table_type"], fill: tables },
    Table { name: "views", columns: &["table_catalog", "table_schema", "table_name"], fill: views },
    Table {
        name: "sequences",
        columns: &["sequence_catalog", "sequence_schema", "sequence_name", "data_type"],
        fill: sequences,
    },
    Table {
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
            "ordinal_position",
        ],
        fill: columns,
    },
    Table {
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
];

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
            Cell::Place(column.table, column.number),
        ];
        let table = filler.presence(column.table);
        filler.push(&[presence, table], cells);
    }
    for (table, name, reason) in filler.open_tables() {
        let mut cells = vec![Cell::Database, filler.schema_name(table), filler.name(table), name];
        cells.resize(12, Cell::Unknown(reason.clone()));
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
                cells.resize(12, Cell::Unknown(reason.clone()));
                let presence = filler.presence(oid);
                filler.push(&[presence], cells);
            }
            if view.columns.is_none() {
                let mut cells = vec![Cell::Database, filler.schema_name(oid), filler.name(oid)];
                cells.resize(12, Cell::Unknown(reason.clone()));
                filler.rows.push(Row { cells, maybe: Some(reason) });
            }
        }
    }
    for schema in [INFORMATION, CATALOG] {
        let mut cells = vec![Cell::Database, Cell::text(schema), Cell::System];
        cells.resize(12, own());
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
