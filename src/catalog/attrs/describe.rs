//! The attributes of each kind.

use std::collections::BTreeMap;

use crate::catalog::execute::{NO_INHERIT, NOT_NULL_NAME};
use crate::catalog::names::make_object_name;
use crate::catalog::object::{
    Column, Constraint, DefaultExpr, Firing, Granted, Index, Key, KeyRef, Object, Routine, Rule, Sequence, Table,
    Trigger, TypeRef,
};
use crate::catalog::{Attr, Catalog, OPEN_WORLD, Oid};
use crate::pg;
use crate::pg::command::{Collation, Deferrable, IdentityKind, Kind};
use crate::pg::definition::{self, Part};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};
use crate::pg::parameters::{self, Parameters};

type Attrs = Vec<(&'static str, Attr)>;

/// Properties of a column and what they are called.
const COLUMN_PROPERTIES: &[(&str, &str)] =
    &[("STORAGE", "storage"), ("COMPRESSION", "compression"), ("STATISTICS", "statistics")];

/// Types that are not stored as `EXTENDED` unless something else is said (`typstorage` in `pg_type.dat`).
const MAIN: &[&str] = &["numeric", "inet", "cidr"];
const EXTENDED: &[&str] = &[
    "text",
    "character varying",
    "character",
    "bytea",
    "json",
    "jsonb",
    "xml",
    "bit",
    "bit varying",
    "tsvector",
    "path",
    "polygon",
];

fn push_parameters(attrs: &mut Attrs, name: &'static str, parameters: &Parameters) {
    if !parameters.is_empty() {
        attrs.push((name, text(parameters::text(parameters))));
    }
}

/// Comments on what an object is made of.
fn push_comments(attrs: &mut Attrs, comments: &BTreeMap<Ident, String>) {
    if !comments.is_empty() {
        let all: Vec<String> = comments.iter().map(|(name, text)| format!("{name}: {}", quoted(text))).collect();
        attrs.push(("comments", text(all.join(", "))));
    }
}

fn index_properties(attrs: &mut Attrs, index: &Index) {
    push_parameters(attrs, "storage parameters", &index.with);
    for (key, value) in &index.properties {
        attrs.push(match key.as_str() {
            "CLUSTER" => ("cluster", text(value)),
            "REPLICA IDENTITY" => ("replica identity", text(value)),
            key => ("statistics", text(format!("{} of column {}", value, key.trim_start_matches("STATISTICS ")))),
        });
    }
}

/// What a table may have that was there before the first revision.
const ASSUMED: &[&str] = &[
    "bound",
    "force row level security",
    "inherits",
    "partition by",
    "partition of",
    "replica identity",
    "row level security",
    "rules",
    "storage parameters",
    "unlogged",
];

fn text(value: impl ToString) -> Attr {
    Attr::Text(value.to_string())
}

impl Catalog {
    pub(super) fn describe_attrs(&self, object: &Object) -> Attrs {
        match object {
            // That they are there is all that is compared.
            Object::Schema(_) => Attrs::new(),
            Object::Extension(extension) => {
                // What a control file says depends on the server: only a comment that is written is compared.
                let comment = extension.comment.as_ref().map_or(Attr::Any, text);
                vec![("schema", text(self.name_text(extension.schema))), ("comment", comment)]
            }
            Object::Table(table) => self.table_attrs(table),
            Object::Column(column) => {
                let is_granted = column.granted.is_some() && matches!(column.ty, TypeRef::Unknown(_));
                let ty = if is_granted { Attr::Any } else { self.type_attr(&column.ty) };
                let mut attrs = vec![("type", ty)];
                match column.granted {
                    Some(Granted { nullability: false }) => attrs.push(("not null", Attr::Any)),
                    Some(_) | None if column.not_null => {
                        let no_inherit = column.properties.contains_key(NO_INHERIT);
                        attrs.push(("not null", text(if no_inherit { "NO INHERIT" } else { "true" })));
                        attrs.extend(self.not_null_name(column).map(|name| ("not null name", name)));
                    }
                    Some(_) | None => {}
                }
                match &column.collation {
                    Some(Collation::Named(collation)) => attrs.push(("collation", text(unqualified(collation)))),
                    Some(Collation::Unknown(reason)) => attrs.push(("collation", Attr::Unknown(reason.clone()))),
                    None if is_granted => {
                        attrs.extend(["collation", "generated", "generated kind"].map(|name| (name, Attr::Any)));
                    }
                    None => {}
                }
                match column.identity {
                    Some(IdentityKind::Always) => attrs.push(("identity", text("ALWAYS"))),
                    Some(IdentityKind::ByDefault) => attrs.push(("identity", text("BY DEFAULT"))),
                    None if column.granted.is_some() => attrs.push(("identity", Attr::Any)),
                    None => {}
                }
                if let Some((expr, stored)) = &column.generated {
                    attrs.push(("generated", Attr::Expr(expr.clone())));
                    attrs.push(("generated kind", text(if *stored { "STORED" } else { "VIRTUAL" })));
                }
                let default = self.default_storage(&column.ty);
                for (key, name) in COLUMN_PROPERTIES {
                    let value = column
                        .properties
                        .get(*key)
                        .filter(|value| *key != "STORAGE" || Some(value.as_str()) != default);
                    attrs.extend(value.map(|value| (*name, text(value))));
                }
                push_parameters(&mut attrs, "options", &column.parameters);
                attrs
            }
            Object::Default(default) => match &default.expr {
                DefaultExpr::NextVal(sequence) => {
                    vec![("default", text(format!("nextval('{}'::regclass)", self.qualified(*sequence))))]
                }
                DefaultExpr::Expr(expr) if expr.is_null() && self.is_of_view(default.column) => {
                    vec![("default", text("NULL"))]
                }
                DefaultExpr::Expr(expr) => vec![("default", Attr::Expr(expr.clone()))],
                DefaultExpr::Unknown(reason) => vec![("default", Attr::Unknown(reason.clone()))],
            },
            Object::Constraint(constraint) => self.constraint_attrs(constraint),
            Object::Index(index) => self.index_attrs(index),
            Object::Sequence(sequence) => self.sequence_attrs(sequence),
            Object::Enum(ty) => {
                let labels: Vec<String> = ty.labels.iter().map(|label| quoted(label)).collect();
                vec![("labels", text(labels.join(", ")))]
            }
            Object::Domain(domain) => {
                let mut attrs = vec![("type", self.type_attr(&domain.ty))];
                attrs.extend(domain.collation.iter().map(|collation| ("collation", text(unqualified(collation)))));
                attrs.extend(domain.default.iter().map(|default| ("default", Attr::Expr(default.clone()))));
                if domain.not_null {
                    attrs.push(("not null", text("true")));
                }
                let mut checks: Vec<&(Ident, Expr)> = domain.checks.iter().collect();
                checks.sort_by(|a, b| a.0.cmp(&b.0));
                if !checks.is_empty() {
                    let names: Vec<String> = checks.iter().map(|(name, _)| name.to_string()).collect();
                    attrs.push(("checks", text(names.join(", "))));
                }
                attrs.extend(checks.into_iter().map(|(_, check)| ("check", Attr::Expr(check.clone()))));
                if !domain.not_valid.is_empty() {
                    let names: Vec<Ident> = domain.not_valid.iter().cloned().collect();
                    attrs.push(("not valid", text(self::names(&names))));
                }
                push_comments(&mut attrs, &domain.comments);
                attrs
            }
            Object::Composite(composite) => {
                if let Some(reason) = composite.attributes.iter().find_map(|(_, ty)| match ty {
                    TypeRef::Unknown(reason) => Some(reason),
                    TypeRef::Builtin(_) | TypeRef::User { .. } => None,
                }) {
                    return vec![("attributes", Attr::Unknown(reason.clone()))];
                }
                let attributes = composite.attributes.iter().map(|(name, ty)| format!("{name} {}", self.type_text(ty)));
                let mut attrs = vec![("attributes", text(attributes.collect::<Vec<String>>().join(", ")))];
                push_comments(&mut attrs, &composite.comments);
                attrs
            }
            Object::View(view) => {
                let mut attrs = Attrs::new();
                let unread = || Attr::Unread(Reason::new("view", "its query is not read"));
                attrs.push(("columns", view.columns.as_ref().map_or_else(unread, |columns| text(names(columns)))));
                let mut relations: Vec<String> = view
                    .depends_on
                    .iter()
                    .filter(|oid| matches!(self.get(**oid), Some(Object::Table(_) | Object::View(_))))
                    .map(|oid| self.qualified(*oid))
                    .collect();
                relations.sort();
                let reads = text(relations.join(", "));
                attrs.push(("reads", if view.columns.is_some() { reads } else { unread() }));
                attrs.push(("query", Attr::Query(view.query.clone())));
                push_parameters(&mut attrs, "options", &view.parameters);
                attrs
            }
            Object::Routine(routine) => {
                if routine.kind == Kind::Aggregate {
                    return kept_attrs("AGGREGATE", &routine.text, &[]);
                }
                routine_attrs(routine)
            }
            Object::Trigger(trigger) => {
                let mut attrs = trigger_attrs(trigger);
                let unread = || Attr::Unread(Reason::new("trigger", "no revision makes its function"));
                attrs.push((
                    "function",
                    trigger.function.map_or_else(unread, |function| text(self.qualified(function))),
                ));
                attrs
            }
            Object::Policy(policy) => {
                let mut attrs = Attrs::new();
                if policy.restrictive {
                    attrs.push(("restrictive", text("true")));
                }
                attrs.extend(policy.command.iter().map(|command| ("command", text(command))));
                let mut roles: Vec<String> = policy.roles.iter().map(Ident::to_string).collect();
                roles.sort();
                if !roles.is_empty() && roles != ["public"] {
                    attrs.push(("roles", text(roles.join(", "))));
                }
                attrs.extend(policy.using.iter().map(|expr| ("using", Attr::Expr(expr.clone()))));
                attrs.extend(policy.check.iter().map(|expr| ("with check", Attr::Expr(expr.clone()))));
                attrs
            }
            Object::Comment(comment) => vec![("text", text(&comment.text))],
            Object::Opaque(opaque) => match collation_options(&opaque.text).filter(|_| opaque.kind == "COLLATION") {
                Some(options) => vec![("definition", Attr::Body(options))],
                None => kept_attrs(&opaque.kind, &opaque.text, &opaque.altered),
            },
        }
    }

    /// The name of a NOT NULL, unless it is made of the names of table and column (`ChooseConstraintName`).
    fn not_null_name(&self, column: &Column) -> Option<Attr> {
        let name = column.properties.get(NOT_NULL_NAME)?;
        if name.is_empty() {
            return Some(Attr::Any);
        }
        let table = self.get(column.table)?.name();
        let made = make_object_name(table.as_str(), Some(column.name.as_str()), "not_null");
        let number = name.strip_prefix(made.as_str());
        let is_made = number.is_some_and(|number| number.chars().all(|char| char.is_ascii_digit()));
        (!is_made).then(|| Attr::Name(name.clone()))
    }

    fn table_attrs(&self, table: &Table) -> Attrs {
        let mut attrs = Attrs::new();
        if table.unlogged {
            attrs.push(("unlogged", text("true")));
        }
        attrs.extend(table.partition_by.iter().map(|key| ("partition by", text(squeezed(key)))));
        if let Some((parent, bound)) = &table.partition_of {
            attrs.push(("partition of", text(self.qualified(*parent))));
            attrs.extend(
                self.bound_attrs(*parent, bound).unwrap_or_else(|| vec![("bound", Attr::Body(squeezed(bound)))]),
            );
        }
        if !table.inherits.is_empty() {
            let parents: Vec<String> = table.inherits.iter().map(|parent| self.qualified(*parent)).collect();
            attrs.push(("inherits", text(parents.join(", "))));
        }
        for (key, name) in
            [("ROW LEVEL SECURITY", "row level security"), ("FORCE ROW LEVEL SECURITY", "force row level security")]
        {
            if table.properties.contains_key(key) {
                attrs.push((name, text("true")));
            }
        }
        attrs.extend(table.properties.get("REPLICA IDENTITY").map(|mode| ("replica identity", text(mode))));
        for (rule, words) in table.properties.iter().filter(|(key, _)| key.starts_with("RULE ")) {
            attrs.push(("rules", text(format!("{words} {rule}"))));
        }
        push_parameters(&mut attrs, "storage parameters", &table.parameters);
        // What no revision has set of a table that was there before is as it was.
        if table.open.as_ref().is_some_and(|reason| reason.kind == OPEN_WORLD) {
            let unset = ASSUMED.iter().filter(|name| !attrs.iter().any(|(own, _)| own == *name));
            let unset: Vec<&'static str> = unset.copied().collect();
            attrs.extend(unset.into_iter().map(|name| (name, Attr::Any)));
        }
        attrs
    }

    /// The words of a partition's bound, and its values as the key's types read them; `None` where these are not known.
    fn bound_attrs(&self, parent: Oid, bound: &str) -> Option<Attrs> {
        let types = self.partition_key_types(parent)?;
        let (tokens, _) = lex::tokens(bound);
        let mut cursor = Cursor::new(bound, &tokens);
        let (mut words, mut values) = (Vec::new(), Attrs::new());
        while !cursor.at_end() {
            if !cursor.is_sign("(") {
                let word = cursor.bump()?;
                words.push(cursor.token_text(word).to_ascii_uppercase());
                continue;
            }
            cursor.expect_sign("(").ok()?;
            let is_list = words.last().is_some_and(|word| word == "IN");
            let all = cursor.list(|cursor| Ok(cursor.until(&[","]).to_string())).ok()?;
            cursor.expect_sign(")").ok()?;
            words.push(format!("({})", all.len()));
            for (at, value) in all.into_iter().enumerate() {
                let plain = value.chars().all(|char| char.is_ascii_alphanumeric() || char == ' ');
                let word = plain && value.starts_with(|char: char| char.is_ascii_alphabetic());
                values.push(match types.get(if is_list { 0 } else { at }) {
                    // MINVALUE, NULL, `modulus 4`
                    _ if word => ("bound value", text(value)),
                    Some(ty) => ("bound value", Attr::Expr(Expr::parse(&format!("({value})::{ty}")))),
                    None => ("bound value", Attr::Body(value)),
                });
            }
        }
        Some([("bound", text(words.join(" ")))].into_iter().chain(values).collect())
    }

    fn partition_key_types(&self, parent: Oid) -> Option<Vec<String>> {
        let key = self.table(parent)?.partition_by.as_ref()?;
        let (tokens, _) = lex::tokens(key);
        let mut cursor = Cursor::new(key, &tokens);
        cursor.eat_any(&["RANGE", "LIST", "HASH"])?;
        let types = cursor.idents_in_parens().ok()?.into_iter().map(|column| {
            match &self.column_of(self.column(parent, &column)?)?.ty {
                TypeRef::Builtin(ty) => Some(ty.to_string()),
                TypeRef::User { .. } | TypeRef::Unknown(_) => None,
            }
        });
        types.collect()
    }

    fn constraint_attrs(&self, constraint: &Constraint) -> Attrs {
        let mut attrs = Attrs::new();
        let mut key = |kind: &str, columns: &[Oid], include: &[Oid], nulls_not_distinct: bool| {
            attrs.push(("kind", text(kind)));
            attrs.push(("columns", text(self.column_list(columns))));
            if !include.is_empty() {
                attrs.push(("include", text(self.column_list(include))));
            }
            if nulls_not_distinct {
                attrs.push(("nulls not distinct", text("true")));
            }
        };
        match &constraint.rule {
            Rule::Check { expr, no_inherit, .. } => {
                attrs.push(("kind", text("CHECK")));
                attrs.push(("expression", Attr::Expr(expr.clone())));
                if *no_inherit {
                    attrs.push(("no inherit", text("true")));
                }
            }
            Rule::Unique { columns, include, nulls_not_distinct } => {
                key("UNIQUE", columns, include, *nulls_not_distinct)
            }
            Rule::PrimaryKey { columns, include } => key("PRIMARY KEY", columns, include, false),
            Rule::ForeignKey { columns, table, referenced, on_delete, on_update, matching } => {
                attrs.push(("kind", text("FOREIGN KEY")));
                attrs.push(("columns", text(self.column_list(columns))));
                attrs.push(("references", text(self.qualified(*table))));
                match self.table(*table).and_then(|table| table.open.clone()) {
                    Some(reason) if referenced.is_empty() => {
                        attrs.push(("referenced columns", Attr::Unknown(reason)));
                    }
                    _ => attrs.push(("referenced columns", text(self.column_list(referenced)))),
                }
                attrs.extend(on_delete.iter().map(|action| ("on delete", text(action))));
                attrs.extend(on_update.iter().map(|action| ("on update", text(action))));
                attrs.extend(matching.iter().map(|matching| ("match", text(matching))));
            }
            Rule::Exclude { elements, method, predicate } => {
                attrs.push(("kind", text("EXCLUDE")));
                attrs.push(("method", text(method)));
                for (key, operator) in elements {
                    attrs.push(("key", self.key_attr(key)));
                    attrs.push(("operator", text(operator.trim())));
                }
                attrs.extend(predicate.iter().map(|predicate| ("predicate", Attr::Expr(predicate.clone()))));
            }
        }
        match constraint.deferrable {
            Some(Deferrable::InitiallyImmediate) => attrs.push(("deferrable", text("INITIALLY IMMEDIATE"))),
            Some(Deferrable::InitiallyDeferred) => attrs.push(("deferrable", text("INITIALLY DEFERRED"))),
            Some(Deferrable::NotDeferrable) | None => {}
        }
        if !constraint.enforced {
            attrs.push(("not enforced", text("true")));
        } else if !constraint.validated {
            attrs.push(("not valid", text("true")));
        }
        // Its index is no object of its own here.
        if let Some(Object::Index(index)) = constraint.index.and_then(|index| self.get(index)) {
            index_properties(&mut attrs, index);
        }
        attrs
    }

    fn index_attrs(&self, index: &Index) -> Attrs {
        let mut attrs = Attrs::new();
        if index.unique {
            attrs.push(("unique", text("true")));
        }
        attrs.push(("method", text(&index.method)));
        for key in &index.keys {
            attrs.push(("key", self.key_attr(key)));
            attrs.push(("key options", text(key_options(key))));
        }
        if !index.include.is_empty() {
            attrs.push(("include", text(self.column_list(&index.include))));
        }
        if index.nulls_not_distinct {
            attrs.push(("nulls not distinct", text("true")));
        }
        attrs.extend(index.predicate.iter().map(|predicate| ("predicate", Attr::Expr(predicate.clone()))));
        attrs.extend(index.partition_of.map(|parent| ("partition of", text(self.qualified(parent)))));
        index_properties(&mut attrs, index);
        attrs
    }

    fn sequence_attrs(&self, sequence: &Sequence) -> Attrs {
        let mut attrs = Attrs::new();
        if let Some(column) = sequence.owned_by {
            let table = self.table_of(column).map_or_else(String::new, |table| self.qualified(table));
            attrs.push(("owned by", text(format!("{table}.{}", self.name_text(column)))));
        }
        let plain = Sequence::new(sequence.schema, sequence.name.clone(), sequence.ty);
        attrs.push(("type", text(sequence.ty)));
        let numbers = [
            ("start", sequence.start, plain.start),
            ("increment", sequence.increment, plain.increment),
            ("minvalue", sequence.min_value, plain.min_value),
            ("maxvalue", sequence.max_value, plain.max_value),
            ("cache", sequence.cache, plain.cache),
        ];
        attrs.extend(numbers.into_iter().filter(|(_, is, plain)| is != plain).map(|(name, is, _)| (name, text(is))));
        if sequence.cycle {
            attrs.push(("cycle", text("true")));
        }
        // Since version 15 a sequence is unlogged as its table is; before, none was.
        let with_table =
            sequence.owned_by.and_then(|column| self.table(self.table_of(column)?)).is_some_and(|table| table.unlogged);
        if sequence.unlogged && !with_table {
            attrs.push(("unlogged", text("true")));
        }
        attrs
    }

    /// `typstorage`; `None` where it is not known.
    pub fn default_storage(&self, ty: &TypeRef) -> Option<&'static str> {
        match ty {
            TypeRef::Builtin(ty) if ty.array => Some("EXTENDED"),
            TypeRef::User { array: true, .. } => Some("EXTENDED"),
            TypeRef::Builtin(ty) => match ty.builtin_name()? {
                name if MAIN.contains(&name) => Some("MAIN"),
                name if EXTENDED.contains(&name) => Some("EXTENDED"),
                _ => Some("PLAIN"),
            },
            TypeRef::User { oid, .. } => match self.get(*oid)? {
                Object::Enum(_) => Some("PLAIN"),
                Object::Composite(_) => Some("EXTENDED"),
                Object::Domain(domain) => self.default_storage(&domain.ty),
                _ => None,
            },
            TypeRef::Unknown(_) => None,
        }
    }

    fn key_attr(&self, key: &Key) -> Attr {
        match &key.target {
            KeyRef::Column(column) => Attr::Expr(Expr::parse(&self.name_text(*column))),
            KeyRef::Expr(expr, _) => Attr::Expr(expr.clone()),
        }
    }

    fn type_attr(&self, ty: &TypeRef) -> Attr {
        match ty {
            TypeRef::Unknown(reason) => Attr::Unknown(reason.clone()),
            TypeRef::Builtin(_) | TypeRef::User { .. } => text(self.type_text(ty)),
        }
    }

    /// A type as a dump writes it: `character varying(120)`, `public.mood[]`.
    pub fn type_text(&self, ty: &TypeRef) -> String {
        match ty {
            TypeRef::Builtin(ty) => ty.to_string(),
            TypeRef::User { oid, modifiers, array } => {
                let modifiers = if modifiers.is_empty() { String::new() } else { format!("({})", modifiers.join(",")) };
                format!("{}{modifiers}{}", self.qualified(*oid), if *array { "[]" } else { "" })
            }
            TypeRef::Unknown(reason) => format!("unknown ({reason})"),
        }
    }

    fn qualified(&self, oid: Oid) -> String {
        self.qname(oid).map_or_else(String::new, |name| name.to_string())
    }

    fn name_text(&self, oid: Oid) -> String {
        self.get(oid).map_or_else(String::new, |object| object.name().to_string())
    }

    fn column_list(&self, columns: &[Oid]) -> String {
        columns.iter().map(|column| self.name_text(*column)).collect::<Vec<String>>().join(", ")
    }
}

/// What is compared of a trigger beside its function.
const TRIGGER: &[&str] = &["timing", "events", "level", "constraint", "from", "deferrable", "transition", "arguments"];

fn trigger_attrs(trigger: &Trigger) -> Attrs {
    let mut attrs = Attrs::new();
    match pg::trigger::read(&trigger.text) {
        Some(parts) => {
            let values = [
                parts.timing.to_string(),
                parts.events.join(" OR "),
                parts.level.to_string(),
                if parts.constraint { "true".to_string() } else { String::new() },
                parts.from.unwrap_or_default(),
                parts.deferrable.to_string(),
                parts.transition.join(" "),
                parts.arguments.iter().map(|argument| quoted(argument)).collect::<Vec<_>>().join(", "),
            ];
            attrs.extend(
                TRIGGER
                    .iter()
                    .zip(values)
                    .filter(|(_, value)| !value.is_empty())
                    .map(|(name, value)| (*name, text(value))),
            );
            attrs.extend(parts.when.map(|when| ("when", Attr::Expr(Expr::parse(&when)))));
        }
        None => attrs.extend(TRIGGER.iter().chain(&["when"]).map(|name| (*name, unread("the trigger's definition")))),
    }
    if trigger.firing != Firing::Origin {
        attrs.push(("enabled", text(trigger.firing.words())));
    }
    attrs
}

/// What is compared of a function or procedure beside its clauses.
const ROUTINE: &[&str] = &["arguments", "argument default", "configuration", "body"];

fn routine_attrs(routine: &Routine) -> Attrs {
    let mut definition = pg::routine::read(&routine.text);
    for clauses in &routine.altered {
        definition = definition.and_then(|mut definition| definition.alter(clauses).map(|()| definition));
    }
    let Some(definition) = definition else {
        let unread = |name: &&'static str| (*name, unread("the routine's definition"));
        return ROUTINE.iter().chain(pg::routine::CLAUSES).map(unread).collect();
    };
    let mut attrs = vec![("arguments", text(definition.arguments.join(", ")))];
    attrs.extend(definition.defaults.iter().map(|default| ("argument default", Attr::Expr(Expr::parse(default)))));
    attrs.extend(definition.clauses.iter().map(|(clause, value)| (*clause, text(value))));
    push_parameters(&mut attrs, "configuration", &definition.configuration);
    attrs.push(match definition.body {
        pg::routine::Body::Text(body) => ("body", text(body)),
        pg::routine::Body::Parsed(body) => ("body", Attr::Body(body)),
    });
    attrs
}

/// What is compared of an object that is kept as text; the whole text where it is not read.
fn kept_attrs(kind: &str, written: &str, altered: &[String]) -> Attrs {
    let Some(parts) = definition::read(kind, written, altered) else {
        let whole: Vec<&str> = std::iter::once(written).chain(altered.iter().map(String::as_str)).collect();
        return vec![("definition", Attr::Body(whole.join("; ")))];
    };
    let attr = |part| match part {
        Part::Word(word) => Attr::Text(word),
        Part::Body(body) => Attr::Body(body),
    };
    parts.into_iter().map(|(name, part)| (name, attr(part))).collect()
}

fn unread(what: &str) -> Attr {
    Attr::Unknown(Reason::new("unread", format!("{what} holds what is not read")))
}

fn names(columns: &[Ident]) -> String {
    columns.iter().map(Ident::to_string).collect::<Vec<String>>().join(", ")
}

fn quoted(label: &str) -> String {
    format!("'{}'", label.replace('\'', "''"))
}

/// `pg_catalog` says nothing.
fn unqualified(name: &QName) -> String {
    match &name.schema {
        Some(schema) if schema.as_str() == "pg_catalog" => name.name.to_string(),
        _ => name.to_string(),
    }
}

/// Runs of blanks say nothing.
fn squeezed(written: &str) -> String {
    written.split_whitespace().collect::<Vec<&str>>().join(" ")
}

/// What follows a key: a dump qualifies operator classes of extensions with their schema, which says nothing here.
fn key_options(key: &Key) -> String {
    let mut words = Vec::new();
    words.extend(key.collation.iter().map(|collation| format!("COLLATE {}", unqualified(collation))));
    words.extend(key.opclass.iter().map(|opclass| opclass_name(opclass)));
    if key.descending {
        words.push("DESC".to_string());
    }
    if key.nulls_first != key.descending {
        words.push(if key.nulls_first { "NULLS FIRST" } else { "NULLS LAST" }.to_string());
    }
    words.join(" ")
}

fn opclass_name(written: &str) -> String {
    let (name, parameters) = match written.find('(') {
        Some(at) => written.split_at(at),
        None => (written, ""),
    };
    let bare = name.rsplit('.').next().unwrap_or(name).trim().trim_matches('"');
    format!("{bare}{}", parameters.replace(' ', ""))
}

/// The options of `CREATE COLLATION c (…)` in one order, without the one that says the default.
fn collation_options(written: &str) -> Option<String> {
    let (_, rest) = written.split_once('(')?;
    let (options, _) = rest.rsplit_once(')')?;
    let mut found: Vec<String> = Vec::new();
    for option in options.split(',') {
        let (name, value) = option.split_once('=')?;
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        let value = match value.strip_prefix('\'') {
            Some(quoted) => quoted.strip_suffix('\'')?.to_string(),
            None => value.to_ascii_lowercase(),
        };
        if (name.as_str(), value.as_str()) != ("deterministic", "true") {
            found.push(format!("{name} = {}", quoted(&value)));
        }
    }
    found.sort();
    Some(format!("({})", found.join(", ")))
}
