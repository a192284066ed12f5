//! Brings a tree to one form: what the parse analysis of PostgreSQL adds (`src/backend/parser/parse_coerce.c`: types of
//! literals, implicit casts between numbers) is added, and what means nothing (`(x)::text` of a varchar) is taken away.

use super::constant;
use super::functions;
use super::tree::{Head, Tree};
use super::{Context, UserType};
use crate::pg::ident::{Ident, QName};
use crate::pg::types::{DataType, TypeName};

const COMPARISONS: &[&str] = &["=", "<>", "<", ">", "<=", ">="];
/// Types with an operator `||` of their own, and those that PostgreSQL takes for text beside a literal (`pg_operator`).
const CONCATENATED: &[&str] = &[
    "text",
    "character",
    "bpchar",
    "character varying",
    "name",
    "\"char\"",
    "bytea",
    "bit",
    "bit varying",
    "jsonb",
    "tsvector",
    "tsquery",
];

const MATCHES: &[&str] = &["~~", "!~~", "~~*", "!~~*", "~", "~*", "!~", "!~*", "^@"];
const ARITHMETIC: &[&str] = &["+", "-", "*", "/", "%", "^"];

/// The canonical form of an expression in its context.
pub(super) fn canonical(tree: Tree, context: &Context<'_>) -> Tree {
    let canon = Canon { context };
    let tree = canon.tree(tree);
    match &context.target {
        Some(target) => canon.assign(tree, target),
        None => tree,
    }
}

struct Canon<'a> {
    context: &'a Context<'a>,
}

impl Canon<'_> {
    fn tree(&self, Tree { head, args, .. }: Tree) -> Tree {
        let mut args: Vec<Tree> = args.into_iter().map(|arg| self.tree(arg)).collect();
        let boolean = Some(DataType::builtin("boolean"));
        match head {
            Head::Column(name) => {
                let ty = (self.context.column)(&name).map(|ty| self.settled(&ty));
                Tree::leaf(Head::Column(name)).typed(ty)
            }
            Head::Number(text) => {
                let ty = number_type(&text);
                let value = constant::number(&text).unwrap_or(text);
                Tree::leaf(Head::Number(value)).typed(Some(DataType::builtin(ty)))
            }
            Head::Bool(value) => Tree::leaf(Head::Bool(value)).typed(boolean),
            Head::Cast(ty) => match args.pop() {
                Some(inner) => self.cast(inner, &self.named(&ty)),
                None => Tree::leaf(Head::Cast(ty)),
            },
            Head::And | Head::Or => {
                let mut flat = Vec::new();
                for arg in args {
                    if arg.head == head { flat.extend(arg.args) } else { flat.push(self.literal(arg, "boolean")) }
                }
                Tree::new(head, flat).typed(boolean)
            }
            Head::Not | Head::Test(_) => Tree::new(head, args).typed(boolean),
            Head::Distinct => {
                self.unify(&mut args);
                Tree::new(head, args).typed(boolean)
            }
            Head::Op(op) => self.operator(op, args),
            Head::Any(op) => self.quantified(Head::Any(op), args),
            Head::All(op) => self.quantified(Head::All(op), args),
            Head::Array => {
                // Without any type it takes that of its surroundings.
                if args.iter().any(|arg| arg.ty.is_some()) {
                    self.unify_values(&mut args);
                }
                let ty = args.iter().find_map(|arg| arg.ty.clone()).map(DataType::into_array);
                Tree::new(head, args).typed(ty)
            }
            Head::Case { has_operand } => self.case(has_operand, args),
            Head::Subscript => {
                let ty = args.first().and_then(|arg| arg.ty.clone()).filter(|ty| ty.array);
                Tree::new(head, args).typed(ty.map(|ty| DataType { array: false, ..ty }))
            }
            Head::Slice | Head::Collate(_) | Head::Named(_) | Head::Variadic => {
                let ty = args.first().and_then(|arg| arg.ty.clone());
                if let (Head::Collate(_), Some(arg)) = (&head, args.first_mut()) {
                    *arg = self.literal(arg.clone(), "text");
                }
                let ty = ty.or_else(|| args.first().and_then(|arg| arg.ty.clone()));
                Tree::new(head, args).typed(ty)
            }
            Head::Call(name) => self.call(name, args),
            Head::Keyword(word) => {
                let ty = match word.as_str() {
                    "current_timestamp" => Some("timestamp with time zone"),
                    "localtimestamp" => Some("timestamp without time zone"),
                    "current_date" => Some("date"),
                    "current_user" | "session_user" => Some("name"),
                    _ => None,
                };
                Tree::new(Head::Keyword(word), args).typed(ty.map(DataType::builtin))
            }
            Head::Text(_) | Head::Value(_) | Head::Null | Head::Row | Head::Field(_) => Tree::new(head, args),
        }
    }

    /// A type by its canonical name: without a schema that `search_path` finds.
    fn named(&self, ty: &DataType) -> DataType {
        let mut ty = ty.clone();
        if let TypeName::User(name) = &mut ty.name
            && name.schema.as_ref().is_some_and(|schema| self.context.search_path.contains(schema))
        {
            name.schema = None;
        }
        ty
    }

    /// The type as operators see it: without modifiers, a varchar as text, a domain as what it is over.
    fn settled(&self, ty: &DataType) -> DataType {
        let mut ty = DataType { modifiers: Vec::new(), ..self.named(ty) };
        // A domain over a domain is rare; four steps bound a wrong answer of the closure.
        for _ in 0..4 {
            let TypeName::User(name) = &ty.name else {
                break;
            };
            match (self.context.user_type)(name) {
                Some(UserType::Domain(base)) => {
                    ty = DataType { modifiers: Vec::new(), array: ty.array || base.array, ..self.named(&base) };
                }
                Some(UserType::Enum | UserType::Other) | None => break,
            }
        }
        ty.name = match ty.name {
            TypeName::Builtin("character varying") => TypeName::Builtin("text"),
            TypeName::Builtin("bpchar") => TypeName::Builtin("character"),
            name => name,
        };
        ty
    }

    /// A literal without a type as one of this builtin type; anything else as it is.
    fn literal(&self, tree: Tree, ty: &'static str) -> Tree {
        if tree.is_untyped() { self.cast(tree, &DataType::builtin(ty)) } else { tree }
    }

    fn literal_of(&self, tree: &mut Tree, ty: &DataType) {
        if tree.is_untyped() || ty.array && tree.head == Head::Array && tree.ty.is_none() {
            *tree = self.cast(std::mem::replace(tree, Tree::leaf(Head::Null)), ty);
        }
    }

    /// `tree::ty`, explicit or implicit.
    fn cast(&self, tree: Tree, ty: &DataType) -> Tree {
        let settled = self.settled(ty);
        let sized = !ty.modifiers.is_empty();
        let plain = match (&tree.head, &tree.ty) {
            (Head::Null, _) => return Tree::leaf(Head::Null),
            (Head::Text(text), None) => constant::read(text, &settled),
            (Head::Number(_), _) if is_number(&settled) => return self.number(tree, settled, ty),
            (Head::Array, _) if settled.array => {
                let element = DataType { array: false, ..settled.clone() };
                let args = tree.args.into_iter().map(|arg| self.cast(arg, &element)).collect();
                Tree::new(Head::Array, args).typed(Some(settled.clone()))
            }
            (_, Some(from)) if *from == settled => tree,
            _ => return Tree::new(Head::Cast(self.reduced(ty)), vec![tree]).typed(Some(settled)),
        };
        if sized && (ty.builtin_name() != Some("character varying") || !plain.is_constant()) {
            let ty = self.reduced(ty);
            return Tree::new(Head::Cast(ty), vec![plain]).typed(Some(settled));
        }
        if sized {
            // An explicit `'x'::varchar(n)` cuts silently.
            let longest = ty.modifiers.first().and_then(|length| length.parse::<usize>().ok());
            if let (Head::Text(text), Some(longest)) = (&plain.head, longest)
                && text.chars().count() > longest
            {
                let cut: String = text.chars().take(longest).collect();
                return Tree::leaf(Head::Text(cut)).typed(plain.ty);
            }
        }
        plain
    }

    /// The type of a cast: a varchar without a length is text.
    fn reduced(&self, ty: &DataType) -> DataType {
        if ty.modifiers.is_empty() { self.settled(ty) } else { self.named(ty) }
    }

    /// A number as another type of number: one constant where its value stays the same.
    fn number(&self, tree: Tree, settled: DataType, ty: &DataType) -> Tree {
        let whole = matches!(&tree.head, Head::Number(value) if !value.contains('.'));
        let to_integer = matches!(settled.builtin_name(), Some("smallint" | "integer" | "bigint"));
        if !ty.modifiers.is_empty() || to_integer && !whole {
            return Tree::new(Head::Cast(self.named(ty)), vec![tree]).typed(Some(settled));
        }
        Tree { ty: Some(settled), ..tree }
    }

    /// What an assignment to a column of this type adds (`coerce_to_target_type` with an assignment cast), which is not printed.
    fn assign(&self, tree: Tree, target: &DataType) -> Tree {
        let settled = self.settled(target);
        let plain = DataType { modifiers: Vec::new(), ..target.clone() };
        let text_like = matches!(settled.builtin_name(), Some("text" | "character")) && !settled.array;
        let tree = match tree {
            Tree { head: Head::Cast(ty), mut args, .. }
                if args.len() == 1 && (ty == self.reduced(target) || ty == self.reduced(&plain)) && ty != settled
                    || args.len() == 1 && ty == settled =>
            {
                args.pop().unwrap_or(Tree::leaf(Head::Null))
            }
            tree => tree,
        };
        match &tree.head {
            Head::Number(value) if text_like => constant::read(value, &settled),
            Head::Bool(value) if text_like => constant::read(&value.to_string(), &settled),
            Head::Text(text) if tree.ty.is_none() || tree.ty != Some(settled.clone()) && text_like => {
                constant::read(text, &settled)
            }
            // `'{}'::json` as the default of a jsonb column.
            Head::Text(text) if tree.ty == Some(DataType::builtin("json")) => constant::read(text, &settled),
            // `interval '1' day`
            Head::Value(_) if settled == DataType::builtin("interval") && is_interval(&tree) => {
                tree.typed(Some(settled))
            }
            Head::Number(_) if is_number(&settled) => self.number(tree, settled, &plain),
            Head::Array if settled.array => self.cast(tree, &plain),
            _ => tree,
        }
    }

    fn operator(&self, op: String, mut args: Vec<Tree>) -> Tree {
        let boolean = Some(DataType::builtin("boolean"));
        let [left, right] = args.as_mut_slice() else {
            let ty = args.first().and_then(|arg| arg.ty.clone());
            return Tree::new(Head::Op(op), args).typed(ty);
        };
        if COMPARISONS.contains(&op.as_str()) {
            if let (Head::Row, Head::Row) = (&left.head, &right.head)
                && matches!(op.as_str(), "=" | "<>")
                && left.args.len() == right.args.len()
            {
                // make_row_comparison_op(): equality is taken apart.
                let pairs = left.args.iter().zip(&right.args);
                let parts =
                    pairs.map(|(left, right)| self.operator(op.clone(), vec![left.clone(), right.clone()])).collect();
                return Tree::new(if op == "=" { Head::And } else { Head::Or }, parts).typed(boolean);
            }
            if let (Head::Row, Head::Row) = (&left.head, &right.head) {
                for (left, right) in left.args.iter_mut().zip(&mut right.args) {
                    let mut pair = [left.clone(), right.clone()];
                    self.unify(&mut pair);
                    [*left, *right] = pair;
                }
            } else {
                self.unify(&mut args);
            }
            return Tree::new(Head::Op(op), args).typed(boolean);
        }
        if MATCHES.contains(&op.as_str()) {
            let args = args.into_iter().map(|arg| self.literal(arg, "text")).collect();
            return Tree::new(Head::Op(op), args).typed(boolean);
        }
        let of = |ty: &str| left.ty.as_ref().is_some_and(|left| left.builtin_name() == Some(ty) && !left.array);
        let json = of("json") || of("jsonb");
        let right_type = match op.as_str() {
            "->" | "->>" | "?" => Some(DataType::builtin("text")),
            "#>" | "#>>" | "?|" | "?&" | "#-" => Some(DataType::builtin("text").into_array()),
            "@?" => Some(DataType::builtin("jsonpath")),
            "@@" if json => Some(DataType::builtin("jsonpath")),
            "@@" => Some(DataType::builtin("tsquery")),
            "-" if of("jsonb") => Some(DataType::builtin("text")),
            "||" if of("text") || left.is_untyped() && right.is_untyped() => Some(DataType::builtin("text")),
            "+" | "-" if left.ty.as_ref().is_some_and(is_moment) => {
                // `timestamp - unknown` could be a timestamp or an interval: PostgreSQL takes the same type on both sides.
                if op == "+" { Some(DataType::builtin("interval")) } else { left.ty.clone() }
            }
            _ => None,
        };
        let left_type = left.ty.clone();
        if let Some(ty) = &right_type {
            self.literal_of(right, ty);
        }
        if op == "||" {
            // `text || anynonarray` and `anynonarray || text`: what is no text itself makes a literal beside it one.
            let is_text =
                |tree: &Tree| tree.ty.as_ref().is_some_and(|ty| ty.builtin_name() == Some("text") && !ty.array);
            if left.is_untyped() && (is_text(right) || self.has_no_concatenation(right)) {
                self.literal_of(left, &DataType::builtin("text"));
            }
            if right.is_untyped() && self.has_no_concatenation(left) {
                self.literal_of(right, &DataType::builtin("text"));
            }
        }
        let ty = match op.as_str() {
            "->>" | "#>>" => Some(DataType::builtin("text")),
            "->" | "#>" | "#-" => left_type,
            "||" => match [&left.ty, &right.ty] {
                types if types.into_iter().flatten().any(|ty| ty.builtin_name() == Some("text") && !ty.array) => {
                    Some(DataType::builtin("text"))
                }
                _ => {
                    self.unify(&mut args);
                    left_type
                }
            },
            "-" if json => left_type,
            "?" | "?|" | "?&" | "@?" | "@@" | "@>" | "<@" | "&&" => {
                if !(right_type.is_some() || left.ty.is_some() && right.ty.is_some()) {
                    self.unify(&mut args);
                }
                boolean
            }
            op if ARITHMETIC.contains(&op) => {
                if left.ty.as_ref().is_some_and(is_number) || right.ty.as_ref().is_some_and(is_number) {
                    if op == "^" && !args.iter().any(|arg| is_builtin(arg, "numeric")) {
                        let float = DataType::builtin("double precision");
                        args = args.into_iter().map(|arg| self.cast(arg, &float)).collect();
                    }
                    self.unify(&mut args);
                    widest(&args)
                } else {
                    moment_arithmetic(op, left.ty.as_ref(), right.ty.as_ref())
                }
            }
            _ => {
                self.unify(&mut args);
                None
            }
        };
        Tree::new(Head::Op(op), args).typed(ty)
    }

    /// Its type is known, and no operator `||` of PostgreSQL is for it.
    fn has_no_concatenation(&self, tree: &Tree) -> bool {
        let Some(ty) = tree.ty.as_ref().filter(|ty| !ty.array) else { return false };
        match &ty.name {
            TypeName::User(name) => matches!((self.context.user_type)(name), Some(UserType::Enum)),
            _ => ty.builtin_name().is_some_and(|name| !CONCATENATED.contains(&name)),
        }
    }

    /// `x = ANY (array)`
    fn quantified(&self, head: Head, mut args: Vec<Tree>) -> Tree {
        if let [left, right] = args.as_mut_slice() {
            let left_type = left.ty.clone();
            match (&right.head, &left_type) {
                (Head::Array, _) => {
                    let mut all = vec![left.clone()];
                    all.append(&mut right.args);
                    if left_type.is_none() && all[1..].iter().all(Tree::is_untyped) && left.is_untyped() {
                        all = all.into_iter().map(|item| self.literal(item, "text")).collect();
                    }
                    self.unify_values(&mut all);
                    *left = all.remove(0);
                    right.ty = all.iter().find_map(|item| item.ty.clone()).map(DataType::into_array);
                    right.args = all;
                }
                (Head::Text(_), Some(ty)) if right.ty.is_none() => self.literal_of(right, &ty.clone().into_array()),
                _ => {
                    if let Some(ty) = right.ty.clone().filter(|ty| ty.array) {
                        self.literal_of(left, &DataType { array: false, ..ty });
                    }
                }
            }
        }
        Tree::new(head, args).typed(Some(DataType::builtin("boolean")))
    }

    /// Gives literals the type of their companions, and numbers of mixed types the one at which an operator takes them.
    fn unify(&self, args: &mut [Tree]) {
        // Operators compare `oid` alone, be it with a number or with the name of something.
        if !self.oids(args, Some(DataType::builtin("oid"))) {
            self.unify_to(args, widest);
        }
    }

    /// Makes numbers that stand beside an `oid`, or the name of something, the same: of a type, or of the first one's. False where none
    /// is there, or anything else.
    fn oids(&self, args: &mut [Tree], ty: Option<DataType>) -> bool {
        let of = |tree: &Tree, names: &[&str]| names.iter().any(|name| is_builtin(tree, name));
        let first = args.iter().find(|arg| of(arg, OIDS)).and_then(|arg| arg.ty.clone());
        let Some(ty) = first.map(|first| ty.unwrap_or(first)) else { return false };
        if !args.iter().all(|arg| arg.is_untyped() || of(arg, OIDS) || of(arg, INTEGERS)) {
            return false;
        }
        for arg in args {
            *arg = self.cast(std::mem::replace(arg, Tree::leaf(Head::Null)), &ty);
        }
        true
    }

    /// The same of values that stand for each other: those of a list, an array, `CASE`, `coalesce()` (`select_common_type`).
    fn unify_values(&self, args: &mut [Tree]) {
        if !self.oids(args, None) {
            self.unify_to(args, common);
        }
    }

    fn unify_to(&self, args: &mut [Tree], common: fn(&[Tree]) -> Option<DataType>) {
        let known: Vec<DataType> = args.iter().filter_map(|arg| arg.ty.clone()).collect();
        if known.is_empty() {
            let untyped = args.len() > 1 && args.iter().all(|arg| arg.is_untyped());
            for arg in args.iter_mut().filter(|_| untyped) {
                *arg = self.literal(arg.clone(), "text");
            }
            return;
        }
        if known.iter().all(is_number) {
            let Some(common) = common(args) else {
                return;
            };
            let integers = matches!(common.builtin_name(), Some("smallint" | "integer" | "bigint"));
            for arg in args.iter_mut() {
                // The operators exist for every pair of integers: no cast.
                let number = matches!(arg.head, Head::Number(_));
                if arg.is_untyped() || !integers || number {
                    *arg = self.cast(arg.clone(), &common);
                }
            }
            return;
        }
        let text = DataType::builtin("text");
        let mixed = known.contains(&text) && known.contains(&DataType::builtin("character"));
        let ty = if mixed { &text } else { &known[0] };
        for arg in args {
            if mixed {
                *arg = self.cast(arg.clone(), &text);
            } else {
                self.literal_of(arg, ty);
            }
        }
    }

    fn case(&self, has_operand: bool, mut args: Vec<Tree>) -> Tree {
        let first = usize::from(has_operand);
        let last = args.len().saturating_sub(1);
        let is_result = |at: usize| at == last || at >= first && (at - first) % 2 == 1;
        let mut results: Vec<Tree> = Vec::new();
        let mut tests: Vec<Tree> = Vec::new();
        for (at, arg) in args.drain(..).enumerate() {
            if is_result(at) { results.push(arg) } else { tests.push(arg) }
        }
        self.unify_values(&mut results);
        if has_operand {
            self.unify(&mut tests);
        }
        let ty = results.iter().find_map(|result| result.ty.clone());
        tests.append(&mut results);
        Tree::new(Head::Case { has_operand }, tests).typed(ty)
    }

    fn call(&self, mut name: QName, mut args: Vec<Tree>) -> Tree {
        if name.schema.as_ref().is_some_and(|schema| self.context.search_path.contains(schema)) {
            name.schema = None;
        }
        // Two names of one function.
        if name.schema.is_none() && matches!(name.name.as_str(), "char_length" | "character_length") {
            name.name = Ident::new("length");
        }
        let plain = if name.schema.is_none() { name.name.as_str().to_string() } else { String::new() };
        let ty = match plain.as_str() {
            "nullif" => {
                self.unify(&mut args);
                args.iter().find_map(|arg| arg.ty.clone())
            }
            "coalesce" | "greatest" | "least" => {
                self.unify_values(&mut args);
                args.iter().find_map(|arg| arg.ty.clone())
            }
            "nextval" | "currval" => {
                for arg in &mut args {
                    self.literal_of(arg, &DataType::builtin("regclass"));
                }
                Some(DataType::builtin("bigint"))
            }
            "timezone" => {
                if let Some(zone) = args.first_mut() {
                    self.literal_of(zone, &DataType::builtin("text"));
                }
                match args.get(1).and_then(|arg| arg.ty.as_ref()).and_then(DataType::builtin_name) {
                    Some("timestamp with time zone") => Some(DataType::builtin("timestamp without time zone")),
                    Some("timestamp without time zone") => Some(DataType::builtin("timestamp with time zone")),
                    _ => None,
                }
            }
            "date_trunc" => {
                if let Some(unit) = args.first_mut() {
                    self.literal_of(unit, &DataType::builtin("text"));
                }
                args.get(1).and_then(|arg| arg.ty.clone()).filter(|ty| ty.builtin_name() != Some("date"))
            }
            plain => {
                if let Some(arg) = args.first_mut()
                    && functions::OF_TEXT.contains(&plain)
                    && is_builtin(arg, "character")
                {
                    *arg = self.cast(arg.clone(), &DataType::builtin("text"));
                }
                if let Some(types) = functions::arguments(plain, args.len()) {
                    for (arg, ty) in args.iter_mut().zip(types) {
                        let Some(ty) = ty else { continue };
                        if arg.is_untyped() || arg.ty.as_ref().is_some_and(is_number) && is_number(&ty) {
                            *arg = self.cast(arg.clone(), &ty);
                        }
                    }
                }
                functions::result(plain, args.first().and_then(|arg| arg.ty.as_ref()))
            }
        };
        Tree::new(Head::Call(QName { name: Ident::new(name.name.as_str()), ..name }), args).typed(ty)
    }
}

const OIDS: &[&str] = &["oid", "regclass", "regnamespace", "regproc", "regprocedure", "regrole", "regtype"];
const INTEGERS: &[&str] = &["smallint", "integer", "bigint"];

/// The type of a numeric literal (`make_const` of the parser).
pub(super) fn number_type(text: &str) -> &'static str {
    if text.parse::<i32>().is_ok() {
        "integer"
    } else if text.parse::<i64>().is_ok() {
        "bigint"
    } else {
        "numeric"
    }
}

fn is_builtin(tree: &Tree, name: &str) -> bool {
    tree.ty.as_ref().is_some_and(|ty| ty.builtin_name() == Some(name) && !ty.array)
}

fn is_interval(tree: &Tree) -> bool {
    tree.ty.as_ref().and_then(DataType::builtin_name).is_some_and(|name| name.starts_with("interval"))
}

/// Types of numbers, from narrow to wide.
const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric", "real", "double precision"];

pub(super) fn is_number(ty: &DataType) -> bool {
    !ty.array && ty.builtin_name().is_some_and(|name| NUMBERS.contains(&name))
}

/// The type at which an operator takes numbers: `real` and another meet at `double precision`.
fn widest(args: &[Tree]) -> Option<DataType> {
    let common = common(args)?;
    let mixed = args.iter().filter_map(|arg| arg.ty.as_ref()).any(|ty| *ty != common);
    let float = common.builtin_name() == Some("real") && mixed;
    Some(if float { DataType::builtin("double precision") } else { common })
}

/// The type that all the numbers become: the widest of theirs.
fn common(args: &[Tree]) -> Option<DataType> {
    let known = args.iter().filter_map(|arg| arg.ty.as_ref()?.builtin_name());
    let widest = known.filter_map(|name| NUMBERS.iter().position(|number| *number == name)).max()?;
    Some(DataType::builtin(NUMBERS[widest]))
}

fn is_moment(ty: &DataType) -> bool {
    !ty.array
        && matches!(
            ty.builtin_name(),
            Some("timestamp without time zone" | "timestamp with time zone" | "time without time zone")
        )
}

/// The result of `+`, `-` and their kin on dates and times, as far as it is used.
fn moment_arithmetic(op: &str, left: Option<&DataType>, right: Option<&DataType>) -> Option<DataType> {
    let (left, right) = (left?.builtin_name()?, right?.builtin_name()?);
    let result = match (op, left, right) {
        ("+" | "-", "timestamp without time zone" | "timestamp with time zone", "interval") => left,
        ("+", "interval", "timestamp without time zone" | "timestamp with time zone") => right,
        ("-", "timestamp without time zone" | "timestamp with time zone", _) => "interval",
        ("-", "date", "date") => "integer",
        ("+" | "-", "date", "interval") => "timestamp without time zone",
        ("+", "date", "time without time zone") => "timestamp without time zone",
        ("+" | "-", "interval", "interval") => "interval",
        _ => return None,
    };
    Some(DataType::builtin(result))
}
