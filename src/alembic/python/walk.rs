//! Every expression in a file, at any depth.

use crate::alembic::python::ast::{Block, Call, Expr, ExprKind, FPart, Stmt, StmtKind};

/// Calls `visit` for each call, in the order in which they stand.
pub fn calls<'a>(body: &'a Block, visit: &mut dyn FnMut(&'a Call)) {
    expressions(body, &mut |value| {
        if let ExprKind::Call(call) = &value.kind {
            visit(call);
        }
    });
}

/// Calls `visit` for each expression but the targets of assignments, what is inside it first.
pub fn expressions<'a>(body: &'a Block, visit: &mut dyn FnMut(&'a Expr)) {
    for statement in body.iter() {
        of_statement(statement, visit);
    }
}

/// The same of one statement.
pub fn of_statement<'a>(statement: &'a Stmt, visit: &mut dyn FnMut(&'a Expr)) {
    match &statement.kind {
        StmtKind::Expr(value) | StmtKind::Return(Some(value)) => expression(value, visit),
        StmtKind::Assign { value, .. }
        | StmtKind::AugAssign { value, .. }
        | StmtKind::AnnAssign { value: Some(value), .. } => expression(value, visit),
        StmtKind::Raise { exception: Some(value), .. } => expression(value, visit),
        StmtKind::Assert { test, .. } => expression(test, visit),
        StmtKind::If { branches, orelse } => {
            for (test, block) in branches {
                expression(test, visit);
                expressions(block, visit);
            }
            expressions(orelse, visit);
        }
        StmtKind::For { iter, body, orelse, .. } => {
            expression(iter, visit);
            expressions(body, visit);
            expressions(orelse, visit);
        }
        StmtKind::While { test, body, orelse } => {
            expression(test, visit);
            expressions(body, visit);
            expressions(orelse, visit);
        }
        StmtKind::With { items, body } => {
            for item in items.iter() {
                expression(&item.context, visit);
            }
            expressions(body, visit);
        }
        StmtKind::Try(parts) => {
            expressions(&parts.body, visit);
            for handler in &parts.handlers {
                expressions(&handler.body, visit);
            }
            expressions(&parts.orelse, visit);
            expressions(&parts.finally, visit);
        }
        StmtKind::FunctionDef(function) => {
            function.decorators.iter().for_each(|decorator| expression(decorator, visit));
            expressions(&function.body, visit);
        }
        StmtKind::ClassDef(class) => {
            class.decorators.iter().for_each(|decorator| expression(decorator, visit));
            expressions(&class.body, visit);
        }
        StmtKind::Match { cases, .. } => {
            for case in cases {
                expressions(&case.body, visit);
            }
        }
        StmtKind::Return(None)
        | StmtKind::AnnAssign { value: None, .. }
        | StmtKind::Raise { exception: None, .. }
        | StmtKind::Delete(_)
        | StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Global
        | StmtKind::Nonlocal
        | StmtKind::Pass
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::TypeAlias(_)
        | StmtKind::Unsupported(_) => {}
    }
}

fn expression<'a>(value: &'a Expr, visit: &mut dyn FnMut(&'a Expr)) {
    let mut each = |items: &mut dyn Iterator<Item = &'a Expr>| items.for_each(|item| expression(item, visit));
    match &value.kind {
        ExprKind::Call(call) => {
            each(&mut [&call.func].into_iter());
            each(&mut call.args.iter());
            each(&mut call.keywords.iter().map(|(_, value)| value));
        }
        ExprKind::Tuple(items)
        | ExprKind::List(items)
        | ExprKind::Set(items)
        | ExprKind::And(items)
        | ExprKind::Or(items) => each(&mut items.iter()),
        ExprKind::Dict(items) => each(&mut items.iter().flat_map(|(key, value)| key.iter().chain([value]))),
        ExprKind::Attribute { value, .. }
        | ExprKind::Unary { operand: value, .. }
        | ExprKind::Walrus { value, .. }
        | ExprKind::Starred(value)
        | ExprKind::Await(value)
        | ExprKind::YieldFrom(value)
        | ExprKind::Yield(Some(value)) => each(&mut [&**value].into_iter()),
        ExprKind::Subscript { value, index } => each(&mut [&**value, &**index].into_iter()),
        ExprKind::Binary { left, right, .. } => each(&mut [&**left, &**right].into_iter()),
        ExprKind::Compare { left, rest } => {
            each(&mut [&**left].into_iter());
            each(&mut rest.iter().map(|(_, value)| value));
        }
        ExprKind::Conditional(parts) => each(&mut [&parts.test, &parts.body, &parts.orelse].into_iter()),
        ExprKind::Lambda(function) => expressions(&function.body, visit),
        ExprKind::Comprehension(parts) => {
            each(&mut [&parts.element].into_iter().chain(&parts.value));
            each(&mut parts.clauses.iter().map(|clause| &clause.iter));
        }
        ExprKind::FString(parts) => each(&mut parts.iter().filter_map(|part| match part {
            FPart::Literal(_) => None,
            FPart::Field { value, .. } => Some(&**value),
        })),
        ExprKind::Constant(_) | ExprKind::Name(_) | ExprKind::Slice { .. } | ExprKind::Yield(None) => {}
    }
    visit(value);
}
