//! Transactions of a fix: one, except where PostgreSQL lets a statement see what another made only once that is committed.

use std::ops::Range;

use crate::pg::command::{Command, CreateIndex, Type};

/// The statements of each transaction. A label that `ALTER TYPE … ADD VALUE` adds is usable in the next one only (55P04).
pub fn segments<'c>(commands: impl IntoIterator<Item = &'c Command>) -> Vec<Range<usize>> {
    let adds: Vec<bool> =
        commands.into_iter().map(|command| matches!(command, Command::Type(Type::AddValue { .. }))).collect();
    let mut segments = Vec::new();
    let mut start = 0;
    for at in 1..adds.len() {
        if adds[at - 1] && !adds[at] {
            segments.push(start..at);
            start = at;
        }
    }
    segments.push(start..adds.len());
    segments
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
}
