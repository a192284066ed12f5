//! Projects of a few lines.

use restamp::report::{Input, InputFile, Options, Report};

/// A revision with this body of `upgrade()`.
pub fn revision(id: &str, down: &str, body: &str) -> InputFile {
    let body: String = body.lines().map(|line| format!("    {line}\n")).collect();
    let text = format!(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = '{id}'\ndown_revision = {down}\n\n\ndef upgrade():\n{body}"
    );
    InputFile { path: format!("versions/{id}.py"), bytes: text.into() }
}

/// Everything but plans.
pub fn analyze(files: Vec<InputFile>, dump: &str, stamped: &[&str]) -> Report {
    run(files, dump, stamped, Options { no_plans: true, ..Options::default() })
}

/// Everything.
pub fn plan(files: Vec<InputFile>, dump: &str, stamped: &[&str]) -> Report {
    run(files, dump, stamped, Options::default())
}

fn run(files: Vec<InputFile>, dump: &str, stamped: &[&str], options: Options) -> Report {
    let input = Input {
        files,
        dump: Some(InputFile { path: "dump.sql".into(), bytes: dump.into() }),
        stamped: Some(stamped.iter().map(ToString::to_string).collect()),
        options,
        ..Input::default()
    };
    restamp::analyze(&input, &mut |_| ())
}
