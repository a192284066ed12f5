//! `bulk_insert`.

use super::super::sqlalchemy::expression::dml::{self, Query};
use super::super::sqlalchemy::seam;
use super::refuse;
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::alembic::run::Action;
use crate::pg::command::Command;
use crate::pg::error::Reason;

/// `op.bulk_insert(table, rows, *, multiinsert=True)`
pub(super) fn bulk_insert(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "bulk_insert(table, rows, *, multiinsert=)")?;
    let (table, rows) = (bound.required("table"), bound.required("rows"));
    if let (Value::Unknown(reason), _) | (_, Value::Unknown(reason)) = (&table, &rows) {
        let what = format!("rows inserted by bulk_insert ({reason})");
        vm.run.note(Action::Rows { what });
        return Ok(Value::None);
    }
    let Value::List(list) = &rows else {
        return Err(vm.raise("TypeError", "List expected"));
    };
    let rows = match &list.borrow().unknown {
        Some(reason) => Err(Reason::clone(reason)),
        None => Ok(list.borrow().items.clone()),
    };
    let rows = match rows {
        Ok(rows) => rows,
        Err(reason) => {
            vm.run.note(Action::Rows { what: format!("rows inserted by bulk_insert ({reason})") });
            return Ok(Value::None);
        }
    };
    let Some(first) = rows.first() else { return Ok(Value::None) };
    if !matches!(first, Value::Dict(_) | Value::Unknown(_)) {
        return Err(vm.raise("TypeError", "List of dictionaries expected"));
    }
    let insert = dml::start(vm, "insert", Args::positional([table]))?;
    let query = seam::native::<Query>(&insert);
    let filled = match query {
        Some(query) => query.with_rows(vm, &Value::list(rows))?,
        None => None,
    };
    let Some(query) = filled else {
        vm.run.note(Action::Rows { what: "rows inserted by bulk_insert".to_string() });
        return Ok(Value::None);
    };
    let (command, sql) = query.command(vm)?;
    let command = Command::Data(command);
    let (sent, sql) = match sql {
        Ok(sql) => (vm.run.send(command, sql.as_str()), sql),
        Err(reason) => {
            let what = format!("rows inserted by bulk_insert ({reason})");
            (vm.run.send_rows(&command, what.as_str()), what)
        }
    };
    if let Err(refusal) = sent {
        refuse(vm, refusal, &sql)?;
    }
    Ok(Value::None)
}
