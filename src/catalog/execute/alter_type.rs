//! `ALTER COLUMN TYPE` (`ATPrepAlterColumnType`, `ATExecAlterColumnType`).

use crate::catalog::object::{Column, ColumnDefault, DefaultExpr, Object, Sequence, TypeRef};
use crate::catalog::query::string_literal;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Collation, SequenceOptions};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;
use crate::pg::system::Type;
use crate::pg::types::DataType;

use super::resolve::refuse;
use super::types::{Castable, assignable};

impl Catalog {
    pub(super) fn alter_type(
        &mut self,
        table: Oid,
        name: &Ident,
        ty: &DataType,
        collation: Option<&Collation>,
        using: Option<&Expr>,
        session: &Session,
    ) -> Result<(), Refusal> {
        if let Some(using) = using {
            self.using_reads(table, using)?;
        }
        let oid = self.alterable_column(table, name)?;
        self.is_not_of_itself(table, ty, session)?;
        let to = self.type_ref(ty, session)?;
        if let Some(Collation::Named(collation)) = collation {
            self.takes_collation(&to, collation, session)?;
        }
        let Some(column) = self.column_of(oid).cloned() else {
            return Ok(());
        };
        let target = self.type_name(&to, session);
        if let Some(using) = using {
            self.using_fits(table, name, &to, using, session)?;
        }
        if using.is_none() && assignable(self, &column.ty, &to) == Castable::No {
            let message = format!("column \"{}\" cannot be cast automatically to type {target}", name.as_str());
            let hint = format!("You might need to specify \"USING {name}::{target}\".");
            return Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint(hint).into());
        }
        let default = self.default_of(oid).and_then(|default| self.get(default)).cloned();
        if let Some(Object::Default(default)) = &default
            && matches!(default.expr, DefaultExpr::Expr(_))
            && assignable(self, &column.ty, &to) == Castable::No
        {
            let message =
                format!("default for column \"{}\" cannot be cast automatically to type {target}", name.as_str());
            return refuse(sqlstate::DATATYPE_MISMATCH, message);
        }
        self.type_is_not_pinned(table, oid, &column, session)?;
        if column.identity.is_some()
            && let TypeRef::Builtin(ty) = &to
            && let Some(ty) = ty.builtin_name()
        {
            let sequences: Vec<(Oid, Sequence)> =
                self.owned_sequences(oid).into_iter().map(|(oid, sequence)| (oid, sequence.clone())).collect();
            for (sequence, mut object) in sequences {
                if !matches!(ty, "smallint" | "integer" | "bigint") {
                    let message = "identity column type must be smallint, integer, or bigint";
                    return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
                }
                object.change(&SequenceOptions { ty: Some(DataType::builtin(ty)), ..SequenceOptions::default() })?;
                self.set(sequence, Object::Sequence(object));
            }
        }
        self.remade_with_type(table, oid, &to, session)?;
        let retyped = column.retyped || !same_operators(&column.ty, &to);
        if let (Some(Object::Default(default)), TypeRef::Builtin(from)) = (&default, &column.ty)
            && let DefaultExpr::Expr(expr) = &default.expr
            && !same_operators(&column.ty, &to)
        {
            // A constant has had a type since it was written: in quotes, it stays what the column's type read, else it has its own.
            let read_as = match expr.constant_type() {
                Some(ty) if ty != Type::LITERAL => ty.data_type(),
                _ => string_literal(expr).map(|_| DataType { modifiers: Vec::new(), ..from.clone() }),
            };
            if let (Some(ty), Some(oid)) = (read_as, self.default_of(oid)) {
                let expr = DefaultExpr::Expr(Expr::parse(&format!("({expr})::{ty}")));
                self.set(oid, Object::Default(ColumnDefault { expr, ..default.clone() }));
            }
        }
        let collation = collation.map(|collation| self.collation(collation, session));
        // Storage and compression become the new type's own (`ATExecAlterColumnType`).
        let mut properties = column.properties;
        properties.retain(|property, _| super::property::STAYS_WITH_TYPE.contains(&property.as_str()));
        let altered = Column { ty: to.clone(), collation: collation.clone(), retyped, properties, ..column };
        self.set(oid, Object::Column(altered));
        for child in self.descendants(table) {
            if let Some(column) = self.column(child, name) {
                self.update(column, |object| {
                    if let Object::Column(column) = object {
                        column.ty = to.clone();
                        column.collation.clone_from(&collation);
                        column.retyped |= retyped;
                    }
                });
            }
        }
        Ok(())
    }

    /// 42703: `USING` is analysed before the column is looked up (`transformAlterTableStmt`).
    fn using_reads(&self, table: Oid, using: &Expr) -> Result<(), Refusal> {
        let is_open = self.open_world || self.table(table).is_none_or(|table| table.open.is_some());
        let (name, text) = (self.name_of(table), using.to_string());
        let missing = using.columns().unwrap_or_default().into_iter().find(|column| {
            self.column(table, column).is_none()
                && *column != name
                // Of a name behind a dot PostgreSQL says otherwise.
                && !text.contains(&format!(".{column}"))
                && !super::column::is_value_function(column)
                && super::column::not_a_system_column(column).is_ok()
        });
        match missing.filter(|_| !is_open) {
            Some(column) => {
                refuse(sqlstate::UNDEFINED_COLUMN, format!("column \"{}\" does not exist", column.as_str()))
            }
            None => Ok(()),
        }
    }

    /// 42804: the value of `USING` is of a type that the column cannot take.
    fn using_fits(
        &self,
        table: Oid,
        name: &Ident,
        to: &TypeRef,
        using: &Expr,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(analysis) = self.analysed(Some(table), using, session)? else { return Ok(()) };
        let Some(to) = self.system_type(to, session) else { return Ok(()) };
        if analysis.assignable(&to)? {
            return Ok(());
        }
        let column = name.as_str();
        let message =
            format!("result of USING clause for column \"{column}\" cannot be cast automatically to type {to}");
        let hint = "You might need to add an explicit cast.";
        Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint(hint).into())
    }

    /// 0A000: a view, policy, generated column or trigger reads the column (`ATExecAlterColumnType`).
    fn type_is_not_pinned(&self, table: Oid, oid: Oid, column: &Column, session: &Session) -> Result<(), Refusal> {
        let refused = |what: &str, detail: String| {
            let message = format!("cannot alter type of a column {what}");
            Err(Refusal::from(PgError::new(sqlstate::FEATURE_NOT_SUPPORTED, message).detail(detail)))
        };
        if let Some(rule) = self.dependents(table).find(|rule| self.rule_reads(*rule, &column.name)) {
            self.certain(rule)?;
            let rule = self.describe(rule, session);
            let detail = format!("{rule} depends on column \"{}\"", column.name.as_str());
            return refused("used by a view or rule", detail);
        }
        for dependent in self.dependents(oid) {
            if let Some(Object::View(_)) = self.get(dependent) {
                self.certain(dependent)?;
                let view = self.describe(dependent, session);
                let detail = format!("rule _RETURN on {view} depends on column \"{}\"", column.name.as_str());
                return refused("used by a view or rule", detail);
            }
        }
        for child in self.children(table) {
            let reads = |expr: &Expr| expr.columns().is_some_and(|columns| columns.contains(&column.name));
            match self.get(child) {
                Some(Object::Column(other)) if other.generated.as_ref().is_some_and(|(expr, _)| reads(expr)) => {
                    let detail = format!(
                        "Column \"{}\" is used by generated column \"{}\".",
                        column.name.as_str(),
                        other.name.as_str()
                    );
                    return refused("used by a generated column", detail);
                }
                Some(Object::Policy(policy)) if policy.using.iter().chain(&policy.check).any(reads) => {
                    self.certain(child)?;
                    let policy = self.describe(child, session);
                    let detail = format!("{policy} depends on column \"{}\"", column.name.as_str());
                    return refused("used in a policy definition", detail);
                }
                Some(Object::Trigger(_)) if self.trigger_names(child, &column.name)? => {
                    self.certain(child)?;
                    let trigger = self.describe(child, session);
                    let detail = format!("{trigger} depends on column \"{}\"", column.name.as_str());
                    return refused("used in a trigger definition", detail);
                }
                _ => {}
            }
        }
        self.no_text_needs(table, &column.name)?;
        self.is_no_row_type(table)
    }
}

/// Values of both types are compared by the same operators: no expression over the column changes with its type.
fn same_operators(from: &TypeRef, to: &TypeRef) -> bool {
    let family = |ty: &DataType| match ty.builtin_name() {
        Some("character varying" | "text") => Some("text"),
        name => name,
    };
    match (from, to) {
        (TypeRef::Builtin(from), TypeRef::Builtin(to)) => {
            from.array == to.array && family(from).is_some() && family(from) == family(to)
        }
        (from, to) => from == to,
    }
}
