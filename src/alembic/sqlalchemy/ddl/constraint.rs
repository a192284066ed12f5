//! Constraints (`visit_…_constraint` of `PGDDLCompiler`), and `ALTER TABLE … ADD/DROP CONSTRAINT`.

use std::rc::Rc;

use super::super::expression::{Context, compile};
use super::super::names::{self, Name, qname, qualified_sql};
use super::super::schema::column::ColumnArg;
use super::super::schema::constraint::{ConstraintName, ConstraintState};
use super::super::schema::{Constraint, ConstraintKind, ForeignKey, Table, naming};
use super::super::{Known, seam};
use super::options::{flag, option, phrase};
use super::{Statement, column, or_opaque};
use crate::alembic::eval::{Eval, Vm};
use crate::alembic::project::hooks;
use crate::pg::command::{
    AlterAction, Behavior, Command, ConstraintDef, ConstraintKind as Kind, Deferrable, ForeignKey as ForeignKeyDef,
    IndexKey, KeyOptions, KeyTarget, Table as TableCommand,
};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::Ident;

/// The constraint as written behind `ADD` or in `CREATE TABLE`; `None` where SQLAlchemy writes nothing (no columns).
pub fn definition(
    vm: &mut Vm,
    table: &Rc<Table>,
    constraint: &Rc<Constraint>,
) -> Known<Option<(ConstraintDef, String)>> {
    let state = constraint.state.borrow().clone();
    if let Some(reason) = &state.unknown {
        return Err(reason.clone().into());
    }
    let Some((kind, body)) = body(vm, table, &state)? else { return Ok(None) };
    // Whatever name it has been given, a listener of the application may change it.
    let listened = vm.run.naming_unknown.as_ref().is_some_and(|reason| reason.kind == hooks::NAMING);
    let name = rendered_name(vm, table, constraint)?.filter(|_| !listened);
    let mut sql = match &name {
        Some(name) => format!("CONSTRAINT {} {body}", name.sql()),
        None => body,
    };
    if let ConstraintKind::ForeignKey { elements, .. } = &state.kind {
        sql.push_str(&reference_suffix(vm, elements)?);
    }
    let (deferrable, words) = deferrability(vm, &state)?;
    sql.push_str(&words);
    let may_be_invalid = matches!(state.kind, ConstraintKind::ForeignKey { .. } | ConstraintKind::Check(_));
    let not_valid = may_be_invalid && flag(&state.options, "not_valid")?.unwrap_or(false);
    if not_valid {
        sql.push_str(" NOT VALID");
    }
    Ok(Some((
        ConstraintDef { name: name.map(|name| name.ident()), kind, deferrable, not_valid, not_enforced: false },
        sql,
    )))
}

/// The name that `format_constraint` gives; `None`: PostgreSQL will make one.
pub fn rendered_name(vm: &mut Vm, table: &Rc<Table>, constraint: &Rc<Constraint>) -> Known<Option<Name>> {
    let given = constraint.state.borrow().name.clone();
    let name = match given {
        ConstraintName::Name(name) => Some(name),
        ConstraintName::None => None,
        ConstraintName::TypeBound => naming::constraint_name(vm, constraint, table)?,
    };
    name.map(|name| names::constraint_name(vm, &name)).transpose()
}

fn body(vm: &mut Vm, table: &Rc<Table>, state: &ConstraintState) -> Known<Option<(Kind, String)>> {
    Ok(Some(match &state.kind {
        ConstraintKind::PrimaryKey { columns, implicit } => {
            let mut columns = key_columns(table, columns)?;
            if columns.is_empty() {
                return Ok(None);
            }
            if *implicit
                && columns.len() > 1
                && let Some(first) = column::autoincrement_column(vm, table)?
            {
                columns.sort_by_key(|name| *name != first.name());
            }
            let (options, include) = key_options(vm, state, table, &columns)?;
            (Kind::PrimaryKey(options), format!("PRIMARY KEY ({}){include}", list(&columns)))
        }
        ConstraintKind::Unique { columns } => {
            let columns = key_columns(table, columns)?;
            if columns.is_empty() {
                return Ok(None);
            }
            let (options, include) = key_options(vm, state, table, &columns)?;
            let nulls = match flag(&state.options, "nulls_not_distinct")? {
                Some(true) => "NULLS NOT DISTINCT ",
                Some(false) => "NULLS DISTINCT ",
                None => "",
            };
            (Kind::Unique(options), format!("UNIQUE {nulls}({}){include}", list(&columns)))
        }
        ConstraintKind::Check(check) => {
            let text = compile(vm, &check.expression, Context::DDL)?;
            (Kind::Check { expr: Expr::parse(&text), no_inherit: false }, format!("CHECK ({text})"))
        }
        ConstraintKind::ForeignKey { columns, elements } => foreign_key(vm, table, columns, elements)?,
        ConstraintKind::Exclude(exclusion) => {
            let mut elements = Vec::new();
            let mut shown = Vec::new();
            for (expression, operator) in &exclusion.elements {
                let mut text = compile(vm, expression, Context::DDL)?;
                let target = match expression.column_name() {
                    Some(name) => KeyTarget::Column(name.ident()),
                    None => KeyTarget::Expr(Expr::parse(&text)),
                };
                let key = expression.column_name().map(|name| name.text).unwrap_or_default();
                let opclass = exclusion.ops.iter().find(|(name, _)| *name == key).map(|(_, ops)| ops.to_string());
                if let Some(opclass) = &opclass {
                    text.push_str(&format!(" {opclass}"));
                }
                shown.push(format!("{text} WITH {operator}"));
                let key = IndexKey { target, collation: None, opclass, descending: false, nulls_first: None };
                elements.push((key, operator.to_string()));
            }
            let using = phrase(vm, &exclusion.using)?.to_ascii_lowercase();
            let mut sql = format!("EXCLUDE USING {using} ({})", shown.join(", "));
            let mut predicate = None;
            if let Some(condition) = &exclusion.predicate {
                let text = compile(vm, condition, Context::DDL)?;
                sql.push_str(&format!(" WHERE ({text})"));
                predicate = Some(Expr::parse(&text));
            }
            (Kind::Exclude { method: Ident::fold(&using), elements, predicate }, sql)
        }
        ConstraintKind::Plain => return Err(Reason::new("constraint", "a Constraint of no kind").into()),
    }))
}

fn foreign_key(
    vm: &mut Vm,
    table: &Rc<Table>,
    columns: &[ColumnArg],
    elements: &[Rc<ForeignKey>],
) -> Known<(Kind, String)> {
    let own = key_columns(table, columns)?;
    let mut target = None;
    let mut referenced = Vec::new();
    for (column, element) in columns.iter().zip(elements) {
        let Some(column) = column.resolve(table) else {
            return Err(Reason::new("foreign-key", "a foreign key on an unknown column").into());
        };
        let (schema, remote, name) = table.referent(vm, &column, element)?;
        target.get_or_insert((schema, remote));
        referenced.push(name);
    }
    let (Some((schema, remote)), Some(first)) = (target, elements.first()) else {
        return Err(Reason::new("foreign-key", "a foreign key without columns").into());
    };
    let sql = format!(
        "FOREIGN KEY({}) REFERENCES {} ({})",
        list(&own),
        qualified_sql(schema.as_ref(), &remote),
        list(&referenced)
    );
    let definition = ForeignKeyDef {
        columns: own.iter().map(Name::ident).collect(),
        table: qname(schema.as_ref(), &remote),
        referenced: referenced.iter().map(Name::ident).collect(),
        on_delete: first.on_delete.as_deref().and_then(action),
        on_update: first.on_update.as_deref().and_then(action),
        matching: first.matching.as_deref().map(str::to_ascii_uppercase).filter(|matching| matching != "SIMPLE"),
    };
    Ok((Kind::ForeignKey(definition), sql))
}

/// `ON DELETE`'s words as a command keeps them: upper case, and none for the default.
fn action(words: &str) -> Option<String> {
    let (verb, columns) = match words.split_once('(') {
        Some((verb, columns)) => (verb, format!(" ({columns}")),
        None => (words, String::new()),
    };
    let verb = verb.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_uppercase();
    (verb != "NO ACTION").then(|| format!("{verb}{columns}"))
}

/// `MATCH`, `ON DELETE`, `ON UPDATE`, in the order of `visit_foreign_key_constraint`.
fn reference_suffix(vm: &mut Vm, elements: &[Rc<ForeignKey>]) -> Known<String> {
    let Some(first) = elements.first() else { return Ok(String::new()) };
    let mut sql = String::new();
    for (words, value) in [("MATCH", &first.matching), ("ON DELETE", &first.on_delete), ("ON UPDATE", &first.on_update)]
    {
        if let Some(value) = value {
            let plain = value.split('(').next().unwrap_or_default().trim_end();
            phrase(vm, plain)?;
            sql.push_str(&format!(" {words} {value}"));
        }
    }
    Ok(sql)
}

fn deferrability(vm: &mut Vm, state: &ConstraintState) -> Known<(Option<Deferrable>, String)> {
    let mut sql = String::new();
    match state.deferrable {
        Some(true) => sql.push_str(" DEFERRABLE"),
        Some(false) => sql.push_str(" NOT DEFERRABLE"),
        None => {}
    }
    let mut deferred = false;
    if let Some(initially) = &state.initially {
        let words = phrase(vm, initially)?;
        deferred = words.eq_ignore_ascii_case("deferred");
        sql.push_str(&format!(" INITIALLY {words}"));
    }
    // `INITIALLY DEFERRED` implies `DEFERRABLE` (PostgreSQL, gram.y `processCASbits`).
    let kept = match (state.deferrable, deferred) {
        (Some(false), _) => Some(Deferrable::NotDeferrable),
        (_, true) => Some(Deferrable::InitiallyDeferred),
        (Some(true), false) => Some(Deferrable::InitiallyImmediate),
        (None, false) => None,
    };
    Ok((kept, sql))
}

fn key_columns(table: &Table, columns: &[ColumnArg]) -> Result<Vec<Name>, Reason> {
    columns
        .iter()
        .map(|column| match column.resolve(table) {
            Some(column) => Ok(column.name()),
            None => Err(Reason::new("column", format!("no column {} in {}", column.key(), table.name().text))),
        })
        .collect()
}

fn key_options(vm: &mut Vm, state: &ConstraintState, table: &Table, columns: &[Name]) -> Known<(KeyOptions, String)> {
    let include = match option(&state.options, "include") {
        Some(value) => include_columns(table, value)?,
        None => Vec::new(),
    };
    // `constraint.table.c[name]`: of an operation's own table only the columns of the constraint are there.
    if let Some(missing) = include.iter().find(|name| table.column(&name.text).is_none()) {
        if let Some(reason) = &*table.unknown.borrow() {
            return Err(reason.clone().into());
        }
        return Err(seam::raise(vm, "KeyError", &format!("'{}'", missing.text)).into());
    }
    let options = KeyOptions {
        columns: columns.iter().map(Name::ident).collect(),
        include: include.iter().map(Name::ident).collect(),
        nulls_not_distinct: flag(&state.options, "nulls_not_distinct")? == Some(true),
        with: Vec::new(),
        using_index: None,
    };
    let sql = if include.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(&include)) };
    Ok((options, sql))
}

/// `postgresql_include=[…]`: names or columns.
pub fn include_columns(table: &Table, value: &crate::alembic::eval::Value) -> Result<Vec<Name>, Reason> {
    let items = seam::sequence(value, "postgresql_include")?;
    items
        .iter()
        .map(|item| match seam::native::<super::super::schema::Column>(item) {
            Some(column) => Ok(column.name()),
            None => {
                let key = names::name(item)?;
                Ok(table.column(&key.text).map_or(key, |column| column.name()))
            }
        })
        .collect()
}

/// Names in a list, quoted.
pub fn list(names: &[Name]) -> String {
    names.iter().map(Name::sql).collect::<Vec<_>>().join(", ")
}

/// `ALTER TABLE … ADD …` (`visit_add_constraint`); `None` where SQLAlchemy sends nothing worth it.
pub fn add(vm: &mut Vm, constraint: &Rc<Constraint>) -> Eval<Option<Statement>> {
    let Some(table) = constraint.table() else { return Ok(None) };
    let known = definition(vm, &table, constraint).and_then(|definition| {
        let Some((definition, text)) = definition else {
            return Err(Reason::new("constraint", "a constraint without columns").into());
        };
        let sql = format!("ALTER TABLE {} ADD {text}", qualified_sql(table.schema().as_ref(), &table.name()));
        Ok(Statement::new(alter(&table, AlterAction::AddConstraint(definition)), sql))
    });
    let touches = vec![qname(table.schema().as_ref(), &table.name())];
    or_opaque(known, &format!("ALTER TABLE {} ADD CONSTRAINT …", table.name().sql()), touches).map(Some)
}

/// `ALTER TABLE … DROP CONSTRAINT` (`visit_drop_constraint`).
pub fn drop(vm: &mut Vm, constraint: &Rc<Constraint>, if_exists: bool, cascade: bool) -> Eval<Statement> {
    let Some(table) = constraint.table() else {
        return Err(seam::raise(
            vm,
            "sqlalchemy.exc.CompileError",
            "Can't emit DROP CONSTRAINT for a constraint without a table",
        ));
    };
    let known = rendered_name(vm, &table, constraint).and_then(|name| {
        let Some(name) = name else {
            let message = "Can't emit DROP CONSTRAINT for constraint; it has no name";
            return Err(seam::raise(vm, "sqlalchemy.exc.CompileError", message).into());
        };
        let sql = format!(
            "ALTER TABLE {} DROP CONSTRAINT {}{}{}",
            qualified_sql(table.schema().as_ref(), &table.name()),
            if if_exists { "IF EXISTS " } else { "" },
            name.sql(),
            if cascade { " CASCADE" } else { "" }
        );
        let behavior = if cascade { Behavior::Cascade } else { Behavior::Restrict };
        let action = AlterAction::DropConstraint { name: name.ident(), if_exists, behavior };
        Ok(Statement::new(alter(&table, action), sql))
    });
    let touches = vec![qname(table.schema().as_ref(), &table.name())];
    or_opaque(known, &format!("ALTER TABLE {} DROP CONSTRAINT …", table.name().sql()), touches)
}

/// `ALTER TABLE` with one action.
pub fn alter(table: &Table, action: AlterAction) -> Command {
    Command::Table(TableCommand::Alter {
        name: qname(table.schema().as_ref(), &table.name()),
        if_exists: false,
        only: false,
        actions: vec![action],
    })
}
