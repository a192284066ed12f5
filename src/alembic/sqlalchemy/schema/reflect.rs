//! `autoload_with`, `metadata.reflect`: a table with its constraints and indexes from the catalog
//! (`sqlalchemy.engine.reflection.Inspector.reflect_table`).

use std::cell::RefCell;
use std::rc::Rc;

use super::super::expression::Expression;
use super::super::names::{Name, qname};
use super::super::{seam, types};
use super::column::{Autoincrement, ColumnArg};
use super::constraint::{Constraint, ConstraintKind, ConstraintName};
use super::index::{Index, IndexArg, IndexState};
use super::{Check, Column, ForeignKey, Identity, MetaData, Referent, ServerDefault, Table, TableArgs};
use crate::alembic::eval::{Args, Eval, Value, Vm};
use crate::catalog::object::{self, DefaultExpr, KeyRef, Rule, TypeRef};
use crate::catalog::{Catalog, Object, Oid};
use crate::pg::command::{Deferrable, IdentityKind, SequenceOptions};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::{DataType, TypeName};

/// `Table(name, metadata, *items, autoload_with=…)`: enters the table, and those that its foreign keys refer to, in
/// `metadata.tables`. `items` replace what is reflected of the same name.
pub fn table(
    vm: &mut Vm,
    metadata: &Rc<MetaData>,
    name: Name,
    items: &[Value],
    mut args: TableArgs,
) -> Eval<Rc<Table>> {
    let schema = args.schema.clone().or_else(|| metadata.schema.clone());
    let key = super::table::key(schema.as_ref(), &name);
    let mut all = Vec::new();
    let mut targets = Vec::new();
    match columns(vm, schema.as_ref(), &name)? {
        Ok(reflected) => {
            let own: Vec<Rc<str>> = items.iter().filter_map(|item| Some(seam::native::<Column>(item)?.key())).collect();
            let kept = reflected.into_iter().filter(|column| !own.contains(&column.key()));
            all.extend(kept.map(|column| Value::Native(column)));
            match constraints(&vm.run.catalog, &qname(schema.as_ref(), &name), vm) {
                Ok(found) => {
                    all.extend(found.items);
                    targets = found.targets;
                }
                Err(reason) => {
                    args.unknown.get_or_insert(reason);
                }
            }
        }
        Err(reason) => {
            args.unknown.get_or_insert(reason);
        }
    }
    all.extend_from_slice(items);
    let table = Table::new(vm, name, metadata.clone(), &all, args)?;
    metadata.tables.borrow_mut().push((key, table.clone()));
    for (schema, name) in targets {
        if metadata.table(&super::table::key(schema.as_ref(), &name)).is_none() {
            let args = TableArgs { schema, ..TableArgs::default() };
            vm.deeper(|vm| self::table(vm, metadata, name, &[], args))?;
        }
    }
    Ok(table)
}

/// Constraints and indexes of a table.
#[derive(Default)]
struct Items {
    items: Vec<Value>,
    /// Tables that foreign keys refer to.
    targets: Vec<(Option<Name>, Name)>,
}

fn constraints(catalog: &Catalog, name: &QName, vm: &Vm) -> Result<Items, Reason> {
    let Some(table) = catalog.resolve_relation(name, &vm.run.session) else { return Ok(Items::default()) };
    let certain = |oid: Oid| catalog.presence(oid).map_or(Ok(()), |reason| Err(reason.clone()));
    let key = |column: &Oid| {
        ColumnArg::Key(Name::plain(catalog.get(*column).map(Object::name).as_ref().map_or("", Ident::as_str)))
    };
    let mut found = Items::default();
    for (oid, constraint) in catalog.constraints(table) {
        certain(oid)?;
        let keys = |columns: &[Oid]| columns.iter().map(key).collect::<Vec<_>>();
        let kind = match &constraint.rule {
            Rule::PrimaryKey { columns, .. } => ConstraintKind::PrimaryKey { columns: keys(columns), implicit: false },
            Rule::Unique { columns, .. } => ConstraintKind::Unique { columns: keys(columns) },
            Rule::Check { expr, .. } => {
                ConstraintKind::Check(Check { expression: Expression::text(&expr.to_string()), columns: Vec::new() })
            }
            Rule::ForeignKey { columns, table: target, referenced, on_delete, on_update, matching } => {
                let Some(target) = catalog.qname(*target) else { continue };
                // A schema of the search path is not shown, unless the table's own was asked for.
                let visible = catalog.resolve_relation(&QName::bare(target.name.clone()), &vm.run.session)
                    == catalog.resolve_relation(&target, &vm.run.session);
                let schema = target.schema.filter(|own| !visible || name.schema.as_ref() == Some(own));
                let schema = schema.map(|schema| Name::plain(schema.as_str()));
                let target = Name::plain(target.name.as_str());
                let action =
                    |action: &Option<String>| action.as_deref().filter(|text| *text != "NO ACTION").map(Rc::from);
                let elements = referenced.iter().map(|column| {
                    let column = Some(Name::plain(&key(column).key()));
                    Rc::new(ForeignKey {
                        referent: Referent::Named { schema: schema.clone(), table: target.clone(), column },
                        // `ForeignKeyConstraint` hands its name to its elements.
                        name: Some(Name::plain(constraint.name.as_str())),
                        on_delete: action(on_delete),
                        on_update: action(on_update),
                        deferrable: None,
                        initially: None,
                        matching: matching.as_deref().map(|text| text.trim_start_matches("MATCH ").into()),
                        use_alter: false,
                        comment: None,
                        options: Vec::new(),
                        of_constraint: true,
                        owner: RefCell::default(),
                    })
                });
                let kind = ConstraintKind::ForeignKey { columns: keys(columns), elements: elements.collect() };
                found.targets.push((schema.clone(), target.clone()));
                kind
            }
            // SQLAlchemy reflects none.
            Rule::Exclude { .. } => continue,
        };
        found.items.push(Value::Native(Constraint::of(constraint_state(constraint, kind))));
    }
    for (oid, index) in catalog.indexes(table) {
        certain(oid)?;
        if index.constraint.is_some() {
            continue;
        }
        let keys = index.keys.iter().map(|own| match &own.target {
            KeyRef::Column(column) => IndexArg::Column(key(column)),
            KeyRef::Expr(expr, _) => IndexArg::Expression(Expression::text(&expr.to_string())),
        });
        let plain = index.predicate.is_none() && index.include.is_empty() && index.method.as_str() == "btree";
        found.items.push(Value::Native(Index::of(IndexState {
            name: ConstraintName::Name(Name::plain(index.name.as_str())),
            unique: index.unique,
            keys: keys.collect(),
            options: Vec::new(),
            unknown: (!plain)
                .then(|| Reason::new("reflection", format!("the index {} as it is reflected", index.name))),
            table: std::rc::Weak::new(),
            own_table: None,
        })));
    }
    Ok(found)
}

fn constraint_state(constraint: &object::Constraint, kind: ConstraintKind) -> super::constraint::ConstraintState {
    let name = ConstraintName::Name(Name::plain(constraint.name.as_str()));
    let mut state = Constraint::state(name, kind);
    match constraint.deferrable {
        None | Some(Deferrable::NotDeferrable) => {}
        Some(Deferrable::InitiallyImmediate) => state.deferrable = Some(true),
        Some(Deferrable::InitiallyDeferred) => {
            state.deferrable = Some(true);
            state.initially = Some("DEFERRED".into());
        }
    }
    state
}

/// The columns of a table as they would be reflected; a reason where the table is not fully known. A table that does not
/// exist raises `NoSuchTableError`.
fn columns(vm: &mut Vm, schema: Option<&Name>, name: &Name) -> Eval<Result<Vec<Rc<Column>>, Reason>> {
    let Some(oid) = vm.run.catalog.resolve_relation(&qname(schema, name), &vm.run.session) else {
        return match vm.run.catalog.may_be_made_outside("table", &name.text) {
            Some(reason) => Ok(Err(reason)),
            None => Err(vm.raise("sqlalchemy.exc.NoSuchTableError", &name.text)),
        };
    };
    if let Some(reason) = vm.run.catalog.presence(oid) {
        return Ok(Err(reason.clone()));
    }
    match vm.run.catalog.get(oid) {
        Some(Object::Table(table)) if table.open.is_some() => {
            return Ok(Err(Reason::new("open-table", format!("the columns of {} are not all known", name.text))));
        }
        Some(Object::Table(_)) => {}
        _ => return Ok(Err(Reason::new("reflection", format!("{} is no table", name.text)))),
    }
    let key = match vm.run.catalog.primary_key(oid).map(|(_, constraint)| &constraint.rule) {
        Some(Rule::PrimaryKey { columns, .. }) => columns.clone(),
        _ => Vec::new(),
    };
    let found: Vec<_> = vm
        .run
        .catalog
        .columns(oid)
        .into_iter()
        .map(|(column_oid, column)| {
            let generated = generated(&vm.run.catalog, column_oid, column);
            (column.name.clone(), column.ty.clone(), column.not_null, key.contains(&column_oid), generated)
        })
        .collect();
    let mut columns = Vec::new();
    for (name, ty, not_null, in_key, generated) in found {
        let ty = type_value(vm, &ty)?;
        let mut state = Column::state(Some(Name::plain(name.as_str())), ty);
        state.nullable = !not_null;
        state.nullable_given = true;
        state.primary_key = in_key;
        let reason = || Reason::new("reflection", format!("the default of {name} as it is reflected"));
        match generated {
            Generated::Nothing => state.autoincrement = Autoincrement::False,
            Generated::Increments => {
                state.autoincrement = Autoincrement::True;
                state.server_default = ServerDefault::Unknown(reason());
            }
            Generated::Default(expr) => {
                state.autoincrement = Autoincrement::False;
                state.server_default = reflected(&expr).map_or_else(
                    || ServerDefault::Unknown(reason()),
                    |text| ServerDefault::Reflected(Expression::text(&text)),
                );
            }
            Generated::Unclear => state.server_default = ServerDefault::Unknown(reason()),
            Generated::Identity(identity) => {
                state.autoincrement = Autoincrement::True;
                state.identity = Some(Rc::from(identity));
            }
        }
        columns.push(Rc::new(Column { state: RefCell::new(state) }));
    }
    Ok(Ok(columns))
}

/// What makes the values of a column.
enum Generated {
    Nothing,
    /// The next value of a sequence: SQLAlchemy takes the column for a SERIAL.
    Increments,
    /// Another default.
    Default(Expr),
    /// A default of which that is not known, or the expression of a generated column.
    Unclear,
    Identity(Box<Identity>),
}

/// A default as a copy of its column has it (`DefaultClause(text(pg_get_expr(…)))`); `None` where `text()` would find a parameter in it.
fn reflected(expr: &Expr) -> Option<String> {
    let text = expr.to_string();
    let casts = text.replace("::", "");
    (!casts.contains(':')).then_some(text)
}

fn generated(catalog: &Catalog, oid: Oid, column: &object::Column) -> Generated {
    if column.generated.is_some() {
        return Generated::Unclear;
    }
    if let Some(kind) = column.identity {
        let options = catalog.owned_sequences(oid).first().map(|(_, sequence)| SequenceOptions {
            start: Some(sequence.start),
            increment: Some(sequence.increment),
            min_value: Some(Some(sequence.min_value)),
            max_value: Some(Some(sequence.max_value)),
            cache: Some(sequence.cache),
            cycle: Some(sequence.cycle),
            ..SequenceOptions::default()
        });
        let always = kind == IdentityKind::Always;
        return Generated::Identity(Box::new(Identity { always, options: options.unwrap_or_default() }));
    }
    let Some(default) = catalog.default_of(oid) else { return Generated::Nothing };
    match catalog.get(default) {
        _ if catalog.presence(default).is_some() => Generated::Unclear,
        Some(Object::Default(default)) => match &default.expr {
            DefaultExpr::NextVal(_) => Generated::Increments,
            DefaultExpr::Expr(expr) if expr.to_string().contains("nextval(") => Generated::Increments,
            DefaultExpr::Expr(expr) => Generated::Default(expr.clone()),
            DefaultExpr::Unknown(_) => Generated::Unclear,
        },
        _ => Generated::Unclear,
    }
}

/// A type of PostgreSQL's as SQLAlchemy reflects it.
fn type_value(vm: &mut Vm, ty: &TypeRef) -> Eval<Value> {
    let TypeRef::Builtin(ty) = ty else {
        return Ok(Value::unknown("reflection", "a type of the database's own as it is reflected"));
    };
    let path = match (&ty.name, ty.array) {
        (TypeName::Builtin(name), false) => REFLECTED.iter().find(|(word, _)| word == name).map(|(_, path)| *path),
        _ => None,
    };
    match path.and_then(types::TypeClass::find) {
        Some(class) => {
            let mut args = Args::default();
            match class.name {
                "VARCHAR" | "CHAR" => {
                    args.positional.extend(ty.modifiers.first().and_then(|n| n.parse::<i64>().ok()).map(Value::int))
                }
                "NUMERIC" => {
                    args.positional.extend(ty.modifiers.iter().filter_map(|n| n.parse::<i64>().ok()).map(Value::int))
                }
                "TIMESTAMP" | "TIME" => {
                    let zone = matches!(ty.name, TypeName::Builtin(name) if name.ends_with("with time zone"));
                    args.positional.push(Value::Bool(zone));
                }
                _ => {}
            }
            types::construct(vm, class, args)
        }
        None => Ok(Value::unknown("reflection", format!("the type {ty} as it is reflected"))),
    }
}

/// Whether a type is reflected as what it is.
pub fn is_reflected(ty: &DataType) -> bool {
    matches!(ty.name, TypeName::Builtin(name) if REFLECTED.iter().any(|(word, _)| *word == name))
}

const REFLECTED: &[(&str, &str)] = &[
    ("integer", "sqlalchemy.sql.sqltypes.INTEGER"),
    ("bigint", "sqlalchemy.sql.sqltypes.BIGINT"),
    ("smallint", "sqlalchemy.sql.sqltypes.SMALLINT"),
    ("numeric", "sqlalchemy.sql.sqltypes.NUMERIC"),
    ("real", "sqlalchemy.sql.sqltypes.REAL"),
    ("double precision", "sqlalchemy.sql.sqltypes.DOUBLE_PRECISION"),
    ("boolean", "sqlalchemy.sql.sqltypes.BOOLEAN"),
    ("text", "sqlalchemy.sql.sqltypes.TEXT"),
    ("character varying", "sqlalchemy.sql.sqltypes.VARCHAR"),
    ("character", "sqlalchemy.sql.sqltypes.CHAR"),
    ("date", "sqlalchemy.sql.sqltypes.DATE"),
    ("timestamp without time zone", "sqlalchemy.dialects.postgresql.types.TIMESTAMP"),
    ("timestamp with time zone", "sqlalchemy.dialects.postgresql.types.TIMESTAMP"),
    ("time without time zone", "sqlalchemy.dialects.postgresql.types.TIME"),
    ("time with time zone", "sqlalchemy.dialects.postgresql.types.TIME"),
    ("interval", "sqlalchemy.dialects.postgresql.types.INTERVAL"),
    ("bytea", "sqlalchemy.dialects.postgresql.types.BYTEA"),
    ("uuid", "sqlalchemy.sql.sqltypes.UUID"),
    ("json", "sqlalchemy.dialects.postgresql.json.JSON"),
    ("jsonb", "sqlalchemy.dialects.postgresql.json.JSONB"),
    ("inet", "sqlalchemy.dialects.postgresql.types.INET"),
    ("cidr", "sqlalchemy.dialects.postgresql.types.CIDR"),
    ("tsvector", "sqlalchemy.dialects.postgresql.types.TSVECTOR"),
];
