//! The FROM list (`src/backend/parser/parse_clause.c`).

use sqlparser::ast::{self, JoinConstraint, JoinOperator, TableFactor, TableWithJoins};

use super::{Analyser, Column, Item, Known, Relation, Scope, error};
use crate::catalog::object::{Object, TypeRef};
use crate::catalog::query::{constraint, stored};
use crate::pg::error::sqlstate;
use crate::pg::expr::qname;
use crate::pg::ident::{Ident, QName};
use crate::pg::system::Type;

impl Analyser<'_> {
    /// Adds the entries of a FROM list to the innermost level.
    pub(super) fn from(&mut self, tables: &[TableWithJoins]) -> Known<()> {
        let mut all = Scope::default();
        for table in tables {
            let joined = self.joined(table, &all.items)?;
            all.add(joined)?;
        }
        match self.scopes.last_mut() {
            Some(scope) => scope.add(all),
            None => Ok(()),
        }
    }

    /// A table and what is joined to it, after the other entries of the list.
    fn joined(&mut self, table: &TableWithJoins, before: &[Item]) -> Known<Scope> {
        let mut tree = self.factor(&table.relation, before)?;
        for join in &table.joins {
            let seen: Vec<Item> = before.iter().chain(&tree.items).cloned().collect();
            let right = self.factor(&join.relation, &seen)?;
            let sides = [tree.relations(), right.relations()];
            tree.add(right)?;
            match constraint(&join.join_operator) {
                Some(JoinConstraint::On(condition)) => {
                    let scope = Scope {
                        items: tree.items.clone(),
                        hidden: before.to_vec(),
                        merged: tree.merged.clone(),
                        natural: tree.natural,
                        ..Scope::default()
                    };
                    self.within(scope, |own| own.condition(condition, "JOIN/ON", "JOIN conditions"))?;
                }
                Some(JoinConstraint::Using(columns)) => {
                    for column in columns.iter().filter_map(qname) {
                        merge(&sides, &column.name)?;
                        tree.merged.push(column.name);
                    }
                }
                Some(JoinConstraint::Natural) => tree.natural = true,
                Some(JoinConstraint::None) => {}
                None => tree.natural |= !matches!(join.join_operator, JoinOperator::CrossJoin(_)),
            }
        }
        Ok(tree)
    }

    fn factor(&mut self, factor: &TableFactor, seen: &[Item]) -> Known<Scope> {
        let item = match factor {
            TableFactor::Table { name, alias, args, .. } => {
                let relation = qname(name);
                let is_function = args.is_some();
                let (oid, columns) = match relation.as_ref().filter(|_| !is_function) {
                    Some(name) => self.named(name),
                    None => (None, Relation::unknown()),
                };
                let own = relation.as_ref().map(|name| name.name.clone());
                let relation = relation.filter(|_| !is_function);
                Item { name: own, relation, oid, aliased: false, columns }.alias(alias.as_ref())
            }
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let (items, hidden) = if *lateral { (seen.to_vec(), Vec::new()) } else { (Vec::new(), seen.to_vec()) };
                let scope = Scope { items, hidden, ..Scope::default() };
                let columns = self.within(scope, |own| own.query(subquery))?;
                Item { columns: columns.settled(), ..Item::unknown() }.alias(alias.as_ref())
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => return self.joined(table_with_joins, seen),
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.joined(table_with_joins, seen)?;
                Item::unknown().alias(alias.as_ref())
            }
            _ => Item::unknown(),
        };
        Ok(Scope { items: vec![item], ..Scope::default() })
    }

    /// The columns of the relation or CTE of that name.
    pub(super) fn named(&self, name: &QName) -> (Option<crate::catalog::Oid>, Relation) {
        let cte = self.scopes.iter().rev().flat_map(|scope| scope.ctes.iter().rev());
        if let Some((_, columns)) = cte.into_iter().find(|(cte, _)| name.schema.is_none() && *cte == name.name) {
            return (None, columns.clone());
        }
        let Some(oid) = self.catalog.resolve_relation(name, self.session) else { return (None, Relation::unknown()) };
        let columns = match self.catalog.get(oid) {
            Some(Object::Table(table)) => {
                let columns = self.catalog.columns(oid).into_iter().map(|(oid, column)| {
                    let certain = self.catalog.presence(oid).is_none();
                    let ty = self.own_type(&column.ty).filter(|_| certain);
                    Column { oid: certain.then_some(oid), ..Column::new(column.name.clone(), ty) }
                });
                Relation { columns: columns.collect(), whole: table.open.is_none(), counted: table.open.is_none() }
            }
            Some(Object::View(view)) => {
                let columns = view.columns.iter().flatten().map(|name| Column::new(name.clone(), None));
                // What PostgreSQL calls an expression is not known of every one.
                Relation { columns: columns.collect(), whole: false, counted: view.columns.is_some() }
            }
            _ => Relation::unknown(),
        };
        (Some(oid), columns)
    }

    /// A type as messages name it; `None` for what is not known, and for domains, which are more than what they are over.
    pub(super) fn own_type(&self, ty: &TypeRef) -> Option<Type> {
        match ty {
            TypeRef::User { oid, .. } if !matches!(self.catalog.get(*oid), Some(Object::Enum(_))) => None,
            _ => self.catalog.system_type(ty, self.session),
        }
    }
}

impl Item {
    pub(super) fn unknown() -> Item {
        Item { name: None, relation: None, oid: None, aliased: false, columns: Relation::unknown() }
    }

    fn alias(mut self, alias: Option<&ast::TableAlias>) -> Item {
        let Some(alias) = alias else { return self };
        self.name = Some(stored(&alias.name));
        self.aliased = true;
        let names = alias.columns.iter().map(|column| stored(&column.name));
        self.columns = self.columns.renamed(names.collect());
        self
    }
}

impl Relation {
    /// `t (a, b)` renames the first columns.
    pub(super) fn renamed(mut self, names: Vec<Ident>) -> Relation {
        if !names.is_empty() && (!self.whole || names.len() > self.columns.len()) {
            return Relation::unknown();
        }
        for (column, name) in self.columns.iter_mut().zip(names) {
            column.name = name;
        }
        self
    }
}

impl Scope {
    fn relations(&self) -> Vec<Relation> {
        self.items.iter().map(|item| item.columns.clone()).collect()
    }

    /// Entries beside those that are there: 42712 for two of one name (`checkNameSpaceConflicts`).
    pub(super) fn add(&mut self, other: Scope) -> Known<()> {
        for item in &other.items {
            for mine in self.items.iter().filter(|mine| mine.name.is_some() && mine.name == item.name) {
                // Tables of one name in two schemas are two.
                let apart = !mine.aliased && !item.aliased && (mine.oid.is_none() || mine.oid != item.oid);
                if let Some(name) = item.name.as_ref().filter(|_| !apart) {
                    let message = format!("table name \"{}\" specified more than once", name.as_str());
                    return Err(error(sqlstate::DUPLICATE_ALIAS, message));
                }
            }
        }
        self.items.extend(other.items);
        self.merged.extend(other.merged);
        self.natural |= other.natural;
        Ok(())
    }
}

/// The columns that `JOIN … USING` merges must be on both sides of it (`transformFromClauseItem`).
fn merge(sides: &[Vec<Relation>; 2], name: &Ident) -> Known<()> {
    for (side, relations) in ["left", "right"].into_iter().zip(sides) {
        if relations.iter().all(|relation| relation.whole && relation.column(name).is_none()) {
            let name = name.as_str();
            let message = format!("column \"{name}\" specified in USING clause does not exist in {side} table");
            return Err(error(sqlstate::UNDEFINED_COLUMN, message));
        }
    }
    Ok(())
}
