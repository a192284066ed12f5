//! Dropping with all that hangs on an object: `performMultipleDeletions` (`src/backend/catalog/dependency.c`).

use std::collections::BTreeSet;

use crate::catalog::missed::Use;
use crate::catalog::object::{Constraint, Object, Rule};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Depend, Oid, Session};
use crate::pg::command::{Behavior, Kind};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

use super::resolve::{plain, refuse, unknown};

/// A dependent object and the object for which it is in the way.
type Obstacle = (Oid, Oid);

impl Catalog {
    /// Drops objects with what goes with them silently, and under `CASCADE` with what depends on them.
    ///
    /// # Errors
    /// 2BP01 with PostgreSQL's detail if something depends on them.
    pub(super) fn drop_objects(
        &mut self,
        targets: &[Oid],
        behavior: Behavior,
        session: &Session,
    ) -> Result<(), Refusal> {
        let mut doomed = BTreeSet::new();
        for target in targets {
            self.doom(*target, &mut doomed);
        }
        let mut obstacles: Vec<Obstacle> = Vec::new();
        let mut pending: Vec<Oid> = doomed.iter().copied().collect();
        while !pending.is_empty() {
            let mut found = Vec::new();
            for target in pending {
                for dependent in self.normal_dependents(target)? {
                    if !doomed.contains(&dependent) {
                        found.push((dependent, target));
                    }
                }
            }
            found.sort();
            let before = doomed.clone();
            for (dependent, target) in found {
                if !doomed.contains(&dependent) {
                    // What has been dropped was not needed by a foreign key that may be there.
                    if !(self.trusting && self.is_foreign_key(dependent) && self.doubt(dependent).is_some()) {
                        obstacles.push((dependent, target));
                    }
                    self.doom(dependent, &mut doomed);
                }
            }
            pending = doomed.difference(&before).copied().collect();
        }
        if behavior == Behavior::Restrict && !obstacles.is_empty() {
            return Err(self.still_needed(targets, &obstacles, &doomed, session));
        }
        for oid in doomed.into_iter().rev() {
            self.remove(oid);
        }
        Ok(())
    }

    fn is_foreign_key(&self, oid: Oid) -> bool {
        matches!(self.get(oid), Some(Object::Constraint(Constraint { rule: Rule::ForeignKey { .. }, .. })))
    }

    /// Adds an object and what goes with it silently.
    fn doom(&self, oid: Oid, doomed: &mut BTreeSet<Oid>) {
        let mut pending = vec![oid];
        while let Some(oid) = pending.pop() {
            if doomed.insert(oid) {
                pending.extend(self.dependents(oid).filter(|other| self.depend(*other, oid) == Some(Depend::Auto)));
            }
        }
    }

    /// Objects for which `RESTRICT` refuses to drop this one.
    fn normal_dependents(&self, target: Oid) -> Result<Vec<Oid>, Refusal> {
        let mut found: Vec<Oid> =
            self.dependents(target).filter(|other| self.depend(*other, target) == Some(Depend::Normal)).collect();
        match self.get(target) {
            Some(Object::Column(column)) => {
                found.extend(self.dependents(column.table).filter(|other| self.rule_reads(*other, &column.name)));
                for other in self.children(column.table) {
                    let uses = match self.get(other) {
                        Some(Object::Column(generated)) => match &generated.generated {
                            Some((expr, _)) => other != target && reads(expr, &column.name)?,
                            None => false,
                        },
                        Some(Object::Policy(policy)) => {
                            let mut uses = false;
                            for expr in policy.using.iter().chain(&policy.check) {
                                uses |= reads(expr, &column.name)?;
                            }
                            uses
                        }
                        Some(Object::Trigger(_)) => self.trigger_names(other, &column.name)?,
                        _ => false,
                    };
                    if uses {
                        found.push(other);
                    }
                }
            }
            Some(Object::Index(index)) => {
                for other in self.dependents(index.table) {
                    if let Some(Object::Constraint(Constraint {
                        rule: Rule::ForeignKey { table, referenced, .. }, ..
                    })) = self.get(other)
                        && *table == index.table
                        && self.unique_index(*table, referenced) == Some(target)
                    {
                        found.push(other);
                    }
                }
            }
            Some(Object::Routine(routine)) => found.extend(self.callers(target, routine)?),
            Some(Object::Enum(_) | Object::Domain(_) | Object::Composite(_)) => {
                if let Some(name) = self.qname(target) {
                    found.extend(self.iter().filter_map(|(oid, entry)| match &*entry.object {
                        Object::Routine(routine) => {
                            routine.arguments.iter().any(|ty| is_type(ty, &name)).then_some(oid)
                        }
                        _ => None,
                    }));
                }
            }
            _ => {}
        }
        Ok(found)
    }

    /// The unique index that a foreign key on these columns rests on: the oldest that fits (`transformFkeyCheckAttrs`).
    pub(super) fn unique_index(&self, table: Oid, referenced: &[Oid]) -> Option<Oid> {
        let wanted: BTreeSet<Oid> = referenced.iter().copied().collect();
        let fits = |index: &crate::catalog::object::Index| {
            let keys: Option<BTreeSet<Oid>> = index
                .keys
                .iter()
                .map(|key| match key.target {
                    crate::catalog::object::KeyRef::Column(column) => Some(column),
                    crate::catalog::object::KeyRef::Expr(..) => None,
                })
                .collect();
            index.unique && index.predicate.is_none() && keys.as_ref() == Some(&wanted)
        };
        self.indexes(table).into_iter().find(|(_, index)| fits(index)).map(|(oid, _)| oid)
    }

    fn still_needed(
        &self,
        targets: &[Oid],
        obstacles: &[Obstacle],
        doomed: &BTreeSet<Oid>,
        session: &Session,
    ) -> Refusal {
        if let Some(reason) = obstacles.iter().find_map(|(dependent, _)| self.doubt(*dependent)) {
            return Refusal::Unmodelled(reason.clone());
        }
        let lines: Vec<String> = obstacles
            .iter()
            .map(|(dependent, target)| {
                // A column of a doomed table is reported as the table.
                let whole = self.table_of(*target).filter(|table| doomed.contains(table)).unwrap_or(*target);
                format!("{} depends on {}", self.describe(*dependent, session), self.describe(whole, session))
            })
            .collect();
        let message = match targets {
            [target] => {
                format!("cannot drop {} because other objects depend on it", self.describe(*target, session))
            }
            _ => "cannot drop desired object(s) because other objects depend on them".to_string(),
        };
        PgError::new(sqlstate::DEPENDENT_OBJECTS, message)
            .detail(lines.join("\n"))
            .hint("Use DROP ... CASCADE to drop the dependent objects too.")
            .into()
    }

    /// An object in words (`getObjectDescription`): the schema is written where `search_path` does not find the name. Names of relations,
    /// types and routines are quoted, those of what is in a table are not.
    pub(super) fn describe(&self, oid: Oid, session: &Session) -> String {
        let Some(object) = self.get(oid) else {
            return "an object".to_string();
        };
        let visible = |space: Space| {
            let name = object.name();
            let found = self.path(session).find_map(|schema| self.named(space, schema, &name));
            match self.qname(oid) {
                Some(name) if found != Some(oid) => name.to_string(),
                _ => name.to_string(),
            }
        };
        let on_table = |word: &str| {
            let table = self.table_of(oid).map_or_else(String::new, |table| self.describe(table, session));
            format!("{word} {} on {table}", object.name().as_str())
        };
        match object {
            Object::Schema(schema) => format!("schema {}", schema.name.as_str()),
            Object::Extension(extension) => format!("extension {}", extension.name.as_str()),
            Object::Table(_) => format!("table {}", visible(Space::Relation)),
            Object::Index(_) => format!("index {}", visible(Space::Relation)),
            Object::Sequence(_) => format!("sequence {}", visible(Space::Relation)),
            Object::View(view) if view.materialized => format!("materialized view {}", visible(Space::Relation)),
            Object::View(_) => format!("view {}", visible(Space::Relation)),
            Object::Column(column) => {
                format!("column {} of {}", column.name.as_str(), self.describe(column.table, session))
            }
            Object::Default(default) => format!("default value for {}", self.describe(default.column, session)),
            Object::Constraint(_) => on_table("constraint"),
            Object::Trigger(_) => on_table("trigger"),
            Object::Policy(_) => on_table("policy"),
            Object::Enum(_) | Object::Domain(_) | Object::Composite(_) => format!("type {}", visible(Space::Type)),
            Object::Routine(routine) => {
                let name = visible(Space::Routine);
                format!("{} {name}({})", routine.kind.word(), routine.arguments.join(","))
            }
            Object::Comment(comment) => format!("comment on {}", self.describe(comment.on, session)),
            Object::Opaque(opaque) if opaque.kind == "TYPE" => format!("type {}", visible(Space::Type)),
            Object::Opaque(opaque) => match opaque.on.first().filter(|_| opaque.kind == "RULE") {
                Some(table) => format!("rule {} on {}", opaque.name.as_str(), self.describe(*table, session)),
                None => format!("{} {}", opaque.kind.to_lowercase(), opaque.name),
            },
        }
    }

    /// The relation that a `DROP` of this kind names, or `None` if it is missing and may be.
    ///
    /// # Errors
    /// 42P01 or 42704 if it is missing, 42809 if it is of another kind.
    pub(super) fn relation_to_drop(
        &mut self,
        name: &QName,
        kind: Kind,
        if_exists: bool,
        session: &Session,
    ) -> Result<Option<Oid>, Refusal> {
        let Some(oid) = self.resolve_relation(name, session) else {
            if !if_exists {
                self.miss_named(&[kind], name, Use::Taken, session);
            }
            if if_exists || self.open_world {
                return Ok(None);
            }
            if let Some(schema) = &name.schema {
                self.named_schema(schema)?;
            }
            let state = if kind == Kind::Index { sqlstate::UNDEFINED_OBJECT } else { sqlstate::UNDEFINED_TABLE };
            return refuse(state, format!("{} \"{}\" does not exist", kind.word(), name.name.as_str()));
        };
        let found = self.get(oid).map_or(kind, Object::kind);
        if !if_exists {
            self.certain(oid)?;
        }
        if found != kind {
            self.certain(oid)?;
            let error =
                PgError::new(sqlstate::WRONG_OBJECT_TYPE, format!("\"{}\" is not {}", name.name.as_str(), a(kind)));
            let hint = format!("Use DROP {} to remove {}.", found.word().to_uppercase(), a(found));
            return Err(error.hint(hint).into());
        }
        Ok(Some(oid))
    }

    /// `DROP TABLE`, `VIEW`, `MATERIALIZED VIEW`, `SEQUENCE`.
    pub(super) fn drop_relations(
        &mut self,
        names: &[QName],
        kind: Kind,
        if_exists: bool,
        behavior: Behavior,
        session: &Session,
    ) -> Result<(), Refusal> {
        let mut targets = Vec::new();
        for name in names {
            if let Some(oid) = self.relation_to_drop(name, kind, if_exists, session)? {
                self.not_part_of_another(oid, session)?;
                if !targets.contains(&oid) {
                    targets.push(oid);
                }
            }
        }
        let needed = self.no_rule_needs(&targets);
        self.drop_objects(&targets, behavior, session)?;
        needed
    }

    /// Refuses (2BP01) to drop what another object owns: an identity's sequence, a constraint's index, a
    /// partition of an index.
    pub(super) fn not_part_of_another(&self, oid: Oid, session: &Session) -> Result<(), Refusal> {
        let owner = match self.get(oid) {
            Some(Object::Sequence(sequence)) if sequence.identity => sequence.owned_by,
            Some(Object::Index(index)) => index.constraint.or(index.partition_of),
            _ => None,
        };
        let Some(owner) = owner else {
            return Ok(());
        };
        let owner = self.describe(owner, session);
        let message = format!("cannot drop {} because {owner} requires it", self.describe(oid, session));
        Err(PgError::new(sqlstate::DEPENDENT_OBJECTS, message).hint(format!("You can drop {owner} instead.")).into())
    }
}

/// Whether an expression reads a column.
pub(super) fn reads(expr: &Expr, column: &Ident) -> Result<bool, Refusal> {
    match expr.columns() {
        Some(columns) => Ok(columns.contains(column)),
        None if !mentions(&expr.to_string(), column) => Ok(false),
        None => unknown("opaque-expression", format!("it is not known whether \"{expr}\" reads the column {column}")),
    }
}

/// Whether a text holds a name as a word of its own.
pub(super) fn mentions(text: &str, name: &Ident) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    text.match_indices(name.as_str()).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.as_str().len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn is_type(written: &str, name: &QName) -> bool {
    let written = written.trim_end_matches("[]");
    written == name.name.to_string() || written == plain(name) || written == name.to_string()
}

/// With its article.
pub(super) fn a(kind: Kind) -> String {
    let word = kind.word();
    let article = if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {word}")
}
