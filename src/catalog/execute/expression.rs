//! Expressions over the columns of a table: what operators and functions they mean, and what PostgreSQL says where there are none.

use std::ops::ControlFlow;

use sqlparser::ast::{self, Visit, Visitor};

use crate::catalog::object::{Object, Rule, TypeRef};
use crate::catalog::{Catalog, Oid, Session, extensions};
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::expr::{self, Analysis, Expr, Names};
use crate::pg::ident::{Ident, QName};
use crate::pg::system::{self, Base, Type, Volatility};
use crate::pg::types::{DataType, TypeName};

use super::resolve::refuse;

impl Catalog {
    /// Whether it is known which operators, functions and operator classes there are: those of `pg_catalog` alone. Of an extension
    /// or a statement that is not modelled nobody knows what it brings.
    fn has_only_system_operators(&self, session: &Session) -> bool {
        !session.restoring && self.operators_are_of(extensions::brings_no_operators)
    }

    /// Nobody has made operators of any kind, and all extensions are of those that are told.
    fn operators_are_of(&self, of: fn(&Ident) -> bool) -> bool {
        const MADE: &[&str] =
            &["OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY", "CAST", "AGGREGATE", "FUNCTION", "ACCESS METHOD"];
        let brings = |object: &Object| match object {
            Object::Extension(extension) => !of(&extension.name),
            Object::Opaque(opaque) => MADE.contains(&opaque.kind.as_str()),
            _ => false,
        };
        !self.iter().any(|(_, entry)| brings(&entry.object))
    }

    /// Whether there may be functions that no statement has made: all extensions but one bring some.
    pub(super) fn may_have_functions(&self) -> bool {
        !self.operators_are_of(|extension| extension.as_str() == "plpgsql")
    }

    /// Whether somebody has made a cast.
    pub(super) fn has_own_casts(&self) -> bool {
        self.iter().any(|(_, entry)| matches!(&*entry.object, Object::Opaque(opaque) if opaque.kind == "CAST"))
    }

    /// Whether expressions are judged: not where functions may be there that no revision has made.
    pub(in crate::catalog) fn knows_operators(&self, session: &Session) -> bool {
        !self.open_world && self.has_only_system_operators(session)
    }

    /// A type as the choice of operators sees it: a domain as what it is over. `None` where it is not known.
    pub(in crate::catalog) fn system_type(&self, ty: &TypeRef, session: &Session) -> Option<Type> {
        match ty {
            TypeRef::Builtin(ty) => Type::builtin(ty),
            TypeRef::User { oid, array, .. } => match self.get(*oid)? {
                Object::Enum(_) => Some(Type { base: Base::Enum(self.visible_qname(*oid, session)?), array: *array }),
                Object::Domain(domain) if !array => self.system_type(&domain.ty, session),
                _ => None,
            },
            TypeRef::Unknown(_) => None,
        }
    }

    /// The type that a cast names; `None` where it is not known.
    fn named_type(&self, ty: &DataType, session: &Session) -> Result<Option<Type>, PgError> {
        Ok(match &ty.name {
            TypeName::Builtin(_) => Type::builtin(ty),
            TypeName::User(name) => match self.resolve_type(name, session) {
                Some(oid) => self.system_type(&TypeRef::User { oid, modifiers: Vec::new(), array: ty.array }, session),
                None => match self.missing_type(name, ty.array, session) {
                    Some(error) => return Err(error),
                    None => None,
                },
            },
            TypeName::Unknown(_) => None,
        })
    }

    /// The type of a column of a table, `retyped` instead of that which it has now.
    fn column_type(
        &self,
        table: Oid,
        name: &Ident,
        retyped: Option<(Oid, &TypeRef)>,
        session: &Session,
    ) -> Option<Type> {
        let oid = self.column(table, name)?;
        match retyped {
            Some((other, ty)) if other == oid => self.system_type(ty, session),
            _ => self.system_type(&self.column_of(oid)?.ty, session),
        }
    }

    fn with_names<T>(
        &self,
        table: Option<Oid>,
        retyped: Option<(Oid, &TypeRef)>,
        session: &Session,
        then: impl FnOnce(&Names<'_>) -> T,
    ) -> T {
        let column = |name: &Ident| table.and_then(|table| self.column_type(table, name, retyped, session));
        self.names_over(&column, session, then)
    }

    fn names_over<T>(
        &self,
        column: &dyn Fn(&Ident) -> Option<Type>,
        session: &Session,
        then: impl FnOnce(&Names<'_>) -> T,
    ) -> T {
        let has_extensions = !self.operators_are_of(extensions::brings_no_operators);
        let has_functions = self.may_have_functions();
        // Of an extension's functions it is known alone which names of PostgreSQL's own they have.
        let of_extension = |name: &Ident| {
            !system::has_function(name.as_str())
                || self.iter().any(|(_, entry)| match &*entry.object {
                    Object::Extension(extension) => extensions::shares(&extension.name, name.as_str()),
                    _ => false,
                })
        };
        then(&Names {
            column,
            type_of: &|ty| self.named_type(ty, session),
            has_schema: &|name| {
                self.schema(name).is_some() || name.as_str().starts_with("pg_") || name.as_str() == "information_schema"
            },
            has_routine: &|name: &QName| self.has_routine(name, session) || has_functions && of_extension(&name.name),
            has_extensions,
        })
    }

    /// Whether a call may mean something of this database: a function, or a cast to a type.
    pub(in crate::catalog) fn has_routine(&self, name: &QName, session: &Session) -> bool {
        !self.routines(name, session).is_empty() || self.resolve_type(name, session).is_some()
    }

    /// Whether it is known which casts there are between PostgreSQL's own types, and which operators compare them.
    pub(in crate::catalog) fn judges_types(&self, session: &Session) -> bool {
        !self.open_world && !session.restoring && self.operators_are_of(extensions::leaves_comparisons)
    }

    /// The analysis of an expression over the columns of a query; `None` where it is not looked at.
    ///
    /// # Errors
    /// See [`expr::analyse`].
    pub(in crate::catalog) fn analysed_over(
        &self,
        column: &dyn Fn(&Ident) -> Option<Type>,
        expr: &Expr,
        session: &Session,
    ) -> Result<Option<Analysis>, Refusal> {
        if !self.judges_types(session) {
            return Ok(None);
        }
        let analysis = self.names_over(column, session, |names| expr::analyse(expr, names))?;
        self.read_names(analysis.as_ref(), session)?;
        Ok(analysis)
    }

    /// What PostgreSQL says of the constants and collations of an expression.
    fn read_names(&self, analysis: Option<&Analysis>, session: &Session) -> Result<(), Refusal> {
        let Some(analysis) = analysis else { return Ok(()) };
        self.read_constants(&analysis.constants, session)?;
        analysis.collations.iter().try_for_each(|collation| self.is_collation(collation, session))
    }

    /// The analysis of an expression; `None` where it is not looked at.
    ///
    /// # Errors
    /// 42883, 42804, 42846, 22P02 and their kin.
    pub(super) fn analysed(
        &self,
        table: Option<Oid>,
        expr: &Expr,
        session: &Session,
    ) -> Result<Option<Analysis>, Refusal> {
        if !self.judges_types(session) {
            return Ok(None);
        }
        let analysis = self.with_names(table, None, session, |names| expr::analyse(expr, names))?;
        self.read_names(analysis.as_ref(), session)?;
        Ok(analysis)
    }

    /// 0A000, 42803: a subquery or an aggregate where rows alone may stand, in PostgreSQL's words for the one and for the other.
    pub(super) fn only_values(&self, expr: &Expr, one: &str, many: &str, session: &Session) -> Result<(), Refusal> {
        if session.restoring {
            return Ok(());
        }
        let Expr::Parsed(tree) = expr else { return Ok(()) };
        let mut found = Parts { catalog: self, session, query: false, aggregate: false };
        let _ = Visit::visit(tree.as_ref(), &mut found);
        if found.query {
            return refuse(sqlstate::FEATURE_NOT_SUPPORTED, format!("cannot use subquery in {one}"));
        }
        if found.aggregate {
            return refuse(sqlstate::GROUPING_ERROR, format!("aggregate functions are not allowed in {many}"));
        }
        Ok(())
    }

    /// A condition: 42804 for one that is not boolean, in the words for `of`.
    pub(super) fn condition(&self, table: Oid, expr: &Expr, of: &str, session: &Session) -> Result<(), Refusal> {
        if let Some(analysis) = self.analysed(Some(table), expr, session)? {
            analysis.boolean(of)?;
        }
        Ok(())
    }

    /// 42804: a value that a column does not take, in the words for `what` it is.
    pub(super) fn fits_column(
        &self,
        table: Option<Oid>,
        column: Oid,
        expr: &Expr,
        what: &str,
        session: &Session,
    ) -> Result<(), Refusal> {
        match self.column_of(column) {
            Some(column) => self.fits(table, (&column.name, &column.ty), expr, what, session),
            None => Ok(()),
        }
    }

    /// The same of a column, or of a domain, by its name and type.
    pub(super) fn fits(
        &self,
        table: Option<Oid>,
        (name, ty): (&Ident, &TypeRef),
        expr: &Expr,
        what: &str,
        session: &Session,
    ) -> Result<(), Refusal> {
        let Some(analysis) = self.analysed(table, expr, session)? else { return Ok(()) };
        let Some(to) = self.system_type(ty, session) else { return Ok(()) };
        if let Some(text) = analysis.literal() {
            self.read_constant(text, &to, session)?;
        }
        if analysis.assignable(&to)? {
            return Ok(());
        }
        let given = analysis.ty.map_or_else(String::new, |ty| ty.to_string());
        let message = format!("column \"{}\" is of type {to} but {what} is of type {given}", name.as_str());
        let hint = "You will need to rewrite or cast the expression.";
        Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).hint(hint).into())
    }

    /// The predicate of an index, or of an exclusion constraint (`CheckPredicate`).
    pub(super) fn index_predicate(&self, table: Oid, predicate: &Expr, session: &Session) -> Result<(), Refusal> {
        let message = "functions in index predicate must be marked IMMUTABLE";
        if let Some(analysis) = self.analysed(Some(table), predicate, session)?
            && analysis.boolean("WHERE")?.volatility >= Volatility::Stable
        {
            return refuse(sqlstate::INVALID_OBJECT_DEFINITION, message);
        }
        self.immutable(predicate, message, session)
    }

    /// What a change of a column's type makes impossible: the indexes and constraints over it, made anew (`ATPostAlterTypeCleanup`).
    pub(super) fn remade_with_type(
        &self,
        table: Oid,
        column: Oid,
        to: &TypeRef,
        session: &Session,
    ) -> Result<(), Refusal> {
        // After an earlier change of type the expression is no longer that which was written.
        let unread = self.column_of(column).is_none_or(|column| column.retyped) || !self.knows_operators(session);
        let again = |expr: &Expr, of: Option<&str>| -> Result<(), Refusal> {
            if unread {
                return Ok(());
            }
            let Ok(Some(first)) = self.with_names(Some(table), None, session, |names| expr::analyse(expr, names))
            else {
                return Ok(());
            };
            let first = match of {
                Some(of) => first.boolean(of)?,
                None => first,
            };
            let second = self.with_names(Some(table), Some((column, to)), session, |names| first.again(names))?;
            match of {
                Some(of) => second.boolean(of).map(|_| ()).map_err(Refusal::from),
                None => Ok(()),
            }
        };
        for (_, index) in self.indexes(table) {
            for key in index.keys.iter().filter(|key| key.columns().contains(&column)) {
                match &key.target {
                    crate::catalog::object::KeyRef::Column(_) => {
                        self.key_type(&index.method, key.opclass.as_deref(), to, session)?
                    }
                    crate::catalog::object::KeyRef::Expr(expr, _) => again(expr, None)?,
                }
            }
            if let Some(predicate) = index.predicate.as_ref().filter(|_| index.predicate_columns.contains(&column)) {
                again(predicate, Some("WHERE"))?;
            }
        }
        let own = self.constraints(table).into_iter().map(|(oid, _)| oid);
        let others = self.dependents(column).filter(|oid| matches!(self.get(*oid), Some(Object::Constraint(_))));
        let all: std::collections::BTreeSet<Oid> = own.chain(others).collect();
        for oid in all {
            let Some(Object::Constraint(constraint)) = self.get(oid) else { continue };
            match &constraint.rule {
                Rule::Check { expr, columns, .. } if columns.contains(&column) => again(expr, Some("CHECK"))?,
                Rule::ForeignKey { columns, referenced, .. } => {
                    let ty = |oid: Oid| {
                        if oid == column {
                            Some(to.clone())
                        } else {
                            self.column_of(oid).map(|column| column.ty.clone())
                        }
                    };
                    for (own, key) in
                        columns.iter().zip(referenced).filter(|(own, key)| **own == column || **key == column)
                    {
                        if let (Some(own_type), Some(key_type)) = (ty(*own), ty(*key)) {
                            self.key_types(&constraint.name, (*own, &own_type), (*key, &key_type), session)?;
                        }
                    }
                }
                Rule::Check { .. } | Rule::Unique { .. } | Rule::PrimaryKey { .. } | Rule::Exclude { .. } => {}
            }
        }
        Ok(())
    }

    /// 42804: no operator compares the column of a foreign key with that which it refers to.
    pub(super) fn key_types(
        &self,
        name: &Ident,
        (own, own_type): (Oid, &TypeRef),
        (key, key_type): (Oid, &TypeRef),
        session: &Session,
    ) -> Result<(), Refusal> {
        match (self.system_type(own_type, session), self.system_type(key_type, session)) {
            // No extension that is known compares two types that are not its own.
            (Some(own), Some(key))
                if !system::equality(&own, &key)
                    && !session.restoring
                    && self.operators_are_of(extensions::is_known) => {}
            _ => return Ok(()),
        }
        let bare = |ty: &TypeRef| match ty {
            // `format_type_be` leaves out lengths.
            TypeRef::Builtin(ty) => {
                self.type_name(&TypeRef::Builtin(DataType { modifiers: Vec::new(), ..ty.clone() }), session)
            }
            ty => self.type_name(ty, session),
        };
        let message = format!("foreign key constraint \"{}\" cannot be implemented", name.as_str());
        let detail = format!(
            "Key columns \"{}\" and \"{}\" are of incompatible types: {} and {}.",
            self.name_of(own).as_str(),
            self.name_of(key).as_str(),
            bare(own_type),
            bare(key_type)
        );
        Err(PgError::new(sqlstate::DATATYPE_MISMATCH, message).detail(detail).into())
    }

    /// 42704, 42804: the operator class of a key of an index (`ResolveOpClass`).
    pub(super) fn key_type(
        &self,
        method: &Ident,
        class: Option<&str>,
        ty: &TypeRef,
        session: &Session,
    ) -> Result<(), Refusal> {
        match self.system_type(ty, session) {
            Some(ty) if self.knows_operators(session) => operator_class(method, class, &ty),
            Some(_) | None => Ok(()),
        }
    }
}

/// What an expression has beside values.
struct Parts<'a> {
    catalog: &'a Catalog,
    session: &'a Session,
    query: bool,
    aggregate: bool,
}

impl Visitor for Parts<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, _query: &ast::Query) -> ControlFlow<()> {
        self.query = true;
        ControlFlow::Break(())
    }

    fn pre_visit_expr(&mut self, expr: &ast::Expr) -> ControlFlow<()> {
        if let ast::Expr::Function(function) = expr
            && let Some(name) = expr::qname(&function.name).filter(|name| name.schema.is_none())
        {
            let own = self.catalog.has_routine(&name, self.session);
            self.aggregate |= !own && function.over.is_none() && system::is_aggregate(name.name.as_str());
        }
        ControlFlow::Continue(())
    }
}

/// See [`Catalog::key_type`].
pub(super) fn operator_class(method: &Ident, class: Option<&str>, ty: &Type) -> Result<(), Refusal> {
    let method = method.as_str();
    let Some(class) = class else {
        if system::default_class(method, ty) == Some(false) {
            let message = format!("data type {ty} has no default operator class for access method \"{method}\"");
            let hint = "You must specify an operator class for the index or define a default operator class for the data type.";
            return Err(PgError::new(sqlstate::UNDEFINED_OBJECT, message).hint(hint).into());
        }
        return Ok(());
    };
    // A class may have parameters: `gist_ops (siglen = 32)`.
    let name = class.split('(').next().unwrap_or(class).trim();
    let name = name.strip_prefix("pg_catalog.").unwrap_or(name);
    match system::class_takes(method, name, ty) {
        Some(false) => {
            let message = format!("operator class \"{name}\" does not accept data type {ty}");
            refuse(sqlstate::DATATYPE_MISMATCH, message)
        }
        None => {
            let message = format!("operator class \"{name}\" does not exist for access method \"{method}\"");
            refuse(sqlstate::UNDEFINED_OBJECT, message)
        }
        Some(true) => Ok(()),
    }
}

/// What a method of access can do (`amcanunique`, `amcanmulticol`, `amcaninclude`, `amcanorder`).
struct Method {
    name: &'static str,
    unique: bool,
    several: bool,
    include: bool,
    order: bool,
}

const METHODS: &[Method] = &[
    Method { name: "btree", unique: true, several: true, include: true, order: true },
    Method { name: "hash", unique: false, several: false, include: false, order: false },
    Method { name: "gist", unique: false, several: true, include: true, order: false },
    Method { name: "gin", unique: false, several: true, include: false, order: false },
    Method { name: "spgist", unique: false, several: false, include: true, order: false },
    Method { name: "brin", unique: false, several: true, include: false, order: false },
];

/// 0A000: what an index asks of its method and that cannot do it (`DefineIndex`).
/// `has_others`: there may be methods that an extension brings.
pub(super) fn method_can(create: &crate::pg::command::CreateIndex, has_others: bool) -> Result<(), Refusal> {
    let Some(name) = &create.method else { return Ok(()) };
    let Some(method) = METHODS.iter().find(|method| method.name == name.as_str()) else {
        if has_others {
            return Ok(());
        }
        return refuse(sqlstate::UNDEFINED_OBJECT, format!("access method \"{}\" does not exist", name.as_str()));
    };
    let lacks = match () {
        () if create.unique && !method.unique => "unique indexes",
        () if !create.include.is_empty() && !method.include => "included columns",
        () if create.keys.len() > 1 && !method.several => "multicolumn indexes",
        () => return Ok(()),
    };
    refuse(sqlstate::FEATURE_NOT_SUPPORTED, format!("access method \"{}\" does not support {lacks}", method.name))
}

/// 0A000: an order of a method that has none (`ComputeIndexAttrs`).
pub(super) fn method_orders(create: &crate::pg::command::CreateIndex) -> Result<(), Refusal> {
    let name = create.method.as_ref().map_or("btree", Ident::as_str);
    if METHODS.iter().any(|method| method.name == name && method.order)
        || !METHODS.iter().any(|method| method.name == name)
    {
        return Ok(());
    }
    let lacks = match () {
        () if create.keys.iter().any(|key| key.descending) => "ASC/DESC",
        () if create.keys.iter().any(|key| key.nulls_first.is_some()) => "NULLS FIRST/LAST",
        () => return Ok(()),
    };
    refuse(sqlstate::FEATURE_NOT_SUPPORTED, format!("access method \"{name}\" does not support {lacks} options"))
}
