//! `bulk_insert`.

use super::super::sqlalchemy::expression::literal::literal;
use super::super::sqlalchemy::names::{self, qname, qualified_sql};
use super::super::sqlalchemy::schema::Table;
use super::super::sqlalchemy::{Known, Obstacle, seam};
use super::refuse;
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::alembic::run::Action;
use crate::pg::command::{Command, DataCommand, DataVerb};
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
    match rows.map_err(Obstacle::from).and_then(|rows| compile(vm, &table, &rows)) {
        Ok(None) => Ok(Value::None),
        Ok(Some((command, sql))) => {
            if let Err(refusal) = vm.run.send(Command::Data(command), sql.as_str()) {
                refuse(vm, refusal, &sql)?;
            }
            Ok(Value::None)
        }
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => {
            let what = format!("rows inserted by bulk_insert ({reason})");
            vm.run.note(Action::Rows { what });
            Ok(Value::None)
        }
    }
}

fn compile(vm: &mut Vm, table: &Value, rows: &[Value]) -> Known<Option<(DataCommand, String)>> {
    let Some(first) = rows.first() else { return Ok(None) };
    if !matches!(first, Value::Dict(_) | Value::Unknown(_)) {
        return Err(vm.raise("TypeError", "List of dictionaries expected").into());
    }
    let name = attribute(vm, table, "name")?;
    let schema = attribute(vm, table, "schema")?;
    let (name, schema) = (names::name(&name)?, names::optional(&schema)?);
    let own = seam::native::<Table>(table);
    // All rows are inserted with the keys of the first one (`executemany`).
    let keys: Vec<Value> = seam::items(vm, first)?;
    let mut columns = Vec::new();
    let mut types = Vec::new();
    for key in &keys {
        let key = names::name(key)?;
        let column = own.as_ref().and_then(|table| table.column(&key.text));
        types.push(column.as_ref().map(|column| column.state.borrow().ty.clone()));
        columns.push(column.map_or(key, |column| column.name()));
    }
    let mut tuples = Vec::new();
    for row in rows {
        let Value::Dict(dict) = row else { return Err(Reason::new("row-data", "a row that is not known").into()) };
        let mut values = Vec::new();
        for (key, ty) in keys.iter().zip(&types) {
            let Some(key) = key.as_str() else { return Err(Reason::new("row-data", "a key that is no text").into()) };
            let value = dict.borrow().get_str(key).cloned().unwrap_or(Value::None);
            values.push(literal(vm, &value, ty.as_ref())?);
        }
        tuples.push(format!("({})", values.join(", ")));
    }
    let shown: Vec<String> = columns.iter().map(|column| column.sql()).collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES {}",
        qualified_sql(schema.as_ref(), &name),
        shown.join(", "),
        tuples.join(", ")
    );
    let relation = qname(schema.as_ref(), &name);
    let command = DataCommand {
        verb: DataVerb::Insert,
        table: Some(relation.clone()),
        columns: columns.iter().map(|column| column.ident()).collect(),
        relations: vec![relation],
        text: sql.clone(),
    };
    Ok(Some((command, sql)))
}

fn attribute(vm: &mut Vm, value: &Value, name: &str) -> Known<Value> {
    Ok(seam::attribute(vm, value, name)?.unwrap_or(Value::None))
}
