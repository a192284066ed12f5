//! What the database has answered to `check.sql`, as far as it is not a matter of the prediction.

use crate::catalog::Session;
use crate::diagnostic::Diagnostic;
use crate::predict::answers::Answers;
use crate::report::Input;

/// How to make what is to be handed in.
const HELP: &str =
    "Run psql \"$DATABASE_URL\" -f check.sql, or check.sql in any other client, and hand in all that it prints.";

/// Reads what was handed in; what is not to be used of it is said.
pub fn read(input: &Input, diagnostics: &mut Vec<Diagnostic>) -> Answers {
    let Some(file) = &input.answers else { return Answers::default() };
    let answers = Answers::read(&file.bytes);
    let mut say = |diagnostic: Diagnostic, help: &str| diagnostics.push(diagnostic.help(help));
    if answers.is_empty() {
        let what = match answers.is_script {
            true => format!("{} is check.sql itself, not what it prints.", file.path),
            false => format!("{} holds no answer of check.sql.", file.path),
        };
        say(Diagnostic::error("answers-none", what), HELP);
    }
    if !answers.garbled.is_empty() {
        let lines: Vec<String> = answers.garbled.iter().take(5).map(ToString::to_string).collect();
        say(
            Diagnostic::warning(
                "answers-garbled",
                format!(
                    "{} answer(s) of {} cannot be read, first in line {}: they are cut off or changed.",
                    answers.garbled.len(),
                    file.path,
                    lines.join(", ")
                ),
            ),
            "Copy the lines whole, or write them into a file: psql \"$DATABASE_URL\" -f check.sql > answers.txt.",
        );
    }
    if !answers.contradicted.is_empty() {
        say(
            Diagnostic::warning(
                "answers-contradictory",
                format!(
                    "{} holds two different answers to {}; neither is used.",
                    file.path,
                    answers.contradicted.join(", ")
                ),
            ),
            "Hand in the output of one run alone, the last one.",
        );
    }
    if let Some(error) = &answers.error {
        say(
            Diagnostic::warning(
                "answers-error",
                format!("The database has refused to answer a part of check.sql: {error}."),
            ),
            "Run check.sql as a role that may read all tables, best the one that Alembic connects as; what was not answered stays open.",
        );
    }
    answers
}

/// Answers that nobody has asked for.
pub fn unused(answers: &Answers, input: &Input) -> Option<Diagnostic> {
    let file = input.answers.as_ref()?;
    let unused = answers.unused();
    let first = unused.first()?;
    Some(
        Diagnostic::info(
            "answers-unknown",
            format!(
                "{} answer(s) of {} are passed over, first {first}: nothing that they answer is asked here.",
                unused.len(),
                file.path
            ),
        )
        .help("If the revisions or the database have changed since, run the check.sql of this report."),
    )
}

/// What no dump shows, one sentence each.
pub fn facts(answers: &Answers, session: &Session) -> Vec<String> {
    let told = |key: &str| answers.facts(key).iter().filter(|value| !value.is_empty()).cloned().collect::<Vec<_>>();
    let mut facts = Vec::new();
    for role in told("role") {
        let kind = match answers.facts("superuser").first().map(String::as_str) {
            Some("true") => ", a superuser",
            Some(_) => ", no superuser",
            None => "",
        };
        facts.push(format!("check.sql was run as {role}{kind}."));
    }
    let own: Vec<String> = session.search_path.iter().map(ToString::to_string).collect();
    for path in told("search-path") {
        if path != own.join(", ") {
            facts.push(format!(
                "The search_path of who ran check.sql is {path}, and {} was assumed; hand in --search-path if it is Alembic's.",
                own.join(", ")
            ));
        }
    }
    facts.extend(told("setting").iter().map(|settings| format!("Settings of role and database: {settings}.")));
    for indexes in told("invalid-index") {
        facts.push(format!(
            "Invalid, left by a CREATE INDEX CONCURRENTLY that failed: {indexes}. A revision that makes such an index fails (42P07); a fix drops those that the revisions make."
        ));
    }
    let foreign = |owner: &String| owner.contains("may not act as");
    facts.extend(told("owner").iter().filter(|owner| foreign(owner)).map(|owners| {
        let owners: Vec<&str> = owners.split("; ").filter(|owner| owner.contains("may not act as")).collect();
        format!("The role that ran check.sql may not change everything (42501): {}.", owners.join("; "))
    }));
    facts
}
