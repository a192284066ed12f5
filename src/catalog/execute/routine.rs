//! Functions, procedures and aggregates.

use crate::catalog::missed::Use;
use crate::catalog::object::{Object, Routine};
use crate::catalog::{Catalog, Oid, Session, query};
use crate::pg::command::{Kind, Routine as RoutineCommand, RoutineAction};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::QName;
use crate::pg::routine::{self, Body, renamed};
use crate::pg::types::builtin;

use super::resolve::{plain, refuse};

impl Catalog {
    pub(super) fn routine_command(&mut self, command: &RoutineCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            RoutineCommand::Create { kind, name, or_replace, arguments, text } => {
                let schema = self.creation_schema(name, session)?;
                self.routine_is_valid(text, session)?;
                let same = self.routine_with(
                    &QName::new(self.get(schema).map(Object::name), name.name.clone()),
                    arguments,
                    session,
                );
                if let Some(oid) = same {
                    if !or_replace {
                        self.certain(oid)?;
                        let message =
                            format!("function \"{}\" already exists with same argument types", name.name.as_str());
                        return refuse(sqlstate::DUPLICATE_FUNCTION, message);
                    }
                    if !session.restoring
                        && let Some(Object::Routine(old)) = self.get(oid)
                    {
                        can_replace(old, *kind, text)?;
                    }
                    self.update(oid, |object| {
                        if let Object::Routine(routine) = object {
                            routine.text.clone_from(text);
                            routine.altered.clear();
                        }
                    });
                    self.set_presence(oid, crate::catalog::Presence::Yes);
                    return Ok(());
                }
                self.add(Object::Routine(Routine {
                    schema,
                    name: name.name.clone(),
                    kind: *kind,
                    arguments: arguments.iter().map(|ty| canonical(ty)).collect(),
                    text: text.clone(),
                    altered: Vec::new(),
                    owner: session.role.clone(),
                }));
                Ok(())
            }
            RoutineCommand::Alter { kind, name, arguments, action } => {
                let found = self.routine_to_drop(*kind, name, arguments.as_deref(), false, session)?;
                match found {
                    Some(oid) => self.alter_routine(oid, action),
                    None => Ok(()),
                }
            }
            RoutineCommand::Drop { kind, routines, if_exists, behavior } => {
                let mut targets = Vec::new();
                for (name, arguments) in routines {
                    if let Some(oid) = self.routine_to_drop(*kind, name, arguments.as_deref(), *if_exists, session)? {
                        targets.push(oid);
                    } else if !if_exists && self.routines(name, session).is_empty() {
                        self.miss_named(&[*kind], name, Use::Taken, session);
                    }
                }
                self.drop_objects(&targets, *behavior, session)
            }
        }
    }

    /// 42704 for a language that neither PostgreSQL itself nor an extension has; 42P01 for a relation that a body in SQL reads.
    fn routine_is_valid(&self, text: &str, session: &Session) -> Result<(), Refusal> {
        const OWN: &[&str] = &["c", "internal", "plpgsql", "sql"];
        if self.open_world || session.restoring {
            return Ok(());
        }
        let Some(definition) = routine::read(text) else { return Ok(()) };
        let Some(language) = definition.clauses.get("language") else { return Ok(()) };
        let made = |object: &Object| match object {
            Object::Extension(extension) => extension.name.as_str() == language,
            Object::Routine(routine) => {
                routine::read(&routine.text).is_some_and(|made| made.clauses.get("language") == Some(language))
            }
            Object::Opaque(opaque) => opaque.kind.contains("LANGUAGE") && opaque.name.as_str() == language,
            _ => false,
        };
        let is_own = OWN.contains(&language.as_str()) || self.unknown_extension().is_some();
        if !is_own && !self.iter().any(|(_, entry)| made(&entry.object)) {
            return refuse(sqlstate::UNDEFINED_OBJECT, format!("language \"{language}\" does not exist"));
        }
        let Body::Text(body) = &definition.body else { return Ok(()) };
        if language != "sql" || !session.check_function_bodies || definition.configuration.contains_key("search_path") {
            return Ok(());
        }
        match query::uses(self, body, session).missing.first() {
            Some(missing) => {
                refuse(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(missing)))
            }
            None => Ok(()),
        }
    }

    fn alter_routine(&mut self, oid: Oid, action: &RoutineAction) -> Result<(), Refusal> {
        let Some(Object::Routine(mut routine)) = self.get(oid).cloned() else { return Ok(()) };
        match action {
            RoutineAction::RenameTo(to) => routine.name = to.clone(),
            RoutineAction::SetSchema(schema) => routine.schema = self.named_schema(schema)?,
            RoutineAction::Clauses(clauses) => {
                routine.altered.push(clauses.clone());
                self.set(oid, Object::Routine(routine));
                return Ok(());
            }
        }
        let name = QName::new(self.get(routine.schema).map(Object::name), routine.name.clone());
        let taken = self.routine_with(&name, &routine.arguments, &Session::default());
        if taken.is_some_and(|other| other != oid) {
            let (function, schema) = (&routine.name, self.name_of(routine.schema));
            let arguments = routine.arguments.join(", ");
            let message =
                format!("function {}({arguments}) already exists in schema \"{}\"", function.as_str(), schema.as_str());
            return refuse(sqlstate::DUPLICATE_FUNCTION, message);
        }
        routine.text = renamed(&routine.text, &name);
        self.set(oid, Object::Routine(routine));
        Ok(())
    }

    /// The routine of this name with exactly these arguments.
    pub(super) fn routine_with(&self, name: &QName, arguments: &[String], session: &Session) -> Option<Oid> {
        let wanted: Vec<String> = arguments.iter().map(|ty| canonical(ty)).collect();
        self.routines(name, session).into_iter().find(|oid| match self.get(*oid) {
            Some(Object::Routine(routine)) => routine.arguments == wanted,
            _ => false,
        })
    }

    fn routine_to_drop(
        &mut self,
        kind: Kind,
        name: &QName,
        arguments: Option<&[String]>,
        if_exists: bool,
        session: &Session,
    ) -> Result<Option<Oid>, Refusal> {
        let found = match arguments {
            Some(arguments) => self.routine_with(name, arguments, session),
            None => match self.routines(name, session).as_slice() {
                [] => None,
                [only] => Some(*only),
                [..] => {
                    let message = format!("{} name \"{}\" is not unique", kind.word(), plain(name));
                    let hint = format!("Specify the argument list to select the {} unambiguously.", kind.word());
                    return Err(PgError::new(sqlstate::AMBIGUOUS_FUNCTION, message).hint(hint).into());
                }
            },
        };
        match found {
            Some(oid) if if_exists => Ok(Some(oid)),
            Some(oid) => self.certain(oid).map(Some),
            None if if_exists || self.open_world => Ok(None),
            None => {
                if let Some(schema) = &name.schema {
                    self.named_schema(schema)?;
                }
                let word = kind.word();
                let message = match arguments {
                    Some(arguments) => {
                        let types: Vec<String> = arguments.iter().map(|ty| canonical(ty)).collect();
                        format!("{word} {}({}) does not exist", plain(name), types.join(", "))
                    }
                    None => format!("could not find a {word} named \"{}\"", plain(name)),
                };
                refuse(sqlstate::UNDEFINED_FUNCTION, message)
            }
        }
    }
}

/// 42P13, 42809: what `CREATE OR REPLACE` must leave as it is (`ProcedureCreate`).
fn can_replace(old: &Routine, kind: Kind, text: &str) -> Result<(), Refusal> {
    if old.kind != kind {
        return refuse(sqlstate::WRONG_OBJECT_TYPE, "cannot change routine kind");
    }
    let (Some(before), Some(after)) = (routine::read(&old.text), routine::read(text)) else { return Ok(()) };
    let invalid = |message: String| refuse(sqlstate::INVALID_FUNCTION_DEFINITION, message);
    if before.clauses.get("returns") != after.clauses.get("returns") {
        return invalid("cannot change return type of existing function".to_string());
    }
    let mut names = before.names.iter().zip(&after.names);
    if let Some((name, _)) = names.find(|(before, after)| !before.is_empty() && before != after) {
        return invalid(format!("cannot change name of input parameter \"{name}\""));
    }
    if after.defaults.len() < before.defaults.len() {
        return invalid("cannot remove parameter defaults from existing function".to_string());
    }
    Ok(())
}

/// An argument's type in one spelling: `int4` is `integer`, `pg_catalog.` and `public.` say nothing.
fn canonical(ty: &str) -> String {
    let ty = ty.trim();
    let (base, brackets) = match ty.strip_suffix("[]") {
        Some(base) => (base.trim(), "[]"),
        None => (ty, ""),
    };
    let base = base.strip_prefix("pg_catalog.").or_else(|| base.strip_prefix("public.")).unwrap_or(base);
    // Modifiers are no part of a routine's identity.
    let base = base.split('(').next().unwrap_or(base).trim();
    let name = builtin(&base.to_ascii_lowercase()).unwrap_or(base);
    format!("{name}{brackets}")
}
