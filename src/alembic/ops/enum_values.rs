//! `op.sync_enum_values` of the package alembic-postgresql-enum 1.11 (`operations/sync_enum_values.py`): a new type takes the place of
//! the old one. What it makes for the time of the change and drops again (comparison operators) is left out.

use std::any::Any;
use std::rc::Rc;

use super::super::sqlalchemy::{Known, Obstacle, seam};
use super::MigrationContext;
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::run::Action;
use crate::pg::error::Reason;

/// `TableReference(…)`: a column of the type.
#[derive(Debug)]
struct TableReference {
    schema: Option<Value>,
    table: Value,
    column: Value,
    column_type: Value,
    default: Value,
}

impl Native for TableReference {
    fn class(&self) -> &str {
        "alembic_postgresql_enum.get_enum_data.types.TableReference"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// What one column needs.
struct Affected {
    table: String,
    column: String,
    array: bool,
    default: Option<String>,
}

/// Registers `alembic_postgresql_enum`.
pub(super) fn register(vm: &mut Vm) {
    let reference = native::function("TableReference", |vm, args| {
        let signature =
            "TableReference(table_name, column_name, table_schema=, column_type=, existing_server_default=)";
        let bound = args.bind(vm, signature)?;
        Ok(Value::native(TableReference {
            schema: bound.get("table_schema"),
            table: bound.required("table_name"),
            column: bound.required("column_name"),
            column_type: bound.or_none("column_type"),
            default: bound.or_none("existing_server_default"),
        }))
    });
    let column_type = vm.define_class(
        "alembic_postgresql_enum.get_enum_data.types.ColumnType",
        [("COMMON", Value::str("COMMON")), ("ARRAY", Value::str("ARRAY"))],
    );
    let index = native::function("TableIndex", |vm, args| {
        let bound = args.bind(vm, "TableIndex(name, definition)")?;
        Ok(Value::tuple([bound.required("name"), bound.required("definition")]))
    });
    let own = [("TableReference", reference), ("ColumnType", column_type)];
    vm.register("alembic_postgresql_enum", own.clone());
    vm.register("alembic_postgresql_enum.get_enum_data", own);
    vm.register("alembic_postgresql_enum.sql_commands.indexes", [("TableIndex", index)]);
}

/// `op.sync_enum_values(…)`
pub(super) fn sync(vm: &mut Vm, context: &MigrationContext, args: Args) -> Eval<Value> {
    if let Some(added) = added(&args) {
        return add(vm, context, &args.positional, &added);
    }
    let signature = "sync_enum_values(enum_schema, enum_name, new_values, affected_columns, enum_values_to_rename=, \
                     indexes_to_recreate=)";
    let bound = args.bind(vm, signature)?;
    let statements = |vm: &mut Vm| -> Known<Vec<String>> {
        let (schema, name) = (&bound.required("enum_schema"), &bound.required("enum_name"));
        let (schema, name) = (seam::text(schema, "enum_schema")?, seam::text(name, "enum_name")?);
        let values = seam::texts(&bound.required("new_values"), "new_values")?;
        let mut renamed = Vec::new();
        for pair in optional_items(vm, bound.get("enum_values_to_rename"))? {
            let pair = seam::texts(&pair, "enum_values_to_rename")?;
            let [old, new] = &pair[..] else { return Err(Reason::new("argument", "enum_values_to_rename").into()) };
            renamed.push((old.clone(), new.clone()));
        }
        let mut columns = Vec::new();
        for column in seam::items(vm, &bound.required("affected_columns"))? {
            columns.push(affected(vm, context, &schema, &column)?);
        }
        let mut indexes = Vec::new();
        for index in optional_items(vm, bound.get("indexes_to_recreate"))? {
            let index = seam::texts(&index, "indexes_to_recreate")?;
            let [name, definition] = &index[..] else { return Err(Reason::new("argument", "an index").into()) };
            indexes.push((name.clone(), definition.clone()));
        }
        Ok(written(&schema, &name, &values, &columns, &renamed, &indexes))
    };
    match statements(vm) {
        Ok(statements) => {
            for sql in statements {
                context.connection.execute_text(vm, &Value::str(sql))?;
            }
        }
        Err(Obstacle::Raise(raise)) => return Err(raise),
        Err(Obstacle::Unknown(reason)) => vm.run.note(Action::Unmodelled(reason)),
    }
    Ok(Value::None)
}

/// The new labels where the call is one of the package alembic-autogenerate-enums, which has an operation of that name, too: there
/// `sync_enum_values(schema, name, old_values, new_values)`.
fn added(args: &Args) -> Option<Vec<String>> {
    let [_, _, old, new, rest @ ..] = &args.positional[..] else { return None };
    // With its further arguments the type is made anew.
    if rest.iter().any(|value| !matches!(value, Value::None | Value::Bool(false))) || !args.keyword.is_empty() {
        return None;
    }
    let (old, new) = (seam::texts(old, "old_values").ok()?, seam::texts(new, "new_values").ok()?);
    // No columns at all are no labels: the call is one of the other package.
    let added = new.iter().filter(|label| !old.contains(label)).map(|label| label.to_string()).collect();
    (!new.is_empty()).then_some(added)
}

/// Ends the transaction and adds the labels (`alembic_autogenerate_enums.SyncEnumValuesOp` 0.1.2): they come out of a set, so
/// the order of several is not known.
fn add(vm: &mut Vm, context: &MigrationContext, args: &[Value], labels: &[String]) -> Eval<Value> {
    let (Some(schema), Some(name)) = (args[0].as_str(), args[1].as_str()) else {
        let reason = vm.reason("argument", "sync_enum_values() of a type that is not known");
        vm.run.note(Action::Unmodelled(reason));
        return Ok(Value::None);
    };
    context.connection.execute_text(vm, &Value::str("COMMIT"))?;
    for label in labels {
        context.connection.execute_text(vm, &Value::str(format!("ALTER TYPE {schema}.{name} ADD VALUE '{label}'")))?;
    }
    if labels.len() > 1 {
        let reason = vm.reason("hash-order", format!("the order of the labels that are added to {schema}.{name}"));
        vm.run.note(Action::Unmodelled(reason));
    }
    Ok(Value::None)
}

fn optional_items(vm: &mut Vm, value: Option<Value>) -> Known<Vec<Value>> {
    match value {
        None | Some(Value::None) => Ok(Vec::new()),
        Some(value) => seam::items(vm, &value),
    }
}

/// A column as `TableReference`, or in the old style as a tuple; the latter's default is looked up.
fn affected(vm: &mut Vm, context: &MigrationContext, schema: &str, value: &Value) -> Known<Affected> {
    if let Some(reference) = seam::native::<TableReference>(value) {
        let table = seam::text(&reference.table, "table_name")?;
        let table = match &reference.schema {
            None => format!("\"{schema}\".\"{table}\""),
            Some(Value::None) => format!("\"{table}\""),
            Some(schema) => format!("\"{}\".\"{table}\"", seam::text(schema, "table_schema")?),
        };
        return Ok(Affected {
            table,
            column: seam::text(&reference.column, "column_name")?.to_string(),
            array: is_array(&reference.column_type)?,
            default: seam::optional_text(&reference.default, "existing_server_default")?.map(|text| text.to_string()),
        });
    }
    let parts = seam::sequence(value, "affected_columns")?;
    let (Some(table), Some(column)) = (parts.first(), parts.get(1)) else {
        return Err(Reason::new("argument", "affected_columns").into());
    };
    let (table, column) = (seam::text(table, "affected_columns")?, seam::text(column, "affected_columns")?);
    let query = format!(
        "SELECT column_default FROM information_schema.columns WHERE table_schema = '{schema}' AND \
         table_name = '{table}' AND column_name = '{column}'"
    );
    let result = context.connection.execute_text(vm, &Value::str(query))?;
    let default = match seam::attribute(vm, &result, "scalar")? {
        Some(scalar) => seam::call(vm, &scalar, Args::default())?,
        None => Value::None,
    };
    Ok(Affected {
        table: format!("\"{schema}\".\"{table}\""),
        column: column.to_string(),
        array: is_array(parts.get(2).unwrap_or(&Value::None))?,
        default: seam::optional_text(&default, "a column's default")?.map(|text| text.to_string()),
    })
}

fn is_array(column_type: &Value) -> Result<bool, Reason> {
    Ok(seam::optional_text(column_type, "column_type")?.is_some_and(|name| &*name == "ARRAY"))
}

/// The statements, in the order in which the package sends them.
fn written(
    schema: &str,
    name: &str,
    values: &[Rc<str>],
    columns: &[Affected],
    renamed: &[(Rc<str>, Rc<str>)],
    indexes: &[(Rc<str>, Rc<str>)],
) -> Vec<String> {
    let new = format!("\"{schema}\".\"{name}\"");
    let values: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
    let mut statements = vec![
        format!("ALTER TYPE {new} RENAME TO \"{name}_old\""),
        format!("CREATE TYPE {new} AS ENUM({})", values.join(", ")),
    ];
    for (index, _) in indexes {
        let shown = match index.rsplit_once('.') {
            Some((schema, index)) => format!("\"{}\".\"{}\"", schema.trim_matches('"'), index.trim_matches('"')),
            None => format!("\"{}\"", index.trim_matches('"')),
        };
        statements.push(format!("DROP INDEX IF EXISTS {shown}"));
    }
    for Affected { table, column, array, default } in columns {
        let alter = format!("ALTER TABLE {table} ALTER COLUMN \"{column}\"");
        if default.is_some() {
            statements.push(format!("{alter} DROP DEFAULT"));
        }
        statements.push(format!("{alter} TYPE {}", cast(column, *array, &new, renamed)));
        if let Some(default) = default {
            statements.push(format!("{alter} SET DEFAULT {}", default_of(default, schema, name, renamed)));
        }
    }
    statements.push(format!("DROP TYPE \"{schema}\".\"{name}_old\""));
    for (_, definition) in indexes {
        let mut definition = definition.to_string();
        for (old, new) in renamed {
            for ty in [name.to_string(), format!("{schema}.{name}")] {
                definition = definition.replace(&format!("'{old}'::{ty}"), &format!("'{new}'::{ty}"));
            }
        }
        statements.push(definition);
    }
    statements
}

fn cast(column: &str, array: bool, ty: &str, renamed: &[(Rc<str>, Rc<str>)]) -> String {
    if array {
        let text = renamed.iter().fold(format!("\"{column}\"::text[]"), |text, (old, new)| {
            format!("array_replace({text}, '{old}', '{new}')")
        });
        return format!("{ty}[] USING {text}::{ty}[]");
    }
    if renamed.is_empty() {
        return format!("{ty} USING \"{column}\"::text::{ty}");
    }
    let cases: Vec<String> =
        renamed.iter().map(|(old, new)| format!("WHEN \"{column}\"::text = '{old}' THEN '{new}'::{ty}")).collect();
    format!("{ty} USING CASE {} ELSE \"{column}\"::text::{ty} END", cases.join(" "))
}

/// `rename_default_if_required`
fn default_of(default: &str, schema: &str, name: &str, renamed: &[(Rc<str>, Rc<str>)]) -> String {
    let ty = if schema.is_empty() { name.to_string() } else { format!("{schema}.{name}") };
    let replace = |text: &str| {
        renamed.iter().fold(text.to_string(), |text, (old, new)| {
            text.replace(&format!("'{old}'"), &format!("'{new}'")).replace(&format!("\"{old}\""), &format!("\"{new}\""))
        })
    };
    if default.starts_with("ARRAY[") {
        let (mut written, mut rest) = (String::new(), replace(default));
        while let Some(at) = rest.find("::") {
            written.push_str(&rest[..at]);
            written.push_str(&format!("::{ty}"));
            let after = &rest[at + 2..];
            let word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
            rest = after.trim_start_matches(word).to_string();
        }
        return written + &rest;
    }
    // Python's `[:-1]` where nothing is found.
    let end = default.find("::").unwrap_or_else(|| default.char_indices().last().map_or(0, |(at, _)| at));
    format!("{}::{ty}{}", replace(&default[..end]), if default.ends_with("[]") { "[]" } else { "" })
}
