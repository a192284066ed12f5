//! `restamp analyze` and `restamp replay`: arguments in, the façade's answer out.

use std::collections::HashSet;
use std::fs;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{UNUSABLE, input, text, unreadable};
use crate::report::{FILE_NAMES, Input, InputFile, Options, Progress, Report, Severity, Situation, Stage};

/// How to write a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a person.
    Text,
    /// For a program.
    Json,
}

/// What `analyze` takes.
#[derive(Args)]
pub struct Analyze {
    /// Version locations, an Alembic environment, or a repository; a zip of one.
    #[arg(required = true)]
    revisions: Vec<String>,
    /// A pg_dump of the database; `-` reads standard input.
    #[arg(long, value_name = "FILE|-")]
    dump: Option<String>,
    /// A second small dump, or the output of `alembic current`, with the version rows.
    #[arg(long, value_name = "FILE")]
    version_dump: Option<String>,
    /// The version rows, where you know them.
    #[arg(long, value_name = "REV[,REV]", value_delimiter = ',')]
    stamped: Option<Vec<String>>,
    /// What check.sql printed when it was run on the database; `-` reads standard input.
    #[arg(long, value_name = "FILE|-")]
    answers: Option<String>,
    /// The log of a failed deploy.
    #[arg(long, value_name = "FILE")]
    log: Option<String>,
    /// A root for imports, as on sys.path.
    #[arg(long, value_name = "DIR")]
    source: Vec<String>,
    /// A schema (dump) that the history starts from.
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Which environment, where there are several.
    #[arg(long, value_name = "PATH")]
    environment: Option<String>,
    /// Which engine of Flask-Migrate's multidb layout.
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
    /// Alembic's own table, where env.py does not tell its name.
    #[arg(long, value_name = "NAME")]
    version_table: Option<String>,
    /// Which database of a dump of several (pg_dumpall).
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    /// The role that Alembic connects as.
    #[arg(long, value_name = "NAME")]
    role: Option<String>,
    /// That role's search_path, where the dump does not show it.
    #[arg(long, value_name = "LIST")]
    search_path: Option<String>,
    /// Each schema whose name matches, for itself: a schema per tenant. `--search-path` says what is searched behind it.
    #[arg(long, value_name = "PATTERN", requires = "dump")]
    pub(super) schemas: Option<String>,
    /// Where the database shall go.
    #[arg(long, value_name = "heads|REV", default_value = "heads")]
    target: String,
    /// How to write it.
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: Format,
    /// Write the scripts and the report into this folder.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// Plans may drop what a revision up to the target dropped.
    #[arg(long)]
    allow_drops: bool,
    /// Plans may convert in ways that lose data.
    #[arg(long)]
    allow_data_loss: bool,
    /// Build the fix's new indexes before it, without keeping writers out (CREATE INDEX CONCURRENTLY, in indexes.sql).
    #[arg(long)]
    concurrently: bool,
    /// How long a statement of a script waits for a lock before it gives up; 0 waits for ever.
    #[arg(long, value_name = "TIME", default_value = "5s")]
    lock_timeout: String,
    /// Make no plans: only the place, the differences and the prediction, in a fraction of the time.
    #[arg(long, conflicts_with = "out")]
    no_plans: bool,
}

impl Analyze {
    fn input(&self) -> Result<Input, input::Unreadable> {
        // It is read once and would be empty for the second.
        let named = [&self.dump, &self.version_dump, &self.answers, &self.log];
        if named.iter().filter(|path| path.as_deref() == Some("-")).count() > 1 {
            let why = "standard input can be given to one option only".to_string();
            return Err(input::Unreadable { path: "-".to_string(), why });
        }
        let optional = |path: &Option<String>| path.as_deref().map(input::text).transpose();
        Ok(Input {
            files: with_sources(&self.revisions, &self.source)?,
            dump: None,
            version_dump: optional(&self.version_dump)?,
            // `--stamped ""` says that there are no rows.
            stamped: self.stamped.clone().map(|rows| rows.into_iter().filter(|row| !row.is_empty()).collect()),
            answers: optional(&self.answers)?,
            log: optional(&self.log)?,
            options: Options {
                rehearsal: false,
                source_roots: self.source.clone(),
                within: if self.source.is_empty() { Vec::new() } else { self.revisions.clone() },
                baseline: optional(&self.baseline)?,
                environment: self.environment.clone(),
                engine: self.engine.clone(),
                version_table: self.version_table.clone(),
                role: self.role.clone(),
                search_path: self.search_path.clone(),
                schema: None,
                target: Some(self.target.clone()),
                allow_drops: self.allow_drops,
                allow_data_loss: self.allow_data_loss,
                concurrently: self.concurrently,
                lock_timeout: Some(self.lock_timeout.clone()),
                no_plans: self.no_plans,
                database: self.database.clone(),
            },
        })
    }
}

/// The files of the project, and those of roots for imports that lie elsewhere.
fn with_sources(revisions: &[String], roots: &[String]) -> Result<Vec<InputFile>, input::Unreadable> {
    let mut files = input::project(revisions)?;
    let known: HashSet<String> = files.iter().map(|file| file.path.clone()).collect();
    files.extend(input::project(roots)?.into_iter().filter(|file| !known.contains(&file.path)));
    Ok(files)
}

/// What is going on, on one line of a terminal.
fn progress(progress: Progress) {
    let stage = match progress.stage {
        Stage::ReadingProject => "reading the project",
        Stage::ReadingDump => "reading the dump",
        Stage::Replaying => "replaying the revisions",
        Stage::Locating => "finding where the database stands",
        Stage::Comparing => "comparing",
        Stage::Predicting => "predicting the upgrade",
        Stage::Planning => "making plans",
    };
    let count = if progress.total > 0 { format!(" {}/{}", progress.done, progress.total) } else { String::new() };
    let _ = write!(anstream::stderr(), "\r\u{1b}[K{stage}{count}");
}

/// Runs `analyze`.
pub fn analyze(arguments: &Analyze) -> ExitCode {
    let input = match arguments.input() {
        Ok(input) => input,
        Err(error) => return unreadable(&error),
    };
    let terminal = std::io::stderr().is_terminal();
    let mut watch = |step| {
        if terminal {
            progress(step);
        }
    };
    let mut bytes = |done, total| watch(Progress { stage: Stage::ReadingDump, done, total });
    let dump = match arguments.dump.as_deref().map(|path| input::dump(path, &mut bytes)).transpose() {
        Ok(dump) => dump,
        Err(error) => return unreadable(&error),
    };
    if let Some(pattern) = &arguments.schemas {
        let reports = crate::analyze::analyze_schemas(&input, dump.as_ref(), pattern, &mut watch);
        return super::schemas::answer(arguments, reports);
    }
    let report = crate::analyze::analyze_read(&input, dump.as_ref(), &mut watch);
    if terminal {
        let _ = write!(anstream::stderr(), "\r\u{1b}[K");
    }
    let folder = arguments.out.as_ref().map(|folder| folder.display().to_string());
    let written = match arguments.format {
        Format::Text => text::render(&report) + &text::files(&report, folder.as_deref()),
        Format::Json => serde_json::to_string_pretty(&report).map(|json| json + "\n").unwrap_or_default(),
    };
    // A reader that closes the pipe early (`| head`) is no error.
    let _ = write!(anstream::stdout(), "{written}");
    if let Some(folder) = &arguments.out
        && let Err(error) = write_out(&report, folder)
    {
        let path = folder.display().to_string();
        return unreadable(&input::Unreadable { path, why: format!("it cannot be written: {error}") });
    }
    ExitCode::from(code(&report, arguments.dump.is_some()))
}

/// Writes the files of the plan to follow. Files of an earlier run that this one does not write are removed: a fix for what
/// the database was then must not lie beside today's report.
pub(super) fn write_out(report: &Report, folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    let files = report.files(report.plan());
    for name in FILE_NAMES {
        if !files.iter().any(|file| file.name == name) {
            match fs::remove_file(folder.join(name)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
                Ok(()) | Err(_) => {}
            }
        }
    }
    for file in files {
        fs::write(folder.join(file.name), file.text)?;
    }
    Ok(())
}

/// 0: the database is where its rows say, and at the target. 1: there is something to do. 2: the input is unusable.
pub(super) fn code(report: &Report, dump_given: bool) -> u8 {
    let errors = || report.diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    let unreadable = report.database.is_none() && (dump_given || report.log.is_none() && errors());
    if report.revisions.is_empty() || unreadable {
        return UNUSABLE;
    }
    let nothing_pending = report.prediction.as_ref().is_some_and(|prediction| prediction.runs.is_empty());
    let counting = report.drift.iter().any(|drift| drift.counts);
    u8::from(!(report.verdict.situation == Situation::Healthy && nothing_pending && !counting))
}

/// What `replay` takes.
#[derive(Args)]
pub struct Replay {
    /// Version locations, an Alembic environment, or a repository; a zip of one.
    #[arg(required = true)]
    revisions: Vec<String>,
    /// Up to where.
    #[arg(long, value_name = "heads|REV", default_value = "heads")]
    to: String,
    /// A root for imports, as on sys.path.
    #[arg(long, value_name = "DIR")]
    source: Vec<String>,
    /// A schema (dump) that the history starts from.
    #[arg(long, value_name = "FILE")]
    baseline: Option<String>,
    /// Which environment, where there are several.
    #[arg(long, value_name = "PATH")]
    environment: Option<String>,
    /// Which engine of Flask-Migrate's multidb layout.
    #[arg(long, value_name = "NAME")]
    engine: Option<String>,
}

/// Runs `replay`: the expected schema as SQL.
pub fn replay(arguments: &Replay) -> ExitCode {
    let read = with_sources(&arguments.revisions, &arguments.source);
    let read = read.and_then(|files| Ok((files, arguments.baseline.as_deref().map(input::text).transpose()?)));
    let (files, baseline) = match read {
        Ok(read) => read,
        Err(error) => return unreadable(&error),
    };
    let options = Options {
        source_roots: arguments.source.clone(),
        within: if arguments.source.is_empty() { Vec::new() } else { arguments.revisions.clone() },
        baseline,
        environment: arguments.environment.clone(),
        engine: arguments.engine.clone(),
        ..Options::default()
    };
    let (sql, diagnostics, code) =
        match crate::analyze::expected_schema(&Input { files, options, ..Input::default() }, &arguments.to) {
            Ok((sql, diagnostics)) => (sql, diagnostics, ExitCode::SUCCESS),
            Err(diagnostics) => (String::new(), diagnostics, ExitCode::from(UNUSABLE)),
        };
    for diagnostic in &diagnostics {
        let _ = write!(anstream::stderr(), "{}", text::diagnostic(diagnostic));
    }
    let _ = write!(anstream::stdout(), "{sql}");
    code
}
