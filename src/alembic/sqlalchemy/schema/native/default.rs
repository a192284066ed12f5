//! Defaults, computed columns, identities and sequences.

use std::rc::Rc;

use super::{name_value, optional_name};
use crate::alembic::eval::{Eval, Native, Value, Vm, native};
use crate::alembic::sqlalchemy::expression::{Expression, Node};
use crate::alembic::sqlalchemy::names::qname;
use crate::alembic::sqlalchemy::schema::default::Generated;
use crate::alembic::sqlalchemy::schema::{Sequence, ServerDefault};
use crate::alembic::sqlalchemy::{ddl, names, seam};

impl Native for Generated {
    fn class(&self) -> &str {
        match self {
            Generated::Identity(_) => "sqlalchemy.sql.schema.Identity",
            Generated::Computed(_) => "sqlalchemy.sql.schema.Computed",
            Generated::Default(ServerDefault::Fetched) => "sqlalchemy.sql.schema.FetchedValue",
            Generated::Default(_) => "sqlalchemy.sql.schema.DefaultClause",
        }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match (&*self, name) {
            (Generated::Default(ServerDefault::Literal(text)), "arg") => Some(Value::Str(text.clone())),
            (Generated::Default(ServerDefault::Expression(expression)), "arg") => {
                Some(Value::Native(expression.clone()))
            }
            (Generated::Default(ServerDefault::Reflected(_)), "arg") => {
                Some(vm.unknown("written-expression", "the text of a default in the catalog"))
            }
            (Generated::Computed(computed), "sqltext") => Some(Value::Native(computed.expression.clone())),
            (Generated::Identity(identity), "always") => Some(Value::Bool(identity.always)),
            _ => None,
        })
    }
}

impl Native for Sequence {
    fn class(&self) -> &str {
        "sqlalchemy.sql.schema.Sequence"
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "name" => name_value(&self.name),
            "schema" => optional_name(self.schema.as_ref()),
            "next_value" => native::function(name, move |_, _| {
                let target = names::qualified_sql(self.schema.as_ref(), &self.name);
                let text = format!("nextval({})", names::string_literal(&target));
                Ok(Value::Native(Expression::of(Node::Raw(text.into()))))
            }),
            "create" | "drop" => {
                let create = name == "create";
                native::function(name, move |vm, args| {
                    let bound = args.bind(vm, "create(bind=, checkfirst=)")?;
                    let check = bound.get("checkfirst").is_none_or(|value| seam::truth(&value).unwrap_or(true));
                    let exists = seam::has_relation(vm, &qname(self.schema.as_ref(), &self.name));
                    match exists {
                        Ok(exists) if check && exists == create => return Ok(Value::None),
                        Ok(_) => {}
                        Err(reason) if check => return Ok(Value::Unknown(reason)),
                        Err(_) => {}
                    }
                    let statement = match create {
                        true => ddl::sequence::create(vm, &self, false)?,
                        false => ddl::sequence::drop(&self, false),
                    };
                    seam::send(vm, vec![statement])?;
                    Ok(Value::None)
                })
            }
            _ => return Ok(None),
        }))
    }
}
