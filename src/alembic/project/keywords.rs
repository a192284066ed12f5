//! The keywords of a call, also those that it takes from a dict: `configure(**kwargs)`.
//!
//! No code is run: what a dict holds is what the statements around the call put into it under literal keys.

use crate::alembic::python::ast::{BinaryOp, Block, Call, CompareOp, Constant, Expr, ExprKind, Stmt, StmtKind};
use crate::alembic::python::walk;
use crate::source::Span;

/// One keyword.
#[derive(Clone, Copy, Debug)]
pub struct Keyword<'a> {
    /// Its name.
    pub name: &'a str,
    /// What it is set to.
    pub value: &'a Expr,
    /// It is set whatever the conditions around it are.
    pub sure: bool,
}

/// All keywords of a call.
#[derive(Clone, Debug, Default)]
pub struct Keywords<'a> {
    /// Those that stand there; of several with one name the last counts.
    pub named: Vec<Keyword<'a>>,
    /// There may be others.
    pub hidden: Option<Span>,
}

/// The keywords of `call`, whose `**name`s are bound in one of `homes`: the functions around it, the innermost first, and the file.
pub fn of_call<'a>(call: &'a Call, homes: &[&'a Block]) -> Keywords<'a> {
    let mut found = Keywords::default();
    for (name, value) in &call.keywords {
        match name {
            Some(name) => found.named.push(Keyword { name, value, sure: true }),
            None => found.spread(value, homes, true),
        }
    }
    found
}

/// Calls `visit` for each call with the bodies of the functions around it, the innermost first, and the file's.
pub fn calls<'a>(body: &'a Block, visit: &mut dyn FnMut(&'a Call, &[&'a Block])) {
    within(body, &[body], visit);
}

fn within<'a>(body: &'a Block, homes: &[&'a Block], visit: &mut dyn FnMut(&'a Call, &[&'a Block])) {
    let mut functions = Vec::new();
    nested(body, &mut functions);
    let mut inside: Vec<Span> = Vec::new();
    for &function in &functions {
        walk::expressions(function, &mut |value| inside.push(value.span));
        let homes: Vec<&Block> = std::iter::once(function).chain(homes.iter().copied()).collect();
        within(function, &homes, visit);
    }
    walk::calls(body, &mut |call| {
        if !inside.contains(&call.func.span) {
            visit(call, homes);
        }
    });
}

/// The bodies of the functions that a block defines, not of those inside them.
fn nested<'a>(body: &'a Block, found: &mut Vec<&'a Block>) {
    for statement in body.iter() {
        match &statement.kind {
            StmtKind::FunctionDef(function) => found.push(&function.body),
            StmtKind::ClassDef(class) => nested(&class.body, found),
            _ => blocks(statement, &mut |block, _| nested(block, found)),
        }
    }
}

/// The blocks of a statement, and whether each surely runs to its end where the statement does.
pub(super) fn blocks<'a>(statement: &'a Stmt, visit: &mut dyn FnMut(&'a Block, bool)) {
    match &statement.kind {
        StmtKind::If { branches, orelse } => {
            let mut open = true;
            for (test, block) in branches {
                match truth(test) {
                    Some(false) => {}
                    Some(true) if open => return visit(block, true),
                    Some(true) => return visit(block, false),
                    None => {
                        open = false;
                        visit(block, false);
                    }
                }
            }
            visit(orelse, open);
        }
        StmtKind::For { body, orelse, .. } | StmtKind::While { body, orelse, .. } => {
            visit(body, false);
            visit(orelse, false);
        }
        StmtKind::With { body, .. } => visit(body, true),
        StmtKind::Try(parts) => {
            visit(&parts.body, true);
            parts.handlers.iter().for_each(|handler| visit(&handler.body, false));
            visit(&parts.orelse, true);
            visit(&parts.finally, true);
        }
        StmtKind::Match { cases, .. } => cases.iter().for_each(|case| visit(&case.body, false)),
        _ => {}
    }
}

/// Whether what stands there runs under a condition, or in a loop.
pub fn is_conditional(body: &Block, at: Span) -> bool {
    body.iter().filter(|statement| statement.span.start <= at.start && at.end <= statement.span.end).any(|statement| {
        let within = |block: &Block| block.iter().any(|inner| inner.span.start <= at.start && at.end <= inner.span.end);
        let mut found = false;
        match &statement.kind {
            StmtKind::FunctionDef(function) => found = is_conditional(&function.body, at),
            StmtKind::ClassDef(class) => found = is_conditional(&class.body, at),
            _ => blocks(statement, &mut |block, sure| found |= within(block) && (!sure || is_conditional(block, at))),
        }
        found
    })
}

/// The truth of a test of the database system: it is PostgreSQL.
fn truth(test: &Expr) -> Option<bool> {
    let ExprKind::Compare { left, rest } = &test.kind else { return None };
    let ([(op, right)], ExprKind::Attribute { value, attr }) = (&**rest, &left.kind) else { return None };
    let of = match &value.kind {
        ExprKind::Name(name) => name,
        ExprKind::Attribute { attr, .. } => attr,
        _ => return None,
    };
    if &**attr != "name" || !matches!(&**of, "dialect" | "engine" | "connectable") {
        return None;
    }
    let is_postgresql = |value: &Expr| match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => Some(&**text == "postgresql"),
        _ => None,
    };
    let among = |values: &Expr| match &values.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
            items.iter().map(is_postgresql).collect::<Option<Vec<_>>>().map(|found| found.contains(&true))
        }
        _ => None,
    };
    match op {
        CompareOp::Eq => is_postgresql(right),
        CompareOp::NotEq => is_postgresql(right).map(|same| !same),
        CompareOp::In => among(right),
        CompareOp::NotIn => among(right).map(|among| !among),
        _ => None,
    }
}

impl<'a> Keywords<'a> {
    /// `**value`
    fn spread(&mut self, value: &'a Expr, homes: &[&'a Block], sure: bool) {
        match &value.kind {
            ExprKind::Dict(items) => {
                for (key, value) in items {
                    match key.as_ref().map(|key| &key.kind) {
                        Some(ExprKind::Constant(Constant::Str(name))) => {
                            self.named.push(Keyword { name, value, sure });
                        }
                        Some(_) => self.hide(value),
                        None => self.spread(value, homes, sure),
                    }
                }
            }
            ExprKind::Call(call) if matches!(&call.func.kind, ExprKind::Name(name) if &**name == "dict") => {
                call.args.iter().for_each(|argument| self.spread(argument, homes, sure));
                for (name, value) in &call.keywords {
                    match name {
                        Some(name) => self.named.push(Keyword { name, value, sure }),
                        None => self.spread(value, homes, sure),
                    }
                }
            }
            ExprKind::Name(name) => {
                let Some(at) = homes.iter().position(|home| binds(home, name)) else { return self.hide(value) };
                // What the dict is made of stands in the same function or around it.
                self.collect(homes[at], name, &homes[at + 1..], sure);
            }
            _ => self.hide(value),
        }
    }

    fn hide(&mut self, value: &Expr) {
        self.hidden.get_or_insert(value.span);
    }

    /// What the statements of a block put into the dict of that name.
    fn collect(&mut self, body: &'a Block, dict: &str, outer: &[&'a Block], sure: bool) {
        let is_it = |value: &Expr| matches!(&value.kind, ExprKind::Name(name) if **name == *dict);
        for statement in body.iter() {
            match &statement.kind {
                StmtKind::Assign { targets, value } => {
                    for target in targets {
                        match &target.kind {
                            _ if is_it(target) => self.spread(value, outer, sure),
                            ExprKind::Subscript { value: of, index } if is_it(of) => match &index.kind {
                                ExprKind::Constant(Constant::Str(name)) => {
                                    self.named.push(Keyword { name, value, sure });
                                }
                                _ => self.hide(value),
                            },
                            ExprKind::Tuple(items) | ExprKind::List(items) if items.iter().any(is_it) => {
                                self.hide(value);
                            }
                            _ => {}
                        }
                    }
                }
                StmtKind::AnnAssign { target, value: Some(value), .. } if is_it(target) => {
                    self.spread(value, outer, sure);
                }
                StmtKind::AugAssign { target, op, value } if is_it(target) => match op {
                    BinaryOp::BitOr => self.spread(value, outer, sure),
                    _ => self.hide(value),
                },
                StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => {
                    if let ExprKind::Attribute { value: of, attr } = &call.func.kind
                        && is_it(of)
                    {
                        match &**attr {
                            "update" => {
                                call.args.iter().for_each(|argument| self.spread(argument, outer, sure));
                                for (name, value) in &call.keywords {
                                    match name {
                                        Some(name) => self.named.push(Keyword { name, value, sure }),
                                        None => self.spread(value, outer, sure),
                                    }
                                }
                            }
                            _ => self.hide(&call.func),
                        }
                    }
                }
                StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => {}
                _ => blocks(statement, &mut |block, runs| self.collect(block, dict, outer, sure && runs)),
            }
        }
    }
}

/// The block binds that name by an assignment.
fn binds(body: &Block, name: &str) -> bool {
    body.iter().any(|statement| {
        let is_it = |target: &Expr| matches!(&target.kind, ExprKind::Name(bound) if **bound == *name);
        match &statement.kind {
            StmtKind::Assign { targets, .. } => targets.iter().any(is_it),
            StmtKind::AnnAssign { target, value: Some(_), .. } => is_it(target),
            StmtKind::FunctionDef(_) | StmtKind::ClassDef(_) => false,
            _ => {
                let mut found = false;
                blocks(statement, &mut |block, _| found |= binds(block, name));
                found
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alembic::python;
    use crate::source::Sources;

    /// The keywords of the call of `configure`, those that are not sure with a `?`, and `**` where others may hide.
    fn keywords(text: &str) -> String {
        let mut sources = Sources::default();
        let file = sources.add("env.py", text);
        let module = python::parse(text, file).expect("Python");
        let mut shown = Vec::new();
        calls(&module.body, &mut |call, homes| {
            if matches!(&call.func.kind, ExprKind::Name(name) if &**name == "configure") {
                let found = of_call(call, homes);
                for keyword in &found.named {
                    let sure = if keyword.sure { "" } else { "?" };
                    shown.push(format!("{}={}{sure}", keyword.name, sources.text(keyword.value.span)));
                }
                shown.extend(found.hidden.map(|_| "**".to_string()));
            }
        });
        shown.join(" ")
    }

    #[test]
    fn a_dict_of_the_function_around_the_call_is_followed() {
        let text = "def off():\n    kw = {'a': 9}\n    configure(**kw)\ndef on(c):\n    kw = {'a': 1, 'b': 2}\n    kw['d'] = 3\n    \
                    with x:\n        configure(connection=c, **kw)\n";
        assert_eq!(keywords(text), "a=9 connection=c a=1 b=2 d=3");
        assert_eq!(keywords("kw = dict(a=1)\nkw.update(b=2)\nkw |= {'d': 3}\nconfigure(**kw)"), "a=1 b=2 d=3");
    }

    #[test]
    fn what_a_condition_sets_is_not_sure_unless_it_asks_for_the_database_system() {
        let text = "kw = {}\nif x:\n    kw['a'] = 1\nconfigure(**kw)";
        assert_eq!(keywords(text), "a=1?");
        let text = "kw = {}\nif engine.name in ('sqlite', 'mysql'):\n    kw = {'a': 1}\nelse:\n    kw['b'] = 2\nconfigure(**kw)";
        assert_eq!(keywords(text), "b=2");
        let text = "kw = {}\nif c.dialect.name == 'postgresql':\n    kw['a'] = 1\nconfigure(**kw)";
        assert_eq!(keywords(text), "a=1");
    }

    #[test]
    fn other_keywords_may_hide_in_what_is_not_a_literal() {
        assert_eq!(keywords("kw = {'a': 1}\nkw.update(more())\nconfigure(**kw)"), "a=1 **");
        assert_eq!(keywords("def f(kw):\n    configure(a=1, **kw)"), "a=1 **");
        assert_eq!(keywords("kw = {'a': 1}\nkw.pop('a')\nconfigure(**kw)"), "a=1 **");
    }
}
