//! What `pg_catalog` brings: types, casts, operators, functions, operator classes. And how PostgreSQL chooses among them.
//!
//! The facts are those of real servers of versions 15 to 18, taken together (`tests/oracle/system.py` writes them): what is in none
//! of them does not exist; what is not in all of them is taken for there.

mod classes;
mod coercion;
mod resolution;

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

pub use classes::{class_takes, default_class, equality, is_default};
pub use coercion::{Context, common_type, pathway};
pub use resolution::{
    Failure, Resolved, function, gives_one_value, has_aggregate, has_function, is_aggregate, is_left_out,
    is_never_immutable, is_of_grammar, operator, takes_row,
};

use crate::pg::ident::QName;
use crate::pg::types::DataType;

/// A type as the choice of operators and functions sees it: without modifiers, a domain as what it is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Type {
    /// The type, or that of the elements.
    pub base: Base,
    /// True for an array.
    pub array: bool,
}

/// What a [`Type`] is, or what its elements are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Base {
    /// The type `unknown` of a constant in quotes and of NULL.
    Literal,
    /// Of `pg_catalog`, by its canonical name.
    System(&'static str),
    /// An enum, by its name as `format_type` writes it.
    Enum(QName),
}

/// The types of which `typstorage` is `plain`, beside those of `reg…`.
const FIXED: &[&str] = &[
    "\"char\"",
    "aclitem",
    "bigint",
    "boolean",
    "box",
    "cid",
    "circle",
    "date",
    "double precision",
    "integer",
    "interval",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "oid",
    "pg_lsn",
    "point",
    "real",
    "smallint",
    "tid",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "tsquery",
    "uuid",
    "xid",
    "xid8",
];

impl Type {
    /// The type of a constant in quotes.
    pub const LITERAL: Type = Type { base: Base::Literal, array: false };

    /// A type of `pg_catalog` by its canonical name.
    pub const fn system(name: &'static str) -> Type {
        Type { base: Base::System(name), array: false }
    }

    /// A builtin type without its modifiers; `None` for any other.
    pub fn builtin(ty: &DataType) -> Option<Type> {
        let name = match ty.builtin_name()? {
            name if name.starts_with("interval") => "interval",
            "bpchar" => "character",
            name => name,
        };
        Some(Type { base: Base::System(name), array: ty.array })
    }

    /// Whether `pg_catalog` may have a type of that name: those of the facts, the arrays of types, row types.
    pub fn may_be_there(name: &str) -> bool {
        name.starts_with(['_']) || name.starts_with("pg_") || facts().types.contains_key(name)
    }

    /// As the facts and `format_type` spell it.
    fn read(text: &'static str) -> Type {
        match text.strip_suffix("[]") {
            Some(element) => Type { array: true, ..Type::system(element) },
            None => Type::system(text),
        }
    }

    /// Its values have no other place than their row (`typstorage` is `plain`).
    pub fn is_fixed(&self) -> bool {
        match &self.base {
            _ if self.array => false,
            Base::System(name) => FIXED.contains(name) || name.starts_with("reg"),
            Base::Enum(_) => true,
            Base::Literal => false,
        }
    }

    /// The array of it; `None` for an array, whose dimensions are no part of its type.
    pub fn into_array(self) -> Option<Type> {
        (!self.array).then_some(Type { array: true, ..self })
    }

    /// What it is an array of.
    pub fn element(&self) -> Option<Type> {
        match self.base {
            Base::System("int2vector") if !self.array => Some(Type::system("smallint")),
            Base::System("oidvector") if !self.array => Some(Type::system("oid")),
            _ => self.array.then(|| Type { array: false, ..self.clone() }),
        }
    }

    /// Whether it is that type of `pg_catalog`, and no array.
    pub fn is(&self, name: &str) -> bool {
        !self.array && self.base == Base::System(match_static(name))
    }

    fn name(&self) -> &'static str {
        match self.base {
            Base::System(name) if !self.array => name,
            _ => "",
        }
    }

    /// Its values are sorted by a collation (`typcollation`).
    pub fn is_collatable(&self) -> bool {
        let element = self.element();
        element.as_ref().unwrap_or(self).category() == 'S'
    }

    /// `typcategory`
    pub(super) fn category(&self) -> char {
        match self.base {
            _ if self.array => 'A',
            Base::Literal => 'X',
            Base::Enum(_) => 'E',
            Base::System(name) => facts().types.get(name).map_or('U', |ty| ty.category),
        }
    }

    fn is_preferred(&self) -> bool {
        !self.array && facts().types.get(self.name()).is_some_and(|ty| ty.preferred)
    }

    /// The type as an expression names it; `None` for `unknown`.
    pub fn data_type(&self) -> Option<DataType> {
        let ty = match &self.base {
            Base::Literal => return None,
            Base::System(name) => DataType::builtin(name),
            Base::Enum(name) => DataType::user(name.clone()),
        };
        Some(if self.array { ty.into_array() } else { ty })
    }
}

/// Names are compared by their text; a borrowed one serves for that.
fn match_static(name: &str) -> &'static str {
    facts().types.get_key_value(name).map_or("", |(name, _)| name)
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.base {
            Base::Literal => f.write_str("unknown")?,
            Base::System(name) => f.write_str(name)?,
            Base::Enum(name) => write!(f, "{name}")?,
        }
        f.write_str(if self.array { "[]" } else { "" })
    }
}

/// `provolatile`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Volatility {
    /// The same for ever.
    Immutable,
    /// It differs between versions, or is not known.
    Unknown,
    /// The same within a statement.
    Stable,
    /// Anything.
    Volatile,
}

impl Volatility {
    fn read(text: &str) -> Volatility {
        match text {
            "i" | "b" => Volatility::Immutable,
            "s" => Volatility::Stable,
            "v" => Volatility::Volatile,
            _ => Volatility::Unknown,
        }
    }
}

/// `pg_type`
struct TypeFacts {
    category: char,
    preferred: bool,
    output: Volatility,
    input: Volatility,
}

/// `pg_cast`
struct Cast {
    context: Context,
    volatility: Volatility,
}

/// `pg_operator`, `pg_proc`
struct Routine {
    arguments: Vec<Type>,
    result: Type,
    defaults: usize,
    variadic: bool,
    /// A function that gives one value.
    plain: bool,
    aggregate: bool,
    volatility: Volatility,
}

/// `pg_opclass`
struct Class {
    method: &'static str,
    name: &'static str,
    ty: Type,
    default: bool,
}

struct Facts {
    types: HashMap<&'static str, TypeFacts>,
    casts: HashMap<(&'static str, &'static str), Cast>,
    operators: HashMap<&'static str, Vec<Routine>>,
    functions: HashMap<&'static str, Vec<Routine>>,
    classes: Vec<Class>,
    equalities: Vec<(&'static str, &'static str)>,
}

fn facts() -> &'static Facts {
    static FACTS: OnceLock<Facts> = OnceLock::new();
    FACTS.get_or_init(Facts::read)
}

impl Facts {
    fn read() -> Facts {
        let types = rows(include_str!("types.txt")).map(|[name, category, preferred, output, input]| {
            let category = category.chars().next().unwrap_or('U');
            let (output, input) = (Volatility::read(output), Volatility::read(input));
            (name, TypeFacts { category, preferred: preferred == "p", output, input })
        });
        let casts = rows(include_str!("casts.txt")).map(|[source, target, context, volatility]| {
            let context = match context {
                "i" => Context::Implicit,
                "a" => Context::Assignment,
                _ => Context::Explicit,
            };
            ((source, target), Cast { context, volatility: Volatility::read(volatility) })
        });
        let mut operators: HashMap<_, Vec<Routine>> = HashMap::new();
        for [name, left, right, result, volatility] in rows(include_str!("operators.txt")) {
            let arguments = [left, right].into_iter().filter(|ty| !ty.is_empty()).map(Type::read).collect();
            let result = Type::read(result);
            let volatility = Volatility::read(volatility);
            let routine =
                Routine { arguments, result, defaults: 0, variadic: false, plain: true, aggregate: false, volatility };
            operators.entry(name).or_default().push(routine);
        }
        let mut functions: HashMap<_, Vec<Routine>> = HashMap::new();
        for [name, arguments, result, defaults, variadic, kind, set, volatility] in rows(include_str!("functions.txt"))
        {
            functions.entry(name).or_default().push(Routine {
                arguments: arguments.split(',').filter(|ty| !ty.is_empty()).map(Type::read).collect(),
                result: Type::read(result),
                defaults: defaults.parse().unwrap_or(0),
                variadic: variadic == "v",
                plain: kind == "f" && set.is_empty(),
                aggregate: kind == "a",
                volatility: Volatility::read(volatility),
            });
        }
        let classes = rows(include_str!("opclasses.txt")).map(|[method, name, ty, default]| Class {
            method,
            name,
            ty: Type::read(ty),
            default: default == "d",
        });
        Facts {
            types: types.collect(),
            casts: casts.collect(),
            operators,
            functions,
            classes: classes.collect(),
            equalities: rows(include_str!("equalities.txt")).map(|[left, right]| (left, right)).collect(),
        }
    }
}

/// The values of each line, between tabs.
fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter_map(|line| line.split('\t').collect::<Vec<_>>().try_into().ok())
}
