//! `alter_column`: up to six statements in the order of `PostgresqlImpl.alter_column` and `toimpl.alter_column`.

use std::rc::Rc;

use super::super::sqlalchemy::ddl::{self, Statement, column::default_text};
use super::super::sqlalchemy::expression::{self, Role};
use super::super::sqlalchemy::names::{self, Name, qname, qualified_sql};
use super::super::sqlalchemy::schema::default::Generated;
use super::super::sqlalchemy::schema::{Column, Identity, ServerDefault, Table};
use super::super::sqlalchemy::{Known, seam, types};
use super::{Call, Lowered, known};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::command::{AlterAction, Command, SequenceOptions, Table as TableCommand};
use crate::pg::expr::Expr;

/// The column that is altered.
struct Target {
    schema: Option<Name>,
    table: Name,
    column: Name,
}

impl Target {
    fn statement(&self, action: AlterAction, words: &str) -> Statement {
        let sql = format!("ALTER TABLE {} {words}", qualified_sql(self.schema.as_ref(), &self.table));
        let command = Command::Table(TableCommand::Alter {
            name: qname(self.schema.as_ref(), &self.table),
            if_exists: false,
            only: false,
            actions: vec![action],
        });
        Statement::new(command, sql)
    }

    fn alter(&self, action: AlterAction, words: &str) -> Statement {
        self.statement(action, &format!("ALTER COLUMN {} {words}", self.column.sql()))
    }
}

pub(super) fn alter(vm: &mut Vm, call: &Call) -> Eval<Lowered> {
    known(vm, "alter_column", call, |vm| lower(vm, call))
}

/// Arguments that ask for a change; `False` says of the latter two that nothing is asked.
const CHANGES: &[&str] = &["type_", "nullable", "new_column_name", "server_default", "comment"];

/// Whether the call asks for anything: of one that does not, Alembic does not even look at the column's name.
fn asks_for_a_change(call: &Call) -> bool {
    let asks = |name: &&str| match call.bound.get(name) {
        None => false,
        Some(Value::Bool(false)) => !matches!(*name, "server_default" | "comment"),
        Some(Value::None) => matches!(*name, "server_default" | "comment"),
        Some(_) => true,
    };
    CHANGES.iter().any(asks) || call.bound.keywords.iter().any(|(name, _)| &**name == "postgresql_using")
}

fn lower(vm: &mut Vm, call: &Call) -> Known<Lowered> {
    if !asks_for_a_change(call) {
        return Ok(Vec::new().into());
    }
    let target = Target {
        schema: call.schema("schema")?,
        table: call.table_name("table_name")?,
        column: names::name(&call.bound.required("column_name"))?,
    };
    let column = target.column.ident();
    let mut statements = Vec::new();
    let new_type = call.some("type_");
    if let (Some(existing), Some(_)) = (call.some("existing_type"), &new_type) {
        for (_table, constraint) in type_checks(vm, call, &target, existing)? {
            statements.push(ddl::constraint::drop(vm, &constraint, false, false)?);
        }
    }
    let using =
        call.bound.keywords.iter().find(|(name, _)| &**name == "postgresql_using").map(|(_, value)| value.clone());
    let using = using.filter(|value| !value.is_none());
    match (&new_type, using) {
        (None, Some(_)) => {
            let message = "postgresql_using must be used with the type_ parameter";
            return Err(vm.raise("alembic.util.exc.CommandError", message).into());
        }
        (None, None) => {}
        (Some(ty), using) => {
            let rendered = types::render_column(vm, ty)?;
            let mut words = format!("TYPE {}", rendered.sql);
            let using = match using {
                Some(using) => {
                    let text = written(vm, &using)?;
                    words.push_str(&format!(" USING {text}"));
                    Some(Expr::parse(&text))
                }
                None => None,
            };
            let action = AlterAction::AlterType {
                column: column.clone(),
                ty: rendered.ty,
                collation: rendered.collation,
                using,
            };
            statements.push(target.alter(action, &words));
        }
    }
    if let Some(nullable) = call.some("nullable") {
        let nullable = seam::truth(&nullable)?;
        let action = AlterAction::SetNotNull { column: column.clone(), not_null: !nullable };
        statements.push(target.alter(action, if nullable { "DROP NOT NULL" } else { "SET NOT NULL" }));
    }
    match call.bound.get("server_default") {
        None | Some(Value::Bool(false)) => {}
        Some(default) => statements.extend(server_default(vm, call, &target, &default)?),
    }
    match call.bound.get("comment") {
        None | Some(Value::Bool(false)) => {}
        Some(comment) => {
            let comment = seam::optional_text(&comment, "comment")?;
            let (schema, table) = (target.schema.as_ref(), &target.table);
            statements.push(ddl::table::column_comment(schema, table, &target.column, comment.as_deref()));
        }
    }
    // The new name comes last, and what follows the type's change still says the old one, as Alembic does.
    if let Some(name) = call.some("new_column_name") {
        let name = names::name(&name)?;
        let action = AlterAction::RenameColumn { from: column, to: name.ident() };
        statements.push(target.statement(action, &format!("RENAME {} TO {}", target.column.sql(), name.sql())));
    }
    if let Some(ty) = new_type {
        for (_table, constraint) in type_checks(vm, call, &target, ty)? {
            statements.extend(ddl::constraint::add(vm, &constraint)?);
        }
    }
    Ok(statements.into())
}

/// CHECKs that a type brings (`Boolean(create_constraint=True)`, `Enum(native_enum=False, create_constraint=True)`), with the
/// table that keeps each of them alive.
fn type_checks(
    vm: &mut Vm,
    call: &Call,
    target: &Target,
    ty: Value,
) -> Known<Vec<(Rc<Table>, Rc<super::super::sqlalchemy::schema::Constraint>)>> {
    let state = Column::state(Some(target.column.clone()), ty);
    let column = Rc::new(Column { state: std::cell::RefCell::new(state) });
    let table = call.make_table(vm, "table_name", "schema", &[Value::Native(column)])?;
    let constraints = table.constraints.borrow().clone();
    let bound = constraints.into_iter().filter(|constraint| constraint.state.borrow().type_bound);
    Ok(bound.map(|constraint| (table.clone(), constraint)).collect())
}

/// A text, or an expression compiled.
fn written(vm: &mut Vm, value: &Value) -> Known<String> {
    match value.as_str() {
        Some(text) => Ok(text.to_string()),
        None => {
            let expression = expression::coerce(vm, value, Role::DdlExpression)?;
            expression::compile(vm, &expression, expression::Context::DDL)
        }
    }
}

fn server_default(vm: &mut Vm, call: &Call, target: &Target, default: &Value) -> Known<Vec<Statement>> {
    let existing = call.some("existing_server_default").filter(|value| value.as_bool() != Some(false));
    let is_computed =
        |value: &Value| matches!(seam::native::<Generated>(value).as_deref(), Some(Generated::Computed(_)));
    let is_identity = |value: &Value| match seam::native::<Generated>(value).as_deref() {
        Some(Generated::Identity(identity)) => Some(identity.clone()),
        _ => None,
    };
    if is_computed(default) || existing.as_ref().is_some_and(is_computed) {
        let message = "Adding or removing a \"computed\" construct, e.g. GENERATED ALWAYS AS, to or from an existing \
                       column is not supported.";
        return Err(vm.raise("sqlalchemy.exc.CompileError", message).into());
    }
    let column = target.column.ident();
    let before = existing.as_ref().and_then(is_identity);
    if let Some(identity) = is_identity(default) {
        return Ok(match before {
            None => {
                let (definition, words) = ddl::column::identity(&identity);
                vec![target.alter(AlterAction::AddIdentity { column, identity: definition }, &format!("ADD {words}"))]
            }
            Some(before) => change_identity(target, &before, &identity),
        });
    }
    if default.is_none() && before.is_some() {
        let action = AlterAction::DropIdentity { column, if_exists: false };
        return Ok(vec![target.alter(action, "DROP IDENTITY")]);
    }
    let text = match default {
        Value::None => None,
        Value::Unknown(reason) => return Err(reason.clone().into()),
        value => {
            let default = match value.as_str() {
                Some(text) => ServerDefault::Literal(text.into()),
                None => ServerDefault::Expression(expression::coerce(vm, value, Role::DdlExpression)?),
            };
            default_text(vm, &default)?
        }
    };
    Ok(vec![match text {
        None => target.alter(AlterAction::SetDefault { column, default: None }, "DROP DEFAULT"),
        Some(text) => {
            let action = AlterAction::SetDefault { column, default: Some(Expr::parse(&text)) };
            target.alter(action, &format!("SET DEFAULT {text}"))
        }
    }])
}

/// `SET GENERATED …` and `SET INCREMENT BY …` for what differs, in the order of the attributes' names.
fn change_identity(target: &Target, before: &Identity, after: &Identity) -> Vec<Statement> {
    let mut words = Vec::new();
    let kind = (before.always != after.always).then(|| {
        words.push(format!("SET GENERATED {}", if after.always { "ALWAYS" } else { "BY DEFAULT" }));
        ddl::column::identity(after).0.kind
    });
    let (old, new) = (&before.options, &after.options);
    fn changed<T: PartialEq + Clone>(old: &Option<T>, new: &Option<T>) -> Option<T> {
        if old == new { None } else { new.clone() }
    }
    let options = SequenceOptions {
        start: changed(&old.start, &new.start),
        increment: changed(&old.increment, &new.increment),
        min_value: changed(&old.min_value, &new.min_value),
        max_value: changed(&old.max_value, &new.max_value),
        cache: changed(&old.cache, &new.cache),
        cycle: changed(&old.cycle, &new.cycle),
        ..SequenceOptions::default()
    };
    let text = ddl::column::sequence_options(&options);
    if !text.trim().is_empty() {
        words.push(format!("SET {}", text.trim()));
    }
    if words.is_empty() {
        return Vec::new();
    }
    let action = AlterAction::SetIdentity { column: target.column.ident(), kind, options };
    vec![target.alter(action, &words.join(" "))]
}
