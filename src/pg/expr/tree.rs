//! Expressions as canonical trees: one node type, so that comparing needs no code per construct.

use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// A node: what it does, to what, and the type of what it gives where that is known.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tree {
    pub head: Head,
    pub args: Vec<Tree>,
    pub ty: Option<DataType>,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Head {
    Column(Ident),
    /// A string constant; without a type it takes that of its surroundings.
    Text(String),
    Number(String),
    /// A constant of another type as its input function reads it; one text per value.
    Value(String),
    Bool(bool),
    Null,
    Cast(DataType),
    Call(QName),
    /// A function that is written without parentheses: `current_timestamp`.
    Keyword(String),
    /// A prefix operator with one argument, else an infix one.
    Op(String),
    Any(String),
    All(String),
    And,
    Or,
    Not,
    /// `IS NULL` and the like.
    Test(&'static str),
    /// `IS DISTINCT FROM`
    Distinct,
    Array,
    Row,
    Case {
        has_operand: bool,
    },
    Subscript,
    Slice,
    Field(Ident),
    Collate(QName),
    Named(Ident),
    Variadic,
}

impl Tree {
    pub fn new(head: Head, args: Vec<Tree>) -> Tree {
        Tree { head, args, ty: None }
    }

    pub fn leaf(head: Head) -> Tree {
        Tree::new(head, Vec::new())
    }

    pub fn call(name: &str, args: Vec<Tree>) -> Tree {
        Tree::new(Head::Call(QName::bare(Ident::new(name))), args)
    }

    pub fn typed(self, ty: Option<DataType>) -> Tree {
        Tree { ty, ..self }
    }

    pub fn is_call(&self, name: &str) -> bool {
        matches!(&self.head, Head::Call(called) if called.schema.is_none() && called.name.as_str() == name)
    }

    /// A string constant whose type is not settled.
    pub fn is_untyped(&self) -> bool {
        self.ty.is_none() && matches!(self.head, Head::Text(_) | Head::Null)
    }

    pub fn is_constant(&self) -> bool {
        matches!(self.head, Head::Text(_) | Head::Number(_) | Head::Value(_) | Head::Bool(_) | Head::Null)
    }

    pub fn has_column(&self) -> bool {
        matches!(self.head, Head::Column(_)) || self.args.iter().any(Tree::has_column)
    }

    /// The columns that it reads, each once, in a stable order.
    pub fn columns(&self) -> std::collections::BTreeSet<&Ident> {
        let mut found = std::collections::BTreeSet::new();
        self.collect(&mut found);
        found
    }

    fn collect<'a>(&'a self, found: &mut std::collections::BTreeSet<&'a Ident>) {
        if let Head::Column(name) = &self.head {
            found.insert(name);
        }
        for arg in &self.args {
            arg.collect(found);
        }
    }
}
