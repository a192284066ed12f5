//! Sequences (`src/backend/commands/sequence.c`).

use crate::catalog::object::{Object, Sequence};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Presence, Session};
use crate::pg::command::{Kind, Sequence as SequenceCommand, SequenceOptions};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

use super::column::no_such_column;
use super::resolve::refuse;

/// The largest value of a sequence's type.
fn limit(ty: &str) -> i64 {
    match ty {
        "smallint" => i64::from(i16::MAX),
        "integer" => i64::from(i32::MAX),
        _ => i64::MAX,
    }
}

impl Sequence {
    /// A sequence with PostgreSQL's defaults.
    pub fn new(schema: Oid, name: Ident, ty: &'static str) -> Sequence {
        Sequence {
            schema,
            name,
            ty,
            start: 1,
            increment: 1,
            min_value: 1,
            max_value: limit(ty),
            cache: 1,
            cycle: false,
            owned_by: None,
            identity: false,
            unlogged: false,
            owner: None,
        }
    }

    /// Applies options as `init_params` does; `OWNED BY` is not among them, for it names a column.
    pub(super) fn change(&mut self, options: &SequenceOptions) -> Result<(), Refusal> {
        let before = self.clone();
        if let Some(ty) = &options.ty {
            self.ty = match ty.builtin_name() {
                Some(name @ ("smallint" | "integer" | "bigint")) => name,
                _ => {
                    let message = "sequence type must be smallint, integer, or bigint";
                    return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
                }
            };
        }
        if let Some(increment) = options.increment {
            if increment == 0 {
                return refuse(sqlstate::INVALID_PARAMETER_VALUE, "INCREMENT must not be zero");
            }
            self.increment = increment;
        }
        let ascending = self.increment > 0;
        let (default_max, default_min) = if ascending { (limit(self.ty), 1) } else { (-1, -limit(self.ty) - 1) };
        // A new type moves the bounds that were the old type's; a new direction does not.
        let retyped = before.ty != self.ty;
        self.max_value = match options.max_value {
            Some(Some(max)) => max,
            Some(None) => default_max,
            None if retyped && before.max_value == limit(before.ty) => default_max,
            None if before.increment == 1 && !ascending && before.max_value == limit(before.ty) => default_max,
            None => self.max_value,
        };
        self.min_value = match options.min_value {
            Some(Some(min)) => min,
            Some(None) => default_min,
            None if retyped && before.min_value == -limit(before.ty) - 1 => default_min,
            None if before.increment == 1 && !ascending && before.min_value == 1 => default_min,
            None => self.min_value,
        };
        if self.min_value >= self.max_value {
            let message = format!("MINVALUE ({}) must be less than MAXVALUE ({})", self.min_value, self.max_value);
            return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        self.start = match options.start {
            Some(start) => start,
            None if before.start == before.min_value || before.start == before.max_value => {
                if ascending {
                    self.min_value
                } else {
                    self.max_value
                }
            }
            None => self.start,
        };
        if self.start < self.min_value {
            let message = format!("START value ({}) cannot be less than MINVALUE ({})", self.start, self.min_value);
            return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        if self.start > self.max_value {
            let message = format!("START value ({}) cannot be greater than MAXVALUE ({})", self.start, self.max_value);
            return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
        }
        self.cache = options.cache.unwrap_or(self.cache);
        self.cycle = options.cycle.unwrap_or(self.cycle);
        Ok(())
    }
}

impl Catalog {
    pub(super) fn sequence_command(&mut self, command: &SequenceCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            SequenceCommand::Create { name, if_not_exists, temporary, unlogged, options } => {
                let schema = if *temporary && name.schema.is_none() {
                    self.temporary_schema()
                } else {
                    self.creation_schema(name, session)?
                };
                if *if_not_exists && let Some(existing) = self.named(Space::Relation, schema, &name.name) {
                    if matches!(self.get(existing), Some(Object::Sequence(_))) {
                        self.set_presence(existing, Presence::Yes);
                    }
                    return Ok(());
                }
                let mut sequence =
                    Sequence { owner: session.role.clone(), ..Sequence::new(schema, name.name.clone(), "bigint") };
                sequence.unlogged = *unlogged;
                sequence.change(options)?;
                self.relation_name_is_free(schema, &name.name)?;
                let oid = self.add(Object::Sequence(sequence));
                self.own_sequence(oid, options, session)
            }
            SequenceCommand::Alter { name, if_exists, options } => {
                let Some((oid, mut sequence)) = self.existing_sequence(name, *if_exists, session)? else {
                    return Ok(());
                };
                sequence.change(options)?;
                self.set(oid, Object::Sequence(sequence));
                self.own_sequence(oid, options, session)
            }
            SequenceCommand::Rename { name, to } => {
                let oid = self.existing_relation_of(name, session)?;
                match oid {
                    Some(oid) => self.rename_relation(oid, to, session),
                    None => Ok(()),
                }
            }
            SequenceCommand::SetSchema { name, schema } => match self.existing_relation_of(name, session)? {
                Some(oid) => self.move_relation(oid, schema),
                None => Ok(()),
            },
            SequenceCommand::Drop(drop) => {
                self.drop_relations(&drop.names, Kind::Sequence, drop.if_exists, drop.behavior, session)
            }
        }
    }

    /// A relation other than a table, which an open world does not make up: `None` there if it is missing.
    pub(super) fn existing_relation_of(&mut self, name: &QName, session: &Session) -> Result<Option<Oid>, Refusal> {
        if self.open_world && self.resolve_relation(name, session).is_none() {
            return Ok(None);
        }
        self.existing_relation(name, session).map(Some)
    }

    fn existing_sequence(
        &mut self,
        name: &QName,
        if_exists: bool,
        session: &Session,
    ) -> Result<Option<(Oid, Sequence)>, Refusal> {
        if if_exists && self.resolve_relation(name, session).is_none() {
            return Ok(None);
        }
        let Some(oid) = self.existing_relation_of(name, session)? else {
            return Ok(None);
        };
        match self.get(oid) {
            Some(Object::Sequence(sequence)) => Ok(Some((oid, sequence.clone()))),
            _ => {
                let message = format!("\"{}\" is not a sequence", name.name.as_str());
                refuse(sqlstate::WRONG_OBJECT_TYPE, message)
            }
        }
    }

    /// `OWNED BY` (`process_owned_by`).
    fn own_sequence(&mut self, oid: Oid, options: &SequenceOptions, session: &Session) -> Result<(), Refusal> {
        let Some(owner) = &options.owned_by else {
            return Ok(());
        };
        if let Some(Object::Sequence(Sequence { identity: true, .. })) = self.get(oid) {
            let table = self.table_of(oid).map(|table| self.name_of(table));
            let error = PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, "cannot change ownership of identity sequence");
            let detail = table.map(|table| {
                format!("Sequence \"{}\" is linked to table \"{}\".", self.name_of(oid).as_str(), table.as_str())
            });
            return Err(PgError { detail, ..error }.into());
        }
        let column = match owner {
            None => None,
            Some((table, column)) => {
                let relation = self.existing_relation(table, session)?;
                if self.schema_of(relation) != self.schema_of(oid) {
                    let message = "sequence must be in same schema as table it is linked to";
                    return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
                }
                let name = self.name_of(relation);
                Some(self.existing_column(relation, column, || no_such_column(&name, column))?)
            }
        };
        self.update(oid, |object| {
            if let Object::Sequence(sequence) = object {
                sequence.owned_by = column;
            }
        });
        Ok(())
    }
}
