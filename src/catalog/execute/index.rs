//! Indexes (`src/backend/commands/indexcmds.c`).

use crate::catalog::missed::Use;
use crate::catalog::names::{index_column_names, joined};
use crate::catalog::object::{Index, Key, KeyRef, Object};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Presence, Session};
use crate::pg::command::{AlterIndex, AlterIndexAction, Behavior, CreateIndex, IndexKey, KeyTarget, Kind};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::system::{Type, Volatility};

use super::drop::a;
use super::expression::{method_can, method_orders, operator_class};
use super::resolve::{plain, refuse};
use super::transaction::check_no_transaction;

impl Catalog {
    pub(super) fn create_index(&mut self, create: &CreateIndex, session: &Session) -> Result<(), Refusal> {
        if create.concurrently {
            check_no_transaction(session, "CREATE INDEX CONCURRENTLY")?;
        }
        let table = self.existing_relation(&create.table, session)?;
        match self.get(table) {
            Some(Object::Table(_)) => {}
            Some(Object::View(view)) if view.materialized => {}
            Some(other) => {
                let kind = other.kind();
                let message = format!("cannot create index on relation \"{}\"", create.table.name.as_str());
                let detail = format!("This operation is not supported for {}.", plural(kind));
                return Err(PgError::new(sqlstate::WRONG_OBJECT_TYPE, message).detail(detail).into());
            }
            None => return Ok(()),
        }
        let Some(schema) = self.schema_of(table) else {
            return Ok(());
        };
        if create.if_not_exists
            && let Some(name) = &create.name
            && let Some(existing) = self.named(Space::Relation, schema, name)
        {
            return self.settle_index(existing, table, create);
        }
        // The keys are looked at before the name: `DefineIndex` computes attributes, `index_create` looks for the name.
        self.index_expressions(table, create, session)?;
        method_can(create, session.restoring || self.open_world || self.may_have_functions())?;
        if let Some(predicate) = &create.predicate {
            self.index_predicate(table, predicate, session)?;
        }
        let keys = self.index_keys(table, &create.keys)?;
        if create.unique {
            let columns = create.keys.iter().filter_map(|key| match &key.target {
                KeyTarget::Column(column) => Some(column.clone()),
                KeyTarget::Expr(_) => None,
            });
            self.covers_partition_key(table, &columns.collect::<Vec<_>>(), "UNIQUE", session)?;
        }
        self.index_classes(table, create, session)?;
        method_orders(create)?;
        let include =
            create.include.iter().map(|name| self.index_column(table, name)).collect::<Result<Vec<Oid>, Refusal>>()?;
        let predicate_columns = match &create.predicate {
            Some(predicate) => self.expression_columns(table, predicate)?,
            None => Vec::new(),
        };
        let name = match &create.name {
            Some(name) => {
                self.relation_name_is_free(schema, name)?;
                name.clone()
            }
            None => {
                let included = create.include.iter().map(|name| IndexKey::column(name.clone()));
                let all: Vec<IndexKey> = create.keys.iter().cloned().chain(included).collect();
                let names = index_column_names(&all);
                let names = joined(names.iter().map(String::as_str));
                self.choose_relation_name(schema, &self.name_of(table), Some(&names), "idx", false)
            }
        };
        let oid = self.add(Object::Index(Index {
            schema,
            table,
            name,
            generated_name: create.name.is_none(),
            unique: create.unique,
            method: create.method.clone().unwrap_or_else(|| Ident::new("btree")),
            keys,
            include,
            nulls_not_distinct: create.nulls_not_distinct,
            with: create.with.iter().cloned().collect(),
            properties: Default::default(),
            predicate: create.predicate.clone(),
            predicate_columns,
            constraint: None,
            partition_of: None,
            valid: true,
        }));
        if !create.only {
            self.index_of_partitions(table, oid, create, session)?;
        }
        Ok(())
    }

    /// The expressions of an index are analysed before anything else (`transformIndexStmt`).
    fn index_expressions(&mut self, table: Oid, create: &CreateIndex, session: &Session) -> Result<(), Refusal> {
        let keys = create.keys.iter().filter_map(|key| match &key.target {
            KeyTarget::Column(_) => None,
            KeyTarget::Expr(expr) => Some(expr),
        });
        for expr in keys.chain(&create.predicate) {
            self.expression_columns(table, expr)?;
            self.analysed(Some(table), expr, session)?;
        }
        Ok(())
    }

    /// 42704, 42804, 42P17: what the keys of an index are, its method can order or compare, and it does not change (`ComputeIndexAttrs`).
    fn index_classes(&self, table: Oid, create: &CreateIndex, session: &Session) -> Result<(), Refusal> {
        let btree = Ident::new("btree");
        let method = create.method.as_ref().unwrap_or(&btree);
        for key in &create.keys {
            match &key.target {
                KeyTarget::Column(name) => {
                    if let Some(column) = self.column(table, name).and_then(|column| self.column_of(column)) {
                        if let Some(collation) = &key.collation {
                            self.takes_collation(&column.ty, collation, session)?;
                        }
                        self.key_type(method, key.opclass.as_deref(), &column.ty, session)?;
                    }
                }
                KeyTarget::Expr(expr) => {
                    if let Some(collation) = &key.collation {
                        self.is_collation(collation, session)?;
                    }
                    let message = "functions in index expression must be marked IMMUTABLE";
                    let analysis = self.analysed(Some(table), expr, session)?;
                    if analysis.as_ref().is_some_and(|analysis| analysis.volatility >= Volatility::Stable) {
                        return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
                    }
                    self.immutable(expr, message, session)?;
                    let Some(analysis) = analysis else { continue };
                    // Operator classes of an extension may be for PostgreSQL's own types, too.
                    if let Some(ty) = analysis.ty.filter(|ty| *ty != Type::LITERAL && self.knows_operators(session)) {
                        operator_class(method, key.opclass.as_deref(), &ty)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// `IF NOT EXISTS` on an index that may be there: it is there now; what it is, is certain if both ways make it the same.
    fn settle_index(&mut self, existing: Oid, table: Oid, create: &CreateIndex) -> Result<(), Refusal> {
        if self.presence(existing).is_none() {
            return Ok(());
        }
        let keys = self.index_keys(table, &create.keys)?;
        if let Some(Object::Index(index)) = self.get(existing)
            && index.table == table
            && index.keys == keys
            && index.unique == create.unique
            && index.predicate == create.predicate
        {
            self.set_presence(existing, Presence::Yes);
        }
        Ok(())
    }

    pub(super) fn index_keys(&mut self, table: Oid, keys: &[IndexKey]) -> Result<Vec<Key>, Refusal> {
        keys.iter()
            .map(|key| {
                let target = match &key.target {
                    KeyTarget::Column(name) => KeyRef::Column(self.index_column(table, name)?),
                    KeyTarget::Expr(expr) => KeyRef::Expr(expr.clone(), self.expression_columns(table, expr)?),
                };
                Ok(Key {
                    target,
                    collation: key.collation.clone(),
                    opclass: key.opclass.clone(),
                    descending: key.descending,
                    nulls_first: key.nulls_first.unwrap_or(key.descending),
                })
            })
            .collect()
    }

    fn index_column(&mut self, table: Oid, name: &Ident) -> Result<Oid, Refusal> {
        let message = format!("column \"{}\" does not exist", name.as_str());
        if matches!(self.get(table), Some(Object::View(_))) {
            return Ok(self.view_column(table, name));
        }
        self.existing_column(table, name, || PgError::new(sqlstate::UNDEFINED_COLUMN, message))
    }

    pub(super) fn drop_index(
        &mut self,
        names: &[QName],
        if_exists: bool,
        concurrently: bool,
        behavior: Behavior,
        session: &Session,
    ) -> Result<(), Refusal> {
        if concurrently {
            check_no_transaction(session, "DROP INDEX CONCURRENTLY")?;
        }
        self.drop_relations(names, Kind::Index, if_exists, behavior, session)
    }

    pub(super) fn alter_index(&mut self, alter: &AlterIndex, session: &Session) -> Result<(), Refusal> {
        let Some(index) = self.resolve_relation(&alter.name, session) else {
            if !alter.if_exists && matches!(alter.action, AlterIndexAction::RenameTo(_)) {
                self.miss_named(&[Kind::Index], &alter.name, Use::Taken, session);
            }
            if alter.if_exists || self.open_world {
                return Ok(());
            }
            return refuse(sqlstate::UNDEFINED_TABLE, format!("relation \"{}\" does not exist", plain(&alter.name)));
        };
        if !alter.if_exists {
            self.certain(index)?;
        }
        match &alter.action {
            // `ALTER INDEX … RENAME` takes any relation.
            AlterIndexAction::RenameTo(to) => self.rename_relation(index, to, session),
            AlterIndexAction::AttachPartition(child) => {
                let child = self.existing_relation(child, session)?;
                let Some(Object::Index(object)) = self.get(child).cloned() else {
                    return refuse(
                        sqlstate::WRONG_OBJECT_TYPE,
                        format!("\"{}\" is not {}", self.name_of(child).as_str(), a(Kind::Index)),
                    );
                };
                self.set(child, Object::Index(Index { partition_of: Some(index), ..object }));
                Ok(())
            }
            AlterIndexAction::Property(text) => {
                self.alter_index_property(index, text);
                Ok(())
            }
        }
    }
}

fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::View => "views",
        Kind::Sequence => "sequences",
        Kind::Index => "indexes",
        Kind::Composite => "composite types",
        _ => "this kind of relation",
    }
}
