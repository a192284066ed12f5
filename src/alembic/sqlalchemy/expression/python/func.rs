//! `func.name(…)`.

use std::rc::Rc;

use super::{operand, value};
use crate::alembic::eval::{Args, Eval, Native, Value, Vm};
use crate::alembic::sqlalchemy::expression::{Expression, Node};
use crate::alembic::sqlalchemy::names::{self};

/// `func`: any attribute is a function, and attributes of that are functions of a schema or package.
#[derive(Debug, Default)]
pub struct Func {
    path: Rc<str>,
}

/// The classes of `sqlalchemy.sql.functions` that render as `func.name(…)` does. Not among them: what is written in another way,
/// as `next_value`, `aggregate_strings` and `grouping_sets`, or by releases in different ways, as `pow`.
const CLASSES: &[&str] = &[
    "array_agg",
    "char_length",
    "coalesce",
    "concat",
    "count",
    "cube",
    "cume_dist",
    "current_date",
    "current_time",
    "current_timestamp",
    "current_user",
    "dense_rank",
    "localtime",
    "localtimestamp",
    "max",
    "min",
    "mode",
    "now",
    "percent_rank",
    "percentile_cont",
    "percentile_disc",
    "random",
    "rank",
    "rollup",
    "session_user",
    "some",
    "sum",
    "user",
];

/// What `sqlalchemy.sql.functions` offers by name.
pub fn classes() -> impl Iterator<Item = (&'static str, Value)> {
    CLASSES.iter().map(|name| (*name, Value::native(Func { path: (*name).into() })))
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
