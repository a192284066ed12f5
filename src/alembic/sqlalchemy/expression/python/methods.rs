//! Methods of expressions.

use std::rc::Rc;

use super::{infix, operand, value};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::operators::{self, Operator};
use crate::alembic::sqlalchemy::expression::{Context, Expression, Node, compile, dml};
use crate::alembic::sqlalchemy::names;
use crate::alembic::sqlalchemy::{Obstacle, seam, settle, types};

/// An attribute or method of a column or any other expression.
pub fn attribute(_vm: &mut Vm, own: &Rc<Expression>, name: &str) -> Eval<Option<Value>> {
    let simple = |words: &'static str| {
        let own = own.clone();
        Some(native::function(name, move |_, _| {
            Ok(value(Expression::of(Node::Suffix { words, operand: own.clone() })))
        }))
    };
    match (name, &own.node) {
        ("text", Node::Text { text, .. }) => return Ok(Some(Value::Str(text.clone()))),
        ("value", Node::Bind(bound)) => return Ok(Some(bound.clone())),
        ("name" | "key", _) => {
            if let Some(name) = own.column_name() {
                return Ok(Some(Value::Str(name.text)));
            }
            return Ok(match &own.node {
                Node::Label { name, .. } => Some(Value::Str(name.text.clone())),
                Node::Function { name, .. } => Some(Value::Str(name.clone())),
                _ => None,
            });
        }
        ("type", _) => return Ok(own.ty.clone()),
        ("desc", _) => return Ok(simple(" DESC")),
        ("asc", _) => return Ok(simple(" ASC")),
        ("nulls_first" | "nullsfirst", _) => return Ok(simple(" NULLS FIRST")),
        ("nulls_last" | "nullslast", _) => return Ok(simple(" NULLS LAST")),
        _ => {}
    }
    let known = METHODS.contains(&name) || operators::METHODS.iter().any(|(method, _)| *method == name);
    if !known {
        return Ok(None);
    }
    let (own, method) = (own.clone(), name.to_string());
    Ok(Some(native::function(name, move |vm, args| call_method(vm, &own, &method, args))))
}

const METHODS: &[&str] = &[
    "label",
    "in_",
    "not_in",
    "notin_",
    "is_",
    "is_not",
    "isnot",
    "op",
    "bool_op",
    "between",
    "cast",
    "collate",
    "distinct",
    "startswith",
    "endswith",
    "contains",
    "bindparams",
    "params",
    "columns",
    "self_group",
    "filter",
    "over",
    "any_",
    "all_",
    "astext",
    "as_boolean",
    "as_string",
    "as_integer",
    "as_float",
    "as_boolean",
    "as_integer",
    "execution_options",
    "compile",
    "icontains",
];

fn call_method(vm: &mut Vm, own: &Rc<Expression>, name: &str, args: Args) -> Eval<Value> {
    if let Some(reason) = &args.unknown {
        return Ok(Value::Unknown(reason.clone()));
    }
    let first = args.positional.first().cloned().unwrap_or(Value::None);
    if let Some((_, operator)) = operators::METHODS.iter().find(|(method, _)| *method == name) {
        let right = operand(vm, &first, own.ty.as_ref())?;
        return Ok(value(infix(operator.clone(), own, &right)));
    }
    Ok(value(match name {
        "label" => match names::name(&first) {
            Ok(name) => Rc::new(Expression { node: Node::Label { name, operand: own.clone() }, ty: own.ty.clone() }),
            Err(reason) => return Ok(Value::Unknown(reason)),
        },
        "in_" | "not_in" | "notin_" => {
            let operator = if name == "in_" { operators::IN } else { operators::NOT_IN };
            let right = in_list(vm, own, &first, name == "in_")?;
            let made = infix(operator, own, &right);
            if name == "in_" { made } else { Expression::of(Node::Group(made)) }
        }
        "is_" | "is_not" | "isnot" => {
            let right = operand(vm, &first, None)?;
            let right = match &right.node {
                Node::Bind(Value::Bool(true)) => Expression::of(Node::Keyword("true")),
                Node::Bind(Value::Bool(false)) => Expression::of(Node::Keyword("false")),
                _ => right,
            };
            infix(if name == "is_" { operators::IS } else { operators::IS_NOT }, own, &right)
        }
        "op" | "bool_op" => match seam::text(&first, "an operator") {
            Ok(sign) => {
                let own = own.clone();
                return Ok(native::function("op", move |vm, args| {
                    let other = args.positional.first().cloned().unwrap_or(Value::None);
                    let right = operand(vm, &other, own.ty.as_ref())?;
                    Ok(value(infix(Operator::custom(&sign), &own, &right)))
                }));
            }
            Err(reason) => return Ok(Value::Unknown(reason)),
        },
        "between" => {
            let low = operand(vm, &first, own.ty.as_ref())?;
            let high = operand(vm, args.positional.get(1).unwrap_or(&Value::None), own.ty.as_ref())?;
            let operator = Operator { sql: " BETWEEN ".into(), precedence: 5, associative: false };
            let range = Expression::of(Node::Infix { operator: operators::AND, left: low, right: high });
            Expression::of(Node::Infix { operator: operator.clone(), left: own.grouped(&operator), right: range })
        }
        "cast" => cast(own.clone(), first),
        "collate" => match names::name(&first) {
            Ok(collation) => Expression::of(Node::Collate { operand: own.clone(), collation }),
            Err(reason) => return Ok(Value::Unknown(reason)),
        },
        "distinct" => prefixed("DISTINCT ", own.clone()),
        "startswith" | "endswith" | "contains" | "icontains" => {
            // Types with elements have an operator of their own.
            let rendered = match &own.ty {
                Some(ty) => settle(types::render::render(vm, ty))?.map_or_else(|_| String::new(), |ty| ty.sql),
                None => String::new(),
            };
            let has_elements = name == "contains"
                && ["JSON", "JSONB", "HSTORE", "[]", "RANGE"].iter().any(|end| rendered.ends_with(end));
            let right = operand(vm, &first, own.ty.as_ref())?;
            if has_elements {
                return Ok(value(infix(
                    Operator { sql: " @> ".into(), precedence: 5, associative: false },
                    own,
                    &right,
                )));
            }
            let wild = || Expression::of(Node::Bind(Value::str("%")));
            let pattern = match name {
                "startswith" => infix(operators::CONCAT, &right, &wild()),
                "endswith" => infix(operators::CONCAT, &wild(), &right),
                _ => infix(operators::CONCAT, &infix(operators::CONCAT, &wild(), &right), &wild()),
            };
            let sql = if name == "icontains" { " ILIKE " } else { " LIKE " };
            infix(Operator { sql: sql.into(), precedence: 5, associative: false }, own, &pattern)
        }
        "bindparams" | "params" => return bind_text(vm, own, args),
        "compile" => return compiled(vm, own, &args),
        "columns" | "self_group" | "execution_options" => own.clone(),
        // `expression['key'].as_string()`: the element as text, cast to the type.
        "as_string" | "as_integer" | "as_float" | "as_boolean" => match &own.node {
            Node::Infix { operator, left, right } if matches!(&*operator.sql, " -> " | " #> ") => {
                let sql = if &*operator.sql == " -> " { " ->> " } else { " #>> " };
                let element = Expression::of(Node::Infix {
                    operator: Operator { sql: sql.into(), ..operator.clone() },
                    left: left.clone(),
                    right: right.clone(),
                });
                let ty = match name {
                    "as_string" => "String",
                    "as_integer" => "Integer",
                    "as_float" => "Float",
                    _ => "Boolean",
                };
                let sqlalchemy = vm.import("sqlalchemy")?;
                cast(element, vm.get_attr(&sqlalchemy, ty)?)
            }
            _ => return Ok(vm.unknown("sqlalchemy", format!("{name}() of an expression that is no element of JSON"))),
        },
        _ => return Ok(vm.unknown("sqlalchemy", format!("the method {name}() of an expression"))),
    }))
}

/// `expression.compile(bind)`: its `str` is the text for PostgreSQL. Values stand as `%(name)s` in it unless they are asked for.
fn compiled(vm: &mut Vm, own: &Rc<Expression>, args: &Args) -> Eval<Value> {
    let mut has_values = false;
    own.visit(&mut |node| has_values |= matches!(node.node, Node::Bind(_) | Node::Parameter(_) | Node::Query(_)));
    if has_values && !args.keyword.iter().any(|(name, _)| &**name == "compile_kwargs") {
        return Ok(vm.unknown("sqlalchemy", "a compiled expression with parameters"));
    }
    Ok(match settle(compile(vm, own, Context::STATEMENT))? {
        Ok(text) => Value::native(Compiled(text.into())),
        Err(reason) => Value::Unknown(reason),
    })
}

/// What `compile()` gives.
#[derive(Debug)]
struct Compiled(Rc<str>);

impl Native for Compiled {
    fn class(&self) -> &str {
        "sqlalchemy.sql.compiler.SQLCompiler"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok((name == "string").then(|| Value::Str(self.0.clone())))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.0.clone())))
    }
}

pub(super) fn prefixed(words: &'static str, operand: Rc<Expression>) -> Rc<Expression> {
    let operator = Operator { sql: words.into(), precedence: 14, associative: false };
    Expression::of(Node::Prefix { operator, operand })
}

fn in_list(vm: &mut Vm, own: &Expression, given: &Value, positive: bool) -> Eval<Rc<Expression>> {
    if seam::native::<dml::Query>(given).is_some() || seam::native::<Expression>(given).is_some() {
        return operand(vm, given, None);
    }
    let items = match seam::items(vm, given) {
        Ok(items) => items,
        Err(Obstacle::Raise(raise)) => return Err(raise),
        Err(Obstacle::Unknown(reason)) => vec![Value::Unknown(reason)],
    };
    let mut list = Vec::new();
    for item in &items {
        list.push(operand(vm, item, own.ty.as_ref())?);
    }
    if list.is_empty() {
        // What no row fulfils, or every one (`visit_empty_set_op_expr`).
        let empty = if positive { "(NULL) AND (1 != 1)" } else { "(NULL) OR (1 = 1)" };
        return Ok(Expression::of(Node::Raw(empty.into())));
    }
    let list = Expression::of(Node::List { operator: operators::COMMA, items: list });
    Ok(Expression::of(Node::Group(list)))
}

pub(super) fn cast(operand: Rc<Expression>, ty: Value) -> Rc<Expression> {
    Rc::new(Expression { node: Node::Cast { operand, ty: ty.clone() }, ty: Some(ty) })
}

/// `text(…).bindparams(bindparam("a", …), b=…)`, `text(…).params({"a": …}, b=…)`
fn bind_text(_vm: &mut Vm, own: &Rc<Expression>, args: Args) -> Eval<Value> {
    let Node::Text { text, binds } = &own.node else { return Ok(value(own.clone())) };
    let mut binds = binds.clone();
    for given in &args.positional {
        if let Some(parameter) = seam::native::<Expression>(given)
            && let Node::Label { name, operand } = &parameter.node
            && let Node::Bind(bound) = &operand.node
        {
            binds.push((name.text.clone(), bound.clone()));
        }
        if let Value::Dict(given) = given {
            let given = given.borrow();
            let named = given.iter().filter_map(|(key, value)| Some((Rc::from(key.as_str()?), value.clone())));
            binds.extend(named);
        }
    }
    binds.extend(args.keyword);
    Ok(value(Expression::of(Node::Text { text: text.clone(), binds })))
}
