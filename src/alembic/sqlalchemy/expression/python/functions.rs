//! What `sqlalchemy` exports to make expressions.

use std::rc::Rc;

use super::methods::{cast, prefixed};
use super::{list, negated, operand, value};
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::alembic::sqlalchemy::expression::operators::{self, Operator};
use crate::alembic::sqlalchemy::expression::{Expression, Node, Owner, dml, join};
use crate::alembic::sqlalchemy::names::{self, Name};
use crate::alembic::sqlalchemy::{Known, Obstacle, seam};

/// A function of `sqlalchemy.sql`.
pub type Build = fn(&mut Vm, Args) -> Eval<Value>;

/// The functions by name.
pub const FUNCTIONS: &[(&str, Build)] = &[
    ("text", text),
    ("column", column),
    ("literal_column", literal_column),
    ("literal", literal),
    ("bindparam", bindparam),
    ("null", |_, _| Ok(value(Expression::of(Node::Keyword("NULL"))))),
    ("true", |_, _| Ok(value(Expression::of(Node::Keyword("true"))))),
    ("false", |_, _| Ok(value(Expression::of(Node::Keyword("false"))))),
    ("and_", |vm, args| junction(vm, args, operators::AND)),
    ("or_", |vm, args| junction(vm, args, operators::OR)),
    ("not_", |vm, args| {
        let bound = args.bind(vm, "not_(clause)")?;
        let own = operand(vm, &bound.required("clause"), None)?;
        Ok(value(negated(&own)))
    }),
    ("cast", |vm, args| {
        let bound = args.bind(vm, "cast(expression, type_)")?;
        let own = operand(vm, &bound.required("expression"), None)?;
        Ok(value(cast(own, bound.required("type_"))))
    }),
    ("type_coerce", |vm, args| {
        let bound = args.bind(vm, "type_coerce(expression, type_)")?;
        let own = operand(vm, &bound.required("expression"), None)?;
        Ok(value(Rc::new(Expression { node: own.node.clone(), ty: Some(bound.required("type_")) })))
    }),
    ("case", case),
    ("desc", |vm, args| suffix(vm, args, " DESC")),
    ("asc", |vm, args| suffix(vm, args, " ASC")),
    ("nulls_first", |vm, args| suffix(vm, args, " NULLS FIRST")),
    ("nulls_last", |vm, args| suffix(vm, args, " NULLS LAST")),
    ("nullsfirst", |vm, args| suffix(vm, args, " NULLS FIRST")),
    ("nullslast", |vm, args| suffix(vm, args, " NULLS LAST")),
    ("distinct", |vm, args| {
        let bound = args.bind(vm, "distinct(expr)")?;
        let own = operand(vm, &bound.required("expr"), None)?;
        Ok(value(prefixed("DISTINCT ", own)))
    }),
    ("extract", |vm, args| {
        let bound = args.bind(vm, "extract(field, expr)")?;
        let operand = operand(vm, &bound.required("expr"), None)?;
        match seam::text(&bound.required("field"), "a field") {
            Ok(field) => Ok(value(Expression::of(Node::Extract { field, operand }))),
            Err(reason) => Ok(Value::Unknown(reason)),
        }
    }),
    ("collate", |vm, args| {
        let bound = args.bind(vm, "collate(expression, collation)")?;
        let operand = operand(vm, &bound.required("expression"), None)?;
        match names::name(&bound.required("collation")) {
            Ok(collation) => Ok(value(Expression::of(Node::Collate { operand, collation }))),
            Err(reason) => Ok(Value::Unknown(reason)),
        }
    }),
    ("tuple_", |vm, args| {
        let mut items = Vec::new();
        for item in &args.positional {
            items.push(operand(vm, item, None)?);
        }
        let list = Expression::of(Node::List { operator: operators::COMMA, items });
        Ok(value(Expression::of(Node::Group(list))))
    }),
    ("quoted_name", |vm, args| {
        let bound = args.bind(vm, "quoted_name(value, quote)")?;
        match names::name(&bound.required("value")) {
            Ok(name) => {
                let quote = bound.required("quote");
                let quote = if quote.is_none() { None } else { seam::truth(&quote).ok() };
                Ok(Value::native(Name { quote, ..name }))
            }
            Err(reason) => Ok(Value::Unknown(reason)),
        }
    }),
    ("conv", |vm, args| {
        let bound = args.bind(vm, "conv(value, quote=)")?;
        match names::name(&bound.required("value")) {
            Ok(name) => Ok(Value::native(Name { conv: true, ..name })),
            Err(reason) => Ok(Value::Unknown(reason)),
        }
    }),
    ("table", dml::table),
    ("select", |vm, args| dml::start(vm, "select", args)),
    ("join", |vm, args| join::function(vm, false, args)),
    ("outerjoin", |vm, args| join::function(vm, true, args)),
    ("insert", |vm, args| dml::start(vm, "insert", args)),
    ("update", |vm, args| dml::start(vm, "update", args)),
    ("delete", |vm, args| dml::start(vm, "delete", args)),
    ("exists", |vm, args| {
        let inner = match args.positional.first() {
            Some(first) if seam::native::<dml::Query>(first).is_some() => operand(vm, first, None)?,
            _ => return Ok(vm.unknown("sqlalchemy", "exists() of something that is no select")),
        };
        let operator = Operator { sql: "EXISTS ".into(), precedence: 14, associative: false };
        Ok(value(Expression::of(Node::Prefix { operator, operand: inner })))
    }),
];

fn text(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "text(text)")?;
    match names::name(&bound.required("text")) {
        Ok(text) => Ok(value(Expression::text(&text.text))),
        Err(_) if bound.required("text").reason().is_some() => Ok(bound.required("text")),
        Err(_) => {
            let class = vm.type_name(&bound.required("text"));
            Err(vm.raise("TypeError", &format!("expected string or bytes-like object, got '{class}'")))
        }
    }
}

fn column(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "column(text, type_=, is_literal=, _selectable=)")?;
    match names::name(&bound.required("text")) {
        Ok(name) => {
            let literal = bound.get("is_literal").is_some_and(|flag| seam::truth(&flag).unwrap_or(false));
            let node = if literal { Node::Raw(name.text) } else { Node::Named { table: Owner::default(), name } };
            Ok(value(Rc::new(Expression { node, ty: bound.get("type_").filter(|ty| !ty.is_none()) })))
        }
        Err(reason) => Ok(Value::Unknown(reason)),
    }
}

fn literal_column(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "literal_column(text, type_=)")?;
    match names::name(&bound.required("text")) {
        Ok(text) => Ok(value(Rc::new(Expression { node: Node::Raw(text.text), ty: bound.get("type_") }))),
        Err(reason) => Ok(Value::Unknown(reason)),
    }
}

fn literal(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "literal(value, type_=, literal_execute=)")?;
    let ty = bound.get("type_").filter(|ty| !ty.is_none());
    Ok(value(Rc::new(Expression { node: Node::Bind(bound.required("value")), ty })))
}

/// `bindparam("a", value)`: a label around the value, so that `text().bindparams()` finds its name.
fn bindparam(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "bindparam(key, value=, type_=, unique=, required=, quote=, callable_=, expanding=, isoutparam=, literal_execute=)")?;
    let name = match names::name(&bound.required("key")) {
        Ok(name) => name,
        Err(reason) => return Ok(Value::Unknown(reason)),
    };
    let ty = bound.get("type_").filter(|ty| !ty.is_none());
    match bound.get("value") {
        Some(given) => {
            let operand = Rc::new(Expression { node: Node::Bind(given), ty: ty.clone() });
            Ok(value(Rc::new(Expression { node: Node::Label { name, operand }, ty })))
        }
        None => Ok(value(Rc::new(Expression { node: Node::Parameter(name.text), ty }))),
    }
}

fn junction(vm: &mut Vm, args: Args, operator: Operator) -> Eval<Value> {
    if let Some(reason) = &args.unknown {
        return Ok(Value::Unknown(reason.clone()));
    }
    let mut items = Vec::new();
    for item in &args.positional {
        items.push(operand(vm, item, None)?);
    }
    Ok(value(list(operator, items)))
}

fn suffix(vm: &mut Vm, args: Args, words: &'static str) -> Eval<Value> {
    let bound = args.bind(vm, "desc(column)")?;
    let given = bound.required("column");
    let operand = match &given {
        Value::Str(name) => Expression::of(Node::Named { table: Owner::default(), name: Name::plain(name) }),
        other => operand(vm, other, None)?,
    };
    Ok(value(Expression::of(Node::Suffix { words, operand })))
}

fn case(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "case(*whens, value=, else_=)")?;
    let known = (|| -> Known<Node> {
        // The form of SQLAlchemy 1.x had one list.
        let whens = match bound.rest.as_slice() {
            [only @ Value::List(_)] => seam::items(vm, only)?,
            [Value::Dict(dict)] => {
                dict.borrow().iter().map(|(key, value)| Value::tuple([key.clone(), value.clone()])).collect()
            }
            all => all.to_vec(),
        };
        let mut branches = Vec::new();
        for when in &whens {
            let parts = seam::items(vm, when)?;
            let [condition, result] = parts.as_slice() else {
                return Err(crate::pg::error::Reason::new("argument", "a branch of case() is no pair").into());
            };
            branches.push((operand(vm, condition, None)?, operand(vm, result, None)?));
        }
        let subject = match bound.get("value").filter(|value| !value.is_none()) {
            Some(value) => Some(operand(vm, &value, None)?),
            None => None,
        };
        let otherwise = match bound.get("else_") {
            Some(value) => Some(operand(vm, &value, None)?),
            None => None,
        };
        Ok(Node::Case { subject, whens: branches, otherwise })
    })();
    match known {
        Ok(node) => Ok(value(Expression::of(node))),
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => Ok(Value::Unknown(reason)),
    }
}
