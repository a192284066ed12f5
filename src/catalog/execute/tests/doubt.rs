//! What is not known to be there: open worlds, commands that may have run, and what a history shows to have been there.

use super::*;

fn open() -> (Catalog, Session) {
    (Catalog { open_world: true, ..Catalog::new() }, Session::default())
}

#[test]
fn an_open_world_makes_up_what_nothing_created() {
    let (mut catalog, mut session) = open();
    sql(
        &mut catalog,
        &mut session,
        "alter table users add column age int
         alter table users drop column legacy
         alter table users alter column name type text
         create index ix on users (email)
         create table posts (id serial primary key, user_id int references users, kind old_kind)
         drop table gone
         drop index ix_gone
         alter table users drop constraint gone
         update accounts set active = true
         alter table users rename column a to b",
    );
    let users = catalog.resolve_relation(&crate::pg::ident::QName::bare("users"), &session).unwrap();
    assert!(catalog.table(users).unwrap().open.is_some());
    let columns: Vec<String> = catalog.columns(users).iter().map(|(_, column)| column.name.to_string()).collect();
    assert_eq!(columns, ["age", "name", "email", "b"]);
    assert!(catalog.resolve_relation(&crate::pg::ident::QName::bare("accounts"), &session).is_some());
    assert_eq!(
        run(&mut catalog, &mut session, "alter table users add column age int"),
        "-> 42701 column \"age\" of relation \"users\" already exists"
    );
}

#[test]
fn an_open_table_in_a_closed_world_is_not_guessed_at() {
    let (mut catalog, mut session) = open();
    sql(&mut catalog, &mut session, "alter table users add column age int");
    catalog.open_world = false;
    for statement in
        ["alter table users add column x int", "alter table users drop column x", "create index i on users (x)"]
    {
        assert!(
            matches!(catalog.execute(&command(statement), &mut session), Err(Refusal::Unmodelled(_))),
            "{statement}"
        );
    }
    sql(&mut catalog, &mut session, "create index i on users (age)");
}

#[test]
fn what_may_have_run_may_be_there() {
    let mut catalog = Catalog::new();
    let mut session = Session::default();
    let reason = crate::pg::error::Reason::new("branch", "if os.getenv('X')");
    sql(&mut catalog, &mut session, "create table t (a int, b int)");
    for statement in ["alter table t add column c int", "alter table t drop column b", "create table u (x serial)"] {
        assert!(!catalog.execute_maybe(&command(statement), &mut session, &reason).unwrap().is_empty());
    }
    let before: Vec<_> = catalog.iter().map(|(oid, entry)| (oid, entry.clone())).collect();
    for statement in [
        "alter table t add column c int",
        "alter table t drop column c",
        "alter table t alter column b type text",
        "create index i on t (b)",
        "create table u (x int)",
        "drop table u",
        "insert into t (c) values (1)",
    ] {
        let refusal = catalog.execute(&command(statement), &mut session).unwrap_err();
        assert_eq!(refusal, Refusal::Unmodelled(reason.clone()), "{statement}");
    }
    let after: Vec<_> = catalog.iter().map(|(oid, entry)| (oid, entry.clone())).collect();
    assert_eq!(before, after);
    sql(
        &mut catalog,
        &mut session,
        "alter table t drop column if exists b
         create sequence if not exists s
         drop table if exists u
         alter table t add column if not exists a int",
    );
    assert!(catalog.resolve_relation(&crate::pg::ident::QName::bare("u"), &session).is_none());
    let refusal = catalog.execute_maybe(&command("create table t (a int)"), &mut session, &reason).unwrap_err();
    assert_eq!(refusal.to_string(), "relation \"t\" already exists (42P07)");
}

#[test]
fn a_column_that_is_taken_for_granted_is_assumed_whatever_opened_its_table() {
    let mut catalog = Catalog::new();
    catalog.open_world = true;
    let mut session = Session::default();
    for statement in crate::sql::statement::parse("CREATE TABLE t AS SELECT * FROM u; CREATE INDEX i ON t (a)") {
        catalog.execute(&statement.command, &mut session).expect("accepted");
    }
    let table = catalog.relation(&Ident::new("public"), &Ident::new("t")).expect("the table");
    let column = catalog.column(table, &Ident::new("a")).expect("the column");
    assert!(catalog.get(column).expect("the column").assumed().is_some());
}

#[test]
fn what_may_be_there_is_worked_on_as_if_it_were() {
    let (mut catalog, mut session) = (Catalog::new(), Session::default());
    sql(&mut catalog, &mut session, "create table t (a int primary key)\n create table u (b int)");
    let reason = Reason::new("test", "it is not known");
    catalog.execute_maybe(&command("drop table t"), &mut session, &reason).expect("accepted");
    let key = command("alter table u add constraint k foreign key (b) references t (a)");
    assert!(matches!(catalog.execute(&key, &mut session), Err(Refusal::Unmodelled(_))));
    catalog.doubt_targets(&key, &session, &reason);
    let table = catalog.relation(&"public".into(), &"u".into()).expect("u");
    let doubts: Vec<bool> =
        catalog.constraints(table).iter().map(|(oid, _)| catalog.presence(*oid).is_some()).collect();
    assert_eq!(doubts, [true]);
    assert!(catalog.presence(table).is_none());
}

#[test]
fn of_a_column_that_is_taken_for_granted_only_what_was_set_is_compared() {
    let (mut catalog, mut session) = open();
    sql(
        &mut catalog,
        &mut session,
        "alter table t alter column a type text\nalter table t alter column b type text, alter column b drop not null",
    );
    let table = catalog.relation(&Ident::new("public"), &Ident::new("t")).expect("the table");
    let any = |name: &str| {
        let attrs = catalog.attrs(catalog.column(table, &Ident::new(name)).expect("the column"));
        attrs
            .into_iter()
            .filter(|(_, attr)| *attr == crate::catalog::Attr::Any)
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert_eq!(any("a"), ["not null", "identity"]);
    assert_eq!(any("b"), ["identity"]);
}

#[test]
fn what_a_history_has_worked_on_was_there() {
    let (mut catalog, mut session) = open();
    sql(&mut catalog, &mut session, "create table t (a int)");
    let reason = Reason::new("test", "it is not known");
    let maybe = command("alter table t add column b int default 1 unique");
    catalog.execute_maybe(&maybe, &mut session, &reason).expect("accepted");
    let rename = command("alter table t rename column b to c");
    assert!(matches!(catalog.execute(&rename, &mut session), Err(Refusal::Unmodelled(_))));
    catalog.execute_settling(&rename, &mut session).expect("it is there");
    let table = catalog.relation(&"public".into(), &"t".into()).expect("t");
    let column = catalog.column(table, &"c".into()).expect("renamed");
    let made = [Some(column), catalog.default_of(column), catalog.constraint(table, &"t_b_key".into())];
    assert!(made.into_iter().all(|oid| catalog.presence(oid.expect("made")).is_none()));
    // What was there before may be otherwise, whatever works on it.
    catalog.execute_maybe(&command("alter table t alter column a type text"), &mut session, &reason).expect("accepted");
    let not_null = command("alter table t alter column a set not null");
    assert!(catalog.execute_settling(&not_null, &mut session).is_err());
}

#[test]
fn what_a_history_has_dropped_was_not_needed() {
    let (mut catalog, mut session) = open();
    sql(
        &mut catalog,
        &mut session,
        "create table t (id int primary key)\ncreate table u (t_id int)\ncreate table v (id int references t)",
    );
    let reason = Reason::new("test", "it is not known");
    let drop = command("drop table t");
    // Of what may need it, and of what is in a table that may be there, it is not known whether it is in the way.
    catalog.execute_maybe(&command("drop table v"), &mut session, &reason).expect("accepted");
    assert!(matches!(catalog.execute(&drop, &mut session), Err(Refusal::Unmodelled(_))));
    let maybe = command("alter table u add constraint fk foreign key (t_id) references t");
    catalog.execute_maybe(&maybe, &mut session, &reason).expect("accepted");
    catalog.execute_settling(&drop, &mut session).expect("nothing was in the way");
    let u = catalog.relation(&"public".into(), &"u".into()).expect("u");
    assert!(catalog.constraint(u, &"fk".into()).is_none() && catalog.relation(&"public".into(), &"v".into()).is_some());
}

#[test]
fn a_type_whose_drop_depends_on_what_may_be_there_may_be_gone() {
    let (mut catalog, mut session) = open();
    sql(&mut catalog, &mut session, "create type mood as enum ('sad')\ncreate table t (a int)");
    let reason = Reason::new("test", "it is not known");
    let maybe = command("alter table t add column b mood");
    catalog.execute_maybe(&maybe, &mut session, &reason).expect("accepted");
    let drop = command("drop type mood");
    assert!(catalog.execute(&drop, &mut session).is_err());
    catalog.doubt_targets(&drop, &session, &reason);
    let mood = catalog.type_(&"public".into(), &"mood".into()).expect("the type");
    assert!(catalog.presence(mood).is_some());
}
