//! Names as SQLAlchemy keeps and quotes them (`sqlalchemy.sql.compiler.IdentifierPreparer` with the PostgreSQL dialect).

use std::rc::Rc;

use md5::{Digest, Md5};

use super::{Known, seam};
use crate::alembic::eval::container::Key;
use crate::alembic::eval::{Eval, Native, Value, Vm};
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, MAX_IDENT_BYTES, QName};

/// A name given to SQLAlchemy: a plain `str`, a `quoted_name`, or a `conv`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// As given.
    pub text: Rc<str>,
    /// `quoted_name(…, quote=True)` or `quote=False`; `None` lets SQLAlchemy decide.
    pub quote: Option<bool>,
    /// A `conv` (what `op.f()` makes, and what a naming convention makes): no convention is applied to it, and it is cut
    /// with a hash where it is too long.
    pub conv: bool,
}

impl Name {
    /// A plain `str`.
    pub fn plain(text: &str) -> Name {
        Name { text: text.into(), quote: None, conv: false }
    }

    /// A `conv`.
    pub fn conv(text: &str) -> Name {
        Name { text: text.into(), quote: None, conv: true }
    }

    /// The name as the catalog will store it.
    pub fn ident(&self) -> Ident {
        if self.is_quoted() { Ident::new(&self.text) } else { Ident::fold(&self.text) }
    }

    /// `IdentifierPreparer.quote`
    pub fn sql(&self) -> String {
        if self.is_quoted() { quote_identifier(&self.text) } else { self.text.to_string() }
    }

    fn is_quoted(&self) -> bool {
        self.quote.unwrap_or_else(|| requires_quotes(&self.text))
    }
}

/// A `str`, `quoted_name` or `conv` as a name.
pub fn name(value: &Value) -> Result<Name, Reason> {
    if let Some(name) = seam::native::<Name>(value) {
        return Ok(Name::clone(&name));
    }
    Ok(Name { text: seam::text(value, "a name")?, quote: None, conv: false })
}

/// The same, or `None`.
pub fn optional(value: &Value) -> Result<Option<Name>, Reason> {
    match value {
        Value::None => Ok(None),
        value => name(value).map(Some),
    }
}

/// `quoted_name` and `conv` are values that behave as a `str`.
impl Native for Name {
    fn class(&self) -> &str {
        if self.conv { "sqlalchemy.sql.elements.conv" } else { "sqlalchemy.sql.elements.quoted_name" }
    }

    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "str" | "builtins.str" | "sqlalchemy.sql.elements.quoted_name") || class == self.class()
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Str(self.text.clone())))
    }

    // Both classes derive from `str`, and projects compare and search such names like any text.

    fn text(&self) -> Option<&str> {
        Some(&self.text)
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Str(self.text.clone()))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        vm.find_attr(&Value::Str(self.text.clone()), name)
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        vm.get_item(&Value::Str(self.text.clone()), key).map(Some)
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        let own = Value::Str(self.text.clone());
        let other = match seam::native::<Name>(other) {
            Some(other) => Value::Str(other.text.clone()),
            None => other.clone(),
        };
        Ok(match (operator, reflected) {
            ("==", _) => Some(vm.equals(&own, &other)?),
            ("!=", _) => {
                let equal = vm.equals(&own, &other)?;
                Some(vm.not(&equal)?)
            }
            ("in", true) => Some(vm.contains(&own, &other)?),
            ("+" | "%" | "*", false) => Some(vm.binary(operator, &own, &other)?),
            ("+" | "%", true) => Some(vm.binary(operator, &other, &own)?),
            _ => None,
        })
    }

    fn truth(self: Rc<Self>, _vm: &mut Vm) -> Eval<Value> {
        Ok(Value::Bool(!self.text.is_empty()))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::int(self.text.chars().count())))
    }
}

/// A name with the schema in front, as SQL (`IdentifierPreparer.format_table`).
pub fn qualified_sql(schema: Option<&Name>, name: &Name) -> String {
    match said(schema) {
        Some(schema) => format!("{}.{}", schema.sql(), name.sql()),
        None => name.sql(),
    }
}

/// A name with the schema in front, as the catalog resolves it.
pub fn qname(schema: Option<&Name>, name: &Name) -> QName {
    QName::new(said(schema).map(Name::ident), name.ident())
}

/// `schema=''` is rendered as no schema.
fn said(schema: Option<&Name>) -> Option<&Name> {
    schema.filter(|schema| !schema.text.is_empty())
}

/// The name of a constraint or an index: a `conv` that is too long is cut and gets a hash
/// (`_truncate_and_render_maxlen_name`); any other name that is too long raises.
pub fn constraint_name(vm: &mut Vm, name: &Name) -> Known<Name> {
    let length = name.text.chars().count();
    if length <= MAX_IDENT_BYTES {
        return Ok(name.clone());
    }
    if !name.conv {
        let message = format!("Identifier '{}' exceeds maximum length of {MAX_IDENT_BYTES} characters", name.text);
        return Err(seam::raise(vm, "sqlalchemy.exc.IdentifierError", &message).into());
    }
    let head: String = name.text.chars().take(MAX_IDENT_BYTES - 8).collect();
    let digest = Md5::digest(name.text.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Name { text: format!("{head}_{}", &hex[hex.len() - 4..]).into(), ..name.clone() })
}

/// `'…'` with quotes doubled (`SQLCompiler.render_literal_value` of a string; the DBAPI's `%%` is left out, since the text is
/// what the server gets).
pub fn string_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// `IdentifierPreparer.quote_identifier`
pub fn quote_identifier(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// `IdentifierPreparer._requires_quotes`
fn requires_quotes(text: &str) -> bool {
    let lower = text.to_lowercase();
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '$';
    RESERVED_WORDS.binary_search(&lower.as_str()).is_ok()
        || text.chars().next().is_none_or(|first| first.is_ascii_digit() || first == '$')
        || !text.chars().all(legal)
        || lower != text
}

/// `sqlalchemy.dialects.postgresql.base.RESERVED_WORDS`
const RESERVED_WORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "new",
    "not",
    "notnull",
    "null",
    "of",
    "off",
    "offset",
    "old",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "over",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "select",
    "session_user",
    "similar",
    "some",
    "symmetric",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];
