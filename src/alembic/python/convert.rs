//! From the parser crate's tree to ours.

use std::collections::HashSet;
use std::rc::Rc;

use rustpython_parser::ast::{self as raw, Ranged};
use rustpython_parser::text_size::TextRange;

use super::ast::{
    Alias, BinaryOp, Block, Call, ClassDef, Clause, CompareOp, Comprehension, ComprehensionKind, Conditional, Constant,
    Expr, ExprKind, FPart, FunctionDef, Handler, MatchCase, Module, Name, Names, Parameter, Parameters, Pattern, Stmt,
    StmtKind, Try, UnaryOp, WithItem,
};
use crate::source::{FileId, Span};

/// `skipped`: bytes of `text` that were not given to the parser (a byte order mark).
pub fn module(suite: Vec<raw::Stmt>, text: &str, file: FileId, skipped: u32) -> Rc<Module> {
    let mut convert = Convert {
        text,
        file,
        skipped,
        names: HashSet::new(),
        scopes: vec![Scope::default()],
        set_by_functions: HashSet::new(),
    };
    let body = convert.block(suite);
    Rc::new(Module { file, body, set_by_functions: convert.set_by_functions })
}

/// What a function, class or comprehension binds, while its body is converted.
#[derive(Default)]
struct Scope {
    names: Names,
    /// Names that are read, here or within.
    reads: HashSet<Name>,
    is_comprehension: bool,
    yields: bool,
}

struct Convert<'a> {
    text: &'a str,
    file: FileId,
    skipped: u32,
    /// Every name so far, so that equal names share their memory.
    names: HashSet<Name>,
    scopes: Vec<Scope>,
    /// See [`Module::set_by_functions`].
    set_by_functions: HashSet<Name>,
}

impl Convert<'_> {
    fn span(&self, range: TextRange) -> Span {
        let start = range.start().to_u32() + self.skipped;
        Span { file: self.file, start, end: (range.end().to_u32() + self.skipped).max(start) }
    }

    fn name(&mut self, text: &str) -> Name {
        if let Some(name) = self.names.get(text) {
            return name.clone();
        }
        let name: Name = text.into();
        self.names.insert(name.clone());
        name
    }

    fn read(&mut self, text: &str) -> Name {
        let name = self.name(text);
        for scope in self.scopes.iter_mut().skip(1) {
            scope.reads.insert(name.clone());
        }
        name
    }

    fn bind(&mut self, text: &str) -> Name {
        let name = self.name(text);
        if let Some(scope) = self.scopes.last_mut() {
            scope.names.locals.insert(name.clone());
        }
        name
    }

    /// A walrus inside a comprehension binds in the function around it (PEP 572).
    fn bind_outside_comprehensions(&mut self, text: &str) -> Name {
        let name = self.name(text);
        if let Some(scope) = self.scopes.iter_mut().rev().find(|scope| !scope.is_comprehension) {
            scope.names.locals.insert(name.clone());
        }
        name
    }

    fn leave(&mut self) -> (Names, bool) {
        let mut scope = self.scopes.pop().unwrap_or_default();
        let Names { locals, globals, nonlocals } = &mut scope.names;
        let set = globals.iter().filter(|name| locals.contains(*name) && !scope.reads.contains(*name));
        self.set_by_functions.extend(set.cloned());
        locals.retain(|name| !globals.contains(name) && !nonlocals.contains(name));
        (scope.names, scope.yields)
    }

    fn yields(&mut self) {
        if let Some(scope) = self.scopes.iter_mut().rev().find(|scope| !scope.is_comprehension) {
            scope.yields = true;
        }
    }

    fn block(&mut self, body: Vec<raw::Stmt>) -> Block {
        body.into_iter().map(|stmt| self.stmt(stmt)).collect()
    }

    fn stmt(&mut self, stmt: raw::Stmt) -> Stmt {
        let span = self.span(stmt.range());
        let kind = match stmt {
            raw::Stmt::FunctionDef(def) => StmtKind::FunctionDef(self.function(
                def.name.as_str(),
                *def.args,
                def.body,
                def.decorator_list,
                false,
                span,
            )),
            raw::Stmt::AsyncFunctionDef(def) => StmtKind::FunctionDef(self.function(
                def.name.as_str(),
                *def.args,
                def.body,
                def.decorator_list,
                true,
                span,
            )),
            raw::Stmt::ClassDef(def) => StmtKind::ClassDef(self.class(def, span)),
            raw::Stmt::Return(stmt) => StmtKind::Return(stmt.value.map(|value| self.expr(*value))),
            raw::Stmt::Delete(stmt) => StmtKind::Delete(self.targets(stmt.targets)),
            raw::Stmt::Assign(stmt) => {
                let value = self.expr(*stmt.value);
                StmtKind::Assign { targets: self.targets(stmt.targets), value }
            }
            raw::Stmt::AugAssign(stmt) => {
                let value = self.expr(*stmt.value);
                StmtKind::AugAssign { target: self.target(*stmt.target), op: binary_op(stmt.op), value }
            }
            raw::Stmt::AnnAssign(stmt) => {
                let annotation = self.expr(*stmt.annotation);
                let value = stmt.value.map(|value| self.expr(*value));
                StmtKind::AnnAssign { target: self.target(*stmt.target), annotation, value }
            }
            raw::Stmt::For(stmt) => self.for_loop(*stmt.target, *stmt.iter, stmt.body, stmt.orelse),
            raw::Stmt::While(stmt) => StmtKind::While {
                test: self.expr(*stmt.test),
                body: self.block(stmt.body),
                orelse: self.block(stmt.orelse),
            },
            raw::Stmt::If(stmt) => self.if_chain(stmt),
            raw::Stmt::With(stmt) => {
                let items = stmt.items.into_iter().map(|item| self.with_item(item)).collect();
                StmtKind::With { items, body: self.block(stmt.body) }
            }
            raw::Stmt::Match(stmt) => {
                let subject = self.expr(*stmt.subject);
                StmtKind::Match { subject, cases: stmt.cases.into_iter().map(|case| self.match_case(case)).collect() }
            }
            raw::Stmt::Raise(stmt) => StmtKind::Raise {
                exception: stmt.exc.map(|value| self.expr(*value)),
                cause: stmt.cause.map(|value| self.expr(*value)),
            },
            raw::Stmt::Try(stmt) => {
                let body = self.block(stmt.body);
                let handlers = stmt.handlers.into_iter().map(|handler| self.handler(handler)).collect();
                let orelse = self.block(stmt.orelse);
                StmtKind::Try(Rc::new(Try { body, handlers, orelse, finally: self.block(stmt.finalbody) }))
            }
            raw::Stmt::Assert(stmt) => {
                StmtKind::Assert { test: self.expr(*stmt.test), message: stmt.msg.map(|value| self.expr(*value)) }
            }
            raw::Stmt::Import(stmt) => {
                let names = stmt.names.into_iter().map(|alias| self.alias(alias, true)).collect();
                StmtKind::Import(names)
            }
            raw::Stmt::ImportFrom(stmt) => StmtKind::ImportFrom {
                module: stmt.module.map(|module| self.name(module.as_str())),
                names: stmt.names.into_iter().map(|alias| self.alias(alias, false)).collect(),
                level: stmt.level.map_or(0, |level| level.to_u32()),
            },
            raw::Stmt::Global(stmt) => {
                for name in stmt.names {
                    let name = self.name(name.as_str());
                    self.scopes.last_mut().map(|scope| scope.names.globals.insert(name));
                }
                StmtKind::Global
            }
            raw::Stmt::Nonlocal(stmt) => {
                for name in stmt.names {
                    let name = self.name(name.as_str());
                    self.scopes.last_mut().map(|scope| scope.names.nonlocals.insert(name));
                }
                StmtKind::Nonlocal
            }
            raw::Stmt::Expr(stmt) => StmtKind::Expr(self.expr(*stmt.value)),
            raw::Stmt::Pass(_) => StmtKind::Pass,
            raw::Stmt::Break(_) => StmtKind::Break,
            raw::Stmt::Continue(_) => StmtKind::Continue,
            raw::Stmt::AsyncFor(_) => StmtKind::Unsupported("async for"),
            raw::Stmt::AsyncWith(_) => StmtKind::Unsupported("async with"),
            raw::Stmt::TryStar(_) => StmtKind::Unsupported("except*"),
            raw::Stmt::TypeAlias(stmt) => StmtKind::TypeAlias(self.target(*stmt.name)),
        };
        Stmt { span, kind }
    }

    fn for_loop(
        &mut self,
        target: raw::Expr,
        iter: raw::Expr,
        body: Vec<raw::Stmt>,
        orelse: Vec<raw::Stmt>,
    ) -> StmtKind {
        StmtKind::For {
            iter: self.expr(iter),
            target: Rc::new(self.target(target)),
            body: self.block(body),
            orelse: self.block(orelse),
        }
    }

    fn if_chain(&mut self, stmt: raw::StmtIf) -> StmtKind {
        let mut branches = Vec::new();
        let mut next = stmt;
        loop {
            let test = self.expr(*next.test);
            branches.push((test, self.block(next.body)));
            let mut orelse = next.orelse;
            if orelse.len() == 1
                && matches!(orelse[0], raw::Stmt::If(_))
                && let Some(raw::Stmt::If(inner)) = orelse.pop()
            {
                next = inner;
                continue;
            }
            return StmtKind::If { branches, orelse: self.block(orelse) };
        }
    }

    fn with_item(&mut self, item: raw::WithItem) -> WithItem {
        let context = self.expr(item.context_expr);
        WithItem { context, target: item.optional_vars.map(|target| self.target(*target)) }
    }

    fn handler(&mut self, handler: raw::ExceptHandler) -> Handler {
        let raw::ExceptHandler::ExceptHandler(handler) = handler;
        Handler {
            span: self.span(handler.range),
            class: handler.type_.map(|class| self.expr(*class)),
            name: handler.name.map(|name| self.bind(name.as_str())),
            body: self.block(handler.body),
        }
    }

    fn alias(&mut self, alias: raw::Alias, dotted: bool) -> Alias {
        let name = self.name(alias.name.as_str());
        let alias = alias.asname.map(|name| self.bind(name.as_str()));
        if alias.is_none() && &*name != "*" {
            let bound = if dotted { name.split('.').next().unwrap_or(&name).to_owned() } else { name.to_string() };
            self.bind(&bound);
        }
        Alias { name, alias }
    }

    fn function(
        &mut self,
        name: &str,
        arguments: raw::Arguments,
        body: Vec<raw::Stmt>,
        decorators: Vec<raw::Expr>,
        is_async: bool,
        span: Span,
    ) -> Rc<FunctionDef> {
        let decorators = decorators.into_iter().map(|value| self.expr(value)).collect();
        let name = self.bind(name);
        let parameters = self.parameters(arguments);
        self.enter_function(&parameters);
        let body = self.block(body);
        let (names, is_generator) = self.leave();
        let doc = doc_string(&body);
        Rc::new(FunctionDef { name, parameters, body, decorators, is_generator, is_async, names, doc, span })
    }

    fn lambda(&mut self, lambda: raw::ExprLambda, span: Span) -> ExprKind {
        let name = self.name("<lambda>");
        let parameters = self.parameters(*lambda.args);
        self.enter_function(&parameters);
        let value = self.expr(*lambda.body);
        let (names, is_generator) = self.leave();
        let body: Block = Rc::new([Stmt { span: value.span, kind: StmtKind::Return(Some(value)) }]);
        let (decorators, is_async, doc) = (Vec::new(), false, None);
        ExprKind::Lambda(Rc::new(FunctionDef {
            name,
            parameters,
            body,
            decorators,
            is_generator,
            is_async,
            names,
            doc,
            span,
        }))
    }

    /// The defaults belong to the scope around, so the parameters are converted before their scope is entered.
    fn enter_function(&mut self, parameters: &Parameters) {
        let mut scope = Scope::default();
        let all = parameters.positional.iter().chain(&parameters.keyword_only).map(|parameter| &parameter.name);
        scope.names.locals.extend(all.chain(&parameters.rest).chain(&parameters.keywords).cloned());
        self.scopes.push(scope);
    }

    fn parameters(&mut self, arguments: raw::Arguments) -> Parameters {
        let positional_only = arguments.posonlyargs.len();
        let mut one = |parameter: raw::ArgWithDefault| Parameter {
            name: self.name(parameter.def.arg.as_str()),
            default: parameter.default.map(|value| self.expr(*value)),
        };
        let positional = arguments.posonlyargs.into_iter().chain(arguments.args).map(&mut one).collect();
        let keyword_only = arguments.kwonlyargs.into_iter().map(&mut one).collect();
        Parameters {
            positional,
            positional_only,
            rest: arguments.vararg.map(|arg| self.name(arg.arg.as_str())),
            keyword_only,
            keywords: arguments.kwarg.map(|arg| self.name(arg.arg.as_str())),
        }
    }

    fn class(&mut self, def: raw::StmtClassDef, span: Span) -> Rc<ClassDef> {
        let decorators = def.decorator_list.into_iter().map(|value| self.expr(value)).collect();
        let bases = def.bases.into_iter().map(|value| self.expr(value)).collect();
        let keywords = self.keywords(def.keywords);
        let name = self.bind(def.name.as_str());
        self.scopes.push(Scope::default());
        let body = self.block(def.body);
        let (names, _) = self.leave();
        Rc::new(ClassDef { name, bases, keywords, body, names, decorators, span })
    }

    fn match_case(&mut self, case: raw::MatchCase) -> MatchCase {
        let pattern = self.pattern(case.pattern);
        let guard = case.guard.map(|value| self.expr(*value));
        MatchCase { pattern, guard, body: self.block(case.body) }
    }

    fn pattern(&mut self, pattern: raw::Pattern) -> Pattern {
        match pattern {
            raw::Pattern::MatchValue(pattern) => Pattern::Value(self.expr(*pattern.value)),
            raw::Pattern::MatchSingleton(pattern) => Pattern::Singleton(constant(pattern.value)),
            raw::Pattern::MatchSequence(pattern) => Pattern::Sequence(self.patterns(pattern.patterns)),
            raw::Pattern::MatchMapping(pattern) => Pattern::Mapping {
                keys: pattern.keys.into_iter().map(|key| self.expr(key)).collect(),
                patterns: self.patterns(pattern.patterns),
                rest: pattern.rest.map(|name| self.bind(name.as_str())),
            },
            raw::Pattern::MatchClass(pattern) => {
                let class = self.expr(*pattern.cls);
                let names: Vec<Name> = pattern.kwd_attrs.iter().map(|name| self.name(name.as_str())).collect();
                let keywords = names.into_iter().zip(self.patterns(pattern.kwd_patterns)).collect();
                Pattern::Class { class, positional: self.patterns(pattern.patterns), keywords }
            }
            raw::Pattern::MatchStar(pattern) => Pattern::Star(pattern.name.map(|name| self.bind(name.as_str()))),
            raw::Pattern::MatchAs(pattern) => Pattern::As {
                pattern: pattern.pattern.map(|inner| Box::new(self.pattern(*inner))),
                name: pattern.name.map(|name| self.bind(name.as_str())),
            },
            raw::Pattern::MatchOr(pattern) => Pattern::Or(self.patterns(pattern.patterns)),
        }
    }

    fn patterns(&mut self, patterns: Vec<raw::Pattern>) -> Vec<Pattern> {
        patterns.into_iter().map(|pattern| self.pattern(pattern)).collect()
    }

    fn targets(&mut self, targets: Vec<raw::Expr>) -> Vec<Expr> {
        targets.into_iter().map(|target| self.target(target)).collect()
    }

    /// An expression that is assigned to: its names become the scope's own.
    fn target(&mut self, target: raw::Expr) -> Expr {
        self.bind_targets(&target);
        self.expr(target)
    }

    fn bind_targets(&mut self, target: &raw::Expr) {
        match target {
            raw::Expr::Name(name) => {
                self.bind(name.id.as_str());
            }
            raw::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.bind_targets(target)),
            raw::Expr::List(list) => list.elts.iter().for_each(|target| self.bind_targets(target)),
            raw::Expr::Starred(starred) => self.bind_targets(&starred.value),
            _ => {}
        }
    }

    fn keywords(&mut self, keywords: Vec<raw::Keyword>) -> Vec<(Option<Name>, Expr)> {
        let one = |keyword: raw::Keyword| {
            let name = keyword.arg.map(|name| self.name(name.as_str()));
            (name, self.expr(keyword.value))
        };
        keywords.into_iter().map(one).collect()
    }

    fn boxed(&mut self, expr: raw::Expr) -> Box<Expr> {
        Box::new(self.expr(expr))
    }

    fn exprs(&mut self, exprs: Vec<raw::Expr>) -> Vec<Expr> {
        exprs.into_iter().map(|expr| self.expr(expr)).collect()
    }

    fn expr(&mut self, expr: raw::Expr) -> Expr {
        let span = self.span(expr.range());
        Expr { span, kind: self.expr_kind(expr, span) }
    }

    fn expr_kind(&mut self, expr: raw::Expr, span: Span) -> ExprKind {
        match expr {
            raw::Expr::BoolOp(expr) => {
                let values = self.exprs(expr.values);
                if expr.op == raw::BoolOp::And { ExprKind::And(values) } else { ExprKind::Or(values) }
            }
            raw::Expr::NamedExpr(expr) => match *expr.target {
                raw::Expr::Name(name) => ExprKind::Walrus {
                    target: self.bind_outside_comprehensions(name.id.as_str()),
                    value: self.boxed(*expr.value),
                },
                // The grammar allows names only.
                _ => self.expr(*expr.value).kind,
            },
            raw::Expr::BinOp(expr) => ExprKind::Binary {
                left: self.boxed(*expr.left),
                op: binary_op(expr.op),
                right: self.boxed(*expr.right),
            },
            raw::Expr::UnaryOp(expr) => ExprKind::Unary { op: unary_op(expr.op), operand: self.boxed(*expr.operand) },
            raw::Expr::Lambda(expr) => self.lambda(expr, span),
            raw::Expr::IfExp(expr) => ExprKind::Conditional(Box::new(Conditional {
                test: self.expr(*expr.test),
                body: self.expr(*expr.body),
                orelse: self.expr(*expr.orelse),
            })),
            raw::Expr::Dict(expr) => {
                let one =
                    |(key, value): (Option<raw::Expr>, raw::Expr)| (key.map(|key| self.expr(key)), self.expr(value));
                ExprKind::Dict(expr.keys.into_iter().zip(expr.values).map(one).collect())
            }
            raw::Expr::Set(expr) => ExprKind::Set(self.exprs(expr.elts)),
            raw::Expr::ListComp(expr) => self.comprehension(ComprehensionKind::List, *expr.elt, None, expr.generators),
            raw::Expr::SetComp(expr) => self.comprehension(ComprehensionKind::Set, *expr.elt, None, expr.generators),
            raw::Expr::DictComp(expr) => {
                self.comprehension(ComprehensionKind::Dict, *expr.key, Some(*expr.value), expr.generators)
            }
            raw::Expr::GeneratorExp(expr) => {
                self.comprehension(ComprehensionKind::Generator, *expr.elt, None, expr.generators)
            }
            raw::Expr::Await(expr) => ExprKind::Await(self.boxed(*expr.value)),
            raw::Expr::Yield(expr) => {
                self.yields();
                ExprKind::Yield(expr.value.map(|value| self.boxed(*value)))
            }
            raw::Expr::YieldFrom(expr) => {
                self.yields();
                ExprKind::YieldFrom(self.boxed(*expr.value))
            }
            raw::Expr::Compare(expr) => {
                let left = self.boxed(*expr.left);
                let one = |(op, right)| (compare_op(op), self.expr(right));
                ExprKind::Compare { left, rest: expr.ops.into_iter().zip(expr.comparators).map(one).collect() }
            }
            raw::Expr::Call(expr) => self.call(expr, span),
            raw::Expr::FormattedValue(expr) => ExprKind::FString(vec![self.field(expr)]),
            raw::Expr::JoinedStr(expr) => ExprKind::FString(self.f_parts(expr.values)),
            raw::Expr::Constant(expr) => match expr.value {
                raw::Constant::Str(text) => ExprKind::Constant(Constant::Str(self.name(&text))),
                value => ExprKind::Constant(constant(value)),
            },
            raw::Expr::Attribute(expr) => {
                let attr = self.name(expr.attr.as_str());
                ExprKind::Attribute { value: self.boxed(*expr.value), attr }
            }
            raw::Expr::Subscript(expr) => {
                ExprKind::Subscript { value: self.boxed(*expr.value), index: self.boxed(*expr.slice) }
            }
            raw::Expr::Starred(expr) => ExprKind::Starred(self.boxed(*expr.value)),
            raw::Expr::Name(expr) => ExprKind::Name(match expr.ctx {
                raw::ExprContext::Load => self.read(expr.id.as_str()),
                raw::ExprContext::Store | raw::ExprContext::Del => self.name(expr.id.as_str()),
            }),
            raw::Expr::List(expr) => ExprKind::List(self.exprs(expr.elts)),
            raw::Expr::Tuple(expr) => ExprKind::Tuple(self.exprs(expr.elts)),
            raw::Expr::Slice(expr) => ExprKind::Slice {
                lower: expr.lower.map(|value| self.boxed(*value)),
                upper: expr.upper.map(|value| self.boxed(*value)),
                step: expr.step.map(|value| self.boxed(*value)),
            },
        }
    }

    fn call(&mut self, expr: raw::ExprCall, span: Span) -> ExprKind {
        let func = self.expr(*expr.func);
        let args = self.exprs(expr.args);
        let keywords = self.keywords(expr.keywords);
        let mut at = span;
        if let ExprKind::Attribute { attr, .. } = &func.kind {
            let (start, end) = (func.span.start as usize, func.span.end as usize);
            if self.text.get(start..end).is_some_and(|text| text.contains('\n')) {
                at.start = func.span.end.saturating_sub(attr.len() as u32);
            }
        }
        ExprKind::Call(Box::new(Call { func, args, keywords, at }))
    }

    fn comprehension(
        &mut self,
        kind: ComprehensionKind,
        element: raw::Expr,
        value: Option<raw::Expr>,
        generators: Vec<raw::Comprehension>,
    ) -> ExprKind {
        self.scopes.push(Scope { is_comprehension: true, ..Scope::default() });
        let clauses = generators
            .into_iter()
            .map(|clause| Clause {
                iter: self.expr(clause.iter),
                target: self.target(clause.target),
                conditions: self.exprs(clause.ifs),
            })
            .collect();
        let element = self.expr(element);
        let value = value.map(|value| self.expr(value));
        let (names, _) = self.leave();
        ExprKind::Comprehension(Rc::new(Comprehension { kind, element, value, clauses, names }))
    }

    fn f_parts(&mut self, values: Vec<raw::Expr>) -> Vec<FPart> {
        let one = |value| match value {
            raw::Expr::Constant(raw::ExprConstant { value: raw::Constant::Str(text), .. }) => {
                FPart::Literal(text.into())
            }
            raw::Expr::FormattedValue(field) => self.field(field),
            other => FPart::Field { value: Box::new(self.expr(other)), conversion: None, spec: None },
        };
        values.into_iter().map(one).collect()
    }

    fn field(&mut self, field: raw::ExprFormattedValue) -> FPart {
        let value = self.boxed(*field.value);
        let spec = field.format_spec.map(|spec| match *spec {
            raw::Expr::JoinedStr(spec) => self.f_parts(spec.values),
            other => self.f_parts(vec![other]),
        });
        FPart::Field { value, conversion: field.conversion.to_char(), spec }
    }
}

fn doc_string(body: &Block) -> Option<Rc<str>> {
    match &body.first()?.kind {
        StmtKind::Expr(Expr { kind: ExprKind::Constant(Constant::Str(text)), .. }) => Some(text.clone()),
        _ => None,
    }
}

fn constant(value: raw::Constant) -> Constant {
    match value {
        raw::Constant::None => Constant::None,
        raw::Constant::Bool(value) => Constant::Bool(value),
        raw::Constant::Str(value) => Constant::Str(value.into()),
        raw::Constant::Bytes(value) => Constant::Bytes(value.into()),
        raw::Constant::Int(value) => Constant::Int(Rc::new(value)),
        raw::Constant::Float(value) => Constant::Float(value),
        raw::Constant::Complex { .. } => Constant::Complex,
        // The parser makes no constant tuples; they come from optimisers.
        raw::Constant::Tuple(_) | raw::Constant::Ellipsis => Constant::Ellipsis,
    }
}

fn binary_op(op: raw::Operator) -> BinaryOp {
    match op {
        raw::Operator::Add => BinaryOp::Add,
        raw::Operator::Sub => BinaryOp::Sub,
        raw::Operator::Mult => BinaryOp::Mult,
        raw::Operator::MatMult => BinaryOp::MatMult,
        raw::Operator::Div => BinaryOp::Div,
        raw::Operator::Mod => BinaryOp::Mod,
        raw::Operator::Pow => BinaryOp::Pow,
        raw::Operator::LShift => BinaryOp::LShift,
        raw::Operator::RShift => BinaryOp::RShift,
        raw::Operator::BitOr => BinaryOp::BitOr,
        raw::Operator::BitXor => BinaryOp::BitXor,
        raw::Operator::BitAnd => BinaryOp::BitAnd,
        raw::Operator::FloorDiv => BinaryOp::FloorDiv,
    }
}

fn unary_op(op: raw::UnaryOp) -> UnaryOp {
    match op {
        raw::UnaryOp::Invert => UnaryOp::Invert,
        raw::UnaryOp::Not => UnaryOp::Not,
        raw::UnaryOp::UAdd => UnaryOp::Plus,
        raw::UnaryOp::USub => UnaryOp::Minus,
    }
}

fn compare_op(op: raw::CmpOp) -> CompareOp {
    match op {
        raw::CmpOp::Eq => CompareOp::Eq,
        raw::CmpOp::NotEq => CompareOp::NotEq,
        raw::CmpOp::Lt => CompareOp::Lt,
        raw::CmpOp::LtE => CompareOp::LtE,
        raw::CmpOp::Gt => CompareOp::Gt,
        raw::CmpOp::GtE => CompareOp::GtE,
        raw::CmpOp::Is => CompareOp::Is,
        raw::CmpOp::IsNot => CompareOp::IsNot,
        raw::CmpOp::In => CompareOp::In,
        raw::CmpOp::NotIn => CompareOp::NotIn,
    }
}
