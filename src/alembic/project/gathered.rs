//! A list that a file fills step by step, also under conditions.

use crate::alembic::python::ast::{Block, Constant, Expr, ExprKind, Stmt, StmtKind};

/// The texts that a name's list is filled with, whatever conditions decide; `None` where anything else is done to it.
///
/// ```python
/// needed = []
/// try:
///     import other
///     needed += ["b2"]
/// except ImportError:
///     pass
/// ```
pub fn gathered(body: &Block, name: &str) -> Option<Vec<String>> {
    let mut found = Vec::new();
    body.iter().all(|statement| fill(statement, name, &mut found)).then_some(found)
}

fn fill(statement: &Stmt, name: &str, found: &mut Vec<String>) -> bool {
    let is_it = |expression: &Expr| matches!(&expression.kind, ExprKind::Name(other) if **other == *name);
    match &statement.kind {
        StmtKind::Assign { targets, value } if targets.iter().any(is_it) => texts(value, found),
        StmtKind::AnnAssign { target, value: Some(value), .. } | StmtKind::AugAssign { target, value, .. }
            if is_it(target) =>
        {
            texts(value, found)
        }
        StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => match &call.func.kind {
            ExprKind::Attribute { value, attr, .. } if is_it(value) => {
                matches!(&**attr, "append" | "extend") && call.args.iter().all(|argument| texts(argument, found))
            }
            _ => true,
        },
        StmtKind::If { branches, orelse } => {
            let mut blocks = branches.iter().map(|(_, block)| block).chain([orelse]);
            blocks.all(|block| block.iter().all(|statement| fill(statement, name, found)))
        }
        StmtKind::Try(parts) => {
            let handlers = parts.handlers.iter().map(|handler| &handler.body);
            let mut blocks = [&parts.body].into_iter().chain(handlers).chain([&parts.orelse, &parts.finally]);
            blocks.all(|block| block.iter().all(|statement| fill(statement, name, found)))
        }
        _ => true,
    }
}

/// A text, or a list of them.
fn texts(value: &Expr, found: &mut Vec<String>) -> bool {
    match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => {
            found.push(text.to_string());
            true
        }
        ExprKind::Constant(Constant::None) => true,
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
            items.iter().all(|item| texts(item, found))
        }
        _ => false,
    }
}
