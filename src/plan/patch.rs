//! The way out where no revision may be stamped, since each still has data to move: the failing call is guarded.

use super::candidate::recorded;
use super::imports::with_imports;
use super::{Case, Plan, PlanKind};
use crate::catalog::Catalog;
use crate::diff::{Change, Difference};
use crate::pg::command::{AlterAction, Command, Table, Type};
use crate::pg::error::{Refusal, SqlState, sqlstate};
use crate::pg::ident::QName;
use crate::predict::{Outcome, Prediction, predict};
use crate::source::{Sources, Span};

/// A change of a revision file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Patch {
    /// What changes.
    pub span: Span,
    /// The text of the span.
    pub before: String,
    /// What takes its place.
    pub after: String,
}

/// Errors that say "it is there already".
const THERE_ALREADY: &[SqlState] =
    &[sqlstate::DUPLICATE_OBJECT, sqlstate::DUPLICATE_TABLE, sqlstate::DUPLICATE_COLUMN, sqlstate::DUPLICATE_SCHEMA];

/// How many calls a patch may guard before the history is better repaired.
const MOST: usize = 8;

/// The plan; `None` where guarding the failing calls does not lead to the target's schema.
pub fn plan(case: &Case<'_>, goal: &Catalog) -> Option<Plan> {
    let rows = case.rows?;
    if !case.ghosts.is_empty() {
        return None;
    }
    let mut tolerated = Vec::new();
    let mut patches = Vec::new();
    let mut forecast: Prediction = case.prediction.clone();
    while forecast.outcome == Outcome::Fails && patches.len() < MOST {
        let failure = forecast.failure?;
        let Refusal::Postgres(error) = failure.refusal else { return None };
        if !THERE_ALREADY.contains(&error.sqlstate) {
            return None;
        }
        let span = failure.span?;
        if tolerated.contains(&(span, error.sqlstate)) {
            return None;
        }
        tolerated.push((span, error.sqlstate));
        patches.push(guard(case.subject.sources, span, &failure.statement?)?);
        forecast = predict(case.subject, case.actual, rows, case.target, case.table_rows, &tolerated);
    }
    if patches.is_empty() || !matches!(forecast.outcome, Outcome::Succeeds | Outcome::DependsOnData) {
        return None;
    }
    // What was there already must be what the revisions would have made, and an unnamed constraint must not be there twice.
    let left = case.diff(forecast.after.as_ref()?, goal, case.goal);
    let is_new = |difference: &Difference| difference.actual_oid.is_some_and(|oid| case.actual.get(oid).is_none());
    let astray = left.iter().any(|difference| match difference.change {
        Change::Missing => true,
        Change::Different(_) => difference.is_drift(),
        Change::Extra => is_new(difference),
        Change::Uncompared(_) => false,
    });
    if astray {
        return None;
    }
    let state = recorded(case);
    Some(Plan {
        kind: PlanKind::Patch,
        to: rows.to_vec(),
        state,
        recommended: true,
        obstacles: Vec::new(),
        fix: Vec::new(),
        data_steps: Vec::new(),
        fixed: case.actual.clone(),
        touched: Vec::new(),
        rest: super::script::Rest::default(),
        undo: super::script::undo::Undo::default(),
        ownership: super::script::ownership::Ownership::default(),
        stays: Vec::new(),
        left,
        demands: Vec::new(),
        then: forecast,
        patches: with_imports(patches, case.subject.sources)?,
    })
}

/// The call with a guard around it; `None` where the place of the statement cannot be found in it.
fn guard(sources: &Sources, span: Span, statement: &str) -> Option<Patch> {
    let call = sources.text(span).to_string();
    let command = crate::sql::statement::parse_one(statement)?;
    // In a loop the guard would be asked for one object and skip others.
    let names = |name: &str| [format!("\"{name}\""), format!("'{name}'")].iter().any(|literal| call.contains(literal));
    let of_table = |table: &QName| names(table.name.as_str()) || !call.starts_with("op.");
    let condition = match &command {
        Command::Type(Type::CreateEnum { name, .. }) => {
            let after = without_create_type(&call, name.name.as_str())?;
            return Some(Patch { span, before: call, after });
        }
        Command::Table(Table::Create(create)) if names(create.name.name.as_str()) => {
            format!("not sa.inspect(op.get_bind()).has_table({})", python(create.name.name.as_str()))
        }
        Command::Table(Table::Alter { name, actions, .. }) => match actions.as_slice() {
            [AlterAction::AddColumn { column, .. }] if names(column.name.as_str()) && of_table(name) => format!(
                "{} not in {{column[\"name\"] for column in sa.inspect(op.get_bind()).get_columns({})}}",
                python(column.name.as_str()),
                python(name.name.as_str())
            ),
            _ => return None,
        },
        Command::CreateIndex(index)
            if index.name.as_ref().is_some_and(|name| names(name.as_str())) && of_table(&index.table) =>
        {
            format!(
                "{} not in {{index[\"name\"] for index in sa.inspect(op.get_bind()).get_indexes({})}}",
                python(index.name.as_ref()?.as_str()),
                python(index.table.name.as_str())
            )
        }
        _ => return None,
    };
    let indentation = indentation(sources, span)?;
    // The rest of the call keeps its relative indentation.
    let after = format!("if {condition}:\n{indentation}    {}", call.replace('\n', "\n    "));
    Some(Patch { span, before: call, after })
}

/// What stands before the call on its line; `None` where that is more than blanks, so that the call is a part of a statement.
fn indentation(sources: &Sources, span: Span) -> Option<&str> {
    let before = &sources.file(span.file).text()[..span.start as usize];
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars().all(|letter| letter == ' ' || letter == '\t').then_some(line)
}

fn python(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// `sa.Enum(…, name="x")` as `postgresql.ENUM(…, name="x", create_type=False)`: a generic `Enum` ignores `create_type`.
fn without_create_type(call: &str, type_name: &str) -> Option<String> {
    let mut from = 0;
    while let Some(found) = call[from..].find("Enum(") {
        let open = from + found + "Enum".len();
        let close = matching(call, open)?;
        let arguments = &call[open + 1..close];
        let named = [format!("\"{type_name}\""), format!("'{type_name}'")].iter().any(|name| arguments.contains(name));
        if named {
            let start = call[..open]
                .rfind(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '.')
                .map_or(0, |at| at + 1);
            let arguments = arguments.trim_end().trim_end_matches(',');
            return Some(format!(
                "{}postgresql.ENUM({arguments}, create_type=False){}",
                &call[..start],
                &call[close + 1..]
            ));
        }
        from = open;
    }
    None
}

/// The parenthesis that closes the one at `open`, strings passed over.
fn matching(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut escaped = false;
    for (at, letter) in text[open..].char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if letter == '\\' => escaped = true,
            Some(mark) if letter == mark => quote = None,
            Some(_) => {}
            None => match letter {
                '"' | '\'' => quote = Some(letter),
                '(' => depth += 1,
                ')' => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(open + at);
                    }
                }
                _ => {}
            },
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generic_enum_becomes_one_that_is_not_created() {
        let call = "op.create_table(\"t\", sa.Column(\"s\", sa.Enum(\"a\", \"(b\", name=\"state\"), nullable=False))";
        let expected = "op.create_table(\"t\", sa.Column(\"s\", postgresql.ENUM(\"a\", \"(b\", name=\"state\", create_type=False), nullable=False))";
        assert_eq!(without_create_type(call, "state").as_deref(), Some(expected));
        assert_eq!(without_create_type(call, "other"), None);
    }
}
