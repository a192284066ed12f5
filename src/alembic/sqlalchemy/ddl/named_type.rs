//! `CREATE TYPE … AS ENUM` and `CREATE DOMAIN`, their drops, and the memo of what this run has created.

use std::rc::Rc;

use super::super::expression::{self, Context, compile};
use super::super::names::{self, Name, qname, qualified_sql, string_literal};
use super::super::schema::Table;
use super::super::types::{EnumState, TypeInstance, TypeSql, render};
use super::super::{Known, Obstacle, seam};
use super::Statement;
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::command::{Behavior, Collation, Command, ConstraintDef, ConstraintKind as Kind, Drop, Type};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;

/// `CREATE TYPE name AS ENUM (…)` (`visit_create_enum_type`).
pub fn create_enum(schema: Option<&Name>, name: &Name, state: &EnumState) -> Known<Statement> {
    if state.nested {
        return Err(Reason::new("type", "an enum whose label is a tuple").into());
    }
    let labels = &state.labels;
    let shown: Vec<String> = labels.iter().map(|label| string_literal(label)).collect();
    let sql = format!("CREATE TYPE {} AS ENUM ({})", qualified_sql(schema, name), shown.join(", "));
    let labels = labels.iter().map(|label| label.to_string()).collect();
    Ok(Statement::new(Command::Type(Type::CreateEnum { name: qname(schema, name), labels }), sql))
}

/// `DROP TYPE name`, `DROP DOMAIN name`.
pub fn drop_type(schema: Option<&Name>, name: &Name, domain: bool) -> Statement {
    let word = if domain { "DOMAIN" } else { "TYPE" };
    let drop = Drop { names: vec![qname(schema, name)], if_exists: false, behavior: Behavior::Restrict };
    let sql = format!("DROP {word} {}", qualified_sql(schema, name));
    Statement::new(Command::Type(Type::Drop { drop, domain }), sql)
}

/// `CREATE DOMAIN` (`visit_create_domain_type`).
pub fn create_domain(vm: &mut Vm, instance: &TypeInstance) -> Known<Statement> {
    let (schema, name) = named(instance, None)?;
    let beneath = instance.argument("data_type").unwrap_or(Value::None);
    let rendered = render(vm, &beneath)?;
    let mut words = Vec::new();
    let mut collation = match rendered.collation.clone() {
        Some(Collation::Named(name)) => Some(name),
        Some(Collation::Unknown(reason)) => return Err(reason.into()),
        None => None,
    };
    if let Some(value) = instance.argument("collation") {
        let quoted = Name { quote: Some(true), ..names::name(&value)? };
        words.push(format!("COLLATE {}", quoted.sql()));
        collation = Some(qname(None, &quoted));
    }
    let mut default = None;
    if let Some(value) = instance.argument("default") {
        let text = match &value {
            Value::Str(text) => string_literal(text),
            other => {
                let expression = expression::coerce(vm, other, expression::Role::DdlExpression)?;
                compile(vm, &expression, Context::DEFAULT)?
            }
        };
        words.push(format!("DEFAULT {text}"));
        default = Some(Expr::parse(&text));
    }
    let constraint = match instance.argument("constraint_name") {
        Some(value) => Some(names::constraint_name(vm, &names::name(&value)?)?),
        None => None,
    };
    words.extend(constraint.as_ref().map(|name| format!("CONSTRAINT {}", name.sql())));
    let not_null = instance.argument("not_null").as_ref().map(seam::truth).transpose()?.unwrap_or(false);
    words.extend(not_null.then(|| "NOT NULL".to_string()));
    let mut constraints = Vec::new();
    if let Some(check) = instance.argument("check") {
        let expression = expression::coerce(vm, &check, expression::Role::DdlExpression)?;
        let text = compile(vm, &expression, Context::DDL)?;
        words.push(format!("CHECK ({text})"));
        let kind = Kind::Check { expr: Expr::parse(&text), no_inherit: false };
        let name = constraint.filter(|_| !not_null).map(|name| name.ident());
        constraints.push(ConstraintDef { name, kind, deferrable: None, not_valid: false, not_enforced: false });
    }
    let sql =
        format!("CREATE DOMAIN {} AS {} {}", qualified_sql(schema.as_ref(), &name), rendered.sql, words.join(" "));
    let name = qname(schema.as_ref(), &name);
    let command = Type::CreateDomain { name, ty: rendered.ty, collation, default, not_null, constraints };
    Ok(Statement::new(Command::Type(command), sql.trim_end().to_string()))
}

/// The schema and the name of an enum or a domain; `metadata.schema` or the table's (`inherit_schema`) where none is given.
pub fn named(instance: &TypeInstance, table: Option<&Table>) -> Known<(Option<Name>, Name)> {
    if let Some(state) = &instance.enumeration {
        let Some(name) = &state.name else {
            return Err(Reason::new("type", "an enum without a name").into());
        };
        return Ok((enum_schema(state, table), name.clone()));
    }
    let Some(name) = instance.argument("name") else {
        return Err(Reason::new("type", "a domain without a name").into());
    };
    let given = instance.argument("schema").map(|schema| names::name(&schema)).transpose()?;
    let inherited = table.and_then(|table| table.metadata.schema.clone());
    Ok((given.or(inherited), names::name(&name)?))
}

fn enum_schema(state: &EnumState, table: Option<&Table>) -> Option<Name> {
    if state.inherit_schema
        && let Some(table) = table
    {
        return table.schema();
    }
    state.schema.clone().or_else(|| table.and_then(|table| table.metadata.schema.clone()))
}

/// The statements that a table's columns send before `CREATE TABLE`: one `CREATE TYPE` for each named type that this run has
/// not created yet (`NamedType._on_table_create` with `_check_for_name_in_memos`: it does not ask the database).
///
/// With `check` (`Table.create`) it asks the database for each type, and the memo of the run is left alone.
pub fn before_create(vm: &mut Vm, table: &Rc<Table>, check: bool) -> Eval<Vec<Statement>> {
    let mut statements = Vec::new();
    let mut made = Vec::new();
    let columns = table.columns.borrow().clone();
    for column in columns {
        let ty = column.state.borrow().ty.clone();
        let resolved = match named_type(vm, &ty) {
            Ok(resolved) => resolved,
            Err(Obstacle::Raise(raise)) => return Err(raise),
            // The column's own specification will say what is not known.
            Err(Obstacle::Unknown(_)) => continue,
        };
        let Some(value) = resolved else { continue };
        let Some(instance) = super::super::types::python::instance(&value) else { continue };
        if !creates_itself(&instance) {
            continue;
        }
        let Ok((schema, name)) = named(&instance, Some(table)) else { continue };
        let key = qname(schema.as_ref(), &name);
        if check {
            let asked = made.contains(&key) || seam::has_type(vm, &key).unwrap_or(false);
            if asked {
                continue;
            }
            made.push(key);
        } else if !vm.run.created_types.insert(key) {
            continue;
        }
        let statement = match &instance.enumeration {
            Some(state) => create_enum(schema.as_ref(), &name, state),
            None => create_domain(vm, &instance),
        };
        let touches = vec![qname(schema.as_ref(), &name)];
        statements.push(super::or_opaque(statement, &format!("CREATE TYPE {}", name.sql()), touches)?);
    }
    Ok(statements)
}

/// The enum or domain in a column's type: itself or the item of an array. A decorator's inner type sends no events of its own
/// unless it is a `SchemaType`, which SQLAlchemy passes through.
fn named_type(vm: &mut Vm, ty: &Value) -> Known<Option<Value>> {
    let resolved = super::super::types::render::resolve(vm, ty)?;
    let Some(instance) = super::super::types::python::instance(&resolved) else { return Ok(None) };
    match instance.class.sql {
        TypeSql::Enum { .. } | TypeSql::Domain => Ok(Some(resolved)),
        TypeSql::Array => match instance.argument("item_type") {
            Some(item) => named_type(vm, &item),
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn creates_itself(instance: &TypeInstance) -> bool {
    match &instance.enumeration {
        Some(state) => state.native && state.create_type,
        None => instance.argument("create_type").is_none_or(|value| seam::truth(&value).unwrap_or(true)),
    }
}
