//! `pg_catalog`.

use std::collections::BTreeMap;

use super::cell::Cell;
use super::relation::Row;
use super::system::{CATALOG, Filler, INFORMATION, Table, constraints, open_constraints, own};
use crate::catalog::object::{KeyRef, OpaqueObject, Rule};
use crate::catalog::{Object, Oid, Presence};
use crate::pg::error::Reason;

/// What is answered. Columns that are not listed are unknown.
pub(super) const TABLES: &[Table] = &[
    Table { name: "pg_namespace", columns: &["oid", "nspname"], fill: pg_namespace },
    Table {
        name: "pg_class",
        columns: &["oid", "relname", "relnamespace", "relkind", "relpersistence"],
        fill: pg_class,
    },
    Table { name: "pg_tables", columns: &["schemaname", "tablename"], fill: pg_tables },
    Table { name: "pg_views", columns: &["schemaname", "viewname"], fill: pg_views },
    Table { name: "pg_matviews", columns: &["schemaname", "matviewname"], fill: pg_matviews },
    Table { name: "pg_indexes", columns: &["schemaname", "tablename", "indexname", "indexdef"], fill: pg_indexes },
    Table {
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
        name: "pg_attribute",
        columns: &[
            "attrelid",
            "attname",
            "attnum",
            "attnotnull",
            "attisdropped",
            "attidentity",
            "atttypid",
            "atttypmod",
        ],
        fill: pg_attribute,
    },
    Table {
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
    Table { name: "pg_type", columns: &["oid", "typname", "typnamespace", "typtype"], fill: pg_type },
    Table { name: "pg_enum", columns: &["enumtypid", "enumlabel", "enumsortorder"], fill: pg_enum },
    Table { name: "pg_extension", columns: &["oid", "extname", "extnamespace"], fill: pg_extension },
    Table { name: "pg_publication", columns: &["oid", "pubname", "puballtables"], fill: pg_publication },
    Table {
        name: "pg_publication_tables",
        columns: &["pubname", "schemaname", "tablename"],
        fill: pg_publication_tables,
    },
    Table { name: "pg_proc", columns: &["oid", "proname", "pronamespace"], fill: pg_proc },
    Table { name: "pg_trigger", columns: &["oid", "tgname", "tgrelid", "tgisinternal"], fill: pg_trigger },
];

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

/// Schema and name of the relations that a view of PostgreSQL lists.
fn listed(filler: &mut Filler<'_>, is_listed: impl Fn(&Object) -> bool) {
    for (oid, object, presence) in filler.objects() {
        if is_listed(object) {
            let cells = vec![filler.schema_name(oid), filler.name(oid)];
            filler.push(&[presence], cells);
        }
    }
}

/// PostgreSQL's own, under names that are not listed.
fn listed_own(filler: &mut Filler<'_>) {
    for schema in [INFORMATION, CATALOG] {
        filler.system(vec![Cell::text(schema), Cell::System]);
    }
}

fn pg_tables(filler: &mut Filler<'_>) {
    listed(filler, |object| matches!(object, Object::Table(_)));
    listed_own(filler);
}

fn pg_views(filler: &mut Filler<'_>) {
    listed(filler, |object| matches!(object, Object::View(view) if !view.materialized));
    listed_own(filler);
}

fn pg_matviews(filler: &mut Filler<'_>) {
    listed(filler, |object| matches!(object, Object::View(view) if view.materialized));
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
    for (oid, object, presence) in filler.objects() {
        let Object::Column(column) = object else { continue };
        let table = filler.presence(column.table);
        let [type_id, modifiers] = super::types::cells(oid, column);
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
            type_id,
            modifiers,
        ];
        filler.push(&[presence, table], cells);
    }
    // Dropped columns stay, and every table has the system's own; both are asked away by `attnum > 0`, `NOT attisdropped`.
    for (table, name, reason) in filler.open_tables() {
        let mut cells = vec![Cell::Oid(table), name];
        cells.resize(8, Cell::Unknown(reason.clone()));
        filler.rows.push(Row { cells, maybe: Some(reason) });
    }
    filler.system(vec![Cell::System, own(), own(), own(), own(), own(), Cell::System, own()]);
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

/// Publications with their names and the words behind: `FOR ALL TABLES` or what they hold.
fn publications<'a>(filler: &Filler<'a>) -> Vec<(Oid, &'a OpaqueObject, &'a Presence)> {
    let kept = filler.objects().filter_map(|(oid, object, presence)| match object {
        Object::Opaque(kept) if kept.kind == "PUBLICATION" => Some((oid, kept, presence)),
        _ => None,
    });
    kept.collect()
}

fn pg_publication(filler: &mut Filler<'_>) {
    for (oid, kept, presence) in publications(filler) {
        let words = kept.text.to_ascii_uppercase().split_whitespace().collect::<Vec<_>>().join(" ");
        let all = Cell::Bool(words.contains(" FOR ALL TABLES"));
        filler.push(&[presence], vec![Cell::Oid(oid), Cell::text(kept.name.as_str()), all]);
    }
}

/// Which tables a publication holds is not read from its text.
fn pg_publication_tables(filler: &mut Filler<'_>) {
    for (_, kept, _) in publications(filler) {
        let reason = Reason::new("system-catalog", format!("the tables of the publication {}", kept.name));
        let unknown = || Cell::Unknown(reason.clone());
        let row =
            Row { cells: vec![Cell::text(kept.name.as_str()), unknown(), unknown()], maybe: Some(reason.clone()) };
        filler.rows.push(row);
    }
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
