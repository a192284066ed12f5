//! `CREATE SEQUENCE`, `DROP SEQUENCE`.

use super::super::names::{qname, qualified_sql};
use super::super::schema::Sequence;
use super::super::types;
use super::{Statement, column, or_opaque};
use crate::alembic::eval::{Eval, Vm};
use crate::pg::command::{Behavior, Command, Drop, Sequence as SequenceCommand};

/// `DROP SEQUENCE`
pub fn drop(sequence: &Sequence, if_exists: bool) -> Statement {
    let names = vec![qname(sequence.schema.as_ref(), &sequence.name)];
    let shown = qualified_sql(sequence.schema.as_ref(), &sequence.name);
    let words = if if_exists { "IF EXISTS " } else { "" };
    let drop = Drop { names, if_exists, behavior: Behavior::Restrict };
    Statement::new(Command::Sequence(SequenceCommand::Drop(drop)), format!("DROP SEQUENCE {words}{shown}"))
}

/// `CREATE SEQUENCE`
pub fn create(vm: &mut Vm, sequence: &Sequence, if_not_exists: bool) -> Eval<Statement> {
    let name = qname(sequence.schema.as_ref(), &sequence.name);
    let shown = qualified_sql(sequence.schema.as_ref(), &sequence.name);
    let words = if if_not_exists { "IF NOT EXISTS " } else { "" };
    let ty = sequence.ty.as_ref().map(|ty| types::render(vm, ty)).transpose();
    let known = ty.map(|ty| {
        let mut sql = format!("CREATE SEQUENCE {words}{shown}");
        let mut options = sequence.options.clone();
        if let Some(ty) = ty {
            sql.push_str(&format!(" AS {}", ty.sql));
            options.ty = Some(ty.ty);
        }
        let words = column::sequence_options(&options);
        if !words.is_empty() {
            sql.push_str(&format!(" {words}"));
        }
        let command =
            SequenceCommand::Create { name: name.clone(), if_not_exists, temporary: false, unlogged: false, options };
        Statement::new(Command::Sequence(command), sql)
    });
    or_opaque(known, &format!("CREATE SEQUENCE {shown}"), vec![name])
}
