//! Expressions as Python builds them: operators, methods of columns, and the functions of `sqlalchemy.sql`.

use std::rc::Rc;

use super::super::names::{self, Name};
use super::super::{Known, Obstacle, seam, settle, types};
use super::operators::{self, Operator};
use super::{Context, Expression, Node, Role, coerce, compile, dml, join};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm, native};

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
            let right = in_list(vm, own, &first)?;
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
            let is_json = own.ty.as_ref().is_some_and(|ty| {
                types::is_kind_of(ty, "sqlalchemy.sql.sqltypes.JSON")
                    || types::is_kind_of(ty, "sqlalchemy.sql.sqltypes.ARRAY")
            });
            let right = operand(vm, &first, own.ty.as_ref())?;
            if is_json {
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

fn prefixed(words: &'static str, operand: Rc<Expression>) -> Rc<Expression> {
    let operator = Operator { sql: words.into(), precedence: 14, associative: false };
    Expression::of(Node::Prefix { operator, operand })
}

fn in_list(vm: &mut Vm, own: &Expression, given: &Value) -> Eval<Rc<Expression>> {
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
        // An empty list is rendered as a SELECT without rows.
        return Ok(Expression::of(Node::Raw("(SELECT CAST(NULL AS INTEGER) WHERE 1!=1)".into())));
    }
    let list = Expression::of(Node::List { operator: operators::COMMA, items: list });
    Ok(Expression::of(Node::Group(list)))
}

fn cast(operand: Rc<Expression>, ty: Value) -> Rc<Expression> {
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
            let node = if literal { Node::Raw(name.text) } else { Node::Named { table: None, name } };
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
        Value::Str(name) => Expression::of(Node::Named { table: None, name: Name::plain(name) }),
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

/// `func`: any attribute is a function, and attributes of that are functions of a schema or package.
#[derive(Debug, Default)]
pub struct Func {
    path: Rc<str>,
}

impl Native for Func {
    fn class(&self) -> &str {
        "sqlalchemy.sql.functions._FunctionGenerator"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if name.starts_with("__") {
            return Ok(None);
        }
        let name = name.strip_suffix('_').unwrap_or(name);
        let path = if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path).into() };
        Ok(Some(Value::native(Func { path })))
    }

    fn call(self: Rc<Self>, vm: &mut Vm, args: Args) -> Eval<Option<Value>> {
        if self.path.is_empty() {
            return Ok(None);
        }
        if let Some(reason) = &args.unknown {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        let mut arguments = Vec::new();
        for argument in &args.positional {
            let argument = operand(vm, argument, None)?;
            // A parameter with a name is the value itself here.
            arguments.push(match &argument.node {
                Node::Label { operand, .. } if matches!(operand.node, Node::Bind(_)) => operand.clone(),
                _ => argument,
            });
        }
        if arguments.is_empty() && self.path.eq_ignore_ascii_case("count") {
            arguments.push(Expression::of(Node::Raw("*".into())));
        }
        let quoted: Vec<String> = self.path.split('.').map(quote_function).collect();
        let ty = args.keyword.iter().find(|(name, _)| &**name == "type_").map(|(_, ty)| ty.clone());
        let node = Node::Function { name: quoted.join(".").into(), arguments };
        Ok(Some(value(Rc::new(Expression { node, ty }))))
    }
}

/// Functions are quoted only where they are no word at all (`visit_function`: reserved words such as `left` stay).
fn quote_function(part: &str) -> String {
    let word = part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if word && !part.starts_with(|c: char| c.is_ascii_digit()) {
        part.to_string()
    } else {
        names::quote_identifier(part)
    }
}

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
