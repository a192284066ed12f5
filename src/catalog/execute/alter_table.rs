//! `ALTER TABLE`: actions are ordered by passes (`AT_PASS_*`, `src/backend/commands/tablecmds.c`), not as written.

use crate::catalog::missed::Use;
use crate::catalog::object::Object;
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{
    AlterAction, Behavior, ColumnDef, ColumnType, ConstraintDef, ConstraintKind, IdentityKind, Kind, SequenceOptions,
};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

use super::column::{no_such_column, not_a_system_column};
use super::create_table::Pending;
use super::resolve::refuse;

/// `AT_PASS_*`
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pass {
    Drop,
    AlterType,
    AddColumn,
    ColumnAttributes,
    Indexes,
    OtherConstraints,
    Misc,
}

const PASSES: &[Pass] = &[
    Pass::Drop,
    Pass::AlterType,
    Pass::AddColumn,
    Pass::ColumnAttributes,
    Pass::Indexes,
    Pass::OtherConstraints,
    Pass::Misc,
];

fn pass(action: &AlterAction) -> Pass {
    match action {
        AlterAction::DropColumn { .. }
        | AlterAction::DropConstraint { .. }
        | AlterAction::DropIdentity { .. }
        | AlterAction::DropExpression { .. }
        | AlterAction::SetDefault { default: None, .. }
        | AlterAction::SetNotNull { not_null: false, .. } => Pass::Drop,
        AlterAction::AlterType { .. } => Pass::AlterType,
        AlterAction::AddColumn { .. } => Pass::AddColumn,
        AlterAction::SetNotNull { .. } | AlterAction::SetIdentity { .. } => Pass::ColumnAttributes,
        AlterAction::AddConstraint(constraint) => match constraint.kind {
            ConstraintKind::Unique(_) | ConstraintKind::PrimaryKey(_) | ConstraintKind::Exclude { .. } => Pass::Indexes,
            ConstraintKind::NotNull { .. } => Pass::ColumnAttributes,
            ConstraintKind::Check { .. } | ConstraintKind::ForeignKey(_) => Pass::OtherConstraints,
        },
        AlterAction::SetDefault { .. } | AlterAction::AddIdentity { .. } => Pass::OtherConstraints,
        AlterAction::AlterConstraint { .. }
        | AlterAction::ValidateConstraint { .. }
        | AlterAction::RenameConstraint { .. }
        | AlterAction::RenameColumn { .. }
        | AlterAction::RenameTo { .. }
        | AlterAction::SetSchema { .. }
        | AlterAction::OwnerTo { .. }
        | AlterAction::AttachPartition(_)
        | AlterAction::DetachPartition { .. }
        | AlterAction::RowSecurity { .. }
        | AlterAction::Property { .. } => Pass::Misc,
    }
}

impl Catalog {
    pub(super) fn alter_table(
        &mut self,
        name: &QName,
        if_exists: bool,
        only: bool,
        actions: &[AlterAction],
        session: &mut Session,
    ) -> Result<(), Refusal> {
        if if_exists && !self.open_world && self.resolve_relation(name, session).is_none() {
            return Ok(());
        }
        let table = self.existing_relation(name, session)?;
        let mut pending = Pending::default();
        for action in actions {
            match action {
                // A column that is there already brings no constraints.
                AlterAction::AddColumn { column, if_not_exists: true }
                    if self.column(table, &column.name).is_some() => {}
                AlterAction::AddColumn { column, .. } => pending.push_column(column),
                AlterAction::AddConstraint(constraint) => pending.push(constraint),
                _ => {}
            }
        }
        let relation = self.name_of(table);
        let keys = pending.merged_keys(&relation)?;
        for current in PASSES {
            for action in actions.iter().filter(|action| pass(action) == *current) {
                self.alter_action(table, action, only, session)?;
            }
            match current {
                Pass::Indexes => {
                    for key in &keys {
                        self.add_key_below(table, key, only, session)?;
                    }
                }
                Pass::OtherConstraints => {
                    // Those of `ADD COLUMN`; those of `ADD CONSTRAINT` stand in the order of the actions.
                    for action in actions {
                        match action {
                            AlterAction::AddColumn { column, .. } => {
                                self.add_column_checks(table, column, &pending, session)?;
                            }
                            AlterAction::AddConstraint(constraint) => self.add_other(table, constraint, session)?,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn add_column_checks(
        &mut self,
        table: Oid,
        column: &ColumnDef,
        pending: &Pending,
        session: &Session,
    ) -> Result<(), Refusal> {
        for constraint in &column.constraints {
            if let crate::pg::command::ColumnConstraint::Constraint(constraint) = constraint
                && (pending.checks.contains(constraint) || pending.foreign_keys.contains(constraint))
            {
                self.add_other(table, constraint, session)?;
            }
        }
        Ok(())
    }

    fn add_other(&mut self, table: Oid, constraint: &ConstraintDef, session: &Session) -> Result<(), Refusal> {
        match constraint.kind {
            ConstraintKind::Check { .. } => self.add_check(table, constraint, session),
            ConstraintKind::ForeignKey(_) => self.add_foreign_key(table, constraint, session),
            ConstraintKind::Unique(_)
            | ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Exclude { .. }
            | ConstraintKind::NotNull { .. } => Ok(()),
        }
    }

    fn alter_action(
        &mut self,
        table: Oid,
        action: &AlterAction,
        only: bool,
        session: &mut Session,
    ) -> Result<(), Refusal> {
        match action {
            AlterAction::AddColumn { column, if_not_exists } => {
                self.on_table(table, "ADD COLUMN")?;
                if self.table(table).is_some_and(|table| table.partition_of.is_some()) && !session.restoring {
                    return refuse(sqlstate::WRONG_OBJECT_TYPE, "cannot add column to a partition");
                }
                self.add_column(table, column, *if_not_exists, session)?;
                self.generation(table, &column.name, session)?;
                self.fills_rows(table, &column.name)
            }
            AlterAction::DropColumn { name, if_exists, behavior } => {
                self.on_table(table, "DROP COLUMN")?;
                self.drop_column(table, name, *if_exists, *behavior, only, session)
            }
            AlterAction::AlterType { column, ty, collation, using } => {
                self.alter_type(table, column, ty, collation.as_ref(), using.as_ref(), session)
            }
            AlterAction::SetDefault { column, default } => {
                self.alter_default(table, column, default.as_ref(), only, session)
            }
            AlterAction::SetNotNull { column, not_null } => {
                self.set_not_null(table, column, *not_null)?;
                for child in self.below(table, only) {
                    if self.column(child, column).is_some() {
                        self.set_not_null(child, column, *not_null)?;
                    }
                }
                Ok(())
            }
            AlterAction::AddIdentity { column, identity } => self.add_identity(table, column, identity, session),
            AlterAction::SetIdentity { column, kind, options } => self.set_identity(table, column, *kind, options),
            AlterAction::DropIdentity { column, if_exists } => self.drop_identity(table, column, *if_exists),
            AlterAction::DropExpression { column, if_exists } => self.drop_expression(table, column, *if_exists),
            // The catalog gets them in the passes of constraints.
            AlterAction::AddConstraint(constraint) => match &constraint.kind {
                ConstraintKind::NotNull { .. } => self.add_not_null(table, constraint, session),
                ConstraintKind::Check { .. }
                | ConstraintKind::Unique(_)
                | ConstraintKind::PrimaryKey(_)
                | ConstraintKind::ForeignKey(_)
                | ConstraintKind::Exclude { .. } => self.on_table(table, "ADD CONSTRAINT"),
            },
            AlterAction::DropConstraint { name, if_exists, behavior } => {
                self.drop_constraint(table, name, *if_exists, *behavior, session)
            }
            AlterAction::AlterConstraint { name, deferrable } => self.alter_constraint(table, name, *deferrable),
            AlterAction::ValidateConstraint { name } => self.validate_constraint(table, name, session),
            AlterAction::RenameConstraint { from, to } => self.rename_constraint(table, from, to),
            AlterAction::RenameColumn { from, to } => self.rename_column(table, from, to),
            AlterAction::RenameTo { to } => self.rename_relation(table, to, session),
            AlterAction::SetSchema { schema } => self.move_relation(table, schema),
            AlterAction::OwnerTo { role } => {
                self.set_owner(table, role);
                Ok(())
            }
            AlterAction::AttachPartition(partition) => self.attach_partition(table, partition, session),
            AlterAction::DetachPartition { table: child, concurrently } => {
                self.detach_partition(table, child, *concurrently, session)
            }
            AlterAction::RowSecurity { mode } => {
                let (key, value) = match *mode {
                    "FORCE" | "NO FORCE" => ("FORCE ROW LEVEL SECURITY", *mode == "FORCE"),
                    _ => ("ROW LEVEL SECURITY", *mode == "ENABLE"),
                };
                self.set_property(table, key, value.then(|| "ON".to_string()));
                Ok(())
            }
            AlterAction::Property { column, property, value } => {
                self.alter_property(table, column.as_ref(), property, value, only, session)
            }
        }
    }

    pub(super) fn set_property(&mut self, oid: Oid, key: &str, value: Option<String>) {
        self.update(oid, |object| {
            let properties = match object {
                Object::Table(table) => &mut table.properties,
                Object::Column(column) => &mut column.properties,
                Object::Index(index) => &mut index.properties,
                _ => return,
            };
            match value {
                Some(value) => properties.insert(key.to_string(), value),
                None => properties.remove(key),
            };
        });
    }

    /// 42809: an action that views and sequences do not have.
    fn on_table(&self, table: Oid, action: &str) -> Result<(), Refusal> {
        let detail = match self.get(table).map(Object::kind) {
            Some(Kind::View) => "This operation is not supported for views.",
            Some(Kind::MaterializedView) => "This operation is not supported for materialized views.",
            Some(Kind::Sequence) => "This operation is not supported for sequences.",
            Some(Kind::Index) => "This operation is not supported for indexes.",
            _ => return Ok(()),
        };
        let name = self.name_of(table);
        let message = format!("ALTER action {action} cannot be performed on relation \"{}\"", name.as_str());
        Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).detail(detail).into())
    }

    /// Partitions and heirs, which an action reaches too unless it says `ONLY`.
    pub(super) fn below(&self, table: Oid, only: bool) -> Vec<Oid> {
        if only { Vec::new() } else { self.descendants(table) }
    }

    pub(super) fn add_column(
        &mut self,
        table: Oid,
        column: &ColumnDef,
        if_not_exists: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(schema) = self.schema_of(table) else {
            return Ok(());
        };
        let relation = self.name_of(table);
        if let Some(existing) = self.column(table, &column.name) {
            if if_not_exists {
                return Ok(());
            }
            self.certain(existing)?;
            let message =
                format!("column \"{}\" of relation \"{}\" already exists", column.name.as_str(), relation.as_str());
            return refuse(sqlstate::DUPLICATE_COLUMN, message);
        }
        let open = self.table(table).and_then(|table| table.open.clone());
        if let Some(reason) = &open
            && !self.open_world
        {
            return Err(Refusal::Unmodelled(reason.clone()));
        }
        let prepared = self.prepare_column(schema, &relation, column, session)?;
        not_a_system_column(&column.name)?;
        if let ColumnType::Type(ty) = &column.ty {
            self.is_not_of_itself(table, ty, session)?;
        }
        let oid = self.add_prepared_column(table, column, prepared, session)?;
        let used = if if_not_exists { Use::Ensured } else { Use::Made };
        self.miss_on_table(Kind::Column, table, &column.name, used);
        if let Some(reason) = open
            && if_not_exists
        {
            self.set_presence(oid, crate::catalog::Presence::Maybe(reason));
        }
        for child in self.descendants(table) {
            if self.column(child, &column.name).is_none()
                && let Some(copy) = self.column_of(oid).cloned()
            {
                let copied = self.add_copied_column(child, copy);
                self.copy_default(oid, copied);
            }
        }
        Ok(())
    }

    pub(super) fn copy_default(&mut self, from: Oid, to: Oid) {
        if let Some(Object::Default(default)) = self.default_of(from).and_then(|oid| self.get(oid)).cloned() {
            self.add(Object::Default(crate::catalog::object::ColumnDefault { column: to, ..default }));
        }
    }

    fn drop_column(
        &mut self,
        table: Oid,
        name: &Ident,
        if_exists: bool,
        behavior: Behavior,
        only: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(column) = self.column(table, name) else {
            return match self.table(table).and_then(|table| table.open.clone()) {
                _ if if_exists => Ok(()),
                Some(_) if self.open_world => {
                    self.miss_on_table(Kind::Column, table, name, Use::Taken);
                    Ok(())
                }
                Some(reason) => Err(Refusal::Unmodelled(reason)),
                None => Err(no_such_column(&self.name_of(table), name).into()),
            };
        };
        if !if_exists {
            self.certain(column)?;
            self.miss_assumed_column(table, column);
        }
        if self.parents_of(table).into_iter().any(|parent| self.column(parent, name).is_some()) {
            let message = format!("cannot drop inherited column \"{}\"", name.as_str());
            return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
        if let Some(key) = self.table(table).and_then(|table| table.partition_by.as_ref())
            && let Some((_, parts)) = key.split_once('(')
            && super::drop::reads(&Expr::parse(&format!("({parts}")), name)?
        {
            let (column, table) = (name.as_str(), self.name_of(table));
            let message = format!(
                "cannot drop column \"{column}\" because it is part of the partition key of relation \"{}\"",
                table.as_str()
            );
            return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
        }
        self.drop_objects(&[column], behavior, session)?;
        self.no_text_needs(table, name)?;
        for child in self.below(table, only) {
            if let Some(column) = self.column(child, name) {
                self.drop_objects(&[column], behavior, session)?;
            }
        }
        Ok(())
    }

    fn alter_default(
        &mut self,
        table: Oid,
        name: &Ident,
        default: Option<&Expr>,
        only: bool,
        session: &Session,
    ) -> Result<(), Refusal> {
        let column = match self.get(table) {
            Some(Object::View(_)) => self.view_column(table, name),
            _ => self.alterable_column(table, name)?,
        };
        let object = self.column_of(column);
        let of = format!("column \"{}\" of relation \"{}\"", name.as_str(), self.name_of(table).as_str());
        if object.is_some_and(|column| column.identity.is_some()) {
            let error = PgError::new(sqlstate::SYNTAX_ERROR, format!("{of} is an identity column"));
            let hint = "Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.";
            return Err(if default.is_none() { error.hint(hint) } else { error }.into());
        }
        if object.is_some_and(|column| column.generated.is_some()) {
            let error = PgError::new(sqlstate::SYNTAX_ERROR, format!("{of} is a generated column"));
            let hint = "Use ALTER TABLE ... ALTER COLUMN ... DROP EXPRESSION instead.";
            return Err(if default.is_none() { error.hint(hint) } else { error }.into());
        }
        self.set_default(column, default, session)?;
        for child in self.below(table, only) {
            if let Some(column) = self.column(child, name) {
                self.set_default(column, default, session)?;
            }
        }
        Ok(())
    }

    fn set_identity(
        &mut self,
        table: Oid,
        name: &Ident,
        kind: Option<IdentityKind>,
        options: &SequenceOptions,
    ) -> Result<(), Refusal> {
        let column = self.alterable_column(table, name)?;
        self.not_identity(table, column, false)?;
        if let Some(kind) = kind {
            self.update(column, |object| {
                if let Object::Column(column) = object {
                    column.identity = Some(kind);
                }
            });
        }
        let sequence = self.owned_sequences(column).into_iter().find(|(_, sequence)| sequence.identity);
        if let Some((oid, mut sequence)) = sequence.map(|(oid, sequence)| (oid, sequence.clone())) {
            sequence.change(options)?;
            self.set(oid, Object::Sequence(sequence));
        }
        Ok(())
    }

    fn drop_expression(&mut self, table: Oid, name: &Ident, if_exists: bool) -> Result<(), Refusal> {
        let column = self.alterable_column(table, name)?;
        if !if_exists && self.column_of(column).is_some_and(|column| column.generated.is_none()) {
            let message = format!(
                "column \"{}\" of relation \"{}\" is not a stored generated column",
                name.as_str(),
                self.name_of(table).as_str()
            );
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
        }
        self.update(column, |object| {
            if let Object::Column(column) = object {
                column.generated = None;
            }
        });
        Ok(())
    }

    fn rename_constraint(&mut self, table: Oid, from: &Ident, to: &Ident) -> Result<(), Refusal> {
        let Some(oid) = self.constraint(table, from) else {
            return match self.table(table).and_then(|table| table.open.clone()) {
                Some(_) if self.open_world => {
                    self.miss_on_table(Kind::Constraint, table, from, Use::Taken);
                    Ok(())
                }
                Some(reason) => Err(Refusal::Unmodelled(reason)),
                None => {
                    let message = format!(
                        "constraint \"{}\" for table \"{}\" does not exist",
                        from.as_str(),
                        self.name_of(table).as_str()
                    );
                    refuse(sqlstate::UNDEFINED_OBJECT, message)
                }
            };
        };
        self.certain(oid)?;
        let index = match self.get(oid) {
            Some(Object::Constraint(constraint)) => constraint.index,
            _ => None,
        };
        if let (Some(_), Some(schema)) = (index, self.schema_of(table)) {
            // `RenameRelationInternal` of the index comes first.
            if self.named(Space::Relation, schema, to).is_some() {
                self.relation_name_is_free(schema, to)?;
            }
        }
        self.constraint_name_is_free(table, to)?;
        for renamed in [Some(oid), index].into_iter().flatten() {
            self.update(renamed, |object| {
                match object {
                    Object::Constraint(constraint) => constraint.generated_name = false,
                    Object::Index(index) => index.generated_name = false,
                    _ => {}
                }
                if let Some(name) = object.name_mut() {
                    *name = to.clone();
                }
            });
        }
        Ok(())
    }
}
