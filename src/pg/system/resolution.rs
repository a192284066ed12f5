//! Which operator or function is meant (`src/backend/parser/parse_oper.c`, `parse_func.c`).

use super::coercion::{Context, Generics, can_coerce, is_polymorphic, pathway};
use super::{Routine, Type, Volatility, facts};
use crate::pg::types;

/// The operator or function that is meant.
#[derive(Debug)]
pub struct Resolved {
    /// What each argument is cast to; `None` where that is not known, or where any will do.
    pub arguments: Vec<Option<Type>>,
    /// What it gives; `None` where that is not known.
    pub result: Option<Type>,
    /// How much that depends on.
    pub volatility: Volatility,
}

/// Why no operator or function is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is none that takes these types: 42883.
    None,
    /// Several are equally good: 42725.
    Many,
}

/// One way to call a routine: with variadic arguments spread out, without those that have defaults.
struct Candidate<'a> {
    routine: &'a Routine,
    arguments: Vec<Type>,
}

/// The operator for the types of its operands, of which a prefix operator has one (`oper`, `left_oper`).
///
/// # Errors
/// See [`Failure`].
pub fn operator(name: &str, given: &[Type]) -> Result<Resolved, Failure> {
    // `!=` is another spelling of the grammar.
    let name = if name == "!=" { "<>" } else { name };
    let routines = facts().operators.get(name).map_or(&[][..], Vec::as_slice);
    let candidates: Vec<Candidate<'_>> = routines
        .iter()
        .filter(|routine| routine.arguments.len() == given.len())
        .map(|routine| Candidate { routine, arguments: routine.arguments.clone() })
        .collect();
    // binary_oper_exact(): a constant is taken for one of the other operand's type.
    let known = given.iter().find(|ty| **ty != Type::LITERAL);
    let assumed: Vec<&Type> =
        given.iter().map(|ty| if *ty == Type::LITERAL { known.unwrap_or(ty) } else { ty }).collect();
    if let Some(exact) = candidates.iter().find(|candidate| candidate.arguments.iter().eq(assumed.iter().copied())) {
        return Ok(exact.resolved(given));
    }
    choose(given, candidates)
}

/// Whether there is a function of that name.
pub fn has_function(name: &str) -> bool {
    facts().functions.contains_key(name)
}

/// What the grammar itself reads as a call; all of them are immutable, and give one value.
const GRAMMAR: &[&str] = &[
    "coalesce",
    "extract",
    "greatest",
    "grouping",
    "least",
    "normalize",
    "nullif",
    "overlay",
    "position",
    "row",
    "substring",
    "trim",
    "xmlconcat",
    "xmlelement",
    "xmlforest",
    "xmlparse",
    "xmlpi",
    "xmlroot",
    "xmlserialize",
];

/// Whether the grammar itself reads that name as a call.
pub fn is_of_grammar(name: &str) -> bool {
    GRAMMAR.contains(&name)
}

/// Whether what is called under that name is known to give one value, neither a set nor none.
pub fn gives_one_value(name: &str) -> bool {
    let all_do = |all: &Vec<Routine>| all.iter().all(|routine| routine.plain || routine.aggregate);
    is_of_grammar(name) || facts().functions.get(name).is_some_and(all_do)
}

/// Whether all functions of that name are stable or volatile.
pub fn is_never_immutable(name: &str) -> bool {
    facts().functions.get(name).is_some_and(|all| all.iter().all(|routine| routine.volatility >= Volatility::Stable))
}

/// Whether a function of that name takes a whole row: `t.f` is `f(t)`, where it has no such column.
pub fn takes_row(name: &str) -> bool {
    const ROWS: &[&str] = &["record", "\"any\"", "anyelement", "anynonarray", "anycompatible", "anycompatiblenonarray"];
    let takes = |routine: &Routine| {
        let one = routine.arguments.len() <= routine.defaults + 1;
        one && routine.arguments.first().is_some_and(|ty| ROWS.contains(&ty.name()))
    };
    facts().functions.get(name).is_some_and(|routines| routines.iter().any(takes))
}

/// Whether all functions of that name are aggregates.
pub fn is_aggregate(name: &str) -> bool {
    facts().functions.get(name).is_some_and(|routines| routines.iter().all(|routine| routine.aggregate))
}

/// Whether one of the functions of that name is an aggregate.
pub fn has_aggregate(name: &str) -> bool {
    facts().functions.get(name).is_some_and(|routines| routines.iter().any(|routine| routine.aggregate))
}

/// The function for the types of its arguments (`func_get_detail`); a cast that is written like a call is one, too.
///
/// # Errors
/// See [`Failure`].
pub fn function(name: &str, given: &[Type]) -> Result<Resolved, Failure> {
    let routines = facts().functions.get(name).map_or(&[][..], Vec::as_slice);
    let candidates: Vec<Candidate<'_>> =
        routines.iter().filter_map(|routine| Candidate::of_call(routine, given.len())).collect();
    if let Some(exact) = candidates.iter().find(|candidate| candidate.arguments == given) {
        return Ok(exact.resolved(given));
    }
    if let ([given], Some(target)) = (given, types::builtin(name)) {
        let target = Type::system(target);
        let by_function = facts().casts.contains_key(&(given.name(), target.name()));
        let cast = match pathway(given, &target, Context::Explicit) {
            _ if *given == Type::LITERAL => Some(Volatility::Unknown),
            Some(volatility) if !by_function => Some(volatility),
            _ => None,
        };
        if let Some(volatility) = cast {
            return Ok(Resolved { arguments: vec![Some(target.clone())], result: Some(target), volatility });
        }
    }
    choose(given, candidates)
}

/// Whether it may be a function of `pg_catalog` that the facts leave out (`tests/oracle/system.py`): one of the server's own, like
/// `uuid_in(cstring)`, `textout(text)` or `pg_stat_get_numscans(oid)`.
pub fn is_left_out(name: &str, given: &[Type]) -> bool {
    const INTERNAL: &[&str] =
        &["cstring", "internal", "pg_node_tree", "pg_ndistinct", "pg_dependencies", "pg_mcv_list"];
    const ENDS: &[&str] = &["in", "out", "recv", "send"];
    if given.iter().any(|ty| INTERNAL.contains(&ty.name())) {
        return true;
    }
    let starts = ["pg_", "binary_upgrade", "ri_"];
    !facts().functions.contains_key(name)
        && (ENDS.iter().any(|end| name.ends_with(end)) || starts.iter().any(|start| name.starts_with(start)))
}

impl<'a> Candidate<'a> {
    /// The routine as it is called with so many arguments (`FuncnameGetCandidates`).
    fn of_call(routine: &'a Routine, given: usize) -> Option<Candidate<'a>> {
        let declared = &routine.arguments;
        let mut arguments = declared.clone();
        if routine.variadic && given >= declared.len() {
            let last = arguments.pop()?;
            let element = match last.name() {
                "anyarray" => Type::system("anyelement"),
                "anycompatiblearray" => Type::system("anycompatible"),
                _ => last.element().unwrap_or(last),
            };
            arguments.resize(given, element);
        } else if given > declared.len() || given + routine.defaults < declared.len() {
            return None;
        } else {
            arguments.truncate(given);
        }
        Some(Candidate { routine, arguments })
    }

    /// `can_coerce_type` of all arguments.
    fn takes(&self, given: &[Type]) -> bool {
        let each = given.iter().zip(&self.arguments).all(|(given, to)| can_coerce(given, to, Context::Implicit));
        let generic = self.arguments.iter().any(is_polymorphic);
        each && (!generic || Generics::of(given, &self.arguments).is_some())
    }

    fn resolved(&self, given: &[Type]) -> Resolved {
        let generics = Generics::of(given, &self.arguments).unwrap_or_default();
        Resolved {
            arguments: self.arguments.iter().map(|declared| generics.resolve(declared)).collect(),
            result: generics.resolve(&self.routine.result).filter(|_| self.routine.plain),
            volatility: self.routine.volatility,
        }
    }
}

/// `func_match_argtypes`, then `func_select_candidate`.
fn choose(given: &[Type], mut candidates: Vec<Candidate<'_>>) -> Result<Resolved, Failure> {
    candidates.retain(|candidate| candidate.takes(given));
    if candidates.len() > 1 {
        candidates = select(given, candidates);
    }
    match candidates.as_slice() {
        [] => Err(Failure::None),
        [one] => Ok(one.resolved(given)),
        [..] => Err(Failure::Many),
    }
}

/// `func_select_candidate`: more than one is left where it cannot be told.
fn select<'a>(given: &[Type], mut candidates: Vec<Candidate<'a>>) -> Vec<Candidate<'a>> {
    let known = |at: usize| given[at] != Type::LITERAL;
    // The most exact matches.
    best(&mut candidates, |candidate| {
        (0..given.len()).filter(|at| known(*at) && candidate.arguments[*at] == given[*at]).count()
    });
    if candidates.len() == 1 {
        return candidates;
    }
    // The most exact matches and preferred types of the right category.
    best(&mut candidates, |candidate| {
        let fits = |at: &usize| {
            let (given, taken) = (&given[*at], &candidate.arguments[*at]);
            taken == given || taken.is_preferred() && taken.category() == given.category()
        };
        (0..given.len()).filter(|at| known(*at)).filter(fits).count()
    });
    if candidates.len() == 1 || (0..given.len()).all(known) {
        return candidates;
    }
    // Constants: a string where any takes one, else the category that all take, and of that the preferred type.
    let mut slots = Vec::new();
    let mut resolved = true;
    for at in (0..given.len()).filter(|at| !known(*at)) {
        let categories: Vec<char> = candidates.iter().map(|candidate| candidate.arguments[at].category()).collect();
        let category = if categories.contains(&'S') { 'S' } else { categories[0] };
        resolved &= category == 'S' || categories.iter().all(|other| *other == category);
        let preferred = candidates
            .iter()
            .any(|candidate| candidate.arguments[at].category() == category && candidate.arguments[at].is_preferred());
        slots.push((at, category, preferred));
    }
    if resolved {
        let fits = |candidate: &Candidate<'_>| {
            slots.iter().all(|(at, category, preferred)| {
                let taken = &candidate.arguments[*at];
                taken.category() == *category && (!preferred || taken.is_preferred())
            })
        };
        if candidates.iter().any(fits) {
            candidates.retain(fits);
        }
        if candidates.len() == 1 {
            return candidates;
        }
    }
    // A constant is of the type that all others have.
    let mut others = given.iter().filter(|ty| **ty != Type::LITERAL);
    if let Some(first) = others.next()
        && others.all(|other| other == first)
    {
        let assumed = vec![first.clone(); given.len()];
        let takes = |candidate: &Candidate<'_>| candidate.takes(&assumed);
        if candidates.iter().filter(|candidate| takes(candidate)).count() == 1 {
            candidates.retain(takes);
        }
    }
    candidates
}

/// Keeps those of the highest mark.
fn best<'a>(candidates: &mut Vec<Candidate<'a>>, mark: impl Fn(&Candidate<'a>) -> usize) {
    let highest = candidates.iter().map(&mark).max().unwrap_or(0);
    candidates.retain(|candidate| mark(candidate) == highest);
}
