//! Constraints that wait for the end of the transaction (`DEFERRABLE INITIALLY DEFERRED`, `SET CONSTRAINTS`), and what may not be done to a table
//! whose rows still wait for them (`CheckTableNotInUse`). Seen from PostgreSQL 16.

use std::collections::BTreeMap;

use crate::catalog::object::{Constraint, Rule};
use crate::catalog::{Catalog, Oid, Session, query};
use crate::pg::command::{AlterAction, Command, DataCommand, DataVerb, Deferrable, Table};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::QName;

/// What waits for the end of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::catalog) struct Waiting {
    /// Tables with rows that a foreign key has still to look at; true where it is certain that there are some.
    events: BTreeMap<Oid, bool>,
    /// `SET CONSTRAINTS … DEFERRED` was said.
    all: bool,
}

impl Catalog {
    /// 55006: the statement may not be run on a table with rows that still wait for a foreign key.
    pub(super) fn nothing_waits(&self, command: &Command, session: &Session) -> Result<(), Refusal> {
        let Some((verb, tables)) = used(command).filter(|_| !session.waiting.events.is_empty()) else { return Ok(()) };
        for name in tables {
            let Some(table) = self.resolve_relation(name, session) else { continue };
            match session.waiting.events.get(&table) {
                Some(true) => {
                    let relation = self.name_of(table);
                    let message =
                        format!("cannot {verb} \"{}\" because it has pending trigger events", relation.as_str());
                    return Err(PgError::new(sqlstate::OBJECT_IN_USE, message).into());
                }
                Some(false) => {
                    let what = format!(
                        "whether rows of {} were written before in the same transaction: a foreign key that is deferred would then stop {verb} (55006)",
                        self.name_of(table).as_str()
                    );
                    return Err(Reason::new("deferred-constraint", what).into());
                }
                None => {}
            }
        }
        Ok(())
    }

    /// Remembers what a statement on rows leaves for the end of the transaction.
    pub(super) fn wait(&self, data: &DataCommand, session: &mut Session) {
        let table = data.table.as_ref().and_then(|name| self.resolve_relation(name, session));
        let Some(table) = table.filter(|_| session.transaction.is_some() && !self.open_world) else { return };
        let looks = |foreign_key: &Constraint| {
            let Rule::ForeignKey { table: parent, columns, referenced, .. } = &foreign_key.rule else { return false };
            let sets = |keys: &[Oid]| keys.iter().any(|key| data.columns.contains(&self.name_of(*key)));
            let (is_child, is_parent) = (foreign_key.table == table, *parent == table);
            match data.verb {
                DataVerb::Insert | DataVerb::Copy => is_child,
                DataVerb::Update => is_child && sets(columns) || is_parent && sets(referenced),
                DataVerb::Delete => is_parent,
                DataVerb::Merge => is_child || is_parent,
                DataVerb::Select | DataVerb::Truncate | DataVerb::Maintenance => false,
            }
        };
        let waits = |foreign_key: &Constraint| match foreign_key.deferrable {
            Some(Deferrable::InitiallyDeferred) => true,
            Some(Deferrable::InitiallyImmediate) => session.waiting.all,
            Some(Deferrable::NotDeferrable) | None => false,
        };
        let mut all = self.tables().flat_map(|(oid, _)| self.constraints(oid));
        if all.any(|(_, foreign_key)| waits(foreign_key) && looks(foreign_key)) {
            let written = data.verb == DataVerb::Insert
                && query::RowStatement::read(&data.text).is_some_and(|statement| statement.inserts())
                && !data.text.to_ascii_uppercase().contains("ON CONFLICT")
                && !self.fires(table)
                // Rows of a partitioned table wait under the names of its partitions.
                && self.table(table).is_some_and(|table| table.partition_by.is_none())
                && self.constraints(table).iter().any(|(oid, key)| waits(key) && looks(key) && self.doubt(*oid).is_none());
            *session.waiting.events.entry(table).or_insert(false) |= written;
        }
    }
}

impl Session {
    /// After `ROLLBACK TO`: what was written since may be gone, and with it what waited.
    pub(super) fn may_wait(&mut self) {
        self.waiting.events.values_mut().for_each(|certain| *certain = false);
    }

    /// Behind a condition that is not known: what waits behind either side may wait.
    pub fn wait_as_either(&mut self, a: &Session, b: &Session) {
        self.waiting = Waiting { events: BTreeMap::new(), all: a.waiting.all || b.waiting.all };
        for (table, certain) in a.waiting.events.iter().chain(&b.waiting.events) {
            let both = [a, b].iter().all(|side| side.waiting.events.get(table) == Some(&true));
            self.waiting.events.insert(*table, *certain && both);
        }
    }
}

/// `SET CONSTRAINTS …`
pub(super) fn set_constraints(text: &str, session: &mut Session) {
    let text = text.to_ascii_uppercase();
    let all = text.split_whitespace().any(|word| word == "ALL");
    if text.trim_end().ends_with("DEFERRED") {
        session.waiting.all = true;
    } else if all {
        session.waiting = Waiting::default();
    } else {
        // Of those that are named nothing waits any more; which they are is not followed.
        session.may_wait();
    }
}

/// The tables that may not be in use, and the words of PostgreSQL's message.
fn used(command: &Command) -> Option<(&'static str, Vec<&QName>)> {
    match command {
        Command::Table(Table::Alter { name, actions, .. }) => {
            let renames = |action: &AlterAction| {
                matches!(
                    action,
                    AlterAction::RenameTo { .. }
                        | AlterAction::RenameColumn { .. }
                        | AlterAction::RenameConstraint { .. }
                        | AlterAction::SetSchema { .. }
                )
            };
            (!actions.iter().all(renames)).then(|| ("ALTER TABLE", vec![name]))
        }
        Command::Table(Table::Drop { names, .. }) => Some(("DROP TABLE", names.iter().collect())),
        Command::CreateIndex(index) => Some(("CREATE INDEX", vec![&index.table])),
        Command::Data(data) if data.verb == DataVerb::Truncate => Some(("TRUNCATE", data.relations.iter().collect())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::catalog::execute::tests::{command, sql};
    use crate::catalog::{Catalog, Session};

    /// What PostgreSQL 16 said of each pair of statements in one transaction.
    #[test]
    fn what_waits_for_a_foreign_key_stops_the_table() {
        let schema = "create table p (id int primary key, x int)\n\
            create table c (id int primary key, p_id int references p deferrable initially deferred, u int)\n\
            create table i (id int primary key, p_id int references p deferrable)";
        let pending = |verb: &str| format!("cannot {verb} \"c\" because it has pending trigger events (55006)");
        let insert = "insert into c values (2, null, 2)";
        for (first, second, said) in [
            (insert, "alter table c add column z int", pending("ALTER TABLE")),
            (insert, "create index ix on c (u)", pending("CREATE INDEX")),
            (insert, "drop table c", pending("DROP TABLE")),
            (insert, "truncate c", pending("TRUNCATE")),
            (insert, "alter table c rename column u to uu", "ok".into()),
            (insert, "alter table p add column z int", "ok".into()),
            ("insert into i values (2, 1)", "alter table i add column z int", "ok".into()),
            ("insert into p values (7, 7)", "alter table p add column z int", "ok".into()),
            ("update p set x = 2", "alter table p add column z int", "ok".into()),
            ("delete from c", "alter table c add column z int", "ok".into()),
            ("update c set u = 3", "alter table c add column z int", "ok".into()),
            // It depends on rows.
            ("update c set p_id = 3", "alter table c add column z int", "unknown".into()),
            ("delete from p", "alter table p add column z int", "unknown".into()),
            ("insert into c select 1, 2, 3", "alter table c add column z int", "unknown".into()),
        ] {
            let (mut catalog, mut session) = (Catalog::new(), Session::default());
            sql(&mut catalog, &mut session, schema);
            sql(&mut catalog, &mut session, &format!("begin\n{first}"));
            let outcome = match catalog.execute(&command(second), &mut session) {
                Ok(_) => "ok".to_string(),
                Err(crate::pg::error::Refusal::Unmodelled(_)) => "unknown".to_string(),
                Err(refusal) => refusal.to_string(),
            };
            assert_eq!(outcome, said, "{first}; {second}");
        }
        let insert_back = format!("begin\nsavepoint s\n{insert}\nrollback to s");
        let (mut catalog, mut session) = (Catalog::new(), Session::default());
        sql(&mut catalog, &mut session, &format!("{schema}\n{insert_back}"));
        let after = catalog.execute(&command("drop table c"), &mut session);
        assert!(matches!(after, Err(crate::pg::error::Refusal::Unmodelled(_))), "{after:?}");
        // Looked at before, and at the end of the transaction, nothing waits any more.
        for between in ["set constraints all immediate", "commit\nbegin", "rollback\nbegin"] {
            let (mut catalog, mut session) = (Catalog::new(), Session::default());
            sql(&mut catalog, &mut session, schema);
            sql(&mut catalog, &mut session, &format!("begin\n{insert}\n{between}\ndrop table c"));
        }
    }
}
