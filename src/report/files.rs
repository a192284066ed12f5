//! The files of a report: what `--out` writes and what the page offers for download.

use std::fmt::Write as _;

use super::{Change, Plan, Report, Step};
use crate::alembic::stamp;

/// The names of all files that a report can have.
pub const FILE_NAMES: [&str; 13] = [
    "check.sql",
    "indexes.sql",
    "fix.sql",
    "stamp.sql",
    "verify.sql",
    "undo.sql",
    "apply.py",
    "patch.diff",
    "commands.txt",
    "repair_revision.py",
    "report.md",
    "report.html",
    "report.json",
];

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutFile {
    /// Its name, without folder.
    pub name: &'static str,
    /// Its text.
    pub text: String,
}

impl Plan {
    /// What is typed with Flask-Migrate where the steps say `alembic`. A fix stamps by itself.
    pub fn flask_instead(&self) -> Vec<&str> {
        let stamps = |command: &str| command.starts_with("flask db stamp");
        let commands = self.commands.flask.iter().map(String::as_str);
        commands.filter(|command| self.fix_sql.is_empty() || !stamps(command)).collect()
    }
}

impl Report {
    /// The plan that a person should follow: the recommended one, else the first.
    pub fn plan(&self) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.recommended).or(self.plans.first())
    }

    /// The files of this report with the scripts of `plan`, in the order in which they are used. A script that is empty
    /// is left out.
    pub fn files(&self, plan: Option<&Plan>) -> Vec<OutFile> {
        let mut files = self.scripts(plan);
        files.push(OutFile { name: "report.md", text: self.markdown() });
        files.push(OutFile { name: "report.html", text: self.html() });
        let json = serde_json::to_string_pretty(self).unwrap_or_default();
        files.push(OutFile { name: "report.json", text: json + "\n" });
        files
    }

    /// What is run or applied of `plan`, without the report itself.
    pub fn scripts(&self, plan: Option<&Plan>) -> Vec<OutFile> {
        let mut files = Vec::new();
        let mut add = |name, text: String| {
            if !text.trim().is_empty() {
                files.push(OutFile { name, text });
            }
        };
        let of_plan = plan.map(|plan| &plan.check_sql).filter(|text| !text.trim().is_empty());
        add("check.sql", of_plan.unwrap_or(&self.check_sql).clone());
        if let Some(plan) = plan {
            add("indexes.sql", plan.indexes_sql.clone());
            add("fix.sql", plan.fix_sql.clone());
            add("stamp.sql", plan.stamp_sql.clone());
            add("verify.sql", plan.verify_sql.clone());
            add("undo.sql", plan.undo_sql.clone());
            add("apply.py", plan.apply_py());
            add("patch.diff", plan.patch_diff());
            add("commands.txt", commands(plan));
            add("repair_revision.py", plan.repair_revision.clone().unwrap_or_default());
        }
        files
    }

    /// The report for a ticket.
    pub fn markdown(&self) -> String {
        let mut md = format!("# Restamp {}\n\n**{}**\n", self.restamp, escape(&self.verdict.sentence));
        for fact in &self.verdict.facts {
            let _ = write!(md, "\n- {}", escape(fact));
        }
        if let Some(prediction) = &self.prediction
            && let Some(message) = &prediction.message
        {
            let _ = write!(md, "\n\n## Upgrade\n\n{}", escape(message));
            let place = [prediction.file.clone(), prediction.line.map(|line| line.to_string())];
            let place = place.into_iter().flatten().collect::<Vec<_>>().join(":");
            let _ = write!(md, "\n{} {}", escape(&place), prediction.sqlstate.as_deref().unwrap_or(""));
            if let Some(statement) = &prediction.statement {
                let _ = write!(md, "\n\n{}", indented(statement));
            }
        }
        if !self.drift.is_empty() {
            md.push_str(
                "\n\n## Differences\n\n| | kind | object | expected | actual | from |\n|---|---|---|---|---|---|",
            );
            for one in &self.drift {
                let change = match one.change {
                    Change::Missing => "missing",
                    Change::Extra => "extra",
                    Change::Different => "different",
                    Change::Uncompared => "uncompared",
                };
                let object = &one.object;
                let names = [&object.schema, &object.table].into_iter().flatten().chain([&object.name]);
                let name = names.map(String::as_str).collect::<Vec<_>>().join(".");
                let from = one.introduced_by.as_ref().map_or(String::new(), |from| from.revision.clone());
                let cells = [change, &object.kind, &name, or_empty(&one.expected), or_empty(&one.actual), &from];
                md.push_str("\n|");
                for cell in cells {
                    let _ = write!(md, " {} |", escape(cell));
                }
            }
        }
        for plan in &self.plans {
            let to = stamp::named(&plan.to);
            let mark = if plan.recommended { " (recommended)" } else { "" };
            let _ = write!(md, "\n\n## Plan: bring it to {}{mark}\n\n{}", escape(&to), escape(&plan.why));
            for barred in &plan.barred {
                let _ = write!(md, "\n- {}", escape(barred));
            }
            md += &if plan.recommended { plan.runbook() } else { numbered(&plan.steps) };
            for hazard in &plan.hazards {
                let _ = write!(md, "\n- {}: {}", hazard.code, escape(&hazard.message));
            }
            if !plan.then.hazards.is_empty() {
                md += "\n\nOf the upgrade that follows:\n";
            }
            for hazard in &plan.then.hazards {
                let place = hazard.place().map_or_else(String::new, |place| format!(" ({place})"));
                let _ = write!(md, "\n- {}: {}{}", hazard.code, escape(&hazard.sentence()), escape(&place));
            }
        }
        md.push_str("\n\n## Inputs\n");
        for input in &self.inputs {
            let _ = write!(md, "\n- {} {}", escape(&input.name), input.told());
        }
        md.push('\n');
        md
    }
}

/// Steps as a list.
pub(super) fn numbered(steps: &[Step]) -> String {
    let mut md = String::new();
    for (number, step) in steps.iter().enumerate() {
        let _ = write!(md, "\n{}. {}", number + 1, escape(&step.title));
        if let Some(command) = &step.command {
            let _ = write!(md, "\n\n{}\n", indented(command));
        }
    }
    md
}

fn or_empty(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or("")
}

/// The commands of a plan as a text file: comments and lines that a shell reads.
fn commands(plan: &Plan) -> String {
    let mut text = String::new();
    for step in &plan.steps {
        for line in step.title.lines() {
            let _ = writeln!(text, "# {line}");
        }
        if let Some(command) = &step.command {
            let _ = writeln!(text, "{command}");
        }
        text.push('\n');
    }
    if !plan.fix_sql.is_empty() {
        text.push_str("# Without psql, by the application's own SQLAlchemy: python apply.py rehearses, python apply.py --commit does it\n\n");
    }
    // As comments: a shell that is given the whole file must not stamp or upgrade twice.
    let instead = plan.flask_instead();
    if !instead.is_empty() {
        text.push_str("# With Flask-Migrate, instead of the lines that start with alembic:\n");
        for line in instead.iter().flat_map(|command| command.lines()) {
            let _ = writeln!(text, "#   {line}");
        }
    }
    text
}

/// Text as Markdown shows it literally, on one line: a name of the user's database is never markup.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' | '\r' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '&' => escaped.extend(['\\', char]),
            _ => escaped.push(char),
        }
    }
    escaped
}

/// Text as a Markdown code block. Indentation needs no fence that the text could close.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escape("a|b <img> `x`\n# y"), r"a\|b \<img\> \`x\` \# y");
    }

    #[test]
    fn code_keeps_its_fence_outside() {
        assert_eq!(indented("a\n```\nb"), "    a\n    ```\n    b");
    }
}
