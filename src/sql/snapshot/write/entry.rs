//! An entry of the dump: pg_dump's comment over an object, and the statements that make it.

use super::Relation;
use super::graph::Key;
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::literal;

/// What is made, and where it stands among the others.
pub struct Entry {
    pub key: Key,
    /// What must be there before, beside what the catalog says that it depends on.
    pub after: Vec<Key>,
    head: String,
    text: String,
    /// The access method of a table.
    method: Option<String>,
}

impl Entry {
    pub fn new(key: Key, head: String, text: String) -> Entry {
        Entry { key, after: Vec::new(), head, text, method: None }
    }

    /// An entry of an object, with its comment over it.
    pub fn of(key: Key, own: &Named, kind: &str, text: String) -> Entry {
        Entry::new(key, heading("Name", own, kind), text)
    }

    pub fn after(mut self, keys: impl IntoIterator<Item = Key>) -> Entry {
        self.after.extend(keys);
        self
    }

    pub fn method(mut self, method: &str) -> Entry {
        self.method = Some(method.to_string()).filter(|method| !method.is_empty());
        self
    }

    /// Writes it; `method` is the access method that was set last.
    pub fn write(&self, method: &mut String, out: &mut String) {
        out.push_str(&self.head);
        if let Some(own) = self.method.as_ref().filter(|own| *own != method) {
            method.clone_from(own);
            out.push_str(&format!("SET default_table_access_method = {};\n\n", Ident::new(own)));
        }
        out.push_str(&self.text);
        out.push_str("\n\n");
    }
}

/// How an object is called in comments and privileges.
#[derive(Clone)]
pub struct Named {
    /// `TABLE`
    pub kind: String,
    /// `public.t`, `f(integer)`, `pk ON public.t`: what stands behind the kind in SQL.
    pub sql: String,
    /// `t`: what stands behind it in pg_dump's comment.
    pub name: String,
    pub schema: Option<Ident>,
    pub owner: Option<Ident>,
}

impl Named {
    pub fn new(kind: &str, sql: String, name: &str, schema: Option<Ident>, owner: Option<Ident>) -> Named {
        Named { kind: kind.to_string(), sql, name: name.to_string(), schema, owner }
    }

    /// What is in a schema.
    pub fn in_schema(kind: &str, name: &QName, owner: Option<Ident>) -> Named {
        Named::new(kind, name.to_string(), name.name.as_str(), name.schema.clone(), owner)
    }

    pub fn of_relation(relation: &Relation<'_>) -> Named {
        let kind = match relation.kind() {
            "v" => "VIEW",
            "m" => "MATERIALIZED VIEW",
            "S" => "SEQUENCE",
            "f" => "FOREIGN TABLE",
            _ => "TABLE",
        };
        Named::in_schema(kind, &relation.name, Some(relation.row.ident("owner")))
    }

    /// What stands on a table.
    pub fn on(kind: &str, name: &Ident, relation: &Relation<'_>) -> Named {
        let of = Named::of_relation(relation);
        Named {
            kind: kind.to_string(),
            sql: format!("{name} ON {}", relation.name),
            name: format!("{name} ON {}", relation.name.name),
            ..of
        }
    }

    /// A column.
    pub fn column(self, relation: &Relation<'_>, column: &Ident) -> Named {
        Named {
            kind: "COLUMN".to_string(),
            sql: format!("{}.{column}", relation.name),
            name: format!("{}.{column}", relation.name.name),
            ..self
        }
    }

    /// `COMMENT ON`, with pg_dump's comment over it.
    pub fn comment(&self, text: &str) -> String {
        let tag = Named { name: format!("{} {}", self.kind, self.name), ..self.clone() };
        let head = heading("Name", &tag, "COMMENT");
        // A cast, an operator class and the like say their kind in what they are called.
        format!("{head}COMMENT ON {} {} IS {};\n\n\n", self.kind, self.sql, literal(text))
    }
}

/// `-- Name: t; Type: TABLE; Schema: public; Owner: joe`
pub fn heading(word: &str, own: &Named, kind: &str) -> String {
    let or_dash = |name: &Option<Ident>| name.as_ref().map_or_else(|| "-".to_string(), |name| line(name.as_str()));
    let (name, schema, owner) = (line(&own.name), or_dash(&own.schema), or_dash(&own.owner));
    format!("--\n-- {word}: {name}; Type: {kind}; Schema: {schema}; Owner: {owner}\n--\n\n")
}

/// A name in a comment (`sanitize_line`).
fn line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
