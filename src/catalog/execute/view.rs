//! Views and materialized views.

use crate::catalog::object::{Column, Index, KeyRef, Object, TypeRef, View};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Presence, Session, query};
use crate::pg::command::{Kind, View as ViewCommand};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::parameters::{self, Parameters};

use super::resolve::{plain, refuse, unknown};

impl Catalog {
    pub(super) fn view_command(&mut self, command: &ViewCommand, session: &Session) -> Result<(), Refusal> {
        match command {
            ViewCommand::Create { name, or_replace, if_not_exists, materialized, columns, options, query, suffix } => {
                let mut parameters: Parameters = parameters::parse(options).into_iter().collect();
                if let Some(check) = suffix.strip_prefix("WITH ").and_then(|rest| rest.strip_suffix("CHECK OPTION")) {
                    let check = if check.trim() == "LOCAL" { "local" } else { "cascaded" };
                    parameters.insert("check_option".to_string(), check.to_string());
                }
                self.create_view(name, *or_replace, *if_not_exists, *materialized, parameters, columns, query, session)
            }
            ViewCommand::Rename { name, to, .. } => match self.existing_relation_of(name, session)? {
                Some(oid) => self.rename_relation(oid, to, session),
                None => Ok(()),
            },
            ViewCommand::Drop { drop, materialized } => {
                let kind = if *materialized { Kind::MaterializedView } else { Kind::View };
                self.drop_relations(&drop.names, kind, drop.if_exists, drop.behavior, session)
            }
            ViewCommand::Refresh { name, concurrently } => {
                let Some(oid) = self.existing_relation_of(name, session)? else {
                    return Ok(());
                };
                match self.get(oid) {
                    Some(Object::View(view)) if view.materialized => {
                        let is_key = |index: &Index| {
                            let columns = index.keys.iter().all(|key| matches!(key.target, KeyRef::Column(_)));
                            index.unique && index.predicate.is_none() && columns
                        };
                        if *concurrently && !self.indexes(oid).into_iter().any(|(_, index)| is_key(index)) {
                            let shown = self.qname(oid).map_or_else(String::new, |name| name.to_string());
                            let message = format!("cannot refresh materialized view \"{shown}\" concurrently");
                            let hint = "Create a unique index with no WHERE clause on one or more columns of the materialized view.";
                            return Err(PgError::new(sqlstate::NOT_IN_PREREQUISITE_STATE, message).hint(hint).into());
                        }
                        Ok(())
                    }
                    Some(Object::View(_)) => {
                        let message = format!("\"{}\" is not a table or materialized view", name.name.as_str());
                        refuse(sqlstate::WRONG_OBJECT_TYPE, message)
                    }
                    _ => {
                        let message = format!("\"{}\" is not a materialized view", name.name.as_str());
                        refuse(sqlstate::FEATURE_NOT_SUPPORTED, message)
                    }
                }
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "they are the parts of the command")]
    fn create_view(
        &mut self,
        name: &QName,
        or_replace: bool,
        if_not_exists: bool,
        materialized: bool,
        parameters: Parameters,
        columns: &[Ident],
        text: &str,
        session: &Session,
    ) -> Result<(), Refusal> {
        let uses = query::uses(self, text, session);
        let mut depends_on = uses.objects;
        for missing in &uses.missing {
            if self.open_world {
                depends_on.push(self.open_table(missing, session)?);
            } else {
                let message = format!("relation \"{}\" does not exist", plain(missing));
                return refuse(sqlstate::UNDEFINED_TABLE, message);
            }
        }
        for oid in &depends_on {
            self.certain(*oid)?;
        }
        if let Some(error) = query::wrong(self, text, columns, session) {
            return Err(error);
        }
        let schema = self.creation_schema(name, session)?;
        let mut output: Option<Vec<Ident>> = query::output_columns(self, text, session)
            .map(|columns| columns.into_iter().map(|column| column.name).collect());
        if let Some(output) = &mut output {
            for (own, given) in output.iter_mut().zip(columns) {
                own.clone_from(given);
            }
        }
        let view = View {
            schema,
            name: name.name.clone(),
            materialized,
            parameters,
            query: text.to_string(),
            columns: output,
            depends_on,
            owner: session.role.clone(),
        };
        let Some(existing) = self.named(Space::Relation, schema, &name.name) else {
            self.type_name_is_free(schema, &name.name)?;
            self.add(Object::View(view));
            return Ok(());
        };
        if if_not_exists {
            return Ok(());
        }
        self.certain(existing)?;
        if !or_replace {
            let message = format!("relation \"{}\" already exists", name.name.as_str());
            return refuse(sqlstate::DUPLICATE_TABLE, message);
        }
        let Some(Object::View(old)) = self.get(existing).cloned().filter(|old| old.kind() == Kind::View) else {
            let message = format!("\"{}\" is not a view", name.name.as_str());
            return refuse(sqlstate::WRONG_OBJECT_TYPE, message);
        };
        same_columns_first(&old, &view)?;
        self.same_types_first(&old, &view, session)?;
        let owner = old.owner.clone();
        self.set(existing, Object::View(View { owner, ..view }));
        Ok(())
    }

    /// The column of a view, which becomes an object when something is said about it: a comment, a default, an index.
    pub(super) fn view_column(&mut self, view: Oid, name: &Ident) -> Oid {
        if let Some(column) = self.column(view, name) {
            return column;
        }
        let reason = Reason::new("view-column", format!("the type of the view's column {name} is not modelled"));
        let column: Column = self.new_column(view, name.clone(), TypeRef::Unknown(reason));
        self.add(Object::Column(column))
    }

    pub(super) fn rename_view_column(&mut self, view: Oid, from: &Ident, to: &Ident) -> Result<(), Refusal> {
        let name = self.name_of(view);
        if let Some(Object::View(View { columns: Some(columns), .. })) = self.get(view) {
            if !columns.contains(from) {
                let message = format!("column \"{}\" does not exist", from.as_str());
                return refuse(sqlstate::UNDEFINED_COLUMN, message);
            }
            if columns.contains(to) {
                let message = format!("column \"{}\" of relation \"{}\" already exists", to.as_str(), name.as_str());
                return refuse(sqlstate::DUPLICATE_COLUMN, message);
            }
        } else {
            let reason = Reason::new("view-column", format!("the columns of the view {name} are not known"));
            self.set_presence(view, Presence::Maybe(reason));
            return Ok(());
        }
        self.update(view, |object| {
            if let Object::View(View { columns: Some(columns), .. }) = object {
                for column in columns.iter_mut().filter(|column| *column == from) {
                    column.clone_from(to);
                }
            }
        });
        if let Some(column) = self.column(view, from) {
            self.update(column, |object| {
                if let Some(name) = object.name_mut() {
                    name.clone_from(to);
                }
            });
        }
        Ok(())
    }
}

impl Catalog {
    /// 42P16: the columns that a view has keep their types (`checkViewColumns`).
    fn same_types_first(&self, old: &View, new: &View, session: &Session) -> Result<(), Refusal> {
        let Some(names) = old.columns.as_ref().filter(|_| !session.restoring) else { return Ok(()) };
        let types = |view: &View| query::output_types(self, &view.query, session);
        let before = types(old);
        // The text of a view with `*` gives more once its table has more.
        if before.len() != names.len() {
            return Ok(());
        }
        for ((before, after), name) in before.into_iter().zip(types(new)).zip(names) {
            let (before, after) = match (before, after) {
                (Some(before), Some(after)) => (before, after),
                (None, None) => continue,
                (Some(known), None) | (None, Some(known)) => {
                    return unknown(
                        "view-type",
                        format!("whether the view's column {name} keeps its type: one is {}", known.ty),
                    );
                }
            };
            let (from, to) = match (&before.declared, &after.declared) {
                (Some(from), Some(to)) => (from, to),
                _ if before.ty != after.ty => {
                    (before.declared.as_ref().unwrap_or(&before.ty), after.declared.as_ref().unwrap_or(&after.ty))
                }
                (Some(declared), None) | (None, Some(declared)) if *declared != before.ty => {
                    let what = format!("whether the view's column {name} keeps the length or precision of {declared}");
                    return unknown("view-type", what);
                }
                _ => continue,
            };
            if from != to {
                let name = name.as_str();
                let message = format!("cannot change data type of view column \"{name}\" from {from} to {to}");
                return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
            }
        }
        Ok(())
    }
}

/// 42P16: `CREATE OR REPLACE VIEW` may only add columns at the end (`checkViewTupleDesc`).
fn same_columns_first(old: &View, new: &View) -> Result<(), Refusal> {
    let (Some(old), Some(new)) = (&old.columns, &new.columns) else {
        return Ok(());
    };
    if new.len() < old.len() {
        return refuse(sqlstate::INVALID_TABLE_DEFINITION, "cannot drop columns from view");
    }
    match old.iter().zip(new).find(|(old, new)| old != new) {
        None => Ok(()),
        Some((old, new)) => {
            let message = format!("cannot change name of view column \"{}\" to \"{}\"", old.as_str(), new.as_str());
            let hint = "Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.";
            Err(PgError::new(sqlstate::INVALID_TABLE_DEFINITION, message).hint(hint).into())
        }
    }
}
