//! Transactions of a fix: one, except where PostgreSQL lets a statement see what another made only once that is committed.

use std::ops::Range;

use crate::pg::command::{Command, CreateIndex, Type};

/// The statements of each transaction. A label that `ALTER TYPE … ADD VALUE` adds is usable in the next one only (55P04). Indexes that
/// are built `CONCURRENTLY` come first and are none (25001): behind them there is one, if only for the stamp.
pub fn segments<'c>(commands: impl IntoIterator<Item = &'c Command>) -> Vec<Range<usize>> {
    let commands: Vec<&Command> = commands.into_iter().collect();
    let adds = |at: usize| matches!(commands[at], Command::Type(Type::AddValue { .. }));
    let mut segments = Vec::new();
    let mut start = commands.iter().take_while(|command| is_concurrent(command)).count();
    if start > 0 {
        segments.push(0..start);
    }
    for at in start + 1..commands.len() {
        if adds(at - 1) && !adds(at) {
            segments.push(start..at);
            start = at;
        }
    }
    segments.push(start..commands.len());
    segments
}

/// An index that is built without keeping writers out.
pub fn is_concurrent(command: &Command) -> bool {
    matches!(command, Command::CreateIndex(index) if index.concurrently)
}

/// The statement as it can stand in a transaction, which `CONCURRENTLY` cannot (25001): the same object, with a stronger lock.
pub fn in_transaction(command: Command) -> Command {
    match command {
        Command::CreateIndex(index) => Command::CreateIndex(CreateIndex { concurrently: false, ..index }),
        Command::DropIndex { names, if_exists, behavior, concurrently: _ } => {
            Command::DropIndex { names, if_exists, behavior, concurrently: false }
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::segments;
    use crate::sql::statement::parse;

    #[test]
    fn what_may_use_a_new_label_waits_for_its_commit() {
        let text = "CREATE TABLE a (id int); ALTER TYPE k ADD VALUE 'x'; ALTER TYPE k ADD VALUE 'y'; UPDATE t SET k = 'x'; \
                    ALTER TYPE k ADD VALUE 'z'";
        let commands: Vec<_> = parse(text).into_iter().map(|statement| statement.command).collect();
        assert_eq!(segments(&commands), [0..3, 3..5]);
        assert_eq!(segments(&[]).len(), 1);
    }

    #[test]
    fn indexes_that_keep_nobody_out_are_of_no_transaction() {
        let text =
            "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (b); CREATE TABLE u (id int)";
        let commands: Vec<_> = parse(text).into_iter().map(|statement| statement.command).collect();
        assert_eq!(segments(&commands), [0..2, 2..3]);
        assert_eq!(segments(&commands[..2]), [0..2, 2..2]);
    }
}
