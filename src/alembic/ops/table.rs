//! `create_table`, `drop_table`, `rename_table`, table comments.

use super::super::sqlalchemy::ddl::{self, Statement};
use super::super::sqlalchemy::names::{self, qname, qualified_sql};
use super::super::sqlalchemy::schema::{Column, Constraint, Index, MetaData, Table, TableArgs};
use super::super::sqlalchemy::seam;
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::command::{AlterAction, Command, Kind, Opaque, Table as TableCommand};

pub(super) fn create(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    let name = match call.table_name("table_name") {
        Ok(name) => name,
        Err(reason) => {
            let mut lowered = known(vm, "create_table", call, |_| Err(reason.clone().into()))?;
            lowered.value = Some(Value::Unknown(reason));
            return Ok(lowered);
        }
    };
    let schema = call.bound.keywords.iter().find(|(name, _)| &**name == "schema");
    if let Some((_, Value::Unknown(reason))) = schema {
        // Which table it is, is not known either.
        let (text, why) = (format!("-- op.create_table({}, …)", name.sql()), reason.to_string());
        let opaque = Opaque::MakeOne { kind: Kind::Table, text: text.clone(), why };
        let statement = Statement::new(Command::Opaque(opaque), text);
        return Ok(Lowered { statements: vec![statement], value: Some(Value::Unknown(reason.clone())) });
    }
    // Columns and constraints that another table has already are copied (`schemaobj.SchemaObjects.table`).
    let mut items: Vec<Value> = call.bound.rest.iter().filter(|item| is_taken(item)).map(unattached).collect();
    items.extend(call.bound.unknown.clone().map(Value::Unknown));
    let args = TableArgs::read(&call.bound.keywords);
    let metadata = MetaData::of_operation(&vm.run);
    let table = Table::new(vm, name, metadata, &items, args)?;
    let if_not_exists = match call.flag("if_not_exists") {
        Ok(flag) => flag,
        Err(reason) => {
            table.unknown.borrow_mut().get_or_insert(reason);
            false
        }
    };
    let statements = ddl::table::create(vm, &table, if_not_exists)?;
    Ok(Lowered { statements, value: Some(table.value()) })
}

/// Of what stands behind the name, `schemaobj.SchemaObjects.table` takes these and leaves everything else (`op.create_table("t",
/// metadata, …)`).
fn is_taken(item: &Value) -> bool {
    matches!(item, Value::Unknown(_))
        || seam::native::<Column>(item).is_some()
        || seam::native::<Constraint>(item).is_some()
        || seam::native::<Index>(item).is_some()
}

fn unattached(item: &Value) -> Value {
    if let Some(column) = seam::native::<Column>(item)
        && column.table().is_some()
    {
        return Value::Native(column.copy());
    }
    if let Some(constraint) = seam::native::<Constraint>(item)
        && constraint.table().is_some()
    {
        return Value::Native(constraint.copy());
    }
    item.clone()
}

pub(super) fn drop(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "drop_table", call, |_| {
        let (name, schema) = (call.table_name("table_name")?, call.schema("schema")?);
        Ok(ddl::table::drop(schema.as_ref(), &name, call.flag("if_exists")?).into())
    })
}

pub(super) fn rename(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "rename_table", call, |_| {
        let (from, schema) = (call.table_name("old_table_name")?, call.schema("schema")?);
        let to = names::name(&call.bound.required("new_table_name"))?;
        let sql = format!("ALTER TABLE {} RENAME TO {}", qualified_sql(schema.as_ref(), &from), to.sql());
        let command = Command::Table(TableCommand::Alter {
            name: qname(schema.as_ref(), &from),
            if_exists: false,
            only: false,
            actions: vec![AlterAction::RenameTo { to: to.ident() }],
        });
        Ok(Statement::new(command, sql).into())
    })
}

pub(super) fn create_comment(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "create_table_comment", call, |_| {
        let (name, schema) = (call.table_name("table_name")?, call.schema("schema")?);
        let comment = seam::optional_text(&call.bound.required("comment"), "comment")?;
        Ok(ddl::table::table_comment(schema.as_ref(), &name, comment.as_deref()).into())
    })
}

pub(super) fn drop_comment(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "drop_table_comment", call, |_| {
        let (name, schema) = (call.table_name("table_name")?, call.schema("schema")?);
        Ok(ddl::table::table_comment(schema.as_ref(), &name, None).into())
    })
}
