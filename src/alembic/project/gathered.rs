//! A list that a file fills step by step, as far as it can import others.

use crate::alembic::python::ast::{Block, Constant, Expr, ExprKind, Stmt, StmtKind};

/// The texts that a name's list is filled with where imports decide; `None` where anything else is done to it, or decides.
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
    let mut list = List { name, begun: false, found: Vec::new() };
    body.iter().all(|statement| list.take(statement, true)).then_some(list.found)
}

struct List<'a> {
    name: &'a str,
    begun: bool,
    found: Vec<String>,
}

impl List<'_> {
    fn is_it(&self, expression: &Expr) -> bool {
        matches!(&expression.kind, ExprKind::Name(other) if **other == *self.name)
    }

    /// False where the list is not known behind the statement.
    fn take(&mut self, statement: &Stmt, top: bool) -> bool {
        match &statement.kind {
            StmtKind::Assign { targets, value } if targets.iter().any(|target| self.is_it(target)) => {
                top && !std::mem::replace(&mut self.begun, true) && texts(value, &mut self.found)
            }
            StmtKind::AugAssign { target, value, .. } if self.is_it(target) => {
                self.begun && texts(value, &mut self.found)
            }
            StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => match &call.func.kind {
                ExprKind::Attribute { value, attr, .. } if self.is_it(value) => {
                    self.begun
                        && matches!(&**attr, "append" | "extend")
                        && call.args.iter().all(|argument| texts(argument, &mut self.found))
                }
                _ => true,
            },
            // Nothing but an import may decide.
            StmtKind::Try(parts) => {
                let before = self.found.len();
                let blocks = [&parts.body, &parts.orelse, &parts.finally];
                let read = blocks.into_iter().all(|block| block.iter().all(|statement| self.take(statement, false)));
                let imports = parts
                    .body
                    .iter()
                    .any(|statement| matches!(statement.kind, StmtKind::Import(_) | StmtKind::ImportFrom { .. }));
                let handled = parts.handlers.iter().all(|handler| !binds(&handler.body, self.name));
                read && handled && (imports || self.found.len() == before)
            }
            StmtKind::If { branches, orelse } => {
                branches.iter().map(|(_, block)| block).chain([orelse]).all(|block| !binds(block, self.name))
            }
            StmtKind::With { body, .. } | StmtKind::For { body, .. } | StmtKind::While { body, .. } => {
                !binds(body, self.name)
            }
            _ => true,
        }
    }
}

/// Whether a block may change what the name stands for.
fn binds(block: &Block, name: &str) -> bool {
    let mut list = List { name, begun: true, found: Vec::new() };
    !block.iter().all(|statement| list.take(statement, false)) || !list.found.is_empty()
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
