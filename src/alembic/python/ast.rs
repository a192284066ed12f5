//! The tree that the interpreter walks: Python's grammar with shared names, shared bodies, and places in our own terms.

use std::collections::HashSet;
use std::rc::Rc;

use num_bigint::BigInt;

use crate::source::{FileId, Span};

/// A name; equal names of one file share their memory.
pub type Name = Rc<str>;

/// Statements that run one after the other. Shared, so that closures and generators keep them alive.
pub type Block = Rc<[Stmt]>;

/// One parsed file.
#[derive(Debug)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// Its statements.
    pub body: Block,
    /// Its variables that a function sets without a look at them (`global x`), for others to call.
    pub set_by_functions: HashSet<Name>,
}

/// A statement and its place.
#[derive(Debug)]
pub struct Stmt {
    /// From its first to its last byte.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statements (Python reference, chapters 7 and 8).
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub enum StmtKind {
    Expr(Expr),
    Assign {
        targets: Vec<Expr>,
        value: Expr,
    },
    AugAssign {
        target: Expr,
        op: BinaryOp,
        value: Expr,
    },
    AnnAssign {
        target: Expr,
        annotation: Expr,
        value: Option<Expr>,
    },
    Return(Option<Expr>),
    Raise {
        exception: Option<Expr>,
        cause: Option<Expr>,
    },
    Delete(Vec<Expr>),
    /// `elif` is flattened: the first branch whose test holds runs.
    If {
        branches: Vec<(Expr, Block)>,
        orelse: Block,
    },
    For {
        target: Rc<Expr>,
        iter: Expr,
        body: Block,
        orelse: Block,
    },
    While {
        test: Expr,
        body: Block,
        orelse: Block,
    },
    With {
        items: Rc<[WithItem]>,
        body: Block,
    },
    Try(Rc<Try>),
    FunctionDef(Rc<FunctionDef>),
    ClassDef(Rc<ClassDef>),
    Import(Vec<Alias>),
    ImportFrom {
        module: Option<Name>,
        names: Vec<Alias>,
        level: u32,
    },
    Global,
    Nonlocal,
    Pass,
    Break,
    Continue,
    Assert {
        test: Expr,
        message: Option<Expr>,
    },
    Match {
        subject: Expr,
        cases: Vec<MatchCase>,
    },
    /// `type X = …`; the right side is evaluated when it is asked for.
    TypeAlias(Expr),
    /// Syntax that the interpreter does not run, by its name.
    Unsupported(&'static str),
}

/// `expression as target`
#[derive(Debug)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// The name it gets.
    pub target: Option<Expr>,
}

/// A `try` statement.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub struct Try {
    pub body: Block,
    pub handlers: Vec<Handler>,
    pub orelse: Block,
    pub finally: Block,
}

/// An `except` clause.
#[derive(Debug)]
pub struct Handler {
    /// The class or tuple of classes; `None` catches all.
    pub class: Option<Expr>,
    /// `as name`
    pub name: Option<Name>,
    /// What runs.
    pub body: Block,
    /// Its place.
    pub span: Span,
}

/// `name as alias`
#[derive(Debug)]
pub struct Alias {
    /// A dotted name for `import`, a plain one or `*` for `from … import`.
    pub name: Name,
    /// The name that it is bound to, where one is given.
    pub alias: Option<Name>,
}

/// A function or a lambda.
#[derive(Debug)]
pub struct FunctionDef {
    /// `<lambda>` for a lambda.
    pub name: Name,
    /// The parameters.
    pub parameters: Parameters,
    /// The body; of a lambda one `return`.
    pub body: Block,
    /// Outermost first, as written.
    pub decorators: Vec<Expr>,
    /// It has a `yield` of its own.
    pub is_generator: bool,
    /// `async def`
    pub is_async: bool,
    /// Which names are its own.
    pub names: Names,
    /// Its first statement, where that is a string.
    pub doc: Option<Rc<str>>,
    /// Its place.
    pub span: Span,
}

/// Which names a function binds, and where the others live.
#[derive(Debug, Default)]
pub struct Names {
    /// Bound by assignment, import, loop, …, so local.
    pub locals: HashSet<Name>,
    /// Declared `global`.
    pub globals: HashSet<Name>,
    /// Declared `nonlocal`.
    pub nonlocals: HashSet<Name>,
}

/// The parameters of a function.
#[derive(Debug, Default)]
pub struct Parameters {
    /// Given by position (and by name, from `positional_only` on).
    pub positional: Vec<Parameter>,
    /// How many of them are positional-only.
    pub positional_only: usize,
    /// `*args`
    pub rest: Option<Name>,
    /// After `*`.
    pub keyword_only: Vec<Parameter>,
    /// `**kwargs`
    pub keywords: Option<Name>,
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: Name,
    /// Its default.
    pub default: Option<Expr>,
}

/// A class statement.
#[derive(Debug)]
pub struct ClassDef {
    /// Its name.
    pub name: Name,
    /// The base classes.
    pub bases: Vec<Expr>,
    /// `metaclass=…` and what goes to `__init_subclass__`.
    pub keywords: Vec<(Option<Name>, Expr)>,
    /// The body.
    pub body: Block,
    /// Names declared `global` in the body.
    pub names: Names,
    /// Outermost first, as written.
    pub decorators: Vec<Expr>,
    /// Its place.
    pub span: Span,
}

/// A `case`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<Expr>,
    pub body: Block,
}

/// A pattern of a `case`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub enum Pattern {
    Value(Expr),
    Singleton(Constant),
    Sequence(Vec<Pattern>),
    Mapping { keys: Vec<Expr>, patterns: Vec<Pattern>, rest: Option<Name> },
    Class { class: Expr, positional: Vec<Pattern>, keywords: Vec<(Name, Pattern)> },
    Star(Option<Name>),
    As { pattern: Option<Box<Pattern>>, name: Option<Name> },
    Or(Vec<Pattern>),
}

/// An expression and its place.
#[derive(Debug)]
pub struct Expr {
    /// From its first to its last byte.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// The last part of a dotted name: `Table` of `sa.Table`. `None` for every other expression.
    pub fn last_name(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Attribute { attr, .. } => Some(attr),
            _ => None,
        }
    }
}

/// The kinds of expressions (Python reference, chapter 6).
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub enum ExprKind {
    Constant(Constant),
    Name(Name),
    Tuple(Vec<Expr>),
    List(Vec<Expr>),
    Set(Vec<Expr>),
    /// `None` as key is `**mapping`.
    Dict(Vec<(Option<Expr>, Expr)>),
    Attribute {
        value: Box<Expr>,
        attr: Name,
    },
    Subscript {
        value: Box<Expr>,
        index: Box<Expr>,
    },
    Slice {
        lower: Option<Box<Expr>>,
        upper: Option<Box<Expr>>,
        step: Option<Box<Expr>>,
    },
    Call(Box<Call>),
    Binary {
        left: Box<Expr>,
        op: BinaryOp,
        right: Box<Expr>,
    },
    Unary {
        op: UnaryOp,
        operand: Box<Expr>,
    },
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Compare {
        left: Box<Expr>,
        rest: Vec<(CompareOp, Expr)>,
    },
    Conditional(Box<Conditional>),
    Lambda(Rc<FunctionDef>),
    Comprehension(Rc<Comprehension>),
    FString(Vec<FPart>),
    Walrus {
        target: Name,
        value: Box<Expr>,
    },
    Starred(Box<Expr>),
    Yield(Option<Box<Expr>>),
    YieldFrom(Box<Expr>),
    Await(Box<Expr>),
}

/// A call.
#[derive(Debug)]
pub struct Call {
    /// What is called.
    pub func: Expr,
    /// By position; `*args` is [`ExprKind::Starred`].
    pub args: Vec<Expr>,
    /// By name; `None` is `**kwargs`.
    pub keywords: Vec<(Option<Name>, Expr)>,
    /// The place whose line a traceback shows: where the call starts, or, when the called attribute stands on a later
    /// line (`a\n.b()`), the attribute (CPython `compile.c`, `update_start_location_to_match_attr`).
    pub at: Span,
}

/// `body if test else orelse`
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub struct Conditional {
    pub test: Expr,
    pub body: Expr,
    pub orelse: Expr,
}

/// What a comprehension makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum ComprehensionKind {
    List,
    Set,
    Dict,
    Generator,
}

/// A comprehension or generator expression.
#[derive(Debug)]
pub struct Comprehension {
    /// What it makes.
    pub kind: ComprehensionKind,
    /// The element, or the key of a dict.
    pub element: Expr,
    /// The value of a dict.
    pub value: Option<Expr>,
    /// `for … in … if …`, outermost first.
    pub clauses: Vec<Clause>,
    /// The names that its targets bind.
    pub names: Names,
}

/// One `for … in … if …`.
#[derive(Debug)]
#[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
pub struct Clause {
    pub target: Expr,
    pub iter: Expr,
    pub conditions: Vec<Expr>,
}

/// A part of an f-string.
#[derive(Debug)]
pub enum FPart {
    /// Text.
    Literal(Rc<str>),
    /// `{value!conversion:spec}`
    Field {
        /// The expression.
        value: Box<Expr>,
        /// `s`, `r`, `a`, or none.
        conversion: Option<char>,
        /// The parts of the format specification.
        spec: Option<Vec<FPart>>,
    },
}

/// A literal.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the names are Python's own")]
pub enum Constant {
    None,
    Bool(bool),
    Int(Rc<BigInt>),
    Float(f64),
    Complex,
    Str(Rc<str>),
    Bytes(Rc<[u8]>),
    Ellipsis,
}

macro_rules! operators {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names are those of Python's own `ast` module")]
        pub enum $name { $($variant),* }

        impl $name {
            /// As Python spells it.
            pub fn text(self) -> &'static str {
                match self { $($name::$variant => $text),* }
            }
        }
    };
}

operators! {
    /// A binary operator.
    BinaryOp {
        Add = "+", Sub = "-", Mult = "*", MatMult = "@", Div = "/", Mod = "%", Pow = "**", LShift = "<<", RShift = ">>",
        BitOr = "|", BitXor = "^", BitAnd = "&", FloorDiv = "//",
    }
}
operators! {
    /// A unary operator.
    UnaryOp { Invert = "~", Not = "not", Plus = "+", Minus = "-" }
}
operators! {
    /// A comparison.
    CompareOp {
        Eq = "==", NotEq = "!=", Lt = "<", LtE = "<=", Gt = ">", GtE = ">=", Is = "is", IsNot = "is not", In = "in",
        NotIn = "not in",
    }
}
