//! INSERT, UPDATE and DELETE (`transformInsertStmt`, `transformUpdateStmt`, `transformDeleteStmt`).

use std::collections::BTreeSet;

use sqlparser::ast::{
    self, Assignment, AssignmentTarget, ConflictTarget, FromTable, OnConflictAction, OnInsert, Query, SetExpr,
    Statement, TableObject, UpdateTableFromKind,
};

use super::expression::Analysed;
use super::{Analyser, Column, Item, Known, Relation, Scope, error};
use crate::catalog::Oid;
use crate::catalog::object::{KeyRef, Object, Rule};
use crate::catalog::query::stored;
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::{is_default, qname, read_literal};
use crate::pg::ident::Ident;
use crate::pg::system::{self, Context, Type};

impl Analyser<'_> {
    /// The columns that it returns.
    pub(super) fn statement(&mut self, statement: &Statement) -> Known<Relation> {
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.within(Scope::default(), |own| own.update(update)),
            Statement::Delete(delete) => self.within(Scope::default(), |own| own.delete(delete)),
            _ => Ok(Relation::unknown()),
        }
    }

    fn insert(&mut self, insert: &ast::Insert) -> Known<Relation> {
        let TableObject::TableName(name) = &insert.table else { return Ok(Relation::unknown()) };
        let Some(name) = qname(name) else { return Ok(Relation::unknown()) };
        let (oid, columns) = self.named(&name);
        let table = oid.filter(|oid| matches!(self.catalog.get(*oid), Some(Object::Table(_))));
        let targets = self.insert_targets(table, &columns, &insert.columns)?;
        if let Some(source) = &insert.source {
            self.inserted(source, targets.as_deref(), !insert.columns.is_empty())?;
        }
        let mut target = Item { name: Some(name.name.clone()), relation: Some(name), oid, aliased: false, columns };
        if let Some(alias) = &insert.table_alias {
            target.name = Some(stored(&alias.alias));
            target.aliased = true;
        }
        if let Some(OnInsert::OnConflict(conflict)) = &insert.on {
            self.conflict(conflict, &target)?;
        }
        self.returning(insert.returning.as_deref(), vec![target])
    }

    /// The columns that are inserted into, in order; `None` where they are not known (`checkInsertTargets`).
    fn insert_targets(
        &self,
        table: Option<Oid>,
        columns: &Relation,
        written: &[ast::ObjectName],
    ) -> Known<Option<Vec<Column>>> {
        if written.is_empty() {
            return Ok(Some(columns.columns.clone()).filter(|_| table.is_some() && columns.whole));
        }
        let mut targets: Vec<Column> = Vec::new();
        for name in written {
            // A part of a column may be named several times.
            let [ast::ObjectNamePart::Identifier(name)] = name.0.as_slice() else { return Ok(None) };
            let name = stored(name);
            if targets.iter().any(|target| target.name == name) {
                let message = format!("column \"{}\" specified more than once", name.as_str());
                return Err(error(sqlstate::DUPLICATE_COLUMN, message));
            }
            let known = columns.column(&name).filter(|_| table.is_some());
            targets.push(known.cloned().unwrap_or(Column::new(name, None)));
        }
        Ok(Some(targets))
    }

    /// The values of an INSERT, row by row.
    fn inserted(&mut self, source: &Query, targets: Option<&[Column]>, written: bool) -> Known<()> {
        let number = |given: usize| match targets.map(<[Column]>::len) {
            Some(columns) if given > columns => {
                Err(error(sqlstate::SYNTAX_ERROR, "INSERT has more expressions than target columns"))
            }
            Some(columns) if given < columns && written => {
                Err(error(sqlstate::SYNTAX_ERROR, "INSERT has more target columns than expressions"))
            }
            _ => Ok(()),
        };
        let SetExpr::Values(values) = source.body.as_ref() else {
            let given = self.query(source)?;
            if given.counted {
                number(given.columns.len())?;
                for (target, column) in targets.unwrap_or_default().iter().zip(given.columns) {
                    self.assigned(target, &column)?;
                    self.not_inserted(target, None);
                    if let Some(text) = &column.literal {
                        self.limited_constant(target, text, false);
                    }
                }
            }
            return Ok(());
        };
        if source.with.is_some() {
            return self.query(source).map(|_| ());
        }
        let mut length = None;
        for row in &values.rows {
            let mut given = Vec::new();
            for value in &row.content {
                self.only_scalars(value, "VALUES")?;
                given.push(self.within(Scope::default(), |own| own.expression(value))?);
            }
            if *length.get_or_insert(given.len()) != given.len() {
                return Err(error(sqlstate::SYNTAX_ERROR, "VALUES lists must all be the same length"));
            }
            number(given.len())?;
            for ((target, value), written) in targets.unwrap_or_default().iter().zip(&given).zip(&row.content) {
                self.fits(target, value)?;
                self.not_inserted(target, Some(written));
                self.limited(target, value);
            }
        }
        Ok(())
    }

    fn fits(&self, target: &Column, value: &Analysed) -> Known<()> {
        if let (Some(to), Some(text)) = (&target.ty, value.literal()) {
            self.catalog.read_constant(text, to, self.session)?;
        }
        match (&target.ty, value.ty()) {
            (Some(to), given) if !value.assignable(to)? => Err(mismatch(&target.name, to, given.as_ref())),
            _ => Ok(()),
        }
    }

    /// 42804 for what a query gives (`transformAssignedExpr`).
    fn assigned(&self, target: &Column, given: &Column) -> Known<()> {
        if let (Some(to), Some(text)) = (&target.ty, &given.literal)
            && self.catalog.judges_types(self.session)
        {
            self.catalog.read_constant(text, to, self.session)?;
            read_literal(text, to)?;
        }
        match (&target.ty, given.ty.as_ref()) {
            (Some(to), Some(from))
                if *from != Type::LITERAL
                    && self.catalog.judges_types(self.session)
                    && system::pathway(from, to, Context::Assignment).is_none() =>
            {
                Err(mismatch(&target.name, to, Some(from)))
            }
            _ => Ok(()),
        }
    }

    fn update(&mut self, update: &ast::Update) -> Known<Relation> {
        self.from(std::slice::from_ref(&update.table))?;
        let target = self.scopes.last().and_then(|scope| scope.items.first()).cloned();
        let from = match &update.from {
            Some(UpdateTableFromKind::BeforeSet(from) | UpdateTableFromKind::AfterSet(from)) => from.as_slice(),
            None => &[],
        };
        self.others(from)?;
        if let Some(condition) = &update.selection {
            self.condition(condition, "WHERE", "WHERE")?;
        }
        let returned = self.returned(update.returning.as_deref())?;
        if let Some(target) = target {
            self.assignments(&update.assignments, &target)?;
        }
        Ok(returned)
    }

    fn delete(&mut self, delete: &ast::Delete) -> Known<Relation> {
        let (FromTable::WithFromKeyword(from) | FromTable::WithoutKeyword(from)) = &delete.from;
        self.from(from)?;
        self.others(delete.using.as_deref().unwrap_or_default())?;
        if let Some(condition) = &delete.selection {
            self.condition(condition, "WHERE", "WHERE")?;
        }
        self.returned(delete.returning.as_deref())
    }

    /// The other tables of an UPDATE or DELETE, whose subqueries and joins do not see the target.
    fn others(&mut self, tables: &[ast::TableWithJoins]) -> Known<()> {
        let own = self.scopes.last_mut().map(std::mem::take).unwrap_or_default();
        let (ctes, hidden) = (own.ctes.clone(), own.items.clone());
        if let Some(scope) = self.scopes.last_mut() {
            *scope = Scope { ctes, hidden, ..Scope::default() };
        }
        self.from(tables)?;
        let others = self.scopes.last_mut().map(|scope| std::mem::replace(scope, own)).unwrap_or_default();
        match self.scopes.last_mut() {
            Some(scope) => scope.add(others),
            None => Ok(()),
        }
    }

    /// SET (`transformUpdateTargetList`): all values are looked at before any column.
    fn assignments(&mut self, assignments: &[Assignment], target: &Item) -> Known<()> {
        let mut pairs: Vec<(&ast::ObjectName, Option<Analysed>)> = Vec::new();
        let mut defaults: Vec<&ast::ObjectName> = Vec::new();
        for Assignment { target: to, value } in assignments {
            if let AssignmentTarget::ColumnName(name) = to
                && is_default(value)
            {
                defaults.push(name);
            }
            self.only_scalars(value, "UPDATE")?;
            match (to, value) {
                (AssignmentTarget::ColumnName(name), value) => pairs.push((name, Some(self.expression(value)?))),
                (AssignmentTarget::Tuple(names), ast::Expr::Tuple(values)) => {
                    let mut analysed = Vec::new();
                    for value in values {
                        analysed.push(self.expression(value)?);
                    }
                    if names.len() != values.len() {
                        return Err(wrong_number_of_values());
                    }
                    pairs.extend(names.iter().zip(analysed.into_iter().map(Some)));
                }
                (AssignmentTarget::Tuple(names), ast::Expr::Subquery(query)) => {
                    let given = self.query(query)?;
                    if given.counted && given.columns.len() != names.len() {
                        return Err(wrong_number_of_values());
                    }
                    pairs.extend(names.iter().map(|name| (name, None)));
                }
                (AssignmentTarget::Tuple(names), _) => {
                    self.expression(value)?;
                    pairs.extend(names.iter().map(|name| (name, None)));
                }
            }
        }
        self.set(&pairs, &defaults, target)
    }

    fn set(
        &mut self,
        pairs: &[(&ast::ObjectName, Option<Analysed>)],
        defaults: &[&ast::ObjectName],
        target: &Item,
    ) -> Known<()> {
        let is_table = target.oid.is_some_and(|oid| matches!(self.catalog.get(oid), Some(Object::Table(_))));
        let Some(relation) = target.relation.as_ref().filter(|_| is_table) else { return Ok(()) };
        for (name, value) in pairs {
            let Some(ast::ObjectNamePart::Identifier(first)) = name.0.first() else { continue };
            let name_of_column = stored(first);
            match target.columns.column(&name_of_column) {
                Some(column) if name.0.len() == 1 => {
                    self.not_updated(column, defaults.contains(name));
                    if let Some(value) = value {
                        self.fits(column, value)?;
                        self.limited(column, value);
                    }
                }
                None if target.columns.whole => {
                    let (column, relation) = (name_of_column.as_str(), relation.name.as_str());
                    let message = format!("column \"{column}\" of relation \"{relation}\" does not exist");
                    return Err(error(sqlstate::UNDEFINED_COLUMN, message));
                }
                Some(_) | None => {}
            }
        }
        // The rewriter looks at that, after the whole analysis.
        let mut seen = BTreeSet::new();
        for (name, _) in pairs {
            let [ast::ObjectNamePart::Identifier(name)] = name.0.as_slice() else { continue };
            let name = stored(name);
            if !seen.insert(name.clone()) {
                let message = format!("multiple assignments to same column \"{}\"", name.as_str());
                return Err(error(sqlstate::SYNTAX_ERROR, message));
            }
        }
        Ok(())
    }

    fn returning(&mut self, items: Option<&[ast::SelectItem]>, targets: Vec<Item>) -> Known<Relation> {
        self.within(Scope { items: targets, ..Scope::default() }, |own| own.returned(items))
    }

    /// RETURNING. PostgreSQL 18 has `old` and `new` there.
    fn returned(&mut self, items: Option<&[ast::SelectItem]>) -> Known<Relation> {
        let Some(items) = items else { return Ok(Relation::unknown()) };
        if let Some(scope) = self.scopes.last_mut() {
            for name in ["old", "new"] {
                let name = Some(Ident::new(name));
                if !scope.items.iter().any(|item| item.name == name) {
                    scope.qualified_only.push(Item { name, ..Item::unknown() });
                }
            }
        }
        self.targets(items).map(Relation::settled)
    }

    /// `transformOnConflictClause`, and `infer_arbiter_indexes`.
    fn conflict(&mut self, conflict: &ast::OnConflict, target: &Item) -> Known<()> {
        let columns = match &conflict.conflict_target {
            Some(ConflictTarget::Columns(columns)) => columns.iter().map(stored).collect(),
            Some(ConflictTarget::OnConstraint(_)) | None => Vec::new(),
        };
        for column in &columns {
            if target.columns.whole && target.columns.column(column).is_none() {
                let message = format!("column \"{}\" does not exist", column.as_str());
                return Err(error(sqlstate::UNDEFINED_COLUMN, message));
            }
        }
        if let OnConflictAction::DoUpdate(update) = &conflict.action {
            let excluded = Item { name: Some(Ident::new("excluded")), relation: None, aliased: true, ..target.clone() };
            let scope = Scope { items: vec![target.clone(), excluded], ..Scope::default() };
            self.within(scope, |own| {
                if let Some(condition) = &update.selection {
                    own.condition(condition, "WHERE", "WHERE")?;
                }
                own.assignments(&update.assignments, target)
            })?;
        }
        match target.oid {
            Some(table) if !columns.is_empty() && self.lacks_key(table, &columns) => {
                let message = "there is no unique or exclusion constraint matching the ON CONFLICT specification";
                Err(error(sqlstate::INVALID_COLUMN_REFERENCE, message))
            }
            _ => Ok(()),
        }
    }

    /// No index of a table is unique over just these columns, for certain.
    fn lacks_key(&self, table: Oid, columns: &[Ident]) -> bool {
        let catalog = self.catalog;
        if catalog.table(table).is_none_or(|table| table.open.is_some()) {
            return false;
        }
        let Some(wanted) = columns.iter().map(|name| catalog.column(table, name)).collect::<Option<BTreeSet<Oid>>>()
        else {
            return false;
        };
        let is_key = |of: &[Oid]| of.iter().copied().collect::<BTreeSet<Oid>>() == wanted;
        let by_constraint = catalog.constraints(table).into_iter().any(|(_, constraint)| match &constraint.rule {
            Rule::Unique { columns, .. } | Rule::PrimaryKey { columns, .. } => is_key(columns),
            _ => false,
        });
        // An index with a condition is one, too, where the statement has the same.
        let by_index = catalog.indexes(table).into_iter().any(|(_, index)| {
            let keys = index.keys.iter().map(|key| match &key.target {
                KeyRef::Column(column) => Some(*column),
                KeyRef::Expr(..) => None,
            });
            index.unique && keys.collect::<Option<Vec<Oid>>>().is_some_and(|keys| is_key(&keys))
        });
        !by_constraint && !by_index
    }
}

fn mismatch(name: &Ident, to: &Type, given: Option<&Type>) -> Refusal {
    let given = given.map_or_else(String::new, Type::to_string);
    let message = format!("column \"{}\" is of type {to} but expression is of type {given}", name.as_str());
    PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint("You will need to rewrite or cast the expression.").into()
}

fn wrong_number_of_values() -> Refusal {
    error(sqlstate::SYNTAX_ERROR, "number of columns does not match number of values")
}
