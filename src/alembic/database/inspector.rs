//! `sqlalchemy.inspect(bind)`: an `Inspector` with its cache.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::connection::{Connection, connection_of};
use super::reflect::{Answer, ColumnInfo, ForeignKeyInfo, Found, KeyInfo, Part, Type, View};
use super::written::Written;
use crate::alembic::eval::{Args, Eval, List, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::orm::Query;
use crate::alembic::sqlalchemy::types::{TypeClass, construct};
use crate::catalog::{Object, Oid};
use crate::pg::error::Reason;

/// An inspector. What it has answered once it answers again, whatever happened since (`reflection.cache`).
#[derive(Debug)]
pub struct Inspector {
    connection: Rc<Connection>,
    /// `info_cache`: by function and arguments.
    cache: RefCell<HashMap<(&'static str, Vec<String>), Value>>,
}

/// `inspect(subject)`
pub(super) fn inspect(vm: &Vm, subject: &Value) -> Value {
    match connection_of(subject) {
        Some(connection) => Value::native(Inspector { connection, cache: RefCell::default() }),
        None => match subject {
            Value::Unknown(reason) => Value::Unknown(reason.clone()),
            // A query is inspected for its session.
            query if query.downcast_ref::<Query>().is_some() => query.clone(),
            _ => vm.unknown("unsupported", "inspect() of something that is no connection"),
        },
    }
}

/// The class, for `Inspector.from_engine(bind)` and `isinstance`.
pub(super) fn class(vm: &mut Vm) -> Value {
    let from_engine = native::function("from_engine", |vm, args| {
        let bound = args.bind(vm, "from_engine(bind)")?;
        Ok(inspect(vm, &bound.required("bind")))
    });
    let class = crate::alembic::eval::Class::new("sqlalchemy.engine.reflection.Inspector", Vec::new())
        .construct(|vm, _, args| {
            let bound = args.bind(vm, "Inspector(bind)")?;
            Ok(inspect(vm, &bound.required("bind")))
        })
        .attrs([("from_engine", from_engine)]);
    let _ = vm;
    class.value()
}

/// A method: its name, its parameters, and what it answers.
struct Method {
    name: &'static str,
    signature: &'static str,
    answer: fn(&Inspector, &mut Vm, &Asked) -> Eval<Value>,
}

/// The arguments of a method.
struct Asked {
    table: String,
    name: String,
    schema: Option<String>,
}

const METHODS: &[Method] = &[
    Method { name: "get_schema_names", signature: "get_schema_names(**kw)", answer: schema_names },
    Method { name: "get_table_names", signature: "get_table_names(schema=, **kw)", answer: table_names },
    Method { name: "get_temp_table_names", signature: "get_temp_table_names(**kw)", answer: temp_table_names },
    Method { name: "get_view_names", signature: "get_view_names(schema=, **kw)", answer: view_names },
    Method {
        name: "get_materialized_view_names",
        signature: "get_materialized_view_names(schema=, **kw)",
        answer: materialized_view_names,
    },
    Method { name: "get_sequence_names", signature: "get_sequence_names(schema=, **kw)", answer: sequence_names },
    Method { name: "get_enums", signature: "get_enums(schema=)", answer: enums },
    Method { name: "has_table", signature: "has_table(table_name, schema=, **kw)", answer: has_table },
    Method { name: "has_schema", signature: "has_schema(schema_name, **kw)", answer: has_schema },
    Method { name: "has_sequence", signature: "has_sequence(sequence_name, schema=, **kw)", answer: has_sequence },
    Method { name: "has_type", signature: "has_type(type_name, schema=, **kw)", answer: has_type },
    Method { name: "has_index", signature: "has_index(table_name, index_name, schema=, **kw)", answer: has_index },
    Method { name: "get_columns", signature: "get_columns(table_name, schema=, **kw)", answer: columns },
    Method {
        name: "get_pk_constraint",
        signature: "get_pk_constraint(table_name, schema=, **kw)",
        answer: pk_constraint,
    },
    Method { name: "get_foreign_keys", signature: "get_foreign_keys(table_name, schema=, **kw)", answer: foreign_keys },
    Method { name: "get_indexes", signature: "get_indexes(table_name, schema=, **kw)", answer: indexes },
    Method {
        name: "get_unique_constraints",
        signature: "get_unique_constraints(table_name, schema=, **kw)",
        answer: unique_constraints,
    },
    Method {
        name: "get_check_constraints",
        signature: "get_check_constraints(table_name, schema=, **kw)",
        answer: check_constraints,
    },
    Method {
        name: "get_table_comment",
        signature: "get_table_comment(table_name, schema=, **kw)",
        answer: table_comment,
    },
];

/// Whether a dialect has it, too: with a connection as its first argument.
pub(super) fn has_method(name: &str) -> bool {
    METHODS.iter().any(|method| method.name == name)
}

/// `dialect.get_columns(connection, …)`: what an inspector of the connection answers.
pub(super) fn ask_of(vm: &mut Vm, method: &str, mut args: Args) -> Eval<Value> {
    let by_name = args.keyword.iter().position(|(name, _)| &**name == "connection");
    let connection = match by_name {
        Some(at) => args.keyword.remove(at).1,
        None if !args.positional.is_empty() => args.positional.remove(0),
        None => {
            let message = format!("{method}() missing 1 required positional argument: 'connection'");
            return Err(vm.raise("TypeError", &message));
        }
    };
    let inspector = inspect(vm, &connection);
    let method = vm.get_attr(&inspector, method)?;
    vm.call(&method, args)
}

impl Native for Inspector {
    fn class(&self) -> &str {
        "sqlalchemy.dialects.postgresql.base.PGInspector"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        class == "sqlalchemy.engine.reflection.Inspector" || class == self.class()
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(method) = METHODS.iter().find(|method| method.name == name) {
            let inspector = self.clone();
            return Ok(Some(native::function(method.name, move |vm, args| inspector.ask(vm, method, args))));
        }
        Ok(Some(match name {
            "clear_cache" => native::function("clear_cache", move |_, _| {
                self.cache.borrow_mut().clear();
                Ok(Value::None)
            }),
            "bind" => Value::Native(self.connection.clone()),
            "engine" => super::engine_of(&self.connection),
            "dialect" | "default_schema_name" => {
                let connection = Value::Native(self.connection.clone());
                let dialect = vm.get_attr(&connection, "dialect")?;
                if name == "dialect" { dialect } else { vm.get_attr(&dialect, name)? }
            }
            _ => vm.unknown("unsupported", format!("Inspector.{name}")),
        }))
    }
}

impl Inspector {
    fn ask(&self, vm: &mut Vm, method: &'static Method, args: Args) -> Eval<Value> {
        let bound = args.bind(vm, method.signature)?;
        let text = |name: &str| match bound.get(name) {
            None | Some(Value::None) => Ok(None),
            Some(Value::Unknown(reason)) => Err(reason),
            Some(value) => match crate::alembic::sqlalchemy::names::name(&value) {
                Ok(name) => Ok(Some(name.text.to_string())),
                Err(_) => Err(Reason::new("argument", "a name that is no text")),
            },
        };
        let read = || {
            let table = text("table_name")?.or(text("sequence_name")?).or(text("type_name")?).or(text("schema_name")?);
            Ok::<_, Reason>(Asked {
                table: table.unwrap_or_default(),
                name: text("index_name")?.unwrap_or_default(),
                schema: text("schema")?,
            })
        };
        let asked = match read() {
            Ok(asked) => asked,
            Err(reason) => return Ok(Value::Unknown(reason)),
        };
        if vm.run.session.aborted {
            let refusal = crate::pg::error::PgError::new(
                crate::pg::error::sqlstate::IN_FAILED_TRANSACTION,
                "current transaction is aborted, commands ignored until end of transaction block",
            );
            return Err(super::raise(vm, refusal.into(), None));
        }
        // `has_index` itself is not cached, what it asks is.
        if method.name == "has_index" {
            return (method.answer)(self, vm, &asked);
        }
        let key = (method.name, vec![asked.table.clone(), asked.schema.clone().unwrap_or_default()]);
        if let Some(known) = self.cache.borrow().get(&key) {
            return Ok(known.clone());
        }
        let answer = (method.answer)(self, vm, &asked)?;
        self.cache.borrow_mut().insert(key, answer.clone());
        Ok(answer)
    }

    /// Reads from the catalog; what is not certain becomes an unknown value.
    fn read<T>(&self, vm: &mut Vm, read: impl FnOnce(View<'_>) -> Answer<T>) -> Result<T, Value> {
        let session = &vm.run.session;
        let answer = self.connection.with_catalog(vm, |catalog| read(View { catalog, session }));
        answer.map_err(|reason| {
            Value::Unknown(match vm.place() {
                Some(span) => reason.at(span),
                None => reason,
            })
        })
    }

    /// The same for one table, which must be there.
    fn of_table<T>(
        &self,
        vm: &mut Vm,
        asked: &Asked,
        read: impl FnOnce(View<'_>, Oid) -> Answer<T>,
    ) -> Eval<Result<T, Value>> {
        let found = self.read(vm, |view| match view.table(&asked.table, asked.schema.as_deref())? {
            Some(table) => read(view, table).map(Some),
            None => Ok(None),
        });
        match found {
            Err(unknown) => Ok(Err(unknown)),
            Ok(Some(value)) => Ok(Ok(value)),
            Ok(None) => {
                let name = match &asked.schema {
                    Some(schema) => format!("{schema}.{}", asked.table),
                    None => asked.table.clone(),
                };
                match vm.run.catalog.may_be_made_outside("table", &name) {
                    Some(reason) => Ok(Err(Value::Unknown(reason))),
                    None => Err(vm.raise("sqlalchemy.exc.NoSuchTableError", &name)),
                }
            }
        }
    }

    fn names(&self, vm: &mut Vm, asked: &Asked, wanted: impl Fn(&Object) -> bool) -> Eval<Value> {
        Ok(match self.read(vm, |view| Ok(view.names(asked.schema.as_deref(), wanted))) {
            Ok(names) => listed(vm, names, Value::str),
            Err(unknown) => unknown,
        })
    }

    fn has(&self, vm: &mut Vm, asked: &Asked, wanted: impl Fn(&Object) -> bool) -> Eval<Value> {
        let found = self.read(vm, |view| view.relation(&asked.table, asked.schema.as_deref(), wanted));
        Ok(match found {
            Ok(found) => Value::Bool(found.is_some()),
            Err(unknown) => unknown,
        })
    }
}

/// A list of what was found, each item as a value.
fn listed<T>(vm: &Vm, found: Found<T>, value: impl Fn(T) -> Value) -> Value {
    let Found { certain, doubtful, reason, complete } = found;
    let certain: Vec<Value> = certain.into_iter().map(&value).collect();
    let Some(reason) = reason else { return Value::list(certain) };
    let reason = match vm.place() {
        Some(span) => reason.at(span),
        None => reason,
    };
    let doubtful = if complete { doubtful.into_iter().map(value).collect() } else { Vec::new() };
    Value::List(Rc::new(RefCell::new(List::partial(certain, doubtful, reason))))
}

fn schema_names(inspector: &Inspector, vm: &mut Vm, _: &Asked) -> Eval<Value> {
    Ok(match inspector.read(vm, |view| view.schemas()) {
        Ok(names) => Value::list(names.into_iter().map(Value::str)),
        Err(unknown) => unknown,
    })
}

fn table_names(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.names(vm, asked, |object| matches!(object, Object::Table(table) if !table.temporary))
}

fn temp_table_names(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.names(vm, asked, |object| matches!(object, Object::Table(table) if table.temporary))
}

fn view_names(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.names(vm, asked, |object| matches!(object, Object::View(view) if !view.materialized))
}

fn materialized_view_names(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.names(vm, asked, |object| matches!(object, Object::View(view) if view.materialized))
}

fn sequence_names(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.names(vm, asked, |object| matches!(object, Object::Sequence(_)))
}

fn has_table(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.has(vm, asked, |object| matches!(object, Object::Table(_) | Object::View(_)))
}

fn has_sequence(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    inspector.has(vm, asked, |object| matches!(object, Object::Sequence(_)))
}

fn has_schema(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.read(vm, |view| view.schemas()) {
        Ok(names) => Value::Bool(names.contains(&asked.table) || asked.table == "pg_catalog"),
        Err(unknown) => unknown,
    })
}

fn has_type(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    use crate::pg::ident::{Ident, QName};
    let found = inspector.read(vm, |view| {
        let schema = asked.schema.as_deref().filter(|schema| *schema != "*").map(Ident::new);
        let name = QName::new(schema, Ident::new(&asked.table));
        match view.catalog.resolve_type(&name, view.session) {
            None => Ok(false),
            Some(oid) => view.catalog.presence(oid).map_or(Ok(true), |reason| Err(reason.clone())),
        }
    });
    Ok(match found {
        Ok(found) => Value::Bool(found),
        Err(unknown) => unknown,
    })
}

fn has_index(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    let args = || {
        let schema = asked.schema.as_ref().map_or(Value::None, |schema| Value::str(schema.as_str()));
        Args::positional([Value::str(asked.table.as_str()), schema])
    };
    let method = |name: &str| METHODS.iter().find(|method| method.name == name);
    let (Some(has_table), Some(get_indexes)) = (method("has_table"), method("get_indexes")) else {
        return Ok(Value::None);
    };
    match inspector.ask(vm, has_table, args())? {
        Value::Bool(true) => {}
        other => return Ok(other),
    }
    let (indexes, unknown) = match inspector.ask(vm, get_indexes, args())? {
        Value::List(list) => (list.borrow().known_items().to_vec(), list.borrow().unknown.clone()),
        other => return Ok(other),
    };
    let named = |index: &Value| match index {
        Value::Dict(dict) => dict.borrow().get_str("name").and_then(|name| name.as_str().map(str::to_string)),
        _ => None,
    };
    Ok(match (indexes.iter().any(|index| named(index).as_deref() == Some(&asked.name)), unknown) {
        (false, Some(reason)) => Value::Unknown(reason),
        (known, _) => Value::Bool(known),
    })
}

fn enums(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.read(vm, |view| view.enums(asked.schema.as_deref())) {
        Ok(enums) => Value::list(enums.into_iter().map(|(schema, name, visible, labels)| {
            Value::dict([
                ("name", Value::str(name)),
                ("schema", Value::str(schema)),
                ("visible", Value::Bool(visible)),
                ("labels", Value::list(labels.into_iter().map(Value::str))),
            ])
        })),
        Err(unknown) => unknown,
    })
}

fn optional(text: Option<String>) -> Value {
    text.map_or(Value::None, Value::str)
}

fn part(part: Part) -> Value {
    match part {
        Ok(text) => optional(text),
        Err(reason) => Value::Unknown(reason),
    }
}

fn texts(texts: Vec<String>) -> Value {
    Value::list(texts.into_iter().map(Value::str))
}

fn columns(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    let columns = match inspector.of_table(vm, asked, |view, table| view.columns(table))? {
        Ok(columns) => columns,
        Err(unknown) => return Ok(unknown),
    };
    let Found { certain, doubtful, reason, complete } = columns;
    let mut found = Found { certain: Vec::new(), doubtful: Vec::new(), reason, complete };
    for column in certain {
        found.certain.push(column_value(vm, column)?);
    }
    for column in doubtful {
        found.doubtful.push(column_value(vm, column)?);
    }
    Ok(listed(vm, found, |value| value))
}

fn column_value(vm: &mut Vm, column: ColumnInfo) -> Eval<Value> {
    let ty = type_value(vm, column.ty)?;
    let mut items = vec![
        ("name", Value::str(column.name)),
        ("type", ty),
        ("nullable", Value::Bool(column.nullable)),
        ("default", part(column.default)),
        ("autoincrement", Value::Bool(column.autoincrement)),
        ("comment", optional(column.comment)),
    ];
    if let Some(persisted) = column.computed {
        let text = Value::unknown("written-expression", "the text of a generated column in the catalog");
        items.push(("computed", Value::dict([("sqltext", text), ("persisted", Value::Bool(persisted))])));
    }
    if let Some(kind) = column.identity {
        let always = Value::Bool(kind == crate::pg::command::IdentityKind::Always);
        items.push(("identity", Value::dict([("always", always)])));
    }
    Ok(Value::dict(items))
}

/// The class of a type's instance (`ischema_names`) and its arguments.
fn type_value(vm: &mut Vm, ty: Type) -> Eval<Value> {
    const GENERIC: &str = "sqlalchemy.sql.sqltypes.";
    const DIALECT: &str = "sqlalchemy.dialects.postgresql.";
    let (class, args): (String, Vec<(&str, Value)>) = match ty {
        Type::Unknown(reason) => return Ok(Value::Unknown(reason)),
        Type::Named(name) => return Ok(vm.unknown("type", format!("the type {name} as SQLAlchemy reflects it"))),
        Type::Array(inner) => {
            let inner = type_value(vm, *inner)?;
            (format!("{DIALECT}array.ARRAY"), vec![("item_type", inner)])
        }
        Type::Enum { name, schema, labels } => {
            let mut args = Args::positional(labels.into_iter().map(Value::str));
            args.keyword.push(("name".into(), Value::str(name.as_str())));
            if let Some(schema) = schema {
                args.keyword.push(("schema".into(), Value::str(schema.as_str())));
            }
            return make(vm, &format!("{DIALECT}named_types.ENUM"), args);
        }
        Type::Builtin(ty) => {
            let numbers: Vec<Value> =
                ty.modifiers.iter().filter_map(|number| number.parse::<i64>().ok()).map(Value::int).collect();
            let first =
                |name: &'static str| numbers.first().cloned().map(|number| (name, number)).into_iter().collect();
            let name = ty.builtin_name().unwrap_or_default();
            let zoned = |zone: bool| {
                let mut args: Vec<(&str, Value)> = first("precision");
                args.push(("timezone", Value::Bool(zone)));
                args
            };
            match name {
                "character varying" => (format!("{GENERIC}VARCHAR"), first("length")),
                "character" => (format!("{GENERIC}CHAR"), first("length")),
                "text" => (format!("{GENERIC}TEXT"), Vec::new()),
                "integer" => (format!("{GENERIC}INTEGER"), Vec::new()),
                "smallint" => (format!("{GENERIC}SMALLINT"), Vec::new()),
                "bigint" => (format!("{GENERIC}BIGINT"), Vec::new()),
                "boolean" => (format!("{GENERIC}BOOLEAN"), Vec::new()),
                "real" => (format!("{GENERIC}REAL"), Vec::new()),
                "double precision" => (format!("{GENERIC}DOUBLE_PRECISION"), vec![("precision", Value::int(53))]),
                "numeric" => {
                    let mut args: Vec<(&str, Value)> = first("precision");
                    args.extend(numbers.get(1).cloned().map(|scale| ("scale", scale)));
                    (format!("{GENERIC}NUMERIC"), args)
                }
                "date" => (format!("{GENERIC}DATE"), Vec::new()),
                "uuid" => (format!("{GENERIC}UUID"), Vec::new()),
                "timestamp with time zone" => (format!("{DIALECT}types.TIMESTAMP"), zoned(true)),
                "timestamp without time zone" => (format!("{DIALECT}types.TIMESTAMP"), zoned(false)),
                "time with time zone" => (format!("{DIALECT}types.TIME"), zoned(true)),
                "time without time zone" => (format!("{DIALECT}types.TIME"), zoned(false)),
                "bytea" => (format!("{DIALECT}types.BYTEA"), Vec::new()),
                "json" => (format!("{DIALECT}json.JSON"), Vec::new()),
                "jsonb" => (format!("{DIALECT}json.JSONB"), Vec::new()),
                "inet" => (format!("{DIALECT}types.INET"), Vec::new()),
                "cidr" => (format!("{DIALECT}types.CIDR"), Vec::new()),
                "macaddr" => (format!("{DIALECT}types.MACADDR"), Vec::new()),
                "tsvector" => (format!("{DIALECT}types.TSVECTOR"), Vec::new()),
                "interval" => (format!("{DIALECT}types.INTERVAL"), first("precision")),
                other => return Ok(vm.unknown("type", format!("the type {other} as SQLAlchemy reflects it"))),
            }
        }
    };
    let keyword = args.into_iter().map(|(name, value)| (Rc::from(name), value)).collect();
    make(vm, &class, Args { keyword, ..Args::default() })
}

fn make(vm: &mut Vm, class: &str, args: Args) -> Eval<Value> {
    match TypeClass::find(class) {
        Some(class) => construct(vm, class, args),
        None => Ok(vm.unknown("type", format!("the class {class}"))),
    }
}

fn key_value(key: KeyInfo) -> Value {
    Value::dict([
        ("name", Value::str(key.name)),
        ("column_names", texts(key.columns)),
        ("comment", optional(key.comment)),
    ])
}

fn pk_constraint(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.of_table(vm, asked, |view, table| view.primary_key(table))? {
        Err(unknown) => unknown,
        Ok(None) => Value::dict([("constrained_columns", Value::list([])), ("name", Value::None)]),
        Ok(Some(key)) => Value::dict([
            ("constrained_columns", texts(key.columns)),
            ("name", Value::str(key.name)),
            ("comment", optional(key.comment)),
        ]),
    })
}

fn unique_constraints(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.of_table(vm, asked, |view, table| view.uniques(table))? {
        Err(unknown) => unknown,
        Ok(keys) => Value::list(keys.into_iter().map(key_value)),
    })
}

fn check_constraints(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.of_table(vm, asked, |view, table| view.checks(table))? {
        Err(unknown) => unknown,
        Ok(keys) => Value::list(keys.into_iter().map(|(key, expr)| {
            let reason = Reason::new("written-expression", "the text of a CHECK in the catalog");
            let text = Value::native(Written::of(&expr, reason));
            Value::dict([("name", Value::str(key.name)), ("sqltext", text), ("comment", optional(key.comment))])
        })),
    })
}

fn foreign_keys(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    let keys = inspector.of_table(vm, asked, |view, table| view.foreign_keys(table, asked.schema.as_deref()))?;
    Ok(match keys {
        Err(unknown) => unknown,
        Ok(keys) => Value::list(keys.into_iter().map(foreign_key)),
    })
}

fn foreign_key(found: ForeignKeyInfo) -> Value {
    let options = found.options.into_iter().filter_map(|(name, value)| {
        let value = value?;
        Some((name, if name == "deferrable" { Value::Bool(true) } else { Value::str(value) }))
    });
    Value::dict([
        ("name", Value::str(found.key.name)),
        ("constrained_columns", texts(found.key.columns)),
        ("referred_schema", optional(found.schema)),
        ("referred_table", Value::str(found.table)),
        ("referred_columns", texts(found.referred)),
        ("options", Value::dict(options)),
        ("comment", optional(found.key.comment)),
    ])
}

fn indexes(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    let indexes = match inspector.of_table(vm, asked, |view, table| view.indexes(table))? {
        Ok(indexes) => indexes,
        Err(unknown) => return Ok(unknown),
    };
    Ok(listed(vm, indexes, |index| {
        let has_expressions = index.columns.iter().any(Option::is_none);
        let names = Value::list(index.columns.iter().cloned().map(optional));
        let mut items = vec![
            ("name", Value::str(index.name.as_str())),
            ("unique", Value::Bool(index.unique)),
            ("column_names", names),
        ];
        if has_expressions {
            let expressions = index.columns.into_iter().map(|column| match column {
                Some(column) => Value::str(column),
                None => Value::unknown("written-expression", "the text of an index expression in the catalog"),
            });
            items.push(("expressions", Value::list(expressions)));
        }
        if index.constraint {
            items.push(("duplicates_constraint", Value::str(index.name)));
        }
        let mut options = Vec::new();
        if index.method != "btree" {
            options.push(("postgresql_using", Value::str(index.method)));
        }
        if index.predicate {
            let text = Value::unknown("written-expression", "the text of an index predicate in the catalog");
            options.push(("postgresql_where", text));
        }
        options.push(("postgresql_include", texts(index.include)));
        items.push(("dialect_options", Value::dict(options)));
        Value::dict(items)
    }))
}

fn table_comment(inspector: &Inspector, vm: &mut Vm, asked: &Asked) -> Eval<Value> {
    Ok(match inspector.of_table(vm, asked, |view, table| view.table_comment(table))? {
        Err(unknown) => unknown,
        Ok(comment) => Value::dict([("text", optional(comment))]),
    })
}
