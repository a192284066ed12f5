//! A statement as SQL.

use std::rc::Rc;

use super::Query;
use crate::alembic::eval::Value;
use crate::alembic::eval::Vm;
use crate::alembic::sqlalchemy::Known;
use crate::alembic::sqlalchemy::expression::Node;
use crate::alembic::sqlalchemy::expression::python::list;
use crate::alembic::sqlalchemy::expression::{Context, Expression, TableName, compile, operators};
use crate::alembic::sqlalchemy::names::{Name, qualified_sql};
use crate::pg::command::DataVerb;
use crate::pg::error::Reason;

impl Query {
    /// What is read from, as it is written.
    pub(super) fn sources(&self, vm: &mut Vm, context: Context) -> Known<Vec<String>> {
        let joined = |table: &&TableName| !self.joins.iter().any(|join| join.tables().any(|own| own == *table));
        let plain = self.froms.iter().filter(joined);
        let mut texts: Vec<String> = plain.map(|table| qualified_sql(table.schema.as_ref(), &table.name)).collect();
        for join in &self.joins {
            texts.push(join.text(vm, context)?);
        }
        Ok(texts)
    }

    /// Its SQL.
    pub fn text(&self, vm: &mut Vm, context: Context, depth: usize) -> Known<String> {
        if let Some(reason) = &self.unknown {
            return Err(reason.clone().into());
        }
        if depth > 20 {
            return Err(Reason::new("depth", "a statement that is nested too deeply").into());
        }
        let own = |table: &TableName| qualified_sql(table.schema.as_ref(), &table.name);
        let target = self.table.as_ref().map(own).unwrap_or_default();
        let froms = self.sources(vm, context)?;
        // In a statement on one table SQLAlchemy qualifies columns in the condition, never in SET.
        let condition = match self.conditions.as_slice() {
            [] => String::new(),
            all => {
                let all = list(operators::AND, all.to_vec());
                format!(" WHERE {}", compile(vm, &all, context)?)
            }
        };
        let mut sql = match self.verb {
            DataVerb::Insert => self.insert(vm, &target, context, depth)?,
            DataVerb::Update => {
                let mut sets = Vec::new();
                for (name, value) in &self.values {
                    let text = compile(vm, value, context)?;
                    let text = if value.needs_group() { format!("({text})") } else { text };
                    sets.push(format!("{}={text}", name.sql()));
                }
                let from = if froms.is_empty() { String::new() } else { format!(" FROM {}", froms.join(", ")) };
                format!("UPDATE {target} SET {}{from}{condition}", sets.join(", "))
            }
            DataVerb::Delete => {
                let from = if froms.is_empty() { String::new() } else { format!(" USING {}", froms.join(", ")) };
                format!("DELETE FROM {target}{from}{condition}")
            }
            _ => {
                let columns = self.joined(vm, &self.columns, context)?;
                let distinct = if self.distinct { "DISTINCT " } else { "" };
                let from = if froms.is_empty() { String::new() } else { format!(" FROM {}", froms.join(", ")) };
                format!("SELECT {distinct}{columns}{from}{condition}")
            }
        };
        for (words, items) in [(" GROUP BY ", &self.group), (" HAVING ", &self.having), (" ORDER BY ", &self.order)] {
            if !items.is_empty() {
                sql.push_str(words);
                sql.push_str(&self.joined(vm, items, context)?);
            }
        }
        for (words, item) in [(" LIMIT ", &self.limit), (" OFFSET ", &self.offset)] {
            if let Some(item) = item {
                sql.push_str(words);
                sql.push_str(&compile(vm, item, context)?);
            }
        }
        sql.push_str(&self.conflict);
        if !self.returning.is_empty() {
            sql.push_str(" RETURNING ");
            sql.push_str(&self.joined(vm, &self.returning, context)?);
        }
        Ok(sql)
    }

    fn insert(&self, vm: &mut Vm, target: &str, context: Context, depth: usize) -> Known<String> {
        if let Some((columns, source)) = &self.source {
            let columns: Vec<String> = columns.iter().map(Name::sql).collect();
            return Ok(format!(
                "INSERT INTO {target} ({}) {}",
                columns.join(", "),
                source.text(vm, context, depth + 1)?
            ));
        }
        let rows: Vec<&Vec<(Name, Rc<Expression>)>> =
            if self.rows.is_empty() { vec![&self.values] } else { self.rows.iter().collect() };
        let Some(first) = rows.first().filter(|row| !row.is_empty()) else {
            // Without values the rows come as parameters of the execution.
            return Err(Reason::new("row-data", "the rows of an INSERT are given when it is executed").into());
        };
        let computed = self.computed(first);
        let columns: Vec<String> = first.iter().map(|(name, _)| name).chain(&computed).map(|name| name.sql()).collect();
        let mut groups = Vec::new();
        for row in &rows {
            let mut values = Vec::new();
            for (name, _) in first.iter() {
                let Some((_, value)) = row.iter().find(|(other, _)| other == name) else {
                    return Err(Reason::new("row-data", "rows of an INSERT with different columns").into());
                };
                values.push(compile(vm, value, context)?);
            }
            for name in &computed {
                let reason = Reason::new(
                    "library",
                    format!("the default of the column {}, which SQLAlchemy computes", name.text),
                );
                values.push(compile(vm, &Expression::of(Node::Bind(Value::Unknown(reason))), context)?);
            }
            groups.push(format!("({})", values.join(", ")));
        }
        Ok(format!("INSERT INTO {target} ({}) VALUES {}", columns.join(", "), groups.join(", ")))
    }

    fn joined(&self, vm: &mut Vm, items: &[Rc<Expression>], context: Context) -> Known<String> {
        let mut parts = Vec::new();
        for item in items {
            parts.push(compile(vm, item, context)?);
        }
        Ok(parts.join(", "))
    }
}
