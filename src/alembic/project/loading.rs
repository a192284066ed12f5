//! Revision files that use the database when they are loaded, outside of `upgrade()`.
//!
//! Alembic loads all files before the first revision runs, with every command that runs `env.py`, and inside of
//! `run_migrations()`: `op` works by then (`ScriptDirectory._load_revisions`, `EnvironmentContext.run_migrations`).

use std::collections::BTreeSet;

use crate::alembic::python::ast::{Block, Expr, ExprKind, Module, Stmt, StmtKind};
use crate::alembic::python::walk;

/// Whether code of the module, or a function of it that such code calls, names an operation.
pub fn uses_database(module: &Module) -> bool {
    let functions: BTreeSet<&str> = module
        .body
        .iter()
        .filter_map(|statement| match &statement.kind {
            StmtKind::FunctionDef(function) if names_operation(&function.body) => Some(&*function.name),
            _ => None,
        })
        .collect();
    module.body.iter().filter(|statement| runs(statement)).any(|statement| {
        let mut found = false;
        walk::of_statement(statement, &mut |value| {
            found |=
                is_operation(value) || matches!(&value.kind, ExprKind::Call(call) if is_one_of(&call.func, &functions));
        });
        found
    })
}

/// A definition runs later.
fn runs(statement: &Stmt) -> bool {
    !matches!(statement.kind, StmtKind::FunctionDef(_) | StmtKind::ClassDef(_))
}

fn names_operation(body: &Block) -> bool {
    let mut found = false;
    walk::expressions(body, &mut |value| found |= is_operation(value));
    found
}

/// `op.get_bind`; `op.f` only makes a name.
fn is_operation(value: &Expr) -> bool {
    matches!(&value.kind, ExprKind::Attribute { value, attr } if is_name(value, "op") && !matches!(&**attr, "f" | "inline_literal"))
}

fn is_name(value: &Expr, name: &str) -> bool {
    matches!(&value.kind, ExprKind::Name(own) if &**own == name)
}

fn is_one_of(value: &Expr, names: &BTreeSet<&str>) -> bool {
    matches!(&value.kind, ExprKind::Name(own) if names.contains(&**own))
}

#[cfg(test)]
mod tests {
    use super::uses_database;
    use crate::alembic::python;
    use crate::source::Sources;

    fn uses(code: &str) -> bool {
        let code = format!("from alembic import op\nimport sqlalchemy as sa\n{code}");
        let file = Sources::default().add("m.py", &code);
        uses_database(&python::parse(&code, file).expect("Python"))
    }

    #[test]
    fn only_what_runs_on_loading_counts() {
        assert!(uses("sa.Enum('a', name='e').create(op.get_bind(), checkfirst=True)"));
        assert!(uses("try:\n    bind = op.get_bind()\nexcept NameError:\n    pass"));
        assert!(uses("def tables():\n    return sa.inspect(op.get_bind()).get_table_names()\nTABLES = tables()"));
        assert!(!uses("def tables():\n    return sa.inspect(op.get_bind()).get_table_names()"));
        assert!(!uses("def upgrade():\n    op.execute('SELECT 1')\nNAME = op.f('ix_a')"));
    }
}
