//! A catalog as statements, in an order that a server can load: for `restamp replay`, and for the way back of a fix.

use crate::catalog::object::{DefaultExpr, Key, KeyRef, Rule, TypeRef};
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::command::{
    AlterAction, ColumnConstraint, ColumnDef, ColumnType, Command, Comment, CommentTarget, ConstraintDef,
    ConstraintKind, CreateIndex, CreateTable, Extension, ForeignKey, Identity, IndexKey, KeyOptions, KeyTarget, Kind,
    Opaque, Partition, Policy, Routine, RoutineAction, Schema, Sequence, SequenceOptions, Table, Trigger, Type, View,
};
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::parameters;
use crate::pg::types::DataType;

/// All statements that make the catalog's objects from an empty database.
///
/// Tables come bare, then what hangs on them, so that no statement needs a later one.
pub fn statements(catalog: &Catalog) -> Vec<Command> {
    let mut objects: Vec<(u8, Oid)> =
        catalog.comparable().filter_map(|(oid, _)| Some((rank(catalog, catalog.get(oid)?)?, oid))).collect();
    objects.sort();
    objects.into_iter().flat_map(|(_, oid)| create(catalog, oid)).collect()
}

/// The order of kinds; `None` for what comes with another object.
pub fn rank(catalog: &Catalog, object: &Object) -> Option<u8> {
    Some(match object {
        Object::Schema(schema) if schema.name.as_str() == "public" => return None,
        Object::Schema(_) => 0,
        Object::Extension(_) => 1,
        Object::Enum(_) | Object::Domain(_) | Object::Composite(_) => 2,
        Object::Sequence(sequence) if sequence.identity => return None,
        Object::Sequence(_) => 3,
        Object::Routine(_) => 4,
        Object::Table(_) => 5,
        Object::Column(_) => return None,
        Object::Default(default) if catalog.is_of_view(default.column) => 11,
        Object::Default(_) => 6,
        Object::Constraint(constraint) => match constraint.rule {
            Rule::ForeignKey { .. } => 9,
            Rule::Check { .. } | Rule::Unique { .. } | Rule::PrimaryKey { .. } | Rule::Exclude { .. } => 7,
        },
        Object::Index(index) if index.constraint.is_some_and(|constraint| catalog.get(constraint).is_some()) => {
            return None;
        }
        Object::Index(_) => 8,
        Object::View(_) => 10,
        Object::Trigger(_) | Object::Policy(_) | Object::Opaque(_) => 11,
        Object::Comment(_) => 12,
    })
}

/// The statements that make one object, without what hangs on it; columns come with their table, defaults apart. Empty for
/// what has no statement of its own.
pub fn create(catalog: &Catalog, oid: Oid) -> Vec<Command> {
    let Some(object) = catalog.get(oid) else { return Vec::new() };
    let name = || catalog.qname(oid).unwrap_or_else(|| QName::bare(object.name()));
    let one = |command| vec![command];
    match object {
        Object::Schema(schema) => {
            one(Command::Schema(Schema::Create { name: schema.name.clone(), if_not_exists: false, owner: None }))
        }
        Object::Extension(extension) => one(Command::Extension(Extension::Create {
            name: extension.name.clone(),
            if_not_exists: true,
            schema: catalog.get(extension.schema).map(Object::name),
            version: None,
            cascade: false,
        })),
        Object::Table(_) => table(catalog, oid).into_iter().collect(),
        Object::Column(column) => {
            let Some(table) = catalog.qname(column.table) else { return Vec::new() };
            let Some(column) = column_def(catalog, oid) else { return Vec::new() };
            one(alter(table, AlterAction::AddColumn { column, if_not_exists: false }))
        }
        Object::Default(default) => {
            let (Some(table), Some(column)) =
                (catalog.table_of(oid).and_then(|table| catalog.qname(table)), catalog.get(default.column))
            else {
                return Vec::new();
            };
            let Some(expr) = default_expr(catalog, &default.expr) else { return Vec::new() };
            let mut commands =
                one(alter(table.clone(), AlterAction::SetDefault { column: column.name(), default: Some(expr) }));
            if let DefaultExpr::NextVal(sequence) = default.expr {
                commands.extend(owned_by(catalog, sequence, &table, &column.name()));
            }
            commands
        }
        Object::Constraint(constraint) => {
            let Some(table) = catalog.qname(constraint.table) else { return Vec::new() };
            constraint_def(catalog, oid).map(|def| alter(table, AlterAction::AddConstraint(def))).into_iter().collect()
        }
        Object::Index(_) => create_index(catalog, oid).map(Command::CreateIndex).into_iter().collect(),
        Object::Sequence(_) => one(Command::Sequence(Sequence::Create {
            name: name(),
            if_not_exists: false,
            temporary: false,
            unlogged: matches!(catalog.get(oid), Some(Object::Sequence(sequence)) if sequence.unlogged),
            options: sequence_options(catalog, oid),
        })),
        Object::Enum(ty) => one(Command::Type(Type::CreateEnum { name: name(), labels: ty.labels.clone() })),
        Object::Domain(domain) => {
            let Some(ty) = data_type(catalog, &domain.ty) else { return Vec::new() };
            let constraints = domain
                .checks
                .iter()
                .map(|(name, expr)| ConstraintDef {
                    name: Some(name.clone()),
                    kind: ConstraintKind::Check { expr: expr.clone(), no_inherit: false },
                    deferrable: None,
                    not_valid: false,
                    not_enforced: false,
                })
                .collect();
            let comments = domain.comments.iter().map(|(constraint, text)| {
                let target = CommentTarget::Other(format!("CONSTRAINT {constraint} ON DOMAIN {}", name()));
                Command::Comment(Comment { target, text: Some(text.clone()) })
            });
            let domain = Command::Type(Type::CreateDomain {
                name: name(),
                ty,
                collation: domain.collation.clone(),
                default: domain.default.clone(),
                not_null: domain.not_null,
                constraints,
            });
            std::iter::once(domain).chain(comments).collect()
        }
        Object::Composite(composite) => {
            let attributes = composite
                .attributes
                .iter()
                .filter_map(|(name, ty)| Some((name.clone(), data_type(catalog, ty)?)))
                .collect();
            let comments = composite.comments.iter().map(|(attribute, text)| {
                let target = CommentTarget::Column(name(), attribute.clone());
                Command::Comment(Comment { target, text: Some(text.clone()) })
            });
            std::iter::once(Command::Type(Type::CreateComposite { name: name(), attributes })).chain(comments).collect()
        }
        Object::View(view) => one(Command::View(View::Create {
            name: name(),
            or_replace: false,
            if_not_exists: false,
            materialized: view.materialized,
            columns: Vec::new(),
            options: match view.parameters.is_empty() {
                true => String::new(),
                false => format!("WITH {}", parameters::written(&view.parameters)),
            },
            query: view.query.clone(),
            suffix: String::new(),
        })),
        Object::Routine(routine) => {
            let mut commands = one(Command::Routine(Routine::Create {
                kind: routine.kind,
                name: name(),
                or_replace: false,
                arguments: routine.arguments.clone(),
                text: routine.text.clone(),
            }));
            commands.extend(routine.altered.iter().map(|clauses| {
                Command::Routine(Routine::Alter {
                    kind: routine.kind,
                    name: name(),
                    arguments: Some(routine.arguments.clone()),
                    action: RoutineAction::Clauses(clauses.clone()),
                })
            }));
            commands
        }
        Object::Trigger(trigger) => {
            let (Some(table), Some(function)) =
                (catalog.qname(trigger.table), trigger.function.and_then(|function| catalog.qname(function)))
            else {
                return Vec::new();
            };
            one(Command::Trigger(Trigger::Create {
                name: trigger.name.clone(),
                table,
                or_replace: false,
                function,
                text: trigger.text.clone(),
            }))
        }
        Object::Policy(policy) => {
            let Some(table) = catalog.qname(policy.table) else { return Vec::new() };
            one(Command::Policy(Policy::Create {
                name: policy.name.clone(),
                table,
                restrictive: policy.restrictive,
                command: policy.command.clone(),
                roles: policy.roles.clone(),
                using: policy.using.clone(),
                check: policy.check.clone(),
            }))
        }
        Object::Comment(comment) => comment_target(catalog, comment.on)
            .map(|target| Command::Comment(Comment { target, text: Some(comment.text.clone()) }))
            .into_iter()
            .collect(),
        Object::Opaque(opaque) => {
            let made = Command::Opaque(Opaque::Create {
                kind: opaque.kind.clone(),
                identity: name(),
                if_not_exists: false,
                text: opaque.text.clone(),
            });
            let altered = opaque.altered.iter().map(|action| {
                let (kind, action) = (opaque.kind.clone(), action.clone());
                let text = format!("ALTER {kind} {} {action}", name());
                Command::Opaque(Opaque::Alter { kind, name: name(), action, text })
            });
            std::iter::once(made).chain(altered).collect()
        }
    }
}

/// An ALTER TABLE of one action.
pub fn alter(table: QName, action: AlterAction) -> Command {
    Command::Table(Table::Alter { name: table, if_exists: false, only: false, actions: vec![action] })
}

fn names(catalog: &Catalog, columns: &[Oid]) -> Vec<Ident> {
    columns.iter().filter_map(|column| catalog.get(*column)).map(Object::name).collect()
}

/// A column's type as it is written; `None` where it is not known.
pub fn data_type(catalog: &Catalog, ty: &TypeRef) -> Option<DataType> {
    match ty {
        TypeRef::Builtin(ty) => Some(ty.clone()),
        TypeRef::User { oid, modifiers, array } => {
            Some(DataType { modifiers: modifiers.clone(), array: *array, ..DataType::user(catalog.qname(*oid)?) })
        }
        TypeRef::Unknown(_) => None,
    }
}

/// A default as an expression; `None` where it is not known.
pub fn default_expr(catalog: &Catalog, default: &DefaultExpr) -> Option<Expr> {
    match default {
        DefaultExpr::NextVal(sequence) => {
            let sequence = catalog.qname(*sequence)?.to_string().replace('\'', "''");
            Some(Expr::parse(&format!("nextval('{sequence}'::regclass)")))
        }
        DefaultExpr::Expr(expr) => Some(expr.clone()),
        DefaultExpr::Unknown(_) => None,
    }
}

fn table(catalog: &Catalog, oid: Oid) -> Option<Command> {
    let table = catalog.table(oid)?;
    let partition_of = match &table.partition_of {
        Some((parent, bound)) => Some(Partition { table: catalog.qname(*parent)?, bound: bound.clone() }),
        None => None,
    };
    // A partition's columns are its parent's.
    let columns = match partition_of {
        Some(_) => Vec::new(),
        None => catalog.columns(oid).into_iter().filter_map(|(column, _)| column_def(catalog, column)).collect(),
    };
    Some(Command::Table(Table::Create(Box::new(CreateTable {
        name: catalog.qname(oid)?,
        if_not_exists: false,
        temporary: table.temporary,
        unlogged: table.unlogged,
        columns,
        constraints: Vec::new(),
        inherits: table.inherits.iter().filter_map(|parent| catalog.qname(*parent)).collect(),
        partition_by: table.partition_by.clone(),
        partition_of,
        like: None,
        query: None,
        suffix: match table.parameters.is_empty() {
            true => String::new(),
            false => format!("WITH {}", parameters::written(&table.parameters)),
        },
    }))))
}

/// A column as it is written, without its default.
pub fn column_def(catalog: &Catalog, oid: Oid) -> Option<ColumnDef> {
    let column = catalog.column_of(oid)?;
    let mut constraints = Vec::new();
    if let Some(kind) = column.identity {
        let sequence = catalog.owned_sequences(oid).first().map(|(sequence, _)| *sequence);
        constraints.push(ColumnConstraint::Identity(Identity {
            kind,
            sequence_name: None,
            options: sequence.map(|sequence| sequence_options(catalog, sequence)).unwrap_or_default(),
        }));
    }
    if let Some((expr, stored)) = &column.generated {
        constraints.push(ColumnConstraint::Generated { expr: expr.clone(), stored: *stored });
    }
    if column.not_null {
        constraints.push(ColumnConstraint::NotNull { name: None, no_inherit: false });
    }
    Some(ColumnDef {
        name: column.name.clone(),
        ty: ColumnType::Type(data_type(catalog, &column.ty)?),
        collation: column.collation.clone(),
        constraints,
    })
}

fn constraint_def(catalog: &Catalog, oid: Oid) -> Option<ConstraintDef> {
    let Object::Constraint(constraint) = catalog.get(oid)? else { return None };
    let kind = match &constraint.rule {
        Rule::Check { expr, no_inherit, .. } => ConstraintKind::Check { expr: expr.clone(), no_inherit: *no_inherit },
        Rule::Unique { columns, include, nulls_not_distinct } => ConstraintKind::Unique(KeyOptions {
            columns: names(catalog, columns),
            include: names(catalog, include),
            nulls_not_distinct: *nulls_not_distinct,
            with: index_parameters(catalog, constraint.index),
            using_index: None,
        }),
        Rule::PrimaryKey { columns, include } => ConstraintKind::PrimaryKey(KeyOptions {
            columns: names(catalog, columns),
            include: names(catalog, include),
            with: index_parameters(catalog, constraint.index),
            ..KeyOptions::default()
        }),
        Rule::ForeignKey { columns, table, referenced, on_delete, on_update, matching } => {
            ConstraintKind::ForeignKey(ForeignKey {
                columns: names(catalog, columns),
                table: catalog.qname(*table)?,
                referenced: names(catalog, referenced),
                on_delete: on_delete.clone(),
                on_update: on_update.clone(),
                matching: matching.clone(),
            })
        }
        Rule::Exclude { elements, method, predicate } => ConstraintKind::Exclude {
            method: method.clone(),
            elements: elements
                .iter()
                .map(|(key, operator)| Some((index_key(catalog, key)?, operator.clone())))
                .collect::<Option<_>>()?,
            predicate: predicate.clone(),
        },
    };
    Some(ConstraintDef {
        name: Some(constraint.name.clone()),
        kind,
        deferrable: constraint.deferrable,
        not_valid: !constraint.validated,
        not_enforced: !constraint.enforced,
    })
}

fn index_parameters(catalog: &Catalog, index: Option<Oid>) -> Vec<(String, String)> {
    match index.and_then(|index| catalog.get(index)) {
        Some(Object::Index(index)) => index.with.clone().into_iter().collect(),
        _ => Vec::new(),
    }
}

fn index_key(catalog: &Catalog, key: &Key) -> Option<IndexKey> {
    Some(IndexKey {
        target: match &key.target {
            KeyRef::Column(column) => KeyTarget::Column(catalog.get(*column)?.name()),
            KeyRef::Expr(expr, _) => KeyTarget::Expr(expr.clone()),
        },
        collation: key.collation.clone(),
        opclass: key.opclass.clone(),
        descending: key.descending,
        nulls_first: (key.nulls_first != key.descending).then_some(key.nulls_first),
    })
}

fn create_index(catalog: &Catalog, oid: Oid) -> Option<CreateIndex> {
    let Object::Index(index) = catalog.get(oid)? else { return None };
    Some(CreateIndex {
        name: Some(index.name.clone()),
        if_not_exists: false,
        unique: index.unique,
        concurrently: false,
        table: catalog.qname(index.table)?,
        only: false,
        method: Some(index.method.clone()),
        keys: index.keys.iter().map(|key| index_key(catalog, key)).collect::<Option<_>>()?,
        include: names(catalog, &index.include),
        nulls_not_distinct: index.nulls_not_distinct,
        with: index.with.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
        tablespace: None,
        predicate: index.predicate.clone(),
    })
}

/// Options that differ from PostgreSQL's defaults.
pub fn sequence_options(catalog: &Catalog, oid: Oid) -> SequenceOptions {
    let Some(Object::Sequence(sequence)) = catalog.get(oid) else { return SequenceOptions::default() };
    let ascending = sequence.increment > 0;
    let (low, high) = match sequence.ty {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    let (min, max) = if ascending { (1, high) } else { (low, -1) };
    let start = if ascending { sequence.min_value } else { sequence.max_value };
    SequenceOptions {
        ty: (sequence.ty != "bigint" && !sequence.identity).then(|| DataType::builtin(sequence.ty)),
        start: (sequence.start != start).then_some(sequence.start),
        increment: (sequence.increment != 1).then_some(sequence.increment),
        min_value: (sequence.min_value != min).then_some(Some(sequence.min_value)),
        max_value: (sequence.max_value != max).then_some(Some(sequence.max_value)),
        cache: (sequence.cache != 1).then_some(sequence.cache),
        cycle: sequence.cycle.then_some(true),
        owned_by: None,
        restart: None,
    }
}

fn owned_by(catalog: &Catalog, sequence: Oid, table: &QName, column: &Ident) -> Option<Command> {
    let Some(Object::Sequence(object)) = catalog.get(sequence) else { return None };
    object.owned_by?;
    Some(Command::Sequence(Sequence::Alter {
        name: catalog.qname(sequence)?,
        if_exists: false,
        options: SequenceOptions {
            owned_by: Some(Some((table.clone(), column.clone()))),
            ..SequenceOptions::default()
        },
    }))
}

/// What a comment on an object names; `None` where that is not known.
pub fn comment_target(catalog: &Catalog, on: Oid) -> Option<CommentTarget> {
    let object = catalog.get(on)?;
    let table = || catalog.table_of(on).and_then(|table| catalog.qname(table));
    Some(match object.kind() {
        Kind::Column => CommentTarget::Column(table()?, object.name()),
        kind @ (Kind::Constraint | Kind::Trigger | Kind::Policy) => {
            CommentTarget::OnTable(kind, object.name(), table()?)
        }
        Kind::Schema => CommentTarget::Other(format!("SCHEMA {}", object.name())),
        Kind::Extension => CommentTarget::Other(format!("EXTENSION {}", object.name())),
        Kind::Function | Kind::Procedure | Kind::Aggregate | Kind::Other => CommentTarget::Other(words(catalog, on)?),
        Kind::Default | Kind::Comment => return None,
        kind => CommentTarget::Object(kind, catalog.qname(on)?),
    })
}

/// The words that `COMMENT ON` has for a routine or for what is kept as text.
fn words(catalog: &Catalog, on: Oid) -> Option<String> {
    let name = catalog.qname(on)?;
    Some(match catalog.get(on)? {
        Object::Routine(routine) => {
            let word = match routine.kind {
                Kind::Procedure => "PROCEDURE",
                Kind::Aggregate => "AGGREGATE",
                _ => "FUNCTION",
            };
            let arguments = routine.arguments.join(", ");
            let arguments = if arguments.is_empty() && routine.kind == Kind::Aggregate { "*" } else { &arguments };
            format!("{word} {name}({arguments})")
        }
        Object::Opaque(opaque) => match (opaque.kind.as_str(), opaque.on.first()) {
            ("RULE", Some(table)) => format!("RULE {} ON {}", opaque.name, catalog.qname(*table)?),
            ("TYPE" | "EVENT TRIGGER" | "STATISTICS" | "COLLATION" | "PUBLICATION" | "SERVER", _) => {
                format!("{} {name}", opaque.kind)
            }
            _ => return None,
        },
        _ => return None,
    })
}
