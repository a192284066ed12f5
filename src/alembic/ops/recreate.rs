//! `batch_alter_table(…, recreate="always")` copies the table (`ApplyBatchImpl` in `alembic/operations/batch.py`). On
//! PostgreSQL its named constraints are dropped first (`PostgresqlImpl.prep_table_for_batch`), so the copy gets their names,
//! and the indexes are made again. A plain table is therefore in the end what ALTERs would have made of it. Whatever is
//! reflected otherwise than it is, or not at all (sequences, types of the database's own, triggers, comments), and a table
//! that something refers to, are not modelled.

use crate::alembic::run::Run;
use crate::alembic::sqlalchemy::schema::reflect::is_reflected;
use crate::catalog::object::{DefaultExpr, KeyRef, Rule, TypeRef};
use crate::catalog::{Object, Oid};
use crate::pg::command::{AlterAction, ColumnConstraint, ColumnType, Command, ConstraintKind, Table};
use crate::pg::error::Reason;
use crate::pg::ident::Ident;

/// Why a copy is not the same as ALTERs.
fn not_modelled(what: impl std::fmt::Display) -> Reason {
    Reason::new("batch-recreate", format!("batch_alter_table with recreate=\"always\" copies {what}"))
}

/// Whether a copy of the table is like the table.
///
/// # Errors
/// Why it is not, or not known to be.
pub(super) fn is_plain(run: &Run, table: Oid) -> Result<(), Reason> {
    let catalog = &run.catalog;
    let name = catalog.get(table).map(Object::name).unwrap_or_else(|| Ident::new(""));
    let Some(Object::Table(own)) = catalog.get(table) else { return Err(not_modelled(format!("{name}, no table"))) };
    if let Some(reason) = catalog.presence(table).or(own.open.as_ref()) {
        return Err(reason.clone());
    }
    let special = own.temporary || own.unlogged || own.partition_by.is_some() || own.partition_of.is_some();
    if special || !own.inherits.is_empty() || !own.properties.is_empty() || !own.parameters.is_empty() {
        return Err(not_modelled(format!("{name}, which is no plain table")));
    }
    for (oid, entry) in catalog.iter() {
        let inside = oid == table || catalog.table_of(oid) == Some(table);
        if !inside {
            // A view, a foreign key, an owned sequence.
            let refers =
                entry.object.references().iter().any(|(to, _)| *to == table || catalog.table_of(*to) == Some(table));
            if refers {
                return Err(not_modelled(format!("{name}, which {} refers to", entry.object.name())));
            }
            continue;
        }
        if let Some(reason) = catalog.presence(oid) {
            return Err(reason.clone());
        }
        if !like_its_reflection(&entry.object, table) {
            return Err(not_modelled(format!("{name} with {}", entry.object.name())));
        }
    }
    Ok(())
}

/// Whether a part of a table comes out of reflection and `CREATE TABLE` as it was.
fn like_its_reflection(object: &Object, table: Oid) -> bool {
    match object {
        Object::Table(_) => true,
        Object::Column(column) => {
            let known = matches!(&column.ty, TypeRef::Builtin(ty) if !ty.array && is_reflected(ty));
            known
                && column.collation.is_none()
                && column.identity.is_none()
                && column.generated.is_none()
                && column.properties.is_empty()
                && column.parameters.is_empty()
        }
        Object::Default(default) => matches!(default.expr, DefaultExpr::Expr(_)),
        Object::Constraint(constraint) => {
            let plain = match &constraint.rule {
                Rule::Check { no_inherit, .. } => !no_inherit,
                Rule::Unique { include, nulls_not_distinct, .. } => include.is_empty() && !nulls_not_distinct,
                Rule::PrimaryKey { include, .. } => include.is_empty(),
                // Constraints are dropped in the order of a set, and a foreign key on the table's own key may come too late.
                Rule::ForeignKey { table: target, .. } => *target != table,
                Rule::Exclude { .. } => false,
            };
            plain && constraint.validated && constraint.deferrable.is_none()
        }
        Object::Index(index) => {
            index.constraint.is_some()
                || index.method.as_str() == "btree"
                    && index.predicate.is_none()
                    && index.include.is_empty()
                    && !index.nulls_not_distinct
                    && index.with.is_empty()
                    && index.keys.iter().all(|key| {
                        matches!(key.target, KeyRef::Column(_))
                            && !key.descending
                            && key.opclass.is_none()
                            && key.collation.is_none()
                    })
        }
        _ => false,
    }
}

/// What happens to a statement of the queue.
pub(super) enum Change {
    /// It has the effect of the ALTER.
    Alter,
    /// `ValueError`
    Refused(String),
}

/// What a queued statement does to the copy.
///
/// # Errors
/// Where it is not the same as the ALTER.
pub(super) fn change(run: &Run, table: Oid, command: &Command) -> Result<Change, Reason> {
    let catalog = &run.catalog;
    match command {
        Command::Table(Table::Alter { actions, .. }) => {
            for action in actions {
                match action {
                    AlterAction::AddConstraint(constraint) => {
                        if constraint.name.is_none() {
                            return Ok(Change::Refused("Constraint must have a name".into()));
                        }
                        if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
                            return Err(not_modelled("a table with another primary key"));
                        }
                    }
                    AlterAction::DropConstraint { name, .. } => {
                        if catalog.constraint(table, name).is_none() {
                            return Ok(Change::Refused(format!("No such constraint: '{}'", name.as_str())));
                        }
                    }
                    AlterAction::AddColumn { column, .. } => {
                        let plain = |constraint: &ColumnConstraint| {
                            matches!(
                                constraint,
                                ColumnConstraint::NotNull { .. }
                                    | ColumnConstraint::Null
                                    | ColumnConstraint::Default(_)
                            )
                        };
                        if !matches!(column.ty, ColumnType::Type(_)) || !column.constraints.iter().all(plain) {
                            return Err(not_modelled("a table with a new column that has constraints"));
                        }
                    }
                    AlterAction::SetNotNull { .. } | AlterAction::SetDefault { .. } => {}
                    _ => return Err(not_modelled("a table with other changes")),
                }
            }
            Ok(Change::Alter)
        }
        Command::CreateIndex(_) => Ok(Change::Alter),
        Command::DropIndex { names, .. } => {
            let of_table = |oid: Oid| matches!(catalog.get(oid), Some(Object::Index(index)) if index.table == table);
            let missing = names.iter().find(|name| !catalog.resolve_relation(name, &run.session).is_some_and(of_table));
            Ok(match missing {
                Some(name) => Change::Refused(format!("No such index: '{}'", name.name.as_str())),
                None => Change::Alter,
            })
        }
        _ => Err(not_modelled("a table with other changes")),
    }
}
