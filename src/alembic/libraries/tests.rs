//! Small programs that use these libraries.

use crate::alembic::eval::{SourceModule, Vm};
use crate::alembic::run::{Run, Settings};
use crate::alembic::{database, libraries, ops, python, sqlalchemy};
use crate::catalog::{Catalog, Session};
use crate::source::Sources;

/// `str()` of the name `x` at the end of a program.
fn x(program: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add("/m.py", program);
    let ast = python::parse(program, file).expect("Python");
    let catalog = Catalog::new();
    let mark = catalog.mark();
    let mut vm = Vm::new(Run::new(catalog, Session::new(mark), Settings::default()), std::rc::Rc::new(()));
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
fn the_extension_object_offers_sqlalchemy() {
    let head = "from flask_sqlalchemy import SQLAlchemy\nimport sqlalchemy as sa\ndb = SQLAlchemy()\n";
    assert_eq!(x(&format!("{head}x = db.String is sa.String and db.Session is sa.orm.Session")), "True");
    let model = "class A(db.Model):\n    __tablename__ = 'a'\n    id = db.Column(db.Integer, primary_key=True)\n";
    assert_eq!(x(&format!("{head}{model}x = A.__table__.name + ' ' + list(db.metadata.tables)[0]")), "a a");
    let wrapped = "init = db.Model.__init__\ndef wrap(self, **kw):\n    init(self, **kw)\ndb.Model.__init__ = wrap\n";
    assert_eq!(x(&format!("{head}{wrapped}{model}x = A(id=7).id")), "7");
    assert_eq!(x(&format!("{head}x = db.Table('t', db.Column('id', db.Integer)).name")), "t");
}
