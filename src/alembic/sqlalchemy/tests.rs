//! What Python code builds, compared with what SQLAlchemy 2.1.9 writes for it (`tests/*.sql`, written by the real one).

use std::rc::Rc;

use super::ddl;
use super::schema::Table;
use super::seam;
use crate::alembic::eval::{Raise, SourceModule, Value, Vm};
use crate::alembic::python;
use crate::alembic::run::{Run, Settings};
use crate::catalog::{Catalog, Session};
use crate::source::Sources;

/// Runs code and gives its module.
fn load(vm: &mut Vm, code: &str) -> Result<Value, String> {
    let file = Sources::default().add("m.py", code);
    let ast = python::parse(code, file).map_err(|error| format!("{error:?}"))?;
    let module = SourceModule { dotted: "m".into(), path: "/m.py".into(), file, is_package: false, ast };
    vm.load_module(&module).map_err(|raise| shown(vm, &raise))
}

fn shown(vm: &mut Vm, raise: &Raise) -> String {
    vm.describe(raise)
}

fn vm() -> Vm {
    let mut vm = Vm::new(Run::new(Catalog::default(), Session::default(), Settings::default()), Rc::new(()));
    super::install(&mut vm);
    vm
}

fn squeezed(sql: &str) -> Vec<String> {
    sql.lines().map(|line| line.trim().to_string()).filter(|line| !line.is_empty()).collect()
}

#[test]
fn tables_are_written_as_sqlalchemy_writes_them() {
    written(include_str!("tests/tables.py"), include_str!("tests/tables.sql"));
}

#[test]
fn annotated_classes_are_written_as_sqlalchemy_writes_them() {
    written(include_str!("tests/models.py"), include_str!("tests/models.sql"));
}

#[test]
fn mixins_give_their_columns_as_sqlalchemy_does() {
    written(include_str!("tests/mixins.py"), include_str!("tests/mixins.sql"));
}

#[test]
fn the_functions_of_sqlalchemy_are_classes_too() {
    let mut vm = vm();
    let code = "import sqlalchemy as sa\nfrom sqlalchemy.sql import functions\nfrom sqlalchemy.sql.functions import coalesce\n\
                R = [str(f) for f in (sa.sql.functions.current_timestamp(), functions.now(), functions.count(), functions.max(sa.column('a')), \
                coalesce(sa.column('a'), sa.column('b')), functions.user(), functions.random())]\n";
    let module = load(&mut vm, code).unwrap();
    let shown = vm.get_attr(&module, "R").unwrap();
    let shown = vm.repr(&shown).unwrap();
    assert_eq!(
        shown.as_str(),
        Some("['CURRENT_TIMESTAMP', 'now()', 'count(*)', 'max(a)', 'coalesce(a, b)', 'USER', 'random()']")
    );
}

/// What only SQLAlchemy's own rules of equality and kinship would settle.
#[test]
fn types_that_a_base_may_give_to_annotations_are_not_known() {
    let cases = [
        (
            "class Base(DeclarativeBase):\n    type_annotation_map = {enum.Enum: sa.Enum(enum.Enum, native_enum=False)}",
            "Color",
        ),
        (
            "class Base(DeclarativeBase):\n    type_annotation_map = {Annotated[str, 5]: sa.String(5)}",
            "Annotated[str, 5]",
        ),
        ("Base = declarative_base(type_annotation_map={Annotated[str, 5]: sa.String(5)})", "Annotated[str, 5]"),
        ("class Base(DeclarativeBase):\n    registry = registry(type_annotation_map={str: sa.Text})", "str"),
    ];
    for (base, annotation) in cases {
        let code = format!(
            "import enum\nimport sqlalchemy as sa\nfrom typing import Annotated\nfrom sqlalchemy.orm import DeclarativeBase, Mapped, declarative_base, mapped_column, registry\n\
             class Color(enum.Enum):\n    RED = 'r'\n{base}\nclass A(Base):\n    __tablename__ = 'a'\n    \
             id: Mapped[int] = mapped_column(sa.Integer, primary_key=True)\n    x: Mapped[{annotation}]\nT = A.__table__\n"
        );
        let mut vm = vm();
        let module = load(&mut vm, &code).unwrap();
        let table = vm.get_attr(&module, "T").unwrap().downcast::<Table>().unwrap();
        let statement = ddl::table::create_alone(&mut vm, &table, false).unwrap();
        assert!(format!("{:?}", statement.command).contains("query: Some"), "{base}: {:?}", statement.command);
    }
}

/// SQLModel 0.0.50.
#[test]
fn models_are_written_as_sqlmodel_writes_them() {
    written(include_str!("tests/sqlmodels.py"), include_str!("tests/sqlmodels.sql"));
}

#[test]
fn whether_sqlmodel_gives_a_datetime_a_time_zone_is_not_known() {
    let mut vm = vm();
    let code = "import datetime\nfrom sqlmodel import SQLModel\nclass A(SQLModel, table=True):\n    at: datetime.datetime\n\
                T = A.__table__\n";
    let module = load(&mut vm, code).unwrap();
    let table = vm.get_attr(&module, "T").unwrap().downcast::<Table>().unwrap();
    let statement = ddl::table::create_alone(&mut vm, &table, false).unwrap();
    assert!(format!("{:?}", statement.command).contains("the version of SQLModel"), "{:?}", statement.command);
}

/// The tables of some code as they are written for PostgreSQL.
fn written(code: &str, expected: &str) {
    let mut vm = vm();
    let module = load(&mut vm, code).unwrap();
    let tables = vm.get_attr(&module, "TABLES").unwrap();
    let mut sql = String::new();
    for table in seam::sequence(&tables, "TABLES").unwrap() {
        let table = table.downcast::<Table>().unwrap();
        let statement = ddl::table::create_alone(&mut vm, &table, false).unwrap();
        sql.push_str(&format!("{}\n", statement.sql));
        let mut indexes = Vec::new();
        for index in table.indexes.borrow().clone() {
            indexes.push(ddl::index::create(&mut vm, &index, false).unwrap().sql);
        }
        indexes.sort();
        sql.push_str(&format!("{}\n", indexes.join("\n")));
    }
    let mut expected = squeezed(expected);
    let mut found = squeezed(&sql);
    // SQLAlchemy keeps a table's indexes in a set.
    let index = |line: &String| line.starts_with("CREATE") && line.contains("INDEX");
    let (mut expected_indexes, mut found_indexes): (Vec<_>, Vec<_>) =
        (expected.extract_if(.., |line| index(line)).collect(), found.extract_if(.., |line| index(line)).collect());
    expected_indexes.sort();
    found_indexes.sort();
    assert_eq!(found, expected);
    assert_eq!(found_indexes, expected_indexes);
}

/// Runs code that ends with a value in `r`, and gives `str(r)` or what is raised.
fn result(code: &str) -> String {
    let mut vm = vm();
    let module = match load(&mut vm, code) {
        Ok(module) => module,
        Err(error) => return error,
    };
    let value = vm.get_attr(&module, "r").unwrap();
    match vm.str(&value).unwrap() {
        Value::Str(text) => text.to_string(),
        Value::Unknown(reason) => format!("?{reason}"),
        _ => String::new(),
    }
}

#[track_caller]
fn check(code: &str, expected: &str) {
    let code = format!("import sqlalchemy as sa\nfrom sqlalchemy.dialects import postgresql\n{code}");
    assert_eq!(result(&code), expected, "\n{code}");
}

#[test]
fn statements_on_rows() {
    let table = "t = sa.table('t', sa.column('a', sa.Integer), sa.column('b', sa.String), schema='s')\n";
    let check = |code: &str, expected: &str| check(&format!("{table}{code}"), expected);
    check("r = sa.update(t).where(t.c.a == 1).values(b='it\\'s')", "UPDATE s.t SET b='it''s' WHERE s.t.a = 1");
    check(
        "r = t.update().where(t.c.b.is_(None)).values({'a': 2, t.c.b: sa.null()})",
        "UPDATE s.t SET a=2, b=NULL WHERE s.t.b IS NULL",
    );
    check(
        "r = sa.delete(t).where(sa.or_(t.c.a > 1, t.c.b.in_(['x', 'y'])))",
        "DELETE FROM s.t WHERE s.t.a > 1 OR s.t.b IN ('x', 'y')",
    );
    check("r = t.insert().values(a=1, b='x')", "INSERT INTO s.t (a, b) VALUES (1, 'x')");
    check(
        "r = sa.select(t.c.a, sa.func.count()).where(~t.c.b.like('x%')).group_by(t.c.a)",
        "SELECT s.t.a, count(*) FROM s.t WHERE s.t.b NOT LIKE 'x%' GROUP BY s.t.a",
    );
    check(
        "r = sa.update(t).values(a=t.c.a + 1, b=sa.func.lower(t.c.b))",
        "UPDATE s.t SET a=(s.t.a + 1), b=lower(s.t.b)",
    );
    check(
        "r = t.update().where(t.c.b == postgresql.JSONB.NULL).values(b=sa.JSON.NULL)",
        "UPDATE s.t SET b='null' WHERE s.t.b = 'null'",
    );
    let check = |code: &str, expected: &str| check(&format!("u = sa.table('u', sa.column('a'))\n{code}"), expected);
    check(
        "r = sa.select(t.c.a).select_from(t.join(u, t.c.a == u.c.a)).where(u.c.a > 1)",
        "SELECT s.t.a FROM s.t JOIN u ON s.t.a = u.a WHERE u.a > 1",
    );
    check(
        "r = sa.select(t.c.a).outerjoin(u, t.c.a == u.c.a)",
        "SELECT s.t.a FROM s.t LEFT OUTER JOIN u ON s.t.a = u.a",
    );
}

#[test]
fn types_of_values_that_notice_changes() {
    let code = "from sqlalchemy.ext import mutable\nclass L(mutable.Mutable, list): pass\n\
                r = [isinstance(mutable.MutableDict.as_mutable(sa.JSON), sa.JSON), L.as_mutable(sa.String(3)).length]";
    check(code, "[True, 3]");
}

#[test]
fn a_choice_is_a_text_unless_it_says_otherwise() {
    let code = "from sqlalchemy_utils.types.choice import ChoiceType as T\n\
                r = sa.select(sa.cast(sa.null(), T([])), sa.cast(sa.null(), T([], impl=sa.Integer())))";
    check(code, "SELECT CAST(NULL AS VARCHAR(255)), CAST(NULL AS INTEGER)");
}

#[test]
fn types_of_oslo_db() {
    let code = "from oslo_db.sqlalchemy import types\nimport oslo_db.sqlalchemy.types as again\n\
                r = sa.select(*[sa.cast(sa.null(), t) for t in (types.JsonEncodedDict(mysql_as_long=True), \
                types.JsonEncodedList().impl, again.SoftDeleteInteger)])";
    check(code, "SELECT CAST(NULL AS TEXT), CAST(NULL AS TEXT), CAST(NULL AS INTEGER)");
}

#[test]
fn a_text_without_its_values_raises() {
    check(
        "t = sa.Table('t', sa.MetaData(), sa.Column('a', sa.Integer, server_default=sa.text('x :y')))\nr = t.name",
        "t",
    );
    check("r = sa.text('a = :a AND b::text = 1').bindparams(a=5)", "a = :a AND b::text = 1");
    let code =
        "r = str(sa.text('a = :a AND b = :b').params({'a': 5}, b=6).compile(compile_kwargs={'literal_binds': True}))";
    check(code, "a = 5 AND b = 6");
}

#[test]
fn mistakes_raise_what_sqlalchemy_raises() {
    check(
        "r = sa.Table('t', sa.MetaData(), sa.Column('a'), sa.Column('a'))",
        "sqlalchemy.exc.DuplicateColumnError: A column with name 'a' is already present in table 't'.",
    );
    check(
        "r = sa.Table('t', sa.MetaData(), sa.UniqueConstraint('b'))",
        "sqlalchemy.exc.ConstraintColumnNotFoundError: Can't create UniqueConstraint on table 't': no column named 'b' is present.",
    );
    check("r = sa.String(1, 2, 3, 4)", "TypeError: String() takes 4 positional arguments but 5 were given");
}

#[test]
fn what_only_an_older_version_does_is_done_and_told() {
    let mut vm = vm();
    let code = "import sqlalchemy as sa\nfrom citext import CIText\nm = sa.MetaData(bind=None)\nx = CIText().anything";
    let module = load(&mut vm, code).unwrap();
    assert!(vm.run.steps.iter().any(|step| matches!(step.action, crate::alembic::run::Action::Unmodelled(_))));
    assert!(matches!(vm.get_attr(&module, "x").unwrap(), Value::Unknown(_)));
}

#[test]
fn the_text_of_a_type() {
    let types = "sa.Integer(), sa.BigInteger(), sa.String(20), sa.String(20, collation='C'), sa.UnicodeText(), sa.DateTime(timezone=True), \
                 sa.Interval(), sa.Float(53), sa.Numeric(10), sa.Numeric(10, 2), sa.LargeBinary(5), sa.Enum('a', 'bbb', name='x'), \
                 sa.JSON(), sa.Uuid(), sa.ARRAY(sa.Integer()), sa.DECIMAL(10, 2), postgresql.UUID(), postgresql.JSONB(), \
                 postgresql.TIMESTAMP(timezone=True, precision=6), postgresql.INTERVAL(fields='day'), \
                 postgresql.ENUM('a', name='x'), postgresql.BIT(5, varying=True), postgresql.DOUBLE_PRECISION(53), \
                 postgresql.BYTEA(), postgresql.TSVECTOR(), postgresql.CITEXT()";
    let text = "INTEGER, BIGINT, VARCHAR(20), VARCHAR(20) COLLATE \"C\", TEXT, DATETIME, DATETIME, FLOAT, NUMERIC(10), \
                NUMERIC(10, 2), BLOB, VARCHAR(3), JSON, CHAR(32), ARRAY, DECIMAL(10, 2), UUID, JSONB, TIMESTAMP, INTERVAL, \
                VARCHAR(1), BIT, DOUBLE PRECISION, BYTEA, TSVECTOR, CITEXT";
    check(&format!("r = ', '.join([str(x) for x in [{types}]])"), text);
    check("r = f'{sa.String(5)}'.upper()", "VARCHAR(5)");
}

#[test]
fn what_a_mapped_class_says_of_its_table_is_not_inherited() {
    let code = "from sqlalchemy.orm import declarative_base\nBase = declarative_base()\n\
                class A(Base):\n    __tablename__ = 'a'\n    id = sa.Column(sa.Integer, primary_key=True)\n    x = sa.Column(sa.Integer)\n\
                \x20   __table_args__ = (sa.UniqueConstraint('x', name='ux'),)\n\
                class B(A):\n    __tablename__ = 'b'\n    id = sa.Column(sa.Integer, sa.ForeignKey('a.id'), primary_key=True)\n\
                class C(A): pass\n\
                class M:\n    __table_args__ = {'schema': 's'}\n\
                class D(M, Base):\n    __tablename__ = 'd'\n    id = sa.Column(sa.Integer, primary_key=True)\n\
                r = [list(Base.metadata.tables), [c.name for c in B.__table__.columns]]";
    check(code, "[['a', 'b', 's.d'], ['id']]");
}

#[test]
fn a_tuple_as_the_only_label() {
    check("r = sa.Enum(('a', 'b'), name='e').name", "e");
}
