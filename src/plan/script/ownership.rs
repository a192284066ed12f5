//! Who may run a script, and to whom belongs what it makes.
//!
//! A DBA runs it as another role than the application: what it made would then belong to the DBA, and the application would get
//! "permission denied" (42501). What Alembic makes belongs to the role that Alembic connects as; that is the owner of the tables that
//! are there already, or the one that the user names.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::text::block;
use super::{literal, values};
use crate::catalog::{Catalog, Object, ObjectId, Oid, Session};
use crate::pg::command::{Command, Kind, Sequence};
use crate::pg::ident::{Ident, QName};
use crate::plan::lock::lock;
use crate::plan::{Case, FixStep};

/// What a script has to do with owners.
#[derive(Clone, Debug, Default)]
pub struct Ownership {
    /// Relations that were there before and that it alters: only their owner may.
    pub altered: Vec<QName>,
    /// The schemas in which it makes objects that have an owner of their own; empty if it makes none.
    pub schemas: Vec<Ident>,
    /// Tables that it makes.
    pub tables: Vec<QName>,
    /// Tables of the project that were there before: what it makes is to belong to their owner.
    pub neighbours: Vec<QName>,
    /// Who is to own what it makes, where the user says it.
    pub role: Option<Ident>,
}

/// Reads it off a fix. `fixed`: the database after it, a changed copy of the one before.
pub fn ownership(case: &Case<'_>, fix: &[FixStep], fixed: &Catalog) -> Ownership {
    let created = fixed.iter().filter(|(oid, _)| case.actual.get(*oid).is_none());
    let owned: Vec<(Oid, &Object)> = created
        .map(|(oid, entry)| (oid, &*entry.object))
        .filter(|(_, object)| belongs_to_its_maker(object, fix))
        .collect();
    let mut schemas: BTreeSet<Ident> = owned.iter().filter_map(|(oid, _)| fixed.qname(*oid)?.schema).collect();
    let version_table = case.subject.version_table();
    if case.actual.resolve_relation(&version_table, case.session).is_none() {
        schemas.extend(version_table.schema.or_else(|| case.session.search_path.first().cloned()));
    }
    let tables = owned.iter().filter(|(_, object)| matches!(object, Object::Table(_)));
    let altered = altered(case.actual, case.session, fix.iter().map(|step| &step.command));
    let neighbours = if schemas.is_empty() { BTreeSet::new() } else { neighbours(case, &schemas, &altered) };
    Ownership {
        tables: tables.filter_map(|(oid, _)| fixed.qname(*oid)).collect(),
        neighbours: neighbours.into_iter().collect(),
        altered,
        schemas: schemas.into_iter().collect(),
        role: case.session.role.clone(),
    }
}

/// What stands against a fix: it makes objects, and the tables that are there belong to several roles.
pub fn unclear(ownership: &Ownership, actual: &Catalog) -> Option<String> {
    let owners = ownership.owners(actual);
    if owners.len() < 2 || ownership.role.is_some() {
        return None;
    }
    let owners: Vec<String> = owners.iter().map(ToString::to_string).collect();
    Some(format!(
        "the tables belong to {}, so it is not known to whom new objects are to belong: name the role that Alembic connects as (--role)",
        owners.join(" and ")
    ))
}

/// True for what belongs to whoever makes it; a sequence that comes with a column belongs to the table's owner.
fn belongs_to_its_maker(object: &Object, fix: &[FixStep]) -> bool {
    let makes_sequences = || fix.iter().any(|step| matches!(step.command, Command::Sequence(Sequence::Create { .. })));
    object.has_owner() && (!matches!(object, Object::Sequence(_)) || makes_sequences())
}

fn altered<'c>(actual: &Catalog, session: &Session, commands: impl Iterator<Item = &'c Command>) -> Vec<QName> {
    let relations = commands.filter_map(|command| {
        let name = lock(command).1.filter(|_| !matches!(command, Command::Data(_)))?;
        actual.qname(actual.resolve_relation(name, session)?)
    });
    relations.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The project's tables in the schemas of what is made, and those that are altered; where there is none, all that are there.
fn neighbours(case: &Case<'_>, schemas: &BTreeSet<Ident>, altered: &[QName]) -> BTreeSet<QName> {
    let version_table = case.subject.version_table().name;
    let names = |wanted: &dyn Fn(&ObjectId) -> bool| -> BTreeSet<QName> {
        let tables = case.actual.comparable().filter(|(_, id)| id.kind == Kind::Table && wanted(id));
        tables.filter_map(|(oid, _)| case.actual.qname(oid)).filter(|name| name.name != version_table).collect()
    };
    let here = |id: &ObjectId| id.schema.as_ref().is_some_and(|schema| schemas.contains(schema));
    let is_altered = |id: &ObjectId| altered.iter().any(|name| name.name == id.name && name.schema == id.schema);
    let choices: [&dyn Fn(&ObjectId) -> bool; 3] =
        [&|id| is_altered(id) || here(id) && case.timelines.is_made(id), &here, &|id| case.timelines.is_made(id)];
    choices.into_iter().map(names).find(|names| !names.is_empty()).unwrap_or_default()
}

/// Rows of schema and name.
fn pairs(names: &[QName]) -> String {
    let schema = |name: &QName| literal(name.schema.as_ref().map_or("", |schema| schema.as_str()));
    values(names.iter().map(|name| format!("({}, {})", schema(name), literal(name.name.as_str()))))
}

pub(super) const RELATIONS: &str =
    "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (n.nspname, c.relname) IN";

impl Ownership {
    /// Those of the neighbours.
    fn owners(&self, actual: &Catalog) -> BTreeSet<Ident> {
        let owner = |name: &QName| match actual.get(actual.relation(name.schema.as_ref()?, &name.name)?)? {
            Object::Table(table) => table.owner.clone(),
            _ => None,
        };
        self.neighbours.iter().filter_map(owner).collect()
    }

    /// The role that a script acts as, where it is known to be one.
    pub fn maker(&self, actual: &Catalog) -> Option<Ident> {
        let owners = self.owners(actual);
        let only = owners.first().filter(|_| owners.len() == 1);
        self.role.as_ref().or(only).filter(|_| self.creates()).cloned()
    }

    /// It makes something that belongs to somebody.
    fn creates(&self) -> bool {
        !self.schemas.is_empty() && (self.role.is_some() || !self.neighbours.is_empty())
    }

    /// A block that stops where the role is not the right one, before anything is changed.
    pub(super) fn preflight(&self) -> String {
        if self.altered.is_empty() && !self.creates() {
            return String::new();
        }
        let mut body =
            String::from("DECLARE\n  item record;\n  owners text[];\n  acting text := current_user;\nBEGIN\n");
        if self.creates() {
            match &self.role {
                Some(role) => {
                    let _ = writeln!(body, "  owners := ARRAY[{}]::text[];", literal(role.as_str()));
                }
                None => {
                    let _ = writeln!(
                        body,
                        "  SELECT array_agg(DISTINCT pg_get_userbyid(c.relowner)::text) INTO owners {RELATIONS} ({});",
                        pairs(&self.neighbours)
                    );
                }
            }
            body += "  IF cardinality(owners) > 1 THEN\n    \
                     RAISE EXCEPTION 'restamp: the tables belong to %, so it is not known to whom new objects are to belong', owners\n      \
                     USING HINT = 'Nothing was changed. Make the plan again with --role and the role that Alembic connects as.';\n  END IF;\n  \
                     acting := coalesce(owners[1], current_user);\n  \
                     IF NOT pg_has_role(acting::name, 'MEMBER') THEN\n    \
                     RAISE EXCEPTION 'restamp: new objects are to belong to %, and % may not act as that role', quote_ident(acting), quote_ident(current_user)\n      \
                     USING ERRCODE = '42501', HINT = 'Nothing was changed. Run this as that role, or as one that is a member of it.';\n  END IF;\n";
            let schemas = values(self.schemas.iter().map(|schema| format!("({})", literal(schema.as_str()))));
            let _ = write!(
                body,
                "  FOR item IN SELECT n.nspname FROM pg_namespace n WHERE (n.nspname) IN ({schemas})\n    \
                 AND NOT has_schema_privilege(acting::name, n.oid, 'CREATE') LOOP\n    \
                 RAISE EXCEPTION 'restamp: % may not create objects in schema %', quote_ident(acting), quote_ident(item.nspname)\n      \
                 USING ERRCODE = '42501', HINT = 'Nothing was changed. Grant it CREATE on that schema first.';\n  END LOOP;\n"
            );
        }
        if !self.altered.is_empty() {
            let _ = write!(
                body,
                "  FOR item IN SELECT c.oid::regclass::text AS relation, pg_get_userbyid(c.relowner)::text AS owner {RELATIONS} ({})\n    \
                 AND NOT pg_has_role(acting::name, c.relowner, 'USAGE') LOOP\n    \
                 RAISE EXCEPTION 'restamp: % belongs to %, and % may not act as that role', item.relation, quote_ident(item.owner), quote_ident(acting)\n      \
                 USING ERRCODE = '42501', HINT = 'Nothing was changed. Run this as that role, or as one that is a member of it.';\n  END LOOP;\n",
                pairs(&self.altered)
            );
        }
        if self.creates() {
            body += "  PERFORM set_config('restamp.caller', current_setting('role'), true);\n  \
                     PERFORM set_config('restamp.owner', acting, true);\n";
        }
        body += "END";
        format!("\n-- Who runs this must be allowed to act as the owner of what it changes.\n{}", block(&body))
    }

    /// Makes what follows belong to the owner of the neighbours.
    pub(super) fn act(&self) -> String {
        self.role("restamp.owner", "What is made belongs to whom the tables of the project belong to")
    }

    /// Back to the role that runs the script.
    pub(super) fn stop_acting(&self) -> String {
        self.role("restamp.caller", "As the role that runs this again")
    }

    fn role(&self, setting: &str, why: &str) -> String {
        if !self.creates() {
            return String::new();
        }
        let body =
            format!("BEGIN\n  PERFORM set_config('role', current_setting('{setting}'), true); -- SET LOCAL ROLE\nEND");
        format!("\n-- {why}.\n{}", block(&body))
    }

    /// A block that grants of new tables, and of their sequences, what all of their neighbours grant.
    pub(super) fn grants(&self) -> String {
        if self.tables.is_empty() || self.neighbours.is_empty() {
            return String::new();
        }
        let group = |name: &str, tables: &[QName]| {
            format!(
                "{name} AS (\n      SELECT c.oid, c.relowner, c.relacl, 'TABLE' AS kind {RELATIONS} ({})\n      \
                 UNION ALL SELECT s.oid, s.relowner, s.relacl, 'SEQUENCE' FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype IN ('a', 'i') \
                 AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass JOIN pg_class c ON c.oid = d.refobjid \
                 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE s.relkind = 'S' AND (n.nspname, c.relname) IN ({})\n    )",
                pairs(tables),
                pairs(tables)
            )
        };
        let body = format!(
            "DECLARE\n  item record;\nBEGIN\n  IF current_setting('restamp.todo') = 'yes' THEN\n    \
             FOR item IN WITH {}, {}, given AS (\n      \
             SELECT n.kind, a.grantee, a.privilege_type, a.is_grantable FROM neighbours n CROSS JOIN aclexplode(n.relacl) a WHERE a.grantee <> n.relowner\n      \
             GROUP BY 1, 2, 3, 4 HAVING count(DISTINCT n.oid) = (SELECT count(*) FROM neighbours all_of WHERE all_of.kind = n.kind)\n    )\n    \
             SELECT format('GRANT %s ON %s %s TO %s%s', g.privilege_type, g.kind, m.oid::regclass, \
             CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END, CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement\n    \
             FROM given g JOIN made m USING (kind) ORDER BY 1 LOOP\n      EXECUTE item.statement;\n    END LOOP;\n  END IF;\nEND",
            group("neighbours", &self.neighbours),
            group("made", &self.tables)
        );
        format!("\n-- New tables grant what all the others grant.\n{}", block(&body))
    }
}
