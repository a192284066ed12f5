//! Values that stand in a file as they are: no code is run to know them.

use std::collections::HashMap;

use crate::alembic::python::ast::{BinaryOp, Block, Constant, Expr, ExprKind, FPart, Stmt, StmtKind};

/// A literal value of Python.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// `None`
    None,
    /// `True`, `False`
    Bool(bool),
    /// A string.
    Str(String),
    /// A list, tuple or set.
    List(Vec<Literal>),
    /// A dict whose keys are strings.
    Dict(Vec<(String, Literal)>),
}

impl Literal {
    /// As Alembic's `to_tuple` takes it: nothing, one name, or several.
    pub fn names(&self) -> Option<Vec<String>> {
        let name = |item: &Literal| match item {
            Literal::Str(text) => Some(text.clone()),
            Literal::None | Literal::Bool(_) | Literal::List(_) | Literal::Dict(_) => None,
        };
        match self {
            Literal::None => Some(Vec::new()),
            // `tuple_rev_as_scalar` takes an empty text for none.
            Literal::Str(text) => Some(Some(text.clone()).filter(|text| !text.is_empty()).into_iter().collect()),
            Literal::List(items) => items.iter().map(name).collect(),
            Literal::Bool(_) | Literal::Dict(_) => None,
        }
    }
}

/// The names that a file binds once, to an expression; of others the value is not known.
#[derive(Debug, Default)]
pub struct Scope<'a> {
    bound: HashMap<&'a str, Option<&'a Expr>>,
    /// What each name is bound to in the end.
    last: HashMap<&'a str, Option<&'a Expr>>,
}

impl<'a> Scope<'a> {
    /// The names that the module itself binds.
    pub fn of(body: &'a Block) -> Scope<'a> {
        let mut scope = Scope::default();
        for statement in body.iter() {
            scope.statement(statement);
        }
        scope
    }

    /// The same, and the names that its functions bind: for a file like `env.py`, which passes constants through local names.
    pub fn with_functions(body: &'a Block) -> Scope<'a> {
        let mut scope = Scope::of(body);
        scope.functions(body);
        scope
    }

    fn functions(&mut self, body: &'a Block) {
        for statement in body.iter() {
            if let StmtKind::FunctionDef(function) = &statement.kind {
                for parameter in function.parameters.positional.iter().chain(&function.parameters.keyword_only) {
                    self.bound.insert(&parameter.name, None);
                }
                for statement in function.body.iter() {
                    self.statement(statement);
                }
                self.functions(&function.body);
            }
        }
    }

    fn bind(&mut self, name: &'a str, value: Option<&'a Expr>) {
        self.last.insert(name, value);
        self.bound.entry(name).and_modify(|bound| *bound = None).or_insert(value);
    }

    fn target(&mut self, target: &'a Expr, value: Option<&'a Expr>) {
        match (&target.kind, value.map(|value| &value.kind)) {
            (ExprKind::Name(name), _) => self.bind(name, value),
            (
                ExprKind::Tuple(targets) | ExprKind::List(targets),
                Some(ExprKind::Tuple(values) | ExprKind::List(values)),
            ) if targets.len() == values.len() => {
                for (target, value) in targets.iter().zip(values) {
                    self.target(target, Some(value));
                }
            }
            (ExprKind::Tuple(targets) | ExprKind::List(targets), _) => {
                for target in targets {
                    self.target(target, None);
                }
            }
            _ => {}
        }
    }

    fn statement(&mut self, statement: &'a Stmt) {
        match &statement.kind {
            StmtKind::Assign { targets, value } => {
                for target in targets {
                    self.target(target, Some(value));
                }
            }
            StmtKind::AnnAssign { target, value: Some(value), .. } => self.target(target, Some(value)),
            StmtKind::AugAssign { target, .. } => self.target(target, None),
            // `if TYPE_CHECKING:` is never taken.
            StmtKind::If { branches, orelse } if matches!(&**branches, [(test, _)] if is_type_checking(test)) => {
                for statement in orelse.iter() {
                    self.statement(statement);
                }
            }
            // What is bound under a condition may be bound otherwise.
            StmtKind::If { branches, orelse } => {
                for block in branches.iter().map(|(_, block)| block).chain([orelse]) {
                    self.maybe(block);
                }
            }
            StmtKind::Try(parts) => {
                for block in parts.handlers.iter().map(|handler| &handler.body).chain([&parts.body, &parts.orelse]) {
                    self.maybe(block);
                }
            }
            StmtKind::With { body, .. } | StmtKind::For { body, .. } | StmtKind::While { body, .. } => self.maybe(body),
            _ => {}
        }
    }

    fn maybe(&mut self, block: &'a Block) {
        let inner = Scope::of(block);
        for name in inner.bound.into_keys() {
            self.bound.insert(name, None);
            self.last.insert(name, None);
        }
    }

    /// The expression that a name is bound to when the file has run.
    pub fn last(&self, name: &str) -> Option<&'a Expr> {
        self.last.get(name).copied().flatten()
    }

    /// True if the file binds that name at all.
    pub fn has(&self, name: &str) -> bool {
        self.bound.contains_key(name)
    }

    /// The expression that a name is bound to, if it is bound once.
    pub fn expression(&self, name: &str) -> Option<&'a Expr> {
        self.bound.get(name).copied().flatten()
    }

    /// The value of an expression, if it stands in the file.
    pub fn value(&self, expression: &Expr) -> Option<Literal> {
        self.value_at(expression, 0)
    }

    fn value_at(&self, expression: &Expr, depth: usize) -> Option<Literal> {
        if depth > 50 {
            return None;
        }
        let value = |expression: &Expr| self.value_at(expression, depth + 1);
        match &expression.kind {
            ExprKind::Constant(Constant::None) => Some(Literal::None),
            ExprKind::Constant(Constant::Bool(flag)) => Some(Literal::Bool(*flag)),
            ExprKind::Constant(Constant::Str(text)) => Some(Literal::Str(text.to_string())),
            ExprKind::Tuple(items) | ExprKind::List(items) | ExprKind::Set(items) => {
                items.iter().map(value).collect::<Option<Vec<_>>>().map(Literal::List)
            }
            ExprKind::Dict(items) => {
                let pair = |(key, item): &(Option<Expr>, Expr)| match self.value_at(key.as_ref()?, depth + 1)? {
                    Literal::Str(key) => Some((key, value(item)?)),
                    Literal::None | Literal::Bool(_) | Literal::List(_) | Literal::Dict(_) => None,
                };
                items.iter().map(pair).collect::<Option<Vec<_>>>().map(Literal::Dict)
            }
            ExprKind::Name(name) => self.value_at(self.expression(name)?, depth + 1),
            ExprKind::Binary { left, op: BinaryOp::Add, right } => match (value(left)?, value(right)?) {
                (Literal::Str(left), Literal::Str(right)) => Some(Literal::Str(left + &right)),
                (Literal::List(left), Literal::List(right)) => Some(Literal::List([left, right].concat())),
                _ => None,
            },
            ExprKind::FString(parts) => {
                let mut text = String::new();
                for part in parts {
                    match part {
                        FPart::Literal(literal) => text.push_str(literal),
                        FPart::Field { value: field, conversion: None, spec: None } => match value(field)? {
                            Literal::Str(field) => text.push_str(&field),
                            Literal::None | Literal::Bool(_) | Literal::List(_) | Literal::Dict(_) => return None,
                        },
                        FPart::Field { .. } => return None,
                    }
                }
                Some(Literal::Str(text))
            }
            _ => None,
        }
    }
}

fn is_type_checking(test: &Expr) -> bool {
    match &test.kind {
        ExprKind::Name(name) => &**name == "TYPE_CHECKING",
        ExprKind::Attribute { attr, .. } => &**attr == "TYPE_CHECKING",
        _ => false,
    }
}
