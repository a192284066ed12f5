//! What each revision really changed, against what its replay changes: the judgement on what is not modelled that does not ask
//! the model itself.

use std::collections::{BTreeMap, BTreeSet};

use restamp::catalog::{Attr, Catalog, ObjectId};
use restamp::pg::command::Kind;

use super::{Changed, Recorded};

/// What is said of an object: its identity and attributes, and whether that is certain.
#[derive(Clone, PartialEq, Default)]
struct Shown {
    parts: Vec<(ObjectId, Vec<(&'static str, Attr)>)>,
    uncertain: bool,
}

/// The objects of a catalog under the names that the recordings have for them.
type Shows = BTreeMap<String, Shown>;

/// Compares revision by revision; the revisions of the real run come in its order, and so do those of the replay.
pub struct Judge {
    real: Vec<Changed>,
    version_table: String,
    at: usize,
    before: Shows,
    /// What a revision of the run has made: the rest was there before the first one, and what becomes of it no replay knows.
    made: BTreeSet<String>,
    /// Per revision with another change than the real one: what differs.
    pub wrong: Vec<(String, Vec<String>)>,
}

impl Judge {
    /// Judges a project; nothing where its changes are not recorded.
    pub fn of(recorded: &Recorded) -> Option<Judge> {
        let real = recorded.changes()?;
        let version_table = recorded.version_table().rsplit('.').next().unwrap_or_default().to_string();
        let mut judge =
            Judge { real, version_table, at: 0, before: Shows::new(), made: BTreeSet::new(), wrong: Vec::new() };
        let walked = restamp::walk(&recorded.input(), recorded.target(), &mut |revision, catalog| {
            judge.see(revision, catalog);
        });
        assert!(walked.is_ok(), "no upgrade to {}", recorded.target());
        Some(judge)
    }

    /// How many revisions there are to judge.
    pub fn revisions(&self) -> usize {
        self.real.len()
    }

    /// The replay has run a revision. One that the real run did not have is another upgrade's, and is not judged.
    fn see(&mut self, revision: &str, catalog: &Catalog) {
        let after = shows(catalog);
        let Some(place) = self.real.iter().position(|changed| changed.revision == revision) else { return };
        assert!(place >= self.at, "{revision} does not come in the order of the real run");
        self.at = place;
        let mut differs = Vec::new();
        let real: BTreeMap<&str, char> =
            self.real[place].objects.iter().map(|(sign, object)| (object.as_str(), *sign)).collect();
        for (object, sign) in &real {
            let outside = *sign != '+' && !self.made.contains(*object);
            let (before, after) = (self.before.get(*object), after.get(*object));
            let certain = after.or(before).is_some_and(|shown| !shown.uncertain);
            if !outside && (before == after || !certain) {
                differs.push(format!("really {sign}{object}{}", if certain { "" } else { ", not known here" }));
            }
        }
        for object in self.before.keys().chain(after.keys()).collect::<BTreeSet<_>>() {
            let (before, after) = (self.before.get(object), after.get(object));
            let uncertain = [before, after].into_iter().flatten().any(|shown| shown.uncertain);
            let own = object.split(' ').nth(2) == Some(&*self.version_table);
            if before != after && !uncertain && !own && !real.contains_key(object.as_str()) {
                differs.push(format!("only here {object}"));
            }
        }
        self.made.extend(real.into_iter().filter(|(_, sign)| *sign == '+').map(|(object, _)| object.to_string()));
        if !differs.is_empty() {
            self.wrong.push((revision.to_string(), differs));
        }
        self.before = after;
    }
}

fn shows(catalog: &Catalog) -> Shows {
    let mut shows = Shows::new();
    for (oid, id) in catalog.comparable() {
        // A table that is taken for granted is no change.
        if catalog.table(oid).is_some_and(|table| table.open.is_some()) {
            continue;
        }
        let shown = shows.entry(name(&id)).or_default();
        // A column is there, whatever its default.
        shown.uncertain |= match id.kind {
            Kind::Default => catalog.presence(oid).is_some(),
            _ => catalog.doubt(oid).is_some(),
        };
        shown.parts.push((id, catalog.attrs(oid)));
    }
    for shown in shows.values_mut() {
        shown.parts.sort_by(|a, b| a.0.cmp(&b.0));
    }
    shows
}

/// The name that `tests/oracle/inside/objects.py` makes of a dump's header.
fn name(id: &ObjectId) -> String {
    let schema = id.schema.as_ref().map_or("-", |schema| schema.as_str());
    let table = id.table.as_ref().map_or("", |table| table.as_str());
    let name = id.name.as_str();
    match id.kind {
        Kind::Schema => format!("SCHEMA - {name}"),
        Kind::Extension => format!("EXTENSION - {name}"),
        Kind::Table => format!("TABLE {schema} {name}"),
        Kind::Column | Kind::Default => format!("COLUMN {schema} {table} {name}"),
        Kind::Constraint => format!("CONSTRAINT {schema} {table} {name}"),
        Kind::Index => format!("INDEX {schema} {name}"),
        Kind::Sequence => format!("SEQUENCE {schema} {name}"),
        Kind::Enum | Kind::Domain | Kind::Composite => format!("TYPE {schema} {name}"),
        Kind::View | Kind::MaterializedView => format!("VIEW {schema} {name}"),
        Kind::Function | Kind::Procedure | Kind::Aggregate => {
            format!("FUNCTION {schema} {}", name.split('(').next().unwrap_or(name))
        }
        Kind::Trigger => format!("TRIGGER {schema} {table} {name}"),
        Kind::Policy => format!("POLICY {schema} {table} {name}"),
        Kind::Comment => {
            let (kind, on) = name.split_once(' ').unwrap_or((name, ""));
            match kind {
                "column" => format!("COMMENT {schema} COLUMN {table}.{on}"),
                "constraint" | "trigger" | "policy" => {
                    format!("COMMENT {schema} {} {on} ON {table}", kind.to_uppercase())
                }
                kind => format!("COMMENT {schema} {} {on}", kind.to_uppercase()),
            }
        }
        Kind::Other => {
            let (kind, bare) = name.rsplit_once(' ').unwrap_or(("", name));
            format!("{kind} {schema} {bare}")
        }
    }
}
