//! What an inspector reads from the catalog (`sqlalchemy.dialects.postgresql.base`), before it becomes Python values.

use crate::catalog::object::{Column, DefaultExpr, KeyRef, Rule, TypeRef};
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{Deferrable, IdentityKind};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;

/// What is known, or why it is not.
pub(super) type Answer<T> = Result<T, Reason>;

/// A value of an answer that may be unknown by itself.
pub(super) type Part = Result<Option<String>, Reason>;

/// The database as a connection sees it.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub catalog: &'a Catalog,
    pub session: &'a Session,
}

/// A type as it is shown.
pub(super) enum Type {
    Builtin(DataType),
    Enum {
        name: Ident,
        schema: Option<Ident>,
        labels: Vec<String>,
    },
    /// Another type of the database, by its name.
    Named(String),
    Array(Box<Type>),
    Unknown(Reason),
}

pub(super) struct ColumnInfo {
    pub name: String,
    pub ty: Type,
    pub nullable: bool,
    pub default: Part,
    pub autoincrement: bool,
    pub comment: Option<String>,
    pub identity: Option<IdentityKind>,
    pub computed: Option<bool>,
}

pub(super) struct IndexInfo {
    pub name: String,
    pub unique: bool,
    /// `None` is an expression.
    pub columns: Vec<Option<String>>,
    pub include: Vec<String>,
    pub constraint: bool,
    pub method: String,
    pub predicate: bool,
}

pub(super) struct KeyInfo {
    pub name: String,
    pub columns: Vec<String>,
    pub comment: Option<String>,
}

pub(super) struct ForeignKeyInfo {
    pub key: KeyInfo,
    pub schema: Option<String>,
    pub table: String,
    pub referred: Vec<String>,
    pub options: Vec<(&'static str, Option<String>)>,
}

/// Objects of a kind: those that are there, and those of which that is not known.
pub(super) struct Found<T> {
    pub certain: Vec<T>,
    pub doubtful: Vec<T>,
    /// Why it is not known; `None`: all of it is.
    pub reason: Option<Reason>,
    /// There are no others: none of the doubtful may be there under another name or in another form.
    pub complete: bool,
}

impl<T> Found<T> {
    fn new() -> Found<T> {
        Found { certain: Vec::new(), doubtful: Vec::new(), reason: None, complete: true }
    }

    fn push(&mut self, view: &View<'_>, oid: Oid, item: T) {
        let Some(reason) = view.catalog.presence(oid) else { return self.certain.push(item) };
        self.doubtful.push(item);
        self.complete &= view.catalog.was_made_in_doubt(oid, reason);
        self.reason.get_or_insert_with(|| reason.clone());
    }
}

impl<'a> View<'a> {
    fn certain(&self, oid: Oid) -> Answer<()> {
        self.catalog.presence(oid).map_or(Ok(()), |reason| Err(reason.clone()))
    }

    fn name(&self, oid: Oid) -> String {
        self.catalog.get(oid).map(|object| object.name().as_str().to_string()).unwrap_or_default()
    }

    fn comment(&self, oid: Oid) -> Answer<Option<String>> {
        let Some(comment) = self.catalog.comment_on(oid) else { return Ok(None) };
        self.certain(comment)?;
        Ok(match self.catalog.get(comment) {
            Some(Object::Comment(comment)) => Some(comment.text.clone()),
            _ => None,
        })
    }

    /// A relation of one of some kinds by name, as `pg_table_is_visible` or in a schema.
    pub fn relation(&self, name: &str, schema: Option<&str>, wanted: impl Fn(&Object) -> bool) -> Answer<Option<Oid>> {
        let name = QName::new(schema.map(Ident::new), Ident::new(name));
        match self.catalog.resolve_relation(&name, self.session) {
            Some(oid) if self.catalog.get(oid).is_some_and(wanted) => {
                self.certain(oid)?;
                Ok(Some(oid))
            }
            _ => Ok(None),
        }
    }

    /// A table or view by name.
    pub fn table(&self, name: &str, schema: Option<&str>) -> Answer<Option<Oid>> {
        self.relation(name, schema, |object| matches!(object, Object::Table(_) | Object::View(_)))
    }

    /// Names of relations of one schema, or of those that the search path shows.
    pub fn names(&self, schema: Option<&str>, wanted: impl Fn(&Object) -> bool) -> Found<String> {
        let mut found = Found::new();
        for (oid, entry) in self.catalog.iter() {
            if !wanted(&entry.object) {
                continue;
            }
            let Some(name) = self.catalog.qname(oid) else { continue };
            let listed = match schema {
                Some(schema) => name.schema.as_ref().is_some_and(|own| own.as_str() == schema),
                None => self.catalog.resolve_relation(&QName::bare(name.name.clone()), self.session) == Some(oid),
            };
            if listed {
                found.push(self, oid, name.name.as_str().to_string());
            }
        }
        found
    }

    /// All schemas but PostgreSQL's own `pg_…`.
    pub fn schemas(&self) -> Answer<Vec<String>> {
        let mut found = vec!["information_schema".to_string()];
        for (oid, entry) in self.catalog.iter() {
            if let Object::Schema(schema) = &*entry.object
                && !schema.name.as_str().starts_with("pg_")
            {
                self.certain(oid)?;
                found.push(schema.name.as_str().to_string());
            }
        }
        found.sort();
        Ok(found)
    }

    /// Enums with their labels, by schema and name.
    pub fn enums(&self, schema: Option<&str>) -> Answer<Vec<(String, String, bool, Vec<String>)>> {
        let mut found = Vec::new();
        for (oid, entry) in self.catalog.iter() {
            let Object::Enum(ty) = &*entry.object else { continue };
            let Some(name) = self.catalog.qname(oid) else { continue };
            let own = name.schema.as_ref().map_or("", Ident::as_str).to_string();
            let visible = self.catalog.resolve_type(&QName::bare(name.name), self.session) == Some(oid);
            let listed = match schema {
                None => visible,
                Some("*") => true,
                Some(schema) => own == schema,
            };
            if listed {
                self.certain(oid)?;
                found.push((own, ty.name.as_str().to_string(), visible, ty.labels.clone()));
            }
        }
        found.sort();
        Ok(found)
    }

    fn known_table(&self, table: Oid) -> Answer<()> {
        match self.catalog.get(table) {
            Some(Object::Table(table)) => table.open.clone().map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    fn ty(&self, ty: &TypeRef) -> Type {
        match ty {
            TypeRef::Unknown(reason) => Type::Unknown(reason.clone()),
            TypeRef::Builtin(ty) if ty.array => {
                Type::Array(Box::new(Type::Builtin(DataType { array: false, ..ty.clone() })))
            }
            TypeRef::Builtin(ty) => Type::Builtin(ty.clone()),
            TypeRef::User { oid, array, .. } => {
                let one = match self.catalog.get(*oid) {
                    Some(Object::Enum(ty)) => {
                        let visible =
                            self.catalog.resolve_type(&QName::bare(ty.name.clone()), self.session) == Some(*oid);
                        let schema = self.catalog.qname(*oid).and_then(|name| name.schema).filter(|_| !visible);
                        Type::Enum { name: ty.name.clone(), schema, labels: ty.labels.clone() }
                    }
                    Some(object) => Type::Named(object.name().as_str().to_string()),
                    None => Type::Unknown(Reason::new("type", "a type that is gone")),
                };
                if *array { Type::Array(Box::new(one)) } else { one }
            }
        }
    }

    /// The text that `pg_get_expr` gives, where that is certain.
    fn default(&self, column: Oid) -> (Part, bool) {
        let Some(default) = self.catalog.default_of(column) else { return (Ok(None), false) };
        if let Err(reason) = self.certain(default) {
            return (Err(reason), false);
        }
        let Some(Object::Default(default)) = self.catalog.get(default) else { return (Ok(None), false) };
        match &default.expr {
            DefaultExpr::NextVal(sequence) => {
                let visible = |name: &QName| {
                    self.catalog.resolve_relation(&QName::bare(name.name.clone()), self.session) == Some(*sequence)
                };
                let shown = match self.catalog.qname(*sequence) {
                    Some(name) if visible(&name) => name.name.to_string(),
                    Some(name) => name.to_string(),
                    None => String::new(),
                };
                (Ok(Some(format!("nextval('{shown}'::regclass)"))), true)
            }
            DefaultExpr::Expr(expr) => (written(expr), false),
            DefaultExpr::Unknown(reason) => (Err(reason.clone()), false),
        }
    }

    pub fn columns(&self, table: Oid) -> Answer<Found<ColumnInfo>> {
        self.known_table(table)?;
        if let Some(Object::View(view)) = self.catalog.get(table)
            && self.catalog.columns(table).is_empty()
        {
            return Err(Reason::new("view-columns", format!("the columns of the view {}", view.name)));
        }
        let mut found = Found::new();
        for (oid, column) in self.catalog.columns(table) {
            found.push(self, oid, self.column(oid, column)?);
        }
        Ok(found)
    }

    fn column(&self, oid: Oid, column: &Column) -> Answer<ColumnInfo> {
        let (default, from_sequence) = self.default(oid);
        Ok(ColumnInfo {
            name: column.name.as_str().to_string(),
            ty: self.ty(&column.ty),
            nullable: !column.not_null,
            default: if column.generated.is_some() { Ok(None) } else { default },
            autoincrement: from_sequence || column.identity.is_some(),
            comment: self.comment(oid)?,
            identity: column.identity,
            computed: column.generated.as_ref().map(|(_, stored)| *stored),
        })
    }

    pub fn indexes(&self, table: Oid) -> Answer<Found<IndexInfo>> {
        self.known_table(table)?;
        let mut found = Found::new();
        for (oid, index) in self.catalog.indexes(table) {
            let primary = index.constraint.and_then(|constraint| self.catalog.get(constraint)).is_some_and(|object| {
                matches!(object, Object::Constraint(constraint) if matches!(constraint.rule, Rule::PrimaryKey { .. }))
            });
            if primary {
                continue;
            }
            let columns = index.keys.iter().map(|key| match &key.target {
                KeyRef::Column(column) => Some(self.name(*column)),
                KeyRef::Expr(..) => None,
            });
            let info = IndexInfo {
                name: index.name.as_str().to_string(),
                unique: index.unique,
                columns: columns.collect(),
                include: index.include.iter().map(|column| self.name(*column)).collect(),
                constraint: index.constraint.is_some(),
                method: index.method.as_str().to_string(),
                predicate: index.predicate.is_some(),
            };
            found.push(self, oid, info);
        }
        found.certain.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    fn keys(&self, table: Oid, wanted: impl Fn(&Rule) -> Option<Vec<Oid>>) -> Answer<Vec<KeyInfo>> {
        self.known_table(table)?;
        let mut found = Vec::new();
        for (oid, constraint) in self.catalog.constraints(table) {
            if let Some(columns) = wanted(&constraint.rule) {
                self.certain(oid)?;
                found.push(KeyInfo {
                    name: constraint.name.as_str().to_string(),
                    columns: columns.into_iter().map(|column| self.name(column)).collect(),
                    comment: self.comment(oid)?,
                });
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(found)
    }

    pub fn primary_key(&self, table: Oid) -> Answer<Option<KeyInfo>> {
        let keys = self.keys(table, |rule| match rule {
            Rule::PrimaryKey { columns, .. } => Some(columns.clone()),
            Rule::Check { .. } | Rule::Unique { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => None,
        });
        Ok(keys?.pop())
    }

    pub fn uniques(&self, table: Oid) -> Answer<Vec<KeyInfo>> {
        self.keys(table, |rule| match rule {
            Rule::Unique { columns, .. } => Some(columns.clone()),
            Rule::Check { .. } | Rule::PrimaryKey { .. } | Rule::ForeignKey { .. } | Rule::Exclude { .. } => None,
        })
    }

    pub fn checks(&self, table: Oid) -> Answer<Vec<(KeyInfo, Expr)>> {
        self.known_table(table)?;
        let mut found = Vec::new();
        for (oid, constraint) in self.catalog.constraints(table) {
            if let Rule::Check { expr, .. } = &constraint.rule {
                self.certain(oid)?;
                let name = constraint.name.as_str().to_string();
                found.push((KeyInfo { name, columns: Vec::new(), comment: self.comment(oid)? }, expr.clone()));
            }
        }
        found.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        Ok(found)
    }

    pub fn foreign_keys(&self, table: Oid, schema: Option<&str>) -> Answer<Vec<ForeignKeyInfo>> {
        self.known_table(table)?;
        let mut found = Vec::new();
        for (oid, constraint) in self.catalog.constraints(table) {
            let Rule::ForeignKey { columns, table: target, referenced, on_delete, on_update, matching } =
                &constraint.rule
            else {
                continue;
            };
            self.certain(oid)?;
            let name = self.catalog.qname(*target);
            let own = name.as_ref().and_then(|name| name.schema.as_ref()).map(|schema| schema.as_str().to_string());
            let visible = name.as_ref().is_some_and(|name| {
                self.catalog.resolve_relation(&QName::bare(name.name.clone()), self.session) == Some(*target)
            });
            // `pg_get_constraintdef` leaves out a schema of the search path.
            let referred_schema = match (visible, schema) {
                (false, _) => own,
                (true, Some(schema)) if own.as_deref() == Some(schema) => own,
                (true, _) => None,
            };
            let (deferrable, initially) = match constraint.deferrable {
                None | Some(Deferrable::NotDeferrable) => (None, None),
                Some(Deferrable::InitiallyImmediate) => (Some("True"), None),
                Some(Deferrable::InitiallyDeferred) => (Some("True"), Some("DEFERRED")),
            };
            let action = |action: &Option<String>| action.clone().filter(|action| action != "NO ACTION");
            found.push(ForeignKeyInfo {
                key: KeyInfo {
                    name: constraint.name.as_str().to_string(),
                    columns: columns.iter().map(|column| self.name(*column)).collect(),
                    comment: self.comment(oid)?,
                },
                schema: referred_schema,
                table: self.name(*target),
                referred: referenced.iter().map(|column| self.name(*column)).collect(),
                options: vec![
                    ("onupdate", action(on_update)),
                    ("ondelete", action(on_delete)),
                    ("initially", initially.map(str::to_string)),
                    ("deferrable", deferrable.map(str::to_string)),
                    ("match", matching.clone().map(|matching| matching.trim_start_matches("MATCH ").to_string())),
                ],
            });
        }
        found.sort_by(|a, b| a.key.name.cmp(&b.key.name));
        Ok(found)
    }

    pub fn table_comment(&self, table: Oid) -> Answer<Option<String>> {
        self.comment(table)
    }
}

/// Expressions that PostgreSQL writes back as they were given.
fn written(expr: &Expr) -> Part {
    let text = expr.to_string();
    let lower = text.to_ascii_lowercase();
    let number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match lower.as_str() {
        "now()" | "true" | "false" | "gen_random_uuid()" => Ok(Some(lower)),
        "current_timestamp" => Ok(Some("CURRENT_TIMESTAMP".into())),
        _ if number => Ok(Some(text)),
        _ => Err(Reason::new("written-expression", "the text of a default in the catalog")),
    }
}
