//! Statements.

use std::rc::Rc;

use super::convert::Truth;
use super::flow::Flow;
use super::iterate::Items;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Raise, Reach, Vm};
use crate::alembic::python::ast::{Block, Expr, ExprKind, Name, Pattern, Stmt, StmtKind};
use crate::pg::error::Reason;

/// The kind of reason of a function that an unknown decorator was put on.
pub(super) const DECORATED: &str = "decorated";
/// The same of a function that leads to the database.
pub(super) const DECORATED_REACHING: &str = "decorated-reaching";

impl Vm {
    pub(super) fn block(&mut self, frame: &mut Frame<'_>, body: &Block) -> Eval<Flow> {
        for stmt in body.iter() {
            match self.stmt(frame, stmt)? {
                Flow::Normal => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Normal)
    }

    fn stmt(&mut self, frame: &mut Frame<'_>, stmt: &Stmt) -> Eval<Flow> {
        self.tick()?;
        self.set_place(stmt.span);
        match &stmt.kind {
            StmtKind::Expr(value) => self.for_effect(frame, value)?,
            StmtKind::Assign { targets, value } => {
                let value = self.expr(frame, value)?;
                for target in targets {
                    self.assign(frame, target, value.clone())?;
                }
            }
            StmtKind::AugAssign { target, op, value } => self.augmented(frame, target, op.text(), value)?,
            StmtKind::AnnAssign { target, annotation, value } => {
                self.annotated(frame, target, annotation, value.as_ref())?
            }
            StmtKind::Return(value) => {
                return Ok(Flow::Return(match value {
                    Some(value) => self.expr(frame, value)?,
                    None => Value::None,
                }));
            }
            StmtKind::Raise { exception, cause } => {
                return Err(self.raise_statement(frame, exception.as_ref(), cause.as_ref()));
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    self.delete(frame, target)?;
                }
            }
            StmtKind::If { branches, orelse } => return self.deeper(|vm| vm.if_chain(frame, branches, orelse)),
            StmtKind::For { target, iter, body, orelse } => {
                return self.deeper(|vm| vm.for_loop(frame, target, iter, body, orelse));
            }
            StmtKind::While { test, body, orelse } => {
                return self.deeper(|vm| vm.while_loop(frame, test, body, orelse));
            }
            StmtKind::With { items, body } => return self.deeper(|vm| vm.with(frame, items, body)),
            StmtKind::Try(def) => return self.deeper(|vm| vm.try_statement(frame, def)),
            StmtKind::FunctionDef(def) => {
                let function = self.new_function(frame, def)?;
                let reaches = function.reach() == Reach::Everything;
                let kind = if reaches { DECORATED_REACHING } else { DECORATED };
                let function = match self.decorate(frame, &def.decorators, function)? {
                    Value::Unknown(reason) => Value::Unknown(Reason { kind, ..reason }),
                    known => known,
                };
                self.assign_name(frame, &def.name, function)?;
            }
            StmtKind::ClassDef(def) => {
                let class = self.deeper(|vm| vm.class_statement(frame, def))?;
                let class = self.decorate(frame, &def.decorators, class)?;
                self.assign_name(frame, &def.name, class)?;
            }
            StmtKind::Import(names) => {
                for alias in names {
                    self.import_statement(frame, alias)?;
                }
            }
            StmtKind::ImportFrom { module, names, level } => {
                self.import_from(frame, module.as_deref(), names, *level)?
            }
            StmtKind::Global | StmtKind::Nonlocal | StmtKind::Pass => {}
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Assert { test, message } => self.assert(frame, test, message.as_ref())?,
            StmtKind::Match { subject, cases } => {
                let subject = self.expr(frame, subject)?;
                return self.deeper(|vm| vm.match_cases(frame, &subject, cases));
            }
            StmtKind::TypeAlias(name) => {
                let value = self.unknown("python", "what a `type` statement names is not evaluated");
                self.assign(frame, name, value)?;
            }
            StmtKind::Unsupported(what) => return Err(self.stop("unsupported", format!("`{what}` is not evaluated"))),
        }
        Ok(Flow::Normal)
    }

    fn decorate(&mut self, frame: &mut Frame<'_>, decorators: &[Expr], mut value: Value) -> Eval<Value> {
        let mut functions = Vec::new();
        for decorator in decorators {
            functions.push(self.expr(frame, decorator)?);
        }
        for function in functions.iter().rev() {
            value = match function {
                // It is given the function to wrap it, and is not called before the function would be.
                Value::Unknown(reason) => {
                    self.unknown_calls += 1;
                    Value::Unknown(reason.clone())
                }
                known => self.call(known, super::Args::positional([value]))?,
            };
        }
        Ok(value)
    }

    /// Assigns to a name, an attribute, an item, or each target of a tuple.
    pub(super) fn assign(&mut self, frame: &mut Frame<'_>, target: &Expr, value: Value) -> Eval<()> {
        match &target.kind {
            ExprKind::Name(name) => self.assign_name(frame, name, value),
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(frame, object)?;
                self.set_attr(&object, attr, value)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(frame, object)?;
                let index = self.expr(frame, index)?;
                self.set_item(&object, index, value)
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => self.unpack(frame, targets, &value),
            ExprKind::Starred(target) => self.assign(frame, target, value),
            _ => Err(self.stop("unsupported", "an assignment to this kind of expression")),
        }
    }

    fn unpack(&mut self, frame: &mut Frame<'_>, targets: &[Expr], value: &Value) -> Eval<()> {
        self.needs_items(value);
        let items = match self.iterate(value)? {
            Items::Known(items) => items,
            Items::Unknown(reason) => {
                for target in targets {
                    self.assign(frame, target, Value::Unknown(reason.clone()))?;
                }
                return Ok(());
            }
        };
        let star = targets.iter().position(|target| matches!(target.kind, ExprKind::Starred(_)));
        let needed = targets.len() - usize::from(star.is_some());
        if items.len() < needed {
            let least = if star.is_some() { "at least " } else { "" };
            let text = format!("not enough values to unpack (expected {least}{needed}, got {})", items.len());
            return Err(self.raise("ValueError", &text));
        }
        if star.is_none() && items.len() > needed {
            // CPython names the number only for sequences of known size since 3.14; older ones never do.
            return Err(self.raise("ValueError", &format!("too many values to unpack (expected {needed})")));
        }
        let before = star.unwrap_or(targets.len());
        let in_star = items.len() - needed;
        for (at, target) in targets.iter().enumerate() {
            let value = match at.cmp(&before) {
                std::cmp::Ordering::Less => items[at].clone(),
                std::cmp::Ordering::Equal => Value::list(items[at..at + in_star].iter().cloned()),
                std::cmp::Ordering::Greater => items[at + in_star - 1].clone(),
            };
            self.assign(frame, target, value)?;
        }
        Ok(())
    }

    fn augmented(&mut self, frame: &mut Frame<'_>, target: &Expr, op: &str, value: &Expr) -> Eval<()> {
        match &target.kind {
            ExprKind::Name(name) => {
                let old = self.load_name(frame, name)?;
                let value = self.expr(frame, value)?;
                let new = self.in_place(op, &old, &value)?;
                self.assign_name(frame, name, new)
            }
            ExprKind::Attribute { value: object, attr } => {
                let object = self.expr(frame, object)?;
                let old = self.get_attr(&object, attr)?;
                let value = self.expr(frame, value)?;
                let new = self.in_place(op, &old, &value)?;
                self.set_attr(&object, attr, new)
            }
            ExprKind::Subscript { value: object, index } => {
                let object = self.expr(frame, object)?;
                let index = self.expr(frame, index)?;
                let old = self.get_item(&object, index.clone())?;
                let value = self.expr(frame, value)?;
                let new = self.in_place(op, &old, &value)?;
                self.set_item(&object, index, new)
            }
            _ => Err(self.stop("unsupported", "an assignment to this kind of expression")),
        }
    }

    fn annotated(&mut self, frame: &mut Frame<'_>, target: &Expr, annotation: &Expr, value: Option<&Expr>) -> Eval<()> {
        if frame.scope.is_class_body()
            && let ExprKind::Name(name) = &target.kind
        {
            // Dataclasses and declarative classes read it. What is wrong with an annotation hurts nobody else.
            let annotation = match self.expr(frame, annotation) {
                Ok(value) => value,
                Err(Raise::Exception(_)) => self.unknown("annotation", "an annotation that cannot be evaluated"),
                Err(stop) => return Err(stop),
            };
            self.annotate(frame, name, annotation)?;
        }
        match value {
            Some(value) => {
                let value = self.expr(frame, value)?;
                self.assign(frame, target, value)
            }
            None => Ok(()),
        }
    }

    fn annotate(&mut self, frame: &mut Frame<'_>, name: &Name, annotation: Value) -> Eval<()> {
        let key: Name = "__annotations__".into();
        let all = match frame.scope.vars.get(&key) {
            Some(all) => all,
            None => {
                let all = Value::dict([]);
                self.bind(&frame.scope.vars, &key, Some(all.clone()));
                all
            }
        };
        self.set_item(&all, Value::Str(name.clone()), annotation)
    }

    fn raise_statement(&mut self, frame: &mut Frame<'_>, exception: Option<&Expr>, cause: Option<&Expr>) -> Raise {
        let value = match exception {
            Some(exception) => match self.expr(frame, exception) {
                Ok(value) => value,
                Err(raise) => return raise,
            },
            None => match self.handling.last() {
                Some(exception) => return Raise::Exception(exception.clone()),
                None => return self.raise("RuntimeError", "No active exception to reraise"),
            },
        };
        let cause = match cause.map(|cause| self.expr(frame, cause)).transpose() {
            Ok(cause) => cause,
            Err(raise) => return raise,
        };
        let raise = self.raise_value(value);
        match cause {
            Some(cause) => self.with_cause(raise, cause),
            None => raise,
        }
    }

    fn delete(&mut self, frame: &mut Frame<'_>, target: &Expr) -> Eval<()> {
        match &target.kind {
            ExprKind::Name(name) => self.delete_name(frame, name),
            ExprKind::Attribute { value, attr } => {
                let object = self.expr(frame, value)?;
                self.delete_attr(&object, attr)
            }
            ExprKind::Subscript { value, index } => {
                let object = self.expr(frame, value)?;
                let index = self.expr(frame, index)?;
                self.delete_item(&object, index)
            }
            ExprKind::Tuple(targets) | ExprKind::List(targets) => {
                targets.iter().try_for_each(|target| self.delete(frame, target))
            }
            _ => Err(self.stop("unsupported", "a deletion of this kind of expression")),
        }
    }

    fn if_chain(&mut self, frame: &mut Frame<'_>, branches: &[(Expr, Block)], orelse: &Block) -> Eval<Flow> {
        for (at, (test, body)) in branches.iter().enumerate() {
            self.set_place(test.span);
            let test = self.expr(frame, test)?;
            match self.truth(&test)? {
                Truth::True => return self.block(frame, body),
                Truth::False => {}
                Truth::Unknown(reason) => {
                    let rest = &branches[at + 1..];
                    return self.deeper(|vm| {
                        vm.branch(
                            frame,
                            reason,
                            |vm, frame| vm.block(frame, body),
                            |vm, frame| vm.if_chain(frame, rest, orelse),
                        )
                    });
                }
            }
        }
        self.block(frame, orelse)
    }

    fn for_loop(
        &mut self,
        frame: &mut Frame<'_>,
        target: &Expr,
        iter: &Expr,
        body: &Block,
        orelse: &Block,
    ) -> Eval<Flow> {
        let iterable = self.expr(frame, iter)?;
        let from = self.regions();
        let mut left = None;
        let unknown = self.for_each(&iterable, &mut |vm, item| {
            vm.assign(frame, target, item)?;
            vm.tick()?;
            match vm.iteration(frame, body)? {
                Flow::Normal | Flow::Continue => Ok(true),
                flow => {
                    left = Some(flow);
                    Ok(false)
                }
            }
        })?;
        if let Some(reason) = unknown {
            let mut rest = doubtful(&iterable);
            if rest.is_empty() {
                self.forget_assigned(frame, body, &reason)?;
                rest.push(Value::Unknown(reason.clone()));
            }
            for item in rest {
                let flow = self.maybe(frame, reason.clone(), |vm, frame| {
                    vm.assign(frame, target, item)?;
                    let flow = vm.iteration(frame, body)?;
                    Ok(if matches!(flow, Flow::Return(_)) { flow } else { Flow::Normal })
                })?;
                if matches!(flow, Flow::Return(_)) {
                    left = Some(flow);
                    break;
                }
            }
        }
        self.after_loop(frame, from, left, orelse)
    }

    fn after_loop(&mut self, frame: &mut Frame<'_>, from: usize, left: Option<Flow>, orelse: &Block) -> Eval<Flow> {
        let flow = match left {
            Some(Flow::Break) => Flow::Normal,
            Some(flow) => flow,
            None => self.block(frame, orelse)?,
        };
        self.end_loop(from);
        Ok(flow)
    }

    fn while_loop(&mut self, frame: &mut Frame<'_>, test: &Expr, body: &Block, orelse: &Block) -> Eval<Flow> {
        let from = self.regions();
        let mut left = None;
        loop {
            self.tick()?;
            self.set_place(test.span);
            let condition = self.expr(frame, test)?;
            match self.truth(&condition)? {
                Truth::False => break,
                Truth::True => {
                    let open = self.run.uncertain.len();
                    match self.iteration(frame, body)? {
                        Flow::Normal | Flow::Continue => {}
                        flow => {
                            left = Some(flow);
                            break;
                        }
                    }
                    // `while True` that may have been left: whether there is another round is not known, and neither is what
                    // it would start from.
                    if self.run.uncertain.len() > open
                        && let Some(reason) = self.run.uncertain.last().cloned()
                    {
                        self.forget_assigned(frame, body, &reason)?;
                        break;
                    }
                }
                Truth::Unknown(reason) => {
                    self.forget_assigned(frame, body, &reason)?;
                    let flow = self.maybe(frame, reason, |vm, frame| {
                        let flow = vm.iteration(frame, body)?;
                        Ok(if matches!(flow, Flow::Return(_)) { flow } else { Flow::Normal })
                    })?;
                    left = matches!(flow, Flow::Return(_)).then_some(flow);
                    break;
                }
            }
        }
        self.after_loop(frame, from, left, orelse)
    }

    /// Before a body runs once in place of an unknown number of times: what it assigns may stem from an earlier round.
    fn forget_assigned(&mut self, frame: &mut Frame<'_>, body: &Block, reason: &crate::pg::error::Reason) -> Eval<()> {
        let mut names = Vec::new();
        assigned(body, &mut names);
        for name in names {
            self.assign_name(frame, &name, Value::Unknown(reason.clone()))?;
        }
        Ok(())
    }

    fn assert(&mut self, frame: &mut Frame<'_>, test: &Expr, message: Option<&Expr>) -> Eval<()> {
        let value = self.expr(frame, test)?;
        let reason = match self.truth(&value)? {
            Truth::True => return Ok(()),
            Truth::False => None,
            Truth::Unknown(reason) => Some(reason),
        };
        let raise = match message {
            Some(message) => {
                let message = self.expr(frame, message)?;
                let class = self.class_value("AssertionError");
                let exception = self.call(&class, super::Args::positional([message]))?;
                self.raise_value(exception)
            }
            None => self.raise("AssertionError", ""),
        };
        match (reason, raise) {
            (Some(reason), Raise::Exception(exception)) => {
                self.may_raise(reason, exception);
                Ok(())
            }
            (_, raise) => Err(raise),
        }
    }
}

/// The names that statements assign, in loops and branches, too.
fn assigned(body: &Block, names: &mut Vec<Name>) {
    for stmt in body.iter() {
        match &stmt.kind {
            StmtKind::Assign { targets, .. } => targets.iter().for_each(|target| target_names(target, names)),
            StmtKind::AugAssign { target, .. } | StmtKind::AnnAssign { target, value: Some(_), .. } => {
                target_names(target, names);
            }
            StmtKind::If { branches, orelse } => {
                branches.iter().for_each(|(_, body)| assigned(body, names));
                assigned(orelse, names);
            }
            StmtKind::For { target, body, orelse, .. } => {
                target_names(target, names);
                assigned(body, names);
                assigned(orelse, names);
            }
            StmtKind::While { body, orelse, .. } => {
                assigned(body, names);
                assigned(orelse, names);
            }
            StmtKind::With { items, body } => {
                items.iter().filter_map(|item| item.target.as_ref()).for_each(|target| target_names(target, names));
                assigned(body, names);
            }
            StmtKind::Try(def) => {
                assigned(&def.body, names);
                def.handlers.iter().for_each(|handler| assigned(&handler.body, names));
                assigned(&def.orelse, names);
                assigned(&def.finally, names);
            }
            StmtKind::Match { cases, .. } => {
                for case in cases {
                    pattern_names(&case.pattern, names);
                    assigned(&case.body, names);
                }
            }
            StmtKind::TypeAlias(name) => target_names(name, names),
            StmtKind::Expr(_)
            | StmtKind::AnnAssign { value: None, .. }
            | StmtKind::Return(_)
            | StmtKind::Raise { .. }
            | StmtKind::Delete(_)
            | StmtKind::FunctionDef(_)
            | StmtKind::ClassDef(_)
            | StmtKind::Import(_)
            | StmtKind::ImportFrom { .. }
            | StmtKind::Global
            | StmtKind::Nonlocal
            | StmtKind::Pass
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Assert { .. }
            | StmtKind::Unsupported(_) => {}
        }
    }
}

/// What a list may hold besides its known items, where that is all.
pub(super) fn doubtful(iterable: &Value) -> Vec<Value> {
    match iterable {
        Value::List(list) => list.borrow().doubtful.clone(),
        _ => Vec::new(),
    }
}

fn target_names(target: &Expr, names: &mut Vec<Name>) {
    match &target.kind {
        ExprKind::Name(name) => names.push(Rc::clone(name)),
        ExprKind::Tuple(targets) | ExprKind::List(targets) => {
            targets.iter().for_each(|target| target_names(target, names))
        }
        ExprKind::Starred(target) => target_names(target, names),
        _ => {}
    }
}

fn pattern_names(pattern: &Pattern, names: &mut Vec<Name>) {
    match pattern {
        Pattern::Value(_) | Pattern::Singleton(_) => {}
        Pattern::Sequence(patterns) | Pattern::Or(patterns) => {
            patterns.iter().for_each(|pattern| pattern_names(pattern, names))
        }
        Pattern::Mapping { patterns, rest, .. } => {
            patterns.iter().for_each(|pattern| pattern_names(pattern, names));
            names.extend(rest.clone());
        }
        Pattern::Class { positional, keywords, .. } => {
            positional.iter().for_each(|pattern| pattern_names(pattern, names));
            keywords.iter().for_each(|(_, pattern)| pattern_names(pattern, names));
        }
        Pattern::Star(name) => names.extend(name.clone()),
        Pattern::As { pattern, name } => {
            if let Some(pattern) = pattern {
                pattern_names(pattern, names);
            }
            names.extend(name.clone());
        }
    }
}
