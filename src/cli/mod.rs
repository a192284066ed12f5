//! The command line: a thin door to the library.

mod analyze;
mod graph;
mod input;
mod schemas;
mod snapshot;
mod style;
pub mod text;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Know before you stamp: where a PostgreSQL database really stands in its Alembic history.
#[derive(Parser)]
#[command(name = "restamp", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Say where the database stands and what to run.
    Analyze(Box<analyze::Analyze>),
    /// Write the expected schema as SQL.
    Replay(analyze::Replay),
    /// Print the SELECT that stands in for pg_dump where there is none; what it gives is handed in as a dump.
    Snapshot(snapshot::Snapshot),
    /// Show the history: heads, bases, and the order of an upgrade.
    Graph {
        /// Version locations, an Alembic environment, or a repository; a zip of one.
        #[arg(required = true)]
        revisions: Vec<String>,
        /// Which environment, where there are several.
        #[arg(long, value_name = "PATH")]
        environment: Option<String>,
        /// How to write it.
        #[arg(long, value_enum, default_value = "text")]
        format: graph::Format,
    },
}

/// Unusable input.
const UNUSABLE: u8 = 2;

/// The evaluator's bounds are made for this much stack; the main thread of some systems has a megabyte.
const STACK: usize = 64 << 20;

/// Runs the command line.
pub fn main() -> ExitCode {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    match thread.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        // The thread has said why it ended.
        Ok(Err(_)) => ExitCode::from(UNUSABLE),
        Err(_) => run(),
    }
}

fn run() -> ExitCode {
    match Arguments::parse().command {
        Command::Analyze(arguments) => analyze::analyze(&arguments),
        Command::Replay(arguments) => analyze::replay(&arguments),
        Command::Snapshot(arguments) => snapshot::run(&arguments),
        Command::Graph { revisions, environment, format } => {
            let files = match input::project(&revisions) {
                Ok(files) => files,
                Err(error) => return unreadable(&error),
            };
            let output = graph::run(files, environment.as_deref(), format);
            let _ = write!(anstream::stderr(), "{}", output.messages);
            // A reader that closes the pipe early (`| head`) is no error.
            let _ = write!(anstream::stdout(), "{}", output.text);
            if output.usable { ExitCode::SUCCESS } else { ExitCode::from(UNUSABLE) }
        }
    }
}

fn unreadable(error: &input::Unreadable) -> ExitCode {
    let path = style::printable(&error.path);
    let _ = writeln!(anstream::stderr(), "{} {path} cannot be read: {}.", style::severity("error"), error.why);
    ExitCode::from(UNUSABLE)
}
