//! Whether `env.py` migrates on a connection in autocommit mode: each statement is then a transaction of its own, whatever Alembic
//! begins, and `CREATE INDEX CONCURRENTLY` runs.
//!
//! `isolation_level="AUTOCOMMIT"` may stand in `create_engine`, in `execution_options` or in a dict that they are given. Which connection
//! has it is not followed: where a file opens several, it is not known.

use super::keywords;
use super::settings::Setting;
use crate::alembic::python::ast::{self, Constant, Expr, ExprKind};
use crate::alembic::python::walk;
use crate::pg::error::Reason;

const OPTION: &str = "isolation_level";
const AUTOCOMMIT: &str = "AUTOCOMMIT";

/// What a file says of the connection that it migrates on.
pub fn autocommit(module: &ast::Module) -> Setting<bool> {
    let mut levels: Vec<&Expr> = Vec::new();
    let mut connections = 0_usize;
    walk::expressions(&module.body, &mut |value| match &value.kind {
        ExprKind::Call(call) => {
            levels.extend(
                call.keywords.iter().filter(|(name, _)| name.as_deref() == Some(OPTION)).map(|(_, level)| level),
            );
            if let ExprKind::Attribute { attr, .. } = &call.func.kind {
                connections += usize::from(matches!(&**attr, "connect" | "begin"));
            }
        }
        ExprKind::Dict(items) => {
            let key = |key: &Option<Expr>| key.as_ref().and_then(text) == Some(OPTION);
            levels.extend(items.iter().filter(|(own, _)| key(own)).map(|(_, level)| level));
        }
        _ => {}
    });
    let Some(first) = levels.iter().find(|level| text(level).is_none_or(|level| level == AUTOCOMMIT)) else {
        return Setting::default_of(false);
    };
    let all = levels
        .iter()
        .all(|level| text(level) == Some(AUTOCOMMIT) && !keywords::is_conditional(&module.body, level.span));
    if all && connections <= 1 {
        return Setting::Known { value: true, at: Some(first.span) };
    }
    Setting::Unknown(Reason::new("env", "whether the migrations run in autocommit mode").at(first.span))
}

fn text(value: &Expr) -> Option<&str> {
    match &value.kind {
        ExprKind::Constant(Constant::Str(text)) => Some(text),
        _ => None,
    }
}
