//! MetaData: `create_all`, `drop_all`, `reflect`.

use std::rc::Rc;

use super::optional_name;
use super::table::table_ddl;
use super::tables::Tables;
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::names::Name;
use crate::alembic::sqlalchemy::schema::{ConstraintKind, MetaData, Table, TableArgs, reflect, table};
use crate::alembic::sqlalchemy::{names, seam};

impl Native for MetaData {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.MetaData"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn set_attr(self: Rc<Self>, _vm: &mut Vm, name: &str, value: Value) -> Eval<bool> {
        let mut attrs = self.attrs.borrow_mut();
        attrs.retain(|(own, _)| **own != *name);
        attrs.push((name.into(), value));
        Ok(true)
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some((_, value)) = self.attrs.borrow().iter().find(|(own, _)| **own == *name) {
            return Ok(Some(value.clone()));
        }
        Ok(Some(match name {
            "tables" => {
                if let Some(more) = self.more(vm) {
                    return Ok(Some(Value::native(Tables { metadata: self, more })));
                }
                let tables = self.tables.borrow();
                Value::dict(tables.iter().map(|(key, table)| (&**key, Value::Native(table.clone()))))
            }
            "sorted_tables" => {
                let all = Value::list(sorted(&self.all()).into_iter().map(|table| Value::Native(table)));
                if let Value::List(list) = &all {
                    list.borrow_mut().unknown = self.more(vm);
                }
                all
            }
            "schema" => optional_name(self.schema.as_ref()),
            "naming_convention" => {
                Value::dict(self.naming_convention.iter().map(|(key, value)| (&**key, value.clone())))
            }
            "bind" | "info" => Value::None,
            "create_all" | "drop_all" => {
                let create = name == "create_all";
                native::function(name, move |vm, args| all_ddl(vm, &self, create, args))
            }
            "clear" => native::function(name, move |_, _| {
                self.tables.borrow_mut().clear();
                Ok(Value::None)
            }),
            "reflect" => native::function(name, move |vm, args| reflect(vm, &self, args)),
            "remove" => native::function(name, move |_, args| {
                if let Some(table) = args.positional.first().and_then(seam::native::<Table>) {
                    self.tables.borrow_mut().retain(|(_, own)| !Rc::ptr_eq(own, &table));
                }
                Ok(Value::None)
            }),
            _ => return Ok(None),
        }))
    }
}

impl MetaData {
    fn all(&self) -> Vec<Rc<Table>> {
        self.tables.borrow().iter().map(|(_, table)| table.clone()).collect()
    }
}

/// Tables by name, those that others refer to first (`sort_tables`); a cycle is broken where it is met.
pub fn sorted(tables: &[Rc<Table>]) -> Vec<Rc<Table>> {
    let mut rest: Vec<Rc<Table>> = tables.to_vec();
    rest.sort_by_key(|table| table.key());
    let mut done: Vec<Rc<Table>> = Vec::new();
    while !rest.is_empty() {
        let waits = |table: &Rc<Table>| {
            referred_keys(table).iter().any(|key| *key != table.key() && rest.iter().any(|other| other.key() == *key))
        };
        let at = rest.iter().position(|table| !waits(table)).unwrap_or(0);
        done.push(rest.remove(at));
    }
    done
}

fn referred_keys(table: &Table) -> Vec<Rc<str>> {
    let mut keys = Vec::new();
    for constraint in table.constraints.borrow().iter() {
        if let ConstraintKind::ForeignKey { elements, .. } = &constraint.state.borrow().kind {
            for element in elements.iter().filter(|element| !element.use_alter) {
                if let Some((schema, name)) = element.referent.table() {
                    let schema = schema.or_else(|| table.metadata.schema.clone());
                    keys.push(table::key(schema.as_ref(), &name));
                }
            }
        }
    }
    keys
}

/// `metadata.create_all(bind, tables=None, checkfirst=True)`, `metadata.drop_all(…)`
fn all_ddl(vm: &mut Vm, metadata: &Rc<MetaData>, create: bool, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "create_all(bind=, tables=, checkfirst=)")?;
    let check = bound.get("checkfirst").is_none_or(|value| seam::truth(&value).unwrap_or(true));
    let tables = match bound.get("tables").filter(|tables| !tables.is_none()) {
        None => {
            if let Some(reason) = metadata.more(vm) {
                vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
            }
            metadata.all()
        }
        Some(given) => {
            let mut tables = Vec::new();
            for item in seam::sequence(&given, "tables").unwrap_or_else(|reason| vec![Value::Unknown(reason)]) {
                match (seam::native::<Table>(&item), item) {
                    (Some(table), _) => tables.push(table),
                    (None, Value::Unknown(reason)) => {
                        vm.run.note(crate::alembic::run::Action::Unmodelled(reason));
                    }
                    (None, _) => {}
                }
            }
            tables
        }
    };
    let mut ordered = sorted(&tables);
    if !create {
        ordered.reverse();
    }
    for table in ordered {
        table_ddl(vm, &table, create, check)?;
    }
    Ok(Value::None)
}

/// `metadata.reflect(bind, only=[…])`: only with a list of names; else the tables would be all that exist.
fn reflect(vm: &mut Vm, metadata: &Rc<MetaData>, args: Args) -> Eval<Value> {
    let bound = args
        .bind(vm, "reflect(bind=, schema=, views=, only=, extend_existing=, autoload_replace=, resolve_fks=, **kw)")?;
    let schema = names::optional(&bound.or_none("schema")).unwrap_or(None).or_else(|| metadata.schema.clone());
    let wanted: Vec<Name> = match bound.get("only").map(|only| seam::names(&only, "only")) {
        Some(Ok(names)) => names,
        Some(Err(reason)) => return Ok(Value::Unknown(reason)),
        None => {
            let inside = schema
                .as_ref()
                .map_or_else(|| vm.run.session.search_path.first().cloned(), |schema| Some(schema.ident()));
            let Some(oid) = inside.and_then(|schema| vm.run.catalog.schema(&schema)) else { return Ok(Value::None) };
            let tables = vm.run.catalog.tables().filter(|(_, table)| table.schema == oid);
            tables.map(|(_, table)| Name::plain(table.name.as_str())).collect()
        }
    };
    for name in wanted {
        let key = table::key(schema.as_ref(), &name);
        if metadata.table(&key).is_some() {
            continue;
        }
        let args = TableArgs { schema: schema.clone(), ..TableArgs::default() };
        reflect::table(vm, metadata, name, &[], args)?;
    }
    Ok(Value::None)
}
