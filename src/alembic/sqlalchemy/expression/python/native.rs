//! Expressions as Python sees them.

use std::rc::Rc;

use super::{attribute, binary, unary};
use super::{operand, value};
use crate::alembic::eval::{Eval, Native, Raise, Value, Vm};
use crate::alembic::sqlalchemy::expression::operators::Operator;
use crate::alembic::sqlalchemy::expression::{Expression, Node};
use crate::alembic::sqlalchemy::{Obstacle, types};

impl Native for Expression {
    fn class(&self) -> &str {
        match &self.node {
            Node::Text { .. } => "sqlalchemy.sql.elements.TextClause",
            Node::Raw(_) | Node::Named { .. } => "sqlalchemy.sql.elements.ColumnClause",
            Node::Column(_) => "sqlalchemy.sql.schema.Column",
            Node::Bind(_) | Node::Parameter(_) => "sqlalchemy.sql.elements.BindParameter",
            Node::Keyword("NULL") => "sqlalchemy.sql.elements.Null",
            Node::Keyword("true") => "sqlalchemy.sql.elements.True_",
            Node::Keyword("false") => "sqlalchemy.sql.elements.False_",
            Node::Keyword(_) => "sqlalchemy.sql.elements.ColumnElement",
            Node::Function { .. } => "sqlalchemy.sql.functions.Function",
            Node::Infix { .. } => "sqlalchemy.sql.elements.BinaryExpression",
            Node::Prefix { .. } | Node::Suffix { .. } => "sqlalchemy.sql.elements.UnaryExpression",
            Node::List { .. } => "sqlalchemy.sql.elements.BooleanClauseList",
            Node::Group(_) | Node::Query(_) => "sqlalchemy.sql.elements.Grouping",
            Node::Cast { .. } => "sqlalchemy.sql.elements.Cast",
            Node::Case { .. } => "sqlalchemy.sql.elements.Case",
            Node::Label { .. } => "sqlalchemy.sql.elements.Label",
            Node::Extract { .. } => "sqlalchemy.sql.elements.Extract",
            Node::Collate { .. } => "sqlalchemy.sql.elements.CollationClause",
            Node::Array(_) => "sqlalchemy.dialects.postgresql.array.array",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        class == self.class()
            || class == "sqlalchemy.sql.elements.ClauseElement"
            || class == "sqlalchemy.sql.elements.ColumnElement" && !matches!(self.node, Node::Text { .. })
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        attribute(vm, &self, name)
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, sign: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if matches!(self.node, Node::Text { .. }) && !matches!(sign, "&" | "|") {
            return Ok(None);
        }
        binary(vm, &self, sign, other, reflected)
    }

    fn unary(self: Rc<Self>, vm: &mut Vm, sign: &str) -> Eval<Option<Value>> {
        unary(vm, &self, sign)
    }

    /// `BinaryExpression.__bool__` asks whether both sides of `==` are the same object, so that columns can be looked for in lists; every
    /// other clause refuses (`ClauseElement.__bool__`).
    fn truth(self: Rc<Self>, vm: &mut Vm) -> Eval<Value> {
        let Node::Infix { left, operator, right } = &self.node else { return Err(no_truth(vm)) };
        let equal = match operator.sql.trim() {
            "=" => true,
            "!=" => false,
            _ => return Err(no_truth(vm)),
        };
        Ok(match left.is_same(right) {
            Some(same) => Value::Bool(same == equal),
            None => vm.unknown("sqlalchemy", "whether two expressions are one object"),
        })
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        let json = self.ty.as_ref().is_some_and(|ty| types::is_kind_of(ty, "sqlalchemy.sql.sqltypes.JSON"));
        if !json {
            return Ok(Some(vm.unknown("sqlalchemy", "an element of an expression that is no JSON")));
        }
        let (sql, key) = match path(&key) {
            Some(path) => (" #> ", path),
            None => (" -> ", key),
        };
        let right = operand(vm, &key, None)?;
        let operator = Operator { sql: sql.into(), precedence: 15, associative: true };
        Ok(Some(value(Rc::new(Expression {
            node: Node::Infix { left: self.grouped(&operator), operator, right },
            ty: self.ty.clone(),
        }))))
    }

    fn str(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        if let Node::Text { text, .. } = &self.node {
            return Ok(Some(Value::Str(text.clone())));
        }
        match super::compile(vm, &self, super::Context::STATEMENT) {
            Ok(text) => Ok(Some(Value::str(text))),
            Err(Obstacle::Unknown(reason)) => Ok(Some(Value::Unknown(reason))),
            Err(Obstacle::Raise(raise)) => Err(raise),
        }
    }
}

impl Expression {
    /// Whether both are one object of Python; `None` where that is not kept.
    fn is_same(&self, other: &Expression) -> Option<bool> {
        match (&self.node, &other.node) {
            (Node::Column(one), Node::Column(other)) => Some(Rc::ptr_eq(one, other)),
            (Node::Named { name, .. }, Node::Named { name: others, .. }) if name != others => Some(false),
            // A column that was asked for twice may be kept twice.
            (Node::Named { table, .. }, Node::Named { table: of, .. }) => table.is_same(of).then_some(true),
            (Node::Column(_) | Node::Named { .. }, Node::Bind(_)) => Some(false),
            _ => None,
        }
    }
}

/// What every clause says when it is asked for its truth.
pub(in crate::alembic::sqlalchemy) fn no_truth(vm: &mut Vm) -> Raise {
    vm.raise("TypeError", "Boolean value of this clause is not defined")
}

/// A path into JSON, `['a', 1]`, as the text of an array. SQLAlchemy writes `{a, 1}`, which the server keeps as `{a,1}`; what it
/// would quote is left out.
fn path(key: &Value) -> Option<Value> {
    let items = match key {
        Value::Tuple(items) => items.to_vec(),
        Value::List(list) if list.borrow().unknown.is_none() => list.borrow().items.clone(),
        _ => return None,
    };
    let parts = items.iter().map(|item| match item {
        Value::Str(text) => Some(text.to_string()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    });
    let parts = parts.collect::<Option<Vec<_>>>()?;
    let is_plain = |part: &String| {
        !part.is_empty()
            && !part.eq_ignore_ascii_case("null")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
    };
    parts.iter().all(is_plain).then(|| Value::str(format!("{{{}}}", parts.join(","))))
}
