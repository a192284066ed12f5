//! `restamp snapshot`: the SELECT, the program, or what a snapshot says in SQL.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;

use super::{UNUSABLE, input, style, unreadable};
use crate::sql::snapshot::{SELECT, program, to_sql};

/// What `snapshot` takes.
#[derive(Args)]
pub struct Snapshot {
    /// A Python program that runs the SELECT through the application's own SQLAlchemy.
    #[arg(long, conflicts_with = "read")]
    python: bool,
    /// Print what a snapshot says as pg_dump would: SQL that makes the same schema.
    #[arg(long, value_name = "FILE|-")]
    read: Option<String>,
}

/// Runs `snapshot`.
pub fn run(arguments: &Snapshot) -> ExitCode {
    let text = match &arguments.read {
        None if arguments.python => program(),
        None => SELECT.to_string(),
        Some(path) => {
            let file = match input::text(path) {
                Ok(file) => file,
                Err(error) => return unreadable(&error),
            };
            match to_sql(&file.path, &file.bytes) {
                Ok(sql) => sql,
                Err(messages) => {
                    for message in messages {
                        let (severity, what) = (style::severity("error"), style::printable(&message.message));
                        let _ = writeln!(anstream::stderr(), "{severity} {what}.");
                        if let Some(help) = message.help {
                            let _ = writeln!(anstream::stderr(), "  {help}");
                        }
                    }
                    return ExitCode::from(UNUSABLE);
                }
            }
        }
    };
    // A reader that closes the pipe early (`| head`) is no error.
    let _ = write!(anstream::stdout(), "{text}");
    ExitCode::SUCCESS
}
