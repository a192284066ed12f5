//! Small programs that use these libraries.

use crate::alembic::eval::{SourceModule, Vm};
use crate::alembic::run::{Run, Settings};
use crate::alembic::{database, libraries, ops, python, sqlalchemy};
use crate::catalog::{Catalog, Session};
use crate::source::Sources;

/// `str()` of the name `x` at the end of a program.
fn x(program: &str) -> String {
    x_with(program, Settings::default())
}

fn x_with(program: &str, settings: Settings) -> String {
    let mut sources = Sources::default();
    let file = sources.add("/m.py", program);
    let ast = python::parse(program, file).expect("Python");
    let catalog = Catalog::new();
    let mark = catalog.mark();
    let mut vm = Vm::new(Run::new(catalog, Session::new(mark), settings), std::rc::Rc::new(()));
    sqlalchemy::install(&mut vm);
    database::register(&mut vm);
    ops::register(&mut vm);
    libraries::register(&mut vm);
    let module = SourceModule { dotted: "m".into(), path: "/m.py".into(), file, is_package: false, ast };
    let module = vm.load_module(&module).expect("no exception");
    let value = vm.get_attr(&module, "x").expect("x");
    match vm.str(&value) {
        Ok(shown) => shown.as_str().map_or_else(|| format!("{shown:?}"), str::to_string),
        Err(raise) => vm.describe(&raise),
    }
}

#[test]
fn a_proxy_is_what_its_factory_gives() {
    assert_eq!(x("from lazy_object_proxy import Proxy\ndef f():\n    return 'a'\nx = Proxy(f).upper()"), "A");
    assert!(
        x("from lazy_object_proxy import Proxy\ndef f():\n    raise KeyError('a')\nx = Proxy(f)").contains("factory")
    );
}

#[test]
fn public_binds_names_in_the_module_that_calls_it() {
    let program = "from public import public\ndef f():\n    return public(a=1, b='c')\ny = f()\n@public\ndef g():\n    return a\n\
        x = f'{g()} {b} {y} {public(d=2)}'";
    assert_eq!(x(program), "1 c (1, 'c') 2");
}

#[test]
fn the_extension_object_offers_sqlalchemy() {
    let head = "from flask_sqlalchemy import SQLAlchemy\nimport sqlalchemy as sa\ndb = SQLAlchemy()\n";
    assert_eq!(x(&format!("{head}x = db.String is sa.String and db.Session is sa.orm.Session")), "True");
    let model = "class A(db.Model):\n    __tablename__ = 'a'\n    id = db.Column(db.Integer, primary_key=True)\n";
    assert_eq!(x(&format!("{head}{model}x = A.__table__.name + ' ' + list(db.metadata.tables)[0]")), "a a");
    let wrapped = "init = db.Model.__init__\ndef wrap(self, **kw):\n    init(self, **kw)\ndb.Model.__init__ = wrap\n";
    assert_eq!(x(&format!("{head}{wrapped}{model}x = A(id=7).id")), "7");
    assert_eq!(x(&format!("{head}x = db.Table('t', db.Column('id', db.Integer)).name")), "t");
}

#[test]
fn the_engine_of_the_extension_is_another_connection_to_the_database_that_flask_migrate_migrates() {
    let program = "from alembic import op\nimport sqlalchemy as sa\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\n\
                   op.create_table('t', sa.Column('a', sa.Integer))\n\
                   x = [sa.inspect(bind).has_table('t') for bind in (op.get_bind(), db.engine, db.get_engine())]";
    let flask = || Settings { flask: true, ..Settings::default() };
    assert_eq!(x_with(program, flask()), "[True, False, False]");
    let reflected = "try:\n    sa.Table('t', sa.MetaData(), autoload_with=db.engine)\n    x = 'there'\n\
                     except sa.exc.NoSuchTableError:\n    x = 'not there'";
    assert_eq!(x_with(&format!("{program}\n{reflected}"), flask()), "not there");
    let engine = "from flask_sqlalchemy import SQLAlchemy\nx = SQLAlchemy().engine";
    assert!(x(engine).contains("Flask-SQLAlchemy"));
    assert!(x_with(&format!("{program}\nx = db.get_engine('other').name"), flask()).contains("another bind"));
}

#[test]
fn an_audited_model_has_the_columns_of_the_mixin() {
    let program = "from flask_appbuilder.models.mixins import AuditMixin\nfrom sqlalchemy.ext.declarative import declarative_base, declared_attr\n\
                   from sqlalchemy import Column, Integer\nBase = declarative_base()\n\
                   class A(Base, AuditMixin):\n    __tablename__ = 'a'\n    id = Column(Integer, primary_key=True)\n\
                   class Mine(AuditMixin):\n    @declared_attr\n    def changed_by_fk(self):\n        return Column(Integer, nullable=True)\n\
                   class B(Mine, Base):\n    __tablename__ = 'b'\n    id = Column(Integer, primary_key=True)\n";
    let columns = "x = sorted(c.name for c in A.__table__.columns) == sorted(c.name for c in B.__table__.columns)";
    assert_eq!(x(&format!("{program}{columns}")), "True");
    assert_eq!(
        x(&format!(
            "{program}x = len(list(A.__table__.columns)), A.__table__.c.changed_by_fk.nullable, B.__table__.c.changed_by_fk.nullable"
        )),
        "(5, False, True)"
    );
}
