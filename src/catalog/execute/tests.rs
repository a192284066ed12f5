//! Outcomes of a real PostgreSQL 15, statement by statement: `outcomes.sql` holds what the server said and what it had then.
//!
//! A block is a list of statements; `->` is the outcome of the last one, `=` the schema after it (and after a COMMIT).

use crate::catalog::object::{DefaultExpr, Object, Rule};
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Command, Transaction};
use crate::pg::error::Refusal;

fn run(catalog: &mut Catalog, session: &mut Session, sql: &str) -> String {
    let mut outcome = "-> ok".to_string();
    for statement in crate::sql::statement::parse(sql) {
        outcome = match catalog.execute(&statement.command, session) {
            Ok(_) => "-> ok".to_string(),
            Err(Refusal::Postgres(error)) => {
                let mut outcome = format!("-> {} {}", error.sqlstate, error.message);
                for line in error.detail.iter().flat_map(|detail| detail.lines()) {
                    outcome += &format!("\ndetail: {line}");
                }
                if let Some(hint) = &error.hint {
                    outcome += &format!("\nhint: {hint}");
                }
                outcome
            }
            Err(refusal) => format!("-> {refusal}"),
        };
    }
    outcome
}

/// The schema in the words of the query that made `outcomes.sql`.
fn schema(catalog: &Catalog) -> String {
    let name = |oid: Oid| catalog.get(oid).map(|object| object.name().as_str().to_string()).unwrap_or_default();
    let qualified = |oid: Oid| format!("{}.{}", catalog.schema_of(oid).map(name).unwrap_or_default(), name(oid));
    let mut lines = Vec::new();
    for (oid, entry) in catalog.iter() {
        if catalog.schema_of(oid).map(name).as_deref() == Some("pg_temp") {
            continue;
        }
        match &*entry.object {
            Object::Table(_) | Object::Index(_) | Object::Sequence(_) | Object::View(_) => {
                lines.push(format!("R {}", qualified(oid)));
            }
            Object::Column(column) if catalog.table(column.table).is_some() => {
                let not_null = if column.not_null { " not null" } else { "" };
                let default = match catalog.default_of(oid).and_then(|oid| catalog.get(oid)) {
                    Some(Object::Default(default)) => match default.expr {
                        DefaultExpr::NextVal(_) | DefaultExpr::Expr(_) | DefaultExpr::Unknown(_) => " default",
                    },
                    _ => "",
                };
                let (table, ty) = (name(column.table), catalog.type_text(&column.ty));
                lines.push(format!("C {table}.{} {ty}{not_null}{default}", column.name));
            }
            Object::Constraint(constraint) => {
                let kind = match constraint.rule {
                    Rule::Check { .. } => 'c',
                    Rule::ForeignKey { .. } => 'f',
                    Rule::PrimaryKey { .. } => 'p',
                    Rule::Unique { .. } => 'u',
                    Rule::Exclude { .. } => 'x',
                };
                lines.push(format!("K {}.{} {kind}", name(constraint.table), constraint.name.as_str()));
            }
            Object::Enum(ty) => lines.push(format!("E {} {}", qualified(oid), ty.labels.join(","))),
            _ => {}
        }
    }
    lines.sort();
    lines.join("; ")
}

#[test]
fn outcomes_are_those_of_postgresql() {
    let mut failures = Vec::new();
    let mut count = 0;
    for block in include_str!("outcomes.sql").trim().split("\n\n") {
        let mut catalog = Catalog::new();
        let mut session = Session { server_version: Some(15), ..Session::default() };
        let is_outcome = |line: &&str| {
            ["-> ", "= ", "detail: ", "hint: "].iter().any(|prefix| line.starts_with(prefix)) || *line == "="
        };
        let statements: Vec<&str> = block.lines().filter(|line| !is_outcome(line)).collect();
        let expected: Vec<&str> = block.lines().filter(is_outcome).collect();
        let mut actual = String::new();
        for statement in &statements {
            actual = run(&mut catalog, &mut session, statement);
        }
        // The end of the connection's block: what a COMMIT keeps.
        let _ = catalog.execute(&Command::Transaction(Transaction::Commit), &mut session);
        let actual = format!("{actual}\n= {}", schema(&catalog));
        let expected = expected.join("\n");
        if actual.trim() != expected.trim() {
            failures.push(format!("{}\nexpected {expected}\nactual   {actual}\n", statements.join("\n")));
        }
        count += 1;
    }
    assert!(count > 120, "{count} cases");
    assert!(failures.is_empty(), "{} of {count} fail:\n\n{}", failures.len(), failures.join("\n"));
}
