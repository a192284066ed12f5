//! Expressions as Python builds them: operators, methods of columns, and the functions of `sqlalchemy.sql`.

mod func;
mod functions;
mod methods;
mod native;

pub use func::{Func, classes};
pub use functions::{Build, FUNCTIONS};
pub use methods::attribute;
pub(in crate::alembic::sqlalchemy) use native::no_truth;

use std::rc::Rc;

use crate::alembic::eval::{Eval, Value, Vm};
use crate::alembic::sqlalchemy::expression::operators::{self, Operator};
use crate::alembic::sqlalchemy::expression::{Context, Expression, Node, Role, coerce, compile, dml};
use crate::alembic::sqlalchemy::{Obstacle, seam, types};

/// A value as an operand; what is not known stays in the tree as a value that is not known.
pub fn operand(vm: &mut Vm, value: &Value, ty: Option<&Value>) -> Eval<Rc<Expression>> {
    if let Some(query) = seam::native::<dml::Query>(value) {
        let inner = Expression::of(Node::Query(query));
        return Ok(Expression::of(Node::Group(inner)));
    }
    match coerce(vm, value, Role::Operand) {
        Ok(expression) => match (&expression.node, ty) {
            (Node::Bind(bound), Some(ty)) => {
                Ok(Rc::new(Expression { node: Node::Bind(bound.clone()), ty: Some(ty.clone()) }))
            }
            _ => Ok(expression),
        },
        Err(Obstacle::Unknown(reason)) => Ok(Expression::of(Node::Bind(Value::Unknown(reason)))),
        Err(Obstacle::Raise(raise)) => Err(raise),
    }
}

fn value(expression: Rc<Expression>) -> Value {
    Value::Native(expression)
}

fn infix(operator: Operator, left: &Rc<Expression>, right: &Rc<Expression>) -> Rc<Expression> {
    let (left, right) = (left.grouped(&operator), right.grouped(&operator));
    Expression::of(Node::Infix { operator, left, right })
}

/// `a AND b`, flattened as SQLAlchemy does.
pub fn list(operator: Operator, items: Vec<Rc<Expression>>) -> Rc<Expression> {
    if let [only] = items.as_slice() {
        return only.clone();
    }
    let mut flat = Vec::new();
    for item in items {
        match &item.node {
            Node::List { operator: own, items } if *own == operator => flat.extend(items.iter().cloned()),
            _ => flat.push(item.grouped(&operator)),
        }
    }
    match <[Rc<Expression>; 1]>::try_from(flat) {
        Ok([only]) => only,
        Err(items) => Expression::of(Node::List { operator, items }),
    }
}

fn is_constant(expression: &Expression) -> bool {
    matches!(expression.node, Node::Keyword("NULL" | "true" | "false"))
}

/// A binary operator of Python's.
pub fn binary(vm: &mut Vm, own: &Rc<Expression>, sign: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
    let other = operand(vm, other, own.ty.as_ref())?;
    let (left, right) = if reflected { (&other, own) } else { (own, &other) };
    Ok(Some(value(match sign {
        "&" => list(operators::AND, vec![left.clone(), right.clone()]),
        "|" => list(operators::OR, vec![left.clone(), right.clone()]),
        "==" if is_constant(right) => infix(operators::IS, left, right),
        "!=" if is_constant(right) => infix(operators::IS_NOT, left, right),
        "+" if is_text(left) || is_text(right) => infix(operators::CONCAT, left, right),
        _ => match operators::PYTHON.iter().find(|(python, _)| *python == sign) {
            Some((_, operator)) => infix(operator.clone(), left, right),
            None => return Ok(None),
        },
    })))
}

fn is_text(expression: &Expression) -> bool {
    let by_type = expression.ty.as_ref().is_some_and(|ty| types::is_kind_of(ty, "sqlalchemy.sql.sqltypes.String"));
    by_type || matches!(&expression.node, Node::Bind(Value::Str(_)))
}

/// `~a`, `-a`
pub fn unary(_vm: &mut Vm, own: &Rc<Expression>, sign: &str) -> Eval<Option<Value>> {
    Ok(match sign {
        "~" => Some(value(negated(own))),
        "-" => {
            let operand = own.grouped(&operators::NEGATE);
            Some(value(Expression::of(Node::Prefix { operator: operators::NEGATE, operand })))
        }
        _ => None,
    })
}

/// `NOT a`, written with the operator's own opposite where it has one.
pub fn negated(own: &Rc<Expression>) -> Rc<Expression> {
    if let Node::Infix { operator, left, right } = &own.node {
        let opposite = OPPOSITES.iter().find_map(|(a, b)| match &*operator.sql {
            sql if sql == *a => Some(*b),
            sql if sql == *b => Some(*a),
            _ => None,
        });
        if let Some(sql) = opposite {
            let operator = Operator { sql: sql.into(), ..operator.clone() };
            return Expression::of(Node::Infix { operator, left: left.clone(), right: right.clone() });
        }
    }
    if let Node::Prefix { operator, operand } = &own.node
        && *operator == operators::NOT
    {
        return operand.clone();
    }
    Expression::of(Node::Prefix { operator: operators::NOT, operand: own.grouped(&operators::NOT) })
}

const OPPOSITES: &[(&str, &str)] = &[
    (" = ", " != "),
    (" < ", " >= "),
    (" > ", " <= "),
    (" IN ", " NOT IN "),
    (" IS ", " IS NOT "),
    (" LIKE ", " NOT LIKE "),
    (" ILIKE ", " NOT ILIKE "),
];
