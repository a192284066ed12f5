//! What the triggers of a table do to the rows of a statement, as far as the text of their functions tells.

use std::collections::BTreeSet;

use super::{Demand, Verdict};
use crate::catalog::object::{Firing, Object, Routine, Trigger};
use crate::catalog::{Catalog, Oid};
use crate::pg::ident::Ident;
use crate::pg::{lex, routine, trigger};
use crate::predict::broken::Broken;

/// What becomes of the rows before they are stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// They are stored as they are written.
    Nothing,
    /// These columns may get other values.
    Columns(BTreeSet<Oid>),
    /// Anything; they may not be stored at all.
    Anything,
}

/// The triggers and rules that a statement fires.
pub(super) struct Fired {
    pub(super) changed: Changed,
    /// What they themselves may refuse.
    pub(super) demands: Vec<Demand>,
}

/// Those of a table on INSERT, UPDATE or DELETE. `set`: see [`Catalog::is_fired`].
pub(super) fn fired(catalog: &Catalog, table: Oid, event: &str, set: Option<&[Ident]>) -> Fired {
    let mut fired = Fired { changed: Changed::Nothing, demands: Vec::new() };
    for oid in catalog.dependents(table) {
        match catalog.get(oid) {
            Some(Object::Opaque(opaque)) if opaque.kind == "RULE" => fired.changed = Changed::Anything,
            Some(Object::Trigger(trigger)) if trigger.table == table => {
                let Some(parts) = trigger::read(&trigger.text) else {
                    fired.changed = Changed::Anything;
                    continue;
                };
                if catalog.is_fired(table, &parts, event, set) && is_enabled(trigger.firing) {
                    fired.add(catalog, trigger, parts.timing != "AFTER" && parts.level == "ROW");
                }
            }
            _ => {}
        }
    }
    fired
}

fn is_enabled(firing: Firing) -> bool {
    matches!(firing, Firing::Origin | Firing::Always)
}

impl Fired {
    /// What the rows themselves demand, where a trigger may make others of them.
    pub(super) fn doubt(&self, demands: &mut [Demand]) {
        if self.changed == Changed::Anything {
            demands.iter_mut().for_each(|demand| demand.verdict = Verdict::Doubt);
        }
    }

    fn add(&mut self, catalog: &Catalog, trigger: &Trigger, before_row: bool) {
        let routine = trigger.function.and_then(|oid| match catalog.get(oid) {
            Some(Object::Routine(routine)) => Some(routine),
            _ => None,
        });
        let body = routine.and_then(Body::of);
        if before_row {
            match (&mut self.changed, body.as_ref().and_then(|body| body.assigned.clone())) {
                (Changed::Anything, _) => {}
                (changed, None) => *changed = Changed::Anything,
                (changed, Some(names)) => {
                    let columns = names.iter().filter_map(|name| catalog.column(trigger.table, name));
                    match changed {
                        Changed::Columns(known) => known.extend(columns),
                        _ => *changed = Changed::Columns(columns.collect()),
                    }
                }
            }
        }
        let Some(body) = body else { return };
        let name = catalog.qname(trigger.table).map_or_else(String::new, |name| name.to_string());
        let mut open = |demand: String, sqlstate| {
            self.demands.push(Demand { demand, sqlstate, broken: Broken::Unknown, verdict: Verdict::Doubt });
        };
        let is_whole = catalog.table(trigger.table).is_some_and(|table| table.open.is_none());
        let missing = body.fields.iter().find(|field| is_whole && catalog.column(trigger.table, field).is_none());
        if let Some(field) = missing {
            let demand = format!("the trigger {} on {name} names no column that {name} lacks ({field})", trigger.name);
            open(demand, Some("42703"));
        } else if body.raises {
            open(format!("the trigger {} on {name} refuses no row", trigger.name), None);
        }
    }
}

/// What the text of a trigger function in PL/pgSQL tells.
struct Body {
    /// The fields of NEW that it gives values; `None`: it may do anything with the row.
    assigned: Option<Vec<Ident>>,
    /// The fields of NEW and OLD that it names.
    fields: Vec<Ident>,
    raises: bool,
}

impl Body {
    fn of(routine: &Routine) -> Option<Body> {
        let definition = routine::read(&routine.text)?;
        if definition.clauses.get("language").map(String::as_str) != Some("plpgsql") {
            return None;
        }
        let routine::Body::Text(text) = &definition.body else { return None };
        let (tokens, _) = lex::tokens(text);
        let words: Vec<&str> = tokens.iter().map(|token| &text[token.start..token.end]).collect();
        let is = |at: usize, word: &str| words.get(at).is_some_and(|own| own.eq_ignore_ascii_case(word));
        let (mut assigned, mut fields) = (Some(Vec::new()), Vec::new());
        let mut raises = false;
        for at in 0..words.len() {
            if is(at, "NEW") || is(at, "OLD") {
                let own = is(at, "NEW");
                match words.get(at + 2).filter(|_| is(at + 1, ".")) {
                    Some(field) => {
                        let field = match field.strip_prefix('"').and_then(|field| field.strip_suffix('"')) {
                            Some(quoted) => Ident::new(quoted),
                            None => Ident::fold(field),
                        };
                        let is_assigned = is(at + 3, ":=") || is(at + 3, ":") && is(at + 4, "=") || is(at + 3, "=");
                        if let Some(assigned) = assigned.as_mut().filter(|_| own && is_assigned) {
                            assigned.push(field.clone());
                        }
                        fields.push(field);
                    }
                    // `RETURN NEW` gives the row as it is; whatever else has it may change it.
                    None if own && at > 0 && is(at - 1, "RETURN") => {}
                    None => assigned = None,
                }
            }
            if is(at, "EXECUTE") || is(at, "INTO") || is(at, "RETURN") && !is(at + 1, "NEW") {
                assigned = None;
            }
            if is(at, "RAISE") {
                let harmless = ["NOTICE", "WARNING", "INFO", "LOG", "DEBUG"];
                raises |= !harmless.iter().any(|level| is(at + 1, level));
            }
        }
        Some(Body { assigned, fields, raises })
    }
}
