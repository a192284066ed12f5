//! Files whose tables are on a metadata of their own: no other metadata gets them, whoever imports such a file.

use std::collections::HashSet;

use crate::alembic::python::ast::{self, Call, ClassDef, Expr, ExprKind, StmtKind};
use crate::alembic::python::walk;

/// Whether every table that the file defines is on a metadata that the file itself makes.
pub fn are_own(module: &ast::Module) -> bool {
    let own = own_names(module);
    let mut all = true;
    classes(&module.body, &mut |class| all &= class.bases.is_empty() || class.bases.iter().any(|base| own.has(base)));
    walk::calls(&module.body, &mut |call| {
        if call.func.last_name() == Some("Table") {
            let metadata = call.args.get(1).or_else(|| keyword(call, "metadata"));
            all &= metadata.is_some_and(|metadata| own.has(metadata));
        }
    });
    all
}

/// Bases and metadata that a file makes.
struct Own<'a>(HashSet<&'a str>);

impl Own<'_> {
    /// `Base`, `Base.metadata`, `MetaData()`
    fn has(&self, value: &Expr) -> bool {
        match &value.kind {
            ExprKind::Name(name) => self.0.contains(&**name),
            ExprKind::Attribute { value, attr } => &**attr == "metadata" && self.has(value),
            ExprKind::Call(call) => self.makes(call),
            _ => false,
        }
    }

    /// A base or a metadata of its own.
    fn makes(&self, call: &Call) -> bool {
        let hidden = call.keywords.iter().any(|(name, _)| name.is_none());
        let given = ["metadata", "cls", "class_registry"].map(|name| keyword(call, name));
        let is_own = given.into_iter().flatten().all(|value| self.has(value));
        match call.func.last_name() {
            Some("MetaData") => true,
            Some("declarative_base" | "registry" | "automap_base") => !hidden && call.args.is_empty() && is_own,
            _ => false,
        }
    }
}

fn own_names(module: &ast::Module) -> Own<'_> {
    let mut own = Own(HashSet::new());
    for statement in module.body.iter() {
        match &statement.kind {
            StmtKind::Assign { targets, value } if own.has(value) => {
                own.0.extend(targets.iter().filter_map(|target| match &target.kind {
                    ExprKind::Name(name) => Some(&**name),
                    _ => None,
                }));
            }
            StmtKind::ClassDef(class) => {
                let is_base = class.bases.iter().any(|base| matches!(base.last_name(), Some("DeclarativeBase")));
                if class.bases.iter().any(|base| own.has(base)) || is_base && keeps_metadata(class, &own) {
                    own.0.insert(&class.name);
                }
            }
            _ => {}
        }
    }
    own
}

/// A declarative base that has no metadata from elsewhere.
fn keeps_metadata(class: &ClassDef, own: &Own<'_>) -> bool {
    class.body.iter().all(|statement| match &statement.kind {
        StmtKind::Assign { targets, value } => {
            let sets = |name: &str| targets.iter().any(|target| target.last_name() == Some(name));
            !(sets("metadata") || sets("registry")) || own.has(value)
        }
        StmtKind::AnnAssign { target, value: Some(value), .. } => {
            !matches!(target.last_name(), Some("metadata" | "registry")) || own.has(value)
        }
        _ => true,
    })
}

/// Classes with columns or a table, at any depth.
fn classes<'a>(body: &'a ast::Block, visit: &mut dyn FnMut(&'a ClassDef)) {
    for statement in body.iter() {
        match &statement.kind {
            StmtKind::ClassDef(class) => {
                if has_table(class) {
                    visit(class);
                }
                classes(&class.body, visit);
            }
            StmtKind::FunctionDef(function) => classes(&function.body, visit),
            StmtKind::If { branches, orelse } => {
                branches.iter().for_each(|(_, block)| classes(block, visit));
                classes(orelse, visit);
            }
            StmtKind::Try(parts) => {
                [&parts.body, &parts.orelse, &parts.finally].into_iter().for_each(|block| classes(block, visit));
                parts.handlers.iter().for_each(|handler| classes(&handler.body, visit));
            }
            StmtKind::With { body, .. } => classes(body, visit),
            _ => {}
        }
    }
}

fn has_table(class: &ClassDef) -> bool {
    let mut found = class.keywords.iter().any(|(name, _)| name.as_deref() == Some("table"));
    for statement in class.body.iter() {
        found |= match &statement.kind {
            StmtKind::Assign { targets, .. } => {
                targets.iter().any(|target| matches!(target.last_name(), Some("__tablename__" | "__table__")))
            }
            StmtKind::AnnAssign { target, .. } => matches!(target.last_name(), Some("__tablename__" | "__table__")),
            StmtKind::FunctionDef(function) => &*function.name == "__tablename__",
            _ => false,
        };
    }
    walk::calls(&class.body, &mut |call| found |= matches!(call.func.last_name(), Some("Column" | "mapped_column")));
    found
}

fn keyword<'a>(call: &'a Call, name: &str) -> Option<&'a Expr> {
    call.keywords.iter().find(|(keyword, _)| keyword.as_deref() == Some(name)).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::are_own;
    use crate::alembic::python;
    use crate::source::Sources;

    fn own(text: &str) -> bool {
        let file = Sources::default().add("models.py", text);
        are_own(&python::parse(text, file).expect("Python"))
    }

    #[test]
    fn tables_belong_to_the_metadata_of_their_base() {
        let class = |base: &str| format!("class T({base}):\n    __tablename__ = 't'\n    id = Column(Integer)\n");
        let with = |head: &str, base: &str| own(&format!("{head}\n{}", class(base)));
        assert!(with("Base = declarative_base()", "Base"));
        assert!(with("Base = declarative.declarative_base(metadata=MetaData())", "Base"));
        assert!(with("class Base(DeclarativeBase):\n    pass", "Base"));
        assert!(with("class Base(DeclarativeBase):\n    pass\nclass Mixed(Base):\n    pass", "Mixed"));
        assert!(!with("from app.db import Base", "Base"));
        assert!(!with("from app.db import metadata\nBase = declarative_base(metadata=metadata)", "Base"));
        assert!(!with("class Base(DeclarativeBase):\n    metadata = app.metadata", "Base"));
        assert!(!with("Base = declarative_base(**options)", "Base"));
        assert!(!own("class T(SQLModel, table=True):\n    id: int\n"));
        assert!(own("metadata = MetaData()\nt = sa.Table('t', metadata, Column('id', Integer))"));
        assert!(!own("t = sa.Table('t', db.metadata, Column('id', Integer))"));
        assert!(own("class Mixin:\n    id = Column(Integer)\n"));
    }
}
