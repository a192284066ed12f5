//! Casts (`src/backend/parser/parse_coerce.c`).

use super::{Base, Type, Volatility, facts};

/// `CoercionContext`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Context {
    /// Wherever another type is needed.
    Implicit,
    /// To store a value.
    Assignment,
    /// `x::type`
    Explicit,
}

/// How much the cast from one type to another depends on; `None` where there is none (`find_coercion_pathway`).
pub fn pathway(from: &Type, to: &Type, context: Context) -> Option<Volatility> {
    if from == to {
        return Some(Volatility::Immutable);
    }
    if let Some(cast) = facts().casts.get(&(from.name(), to.name())) {
        return (cast.context <= context).then_some(cast.volatility);
    }
    if from.array && to.array {
        return pathway(&from.element()?, &to.element()?, context);
    }
    let through_text = context >= Context::Assignment && to.category() == 'S'
        || context == Context::Explicit && from.category() == 'S';
    through_text.then(|| output(from).max(input(to)))
}

fn output(ty: &Type) -> Volatility {
    match ty.base {
        Base::System(name) if !ty.array => facts().types.get(name).map_or(Volatility::Unknown, |ty| ty.output),
        _ => Volatility::Stable,
    }
}

fn input(ty: &Type) -> Volatility {
    match ty.base {
        Base::System(name) if !ty.array => facts().types.get(name).map_or(Volatility::Unknown, |ty| ty.input),
        _ => Volatility::Stable,
    }
}

/// `can_coerce_type` of one argument; what polymorphic types ask for in common is not looked at.
pub(super) fn can_coerce(from: &Type, to: &Type, context: Context) -> bool {
    to.name() == "\"any\"" || is_polymorphic(to) || *from == Type::LITERAL || pathway(from, to, context).is_some()
}

pub(super) fn is_polymorphic(ty: &Type) -> bool {
    !ty.array && ty.name().starts_with("any")
}

/// `select_common_type`
///
/// # Errors
/// The two types of which no one will do.
pub fn common_type(types: &[Type]) -> Result<Type, (Type, Type)> {
    let mut chosen = types.first().cloned().unwrap_or(Type::LITERAL);
    for other in types.iter().skip(1) {
        if *other == Type::LITERAL || *other == chosen {
            continue;
        }
        if chosen == Type::LITERAL {
            chosen = other.clone();
        } else if chosen.category() != other.category() {
            return Err((chosen, other.clone()));
        } else if !chosen.is_preferred()
            && can_coerce(&chosen, other, Context::Implicit)
            && !can_coerce(other, &chosen, Context::Implicit)
        {
            chosen = other.clone();
        }
    }
    Ok(if chosen == Type::LITERAL { Type::system("text") } else { chosen })
}

/// What the polymorphic arguments of a call stand for.
#[derive(Default)]
pub(super) struct Generics {
    element: Option<Type>,
    range: Option<&'static str>,
    common: Option<Type>,
}

/// Ranges, their multiranges and what they are of (`pg_range`).
const RANGES: &[(&str, &str, &str)] = &[
    ("int4range", "int4multirange", "integer"),
    ("int8range", "int8multirange", "bigint"),
    ("numrange", "nummultirange", "numeric"),
    ("tsrange", "tsmultirange", "timestamp without time zone"),
    ("tstzrange", "tstzmultirange", "timestamp with time zone"),
    ("daterange", "datemultirange", "date"),
];

impl Generics {
    /// `check_generic_type_consistency`: `None` where the arguments do not agree.
    pub(super) fn of(given: &[Type], declared: &[Type]) -> Option<Generics> {
        let mut found = Generics::default();
        let mut array = None;
        let mut compatible = Vec::new();
        let pairs = || given.iter().zip(declared).filter(|(given, _)| **given != Type::LITERAL);
        for (given, declared) in pairs() {
            match declared.name() {
                "anyelement" | "anynonarray" | "anyenum" => same(&mut found.element, given.clone())?,
                "anyarray" => same(&mut array, given.element()?)?,
                "anyrange" => same(&mut found.range, RANGES.iter().find(|(range, ..)| given.is(range))?.0)?,
                "anymultirange" => same(&mut found.range, RANGES.iter().find(|(_, multi, _)| given.is(multi))?.0)?,
                "anycompatible" | "anycompatiblenonarray" => compatible.push(given.clone()),
                "anycompatiblearray" => compatible.push(given.element()?),
                "anycompatiblerange" => {
                    let range = RANGES.iter().find(|(range, ..)| given.is(range))?;
                    same(&mut found.range, range.0)?;
                    compatible.push(Type::system(range.2));
                }
                "anycompatiblemultirange" => {
                    let range = RANGES.iter().find(|(_, multi, _)| given.is(multi))?;
                    same(&mut found.range, range.0)?;
                    compatible.push(Type::system(range.2));
                }
                _ => {}
            }
        }
        if let Some(array) = array {
            same(&mut found.element, array)?;
        }
        if let Some((.., of)) = RANGES.iter().find(|(range, ..)| found.range == Some(range))
            && compatible.is_empty()
        {
            same(&mut found.element, Type::system(of))?;
        }
        if !compatible.is_empty() {
            found.common = Some(common_type(&compatible).ok()?);
        }
        for declared in declared {
            let wrong = match declared.name() {
                "anynonarray" => found.element.as_ref().is_some_and(|element| element.array),
                "anyenum" => !matches!(found.element, None | Some(Type { base: Base::Enum(_), array: false })),
                "anycompatiblenonarray" => found.common.as_ref().is_some_and(|common| common.array),
                _ => false,
            };
            if wrong {
                return None;
            }
        }
        Some(found)
    }

    /// What a declared type is in this call; `None` where that is not known.
    pub(super) fn resolve(&self, declared: &Type) -> Option<Type> {
        let range = |multi: bool| {
            let (range, name, _) = RANGES.iter().find(|(range, ..)| self.range == Some(range))?;
            Some(Type::system(if multi { name } else { range }))
        };
        match declared.name() {
            "anyelement" | "anynonarray" | "anyenum" => self.element.clone(),
            "anyarray" => self.element.clone()?.into_array(),
            "anycompatible" | "anycompatiblenonarray" => self.common.clone(),
            "anycompatiblearray" => self.common.clone()?.into_array(),
            "anyrange" | "anycompatiblerange" => range(false),
            "anymultirange" | "anycompatiblemultirange" => range(true),
            "\"any\"" | "record" | "void" => None,
            _ => Some(declared.clone()),
        }
    }
}

/// Sets what is not set; `None` where it is another already.
fn same<T: PartialEq>(place: &mut Option<T>, value: T) -> Option<()> {
    match place {
        Some(other) => (*other == value).then_some(()),
        None => {
            *place = Some(value);
            Some(())
        }
    }
}
