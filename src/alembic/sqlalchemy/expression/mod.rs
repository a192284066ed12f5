//! SQL expressions: a small tree of what `sqlalchemy.sql` builds, and its compiler for PostgreSQL with all values written as
//! literals.

pub mod compile;
pub mod custom;
pub mod dml;
pub mod join;
pub mod literal;
pub mod operators;
pub mod python;
pub mod text;

use std::cell::RefCell;
use std::rc::Rc;

pub use compile::{Context, compile};
pub use operators::Operator;

use super::names::{self, Name};
use super::schema::{Column, Table};
use super::{Known, seam};
use crate::alembic::eval::{Value, Vm};
use crate::pg::error::Reason;
use crate::pg::ident::QName;

/// One node with its type, where it has one.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub node: Node,
    /// Its type: an instance of a type, for literals in comparisons with it.
    pub ty: Option<Value>,
}

/// The table that a `column("a")` is of; `table("t", column("a"))` gives the very column its table (`TableClause`).
#[derive(Clone, Debug, Default)]
pub struct Owner(Rc<RefCell<Option<Rc<TableName>>>>);

impl Owner {
    /// That table.
    pub fn of(table: Rc<TableName>) -> Owner {
        Owner(Rc::new(RefCell::new(Some(table))))
    }

    /// Both are the table of one column.
    fn is_same(&self, other: &Owner) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The table, if it has one by now.
    pub fn get(&self) -> Option<Rc<TableName>> {
        self.0.borrow().clone()
    }

    fn set(&self, table: &Rc<TableName>) {
        *self.0.borrow_mut() = Some(table.clone());
    }
}

/// A node of the tree.
#[derive(Clone, Debug)]
pub enum Node {
    /// `text(…)`
    Text {
        /// As written, with `:name`.
        text: Rc<str>,
        /// Values that `bindparams` gave.
        binds: Vec<(Rc<str>, Value)>,
    },
    /// `literal_column(…)`
    Raw(Rc<str>),
    /// A `Column`.
    Column(Rc<Column>),
    /// `column("a")`, and columns of `table("t", …)`.
    Named {
        /// What stands in front of it.
        table: Owner,
        /// Its name.
        name: Name,
    },
    /// A value.
    Bind(Value),
    /// `bindparam("x")` without a value.
    Parameter(Rc<str>),
    /// `NULL`, `true`, `false`, `DEFAULT`, `CURRENT_TIMESTAMP`
    Keyword(&'static str),
    /// `func.name(…)`
    Function {
        /// Its name with what stands in front, as written.
        name: Rc<str>,
        /// Arguments.
        arguments: Vec<Rc<Expression>>,
    },
    /// `a + b`
    Infix {
        /// The operator.
        operator: Operator,
        /// Left.
        left: Rc<Expression>,
        /// Right.
        right: Rc<Expression>,
    },
    /// `NOT a`, `- a`, `EXISTS (…)`
    Prefix {
        /// The operator.
        operator: Operator,
        /// What follows.
        operand: Rc<Expression>,
    },
    /// `a DESC`, `a NULLS LAST`
    Suffix {
        /// The words.
        words: &'static str,
        /// What stands in front.
        operand: Rc<Expression>,
    },
    /// `a AND b AND c`, `a, b`
    List {
        /// ` AND `, ` OR `, `, `
        operator: Operator,
        /// Its items.
        items: Vec<Rc<Expression>>,
    },
    /// `(a)`
    Group(Rc<Expression>),
    /// `CAST(a AS type)`
    Cast {
        /// What.
        operand: Rc<Expression>,
        /// The type.
        ty: Value,
    },
    /// `CASE …`
    Case {
        /// `CASE x WHEN`
        subject: Option<Rc<Expression>>,
        /// `WHEN … THEN …`
        whens: Vec<(Rc<Expression>, Rc<Expression>)>,
        /// `ELSE`
        otherwise: Option<Rc<Expression>>,
    },
    /// `a AS name`
    Label {
        /// The name.
        name: Name,
        /// What.
        operand: Rc<Expression>,
    },
    /// `EXTRACT(field FROM a)`
    Extract {
        /// `year`
        field: Rc<str>,
        /// From what.
        operand: Rc<Expression>,
    },
    /// `a COLLATE "x"`
    Collate {
        /// What.
        operand: Rc<Expression>,
        /// The collation.
        collation: Name,
    },
    /// `ARRAY[a, b]`
    Array(Vec<Rc<Expression>>),
    /// `SELECT …` inside an expression
    Query(Rc<dml::Query>),
}

/// A table in front of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableName {
    /// Its schema.
    pub schema: Option<Name>,
    /// Its name or alias.
    pub name: Name,
}

/// What an index key says besides its expression.
pub struct Ordering {
    /// The expression alone.
    pub target: Rc<Expression>,
    /// `DESC`
    pub descending: bool,
    /// `NULLS FIRST`
    pub nulls_first: Option<bool>,
}

/// How a Python value is read in the place of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An operand: a `str` is a value.
    Operand,
    /// `CheckConstraint("…")`, `postgresql_where="…"`: a `str` is SQL.
    DdlExpression,
}

/// Reads a value in the place of an expression.
pub fn coerce(_vm: &mut Vm, value: &Value, role: Role) -> Known<Rc<Expression>> {
    if let Some(expression) = seam::native::<Expression>(value) {
        return Ok(expression);
    }
    if let Some(column) = seam::native::<Column>(value) {
        return Ok(Rc::new(Expression::column_of(&column)));
    }
    Ok(match (value, role) {
        (Value::Unknown(reason), _) => return Err(reason.clone().into()),
        (Value::Str(text), Role::DdlExpression) => Expression::text(text),
        (Value::None, _) => Expression::of(Node::Keyword("NULL")),
        (Value::Native(native), Role::DdlExpression) if native.is_instance("str") => {
            Expression::text(&names::name(value)?.text)
        }
        (value, _) => Expression::of(Node::Bind(value.clone())),
    })
}

impl Expression {
    /// A node without a type.
    pub fn of(node: Node) -> Rc<Expression> {
        Rc::new(Expression { node, ty: None })
    }

    /// `text(…)`
    pub fn text(text: &str) -> Rc<Expression> {
        Expression::of(Node::Text { text: text.into(), binds: Vec::new() })
    }

    /// A column.
    pub fn column_of(column: &Rc<Column>) -> Expression {
        let ty = column.state.borrow().ty.clone();
        Expression { node: Node::Column(column.clone()), ty: Some(ty) }
    }

    /// `operand IN (…)`
    pub fn is_in(operand: Expression, values: Vec<Value>) -> Expression {
        let items = values.into_iter().map(|value| Expression::of(Node::Bind(value))).collect();
        let list = Expression::of(Node::List { operator: operators::COMMA, items });
        let right = Expression::of(Node::Group(list));
        Expression { node: Node::Infix { operator: operators::IN, left: Rc::new(operand), right }, ty: None }
    }

    /// The column's name, if it is nothing but a column.
    pub fn column_name(&self) -> Option<Name> {
        match &self.node {
            Node::Column(column) => Some(column.name()),
            Node::Named { name, .. } => Some(name.clone()),
            _ => None,
        }
    }

    /// The `key` under which `postgresql_ops` may name an operator class for it. An order around it has none, nor has a text, unless
    /// Alembic wraps it (`_textual_index_element`), as it does in its own operations.
    pub fn index_key(&self, in_operation: bool) -> Option<Rc<str>> {
        match &self.node {
            Node::Column(column) => Some(column.key()),
            Node::Named { name, .. } | Node::Label { name, .. } => Some(name.text.clone()),
            Node::Raw(text) => Some(text.clone()),
            Node::Text { text, .. } if in_operation => Some(text.clone()),
            _ => None,
        }
    }

    /// The first column of `table` in the expression; what a naming convention takes for column 0.
    pub fn column(&self, table: &Table) -> Option<Rc<Column>> {
        let mut found = None;
        self.visit(&mut |expression| {
            if found.is_none() {
                found = match &expression.node {
                    Node::Column(column) => Some(column.clone()),
                    Node::Named { name, .. } => table.column(&name.text),
                    _ => None,
                };
            }
        });
        found
    }

    /// The columns in the expression that are `Column`s, in order.
    pub fn columns(&self) -> Vec<Rc<Column>> {
        let mut columns: Vec<Rc<Column>> = Vec::new();
        self.visit(&mut |expression| {
            if let Node::Column(column) = &expression.node
                && !columns.iter().any(|own| Rc::ptr_eq(own, column))
            {
                columns.push(column.clone());
            }
        });
        columns
    }

    /// Calls `f` for this node and all below it.
    pub fn visit(&self, f: &mut impl FnMut(&Expression)) {
        f(self);
        match &self.node {
            Node::Function { arguments: items, .. } | Node::List { items, .. } | Node::Array(items) => {
                for item in items {
                    item.visit(f);
                }
            }
            Node::Infix { left, right, .. } => {
                left.visit(f);
                right.visit(f);
            }
            Node::Prefix { operand, .. }
            | Node::Suffix { operand, .. }
            | Node::Group(operand)
            | Node::Cast { operand, .. }
            | Node::Label { operand, .. }
            | Node::Extract { operand, .. }
            | Node::Collate { operand, .. } => operand.visit(f),
            Node::Case { subject, whens, otherwise } => {
                for part in subject.iter().chain(whens.iter().flat_map(|(when, then)| [when, then])).chain(otherwise) {
                    part.visit(f);
                }
            }
            Node::Text { .. }
            | Node::Raw(_)
            | Node::Column(_)
            | Node::Named { .. }
            | Node::Bind(_)
            | Node::Parameter(_)
            | Node::Keyword(_)
            | Node::Query(_) => {}
        }
    }

    /// The tables that subqueries in it read.
    pub fn read_by_queries(&self) -> Vec<QName> {
        let mut found = Vec::new();
        self.visit(&mut |node| {
            if let Node::Query(query) = &node.node {
                found.extend(query.reads().map(|table| names::qname(table.schema.as_ref(), &table.name)));
            }
        });
        found
    }

    /// Takes `DESC` and `NULLS …` off.
    pub fn ordering(self: &Rc<Expression>) -> Ordering {
        let mut ordering = Ordering { target: self.clone(), descending: false, nulls_first: None };
        loop {
            let next = match &ordering.target.node {
                Node::Suffix { words, operand } => {
                    match *words {
                        " DESC" => ordering.descending = true,
                        " NULLS FIRST" => ordering.nulls_first = Some(true),
                        " NULLS LAST" => ordering.nulls_first = Some(false),
                        _ => {}
                    }
                    operand.clone()
                }
                Node::Label { operand, .. } => operand.clone(),
                _ => return ordering,
            };
            ordering.target = next;
        }
    }

    /// Without `AS name`.
    pub fn without_label(self: &Rc<Expression>) -> Rc<Expression> {
        match &self.node {
            Node::Label { operand, .. } => operand.clone(),
            _ => self.clone(),
        }
    }

    /// True for an operator at the top, which an index puts into parentheses.
    pub fn needs_group(&self) -> bool {
        match &self.node {
            Node::Infix { .. } => true,
            Node::List { items, .. } => items.len() > 1,
            Node::Label { operand, .. } => operand.needs_group(),
            _ => false,
        }
    }

    /// Itself in parentheses where `against` binds at least as tightly (`ClauseElement.self_group`).
    pub fn grouped(self: &Rc<Expression>, against: &Operator) -> Rc<Expression> {
        let own = match &self.node {
            Node::Infix { operator, .. } | Node::Prefix { operator, .. } => operator,
            Node::List { operator, items } if items.len() > 1 => operator,
            Node::Case { .. } => return self.clone(),
            _ => return self.clone(),
        };
        if own.needs_parentheses_in(against) { Expression::of(Node::Group(self.clone())) } else { self.clone() }
    }

    /// The reason why the text cannot be known, if a value in it is unknown.
    pub fn unknown(&self) -> Option<Reason> {
        let mut found = None;
        self.visit(&mut |expression| {
            if let Node::Bind(Value::Unknown(reason)) = &expression.node {
                found.get_or_insert_with(|| reason.clone());
            }
        });
        found
    }
}
