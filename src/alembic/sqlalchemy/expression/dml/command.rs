//! A statement as a command.

use std::rc::Rc;

use super::Query;
use crate::alembic::eval::{Eval, Value, Vm};
use crate::alembic::sqlalchemy::expression::{Context, Node, TableName};
use crate::alembic::sqlalchemy::names::{Name, qname};
use crate::alembic::sqlalchemy::{seam, settle, types};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};

impl Query {
    /// Everything that it names, for the step that it is.
    pub fn relations(&self) -> Vec<QName> {
        let mut relations: Vec<QName> = Vec::new();
        let mut add = |table: &TableName| {
            let name = qname(table.schema.as_ref(), &table.name);
            if !relations.contains(&name) {
                relations.push(name);
            }
        };
        self.table.iter().chain(&self.froms).for_each(&mut add);
        if let Some((_, source)) = &self.source {
            source.froms.iter().for_each(&mut add);
        }
        for condition in self.conditions.iter().chain(self.values.iter().map(|(_, value)| value)) {
            condition.visit(&mut |node| {
                if let Node::Query(inner) = &node.node {
                    inner.table.iter().chain(&inner.froms).for_each(&mut add);
                }
            });
        }
        relations
    }

    /// The columns of a SELECT that are numbers with a fraction in Python, with their tables.
    pub fn numbers(&self, vm: &mut Vm) -> Eval<Vec<(QName, Ident)>> {
        let mut found = Vec::new();
        for expression in self.columns.iter().filter(|_| self.verb == DataVerb::Select) {
            let table = match &expression.node {
                Node::Column(column) => column.table().map(|table| qname(table.schema().as_ref(), &table.name())),
                Node::Named { table, .. } => table.get().map(|table| qname(table.schema.as_ref(), &table.name)),
                _ => None,
            };
            let (Some(table), Some(name), Some(ty)) = (table, expression.column_name(), &expression.ty) else {
                continue;
            };
            let ty = settle(types::render::resolve(vm, ty))?;
            if ty.is_ok_and(|ty| types::is_kind_of(&ty, "sqlalchemy.sql.sqltypes.Numeric")) {
                found.push((table, name.ident()));
            }
        }
        Ok(found)
    }

    fn named_columns(&self) -> Vec<Ident> {
        let mut names: Vec<Ident> = self.values.iter().map(|(name, _)| name.ident()).collect();
        if let Some(first) = self.rows.first() {
            names.extend(first.iter().map(|(name, _)| name.ident()));
        }
        if self.verb == DataVerb::Insert && self.source.is_none() && !names.is_empty() {
            names.extend(self.computed(self.rows.first().unwrap_or(&self.values)).iter().map(Name::ident));
        }
        if let Some((columns, _)) = &self.source {
            names.extend(columns.iter().map(Name::ident));
        }
        names
    }

    /// The statement, and its text or the reason why that is not known: then the command's text has `$1` for values that are not
    /// known, and is empty where it is more than values.
    pub fn command(&self, vm: &mut Vm) -> Eval<(DataCommand, Result<String, Reason>)> {
        let text = settle(self.text(vm, Context::STATEMENT, 0))?;
        let outline = match text {
            Ok(_) => None,
            Err(_) => settle(self.text(vm, Context::OUTLINE, 0))?.ok(),
        };
        let written = self.verb != DataVerb::Select;
        let command = DataCommand {
            verb: self.verb,
            table: self.table.as_ref().filter(|_| written).map(|table| qname(table.schema.as_ref(), &table.name)),
            columns: self.named_columns(),
            relations: self.relations(),
            text: text.clone().ok().or(outline).unwrap_or_default(),
        };
        Ok((command, text))
    }

    /// The same with the rows of an INSERT that come as parameters of its execution; `None` where they are more than values.
    pub fn with_rows(&self, vm: &mut Vm, params: &Value) -> Eval<Option<Query>> {
        let is_open = self.verb == DataVerb::Insert
            && self.values.is_empty()
            && self.rows.is_empty()
            && self.source.is_none()
            && self.unknown.is_none();
        let is_row = |value: &Value| matches!(value, Value::Dict(dict) if dict.borrow().unknown.is_none());
        let Ok(rows) = seam::items(vm, params) else { return Ok(None) };
        let rows = if is_row(params) { vec![params.clone()] } else { rows };
        if !is_open || rows.is_empty() || !rows.iter().all(is_row) {
            return Ok(None);
        }
        let mut query = self.clone();
        query.set_values(vm, &Value::list(rows))?;
        Ok(Some(query))
    }

    /// The statement as it is executed with parameters, of which `set` is the first: they fill `bindparam(…)`, and others name
    /// further columns. They are not written into the text.
    pub fn command_with(&self, set: &Value) -> (DataCommand, Reason) {
        let mut parameters: Vec<Rc<str>> = Vec::new();
        for expression in self.conditions.iter().chain(self.values.iter().map(|(_, value)| value)) {
            expression.visit(&mut |node| {
                if let Node::Parameter(name) = &node.node {
                    parameters.push(Rc::from(&**name));
                }
            });
        }
        let mut columns = self.named_columns();
        if let Value::Dict(set) = set
            && matches!(self.verb, DataVerb::Insert | DataVerb::Update)
        {
            let set = set.borrow();
            for key in set.keys().filter_map(Value::as_str) {
                let name = Ident::new(key);
                if !columns.contains(&name) && !parameters.iter().any(|parameter| **parameter == *key) {
                    columns.push(name);
                }
            }
        }
        let table = self.table.as_ref().filter(|_| self.verb != DataVerb::Select);
        let command = DataCommand {
            verb: self.verb,
            table: table.map(|table| qname(table.schema.as_ref(), &table.name)),
            columns,
            relations: self.relations(),
            text: String::new(),
        };
        (command, Reason::new("row-data", "the rows of a statement are given when it is executed"))
    }
}
