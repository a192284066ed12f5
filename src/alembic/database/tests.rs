//! What connections send, step by step.

use std::rc::Rc;

use crate::alembic::eval::{SourceModule, Vm};
use crate::alembic::run::{Action, Run, Settings};
use crate::alembic::{database, ops, python, sqlalchemy};
use crate::catalog::{Catalog, Session};
use crate::source::Sources;

/// The kinds of the steps of a program on a database with the table `t (a integer)`; `gone` is a library that is not known.
fn steps(program: &str) -> Vec<&'static str> {
    let program =
        format!("import gone\nimport sqlalchemy as sa\nfrom alembic import op\nbind = op.get_bind()\n{program}");
    let mut sources = Sources::default();
    let file = sources.add("m.py", &program);
    let ast = python::parse(&program, file).expect("Python");
    let mut catalog = Catalog::new();
    let mut session = Session::new(catalog.mark());
    for statement in crate::sql::statement::parse("CREATE TABLE t (a integer)") {
        catalog.execute(&statement.command, &mut session).expect("no refusal");
    }
    let mut vm = Vm::new(Run::new(catalog, session, Settings::default()), Rc::new(()));
    sqlalchemy::install(&mut vm);
    database::register(&mut vm);
    ops::register(&mut vm);
    let module = SourceModule { dotted: "m".into(), path: "m.py".into(), file, is_package: false, ast };
    if let Err(raise) = vm.load_module(&module) {
        panic!("{}", vm.describe(&raise));
    }
    let kind = |action: &Action| match action {
        Action::Statement { .. } => "statement",
        Action::Rows { .. } => "rows",
        Action::Unmodelled(_) => "unmodelled",
    };
    vm.run.steps.iter().map(|step| kind(&step.action)).collect()
}

#[test]
fn a_text_that_is_known_in_part_works_on_rows_where_its_words_say_so() {
    assert_eq!(steps("op.execute(f'UPDATE t SET a = {gone.x} WHERE a = 1')"), ["rows"]);
    assert_eq!(steps("op.execute('DELETE FROM t WHERE a = ' + gone.x)"), ["rows"]);
    assert_eq!(steps("bind.execute(sa.text(f'INSERT INTO t VALUES ({gone.x})'))"), ["rows"]);
    assert_eq!(steps("op.execute(f'UPDATE {gone.x} SET a = 1')"), ["unmodelled"]);
    assert_eq!(steps("op.execute(f'UPDATE t SET a = {gone.x}; DROP TABLE t')"), ["unmodelled"]);
    assert_eq!(steps("sql = f'UPDATE t SET a = {gone.x}'\nop.execute(sql.split()[0])"), ["unmodelled"]);
}

#[test]
fn values_may_come_with_the_execution() {
    let table = "t = sa.table('t', sa.column('a'))\n";
    let update = "u = sa.update(t).where(t.c.a == sa.bindparam('x')).values(a=sa.bindparam('y'))\n";
    assert_eq!(steps(&format!("{table}{update}bind.execute(u, [{{'x': 1, 'y': 2}}])")), ["rows"]);
}

/// psycopg, asyncpg and pg8000 alike; real SQLAlchemy 2.0 and 2.1 say so even of a table without rows.
#[test]
fn what_is_read_as_a_number_is_one() {
    let message = |ty: &str, read: &str| {
        let body = format!(
            "bind.execute(sa.text('CREATE TABLE n (x {ty})'))\nt = sa.table('n', sa.column('x', {read}))\n\
             message = None\ntry:\n    bind.execute(sa.select(t.c.x))\nexcept sa.exc.InvalidRequestError as error:\n\
             \x20   message = str(error)\nif message == 'Unknown PG numeric type: 1114':\n    op.execute('SELECT 1 FROM n')"
        );
        steps(&body).len()
    };
    let fine = message("integer", "sa.Float");
    assert_eq!(message("numeric(3, 1)", "sa.Numeric()"), fine);
    assert_eq!(message("timestamp", "sa.DateTime"), fine);
    assert_eq!(message("timestamp", "sa.Float"), fine + 1);
    assert_eq!(message("timestamp", "sa.Numeric(5, 2)"), fine + 1);
}

#[test]
fn dialects_are_told_apart() {
    let imports =
        "from sqlalchemy.dialects.mysql.base import MySQLDialect\nfrom sqlalchemy.dialects import postgresql\n";
    let branch = |class: &str| {
        steps(&format!("{imports}if isinstance(bind.dialect, {class}):\n    op.execute('DELETE FROM t')"))
    };
    assert_eq!(branch("MySQLDialect"), [""; 0]);
    assert_eq!(branch("postgresql.dialect"), ["statement"]);
}

#[test]
fn a_url_is_known_by_its_beginning() {
    let executes = |condition: &str| steps(&format!("if {condition}:\n    op.execute('DROP TABLE t')"));
    for holds in [
        "str(bind.engine.url).startswith('postgresql')",
        "not str(bind.engine.url).startswith('sqlite')",
        "not f'{bind.engine.url}'.startswith(('sqlite', 'mysql'))",
        "bind.engine.url.get_backend_name() == 'postgresql'",
        "bind.engine.url.drivername.startswith('post')",
    ] {
        assert_eq!(executes(holds), ["statement"], "{holds}");
        assert_eq!(executes(&format!("not ({holds})")), [""; 0], "{holds}");
    }
    let unknown =
        "r = str(bind.engine.url).startswith('postgresql+asyncpg')\nif r is True or r is False:\n    raise Exception()";
    assert_eq!(steps(unknown), [""; 0]);
}

#[test]
fn the_drivers_connection_ends_transactions_and_makes_statements_its_own() {
    let driver = "d = bind.connection.dbapi_connection\n";
    let visible = "sa.inspect(bind.engine).has_table('u')";
    let check = |program: &str| steps(&format!("{driver}{program}\nassert ok"));
    check(&format!("op.execute('CREATE TABLE u (a int)')\nok = not {visible}"));
    check(&format!("op.execute('CREATE TABLE u (a int)')\nd.commit()\nok = {visible}"));
    check(&format!(
        "d.commit()\nd.autocommit = True\nop.execute('CREATE TABLE u (a int)')\nok = {visible} and d.autocommit"
    ));
    check(&format!(
        "d.commit()\nd.autocommit = True\nd.autocommit = False\nop.execute('CREATE TABLE u (a int)')\nok = not {visible}"
    ));
    // What was not committed is rolled back.
    let own = "sa.inspect(bind).has_table('u')";
    check(&format!("op.execute('CREATE TABLE u (a int)')\nd.set_isolation_level(0)\nok = not {own} and d.autocommit"));
    check(
        "op.execute('CREATE TABLE u (a int)')\nok = False\ntry:\n    d.autocommit = True\nexcept Exception:\n    ok = True",
    );
    assert_eq!(steps("bind.connection.cursor().execute('DELETE FROM t WHERE a % 2 = 1')"), ["statement"]);
}

#[test]
fn parameters_of_the_driver_are_written_into_the_text() {
    let run = |call: &str| steps(&format!("bind.{call}"));
    assert_eq!(run("exec_driver_sql('UPDATE t SET a = %s WHERE a = %s', (1, 2))"), ["statement"]);
    assert_eq!(run("exec_driver_sql('UPDATE t SET a = %(x)s', {'x': 1})"), ["statement"]);
    assert_eq!(run("exec_driver_sql('INSERT INTO t VALUES (%s)', [(1,), (2,)])"), ["statement", "statement"]);
    assert_eq!(run("connection.cursor().execute('DELETE FROM t WHERE a = %s AND a %% 2 = 1', [1])"), ["statement"]);
    assert_eq!(run("exec_driver_sql('UPDATE t SET a = %s', (gone.x,))"), ["rows"]);
    // Version 1.4 hands a plain text to the driver; version 2 refuses it.
    assert_eq!(run("execute('UPDATE t SET a = %s', (1,))"), ["unmodelled", "statement"]);
}

#[test]
fn a_column_of_a_class_whose_bases_are_not_known_has_no_known_name() {
    let class = "class T(gone.Model):\n    __tablename__ = 't'\n    a = sa.Column(sa.Integer)\n";
    let query = "import sqlalchemy.orm\nsa.orm.Session(bind=bind).execute(sa.select(T.a)).all()";
    assert_eq!(steps(&format!("{class}{query}")), ["rows"]);
}
