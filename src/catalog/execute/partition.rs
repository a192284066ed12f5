//! Partitions and inheritance.

use crate::catalog::object::{Constraint, Index, Object, Rule, Table};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{ConstraintDef, ConstraintKind, CreateIndex, Partition};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};

use super::resolve::refuse;
use super::transaction::check_no_transaction;

impl Catalog {
    /// Partitions of a table, without tables that inherit from it.
    pub(super) fn partitions(&self, table: Oid) -> Vec<Oid> {
        let is_partition = |child: &Oid| self.table(*child).is_some_and(|child| child.partition_of.is_some());
        self.descendants(table).into_iter().filter(is_partition).collect()
    }

    /// The tables that a table inherits from or is a partition of.
    pub(super) fn parents_of(&self, table: Oid) -> Vec<Oid> {
        self.table(table).map_or_else(Vec::new, |table| {
            table.partition_of.iter().map(|(parent, _)| *parent).chain(table.inherits.iter().copied()).collect()
        })
    }

    /// Whether a parent has the same constraint, so that it cannot be dropped here.
    pub(super) fn is_inherited(&self, table: Oid, constraint: &Constraint) -> bool {
        if let Some(Object::Index(Index { partition_of: Some(_), .. })) = constraint.index.and_then(|oid| self.get(oid))
        {
            return true;
        }
        self.parents_of(table).into_iter().any(|parent| {
            let same = self.constraint(parent, &constraint.name).and_then(|oid| self.get(oid));
            match (same, &constraint.rule) {
                (Some(Object::Constraint(above)), Rule::Check { .. }) => matches!(above.rule, Rule::Check { .. }),
                (Some(Object::Constraint(above)), Rule::ForeignKey { .. }) => {
                    matches!(above.rule, Rule::ForeignKey { .. })
                }
                _ => false,
            }
        })
    }

    /// The same key for each partition, attached to the parent's; one that is there already is attached.
    pub(super) fn key_of_partitions(
        &mut self,
        table: Oid,
        made: Oid,
        key: &ConstraintDef,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(Object::Constraint(Constraint { index: parent, .. })) = self.get(made).cloned() else {
            return Ok(());
        };
        for child in self.partitions(table) {
            let existing = match key.kind {
                ConstraintKind::PrimaryKey(_) => self.primary_key(child).map(|(oid, _)| oid),
                _ => None,
            };
            let unnamed = ConstraintDef { name: None, ..key.clone() };
            let of_child = match existing {
                Some(existing) => Some(existing),
                None => self.add_key(child, &unnamed, session)?,
            };
            let Some(of_child) = of_child else {
                continue;
            };
            if let Some(Object::Constraint(Constraint { index: Some(index), .. })) = self.get(of_child).cloned() {
                self.update(index, |object| {
                    if let Object::Index(index) = object {
                        index.partition_of = parent;
                    }
                });
            }
            if existing.is_none() {
                self.key_of_partitions(child, of_child, &unnamed, session)?;
            }
        }
        Ok(())
    }

    /// The same index for each partition, attached to the parent's.
    pub(super) fn index_of_partitions(
        &mut self,
        table: Oid,
        parent: Oid,
        create: &CreateIndex,
        session: &Session,
    ) -> Result<(), Refusal> {
        for child in self.partitions(table) {
            let Some(name) = self.qname(child) else {
                continue;
            };
            let of_child = CreateIndex { name: None, table: name, if_not_exists: false, ..create.clone() };
            let before = self.mark();
            self.create_index(&of_child, session)?;
            if let Some(made) = self.deltas_since(before).first().map(crate::catalog::Delta::oid) {
                self.update(made, |object| {
                    if let Object::Index(index) = object {
                        index.partition_of = Some(parent);
                    }
                });
            }
        }
        Ok(())
    }

    /// 0A000: each partition alone sees to it that a key is unique (`DefineIndex`), by the columns of the partition key.
    pub(super) fn covers_partition_key(
        &self,
        table: Oid,
        columns: &[Ident],
        constraint: &str,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(found) = self.table(table).filter(|_| !session.restoring) else { return Ok(()) };
        let Some(key) = &found.partition_by else { return Ok(()) };
        match partition_columns(key) {
            None => {
                let message = format!("unsupported {constraint} constraint with partition key definition");
                refuse(sqlstate::FEATURE_NOT_SUPPORTED, message)
            }
            Some(parts) if parts.iter().any(|part| !columns.contains(part)) => {
                let message = "unique constraint on partitioned table must include all partitioning columns";
                refuse(sqlstate::FEATURE_NOT_SUPPORTED, message)
            }
            Some(_) => Ok(()),
        }
    }

    pub(super) fn attach_partition(
        &mut self,
        parent: Oid,
        partition: &Partition,
        session: &Session,
    ) -> Result<(), Refusal> {
        if let Some(table) = self.table(parent)
            && table.partition_by.is_none()
            && table.open.is_none()
        {
            let message = format!("table \"{}\" is not partitioned", table.name.as_str());
            return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
        }
        let child = self.existing_relation(&partition.table, session)?;
        let Some(table) = self.table(child).cloned() else {
            let message = format!("\"{}\" is not a table", partition.table.name.as_str());
            return refuse(sqlstate::WRONG_OBJECT_TYPE, message);
        };
        if table.partition_of.is_some() {
            let message = format!("\"{}\" is already a partition", table.name.as_str());
            return refuse(sqlstate::WRONG_OBJECT_TYPE, message);
        }
        for (_, column) in self.columns(parent) {
            if self.column(child, &column.name).is_none() && table.open.is_none() {
                let message = "child table is missing column";
                let message = format!("{message} \"{}\"", column.name.as_str());
                return Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).into());
            }
        }
        self.set(child, Object::Table(Table { partition_of: Some((parent, partition.bound.clone())), ..table }));
        Ok(())
    }

    pub(super) fn detach_partition(
        &mut self,
        parent: Oid,
        child: &QName,
        concurrently: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        if concurrently {
            check_no_transaction(session, "ALTER TABLE ... DETACH CONCURRENTLY")?;
        }
        let oid = self.existing_relation(child, session)?;
        let Some(table) = self.table(oid).cloned() else {
            return Ok(());
        };
        if table.partition_of.as_ref().map(|(of, _)| *of) != Some(parent) {
            if let Some(reason) = self.table(parent).and_then(|parent| parent.open.clone()) {
                return if self.open_world { Ok(()) } else { Err(Refusal::Unmodelled(reason)) };
            }
            let message = format!(
                "relation \"{}\" is not a partition of relation \"{}\"",
                table.name.as_str(),
                self.name_of(parent).as_str()
            );
            return refuse(sqlstate::UNDEFINED_TABLE, message);
        }
        self.set(oid, Object::Table(Table { partition_of: None, ..table }));
        let indexes: Vec<Oid> = self.indexes(oid).into_iter().map(|(index, _)| index).collect();
        for index in indexes {
            self.update(index, |object| {
                if let Object::Index(index) = object {
                    index.partition_of = None;
                }
            });
        }
        Ok(())
    }
}

/// The columns of `RANGE (a, b text_pattern_ops)`; `None` where an expression is part of it.
fn partition_columns(key: &str) -> Option<Vec<Ident>> {
    let inside = key.trim_end().split_once('(')?.1.strip_suffix(')')?;
    let column = |part: &str| {
        let (tokens, _) = lex::tokens(part);
        Cursor::new(part, &tokens).ident().ok()
    };
    if inside.contains('(') { None } else { inside.split(',').map(column).collect() }
}
