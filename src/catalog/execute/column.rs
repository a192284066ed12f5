//! Columns: definitions, serial and identity, defaults, NOT NULL.

use std::collections::BTreeMap;

use crate::catalog::object::{Column, ColumnDefault, DefaultExpr, Object, Sequence, TypeRef};
use crate::catalog::{Catalog, Oid, Session, query};
use crate::pg::command::{
    Collation, ColumnConstraint, ColumnDef, ColumnType, ConstraintDef, ConstraintKind, Identity, SequenceOptions,
    Serial,
};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::{Expr, unfit};
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

use super::resolve::refuse;

/// A column whose type is resolved and whose sequence is made, before its table is.
pub(super) struct NewColumn {
    ty: TypeRef,
    sequence: Option<Oid>,
    not_null: bool,
}

/// The integer beneath a serial.
pub(super) fn serial_type(serial: Serial) -> &'static str {
    match serial {
        Serial::SmallSerial => "smallint",
        Serial::Serial => "integer",
        Serial::BigSerial => "bigint",
    }
}

/// Columns that every table has (`SystemAttributeByName`).
const SYSTEM_COLUMNS: &[&str] = &["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];

/// 42701: the name of a system column.
pub(super) fn not_a_system_column(name: &Ident) -> Result<(), Refusal> {
    if SYSTEM_COLUMNS.contains(&name.as_str()) {
        let message = format!("column name \"{}\" conflicts with a system column name", name.as_str());
        return refuse(sqlstate::DUPLICATE_COLUMN, message);
    }
    Ok(())
}

/// 42703 in the words of `ALTER TABLE`.
pub(super) fn no_such_column(table: &Ident, column: &Ident) -> PgError {
    let message = format!("column \"{}\" of relation \"{}\" does not exist", column.as_str(), table.as_str());
    PgError::new(sqlstate::UNDEFINED_COLUMN, message)
}

impl Catalog {
    /// A plain column with the next free number.
    pub(super) fn new_column(&self, table: Oid, name: Ident, ty: TypeRef) -> Column {
        Column {
            table,
            name,
            number: self.columns(table).last().map_or(0, |(_, column)| column.number) + 1,
            ty,
            not_null: false,
            collation: None,
            identity: None,
            generated: None,
            properties: BTreeMap::new(),
            retyped: false,
            parameters: BTreeMap::new(),
            granted: None,
        }
    }

    /// Resolves a column's type and makes the sequence of a serial or identity (`transformColumnDefinition`).
    pub(super) fn prepare_column(
        &mut self,
        schema: Oid,
        table: &Ident,
        column: &ColumnDef,
        session: &Session,
    ) -> Result<NewColumn, Refusal> {
        let ty = match &column.ty {
            ColumnType::Type(ty) => self.type_ref(ty, session)?,
            ColumnType::Serial(serial) => TypeRef::Builtin(DataType::builtin(serial_type(*serial))),
        };
        if let Some(Collation::Named(collation)) = &column.collation {
            self.takes_collation(&ty, collation, session)?;
        }
        let mut sequence = None;
        let mut not_null = false;
        if let ColumnType::Serial(serial) = column.ty {
            sequence = Some(self.implicit_sequence(schema, table, &column.name, serial_type(serial), session));
            not_null = true;
        }
        for constraint in &column.constraints {
            match constraint {
                ColumnConstraint::NotNull { .. } => not_null = true,
                ColumnConstraint::Identity(identity) => {
                    not_null = true;
                    sequence = Some(self.identity_sequence(schema, table, &column.name, &ty, identity, session)?);
                }
                ColumnConstraint::Null
                | ColumnConstraint::Default(_)
                | ColumnConstraint::Generated { .. }
                | ColumnConstraint::Constraint(_) => {}
            }
        }
        Ok(NewColumn { ty, sequence, not_null })
    }

    fn implicit_sequence(
        &mut self,
        schema: Oid,
        table: &Ident,
        column: &Ident,
        ty: &'static str,
        session: &Session,
    ) -> Oid {
        let name = self.choose_relation_name(schema, table, Some(column.as_str()), "seq", false);
        self.add(Object::Sequence(Sequence { owner: session.role.clone(), ..Sequence::new(schema, name, ty) }))
    }

    fn identity_sequence(
        &mut self,
        schema: Oid,
        table: &Ident,
        column: &Ident,
        ty: &TypeRef,
        identity: &Identity,
        session: &Session,
    ) -> Result<Oid, Refusal> {
        let ty = match ty {
            TypeRef::Builtin(ty) => ty.builtin_name().filter(|name| matches!(*name, "smallint" | "integer" | "bigint")),
            TypeRef::Unknown(_) => Some("bigint"),
            TypeRef::User { .. } => None,
        };
        let Some(ty) = ty else {
            let message = "identity column type must be smallint, integer, or bigint";
            return refuse(sqlstate::INVALID_PARAMETER_VALUE, message);
        };
        let (schema, name) = match &identity.sequence_name {
            Some(name) => {
                let schema = match &name.schema {
                    Some(_) => self.creation_schema(name, session)?,
                    None => schema,
                };
                self.relation_name_is_free(schema, &name.name)?;
                (schema, name.name.clone())
            }
            None => (schema, self.choose_relation_name(schema, table, Some(column.as_str()), "seq", false)),
        };
        let mut sequence = Sequence { owner: session.role.clone(), identity: true, ..Sequence::new(schema, name, ty) };
        sequence.change(&SequenceOptions { ty: None, ..identity.options.clone() })?;
        Ok(self.add(Object::Sequence(sequence)))
    }

    /// Adds a column to its table, with its default; constraints follow later.
    pub(super) fn add_prepared_column(
        &mut self,
        table: Oid,
        definition: &ColumnDef,
        prepared: NewColumn,
        session: &Session,
    ) -> Result<Oid, Refusal> {
        let mut column = self.new_column(table, definition.name.clone(), prepared.ty);
        column.not_null = prepared.not_null;
        column.collation = definition.collation.as_ref().map(|collation| self.collation(collation, session));
        let mut default = None;
        for constraint in &definition.constraints {
            match constraint {
                ColumnConstraint::Default(expr) => default = Some(expr),
                ColumnConstraint::Identity(identity) => column.identity = Some(identity.kind),
                ColumnConstraint::Generated { expr, stored } => column.generated = Some((expr.clone(), *stored)),
                ColumnConstraint::NotNull { name, no_inherit } => {
                    not_null_is(&mut column, name.as_ref(), *no_inherit, session);
                }
                ColumnConstraint::Null | ColumnConstraint::Constraint(_) => {}
            }
        }
        let identity = column.identity.is_some();
        let oid = self.add(Object::Column(column));
        if let Some(sequence) = prepared.sequence {
            self.update(sequence, |object| {
                if let Object::Sequence(sequence) = object {
                    sequence.owned_by = Some(oid);
                }
            });
            if !identity {
                self.add(Object::Default(ColumnDefault { column: oid, expr: DefaultExpr::NextVal(sequence) }));
            }
        }
        if let Some(expr) = default {
            self.set_default(oid, Some(expr), session)?;
        }
        Ok(oid)
    }

    /// Adds a column as another table has it.
    pub(super) fn add_copied_column(&mut self, table: Oid, column: Column) -> Oid {
        let number = self.new_column(table, column.name.clone(), column.ty.clone()).number;
        // Statistics are a column's own (`MergeAttributes` copies storage and compression).
        let mut properties = column.properties;
        properties.remove(super::property::STATISTICS);
        properties.remove(super::property::NO_INHERIT);
        // The name is the parent's or made anew, as the way goes on which the table became its child.
        properties.insert(super::property::NOT_NULL_NAME.to_string(), String::new());
        let parameters = BTreeMap::new();
        self.add(Object::Column(Column { table, number, properties, parameters, ..column }))
    }

    /// The default of an added column is computed at once (`StoreAttrDefault`): 22001, 22003 for a constant that does not fit.
    pub(super) fn fills_rows(&self, table: Oid, column: &Ident) -> Result<(), Refusal> {
        let Some(oid) = self.column(table, column) else { return Ok(()) };
        let (Some(column), Some(default)) = (self.column_of(oid), self.default_of(oid)) else { return Ok(()) };
        let (TypeRef::Builtin(ty), Some(Object::Default(default))) = (&column.ty, self.get(default)) else {
            return Ok(());
        };
        let DefaultExpr::Expr(expr) = &default.expr else { return Ok(()) };
        match expr.constant().and_then(|(text, is_number)| unfit(&text, is_number, ty)) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }

    /// Sets or drops a default. `DEFAULT NULL` of a table's column is no default at all; a view's hides that of the table below.
    pub(super) fn set_default(
        &mut self,
        column: Oid,
        default: Option<&Expr>,
        session: &Session,
    ) -> Result<(), Refusal> {
        if let Some(old) = self.default_of(column) {
            self.remove(old);
        }
        let Some(expr) = default else {
            return Ok(());
        };
        if is_null(expr) && !self.is_of_view(column) {
            return Ok(());
        }
        self.only_values(expr, "DEFAULT expression", "DEFAULT expressions", session)?;
        if expr.columns().is_some_and(|columns| !columns.iter().all(is_value_function)) {
            return refuse(sqlstate::FEATURE_NOT_SUPPORTED, "cannot use column reference in DEFAULT expression");
        }
        if let (Some(literal), Some(column)) = (query::string_literal(expr), self.column_of(column))
            && let TypeRef::User { oid, array: false, .. } = &column.ty
        {
            self.read_label(*oid, &literal, session)?;
        }
        self.fits_column(None, column, expr, "default expression", session)?;
        let expr = self.default_expr(expr, session)?;
        self.add(Object::Default(ColumnDefault { column, expr }));
        Ok(())
    }

    /// `nextval('s')` holds the sequence by handle, so that the default follows a rename of it.
    pub(super) fn default_expr(&mut self, expr: &Expr, session: &Session) -> Result<DefaultExpr, Refusal> {
        if let Some(reason) = expr.unknown_reason() {
            return Ok(DefaultExpr::Unknown(reason));
        }
        let Some(name) = query::nextval_argument(expr) else {
            return Ok(DefaultExpr::Expr(expr.clone()));
        };
        match self.resolve_relation(&name, session) {
            Some(oid) if matches!(self.get(oid), Some(Object::Sequence(_))) => {
                Ok(DefaultExpr::NextVal(self.certain(oid)?))
            }
            Some(_) => Ok(DefaultExpr::Expr(expr.clone())),
            None if self.open_world => {
                let schema = self.creation_schema(&name, session)?;
                let sequence = Sequence::new(schema, name.name, "bigint");
                Ok(DefaultExpr::NextVal(self.add(Object::Sequence(sequence))))
            }
            None => {
                let message = format!("relation \"{}\" does not exist", super::resolve::plain(&name));
                refuse(sqlstate::UNDEFINED_TABLE, message)
            }
        }
    }

    /// `SET NOT NULL`, `DROP NOT NULL`.
    pub(super) fn set_not_null(&mut self, table: Oid, name: &Ident, not_null: bool) -> Result<(), Refusal> {
        let column = self.alterable_column(table, name)?;
        if !not_null {
            if self.column_of(column).is_some_and(|column| column.identity.is_some()) {
                let message = format!(
                    "column \"{}\" of relation \"{}\" is an identity column",
                    name.as_str(),
                    self.name_of(table).as_str()
                );
                return refuse(sqlstate::SYNTAX_ERROR, message);
            }
            if let Some((_, key)) = self.primary_key(table)
                && key.rule.columns().contains(&column)
            {
                let message = format!("column \"{}\" is in a primary key", name.as_str());
                return refuse(sqlstate::INVALID_TABLE_DEFINITION, message);
            }
        }
        self.update(column, |object| {
            if let Object::Column(column) = object {
                if !(column.not_null && not_null) {
                    column.properties.remove(super::property::NOT_NULL_NAME);
                }
                column.set_not_null(not_null);
                column.properties.remove(super::property::NO_INHERIT);
            }
        });
        Ok(())
    }

    /// `NOT NULL column` as a constraint of the table (version 18).
    pub(super) fn add_not_null(
        &mut self,
        table: Oid,
        constraint: &ConstraintDef,
        session: &Session,
    ) -> Result<(), Refusal> {
        let ConstraintKind::NotNull { column, no_inherit } = &constraint.kind else { return Ok(()) };
        self.set_not_null(table, column, true)?;
        if let Some(oid) = self.column(table, column) {
            self.update(oid, |object| {
                if let Object::Column(column) = object {
                    not_null_is(column, constraint.name.as_ref(), *no_inherit, session);
                }
            });
        }
        Ok(())
    }

    /// The columns' NOT NULLs keep the names that PostgreSQL made of the names which table and columns had till now; before version 18
    /// they had none, and got one when the database came to that version.
    pub(super) fn not_null_names_stay(&mut self, columns: &[Oid]) {
        for oid in columns {
            let made = self.column_of(*oid).is_some_and(|column| {
                column.not_null && !column.properties.contains_key(super::property::NOT_NULL_NAME)
            });
            if made {
                self.set_property(*oid, super::property::NOT_NULL_NAME, Some(String::new()));
            }
        }
    }

    /// A column that `ALTER TABLE` names: 42703 if there is none.
    pub(super) fn alterable_column(&mut self, table: Oid, name: &Ident) -> Result<Oid, Refusal> {
        let relation = self.name_of(table);
        self.existing_column(table, name, || no_such_column(&relation, name))
    }

    /// The own name of an object; empty for none.
    pub(super) fn name_of(&self, oid: Oid) -> Ident {
        self.get(oid).map_or_else(|| Ident::new(""), Object::name)
    }

    /// `ADD GENERATED … AS IDENTITY`.
    pub(super) fn add_identity(
        &mut self,
        table: Oid,
        name: &Ident,
        identity: &Identity,
        session: &Session,
    ) -> Result<(), Refusal> {
        let oid = self.alterable_column(table, name)?;
        let Some(column) = self.column_of(oid).cloned() else {
            return Ok(());
        };
        let relation = self.name_of(table);
        let of = format!("column \"{}\" of relation \"{}\"", name.as_str(), relation.as_str());
        if !column.not_null {
            let message = format!("{of} must be declared NOT NULL before identity can be added");
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
        }
        if column.identity.is_some() {
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, format!("{of} is already an identity column"));
        }
        if self.default_of(oid).is_some() {
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, format!("{of} already has a default value"));
        }
        let Some(schema) = self.schema_of(table) else {
            return Ok(());
        };
        let sequence = self.identity_sequence(schema, &relation, name, &column.ty, identity, session)?;
        self.update(sequence, |object| {
            if let Object::Sequence(sequence) = object {
                sequence.owned_by = Some(oid);
            }
        });
        self.set(oid, Object::Column(Column { identity: Some(identity.kind), ..column }));
        Ok(())
    }

    /// `DROP IDENTITY`: the sequence goes too.
    pub(super) fn drop_identity(&mut self, table: Oid, name: &Ident, if_exists: bool) -> Result<(), Refusal> {
        let oid = self.alterable_column(table, name)?;
        self.not_identity(table, oid, if_exists)?;
        let sequences: Vec<Oid> = self
            .owned_sequences(oid)
            .into_iter()
            .filter(|(_, sequence)| sequence.identity)
            .map(|(sequence, _)| sequence)
            .collect();
        for sequence in sequences {
            self.remove(sequence);
        }
        self.update(oid, |object| {
            if let Object::Column(column) = object {
                column.identity = None;
            }
        });
        Ok(())
    }

    /// 55000 for a column without identity.
    pub(super) fn not_identity(&self, table: Oid, column: Oid, if_exists: bool) -> Result<(), Refusal> {
        if !if_exists && self.column_of(column).is_some_and(|column| column.identity.is_none()) {
            let message = format!(
                "column \"{}\" of relation \"{}\" is not an identity column",
                self.name_of(column).as_str(),
                self.name_of(table).as_str()
            );
            return refuse(sqlstate::NOT_IN_PREREQUISITE_STATE, message);
        }
        Ok(())
    }

    /// A name as `format_type` or `regclass` writes it: with its schema where `search_path` does not find it.
    pub(super) fn visible_name(&self, oid: Oid, session: &Session) -> String {
        self.visible_qname(oid, session).map_or_else(String::new, |name| name.to_string())
    }

    /// See [`Catalog::visible_name`].
    pub(super) fn visible_qname(&self, oid: Oid, session: &Session) -> Option<QName> {
        let name = self.qname(oid)?;
        let bare = QName::bare(name.name.clone());
        let found = self.resolve_type(&bare, session).or_else(|| self.resolve_relation(&bare, session));
        Some(if found == Some(oid) { bare } else { name })
    }
}

/// `NULL`, with or without a cast.
fn is_null(expr: &Expr) -> bool {
    let Expr::Parsed(tree) = expr else {
        return false;
    };
    let mut tree = tree.as_ref();
    loop {
        match tree {
            sqlparser::ast::Expr::Value(value) => return matches!(value.value, sqlparser::ast::Value::Null),
            sqlparser::ast::Expr::Nested(inner) => tree = inner,
            // `NULL::character varying` is kept by PostgreSQL as a default.
            _ => return false,
        }
    }
}

/// Words that read like columns and are functions without parentheses.
pub(in crate::catalog) fn is_value_function(name: &Ident) -> bool {
    const FUNCTIONS: &[&str] = &[
        "current_catalog",
        "current_date",
        "current_role",
        "current_schema",
        "current_time",
        "current_timestamp",
        "current_user",
        "localtime",
        "localtimestamp",
        "session_user",
        "system_user",
        "user",
    ];
    FUNCTIONS.contains(&name.as_str())
}

/// How a NOT NULL was written; before version 18 a name of it said nothing.
fn not_null_is(column: &mut Column, name: Option<&Ident>, no_inherit: bool, session: &Session) {
    use super::property::{NO_INHERIT, NOT_NULL_NAME};
    if no_inherit {
        column.properties.insert(NO_INHERIT.to_string(), "true".to_string());
    }
    if let Some(name) = name.filter(|_| session.server_version.is_none_or(|version| version >= 18)) {
        column.properties.insert(NOT_NULL_NAME.to_string(), name.as_str().to_string());
    }
}
