//! What the fix changed becomes what it was: for each kind of object the statements that take back a change of it.

use super::{UndoStep, drop};
use crate::catalog::object::{Constraint, DefaultExpr, EnumType, Index, Sequence as SequenceObject};
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::diff::{compare_objects, verdict};
use crate::pg::command::{
    AlterAction, Command, Comment, CommentTarget, Opaque, Policy, Routine, RoutineAction, Schema, Sequence,
    SequenceOptions, Trigger, Type, View,
};
use crate::pg::expr::Comparison;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;
use crate::replay::schema::{alter, comment_target, create, default_expr};

mod column;
mod table;
mod types;

/// The two catalogs: as it was, and as it is by now.
pub(super) struct Place<'a> {
    pub start: &'a Catalog,
    pub here: &'a Catalog,
    pub session: &'a Session,
}

/// One thing that is otherwise, and ways to take it back; of these the first that is not refused is taken.
pub(super) struct Part {
    pub ways: Vec<Vec<UndoStep>>,
    /// Why there is none.
    pub why: Option<String>,
}

impl Part {
    fn of(command: Command) -> Part {
        Part::ways(vec![vec![command]])
    }

    fn ways(ways: Vec<Vec<Command>>) -> Part {
        let ways = ways.into_iter().filter(|way| !way.is_empty());
        Part { ways: ways.map(|way| way.into_iter().map(UndoStep::plain).collect()).collect(), why: None }
    }

    fn none(why: &str) -> Part {
        Part { ways: Vec::new(), why: Some(why.to_string()) }
    }
}

/// What of an object is not as it was; empty where all is.
pub(super) fn parts(place: &Place<'_>, was: Oid, now: Oid) -> Vec<Part> {
    let (Some(old), Some(new)) = (place.start.get(was), place.here.get(now)) else { return Vec::new() };
    let mut parts = names(place, was, now);
    if place.is_same(was, now) {
        return parts;
    }
    match (old, new) {
        // That it is there is all that is compared.
        (Object::Schema(_), Object::Schema(_)) => {}
        (Object::Extension(old), Object::Extension(new)) => {
            if old.comment != new.comment {
                let target = CommentTarget::Other(format!("EXTENSION {}", new.name));
                parts.push(Part::of(Command::Comment(Comment { target, text: old.comment.clone() })));
            }
        }
        (Object::Table(old), Object::Table(new)) => parts.extend(table::parts(place, now, old, new)),
        (Object::Column(old), Object::Column(new)) => parts.extend(column::parts(place, (was, old), (now, new))),
        (Object::Default(old), Object::Default(_)) => match old.expr {
            DefaultExpr::Unknown(_) => parts.push(Part::none("it is not known what it was")),
            DefaultExpr::NextVal(_) | DefaultExpr::Expr(_) => parts.push(Part::ways(vec![create(place.start, was)])),
        },
        (Object::Constraint(old), Object::Constraint(new)) => parts.extend(constraint(place, (was, old), (now, new))),
        (Object::Index(old), Object::Index(new)) => match marks(place, (old, new)) {
            marks if marks.is_empty() => parts.push(again(place, was, now)),
            marks => parts.extend(marks),
        },
        (Object::Sequence(old), Object::Sequence(new)) => parts.extend(sequence(place, old, new, now)),
        (Object::Enum(old), Object::Enum(new)) => parts.extend(types::labels(place, (was, old), (now, new))),
        (Object::Domain(old), Object::Domain(new)) => parts.extend(types::domain(place, now, old, new)),
        (Object::Composite(old), Object::Composite(new)) => parts.extend(types::composite(place, now, old, new)),
        (Object::View(_), Object::View(_)) => parts.push(replaced(place, was, now)),
        (Object::Routine(_), Object::Routine(_)) => parts.push(replaced(place, was, now)),
        (Object::Trigger(old), Object::Trigger(new)) => match place.here.qname(new.table) {
            Some(table) if old.firing != new.firing => {
                let property = format!("{} TRIGGER", old.firing.words());
                let value = new.name.to_string();
                parts.push(again(place, was, now));
                parts.push(Part::of(alter(table, AlterAction::Property { column: None, property, value })));
                // What fires is told apart from what is done.
                parts.reverse();
            }
            _ => parts.push(again(place, was, now)),
        },
        (Object::Policy(_), Object::Policy(_)) | (Object::Opaque(_), Object::Opaque(_)) => {
            parts.push(again(place, was, now));
        }
        (Object::Comment(old), Object::Comment(new)) => {
            let comment = |target| Command::Comment(Comment { target, text: Some(old.text.clone()) });
            parts.push(Part::ways(
                comment_target(place.here, new.on).map(comment).into_iter().map(|c| vec![c]).collect(),
            ));
        }
        (
            Object::Schema(_)
            | Object::Extension(_)
            | Object::Table(_)
            | Object::Column(_)
            | Object::Default(_)
            | Object::Constraint(_)
            | Object::Index(_)
            | Object::Sequence(_)
            | Object::Enum(_)
            | Object::Domain(_)
            | Object::Composite(_)
            | Object::View(_)
            | Object::Routine(_)
            | Object::Trigger(_)
            | Object::Policy(_)
            | Object::Comment(_)
            | Object::Opaque(_),
            _,
        ) => parts.push(Part::none("it is an object of another kind now")),
    }
    if parts.is_empty() {
        parts.push(Part::none("no statement that takes it back is known"));
    }
    parts
}

impl Place<'_> {
    /// All that is compared, but the name.
    fn is_same(&self, was: Oid, now: Oid) -> bool {
        self.start.attrs(was) == self.here.attrs(now)
            || matches!(verdict(&compare_objects(self.start, was, self.here, now)), Comparison::Same)
    }

    fn name(&self, oid: Oid) -> QName {
        self.here.qname(oid).unwrap_or_else(|| QName::bare(Ident::new("")))
    }
}

/// The schema and the name that it had.
fn names(place: &Place<'_>, was: Oid, now: Oid) -> Vec<Part> {
    let (Some(old), Some(new)) = (place.start.qname(was), place.here.qname(now)) else { return Vec::new() };
    let mut parts = Vec::new();
    let own_schema = !matches!(
        place.here.get(now),
        Some(
            Object::Column(_)
                | Object::Default(_)
                | Object::Constraint(_)
                | Object::Index(_)
                | Object::Trigger(_)
                | Object::Policy(_)
                | Object::Comment(_)
        ) | None
    );
    if let Some(schema) = old.schema.filter(|schema| own_schema && new.schema.as_ref() != Some(schema)) {
        parts.push(moved(place.here, now, &new, schema));
    }
    if old.name != new.name {
        parts.push(match rename(place.here, now, &new, &old.name) {
            Some(command) => Part::of(command),
            None => again(place, was, now),
        });
    }
    parts
}

fn moved(here: &Catalog, now: Oid, name: &QName, schema: Ident) -> Part {
    let name = name.clone();
    Part::of(match here.get(now) {
        Some(Object::Table(_) | Object::View(_)) => alter(name, AlterAction::SetSchema { schema }),
        Some(Object::Sequence(_)) => Command::Sequence(Sequence::SetSchema { name, schema }),
        Some(object @ (Object::Enum(_) | Object::Domain(_) | Object::Composite(_))) => {
            Command::Type(Type::SetSchema { name, schema, domain: matches!(object, Object::Domain(_)) })
        }
        Some(Object::Routine(routine)) => Command::Routine(Routine::Alter {
            kind: routine.kind,
            name,
            arguments: Some(routine.arguments.clone()),
            action: RoutineAction::SetSchema(schema),
        }),
        Some(Object::Opaque(opaque)) => {
            let (kind, action) = (opaque.kind.clone(), format!("SET SCHEMA {schema}"));
            let text = format!("ALTER {kind} {name} {action}");
            Command::Opaque(Opaque::Alter { kind, name, action, text })
        }
        _ => return Part::none("no statement that moves it back is known"),
    })
}

fn rename(here: &Catalog, now: Oid, name: &QName, to: &Ident) -> Option<Command> {
    let (name, to) = (name.clone(), to.clone());
    let table = || here.table_of(now).and_then(|table| here.qname(table));
    Some(match here.get(now)? {
        Object::Schema(schema) => Command::Schema(Schema::Rename { from: schema.name.clone(), to }),
        Object::Table(_) | Object::Index(_) => alter(name, AlterAction::RenameTo { to }),
        Object::View(view) => Command::View(View::Rename { name, materialized: view.materialized, to }),
        Object::Sequence(_) => Command::Sequence(Sequence::Rename { name, to }),
        Object::Enum(_) | Object::Composite(_) => Command::Type(Type::Rename { name, to, domain: false }),
        Object::Domain(_) => Command::Type(Type::Rename { name, to, domain: true }),
        Object::Routine(routine) => Command::Routine(Routine::Alter {
            kind: routine.kind,
            name,
            arguments: Some(routine.arguments.clone()),
            action: RoutineAction::RenameTo(to),
        }),
        Object::Column(column) => alter(table()?, AlterAction::RenameColumn { from: column.name.clone(), to }),
        Object::Constraint(constraint) => {
            alter(table()?, AlterAction::RenameConstraint { from: constraint.name.clone(), to })
        }
        Object::Trigger(trigger) => {
            Command::Trigger(Trigger::Rename { name: trigger.name.clone(), table: table()?, to })
        }
        Object::Policy(policy) => Command::Policy(Policy::Rename { name: policy.name.clone(), table: table()?, to }),
        Object::Extension(_) | Object::Default(_) | Object::Comment(_) | Object::Opaque(_) => return None,
    })
}

/// Dropped, and made as it was: only for what holds no values.
fn again(place: &Place<'_>, was: Oid, now: Oid) -> Part {
    match drop::step(place.start, place.here, now) {
        Ok(step) => {
            let made = create(place.start, was);
            if made.is_empty() {
                return Part::none("no statement that makes it is known");
            }
            Part::ways(vec![std::iter::once(step.command).chain(made).collect()])
        }
        Err(why) => Part::none(&why),
    }
}

/// Of views and routines: `CREATE OR REPLACE`, so that what hangs on it stays; where it is another object, or that is refused, it is
/// dropped and made again.
fn replaced(place: &Place<'_>, was: Oid, now: Oid) -> Part {
    let whole = again(place, was, now);
    if was != now || place.takes_defaults_away(was, now) {
        return whole;
    }
    let mut commands = create(place.start, was);
    let is_replaced = match commands.first_mut() {
        Some(Command::View(View::Create { or_replace, materialized: false, .. })) => {
            *or_replace = true;
            true
        }
        Some(Command::Routine(Routine::Create { or_replace, text, .. })) => {
            let replacing = create_or_replace(text);
            *or_replace = true;
            let found = replacing.is_some();
            *text = replacing.unwrap_or_default();
            found
        }
        _ => false,
    };
    if !is_replaced {
        return whole;
    }
    let first = commands.into_iter().map(UndoStep::plain).collect();
    Part { ways: std::iter::once(first).chain(whole.ways).collect(), why: None }
}

/// `CREATE FUNCTION …` as `CREATE OR REPLACE FUNCTION …`.
fn create_or_replace(text: &str) -> Option<String> {
    let is = |text: &str, word: &str| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    let rest = text.trim_start();
    let rest = rest.get(6..).filter(|_| is(rest, "CREATE"))?.trim_start();
    Some(if is(rest, "OR REPLACE") { format!("CREATE {rest}") } else { format!("CREATE OR REPLACE {rest}") })
}

impl Place<'_> {
    /// 42P13: `CREATE OR REPLACE` takes no default of an argument away.
    fn takes_defaults_away(&self, was: Oid, now: Oid) -> bool {
        let defaults = |catalog: &Catalog, oid| match catalog.get(oid) {
            Some(Object::Routine(routine)) => crate::pg::routine::read(&routine.text).map(|read| read.defaults.len()),
            _ => Some(0),
        };
        defaults(self.start, was).zip(defaults(self.here, now)).is_none_or(|(old, new)| old < new)
    }
}

fn constraint(place: &Place<'_>, old: (Oid, &Constraint), new: (Oid, &Constraint)) -> Vec<Part> {
    let index = |catalog: &Catalog, oid: Option<Oid>| match oid.and_then(|oid| catalog.get(oid)) {
        Some(Object::Index(index)) => Some(index.clone()),
        _ => None,
    };
    let indexes = index(place.start, old.1.index).zip(index(place.here, new.1.index));
    match indexes.map_or_else(Vec::new, |(old, new)| marks(place, (&old, &new))) {
        marks if marks.is_empty() => vec![again(place, old.0, new.0)],
        marks => marks,
    }
}

/// What an index is to its table: what it is clustered by, and what replication knows a row by.
fn marks(place: &Place<'_>, (old, new): (&Index, &Index)) -> Vec<Part> {
    let table = place.name(new.table);
    let property = |property: &str, value: String| {
        let action = AlterAction::Property { column: None, property: property.to_string(), value };
        Part::of(alter(table.clone(), action))
    };
    let name = new.name.to_string();
    let is = |index: &Index, mark: &str| index.properties.contains_key(mark);
    let mut parts = Vec::new();
    match (is(old, "CLUSTER"), is(new, "CLUSTER")) {
        (true, false) => parts.push(property("CLUSTER ON", name.clone())),
        (false, true) => parts.push(property("SET WITHOUT CLUSTER", String::new())),
        _ => {}
    }
    match (is(old, "REPLICA IDENTITY"), is(new, "REPLICA IDENTITY")) {
        (true, false) => parts.push(property("REPLICA IDENTITY", format!("USING INDEX {name}"))),
        (false, true) => parts.push(property("REPLICA IDENTITY", "DEFAULT".to_string())),
        _ => {}
    }
    parts
}

fn sequence(place: &Place<'_>, old: &SequenceObject, new: &SequenceObject, now: Oid) -> Vec<Part> {
    let changed = |old: i64, new: i64| (old != new).then_some(old);
    let owner = |catalog: &Catalog, column: Option<Oid>| {
        column.and_then(|column| Some((catalog.qname(catalog.table_of(column)?)?, catalog.get(column)?.name())))
    };
    let (was_owned, is_owned) = (owner(place.start, old.owned_by), owner(place.here, new.owned_by));
    let options = SequenceOptions {
        ty: (old.ty != new.ty).then(|| DataType::builtin(old.ty)),
        start: changed(old.start, new.start),
        increment: changed(old.increment, new.increment),
        min_value: changed(old.min_value, new.min_value).map(Some),
        max_value: changed(old.max_value, new.max_value).map(Some),
        cache: changed(old.cache, new.cache),
        cycle: (old.cycle != new.cycle).then_some(old.cycle),
        owned_by: (was_owned != is_owned && !new.identity).then_some(was_owned),
        restart: None,
    };
    if options == SequenceOptions::default() {
        return Vec::new();
    }
    vec![Part::of(Command::Sequence(Sequence::Alter { name: place.name(now), if_exists: false, options }))]
}

/// Parameters as `SET (…)` and `RESET (…)` change them.
fn parameters(
    old: &crate::pg::parameters::Parameters,
    new: &crate::pg::parameters::Parameters,
    alter: impl Fn(&str, String) -> Command,
) -> Vec<Part> {
    let set: crate::pg::parameters::Parameters =
        old.iter().filter(|(name, value)| new.get(*name) != Some(value)).map(|(a, b)| (a.clone(), b.clone())).collect();
    let reset: Vec<&str> = new.keys().filter(|name| !old.contains_key(*name)).map(String::as_str).collect();
    let mut parts = Vec::new();
    if !set.is_empty() {
        parts.push(Part::of(alter("SET", crate::pg::parameters::written(&set))));
    }
    if !reset.is_empty() {
        parts.push(Part::of(alter("RESET", format!("({})", reset.join(", ")))));
    }
    parts
}

/// The default that a column had.
fn default_before(place: &Place<'_>, was: Oid) -> Option<crate::pg::expr::Expr> {
    match place.start.get(place.start.default_of(was)?)? {
        Object::Default(default) => default_expr(place.start, &default.expr),
        _ => None,
    }
}

type Enums<'a> = (Oid, &'a EnumType);
