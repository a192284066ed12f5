//! The constructors of schema items: from Python's arguments to their parts.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use super::super::expression::{Expression, Node, Owner, Role, coerce};
use super::super::names::{self, Name};
use super::super::{Known, Obstacle, seam, types};
use super::column::{ColumnArg, ColumnState};
use super::constraint::{ConstraintName, ConstraintState};
use super::default::Generated;
use super::index::{IndexArg, IndexState};
use super::{
    Autoincrement, Check, Column, Computed, Constraint, ConstraintKind, Exclusion, ForeignKey, Identity, Index,
    Referent, Sequence, ServerDefault, Table, TableArgs,
};
use crate::alembic::eval::{Args, Bound, Class, Eval, Raise, Value, Vm};
use crate::pg::command::SequenceOptions;
use crate::pg::error::Reason;

/// Finishes a constructor: an unknown part makes the whole unknown.
fn made<T>(known: Known<T>, wrap: impl FnOnce(T) -> Value) -> Eval<Value> {
    match known {
        Ok(value) => Ok(wrap(value)),
        Err(Obstacle::Raise(raise)) => Err(raise),
        Err(Obstacle::Unknown(reason)) => Ok(Value::Unknown(reason)),
    }
}

const COLUMN: &str = "Column(*args, name=, type_=, autoincrement=, default=, insert_default=, doc=, key=, index=, \
                      unique=, info=, nullable=, onupdate=, primary_key=, server_default=, server_onupdate=, quote=, \
                      system=, comment=, **kw)";

/// `Column(…)`
pub fn column(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, COLUMN)?;
    let known = read_column(vm, &bound);
    made(known, |state| Value::native(Column { state: RefCell::new(state) }))
}

/// The parts of a column from the arguments of `Column` or `mapped_column`.
pub fn read_column(vm: &mut Vm, bound: &Bound) -> Known<ColumnState> {
    if let Some(reason) = &bound.unknown {
        return Err(reason.clone().into());
    }
    let mut positional = bound.rest.clone().into_iter().peekable();
    let mut name = bound.get("name").as_ref().map(names::optional).transpose()?.flatten();
    match positional.peek() {
        Some(Value::Unknown(reason)) if bound.rest.len() > 1 && name.is_none() => return Err(reason.clone().into()),
        Some(Value::None) => {
            positional.next();
        }
        Some(first) => {
            if let Ok(given) = names::name(first) {
                name = Some(given);
                positional.next();
            }
        }
        None => {}
    }
    if let (Some(name), Some(quote)) = (&mut name, bound.get("quote").filter(|quote| !quote.is_none())) {
        name.quote = Some(seam::truth(&quote)?);
    }
    let mut state = Column::state(name, bound.get("type_").unwrap_or(Value::None));
    for item in positional {
        read_item(vm, &mut state, item)?;
    }
    let flag = |name: &str| bound.get(name).map_or(Ok(false), |value| seam::truth(&value));
    state.primary_key = flag("primary_key")?;
    state.nullable = !state.primary_key;
    if let Some(nullable) = bound.get("nullable") {
        state.nullable_given = true;
        match seam::truth(&nullable) {
            Ok(nullable) => state.nullable = nullable,
            Err(reason) => state.unknown = Some(reason),
        }
    } else if state.identity.is_some() {
        // `Identity._set_parent`: an identity column is NOT NULL unless something else is said.
        state.nullable = false;
    }
    state.unique = flag("unique")?;
    state.index = flag("index")?;
    state.system = flag("system")?;
    state.key = bound.get("key").as_ref().map(names::optional).transpose()?.flatten().map(|key| key.text);
    state.comment = match bound.get("comment") {
        Some(comment) => seam::optional_text(&comment, "comment")?,
        None => None,
    };
    state.info = bound.get("info").unwrap_or(Value::None);
    for name in ["default", "insert_default"] {
        if let Some(default) = bound.get(name).filter(|default| !default.is_none()) {
            state.client_default = true;
            if let Some(sequence) = seam::native::<Sequence>(&default) {
                state.sequence = Some(sequence);
            }
        }
    }
    state.autoincrement = match bound.get("autoincrement") {
        None => Autoincrement::Auto,
        Some(Value::Str(word)) if &*word == "ignore_fk" => Autoincrement::IgnoreFk,
        Some(Value::Str(_)) => Autoincrement::Auto,
        Some(value) if seam::truth(&value)? => Autoincrement::True,
        Some(_) => Autoincrement::False,
    };
    if let Some(default) = bound.get("server_default") {
        set_server_default(vm, &mut state, &default)?;
    }
    Ok(state)
}

/// One of the arguments behind the name: the type, or an item that belongs to the column.
fn read_item(vm: &mut Vm, state: &mut ColumnState, item: Value) -> Known<()> {
    if let Some(key) = seam::native::<ForeignKey>(&item) {
        state.foreign_keys.push(key);
    } else if let Some(constraint) = seam::native::<Constraint>(&item) {
        state.constraints.push(constraint);
    } else if let Some(generated) = seam::native::<Generated>(&item) {
        set_generated(state, &generated);
    } else if let Some(sequence) = seam::native::<Sequence>(&item) {
        state.client_default = true;
        state.sequence = Some(sequence);
    } else {
        match &item {
            // The type comes first; a later unknown could be anything.
            Value::Unknown(_) if state.ty.is_none() => state.ty = item,
            Value::Unknown(reason) => state.unknown = Some(reason.clone()),
            _ if state.ty.is_none() && is_type(&item) => state.ty = item,
            _ => {
                let shown = seam::repr(vm, &item);
                let message =
                    format!("'SchemaItem' object, such as a 'Column' or a 'Constraint' expected, got {shown}");
                return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message).into());
            }
        }
    }
    Ok(())
}

fn is_type(value: &Value) -> bool {
    types::python::instance(value).is_some()
        || value.as_instance().is_some_and(|instance| instance.class.derives_from("sqlalchemy.sql.type_api.TypeEngine"))
        || value.as_class().is_some_and(|class| class.derives_from("sqlalchemy.sql.type_api.TypeEngine"))
}

fn set_generated(state: &mut ColumnState, generated: &Generated) {
    match generated {
        Generated::Identity(identity) => state.identity = Some(Rc::new(identity.clone())),
        Generated::Computed(computed) => state.computed = Some(Rc::new(computed.clone())),
        Generated::Default(default) => state.server_default = default.clone(),
    }
}

fn set_server_default(vm: &mut Vm, state: &mut ColumnState, value: &Value) -> Known<()> {
    if let Some(generated) = seam::native::<Generated>(value) {
        set_generated(state, &generated);
        return Ok(());
    }
    state.server_default = server_default(vm, value)?;
    Ok(())
}

/// A value in the place of `server_default` (`DefaultClause`).
pub fn server_default(vm: &mut Vm, value: &Value) -> Known<ServerDefault> {
    if let Some(expression) = seam::native::<Expression>(value) {
        return Ok(ServerDefault::Expression(expression));
    }
    if let Some(generated) = seam::native::<Generated>(value)
        && let Generated::Default(default) = &*generated
    {
        return Ok(default.clone());
    }
    if let Some(sequence) = seam::native::<Sequence>(value) {
        let name = names::qualified_sql(sequence.schema.as_ref(), &sequence.name);
        let text = format!("nextval({})", names::string_literal(&name));
        return Ok(ServerDefault::Expression(Expression::of(Node::Raw(text.into()))));
    }
    match value {
        Value::None => Ok(ServerDefault::None),
        Value::Unknown(reason) => Ok(ServerDefault::Unknown(reason.clone())),
        value => match names::name(value) {
            Ok(text) => Ok(ServerDefault::Literal(text.text)),
            Err(_) => {
                let shown = vm.type_name(value);
                let message = format!(
                    "Argument 'arg' is expected to be one of type '<class 'str'>' or '<class 'sqlalchemy.sql.elements.ClauseElement'>' or '<class 'sqlalchemy.sql.elements.TextClause'>', got '<class '{shown}'>'"
                );
                Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message).into())
            }
        },
    }
}

/// `DefaultClause(arg)`, `FetchedValue()`
pub fn default_clause(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "DefaultClause(arg=, for_update=, _reflected=)")?;
    if &*class.name == "FetchedValue" {
        return Ok(Value::native(Generated::Default(ServerDefault::Fetched)));
    }
    let known = server_default(vm, &bound.or_none("arg"));
    made(known, |default| Value::native(Generated::Default(default)))
}

/// `Identity(…)`
pub fn identity(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let signature = "Identity(always=, on_null=, start=, increment=, minvalue=, maxvalue=, nominvalue=, nomaxvalue=, \
                     cycle=, cache=, order=, **kw)";
    let bound = args.bind(vm, signature)?;
    let known = (|| -> Known<Identity> {
        let always = bound.get("always").map_or(Ok(false), |value| seam::truth(&value))?;
        Ok(Identity { always, options: sequence_options(&bound)? })
    })();
    made(known, |identity| Value::native(Generated::Identity(identity)))
}

fn sequence_options(bound: &Bound) -> Result<SequenceOptions, Reason> {
    let some = |name: &str| bound.get(name).filter(|value| !value.is_none());
    let number = |name: &str| some(name).map(|value| seam::number(&value, name)).transpose();
    let flag = |name: &str| some(name).map_or(Ok(false), |value| seam::truth(&value));
    let limit = |value: &str, none: &str| -> Result<Option<Option<i64>>, Reason> {
        Ok(match number(value)? {
            Some(number) => Some(Some(number)),
            None if flag(none)? => Some(None),
            None => None,
        })
    };
    Ok(SequenceOptions {
        start: number("start")?,
        increment: number("increment")?,
        min_value: limit("minvalue", "nominvalue")?,
        max_value: limit("maxvalue", "nomaxvalue")?,
        cache: number("cache")?,
        cycle: some("cycle").map(|value| seam::truth(&value)).transpose()?,
        ..SequenceOptions::default()
    })
}

/// `Computed(sqltext, persisted=None)`
pub fn computed(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "Computed(sqltext, persisted=)")?;
    let known = coerce(vm, &bound.required("sqltext"), Role::DdlExpression).and_then(|expression| {
        let persisted = bound.get("persisted").filter(|value| !value.is_none());
        let persisted = persisted.map(|value| seam::truth(&value)).transpose()?;
        Ok(Computed { expression, persisted })
    });
    made(known, |computed| Value::native(Generated::Computed(computed)))
}

/// `Sequence(name, …)`
pub fn sequence(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let signature = "Sequence(name, start=, increment=, minvalue=, maxvalue=, nominvalue=, nomaxvalue=, cycle=, schema=, \
                     cache=, order=, data_type=, optional=, quote=, metadata=, quote_schema=, for_update=)";
    let bound = args.bind(vm, signature)?;
    let known = (|| -> Known<Sequence> {
        Ok(Sequence {
            name: names::name(&bound.required("name"))?,
            schema: names::optional(&bound.or_none("schema"))?,
            ty: bound.get("data_type").filter(|value| !value.is_none()),
            options: sequence_options(&bound)?,
            optional: bound.get("optional").map_or(Ok(false), |value| seam::truth(&value))?,
        })
    })();
    made(known, Value::native)
}

fn column_args(values: &[Value]) -> Known<Vec<ColumnArg>> {
    values.iter().map(ColumnArg::read).collect()
}

fn dialect_options(keywords: &[(Rc<str>, Value)]) -> Vec<(Rc<str>, Value)> {
    keywords
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix("postgresql_")?.into(), value.clone())))
        .collect()
}

fn constraint_parts(vm: &mut Vm, bound: &Bound, kind: ConstraintKind) -> Known<ConstraintState> {
    if let Some(reason) = &bound.unknown {
        return Err(reason.clone().into());
    }
    let name = match bound.get("name") {
        Some(name) => names::optional(&name)?.map_or(ConstraintName::None, ConstraintName::Name),
        None => ConstraintName::None,
    };
    let mut state = Constraint::state(name, kind);
    let some = |name: &str| bound.get(name).filter(|value| !value.is_none());
    state.deferrable = some("deferrable").map(|value| seam::truth(&value)).transpose()?;
    state.initially = some("initially").map(|value| seam::text(&value, "initially")).transpose()?;
    state.comment = some("comment").map(|value| seam::text(&value, "comment")).transpose()?;
    state.options = dialect_options(&bound.keywords);
    if let Some((name, _)) = bound.keywords.iter().find(|(name, _)| !name.contains('_')) {
        let message = format!("Additional arguments should be named <dialectname>_<argument>, got '{name}'");
        return Err(seam::raise(vm, "TypeError", &message).into());
    }
    Ok(state)
}

/// `PrimaryKeyConstraint(*columns, …)`, `UniqueConstraint(*columns, …)`
pub fn key_constraint(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "UniqueConstraint(*columns, name=, deferrable=, initially=, info=, comment=, _column_flag=, _implicit_generated=, **kw)")?;
    let known = column_args(&bound.rest).and_then(|columns| {
        let kind = match &*class.name {
            "PrimaryKeyConstraint" => ConstraintKind::PrimaryKey { columns, implicit: false },
            _ => ConstraintKind::Unique { columns },
        };
        constraint_parts(vm, &bound, kind)
    });
    made(known, |state| Value::Native(Constraint::of(state)))
}

/// `CheckConstraint(sqltext, …)`
pub fn check_constraint(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "CheckConstraint(sqltext, name=, deferrable=, initially=, table=, info=, _create_rule=, _autoattach=, _type_bound=, comment=, **kw)")?;
    let known = coerce(vm, &bound.required("sqltext"), Role::DdlExpression).and_then(|expression| {
        let columns = expression.columns().into_iter().map(ColumnArg::Column).collect();
        constraint_parts(vm, &bound, ConstraintKind::Check(Check { expression, columns }))
    });
    made(known, |state| Value::Native(Constraint::of(state)))
}

/// `ForeignKeyConstraint(columns, refcolumns, …)`
pub fn foreign_key_constraint(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "ForeignKeyConstraint(columns, refcolumns, name=, onupdate=, ondelete=, deferrable=, initially=, use_alter=, link_to_name=, match=, table=, info=, comment=, **kw)")?;
    let known = (|| -> Known<ConstraintState> {
        let columns = column_args(&seam::sequence(&bound.required("columns"), "columns")?)?;
        let referents = seam::sequence(&bound.required("refcolumns"), "refcolumns")?;
        if columns.len() != referents.len() {
            let message = format!(
                "ForeignKeyConstraint number of constrained columns must match the number of referenced columns: {} and {}",
                columns.len(),
                referents.len()
            );
            return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message).into());
        }
        let mut elements = Vec::new();
        for referent in &referents {
            elements.push(Rc::new(ForeignKey { of_constraint: true, ..reference(&bound, referent)? }));
        }
        constraint_parts(vm, &bound, ConstraintKind::ForeignKey { columns, elements })
    })();
    made(known, |state| Value::Native(Constraint::of(state)))
}

/// `ForeignKey(column, …)`
pub fn foreign_key(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "ForeignKey(column, _constraint=, use_alter=, name=, onupdate=, ondelete=, deferrable=, initially=, link_to_name=, match=, info=, comment=, _unresolvable=, **kw)")?;
    let known = reference(&bound, &bound.required("column"));
    made(known, Value::native)
}

fn reference(bound: &Bound, referent: &Value) -> Known<ForeignKey> {
    let some = |name: &str| bound.get(name).filter(|value| !value.is_none());
    let text = |name: &str| some(name).map(|value| seam::text(&value, name)).transpose();
    let referent = match seam::native::<Column>(referent) {
        Some(column) => Referent::Column(column),
        None => Referent::parse(&names::name(referent)?.text),
    };
    Ok(ForeignKey {
        referent,
        name: match some("name") {
            Some(name) => Some(names::name(&name)?),
            None => None,
        },
        on_delete: text("ondelete")?,
        on_update: text("onupdate")?,
        deferrable: some("deferrable").map(|value| seam::truth(&value)).transpose()?,
        initially: text("initially")?,
        matching: text("match")?,
        use_alter: some("use_alter").map_or(Ok(false), |value| seam::truth(&value))?,
        comment: text("comment")?,
        options: dialect_options(&bound.keywords),
        of_constraint: false,
        owner: Default::default(),
    })
}

/// `postgresql.ExcludeConstraint(*elements, using="gist", where=None, ops=None, …)`
pub fn exclude_constraint(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound =
        args.bind(vm, "ExcludeConstraint(*elements, name=, deferrable=, initially=, using=, where=, ops=, **kw)")?;
    let known = (|| -> Known<ConstraintState> {
        let mut elements = Vec::new();
        for element in &bound.rest {
            let parts = seam::sequence(element, "an element of ExcludeConstraint")?;
            let [target, operator] = parts.as_slice() else {
                return Err(Reason::new("argument", "an element of ExcludeConstraint is no pair").into());
            };
            let expression = match target {
                Value::Str(text) => Rc::new(Expression {
                    node: Node::Named { table: Owner::default(), name: Name::plain(text) },
                    ty: None,
                }),
                target => coerce(vm, target, Role::DdlExpression)?,
            };
            elements.push((expression, seam::text(operator, "an operator")?));
        }
        let using = bound.get("using").map_or(Ok("gist".into()), |using| seam::text(&using, "using"))?;
        let predicate = match bound.get("where").filter(|value| !value.is_none()) {
            Some(value) => Some(coerce(vm, &value, Role::DdlExpression)?),
            None => None,
        };
        let mut ops = Vec::new();
        if let Some(value) = bound.get("ops").filter(|value| !value.is_none()) {
            for (key, class) in seam::entries(&value)? {
                ops.push((seam::text(&key, "ops")?, seam::text(&class, "ops")?));
            }
        }
        constraint_parts(vm, &bound, ConstraintKind::Exclude(Exclusion { elements, using, predicate, ops }))
    })();
    made(known, |state| Value::Native(Constraint::of(state)))
}

/// `Index(name, *expressions, unique=False, …)`
pub fn index(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "Index(name, *expressions, unique=, quote=, info=, _table=, _column_flag=, **kw)")?;
    let known = read_index(vm, &bound);
    let index = match known {
        Ok(index) => index,
        Err(Obstacle::Raise(raise)) => return Err(raise),
        Err(Obstacle::Unknown(reason)) => return Ok(Value::Unknown(reason)),
    };
    // An index over columns of a table joins that table at once.
    let keys = index.state.borrow().keys.clone();
    let table = keys.iter().find_map(|key| match key {
        IndexArg::Column(ColumnArg::Column(column)) => column.table(),
        IndexArg::Column(ColumnArg::Key(_)) => None,
        IndexArg::Expression(expression) => expression.columns().iter().find_map(|column| column.table()),
    });
    if let Some(table) = table {
        table.append_index(vm, &index)?;
    }
    Ok(Value::Native(index))
}

fn read_index(vm: &mut Vm, bound: &Bound) -> Known<Rc<Index>> {
    if let Some(reason) = &bound.unknown {
        return Err(reason.clone().into());
    }
    let name = names::optional(&bound.required("name"))?.map_or(ConstraintName::None, ConstraintName::Name);
    let mut keys = Vec::new();
    for value in &bound.rest {
        keys.push(match seam::native::<Column>(value) {
            Some(column) => IndexArg::Column(ColumnArg::Column(column)),
            None => match names::name(value) {
                Ok(key) => IndexArg::Column(ColumnArg::Key(key)),
                Err(_) => IndexArg::Expression(coerce(vm, value, Role::Operand)?),
            },
        });
    }
    Ok(Index::of(IndexState {
        name,
        unique: bound.get("unique").map_or(Ok(false), |value| seam::truth(&value))?,
        keys,
        options: dialect_options(&bound.keywords),
        unknown: None,
        table: Weak::new(),
        own_table: None,
    }))
}

/// `MetaData(schema=None, naming_convention=None, …)`
pub fn metadata(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "MetaData(schema=, quote_schema=, naming_convention=, info=, bind=)")?;
    if bound.get("bind").is_some() {
        seam::legacy(vm, "MetaData(bind=…)");
    }
    let known = (|| -> Known<Value> {
        let schema = names::optional(&bound.or_none("schema"))?;
        let mut convention = Vec::new();
        if let Some(value) = bound.get("naming_convention").filter(|value| !value.is_none()) {
            for (key, template) in seam::entries(&value)? {
                convention.push((seam::text(&key, "a key of naming_convention")?, template));
            }
        }
        Ok(Value::Native(super::MetaData::new(vm, schema, convention)))
    })();
    made(known, |value| value)
}

/// `Table(name, metadata, *items, …)`
pub fn table(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "Table(name, metadata, /, *items, **kw)")?;
    let given = names::name(&bound.required("name"));
    let metadata = bound.required("metadata");
    let (name, metadata) = match (given, seam::native::<super::MetaData>(&metadata), metadata) {
        (Err(reason), ..) | (_, None, Value::Unknown(reason)) => return Ok(Value::Unknown(reason)),
        (Ok(name), Some(metadata), _) => (name, metadata),
        (Ok(_), None, _) => {
            return Err(vm.raise("sqlalchemy.exc.ArgumentError", "expected MetaData object in the place of 'metadata'"));
        }
    };
    let keyword = |name: &str| bound.keywords.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.clone());
    let mut parts = TableArgs::read(&bound.keywords);
    if let Some(reason) = &bound.unknown {
        parts.unknown.get_or_insert_with(|| reason.clone());
    }
    let schema = parts.schema.clone().or_else(|| metadata.schema.clone());
    let key = super::table::key(schema.as_ref(), &name);
    let extends = ["extend_existing", "keep_existing"]
        .iter()
        .any(|flag| keyword(flag).is_some_and(|value| seam::truth(&value).unwrap_or(false)));
    if let Some(existing) = metadata.table(&key) {
        if !extends && !bound.rest.is_empty() {
            let message = format!(
                "Table '{key}' is already defined for this MetaData instance.  Specify 'extend_existing=True' to redefine options and columns on an existing Table object."
            );
            return Err(vm.raise("sqlalchemy.exc.InvalidRequestError", &message));
        }
        if keyword("extend_existing").is_some() {
            existing.extend(vm, &bound.rest)?;
        }
        return Ok(Value::Native(existing));
    }
    if keyword("autoload_with").is_some_and(|bind| !bind.is_none())
        || keyword("autoload").is_some_and(|flag| seam::truth(&flag).unwrap_or(true))
    {
        let bind = keyword("autoload_with").unwrap_or(Value::None);
        let is_committed = vm.run.settings.transaction_per_migration || !vm.run.catalog.open_world;
        if is_engine(&bind) && is_committed {
            let committed = vm.run.committed();
            let own = std::mem::replace(&mut vm.run.catalog, committed);
            let table = super::reflect::table(vm, &metadata, name, &bound.rest, parts);
            vm.run.catalog = own;
            return table.map(|table| Value::Native(table));
        }
        if let Some(reason) = foreign(vm, &bind) {
            // Another connection sees what is committed: where all revisions are one transaction, that depends on where the upgrade
            // began.
            let exception = vm.raise("sqlalchemy.exc.NoSuchTableError", &name.text);
            if let Raise::Exception(exception) = exception {
                vm.may_raise_here(&reason, exception);
            }
            parts.unknown.get_or_insert(reason);
        }
        return super::reflect::table(vm, &metadata, name, &bound.rest, parts).map(|table| Value::Native(table));
    }
    if bound.rest.is_empty() {
        // Where it is defined already, this is that table, with its columns.
        parts.unknown = parts.unknown.or_else(|| metadata.more(vm));
    }
    let table = Table::new(vm, name, metadata.clone(), &bound.rest, parts)?;
    metadata.tables.borrow_mut().push((key, table.clone()));
    Ok(Value::Native(table))
}

fn is_engine(bind: &Value) -> bool {
    matches!(bind, Value::Native(native) if native.class() == "sqlalchemy.engine.base.Engine")
}

/// Why what a table is reflected from is not known to be the connection of the migration.
fn foreign(vm: &Vm, bind: &Value) -> Option<Reason> {
    match bind {
        Value::Unknown(reason) => Some(reason.clone()),
        bind if is_engine(bind) => {
            Some(vm.reason("foreign-connection", "what a connection that is not the migration's sees"))
        }
        _ => None,
    }
}
