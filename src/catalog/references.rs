//! What each kind of object is called, what it belongs to, and what it depends on (`pg_depend`).

use super::object::{Column, Constraint, DefaultExpr, Granted, Index, Key, KeyRef, Object, Rule, TypeRef};
use super::{OPEN_WORLD, Oid};
use crate::pg::command::Kind;
use crate::pg::error::Reason;
use crate::pg::ident::Ident;

/// A name space: names are unique within it and a parent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Space {
    /// `pg_namespace`
    Schema,
    /// `pg_extension`
    Extension,
    /// `pg_class`: tables, indexes, sequences and views of a schema share one.
    Relation,
    /// `pg_type`, apart from the row types of relations.
    Type,
    /// `pg_proc`; names with argument types.
    Routine,
    /// `pg_attribute` of a table.
    Column,
    /// `pg_attrdef` of a column.
    Default,
    /// `pg_constraint` of a table.
    Constraint,
    /// `pg_trigger` of a table.
    Trigger,
    /// `pg_policy` of a table.
    Policy,
    /// `pg_description` of an object.
    Comment,
    /// All else.
    Other,
}

/// How an object hangs on another (PostgreSQL documentation, chapter `pg_depend`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depend {
    /// It goes with the other silently (`DEPENDENCY_AUTO`, `DEPENDENCY_INTERNAL`).
    Auto,
    /// The other cannot be dropped without `CASCADE` (`DEPENDENCY_NORMAL`).
    Normal,
    /// Only mentioned; its own dependency says what happens.
    Mention,
}

/// The parent of objects that stand alone.
pub(super) const NOWHERE: Oid = Oid(u32::MAX);

impl Object {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Object::Schema(_) => Kind::Schema,
            Object::Extension(_) => Kind::Extension,
            Object::Table(_) => Kind::Table,
            Object::Column(_) => Kind::Column,
            Object::Default(_) => Kind::Default,
            Object::Constraint(_) => Kind::Constraint,
            Object::Index(_) => Kind::Index,
            Object::Sequence(_) => Kind::Sequence,
            Object::Enum(_) => Kind::Enum,
            Object::Domain(_) => Kind::Domain,
            Object::Composite(_) => Kind::Composite,
            Object::View(view) if view.materialized => Kind::MaterializedView,
            Object::View(_) => Kind::View,
            Object::Routine(routine) => routine.kind,
            Object::Trigger(_) => Kind::Trigger,
            Object::Policy(_) => Kind::Policy,
            Object::Comment(_) => Kind::Comment,
            Object::Opaque(_) => Kind::Other,
        }
    }

    /// Why it is only assumed to be there: a table or a column that a revision takes for granted though none made it.
    pub fn assumed(&self) -> Option<&Reason> {
        let reason = match self {
            Object::Table(table) => table.open.as_ref(),
            // Of one that a revision has set or dropped NOT NULL of, that much is known.
            Object::Column(Column { granted: Some(Granted { nullability: true }), .. }) => None,
            Object::Column(Column { ty: TypeRef::Unknown(reason), .. }) => Some(reason),
            _ => None,
        };
        reason.filter(|reason| reason.kind == OPEN_WORLD)
    }

    /// What it belongs to: a schema, a table, a column, or what a comment is on.
    ///
    /// An index says its table here although its name lives in the table's schema.
    pub fn parent(&self) -> Option<Oid> {
        match self {
            Object::Schema(_) | Object::Extension(_) => None,
            Object::Table(table) => Some(table.schema),
            Object::Column(column) => Some(column.table),
            Object::Default(default) => Some(default.column),
            Object::Constraint(constraint) => Some(constraint.table),
            Object::Index(index) => Some(index.table),
            Object::Sequence(sequence) => Some(sequence.schema),
            Object::Enum(ty) => Some(ty.schema),
            Object::Domain(domain) => Some(domain.schema),
            Object::Composite(composite) => Some(composite.schema),
            Object::View(view) => Some(view.schema),
            Object::Routine(routine) => Some(routine.schema),
            Object::Trigger(trigger) => Some(trigger.table),
            Object::Policy(policy) => Some(policy.table),
            Object::Comment(comment) => Some(comment.on),
            Object::Opaque(opaque) => opaque.schema,
        }
    }

    /// Its own name; of a routine with its argument types, of a default or a comment empty.
    pub fn name(&self) -> Ident {
        match self {
            Object::Schema(schema) => schema.name.clone(),
            Object::Extension(extension) => extension.name.clone(),
            Object::Table(table) => table.name.clone(),
            Object::Column(column) => column.name.clone(),
            Object::Default(_) | Object::Comment(_) => Ident::new(""),
            Object::Constraint(constraint) => constraint.name.clone(),
            Object::Index(index) => index.name.clone(),
            Object::Sequence(sequence) => sequence.name.clone(),
            Object::Enum(ty) => ty.name.clone(),
            Object::Domain(domain) => domain.name.clone(),
            Object::Composite(composite) => composite.name.clone(),
            Object::View(view) => view.name.clone(),
            Object::Routine(routine) => routine.name.clone(),
            Object::Trigger(trigger) => trigger.name.clone(),
            Object::Policy(policy) => policy.name.clone(),
            Object::Opaque(opaque) => opaque.name.clone(),
        }
    }

    /// Where it is found by name; an index is found in the schema of its table, which only the catalog knows: it carries
    /// that schema itself.
    pub(super) fn address(&self) -> Option<(Space, Oid, Ident)> {
        let space = match self {
            Object::Schema(_) => Space::Schema,
            Object::Extension(_) => Space::Extension,
            Object::Table(_) | Object::Sequence(_) | Object::View(_) => Space::Relation,
            Object::Index(index) => return Some((Space::Relation, index.schema, index.name.clone())),
            Object::Enum(_) | Object::Domain(_) | Object::Composite(_) => Space::Type,
            Object::Opaque(opaque) if opaque.kind == "TYPE" => Space::Type,
            Object::Opaque(_) => Space::Other,
            Object::Routine(_) => Space::Routine,
            Object::Column(_) => Space::Column,
            Object::Default(_) => Space::Default,
            Object::Constraint(_) => Space::Constraint,
            Object::Trigger(_) => Space::Trigger,
            Object::Policy(_) => Space::Policy,
            Object::Comment(_) => Space::Comment,
        };
        Some((space, self.parent().unwrap_or(NOWHERE), self.name()))
    }

    /// Every handle that it mentions, and how it depends on it. A handle may come more than once.
    pub fn references(&self) -> Vec<(Oid, Depend)> {
        let mut found = Vec::new();
        match self {
            Object::Schema(_) => {}
            Object::Extension(extension) => found.push((extension.schema, Depend::Normal)),
            Object::Table(table) => {
                found.push((table.schema, Depend::Normal));
                found.extend(table.partition_of.iter().map(|(parent, _)| (*parent, Depend::Auto)));
                found.extend(table.inherits.iter().map(|parent| (*parent, Depend::Normal)));
            }
            Object::Column(column) => {
                found.push((column.table, Depend::Auto));
                found.extend(column.ty.oid().map(|ty| (ty, Depend::Normal)));
            }
            Object::Default(default) => {
                found.push((default.column, Depend::Auto));
                if let DefaultExpr::NextVal(sequence) = default.expr {
                    found.push((sequence, Depend::Normal));
                }
            }
            Object::Constraint(constraint) => constraint_references(constraint, &mut found),
            Object::Index(index) => index_references(index, &mut found),
            Object::Sequence(sequence) => {
                found.push((sequence.schema, Depend::Normal));
                found.extend(sequence.owned_by.map(|column| (column, Depend::Auto)));
            }
            Object::Enum(ty) => found.push((ty.schema, Depend::Normal)),
            Object::Domain(domain) => {
                found.push((domain.schema, Depend::Normal));
                found.extend(domain.ty.oid().map(|ty| (ty, Depend::Normal)));
            }
            Object::Composite(composite) => {
                found.push((composite.schema, Depend::Normal));
                let types = composite.attributes.iter().filter_map(|(_, ty)| ty.oid());
                found.extend(types.map(|ty| (ty, Depend::Normal)));
            }
            Object::View(view) => {
                found.push((view.schema, Depend::Normal));
                found.extend(view.depends_on.iter().map(|oid| (*oid, Depend::Normal)));
            }
            Object::Routine(routine) => found.push((routine.schema, Depend::Normal)),
            Object::Trigger(trigger) => {
                found.push((trigger.table, Depend::Auto));
                found.extend(trigger.function.map(|function| (function, Depend::Normal)));
            }
            Object::Policy(policy) => found.push((policy.table, Depend::Auto)),
            Object::Comment(comment) => found.push((comment.on, Depend::Auto)),
            Object::Opaque(opaque) => {
                found.extend(opaque.schema.map(|schema| (schema, Depend::Normal)));
                found.extend(opaque.extension.map(|extension| (extension, Depend::Auto)));
                found.extend(opaque.on.iter().map(|on| (*on, Depend::Auto)));
            }
        }
        found
    }

    /// The schema that its name lives in, if it names one itself.
    pub(super) fn schema_mut(&mut self) -> Option<&mut Oid> {
        match self {
            Object::Table(table) => Some(&mut table.schema),
            Object::Index(index) => Some(&mut index.schema),
            Object::Sequence(sequence) => Some(&mut sequence.schema),
            Object::Enum(ty) => Some(&mut ty.schema),
            Object::Domain(domain) => Some(&mut domain.schema),
            Object::Composite(composite) => Some(&mut composite.schema),
            Object::View(view) => Some(&mut view.schema),
            Object::Routine(routine) => Some(&mut routine.schema),
            Object::Extension(extension) => Some(&mut extension.schema),
            Object::Opaque(opaque) => opaque.schema.as_mut(),
            Object::Schema(_)
            | Object::Column(_)
            | Object::Default(_)
            | Object::Constraint(_)
            | Object::Trigger(_)
            | Object::Policy(_)
            | Object::Comment(_) => None,
        }
    }

    /// Its name, if it has one of its own.
    pub(super) fn name_mut(&mut self) -> Option<&mut Ident> {
        match self {
            Object::Schema(schema) => Some(&mut schema.name),
            Object::Extension(extension) => Some(&mut extension.name),
            Object::Table(table) => Some(&mut table.name),
            Object::Column(column) => Some(&mut column.name),
            Object::Constraint(constraint) => Some(&mut constraint.name),
            Object::Index(index) => Some(&mut index.name),
            Object::Sequence(sequence) => Some(&mut sequence.name),
            Object::Enum(ty) => Some(&mut ty.name),
            Object::Domain(domain) => Some(&mut domain.name),
            Object::Composite(composite) => Some(&mut composite.name),
            Object::View(view) => Some(&mut view.name),
            Object::Routine(routine) => Some(&mut routine.name),
            Object::Trigger(trigger) => Some(&mut trigger.name),
            Object::Policy(policy) => Some(&mut policy.name),
            Object::Opaque(opaque) => Some(&mut opaque.name),
            Object::Default(_) | Object::Comment(_) => None,
        }
    }

    /// True for a kind that has an owner; columns, constraints, indexes and their like are their table's.
    pub fn has_owner(&self) -> bool {
        self.clone().owner_mut().is_some()
    }

    /// Its owner, where that is known.
    pub fn owner(&self) -> Option<Ident> {
        self.clone().owner_mut()?.clone()
    }

    /// Its owner, if its kind has one.
    pub(super) fn owner_mut(&mut self) -> Option<&mut Option<Ident>> {
        match self {
            Object::Schema(schema) => Some(&mut schema.owner),
            Object::Table(table) => Some(&mut table.owner),
            Object::Sequence(sequence) => Some(&mut sequence.owner),
            Object::Enum(ty) => Some(&mut ty.owner),
            Object::Domain(domain) => Some(&mut domain.owner),
            Object::Composite(composite) => Some(&mut composite.owner),
            Object::View(view) => Some(&mut view.owner),
            Object::Routine(routine) => Some(&mut routine.owner),
            Object::Extension(_)
            | Object::Column(_)
            | Object::Default(_)
            | Object::Constraint(_)
            | Object::Index(_)
            | Object::Trigger(_)
            | Object::Policy(_)
            | Object::Comment(_)
            | Object::Opaque(_) => None,
        }
    }
}

impl TypeRef {
    /// The handle of a type of this database.
    pub fn oid(&self) -> Option<Oid> {
        match self {
            TypeRef::User { oid, .. } => Some(*oid),
            TypeRef::Builtin(_) | TypeRef::Unknown(_) => None,
        }
    }
}

impl Key {
    /// The columns that it reads.
    pub fn columns(&self) -> &[Oid] {
        match &self.target {
            KeyRef::Column(column) => std::slice::from_ref(column),
            KeyRef::Expr(_, columns) => columns,
        }
    }
}

impl Rule {
    /// The columns of the constraint's own table that it is about (`conkey`).
    pub fn columns(&self) -> Vec<Oid> {
        match self {
            Rule::Check { columns, .. } | Rule::ForeignKey { columns, .. } => columns.clone(),
            Rule::Unique { columns, include, .. } | Rule::PrimaryKey { columns, include } => {
                columns.iter().chain(include).copied().collect()
            }
            Rule::Exclude { elements, .. } => elements.iter().flat_map(|(key, _)| key.columns()).copied().collect(),
        }
    }
}

fn constraint_references(constraint: &Constraint, found: &mut Vec<(Oid, Depend)>) {
    found.push((constraint.table, Depend::Auto));
    found.extend(constraint.rule.columns().into_iter().map(|column| (column, Depend::Auto)));
    // The index belongs to the constraint, not the other way round.
    found.extend(constraint.index.map(|index| (index, Depend::Mention)));
    if let Rule::ForeignKey { table, referenced, .. } = &constraint.rule {
        found.push((*table, Depend::Normal));
        found.extend(referenced.iter().map(|column| (*column, Depend::Normal)));
    }
}

fn index_references(index: &Index, found: &mut Vec<(Oid, Depend)>) {
    found.push((index.schema, Depend::Mention));
    found.push((index.table, Depend::Auto));
    let columns = index.keys.iter().flat_map(Key::columns).chain(&index.include).chain(&index.predicate_columns);
    found.extend(columns.map(|column| (*column, Depend::Auto)));
    found.extend(index.constraint.map(|constraint| (constraint, Depend::Auto)));
    found.extend(index.partition_of.map(|parent| (parent, Depend::Auto)));
}
