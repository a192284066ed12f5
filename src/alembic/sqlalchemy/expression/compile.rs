//! From the tree to text (`sqlalchemy.dialects.postgresql.base.PGCompiler` with `literal_binds`).

use std::rc::Rc;

use super::super::names::{Name, qualified_sql};
use super::super::{Known, Obstacle, seam, types};
use super::literal::literal;
use super::text::{Piece, pieces};
use super::{Expression, Node};
use crate::alembic::eval::Vm;

/// Where the text stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Columns have their table in front.
    pub include_table: bool,
    /// In DDL a bind parameter without a value is a compile error; in a statement it is an error of its execution.
    pub ddl: bool,
    /// Values that are not known stand as `$1`, so that names are looked up nevertheless.
    pub outline: bool,
}

impl Context {
    /// CHECKs, index keys, predicates, generated columns.
    pub const DDL: Context = Context { include_table: false, ddl: true, outline: false };
    /// Server defaults.
    pub const DEFAULT: Context = Context { include_table: true, ddl: true, outline: false };
    /// Statements on rows.
    pub const STATEMENT: Context = Context { include_table: true, ddl: false, outline: false };
    /// Statements on rows whose values are not known.
    pub const OUTLINE: Context = Context { outline: true, ..Context::STATEMENT };
}

/// Nested deeper, an expression is not compiled: the compiler is recursive.
const MAX_DEPTH: usize = 200;

/// The text of an expression.
pub fn compile(vm: &mut Vm, expression: &Rc<Expression>, context: Context) -> Known<String> {
    write(vm, expression, context, 0)
}

fn write(vm: &mut Vm, expression: &Expression, context: Context, depth: usize) -> Known<String> {
    if depth > MAX_DEPTH {
        return Err(crate::pg::error::Reason::new("depth", "an SQL expression that is nested too deeply").into());
    }
    let deeper = depth + 1;
    Ok(match &expression.node {
        Node::Text { text, binds } => {
            let mut sql = String::new();
            for piece in pieces(text) {
                match piece {
                    Piece::Sql(text) => sql.push_str(text),
                    Piece::Bind(name) => match binds.iter().rev().find(|(bind, _)| &**bind == name) {
                        Some((_, value)) => sql.push_str(&literal(vm, &value.clone(), None)?),
                        None => return Err(missing(vm, name, context)),
                    },
                }
            }
            sql
        }
        Node::Raw(text) => text.to_string(),
        Node::Column(column) => {
            // A class whose bases are not known is no mapped class here, so nobody has named its columns.
            if column.state.borrow().name.is_none() {
                let what = "a column of a class whose bases are not known";
                return Err(crate::pg::error::Reason::new("unnamed-column", what).into());
            }
            let name = column.name();
            match column.table().filter(|_| context.include_table) {
                Some(table) => format!("{}.{}", qualified_sql(table.schema().as_ref(), &table.name()), name.sql()),
                None => name.sql(),
            }
        }
        Node::Named { table, name } => match table.get().filter(|_| context.include_table) {
            Some(table) => format!("{}.{}", qualified_sql(table.schema.as_ref(), &table.name), name.sql()),
            None => name.sql(),
        },
        Node::Bind(value) => match literal(vm, value, expression.ty.as_ref()) {
            Err(Obstacle::Unknown(_)) if context.outline => "$1".into(),
            text => text?,
        },
        Node::Parameter(name) => return Err(missing(vm, name, context)),
        Node::Keyword(word) => (*word).to_string(),
        Node::Function { name, arguments } => {
            let arguments = list(vm, arguments, ", ", context, deeper)?;
            // Functions that PostgreSQL writes without parentheses (`AnsiFunction`).
            let bare = [
                "current_date",
                "current_time",
                "current_timestamp",
                "current_user",
                "localtime",
                "localtimestamp",
                "session_user",
                "user",
            ];
            if arguments.is_empty() && bare.contains(&name.to_ascii_lowercase().as_str()) {
                name.to_ascii_uppercase()
            } else {
                format!("{name}({arguments})")
            }
        }
        Node::Infix { operator, left, right } => {
            let left = write(vm, left, context, deeper)?;
            format!("{left}{}{}", operator.sql, write(vm, right, context, deeper)?)
        }
        Node::Prefix { operator, operand } => format!("{}{}", operator.sql, write(vm, operand, context, deeper)?),
        Node::Suffix { words, operand } => format!("{}{words}", write(vm, operand, context, deeper)?),
        Node::List { operator, items } => list(vm, items, &operator.sql, context, deeper)?,
        Node::Group(inner) => format!("({})", write(vm, inner, context, deeper)?),
        Node::Cast { operand, ty } => {
            let operand = write(vm, operand, context, deeper)?;
            format!("CAST({operand} AS {})", types::render(vm, ty)?.sql)
        }
        Node::Case { subject, whens, otherwise } => {
            let mut sql = String::from("CASE");
            if let Some(subject) = subject {
                sql.push_str(&format!(" {}", write(vm, subject, context, deeper)?));
            }
            for (when, then) in whens {
                let when = write(vm, when, context, deeper)?;
                sql.push_str(&format!(" WHEN {when} THEN {}", write(vm, then, context, deeper)?));
            }
            if let Some(otherwise) = otherwise {
                sql.push_str(&format!(" ELSE {}", write(vm, otherwise, context, deeper)?));
            }
            sql + " END"
        }
        Node::Label { name, operand } => format!("{} AS {}", write(vm, operand, context, deeper)?, name.sql()),
        Node::Extract { field, operand } => {
            format!("EXTRACT({field} FROM {})", write(vm, operand, context, deeper)?)
        }
        Node::Collate { operand, collation } => {
            let quoted = Name { quote: Some(true), ..collation.clone() };
            format!("{} COLLATE {}", write(vm, operand, context, deeper)?, quoted.sql())
        }
        Node::Query(query) => query.text(vm, context, deeper)?,
        Node::Array(items) => format!("ARRAY[{}]", list(vm, items, ", ", context, deeper)?),
    })
}

fn list(vm: &mut Vm, items: &[Rc<Expression>], separator: &str, context: Context, depth: usize) -> Known<String> {
    let mut parts = Vec::new();
    for item in items {
        parts.push(write(vm, item, context, depth)?);
    }
    Ok(parts.join(separator))
}

fn missing(vm: &mut Vm, name: &str, context: Context) -> Obstacle {
    if context.ddl {
        let message = format!("Bind parameter '{name}' without a renderable value not allowed here.");
        return seam::raise(vm, "sqlalchemy.exc.CompileError", &message).into();
    }
    let message = format!("(sqlalchemy.exc.InvalidRequestError) A value is required for bind parameter '{name}'");
    seam::raise(vm, "sqlalchemy.exc.StatementError", &message).into()
}
