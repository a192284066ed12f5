//! `create_foreign_key` and the other constraints, `drop_constraint`.

use std::rc::Rc;

use super::super::sqlalchemy::ddl;
use super::super::sqlalchemy::expression::{self, Role};
use super::super::sqlalchemy::names::{self, Name};
use super::super::sqlalchemy::schema::column::ColumnArg;
use super::super::sqlalchemy::schema::constraint::{Check, ConstraintName, ConstraintState, Exclusion};
use super::super::sqlalchemy::schema::{Constraint, ConstraintKind, ForeignKey, Referent, Table, TableArgs};
use super::super::sqlalchemy::{Known, seam};
use super::index::{dialect_options, given_name, plain_column};
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};

/// Names of columns, each once, as the columns of the table that the operation makes.
fn columns(names: &[Name]) -> Vec<Value> {
    let mut seen: Vec<&Name> = Vec::new();
    for name in names {
        if !seen.iter().any(|other| other.text == name.text) {
            seen.push(name);
        }
    }
    seen.into_iter().map(|name| Value::Native(plain_column(name))).collect()
}

fn keys(names: &[Name]) -> Vec<ColumnArg> {
    names.iter().cloned().map(ColumnArg::Key).collect()
}

/// A list of column names; Alembic takes a single string for a list of its letters, and then finds no such columns.
fn column_names(vm: &mut Vm, call: &Call, parameter: &str) -> Known<Vec<Name>> {
    let value = call.bound.required(parameter);
    if let Some(text) = value.as_str() {
        return Ok(text.chars().map(|c| Name::plain(&c.to_string())).collect());
    }
    let items = seam::items(vm, &value)?;
    let mut found = Vec::new();
    for item in &items {
        match seam::native::<super::super::sqlalchemy::schema::Column>(item) {
            Some(column) => found.push(column.name()),
            None => found.push(names::name(item)?),
        }
    }
    Ok(found)
}

/// Adds a constraint to the table that the operation makes, and compiles it.
fn add(
    vm: &mut Vm,
    call: &Call,
    (table, schema): (&str, &str),
    columns: &[Value],
    state: ConstraintState,
) -> Known<Lowered> {
    let table = call.make_table(vm, table, schema, columns)?;
    let constraint = Constraint::of(state);
    table.append_constraint(vm, &constraint)?;
    Ok(ddl::constraint::add(vm, &constraint)?.into_iter().collect::<Vec<_>>().into())
}

/// `deferrable`, `initially`, `comment` and the dialect's options of a constraint.
fn options(vm: &mut Vm, call: &Call, state: &mut ConstraintState) -> Known<()> {
    let mut rest = Vec::new();
    for (name, value) in &call.bound.keywords {
        match &**name {
            "deferrable" => state.deferrable = optional_flag(value)?,
            "initially" => state.initially = seam::optional_text(value, "initially")?,
            "comment" => state.comment = seam::optional_text(value, "comment")?,
            // The batch's own schema wins; Alembic passes the table's.
            "schema" | "info" | "use_alter" | "type_" => {}
            _ => rest.push((name.clone(), value.clone())),
        }
    }
    if let Some(value) = call.some("deferrable") {
        state.deferrable = optional_flag(&value)?;
    }
    if let Some(value) = call.some("initially") {
        state.initially = seam::optional_text(&value, "initially")?;
    }
    state.options = dialect_options(vm, &rest)?;
    Ok(())
}

fn optional_flag(value: &Value) -> Known<Option<bool>> {
    match value {
        Value::None => Ok(None),
        value => Ok(Some(seam::truth(value)?)),
    }
}

pub(super) fn foreign_key(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_foreign_key", call, |vm| {
        let local = column_names(vm, call, "local_cols")?;
        let remote = column_names(vm, call, "remote_cols")?;
        let table = names::name(&call.bound.required("referent_table"))?;
        let schema = names::optional(&call.bound.required("referent_schema"))?;
        if local.len() != remote.len() {
            let message = format!(
                "ForeignKeyConstraint number of constrained columns must match the number of referenced columns: {} \
                 != {}",
                local.len(),
                remote.len()
            );
            return Err(vm.raise("sqlalchemy.exc.ArgumentError", &message).into());
        }
        let mut state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, ConstraintKind::Plain);
        options(vm, call, &mut state)?;
        let text = |name: &str| seam::optional_text(&call.bound.required(name), "a rule of a foreign key");
        let (on_delete, on_update, matching) = (text("ondelete")?, text("onupdate")?, text("match")?);
        let element = |column: Name| {
            Rc::new(ForeignKey {
                referent: Referent::Named { schema: schema.clone(), table: table.clone(), column: Some(column) },
                name: match &state.name {
                    ConstraintName::Name(name) => Some(name.clone()),
                    ConstraintName::None | ConstraintName::TypeBound => None,
                },
                on_delete: on_delete.clone(),
                on_update: on_update.clone(),
                deferrable: state.deferrable,
                initially: state.initially.clone(),
                matching: matching.clone(),
                use_alter: false,
                comment: None,
                options: Vec::new(),
                of_constraint: true,
                owner: Default::default(),
            })
        };
        let elements = remote.iter().cloned().map(element).collect();
        state.kind = ConstraintKind::ForeignKey { columns: keys(&local), elements };
        // `SchemaObjects.foreign_key_constraint`: both tables are there, with the columns that are named.
        let source = call.table_name("source_table")?;
        let is_own = source.text == table.text && call.schema("source_schema")? == schema;
        let mut own = local;
        if is_own {
            let others: Vec<Name> = remote.iter().filter(|name| !own.contains(name)).cloned().collect();
            own.extend(others);
        }
        let made = call.make_table(vm, "source_table", "source_schema", &columns(&own))?;
        if !is_own {
            let args = TableArgs { schema, ..TableArgs::default() };
            let referent = Table::new(vm, table, made.metadata.clone(), &columns(&remote), args)?;
            made.metadata.tables.borrow_mut().push((referent.key(), referent));
        }
        let constraint = Constraint::of(state);
        made.append_constraint(vm, &constraint)?;
        Ok(ddl::constraint::add(vm, &constraint)?.into_iter().collect::<Vec<_>>().into())
    })
}

pub(super) fn unique(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_unique_constraint", call, |vm| {
        let names = column_names(vm, call, "columns")?;
        let kind = ConstraintKind::Unique { columns: keys(&names) };
        let mut state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, kind);
        options(vm, call, &mut state)?;
        add(vm, call, ("table_name", "schema"), &columns(&names), state)
    })
}

pub(super) fn primary_key(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_primary_key", call, |vm| {
        let names = column_names(vm, call, "columns")?;
        let kind = ConstraintKind::PrimaryKey { columns: keys(&names), implicit: false };
        let state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, kind);
        add(vm, call, ("table_name", "schema"), &columns(&names), state)
    })
}

pub(super) fn check(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_check_constraint", call, |vm| {
        let expression = expression::coerce(vm, &call.bound.required("condition"), Role::DdlExpression)?;
        let kind = ConstraintKind::Check(Check { expression, columns: Vec::new() });
        let mut state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, kind);
        options(vm, call, &mut state)?;
        add(vm, call, ("table_name", "schema"), &[], state)
    })
}

pub(super) fn exclude(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_exclude_constraint", call, |vm| {
        let mut elements = Vec::new();
        let mut names = Vec::new();
        for element in &call.bound.rest {
            let parts = seam::sequence(element, "an element of an exclusion constraint")?;
            let [target, operator] = parts.as_slice() else {
                return Err(crate::pg::error::Reason::new("argument", "an exclusion element that is no pair").into());
            };
            // A string is a column's name here, not SQL (`ExcludeConstraint`'s `DDLConstraintColumnRole`).
            let expression = match names::name(target) {
                Ok(name) => {
                    names.push(name.clone());
                    Rc::new(expression::Expression::column_of(&plain_column(&name)))
                }
                Err(_) => expression::coerce(vm, target, Role::DdlExpression)?,
            };
            elements.push((expression, seam::text(operator, "an operator")?));
        }
        let using = match call.some("using") {
            Some(using) => seam::text(&using, "using")?,
            None => "gist".into(),
        };
        let predicate = match call.some("where") {
            Some(condition) => Some(expression::coerce(vm, &condition, Role::DdlExpression)?),
            None => None,
        };
        let kind = ConstraintKind::Exclude(Exclusion { elements, using, predicate, ops: Vec::new() });
        let mut state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, kind);
        options(vm, call, &mut state)?;
        add(vm, call, ("table_name", "schema"), &columns(&names), state)
    })
}

pub(super) fn drop(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "drop_constraint", call, |vm| {
        let kind = match call.some("type_") {
            None => ConstraintKind::Plain,
            Some(Value::Unknown(reason)) => return Err(reason.into()),
            Some(kind) => match kind.as_str() {
                Some("foreignkey") => ConstraintKind::ForeignKey { columns: Vec::new(), elements: Vec::new() },
                Some("primary") => ConstraintKind::PrimaryKey { columns: Vec::new(), implicit: false },
                Some("unique") => ConstraintKind::Unique { columns: Vec::new() },
                Some("check") => {
                    ConstraintKind::Check(Check { expression: expression::Expression::text(""), columns: Vec::new() })
                }
                _ => {
                    let message = "'type' can be one of 'check', 'foreignkey', 'primary', 'unique', None";
                    return Err(vm.raise("TypeError", message).into());
                }
            },
        };
        let state = Constraint::state(given_name(&call.bound.required("constraint_name"))?, kind);
        let table = call.make_table(vm, "table_name", "schema", &[])?;
        let constraint = Constraint::of(state);
        table.append_constraint(vm, &constraint)?;
        Ok(ddl::constraint::drop(vm, &constraint, call.flag("if_exists")?, false)?.into())
    })
}
