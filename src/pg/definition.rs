//! The parts of statements whose objects are kept as text, whoever wrote them: an author, or pg_dump.

use std::collections::BTreeMap;

use super::ident::{Ident, QName};
use super::lex::{self, Cursor, Read};
use super::{parameters, statistics, types};

/// A part of a definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// In the one spelling that PostgreSQL keeps.
    Word(String),
    /// A name, an expression or a command: it may be spelt in other ways, and what it names may have got another name.
    Body(String),
}

/// Parts by their names.
pub type Parts = BTreeMap<&'static str, Part>;

/// Reads what `CREATE kind …` and then the actions of `ALTER kind …` say, without the object's name. `None`: it is not read.
///
/// ```
/// use restamp::pg::definition::read;
/// let author = "CREATE EVENT TRIGGER e ON ddl_command_end WHEN TAG IN ('DROP TABLE') EXECUTE PROCEDURE f()";
/// let dump = "CREATE EVENT TRIGGER e ON ddl_command_end\n  WHEN TAG IN ('DROP TABLE')\n  EXECUTE FUNCTION public.f()";
/// assert_eq!(read("EVENT TRIGGER", author, &[]), read("EVENT TRIGGER", dump, &[]));
/// assert_ne!(read("EVENT TRIGGER", author, &["DISABLE".to_string()]), read("EVENT TRIGGER", dump, &[]));
/// ```
pub fn read(kind: &str, text: &str, altered: &[String]) -> Option<Parts> {
    let reader = READERS.iter().find(|reader| reader.kind == kind)?;
    let mut parts = Parts::new();
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    cursor.expect("CREATE").ok()?;
    cursor.eat("OR REPLACE");
    if !cursor.eat(kind) {
        return None;
    }
    cursor.eat("IF NOT EXISTS");
    (reader.create)(&mut cursor, &mut parts)?;
    cursor.expect_end().ok()?;
    for action in altered {
        let (tokens, _) = lex::tokens(action);
        let mut cursor = Cursor::new(action, &tokens);
        (reader.alter)(&mut cursor, &mut parts)?;
        cursor.expect_end().ok()?;
    }
    Some(parts)
}

/// Reads the name under which an object is known: that of a cast is its types, that of an operator has those of its arguments, that of
/// an operator class its method.
///
/// # Errors
/// There is no such name.
pub fn identity(kind: &str, cursor: &mut Cursor<'_>) -> Read<QName> {
    match kind {
        "CAST" => {
            cursor.expect_sign("(")?;
            let from = types::read(cursor)?;
            cursor.expect("AS")?;
            let to = types::read(cursor)?;
            cursor.expect_sign(")")?;
            Ok(QName::bare(Ident::new(&format!("({from} AS {to})"))))
        }
        "OPERATOR" => {
            let schema = cursor.ident().ok();
            cursor.eat_sign(".");
            let sign = cursor.until(&["("]).trim().to_string();
            let arguments = match parameters::read(&mut cursor.clone()) {
                Ok(options) if options.iter().any(|(key, _)| key.ends_with("arg")) => {
                    let side =
                        |side| options.iter().find(|(key, _)| key == side).map_or("NONE", |(_, value)| value.as_str());
                    format!("{}, {}", side("leftarg"), side("rightarg"))
                }
                _ => cursor.parens()?.to_string(),
            };
            let (tokens, _) = lex::tokens(&arguments);
            let types = Cursor::new(&arguments, &tokens).list(|cursor| {
                Ok(if cursor.eat("NONE") { "NONE".to_string() } else { types::read(cursor)?.to_string() })
            })?;
            Ok(QName::new(schema, Ident::new(&format!("{sign} ({})", types.join(", ")))))
        }
        "OPERATOR CLASS" | "OPERATOR FAMILY" => {
            let name = cursor.qname()?;
            cursor.until(&["USING"]);
            cursor.expect("USING")?;
            Ok(QName::new(name.schema, Ident::new(&format!("{} USING {}", name.name.as_str(), cursor.ident()?))))
        }
        "USER MAPPING" => {
            cursor.expect("FOR")?;
            let role = cursor.ident()?;
            cursor.expect("SERVER")?;
            Ok(QName::bare(Ident::new(&format!("FOR {role} SERVER {}", cursor.ident()?))))
        }
        // The name of a rule is one of its table's, which may get another name.
        "RULE" => {
            let rule = cursor.ident()?;
            if cursor.eat("ON") {
                cursor.qname()?;
            }
            Ok(QName::bare(rule))
        }
        "TRANSFORM" => Ok(QName::bare(Ident::new(cursor.until(&["(", "CASCADE", "RESTRICT"])))),
        _ => cursor.qname(),
    }
}

type Rule = fn(&mut Cursor<'_>, &mut Parts) -> Option<()>;

struct Reader {
    kind: &'static str,
    create: Rule,
    alter: Rule,
}

const READERS: &[Reader] = &[
    Reader { kind: "STATISTICS", create: statistics, alter: alter_statistics },
    Reader { kind: "EVENT TRIGGER", create: event_trigger, alter: alter_event_trigger },
    Reader { kind: "RULE", create: rule, alter: unaltered },
    Reader { kind: "PUBLICATION", create: publication, alter: alter_publication },
    Reader { kind: "TEXT SEARCH CONFIGURATION", create: configuration, alter: add_mapping },
    Reader { kind: "TEXT SEARCH DICTIONARY", create: dictionary, alter: change_dictionary },
    Reader { kind: "FOREIGN DATA WRAPPER", create: wrapper, alter: alter_foreign },
    Reader { kind: "SERVER", create: server, alter: alter_foreign },
    Reader { kind: "OPERATOR", create: operator, alter: unaltered },
    Reader { kind: "AGGREGATE", create: aggregate, alter: unaltered },
    Reader { kind: "FOREIGN TABLE", create: foreign_table, alter: alter_foreign_table },
    Reader { kind: "USER MAPPING", create: user_mapping, alter: unaltered },
    Reader { kind: "CAST", create: cast, alter: unaltered },
    Reader { kind: "TYPE", create: range, alter: unaltered },
];

fn unaltered(_: &mut Cursor<'_>, _: &mut Parts) -> Option<()> {
    None
}

fn word(text: impl Into<String>) -> Part {
    Part::Word(text.into())
}

/// The last part of a name: what is before it depends on the `search_path`.
fn name(cursor: &mut Cursor<'_>) -> Option<Part> {
    Some(Part::Body(cursor.qname().ok()?.name.to_string()))
}

/// `s (mcv) ON a, b FROM t`. All kinds together are the default; names of columns follow their renames.
fn statistics(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    let read = statistics::read_rest(cursor).ok()?;
    if !read.kinds.is_empty() {
        parts.insert("kinds", word(read.kinds.iter().map(Ident::to_string).collect::<Vec<_>>().join(", ")));
    }
    let mut on: Vec<String> = read.elements.iter().map(ToString::to_string).collect();
    on.sort();
    let on = on.join(", ");
    parts.insert("on", if read.columns().is_some() { Part::Word(on) } else { Part::Body(on) });
    parts.insert("from", Part::Body(read.table.name.to_string()));
    Some(())
}

fn alter_statistics(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.expect("SET STATISTICS").ok()?;
    let target = if cursor.eat("DEFAULT") { -1 } else { cursor.integer().ok()? };
    parts.remove("target");
    if target != -1 {
        parts.insert("target", word(target.to_string()));
    }
    Some(())
}

/// `e ON event WHEN TAG IN (…) EXECUTE FUNCTION f()`
fn event_trigger(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.ident().ok()?;
    cursor.expect("ON").ok()?;
    parts.insert("event", word(cursor.ident().ok()?.to_string()));
    if cursor.eat("WHEN") {
        cursor.expect("TAG").ok()?;
        cursor.expect("IN").ok()?;
        cursor.expect_sign("(").ok()?;
        let mut tags = cursor.list(Cursor::string).ok()?;
        cursor.expect_sign(")").ok()?;
        tags.iter_mut().for_each(|tag| tag.make_ascii_uppercase());
        tags.sort();
        parts.insert("tags", word(tags.join(", ")));
    }
    cursor.expect("EXECUTE").ok()?;
    cursor.eat_any(&["FUNCTION", "PROCEDURE"])?;
    parts.insert("function", name(cursor)?);
    cursor.parens().ok().map(drop)
}

fn alter_event_trigger(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    let mode = cursor.eat_any(&["DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA", "ENABLE"])?;
    parts.remove("enabled");
    if mode != "ENABLE" {
        parts.insert("enabled", word(mode));
    }
    Some(())
}

/// `r AS ON DELETE TO t WHERE … DO INSTEAD NOTHING`
fn rule(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.ident().ok()?;
    cursor.expect("AS ON").ok()?;
    parts.insert("event", word(cursor.eat_any(&["SELECT", "INSERT", "UPDATE", "DELETE"])?));
    cursor.expect("TO").ok()?;
    parts.insert("table", name(cursor)?);
    if cursor.eat("WHERE") {
        parts.insert("where", Part::Body(cursor.until(&["DO"]).to_string()));
    }
    cursor.expect("DO").ok()?;
    if cursor.eat("INSTEAD") {
        parts.insert("instead", word("true"));
    } else {
        cursor.eat("ALSO");
    }
    if !cursor.eat("NOTHING") {
        parts.insert("commands", Part::Body(cursor.rest().to_string()));
    }
    Some(())
}

/// `p FOR ALL TABLES WITH (publish = 'insert')`
fn publication(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.ident().ok()?;
    if cursor.eat("FOR ALL TABLES") {
        parts.insert("all tables", word("true"));
    } else if cursor.eat("FOR") {
        add_published(cursor, parts)?;
    }
    if cursor.eat("WITH") {
        publish(cursor, parts)?;
    }
    Some(())
}

fn alter_publication(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    if cursor.eat("ADD") {
        return add_published(cursor, parts);
    }
    cursor.expect("SET").ok()?;
    if cursor.is_sign("(") {
        return publish(cursor, parts);
    }
    parts.remove("published");
    add_published(cursor, parts)
}

/// `TABLE ONLY a, b`, `TABLES IN SCHEMA s`: a list that stays in one order.
fn add_published(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    let mut all: Vec<String> = match parts.remove("published") {
        Some(Part::Body(text)) => text.split(", ").map(str::to_string).collect(),
        _ => Vec::new(),
    };
    let is_table = cursor.eat_any(&["TABLES IN SCHEMA", "TABLE"])? == "TABLE";
    let added = cursor.list(|cursor| {
        cursor.eat("ONLY");
        let name = cursor.qname()?.name;
        let rest = cursor.until(&[",", "WITH"]);
        Ok(format!("{}{name} {rest}", if is_table { "" } else { "schema " }).trim().to_string())
    });
    all.extend(added.ok()?);
    all.sort();
    parts.insert("published", Part::Body(all.join(", ")));
    Some(())
}

fn publish(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    for (key, value) in parameters::read(cursor).ok()? {
        let (part, value, default) = match key.as_str() {
            "publish" => {
                let mut actions: Vec<&str> = value.split(',').map(str::trim).collect();
                actions.sort_unstable();
                ("publish", actions.join(", "), "delete, insert, truncate, update")
            }
            "publish_via_partition_root" => {
                let is_on = matches!(value.as_str(), "" | "true" | "on" | "1");
                ("publish_via_partition_root", is_on.to_string(), "false")
            }
            "publish_generated_columns" => ("publish_generated_columns", value, "none"),
            _ => return None,
        };
        parts.remove(part);
        if value != default {
            parts.insert(part, word(value));
        }
    }
    Some(())
}

/// `c (PARSER = "default")`; what `COPY` brings is not known.
fn configuration(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.qname().ok()?;
    for (key, value) in parameters::read(cursor).ok()? {
        if key != "parser" {
            return None;
        }
        parts.insert("parser", Part::Body(last_name(&value)));
    }
    Some(())
}

/// `ADD MAPPING FOR asciiword, word WITH simple`
fn add_mapping(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.expect("ADD MAPPING FOR").ok()?;
    let types = cursor.list(Cursor::ident).ok()?;
    cursor.expect("WITH").ok()?;
    let dictionaries = cursor.list(|cursor| Ok(cursor.qname()?.name.to_string())).ok()?.join(" ");
    let mut add = |part: &'static str, separator: &str, new: Vec<String>, make: fn(String) -> Part| {
        let mut all: Vec<String> = match parts.remove(part) {
            Some(Part::Word(text) | Part::Body(text)) => text.split(separator).map(str::to_string).collect(),
            None => Vec::new(),
        };
        all.extend(new);
        all.sort();
        parts.insert(part, make(all.join(separator)));
    };
    add("token types", ", ", types.iter().map(Ident::to_string).collect(), Part::Word);
    add("mappings", "; ", types.iter().map(|ty| format!("{ty}: {dictionaries}")).collect(), Part::Body);
    Some(())
}

/// `d (TEMPLATE = simple, stopwords = english)`
fn dictionary(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.qname().ok()?;
    change_dictionary(cursor, parts)
}

/// A value alone takes an option away.
fn change_dictionary(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    let mut options = options_of(parts);
    for (key, value) in parameters::read(cursor).ok()? {
        if key == "template" {
            parts.insert("template", Part::Body(last_name(&value)));
        } else if value.is_empty() {
            options.remove(&key);
        } else {
            options.insert(key, value);
        }
    }
    set_options(parts, &options);
    Some(())
}

/// `w HANDLER f VALIDATOR g OPTIONS (a 'b')`
fn wrapper(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.ident().ok()?;
    functions(cursor, parts)?;
    foreign_options(cursor, parts)
}

fn functions(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    while let Some(which) = cursor.eat_any(&["NO HANDLER", "NO VALIDATOR", "HANDLER", "VALIDATOR"]) {
        let part = if which.ends_with("HANDLER") { "handler" } else { "validator" };
        parts.remove(part);
        if !which.starts_with("NO") {
            parts.insert(part, name(cursor)?);
        }
    }
    Some(())
}

/// `s TYPE 't' VERSION 'v' FOREIGN DATA WRAPPER w OPTIONS (a 'b')`
fn server(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.ident().ok()?;
    if cursor.eat("TYPE") {
        parts.insert("type", word(cursor.string().ok()?));
    }
    if cursor.eat("VERSION") {
        parts.insert("version", word(cursor.string().ok()?));
    }
    cursor.expect("FOREIGN DATA WRAPPER").ok()?;
    parts.insert("wrapper", name(cursor)?);
    foreign_options(cursor, parts)
}

/// `t (a integer OPTIONS (x 'y') NOT NULL) SERVER s OPTIONS (a 'b')`
fn foreign_table(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.qname().ok()?;
    cursor.expect_sign("(").ok()?;
    let (mut columns, mut is_plain) = (Vec::new(), true);
    if !cursor.is_sign(")") {
        columns = cursor
            .list(|cursor| {
                let (name, ty) = (cursor.ident()?, types::read(cursor)?);
                let rest = cursor.until(&[","]).trim();
                is_plain &= ty.builtin_name().is_some() && (rest.is_empty() || rest.eq_ignore_ascii_case("NOT NULL"));
                Ok(format!("{name} {ty} {rest}").trim().to_string())
            })
            .ok()?;
    }
    cursor.expect_sign(")").ok()?;
    let columns = columns.join(", ");
    parts.insert("columns", if is_plain { Part::Word(columns) } else { Part::Body(columns) });
    cursor.expect("SERVER").ok()?;
    parts.insert("server", name(cursor)?);
    foreign_options(cursor, parts)
}

/// Of its columns pg_dump alters the options.
fn alter_foreign_table(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    if !cursor.eat("ALTER COLUMN") {
        return foreign_options(cursor, parts);
    }
    let column = cursor.ident().ok()?;
    let options = cursor.rest().split_whitespace().collect::<Vec<_>>().join(" ");
    let before = match parts.remove("column options") {
        Some(Part::Body(before)) => before + "; ",
        _ => String::new(),
    };
    parts.insert("column options", Part::Body(format!("{before}{column} {options}")));
    Some(())
}

/// `FOR role SERVER s OPTIONS (a 'b')`; role and server are its name.
fn user_mapping(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.until(&["OPTIONS"]);
    foreign_options(cursor, parts)
}

fn alter_foreign(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    functions(cursor, parts)?;
    if cursor.eat("VERSION") {
        parts.insert("version", word(cursor.string().ok()?));
    }
    foreign_options(cursor, parts)
}

/// `OPTIONS (ADD a 'b', SET c 'd', DROP e)`
fn foreign_options(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    if !cursor.eat("OPTIONS") {
        return Some(());
    }
    let mut options = options_of(parts);
    cursor.expect_sign("(").ok()?;
    let changes = cursor.list(|cursor| {
        let is_drop = cursor.eat_any(&["ADD", "SET", "DROP"]) == Some("DROP");
        let key = cursor.ident()?.to_string();
        Ok((key, if is_drop { None } else { Some(cursor.string()?) }))
    });
    for (key, value) in changes.ok()? {
        match value {
            Some(value) => options.insert(key, value),
            None => options.remove(&key),
        };
    }
    cursor.expect_sign(")").ok()?;
    set_options(parts, &options);
    Some(())
}

fn options_of(parts: &Parts) -> BTreeMap<String, String> {
    match parts.get("options") {
        Some(Part::Word(text)) => parameters::parse(text).into_iter().collect(),
        _ => BTreeMap::new(),
    }
}

fn set_options(parts: &mut Parts, options: &BTreeMap<String, String>) {
    parts.remove("options");
    if !options.is_empty() {
        parts.insert("options", word(parameters::written(options)));
    }
}

/// `=== (LEFTARG = integer, …, HASHES)`; its arguments are part of its name.
fn operator(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.until(&["("]);
    for (key, value) in parameters::read(cursor).ok()? {
        let (part, value) = match key.trim_matches('"') {
            "leftarg" | "rightarg" => continue,
            "hashes" => ("hashes", word("true")),
            "merges" => ("merges", word("true")),
            "function" | "procedure" => ("function", Part::Body(last_name(&value))),
            "commutator" => ("commutator", Part::Body(operator_name(&value))),
            "negator" => ("negator", Part::Body(operator_name(&value))),
            "restrict" => ("restrict", Part::Body(last_name(&value))),
            "join" => ("join", Part::Body(last_name(&value))),
            _ => return None,
        };
        parts.insert(part, value);
    }
    Some(())
}

/// `OPERATOR(public.===)` is `===`.
fn operator_name(written: &str) -> String {
    let inner = written.trim_start_matches("operator(").trim_end_matches(')');
    inner.rsplit_once('.').map_or(inner, |(_, name)| name).trim().to_string()
}

/// What of an aggregate is a function, and what is not.
const AGGREGATE: &[(&str, &str, bool)] = &[
    ("sfunc", "", true),
    ("finalfunc", "", true),
    ("combinefunc", "", true),
    ("serialfunc", "", true),
    ("deserialfunc", "", true),
    ("msfunc", "", true),
    ("minvfunc", "", true),
    ("mfinalfunc", "", true),
    ("sortop", "", true),
    ("initcond", "", false),
    ("minitcond", "", false),
    ("sspace", "0", false),
    ("msspace", "0", false),
    ("parallel", "unsafe", false),
    ("finalfunc_extra", "", false),
    ("mfinalfunc_extra", "", false),
    ("hypothetical", "", false),
];

/// `a (integer) (SFUNC = f, STYPE = integer)`; its arguments are part of its name.
fn aggregate(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.qname().ok()?;
    cursor.parens().ok()?;
    for (key, value) in parameters::read(cursor).ok()? {
        let key = key.trim_matches('"');
        if let Some(part) = ["stype", "mstype"].into_iter().find(|part| *part == key) {
            parts.insert(part, ty(&value)?);
            continue;
        }
        let (part, default, is_function) = *AGGREGATE.iter().find(|(part, ..)| *part == key)?;
        if is_function {
            parts.insert(part, Part::Body(operator_name(&last_name(&value))));
        } else if default.is_empty() || value != default {
            parts.insert(part, word(if value.is_empty() { "true".to_string() } else { value }));
        }
    }
    Some(())
}

/// `(boolean AS text) WITH INOUT AS ASSIGNMENT`; its types are its name.
fn cast(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.parens().ok()?;
    let with = cursor.eat_any(&["WITH FUNCTION", "WITHOUT FUNCTION", "WITH INOUT"])?;
    parts.insert("method", word(with));
    if with == "WITH FUNCTION" {
        parts.insert("function", name(cursor)?);
        if cursor.is_sign("(") {
            cursor.parens().ok()?;
        }
    }
    let context = cursor.eat_any(&["AS ASSIGNMENT", "AS IMPLICIT"]);
    parts.extend(context.map(|context| ("context", word(context))));
    Some(())
}

/// `t AS RANGE (SUBTYPE = integer)`; the name of the multirange is made of the range's unless it is said.
fn range(cursor: &mut Cursor<'_>, parts: &mut Parts) -> Option<()> {
    cursor.qname().ok()?;
    cursor.expect("AS RANGE").ok()?;
    for (key, value) in parameters::read(cursor).ok()? {
        let (part, value) = match key.trim_matches('"') {
            "subtype" => ("subtype", ty(&value)?),
            "subtype_opclass" => ("subtype_opclass", Part::Body(last_name(&value))),
            "collation" => ("collation", Part::Body(last_name(&value))),
            "canonical" => ("canonical", Part::Body(last_name(&value))),
            "subtype_diff" => ("subtype_diff", Part::Body(last_name(&value))),
            "multirange_type_name" => continue,
            _ => return None,
        };
        parts.insert(part, value);
    }
    Some(())
}

/// A type of PostgreSQL's own in its own words; any other may have been renamed.
fn ty(written: &str) -> Option<Part> {
    let (tokens, _) = lex::tokens(written);
    let mut cursor = Cursor::new(written, &tokens);
    let ty = types::read(&mut cursor).ok()?;
    cursor.expect_end().ok()?;
    Some(match ty.builtin_name() {
        Some(_) => word(ty.to_string()),
        None => Part::Body(last_name(written)),
    })
}

fn last_name(written: &str) -> String {
    let (tokens, _) = lex::tokens(written);
    let mut cursor = Cursor::new(written, &tokens);
    match cursor.qname() {
        Ok(name) if cursor.at_end() => name.name.to_string(),
        _ => written.to_string(),
    }
}
