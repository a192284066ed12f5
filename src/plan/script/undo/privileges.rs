//! To whom belongs what the way back makes again, and what it grants.
//!
//! Neither is compared, for the revisions have no word on them; but an application that may not read a view that was made again is no
//! better off. Both are taken from the dump's own statements.

use super::super::ownership::RELATIONS;
use super::super::{literal, text::block, values};
use crate::catalog::{Catalog, Object, Oid, Session};
use crate::pg::command::{Grant, GrantOn, Kind};
use crate::pg::ident::{Ident, QName};

/// A `GRANT` or `REVOKE` of a dump.
#[derive(Clone, Debug)]
pub struct Privilege {
    /// The statement.
    pub grant: Grant,
    /// Another role than the owner gave it (`SET SESSION AUTHORIZATION`).
    pub by_other: bool,
}

/// What is to be given to what is made again.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// In order; run by who runs the script.
    pub statements: Vec<String>,
    /// Relations that may have got more than they had, by default privileges or from the fix.
    relations: Vec<QName>,
    /// What is not given, one sentence each.
    pub notes: Vec<String>,
}

/// How many names a sentence lists.
const NAMES: usize = 5;

/// Reads it off a dump. `again` is what is made again, by its handles in `start`; `maker` the owner that it gets by being made.
pub fn given(
    (start, session): (&Catalog, &Session),
    again: &[Oid],
    dump: &[Privilege],
    maker: Option<&Ident>,
) -> Given {
    let mut given = Given::default();
    let owned = |oid: &&Oid| start.get(**oid).is_some_and(Object::has_owner);
    let all: Vec<Oid> = again.iter().filter(owned).copied().collect();
    let columns = again
        .iter()
        .filter(|oid| matches!(start.get(**oid), Some(Object::Column(column)) if !again.contains(&column.table)));
    let tables: Vec<Oid> = columns.filter_map(|oid| start.table_of(*oid)).collect();
    let targets: Vec<(Option<Oid>, &Privilege)> = dump
        .iter()
        .map(|privilege| (privilege.grant.only().and_then(|on| target(on, start, session)), privilege))
        .collect();
    let is_default = |privilege: &Privilege| privilege.grant.only().is_none();
    for oid in &all {
        given.statements.extend(owner(start, *oid, maker));
        let own = targets.iter().filter(|(target, _)| *target == Some(*oid));
        given.statements.extend(own.map(|(_, privilege)| privilege.grant.text.clone()));
    }
    // Of a column alone: those of the others are the same again.
    let of_columns = targets.iter().filter(|(target, privilege)| {
        target.is_some_and(|target| tables.contains(&target)) && privilege.grant.only().is_some_and(|on| on.columns)
    });
    given.statements.extend(of_columns.map(|(_, privilege)| privilege.grant.text.clone()));
    let named = |oids: &mut dyn Iterator<Item = Oid>| {
        let names: Vec<String> = oids.map(|oid| super::left::named(start, oid)).collect();
        let more = names.len().saturating_sub(NAMES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{}{more}", names[..names.len().min(NAMES)].join(", ")))
    };
    let is_relation =
        |oid: Oid| matches!(start.get(oid), Some(Object::Table(_) | Object::View(_) | Object::Sequence(_)));
    let no_owner = |oid: &Oid| start.get(*oid).is_some_and(|object| object.owner().is_none());
    if let Some(names) = named(&mut all.iter().copied().filter(no_owner)) {
        given.notes.push(format!(
            "The dump does not say to whom {names} belonged (--no-owner); made again, it belongs to whom what is made belongs to"
        ));
    }
    if dump.is_empty() {
        given.notes.extend(named(&mut all.iter().copied()).map(|names| {
            format!("The dump has no GRANT, as with --no-privileges: what was granted on {names} is to be granted again by hand")
        }));
        return given;
    }
    given.relations = all.iter().filter(|oid| is_relation(**oid)).filter_map(|oid| start.qname(*oid)).collect();
    if dump.iter().any(is_default) {
        given.notes.extend(named(&mut all.iter().copied().filter(|oid| !is_relation(*oid))).map(|names| {
            format!("Default privileges of this database may grant more on {names} than was granted before")
        }));
    }
    let foreign = |oid: &Oid| targets.iter().any(|(target, privilege)| *target == Some(*oid) && privilege.by_other);
    given.notes.extend(
        named(&mut all.iter().copied().filter(foreign))
            .map(|names| format!("What others than its owner have granted on {names} is granted by who runs this")),
    );
    let same_name = |oid: &Oid| {
        targets.iter().any(|(target, privilege)| {
            let on = privilege.grant.only();
            target.is_none() && on.is_some_and(|on| start.qname(*oid).is_some_and(|name| name.name == on.name.name))
        })
    };
    given.notes.extend(
        named(&mut all.iter().copied().filter(same_name))
            .map(|names| format!("It is not known what of the dump's GRANTs is on {names}")),
    );
    given
}

impl Given {
    /// A block that takes what was granted on relations by default.
    pub(in crate::plan::script) fn reset(&self) -> String {
        if self.relations.is_empty() {
            return String::new();
        }
        let pair = |name: &QName| {
            let schema = name.schema.as_ref().map_or("", |schema| schema.as_str());
            format!("({}, {})", literal(schema), literal(name.name.as_str()))
        };
        let body = format!(
            "DECLARE\n  item record;\nBEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n    \
             FOR item IN SELECT DISTINCT format('REVOKE ALL ON %s %s FROM %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, c.oid::regclass, \
             CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) AS statement\n    \
             {} ({}) AND a.grantee <> c.relowner LOOP\n      EXECUTE item.statement;\n    END LOOP;\n  END IF;\nEND",
            RELATIONS.replace(" WHERE", " CROSS JOIN aclexplode(c.relacl) a WHERE"),
            values(self.relations.iter().map(pair))
        );
        block(&body)
    }
}

/// The object that is granted on.
fn target(on: &GrantOn, start: &Catalog, session: &Session) -> Option<Oid> {
    match on.kind {
        Kind::Schema => start.schema(&on.name.name),
        Kind::Enum | Kind::Domain => start.resolve_type(&on.name, session),
        Kind::Function | Kind::Procedure => {
            let given = on.arguments.as_ref()?;
            // Names and modes may stand before the types.
            let is =
                |given: &str, ty: &str| given == ty || given.strip_suffix(ty).is_some_and(|front| front.ends_with(' '));
            start.routines(&on.name, session).into_iter().find(|oid| match start.get(*oid) {
                Some(Object::Routine(routine)) => {
                    routine.arguments.len() == given.len()
                        && routine.arguments.iter().zip(given).all(|(ty, given)| is(given, ty))
                }
                _ => false,
            })
        }
        _ => start.resolve_relation(&on.name, session),
    }
}

/// The statement that gives an object to its owner; `None` where that is who it belongs to anyway, or is not known.
fn owner(start: &Catalog, oid: Oid, maker: Option<&Ident>) -> Option<String> {
    let object = start.get(oid)?;
    let owner = object.owner().filter(|owner| Some(owner) != maker)?;
    let name = start.qname(oid)?;
    let what = match object {
        Object::Table(_) => format!("TABLE {name}"),
        Object::View(view) if view.materialized => format!("MATERIALIZED VIEW {name}"),
        Object::View(_) => format!("VIEW {name}"),
        // That of a column belongs to the owner of its table.
        Object::Sequence(sequence) if sequence.identity || sequence.owned_by.is_some() => return None,
        Object::Sequence(_) => format!("SEQUENCE {name}"),
        Object::Enum(_) | Object::Composite(_) => format!("TYPE {name}"),
        Object::Domain(_) => format!("DOMAIN {name}"),
        Object::Schema(schema) => format!("SCHEMA {}", schema.name),
        Object::Routine(routine) => {
            format!("{} {name}({})", routine.kind.word().to_uppercase(), routine.arguments.join(", "))
        }
        _ => return None,
    };
    Some(format!("ALTER {what} OWNER TO {owner}"))
}
