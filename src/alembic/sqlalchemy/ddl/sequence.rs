//! `CREATE SEQUENCE`, `DROP SEQUENCE`.

use super::super::names::{qname, qualified_sql};
use super::super::schema::Sequence;
use super::super::types;
use super::{Statement, column, or_opaque};
use crate::alembic::eval::{Eval, Vm};
use crate::pg::command::{Behavior, Command, Drop, Sequence as SequenceCommand};

/// The statement that creates or drops a sequence.
pub fn statement(vm: &mut Vm, sequence: &Sequence, create: bool) -> Eval<Statement> {
    let name = qname(sequence.schema.as_ref(), &sequence.name);
    let shown = qualified_sql(sequence.schema.as_ref(), &sequence.name);
    if !create {
        let drop = Drop { names: vec![name], if_exists: false, behavior: Behavior::Restrict };
        return Ok(Statement::new(Command::Sequence(SequenceCommand::Drop(drop)), format!("DROP SEQUENCE {shown}")));
    }
    let ty = sequence.ty.as_ref().map(|ty| types::render(vm, ty)).transpose();
    let known = ty.map(|ty| {
        let mut sql = format!("CREATE SEQUENCE {shown}");
        let mut options = sequence.options.clone();
        if let Some(ty) = ty {
            sql.push_str(&format!(" AS {}", ty.sql));
            options.ty = Some(ty.ty);
        }
        let words = column::sequence_options(&options);
        if !words.is_empty() {
            sql.push_str(&format!(" {words}"));
        }
        let command = SequenceCommand::Create {
            name: name.clone(),
            if_not_exists: false,
            temporary: false,
            unlogged: false,
            options,
        };
        Statement::new(Command::Sequence(command), sql)
    });
    or_opaque(known, &format!("CREATE SEQUENCE {shown}"), vec![name])
}
