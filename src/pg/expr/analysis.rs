//! The parse analysis of an expression (`src/backend/parser/parse_expr.c`): which operators and functions it means, which casts
//! come with that, and what PostgreSQL says where there are none.
//!
//! What is not known (a column of an unknown type, a function of the database) has no type, and nothing is said about what is made of it.

mod calls;
mod constant;
#[cfg(test)]
mod tests;
mod unfit;

use super::tree::{Head, Tree};
use super::{Expr, syntax};
use crate::pg::error::{PgError, SqlState, sqlstate};
use crate::pg::ident::{Ident, QName};
pub use unfit::unfit;

pub use constant::{check as read_literal, elements as array_elements};

use crate::pg::modifiers;
use crate::pg::system::{self, Base, Context, Failure, Resolved, Type, Volatility};
use crate::pg::types::{DataType, TypeName};

/// What the names of an expression mean.
pub struct Names<'a> {
    /// The type of a column of the table that the expression is about; `None` where it is not known.
    pub column: &'a dyn Fn(&Ident) -> Option<Type>,
    /// A type that a cast names; `None` where it is not known, the error where there is certainly none.
    pub type_of: &'a dyn Fn(&DataType) -> Result<Option<Type>, PgError>,
    /// Whether there may be a schema of that name.
    pub has_schema: &'a dyn Fn(&Ident) -> bool,
    /// Whether the database may have functions of that name beside those of `pg_catalog`.
    pub has_routine: &'a dyn Fn(&QName) -> bool,
    /// Whether there may be operators beside those of `pg_catalog`, none of which is a [`COMMON`] one between types of PostgreSQL's own.
    pub has_extensions: bool,
}

/// Operators that no extension brings for types of PostgreSQL's own.
const COMMON: &[&str] =
    &["=", "<>", "!=", "<", ">", "<=", ">=", "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*", "||"];

/// An expression after its analysis.
pub struct Analysis {
    tree: Tree,
    /// Its type; `None` where it is not known.
    pub ty: Option<Type>,
    /// The most volatile of what it calls.
    pub volatility: Volatility,
    /// What stands behind `COLLATE`.
    pub collations: Vec<QName>,
    /// Constants in quotes that are read as values of types of the database: labels of enums, names of relations.
    pub constants: Vec<Constant>,
}

/// A constant in quotes that only the database can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// Its text.
    pub text: String,
    /// What it is read as: an enum or `regclass`, or an array of one.
    pub ty: Type,
}

impl Analysis {
    /// The same expression over columns of other types, after PostgreSQL has read it: constants have the types that they got, and
    /// casts that were added are written out, as `pg_get_expr` prints it.
    ///
    /// # Errors
    /// See [`analyse`].
    pub fn again(&self, names: &Names<'_>) -> Result<Analysis, PgError> {
        Analyser::run(&self.tree, names)
    }

    /// `coerce_to_boolean`: 42804 for another type.
    ///
    /// # Errors
    /// It is of another type.
    pub fn boolean(self, of: &str) -> Result<Analysis, PgError> {
        let Typed { tree, ty } = boolean(Typed { tree: self.tree, ty: self.ty }, of)?;
        Ok(Analysis { tree, ty, ..self })
    }

    /// The text of a constant in quotes, if that is all.
    pub fn literal(&self) -> Option<&str> {
        constant_text(&self.tree).filter(|_| self.ty == Some(Type::LITERAL))
    }

    /// The value of a constant number, if that is all.
    pub fn number(&self) -> Option<&str> {
        match &self.tree.head {
            Head::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Whether its value can be stored in a column of a type; the reason where a constant cannot be read as one.
    ///
    /// # Errors
    /// 22P02 and its kin.
    pub fn assignable(&self, to: &Type) -> Result<bool, PgError> {
        if let Some(text) = self.literal() {
            constant::check(text, to)?;
        }
        Ok(match &self.ty {
            Some(from) => *from == Type::LITERAL || system::pathway(from, to, Context::Assignment).is_some(),
            None => true,
        })
    }
}

/// Analyses an expression; `None` for what is not read here: subqueries, and text that is no expression.
///
/// # Errors
/// What PostgreSQL says of an operator or function that does not exist, of types that do not fit, of constants that cannot be read.
pub fn analyse(expr: &Expr, names: &Names<'_>) -> Result<Option<Analysis>, PgError> {
    match syntax::read(&expr.to_string()) {
        Some(tree) => Analyser::run(&tree, names).map(Some),
        None => Ok(None),
    }
}

impl Expr {
    /// The functions that it calls by name, and whether it reads the clock or the session by a word (`current_date`); none where it is
    /// not read.
    ///
    /// ```
    /// use restamp::pg::expr::Expr;
    /// let (called, keywords) = Expr::parse("f(lower(a)) || current_user").calls();
    /// let called: Vec<String> = called.iter().map(ToString::to_string).collect();
    /// assert_eq!((called, keywords), (vec!["f".to_string(), "lower".to_string()], true));
    /// ```
    pub fn calls(&self) -> (Vec<QName>, bool) {
        let (mut called, mut keywords) = (Vec::new(), false);
        let tree = syntax::read(&self.to_string());
        let mut pending: Vec<&Tree> = tree.iter().collect();
        while let Some(tree) = pending.pop() {
            match &tree.head {
                Head::Call(name) => called.push(name.clone()),
                Head::Keyword(_) => keywords = true,
                _ => {}
            }
            pending.extend(tree.args.iter().rev());
        }
        (called, keywords)
    }

    /// The text of a constant that stands alone, and whether it is a number; `None` for anything else.
    pub fn constant(&self) -> Option<(String, bool)> {
        match syntax::read(&self.to_string())?.head {
            Head::Text(text) => Some((text, false)),
            Head::Number(text) => Some((text, true)),
            _ => None,
        }
    }

    /// The type of a constant; `None` for anything else.
    pub fn constant_type(&self) -> Option<Type> {
        match syntax::read(&self.to_string())?.head {
            Head::Text(_) | Head::Null => Some(Type::LITERAL),
            Head::Number(text) => Some(Type::system(super::canonical::number_type(&text))),
            Head::Bool(_) => Some(BOOLEAN),
            _ => None,
        }
    }
}

/// A part of the expression.
struct Typed {
    tree: Tree,
    ty: Option<Type>,
}

struct Analyser<'a> {
    names: &'a Names<'a>,
    volatility: Volatility,
    collations: Vec<QName>,
    constants: Vec<Constant>,
}

const BOOLEAN: Type = Type::system("boolean");
const TEXT: Type = Type::system("text");

fn mismatch(message: String) -> PgError {
    PgError::new(sqlstate::DATATYPE_MISMATCH, message)
}

fn no_function(message: String) -> PgError {
    PgError::new(sqlstate::UNDEFINED_FUNCTION, message)
}

fn constant_text(tree: &Tree) -> Option<&str> {
    match &tree.head {
        Head::Text(text) => Some(text),
        _ => None,
    }
}

/// `tree::ty`, as a cast that was not written.
fn cast(Typed { tree, ty }: Typed, to: &Type) -> Tree {
    match to.data_type() {
        Some(name) if ty.is_some() && ty.as_ref() != Some(to) => Tree::new(Head::Cast(name), vec![tree]),
        Some(_) | None => tree,
    }
}

fn boolean(part: Typed, of: &str) -> Result<Typed, PgError> {
    match &part.ty {
        Some(ty) if *ty != Type::LITERAL && system::pathway(ty, &BOOLEAN, Context::Assignment).is_none() => {
            Err(mismatch(format!("argument of {of} must be type boolean, not type {ty}")))
        }
        Some(ty) => {
            if let Some(text) = constant_text(&part.tree).filter(|_| *ty == Type::LITERAL) {
                constant::check(text, &BOOLEAN)?;
            }
            Ok(Typed { tree: cast(part, &BOOLEAN), ty: Some(BOOLEAN) })
        }
        None => Ok(part),
    }
}

impl Analyser<'_> {
    fn run(tree: &Tree, names: &Names<'_>) -> Result<Analysis, PgError> {
        let mut analyser =
            Analyser { names, volatility: Volatility::Immutable, collations: Vec::new(), constants: Vec::new() };
        let Typed { tree, ty } = analyser.tree(tree)?;
        let Analyser { volatility, collations, constants, .. } = analyser;
        Ok(Analysis { tree, ty, volatility, collations, constants })
    }

    /// Reads the text of a constant as a value of a type.
    fn constant(&mut self, text: &str, ty: &Type) -> Result<(), PgError> {
        if matches!(ty.base, Base::Enum(_) | Base::System("regclass")) {
            self.constants.push(Constant { text: text.to_string(), ty: ty.clone() });
        }
        constant::check(text, ty)
    }

    /// A part as a value of a type (`coerce_type`).
    fn coerced(&mut self, part: Typed, to: &Type) -> Result<Tree, PgError> {
        if let Some(text) = constant_text(&part.tree).filter(|_| part.ty == Some(Type::LITERAL)) {
            self.constant(text, to)?;
        }
        Ok(cast(part, to))
    }

    fn depends(&mut self, volatility: Volatility) {
        self.volatility = self.volatility.max(volatility);
    }

    fn all(&mut self, args: &[Tree]) -> Result<Vec<Typed>, PgError> {
        args.iter().map(|arg| self.tree(arg)).collect()
    }

    fn tree(&mut self, tree: &Tree) -> Result<Typed, PgError> {
        let leaf = |ty: Option<Type>| Ok(Typed { tree: tree.clone(), ty });
        match &tree.head {
            Head::Column(name) => leaf((self.names.column)(name)),
            Head::Text(_) | Head::Null => leaf(Some(Type::LITERAL)),
            Head::Number(text) => leaf(Some(Type::system(super::canonical::number_type(text)))),
            Head::Bool(_) => leaf(Some(BOOLEAN)),
            Head::Cast(ty) => self.cast(ty, &tree.args),
            Head::Call(name) => self.call(name, &tree.args),
            Head::Keyword(word) => self.keyword(word, tree),
            Head::Op(op) => {
                let args = self.all(&tree.args)?;
                self.operator(op, args, tree.head.clone())
            }
            Head::Any(op) | Head::All(op) => self.quantified(op, tree),
            Head::And | Head::Or | Head::Not => {
                let of = match tree.head {
                    Head::And => "AND",
                    Head::Or => "OR",
                    _ => "NOT",
                };
                let mut args = Vec::new();
                for arg in &tree.args {
                    args.push(boolean(self.tree(arg)?, of)?.tree);
                }
                Ok(Typed { tree: Tree::new(tree.head.clone(), args), ty: Some(BOOLEAN) })
            }
            Head::Test(test) => {
                let mut args = Vec::new();
                for arg in self.all(&tree.args)? {
                    let of_null = test.ends_with("NULL");
                    args.push(if of_null { arg.tree } else { boolean(arg, test)?.tree });
                }
                Ok(Typed { tree: Tree::new(tree.head.clone(), args), ty: Some(BOOLEAN) })
            }
            Head::Distinct => {
                let args = self.all(&tree.args)?;
                self.operator("=", args, Head::Distinct)
            }
            Head::Array => self.array(&tree.args),
            Head::Case { has_operand } => self.case(*has_operand, &tree.args),
            Head::Subscript => {
                let args = self.all(&tree.args)?;
                let ty = args.first().and_then(|arg| arg.ty.clone());
                let element = ty.filter(|ty| ty.array || ty.is("jsonb")).map(|ty| ty.element().unwrap_or(ty));
                Ok(Typed { tree: rebuilt(tree, args), ty: element })
            }
            Head::Slice => {
                let args = self.all(&tree.args)?;
                let ty = args.first().and_then(|arg| arg.ty.clone()).filter(|ty| ty.array);
                Ok(Typed { tree: rebuilt(tree, args), ty })
            }
            Head::Collate(name) => {
                self.collations.push(name.clone());
                let args = self.all(&tree.args)?;
                let ty = args.first().and_then(|arg| arg.ty.clone());
                if let Some(of) = &ty
                    && *of != Type::LITERAL
                    && !of.is_collatable()
                {
                    return Err(mismatch(format!("collations are not supported by type {of}")));
                }
                let ty = ty.map(|ty| if ty == Type::LITERAL { TEXT } else { ty });
                Ok(Typed { tree: rebuilt(tree, args), ty })
            }
            Head::Row | Head::Field(_) | Head::Named(_) | Head::Variadic => {
                let args = self.all(&tree.args)?;
                Ok(Typed { tree: rebuilt(tree, args), ty: None })
            }
            Head::Value(_) => leaf(None),
        }
    }

    fn cast(&mut self, to: &DataType, args: &[Tree]) -> Result<Typed, PgError> {
        modifiers::check(to, None)?;
        let target = (self.names.type_of)(to)?;
        if let (TypeName::User(name), Some(_)) = (&to.name, &target)
            && !to.modifiers.is_empty()
        {
            // Enums and domains take none.
            let schema = name.schema.as_ref().map_or_else(String::new, |schema| format!("{}.", schema.as_str()));
            let brackets = if to.array { "[]" } else { "" };
            return Err(modifiers::not_allowed(&format!("{schema}{}{brackets}", name.name.as_str())));
        }
        let [arg] = args else {
            return Ok(Typed { tree: Tree::new(Head::Cast(to.clone()), args.to_vec()), ty: target });
        };
        let written = |tree: Tree| Tree::new(Head::Cast(to.clone()), vec![tree]);
        if let (Head::Array, Some(element)) = (&arg.head, target.as_ref().and_then(Type::element)) {
            // transformArrayExpr(): the elements get the type that the cast names.
            let of = DataType { array: false, ..to.clone() };
            let mut items = Vec::new();
            for item in &arg.args {
                let nested = item.head == Head::Array;
                items.push(self.cast(if nested { to } else { &of }, std::slice::from_ref(item))?.tree);
            }
            let _ = element;
            return Ok(Typed { tree: written(Tree::new(Head::Array, items)), ty: target });
        }
        let part = self.tree(arg)?;
        if let (Some(from), Some(to)) = (&part.ty, &target) {
            if *from == Type::LITERAL {
                if let Some(text) = constant_text(&part.tree) {
                    self.constant(text, to)?;
                }
            } else {
                match system::pathway(from, to, Context::Explicit) {
                    Some(volatility) => self.depends(volatility),
                    None => {
                        let message = format!("cannot cast type {from} to {to}");
                        return Err(PgError::new(sqlstate::CANNOT_COERCE, message));
                    }
                }
            }
        } else {
            self.depends(Volatility::Unknown);
        }
        Ok(Typed { tree: written(part.tree), ty: target })
    }

    /// An operator with one operand or two; `head` is what its tree shall be.
    fn operator(&mut self, op: &str, args: Vec<Typed>, head: Head) -> Result<Typed, PgError> {
        let types: Option<Vec<Type>> = args.iter().map(|arg| arg.ty.clone()).collect();
        let known = types.filter(|types| self.knows(op, types));
        let Some(types) = known else {
            self.depends(Volatility::Unknown);
            let trees = args.into_iter().map(|arg| arg.tree).collect();
            return Ok(Typed { tree: Tree::new(head, trees), ty: None });
        };
        let mut resolved = system::operator(op, &types).map_err(|failure| no_operator(op, &types, failure))?;
        if op == "||"
            && let Some(volatility) = joined_volatility(&types)
        {
            resolved.volatility = volatility;
        }
        let (args, ty) = self.applied(resolved, args)?;
        Ok(Typed { tree: Tree::new(head, args), ty })
    }

    /// Whether an operator is one of `pg_catalog` for certain, or certainly none: where types are not known, or where there are
    /// extensions, it may be another.
    fn knows(&self, op: &str, types: &[Type]) -> bool {
        !self.names.has_extensions
            || COMMON.contains(&op) && (!types.contains(&Type::LITERAL) || system::operator(op, types).is_ok())
    }

    /// The arguments cast to what is taken.
    fn applied(&mut self, resolved: Resolved, args: Vec<Typed>) -> Result<(Vec<Tree>, Option<Type>), PgError> {
        self.depends(resolved.volatility);
        let mut trees = Vec::new();
        for (arg, to) in args.into_iter().zip(&resolved.arguments) {
            if let (Some(from), Some(to)) = (&arg.ty, to)
                && *from != Type::LITERAL
                && let Some(volatility) = system::pathway(from, to, Context::Implicit)
            {
                self.depends(volatility);
            }
            trees.push(match to {
                Some(to) => self.coerced(arg, to)?,
                None => arg.tree,
            });
        }
        Ok((trees, resolved.result))
    }

    /// `x = ANY (array)`; `x IN (…)` is one, too, and its items and `x` take one type (`transformAExprIn`).
    fn quantified(&mut self, op: &str, tree: &Tree) -> Result<Typed, PgError> {
        let [left, right] = tree.args.as_slice() else {
            return Ok(Typed { tree: tree.clone(), ty: None });
        };
        let left = self.tree(left)?;
        if right.head == Head::Array && right.args.iter().all(|item| item.head != Head::Array) {
            let items = self.all(&right.args)?;
            let types: Option<Vec<Type>> = [&left].into_iter().chain(&items).map(|part| part.ty.clone()).collect();
            if let Some(types) = types.filter(|types| self.knows(op, &[types[0].clone(), types[0].clone()])) {
                if let Ok(common) = system::common_type(&types) {
                    let own = &types[0];
                    let resolved = system::operator(op, &[own.clone(), common.clone()])
                        .map_err(|failure| no_operator(op, &[own.clone(), common.clone()], failure))?;
                    self.depends(resolved.volatility);
                    let mut trees = Vec::new();
                    for item in items {
                        trees.push(self.coerced(item, &common)?);
                    }
                    let own = match resolved.arguments.first() {
                        Some(Some(to)) => self.coerced(left, to)?,
                        _ => left.tree,
                    };
                    let array = Tree::new(Head::Array, trees);
                    return Ok(Typed { tree: Tree::new(tree.head.clone(), vec![own, array]), ty: Some(BOOLEAN) });
                }
                for item in &types[1..] {
                    let pair = [types[0].clone(), item.clone()];
                    system::operator(op, &pair).map_err(|failure| no_operator(op, &pair, failure))?;
                }
            }
            let trees = items.into_iter().map(|item| item.tree).collect();
            let array = Tree::new(Head::Array, trees);
            return Ok(Typed { tree: Tree::new(tree.head.clone(), vec![left.tree, array]), ty: Some(BOOLEAN) });
        }
        let right = self.tree(right)?;
        if let (Some(own), Some(array)) = (&left.ty, &right.ty)
            && *array != Type::LITERAL
        {
            let Some(element) = array.element() else {
                let message = "op ANY/ALL (array) requires array on right side";
                return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message));
            };
            let pair = [own.clone(), element];
            if !self.knows(op, &pair) {
                return Ok(Typed {
                    tree: Tree::new(tree.head.clone(), vec![left.tree, right.tree]),
                    ty: Some(BOOLEAN),
                });
            }
            let resolved = system::operator(op, &pair).map_err(|failure| no_operator(op, &pair, failure))?;
            self.depends(resolved.volatility);
        } else {
            // `make_scalar_array_op`: a constant in quotes is an array of what stands on the other side.
            let array = left.ty.clone().filter(|ty| *ty != Type::LITERAL).and_then(Type::into_array);
            if let (Some(text), Some(array)) = (constant_text(&right.tree), array) {
                self.constant(text, &array)?;
            }
            self.depends(Volatility::Unknown);
        }
        Ok(Typed { tree: Tree::new(tree.head.clone(), vec![left.tree, right.tree]), ty: Some(BOOLEAN) })
    }

    fn array(&mut self, args: &[Tree]) -> Result<Typed, PgError> {
        if args.is_empty() {
            let message = "cannot determine type of empty array";
            let hint = "Explicitly cast to the desired type, for example ARRAY[]::integer[].";
            return Err(PgError::new(sqlstate::INDETERMINATE_DATATYPE, message).hint(hint));
        }
        let items = self.all(args)?;
        let (trees, common) = self.unified(items, "ARRAY")?;
        // The elements of an array of arrays are arrays of the same type.
        let ty = common.map(|ty| if ty.array { ty } else { ty.into_array().unwrap_or(TEXT) });
        Ok(Typed { tree: Tree::new(Head::Array, trees), ty })
    }

    /// The parts cast to the type that they have in common.
    fn unified(&mut self, parts: Vec<Typed>, of: &str) -> Result<(Vec<Tree>, Option<Type>), PgError> {
        let types: Option<Vec<Type>> = parts.iter().map(|part| part.ty.clone()).collect();
        let Some(types) = types else {
            self.depends(Volatility::Unknown);
            return Ok((parts.into_iter().map(|part| part.tree).collect(), None));
        };
        let common = system::common_type(&types)
            .map_err(|(one, other)| mismatch(format!("{of} types {one} and {other} cannot be matched")))?;
        let mut trees = Vec::new();
        for part in parts {
            if let Some(from) = &part.ty
                && *from != Type::LITERAL
                && system::pathway(from, &common, Context::Implicit).is_none()
            {
                let message = format!("{of} could not convert type {from} to {common}");
                return Err(PgError::new(sqlstate::CANNOT_COERCE, message));
            }
            trees.push(self.coerced(part, &common)?);
        }
        Ok((trees, Some(common)))
    }

    fn case(&mut self, has_operand: bool, args: &[Tree]) -> Result<Typed, PgError> {
        let operand = match args.first().filter(|_| has_operand) {
            Some(operand) => {
                let part = self.tree(operand)?;
                let literal = part.ty == Some(Type::LITERAL);
                Some(if literal { Typed { tree: self.coerced(part, &TEXT)?, ty: Some(TEXT) } } else { part })
            }
            None => None,
        };
        let mut rest = args[usize::from(has_operand).min(args.len())..].iter();
        let (mut conditions, mut results) = (Vec::new(), Vec::new());
        while let Some(first) = rest.next() {
            let Some(result) = rest.next() else {
                // ELSE stands last, and is looked at first.
                results.insert(0, self.tree(first)?);
                break;
            };
            let condition = self.tree(first)?;
            conditions.push(match &operand {
                Some(operand) => {
                    let operand = Typed { tree: operand.tree.clone(), ty: operand.ty.clone() };
                    // The tree keeps the value, not the comparison.
                    let compared = self.operator("=", vec![operand, condition], Head::Row)?;
                    compared.tree.args.into_iter().nth(1).unwrap_or(Tree::leaf(Head::Null))
                }
                None => boolean(condition, "CASE/WHEN")?.tree,
            });
            results.push(self.tree(result)?);
        }
        let (mut results, ty) = self.unified(results, "CASE")?;
        let otherwise = if results.is_empty() { Tree::leaf(Head::Null) } else { results.remove(0) };
        let mut trees: Vec<Tree> = operand.into_iter().map(|operand| operand.tree).collect();
        for (condition, result) in conditions.into_iter().zip(results) {
            trees.extend([condition, result]);
        }
        trees.push(otherwise);
        Ok(Typed { tree: Tree::new(Head::Case { has_operand }, trees), ty })
    }
}

/// `text || anynonarray` and its mirror are SQL functions, in whose place PostgreSQL writes `$1 || $2::text` before it looks: it is as
/// volatile as the output of the other side.
fn joined_volatility(types: &[Type]) -> Option<Volatility> {
    let is_text = |ty: &Type| ty.is("text") || ty.is("character varying") || ty.is("character") || *ty == Type::LITERAL;
    match types {
        [text, other] | [other, text] if is_text(text) && !is_text(other) && !other.array => {
            system::pathway(other, &TEXT, Context::Explicit)
        }
        _ => None,
    }
}

fn rebuilt(tree: &Tree, args: Vec<Typed>) -> Tree {
    Tree::new(tree.head.clone(), args.into_iter().map(|arg| arg.tree).collect())
}

/// What PostgreSQL says where no operator is meant (`op_error`).
pub fn no_operator(op: &str, types: &[Type], failure: Failure) -> PgError {
    let signature = match types {
        [left, right] => format!("{left} {op} {right}"),
        [operand] => format!("{op} {operand}"),
        _ => op.to_string(),
    };
    failed(failure, "operator", &signature)
}

fn failed(failure: Failure, what: &str, signature: &str) -> PgError {
    let (code, message): (SqlState, _) = match failure {
        Failure::None => return no_function(format!("{what} does not exist: {signature}")),
        Failure::Many => (sqlstate::AMBIGUOUS_FUNCTION, format!("{what} is not unique: {signature}")),
    };
    PgError::new(code, message)
}
