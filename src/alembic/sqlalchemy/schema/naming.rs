//! Naming conventions (`sqlalchemy.sql.naming`).

use std::rc::Rc;

use super::super::names::Name;
use super::super::{Known, seam};
use super::column::ColumnArg;
use super::constraint::{Constraint, ConstraintKind, ConstraintName};
use super::{Column, ForeignKey, Index, Table};
use crate::alembic::eval::{Args, Value, Vm};
use crate::pg::error::Reason;

/// What a convention reads from a constraint or an index.
struct Subject<'a> {
    prefix: &'static str,
    name: &'a ConstraintName,
    columns: Vec<Rc<Column>>,
    referred_table: Option<Name>,
    /// Of a foreign key: its columns with what they refer to.
    elements: Vec<(Rc<Column>, Rc<ForeignKey>)>,
    table: &'a Table,
    object: Value,
}

/// The name of a constraint after the convention of its table's metadata (`_constraint_name_for_table`).
pub fn constraint_name(vm: &mut Vm, constraint: &Rc<Constraint>, table: &Rc<Table>) -> Known<Option<Name>> {
    let state = constraint.state.borrow().clone();
    let resolve = |columns: &[ColumnArg]| columns.iter().filter_map(|column| column.resolve(table)).collect();
    let (prefix, columns) = match &state.kind {
        ConstraintKind::PrimaryKey { columns, .. } => ("pk", resolve(columns)),
        ConstraintKind::Unique { columns } => ("uq", resolve(columns)),
        ConstraintKind::ForeignKey { columns, .. } => ("fk", resolve(columns)),
        ConstraintKind::Check(check) => ("ck", resolve(&check.columns)),
        ConstraintKind::Exclude(exclusion) => {
            ("", exclusion.elements.iter().filter_map(|(expression, _)| expression.column(table)).collect())
        }
        ConstraintKind::Plain => ("", Vec::new()),
    };
    let mut referred_table = None;
    let mut pairs = Vec::new();
    if let ConstraintKind::ForeignKey { elements, .. } = &state.kind {
        referred_table = elements.first().and_then(|element| element.referent.table()).map(|(_, table)| table);
        pairs = columns.iter().cloned().zip(elements.iter().cloned()).collect();
    }
    let object = Value::Native(constraint.clone());
    apply(vm, &Subject { prefix, name: &state.name, columns, referred_table, elements: pairs, table, object })
}

/// The name of an index after the convention of its table's metadata.
pub fn index_name(vm: &mut Vm, index: &Rc<Index>, table: &Rc<Table>) -> Known<Option<Name>> {
    let state = index.state.borrow().clone();
    let subject = Subject {
        prefix: "ix",
        name: &state.name,
        columns: state.columns(table),
        referred_table: None,
        elements: Vec::new(),
        table,
        object: Value::Native(index.clone()),
    };
    let found = apply(vm, &subject)?;
    // PostgreSQL names constraints that have no name; an index has its name from the convention alone.
    if let (true, ConstraintName::None, Some(name)) = (table.metadata.of_operation, &state.name, &found) {
        vm.run.conventional_indexes.insert(name.ident());
    }
    Ok(found)
}

fn apply(vm: &mut Vm, subject: &Subject) -> Known<Option<Name>> {
    if let ConstraintName::Name(name) = subject.name
        && name.conv
    {
        return Ok(Some(name.clone()));
    }
    let given = match subject.name {
        ConstraintName::Name(name) => Some(name.clone()),
        ConstraintName::None | ConstraintName::TypeBound => None,
    };
    let convention = &subject.table.metadata.naming_convention;
    let template = convention.iter().find(|(kind, _)| &**kind == subject.prefix).map(|(_, template)| template.clone());
    let template = match template {
        Some(Value::Str(template)) => template,
        Some(Value::Unknown(reason)) => return Err(reason.into()),
        Some(Value::None) | None => return Ok(given),
        Some(_) => return Err(Reason::new("naming-convention", "a template that is no text").into()),
    };
    if given.is_some() && !template.contains("constraint_name") {
        return Ok(given);
    }
    let mut text = String::new();
    let mut rest = &*template;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let behind = &rest[at + 1..];
        if let Some(behind) = behind.strip_prefix('%') {
            text.push('%');
            rest = behind;
        } else if let Some((token, behind)) = behind.strip_prefix('(').and_then(|inner| inner.split_once(")s")) {
            text.push_str(&value_of(vm, subject, token)?);
            rest = behind;
        } else {
            return Err(Reason::new("naming-convention", format!("template {template}")).into());
        }
    }
    text.push_str(rest);
    Ok(Some(Name::conv(&text)))
}

/// The value of one token (`ConventionDict.__getitem__`).
fn value_of(vm: &mut Vm, subject: &Subject, token: &str) -> Known<String> {
    let convention = &subject.table.metadata.naming_convention;
    if let Some((_, own)) = convention.iter().find(|(name, _)| &**name == token) {
        let table = subject.table.value();
        let args = Args { positional: vec![subject.object.clone(), table], ..Args::default() };
        let made = seam::call(vm, &own.clone(), args)?;
        return Ok(seam::text(&made, "a token of the naming convention")?.to_string());
    }
    match token {
        "table_name" => return Ok(subject.table.name().text.to_string()),
        "referred_table_name" => {
            let Some(table) = &subject.referred_table else {
                return Err(Reason::new("naming-convention", "a foreign key to an unknown table").into());
            };
            return Ok(table.text.to_string());
        }
        "constraint_name" => {
            let ConstraintName::Name(name) = subject.name else {
                let message = "Naming convention including %(constraint_name)s token requires that constraint is \
                               explicitly named.";
                return Err(seam::raise(vm, "sqlalchemy.exc.InvalidRequestError", message).into());
            };
            return Ok(name.text.to_string());
        }
        _ => {}
    }
    match ColumnToken::parse(token) {
        Some(ColumnToken { referred, index: Some(index), attribute, .. }) => {
            Ok(part(vm, subject, referred, index, attribute)?.unwrap_or_default())
        }
        Some(ColumnToken { referred, index: None, attribute, separator }) => {
            let mut parts = Vec::new();
            for at in 0..subject.columns.len() {
                parts.extend(part(vm, subject, referred, at, attribute)?);
            }
            Ok(parts.join(separator))
        }
        None => Err(seam::raise(vm, "KeyError", &format!("'{token}'")).into()),
    }
}

/// `column_0_name`, `column_0_N_key`, `referred_column_0N_name`, …
struct ColumnToken<'a> {
    referred: bool,
    /// `None`: all columns.
    index: Option<usize>,
    separator: &'static str,
    attribute: &'a str,
}

impl<'a> ColumnToken<'a> {
    fn parse(token: &'a str) -> Option<ColumnToken<'a>> {
        let (referred, rest) = match token.strip_prefix("referred_") {
            Some(rest) => (true, rest),
            None => (false, token),
        };
        let rest = rest.strip_prefix("column_")?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let index = rest[..digits].parse().ok()?;
        let rest = &rest[digits..];
        let (index, separator, rest) = match (rest.strip_prefix("_N_"), rest.strip_prefix("N_")) {
            (Some(rest), _) => (None, "_", rest),
            (None, Some(rest)) => (None, "", rest),
            (None, None) => (Some(index), "", rest.strip_prefix('_')?),
        };
        matches!(rest, "name" | "key" | "label").then_some(ColumnToken { referred, index, separator, attribute: rest })
    }
}

/// One column's part of a name. What a foreign key refers to must be in the metadata by then: Alembic puts it there for
/// `create_foreign_key`, and for columns only once they have their names.
fn part(vm: &mut Vm, subject: &Subject, referred: bool, at: usize, attribute: &str) -> Known<Option<String>> {
    if referred {
        let Some((column, key)) = subject.elements.get(at) else { return Ok(None) };
        let (.., name) = subject.table.resolved(vm, column, key)?;
        return Ok(Some(name.text.to_string()));
    }
    let Some(column) = subject.columns.get(at) else { return Ok(None) };
    Ok(Some(match attribute {
        "key" => column.key().to_string(),
        "label" => label(subject.table, column),
        _ => column.name().text.to_string(),
    }))
}

/// `Column._ddl_label`: the table's and the column's name, with a number where that is a column's name too.
fn label(table: &Table, column: &Column) -> String {
    let name = column.name();
    let label = match table.schema() {
        Some(schema) => format!("{}_{}_{}", schema.text.replace('.', "_"), table.name().text, name.text),
        None => format!("{}_{}", table.name().text, name.text),
    };
    let mut unique = label.clone();
    let mut counter = 1;
    while table.column(&unique).is_some() {
        unique = format!("{label}_{counter}");
        counter += 1;
    }
    unique
}
