//! A column's specification (`PGDDLCompiler.get_column_specification`).

use std::rc::Rc;

use super::super::expression::{Context, compile};
use super::super::names::string_literal;
use super::super::schema::{self, Autoincrement, Column, ConstraintKind, Identity, Referent, ServerDefault, Table};
use super::super::{Known, Obstacle, seam, types};
use super::constraint;
use crate::alembic::eval::{Value, Vm};
use crate::pg::command::{
    ColumnConstraint, ColumnDef, ColumnType, Identity as IdentityDef, IdentityKind, SequenceOptions, Serial,
};
use crate::pg::expr::Expr;

/// A column as it stands in `CREATE TABLE` and `ADD COLUMN`, and its text.
pub fn specification(vm: &mut Vm, table: &Rc<Table>, column: &Rc<Column>) -> Known<(ColumnDef, String)> {
    let state = column.state.borrow().clone();
    if let Some(reason) = state.unknown {
        return Err(reason.into());
    }
    let name = column.name();
    let mut constraints = Vec::new();
    let mut sql = name.sql();
    let mut collation = None;
    let ty;
    let (serial, maybe_serial) = match serial(vm, table, column) {
        // The column is there in any case; only whether it counts by itself is not known.
        Err(Obstacle::Unknown(reason)) => (None, Some(reason)),
        known => (known?, None),
    };
    if let Some(serial) = serial {
        sql.push_str(match serial {
            Serial::SmallSerial => " SMALLSERIAL",
            Serial::Serial => " SERIAL",
            Serial::BigSerial => " BIGSERIAL",
        });
        ty = ColumnType::Serial(serial);
    } else {
        let rendered = types::render_column(vm, &referenced_type(table, column))?;
        sql.push_str(&format!(" {}", rendered.sql));
        ty = ColumnType::Type(rendered.ty);
        collation = rendered.collation;
        let default = match &maybe_serial {
            Some(reason) => Some(Expr::unknown(reason).to_string()),
            None => default_text(vm, &state.server_default)?,
        };
        if let Some(default) = default {
            sql.push_str(&format!(" DEFAULT {default}"));
            constraints.push(ColumnConstraint::Default(Expr::parse(&default)));
        }
    }
    if let Some(computed) = &state.computed {
        // Since SQLAlchemy 2.1, which asks the server (`supports_virtual_generated_columns`).
        let has_virtual = vm.run.settings.server_version.is_some_and(|version| version >= 180_000);
        if computed.persisted == Some(false) && !has_virtual {
            let message = "PostrgreSQL computed columns do not support 'virtual' persistence; set the 'persisted' flag \
                           to None or True for PostgreSQL support.";
            return Err(seam::raise(vm, "sqlalchemy.exc.CompileError", message).into());
        }
        let text = compile(vm, &computed.expression, Context::DDL)?;
        let stored = computed.persisted == Some(true) || !has_virtual;
        let word = match computed.persisted {
            _ if stored => " STORED",
            Some(false) => " VIRTUAL",
            _ => "",
        };
        sql.push_str(&format!(" GENERATED ALWAYS AS ({text}){word}"));
        constraints.push(ColumnConstraint::Generated { expr: Expr::parse(&text), stored });
    }
    if let Some(identity) = &state.identity {
        let (definition, text) = self::identity(identity);
        sql.push_str(&format!(" {text}"));
        constraints.push(ColumnConstraint::Identity(definition));
        if state.nullable {
            sql.push_str(" NULL");
            constraints.push(ColumnConstraint::Null);
        }
    } else if !state.nullable {
        sql.push_str(" NOT NULL");
        constraints.push(ColumnConstraint::NotNull { name: None, no_inherit: false });
    }
    let mut inline: Vec<_> = state.constraints.clone();
    inline.sort_by_key(|constraint| constraint.state.borrow().order);
    for own in inline {
        if let Some((definition, text)) = constraint::definition(vm, table, &own)? {
            sql.push_str(&format!(" {text}"));
            constraints.push(ColumnConstraint::Constraint(definition));
        }
    }
    Ok((ColumnDef { name: name.ident(), ty, collation, constraints }, sql))
}

/// The type of a column; one without a type takes that of the column that its foreign key refers to (`ForeignKey._set_type`).
/// By the time of the DDL all tables of the metadata are defined.
fn referenced_type(table: &Rc<Table>, column: &Rc<Column>) -> Value {
    let mut found = column.clone();
    let mut ty = found.state.borrow().ty.clone();
    // A chain of references is short; the bound stops a circle.
    for _ in 0..16 {
        if !ty.is_none() {
            return ty;
        }
        let own = found.table().unwrap_or_else(|| table.clone());
        let referent = found.state.borrow().foreign_keys.first().map(|key| key.referent.clone());
        let next = match referent {
            Some(Referent::Column(column)) => Some(column),
            Some(Referent::Named { schema, table, column }) => {
                let schema = schema.or_else(|| own.metadata.schema.clone());
                let referred = own.metadata.table(&schema::table::key(schema.as_ref(), &table));
                referred.and_then(|referred| referred.column(&column.map_or_else(|| found.key(), |column| column.text)))
            }
            None => None,
        };
        let Some(next) = next else { return ty };
        ty = next.state.borrow().ty.clone();
        found = next;
    }
    ty
}

/// The serial that the column becomes, if it does.
fn serial(vm: &mut Vm, table: &Rc<Table>, column: &Rc<Column>) -> Known<Option<Serial>> {
    let state = column.state.borrow().clone();
    let plain_default = match &state.sequence {
        Some(sequence) => sequence.optional,
        None => !state.client_default,
    };
    if !state.primary_key || state.identity.is_some() || !plain_default {
        return Ok(None);
    }
    let autoincrement = autoincrement_column(vm, table)?;
    if !autoincrement.is_some_and(|found| Rc::ptr_eq(&found, column)) {
        return Ok(None);
    }
    let resolved = types::render::resolve(vm, &state.ty)?;
    Ok(Some(if types::is_kind_of(&resolved, "sqlalchemy.sql.sqltypes.BigInteger") {
        Serial::BigSerial
    } else if types::is_kind_of(&resolved, "sqlalchemy.sql.sqltypes.SmallInteger") {
        Serial::SmallSerial
    } else {
        Serial::Serial
    }))
}

/// `PrimaryKeyConstraint._autoincrement_column`
pub fn autoincrement_column(vm: &mut Vm, table: &Rc<Table>) -> Known<Option<Rc<Column>>> {
    let columns = table.primary_key_columns();
    if let [column] = columns.as_slice() {
        let autoincrement = column.state.borrow().autoincrement;
        let found = match autoincrement {
            Autoincrement::True => may_increment(vm, column, true)?,
            Autoincrement::Auto | Autoincrement::IgnoreFk => may_increment(vm, column, false)?,
            Autoincrement::False => false,
        };
        return Ok(found.then(|| column.clone()));
    }
    let mut found: Option<Rc<Column>> = None;
    for column in &columns {
        if column.state.borrow().autoincrement == Autoincrement::True {
            may_increment(vm, column, true)?;
            if let Some(other) = &found {
                let message = format!(
                    "Only one Column may be marked autoincrement=True, found both {} and {}.",
                    column.name().text,
                    other.name().text
                );
                return Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message).into());
            }
            found = Some(column.clone());
        }
    }
    Ok(found)
}

/// `_validate_autoinc`
fn may_increment(vm: &mut Vm, column: &Rc<Column>, demanded: bool) -> Known<bool> {
    let state = column.state.borrow().clone();
    let refuse = |vm: &mut Vm, why: &str| {
        let message =
            format!("Column type{why} on column '{}' is not compatible with autoincrement=True", column.key());
        Err(seam::raise(vm, "sqlalchemy.exc.ArgumentError", &message).into())
    };
    if !demanded {
        let referring = column.table().is_some_and(|table| refers(&table, column));
        if state.client_default && state.sequence.is_none()
            || !matches!(state.server_default, ServerDefault::None)
            || state.computed.is_some()
            || referring && state.autoincrement != Autoincrement::IgnoreFk
        {
            return Ok(false);
        }
    }
    match types::affinity(vm, &state.ty)? {
        types::Affinity::Numeric { scale } => {
            if demanded && scale != Some(0) {
                return refuse(vm, " with non-zero scale");
            }
            Ok(demanded)
        }
        types::Affinity::Other if demanded => refuse(vm, ""),
        types::Affinity::Other => Ok(false),
        types::Affinity::Integer => Ok(true),
    }
}

/// True if a foreign key of the table starts at the column.
fn refers(table: &Table, column: &Rc<Column>) -> bool {
    table.constraints.borrow().iter().any(|constraint| match &constraint.state.borrow().kind {
        ConstraintKind::ForeignKey { columns, .. } => columns
            .iter()
            .any(|referring| referring.resolve(table).is_some_and(|referring| Rc::ptr_eq(&referring, column))),
        _ => false,
    })
}

/// `get_column_default_string`
pub fn default_text(vm: &mut Vm, default: &ServerDefault) -> Known<Option<String>> {
    match default {
        ServerDefault::None | ServerDefault::Fetched => Ok(None),
        ServerDefault::Literal(text) => Ok(Some(string_literal(text))),
        // The column is there in any case; only its default is not known.
        ServerDefault::Expression(expression) | ServerDefault::Reflected(expression) => {
            Ok(Some(match compile(vm, expression, Context::DEFAULT) {
                Err(Obstacle::Unknown(reason)) => Expr::unknown(&reason).to_string(),
                compiled => compiled?,
            }))
        }
        ServerDefault::Unknown(reason) => Ok(Some(Expr::unknown(reason).to_string())),
    }
}

/// `visit_identity_column`
pub fn identity(identity: &Identity) -> (IdentityDef, String) {
    let (kind, words) = match identity.always {
        true => (IdentityKind::Always, "ALWAYS"),
        false => (IdentityKind::ByDefault, "BY DEFAULT"),
    };
    let options = sequence_options(&identity.options);
    let options = if options.is_empty() { options } else { format!(" ({options})") };
    let definition = IdentityDef { kind, sequence_name: None, options: identity.options.clone() };
    (definition, format!("GENERATED {words} AS IDENTITY{options}"))
}

/// `get_identity_options`
pub fn sequence_options(options: &SequenceOptions) -> String {
    let mut words = Vec::new();
    words.extend(options.increment.map(|n| format!("INCREMENT BY {n}")));
    words.extend(options.start.map(|n| format!("START WITH {n}")));
    words.extend(options.min_value.flatten().map(|n| format!("MINVALUE {n}")));
    words.extend(options.max_value.flatten().map(|n| format!("MAXVALUE {n}")));
    words.extend((options.min_value == Some(None)).then(|| "NO MINVALUE".to_string()));
    words.extend((options.max_value == Some(None)).then(|| "NO MAXVALUE".to_string()));
    words.extend(options.cache.map(|n| format!("CACHE {n}")));
    words.extend(options.cycle.map(|cycle| if cycle { "CYCLE" } else { "NO CYCLE" }.to_string()));
    words.join(" ")
}
