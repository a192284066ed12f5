//! Variables of PL/pgSQL in the statements of a block, which the server gets as parameters.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use sqlparser::ast::{self, Value, VisitMut, VisitorMut};
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::Parser;

use crate::alembic::database::query::Cell;
use crate::catalog::{Catalog, Session};
use crate::pg::command::{DataCommand, DataVerb};
use crate::pg::error::{Reason, Refusal};
use crate::pg::expr::stored;
use crate::pg::ident::Ident;

/// A statement's text with values in the place of variables: `$1` for one that is not known, or whose type would matter.
///
/// # Errors
/// A name may be a variable or a column: PL/pgSQL refuses what is ambiguous (42702), and which columns are seen there is not looked at.
pub(super) fn written(
    data: &DataCommand,
    variables: &BTreeMap<String, Cell>,
    catalog: &Catalog,
    session: &Session,
) -> Result<String, Refusal> {
    let Ok(mut statements) = Parser::parse_sql(&PostgreSqlDialect {}, &data.text) else { return Ok(data.text.clone()) };
    let mut put = Put { data, variables, catalog, session, changed: false, ambiguous: None };
    let _ = VisitMut::visit(&mut statements, &mut put);
    match put.ambiguous {
        Some(name) => {
            let what =
                format!("whether {name} is the variable or a column: it is ambiguous (42702) where both are seen");
            Err(Reason::new("plpgsql", what).into())
        }
        None if put.changed => Ok(statements.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")),
        None => Ok(data.text.clone()),
    }
}

struct Put<'a> {
    data: &'a DataCommand,
    variables: &'a BTreeMap<String, Cell>,
    catalog: &'a Catalog,
    session: &'a Session,
    changed: bool,
    ambiguous: Option<Ident>,
}

impl Put<'_> {
    /// The value of a variable, or of a field of one.
    fn value(&self, parts: &[Ident]) -> Option<Value> {
        let name = parts.iter().map(Ident::as_str).collect::<Vec<_>>().join(".");
        let of_record = |record: &Ident| {
            let fields = format!("{}.", record.as_str());
            self.variables.contains_key(record.as_str()) || self.variables.keys().any(|own| own.starts_with(&fields))
        };
        match (self.variables.get(&name), parts) {
            (Some(Cell::Int(number)), _) => Some(Value::Number(number.to_string(), false)),
            (Some(Cell::Bool(value)), _) => Some(Value::Boolean(*value)),
            (Some(Cell::Null), _) => Some(Value::Null),
            (Some(_), _) => Some(Value::Placeholder("$1".into())),
            (None, [record, _]) if of_record(record) && !self.is_relation(record) => {
                Some(Value::Placeholder("$1".into()))
            }
            (None, _) => None,
        }
    }

    fn is_relation(&self, name: &Ident) -> bool {
        self.data.relations.iter().chain(&self.data.table).any(|relation| relation.name == *name)
    }

    /// A relation of the statement has a column of that name, which the expressions of an INSERT's VALUES do not see.
    fn is_column(&self, name: &Ident) -> bool {
        let seen = |relation: &crate::pg::ident::QName| {
            let table = self.catalog.resolve_relation(relation, self.session);
            table.is_some_and(|table| self.catalog.column(table, name).is_some())
        };
        let target = self.data.table.as_ref().filter(|_| self.data.verb != DataVerb::Insert);
        let others = self
            .data
            .relations
            .iter()
            .filter(|relation| self.data.verb != DataVerb::Insert || Some(*relation) != self.data.table.as_ref());
        target.into_iter().chain(others).any(seen)
    }
}

impl VisitorMut for Put<'_> {
    type Break = ();

    fn pre_visit_expr(&mut self, expr: &mut ast::Expr) -> ControlFlow<()> {
        let parts: Vec<Ident> = match expr {
            ast::Expr::Identifier(name) => vec![stored(name)],
            ast::Expr::CompoundIdentifier(names) => names.iter().map(stored).collect(),
            _ => return ControlFlow::Continue(()),
        };
        if let Some(value) = self.value(&parts) {
            if let [name] = parts.as_slice()
                && self.is_column(name)
            {
                self.ambiguous = Some(name.clone());
                return ControlFlow::Break(());
            }
            *expr = ast::Expr::value(value);
            self.changed = true;
        }
        ControlFlow::Continue(())
    }
}
