//! `add_column`, `drop_column`.

use super::super::sqlalchemy::ddl::table::AddColumn;
use super::super::sqlalchemy::ddl::{self, Statement};
use super::super::sqlalchemy::names::{self, qname, qualified_sql};
use super::super::sqlalchemy::schema::Column;
use super::super::sqlalchemy::seam;
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::command::{AlterAction, Behavior, Command, Table as TableCommand};

pub(super) fn add(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    if call.some("insert_before").or(call.some("insert_after")).is_some() {
        let message = "Can't specify insert_before or insert_after when using ALTER; please specify recreate='always'";
        return Err(vm.raise("alembic.util.exc.CommandError", message));
    }
    known(vm, "add_column", call, |vm| {
        let given = call.bound.required("column");
        if let Value::Unknown(reason) = given {
            return Err(reason.into());
        }
        let Some(given) = seam::native::<Column>(&given) else {
            let message = format!("'{}' object has no attribute 'table'", seam::repr(vm, &given));
            return Err(vm.raise("AttributeError", &message).into());
        };
        let column = if given.table().is_some() { given.copy() } else { given };
        let table = call.make_table(vm, "table_name", "schema", &[Value::Native(column.clone())])?;
        let options = AddColumn {
            if_not_exists: call.flag("if_not_exists")?,
            inline_references: call.flag("inline_references")?,
            inline_primary_key: call.flag("inline_primary_key")?,
        };
        Ok(ddl::table::add_column(vm, &table, &column, options)?.into())
    })
}

pub(super) fn drop(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "drop_column", call, |_| {
        let (table, schema) = (call.table_name("table_name")?, call.schema("schema")?);
        let column = names::name(&call.bound.required("column_name"))?;
        let if_exists = call.flag("if_exists")?;
        let sql = format!(
            "ALTER TABLE {} DROP COLUMN {}{}",
            qualified_sql(schema.as_ref(), &table),
            if if_exists { "IF EXISTS " } else { "" },
            column.sql()
        );
        let action = AlterAction::DropColumn { name: column.ident(), if_exists, behavior: Behavior::Restrict };
        let command = Command::Table(TableCommand::Alter {
            name: qname(schema.as_ref(), &table),
            if_exists: false,
            only: false,
            actions: vec![action],
        });
        Ok(Statement::new(command, sql).into())
    })
}
