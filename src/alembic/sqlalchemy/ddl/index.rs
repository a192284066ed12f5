//! `CREATE INDEX` and `DROP INDEX` (`PGDDLCompiler.visit_create_index`, `visit_drop_index`).

use std::rc::Rc;

use super::super::expression::{Context, Expression, Ordering, compile};
use super::super::names::{self, Name, qname, qualified_sql, quote_identifier};
use super::super::schema::constraint::ConstraintName;
use super::super::schema::index::{IndexArg, IndexState};
use super::super::schema::{Index, Table};
use super::super::{Known, expression, seam};
use super::constraint::{include_columns, list};
use super::options::{flag, option, phrase, storage_parameters, storage_sql};
use super::{Statement, or_opaque};
use crate::alembic::eval::{Eval, Value, Vm};
use crate::pg::command::{Behavior, Command, CreateIndex, IndexKey, KeyTarget};
use crate::pg::error::Reason;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};

/// `CREATE INDEX`.
pub fn create(vm: &mut Vm, index: &Rc<Index>, if_not_exists: bool) -> Eval<Statement> {
    let table = table_of(vm, index)?;
    let known = compile_create(vm, index, &table, if_not_exists);
    let touches = vec![qname(table.schema().as_ref(), &table.name())];
    or_opaque(known, &format!("CREATE INDEX … ON {}", table.name().sql()), touches)
}

fn table_of(vm: &mut Vm, index: &Index) -> Eval<Rc<Table>> {
    index.table().ok_or_else(|| {
        let name = match &index.state.borrow().name {
            ConstraintName::Name(name) => name.text.to_string(),
            ConstraintName::None | ConstraintName::TypeBound => "None".into(),
        };
        let message = format!("Index '{name}' is not associated with any table.");
        seam::raise(vm, "sqlalchemy.exc.CompileError", &message)
    })
}

fn rendered_name(vm: &mut Vm, state: &IndexState, verb: &str) -> Known<Name> {
    match &state.name {
        ConstraintName::Name(name) => names::constraint_name(vm, name),
        ConstraintName::None | ConstraintName::TypeBound => {
            let message = format!("{verb} INDEX requires that the index have a name");
            Err(seam::raise(vm, "sqlalchemy.exc.CompileError", &message).into())
        }
    }
}

fn compile_create(vm: &mut Vm, index: &Rc<Index>, table: &Rc<Table>, if_not_exists: bool) -> Known<Statement> {
    let state = index.state.borrow().clone();
    if let Some(reason) = state.unknown {
        return Err(reason.into());
    }
    let name = rendered_name(vm, &state, "CREATE")?;
    let options = &state.options;
    let concurrently = flag(options, "concurrently")?.unwrap_or(false);
    let mut sql = format!(
        "CREATE {}INDEX {}{}{} ON {} ",
        if state.unique { "UNIQUE " } else { "" },
        if concurrently { "CONCURRENTLY " } else { "" },
        if if_not_exists { "IF NOT EXISTS " } else { "" },
        name.sql(),
        qualified_sql(table.schema().as_ref(), &table.name())
    );
    let mut method = None;
    if let Some(using) = option(options, "using") {
        let using = phrase(vm, &seam::text(using, "postgresql_using")?)?.to_lowercase();
        sql.push_str(&format!("USING {using} "));
        method = Some(Ident::fold(&using)).filter(|method| method.as_str() != "btree");
    }
    let ops = operator_classes(option(options, "ops"))?;
    let mut keys = Vec::new();
    let mut shown = Vec::new();
    for key in &state.keys {
        let (key, text) = index_key(vm, table, key, (&ops, state.own_table.is_some()))?;
        keys.push(key);
        shown.push(text);
    }
    sql.push_str(&format!("({})", shown.join(", ")));
    let include = match option(options, "include") {
        Some(include) => include_columns(table, include)?,
        None => Vec::new(),
    };
    if !include.is_empty() {
        sql.push_str(&format!(" INCLUDE ({})", list(&include)));
    }
    let nulls_not_distinct = flag(options, "nulls_not_distinct")?;
    match nulls_not_distinct {
        Some(true) => sql.push_str(" NULLS NOT DISTINCT"),
        Some(false) => sql.push_str(" NULLS DISTINCT"),
        None => {}
    }
    let with = match option(options, "with") {
        Some(with) => storage_parameters(with)?,
        None => Vec::new(),
    };
    if !with.is_empty() {
        sql.push_str(&format!(" WITH ({})", storage_sql(&with)));
    }
    let mut tablespace = None;
    if let Some(name) = option(options, "tablespace") {
        let name = names::name(name)?;
        sql.push_str(&format!(" TABLESPACE {}", name.sql()));
        tablespace = Some(name.ident());
    }
    let mut predicate = None;
    if let Some(condition) = option(options, "where") {
        let condition = expression::coerce(vm, condition, expression::Role::DdlExpression)?;
        let text = compile(vm, &condition, Context::DDL)?;
        sql.push_str(&format!(" WHERE {text}"));
        predicate = Some(Expr::parse(&text));
    }
    let command = Command::CreateIndex(CreateIndex {
        name: Some(name.ident()),
        if_not_exists,
        unique: state.unique,
        concurrently,
        table: qname(table.schema().as_ref(), &table.name()),
        only: false,
        method,
        keys,
        include: include.iter().map(Name::ident).collect(),
        nulls_not_distinct: nulls_not_distinct == Some(true),
        with: with.into_iter().map(|(name, value)| (name, value.unwrap_or_default())).collect(),
        tablespace,
        predicate,
    });
    Ok(Statement::new(command, sql))
}

/// `postgresql_ops={"column": "gin_trgm_ops"}`
fn operator_classes(value: Option<&Value>) -> Result<Vec<(Rc<str>, Rc<str>)>, Reason> {
    match value {
        None => Ok(Vec::new()),
        Some(Value::Dict(dict)) => dict
            .borrow()
            .iter()
            // SQLAlchemy looks for the text of a key; a column is none.
            .filter(|(key, _)| seam::native::<super::super::schema::Column>(key).is_none())
            .map(|(key, class)| Ok((seam::text(key, "postgresql_ops")?, seam::text(class, "postgresql_ops")?)))
            .collect(),
        Some(Value::Unknown(reason)) => Err(reason.clone()),
        Some(_) => Err(Reason::new("argument", "postgresql_ops is no dict")),
    }
}

fn index_key(
    vm: &mut Vm,
    table: &Rc<Table>,
    key: &IndexArg,
    (ops, in_operation): (&[(Rc<str>, Rc<str>)], bool),
) -> Known<(IndexKey, String)> {
    let expression = match key {
        IndexArg::Column(column) => {
            let Some(found) = column.resolve(table) else {
                return Err(Reason::new("index", format!("no column {} in {}", column.key(), table.name().text)).into());
            };
            Rc::new(Expression::column_of(&found))
        }
        IndexArg::Expression(expression) => expression.clone(),
    };
    let Ordering { target, descending, nulls_first } = expression.ordering();
    let named = expression.index_key(in_operation);
    let opclass = named.and_then(|named| ops.iter().find(|(key, _)| *key == named)).map(|(_, class)| class.to_string());
    let text = compile(vm, &expression.without_label(), Context::DDL)?;
    // Anything but a column is a group of its own (`expr.self_group()`), which only operators turn into parentheses; a text
    // brings the parentheses that it needs.
    let mut text = if expression.needs_group() { format!("({text})") } else { text };
    if let Some(class) = &opclass {
        text.push_str(&format!(" {class}"));
    }
    let key = match (target.column_name(), &opclass) {
        // `postgresql_ops={"id": "DESC"}`: SQLAlchemy writes the words behind the column, whatever they are.
        (Some(name), Some(words)) if orders(words) => {
            let key = written_key(&format!("{} {words}", name.ident()), None, descending, nulls_first);
            IndexKey { target: KeyTarget::Column(name.ident()), ..key }
        }
        (Some(name), _) => {
            IndexKey { target: KeyTarget::Column(name.ident()), collation: None, opclass, descending, nulls_first }
        }
        (None, _) => written_key(&compile(vm, &target, Context::DDL)?, opclass, descending, nulls_first),
    };
    Ok((key, text))
}

/// Words of an order are among those in the place of an operator class.
fn orders(words: &str) -> bool {
    words.split_whitespace().any(|word| ["asc", "desc", "nulls"].iter().any(|order| word.eq_ignore_ascii_case(order)))
}

/// Reads a key that is written as text, `lower(name) varchar_pattern_ops DESC NULLS LAST`: the words behind the expression
/// are the index's, not the expression's.
pub fn written_key(text: &str, opclass: Option<String>, descending: bool, nulls_first: Option<bool>) -> IndexKey {
    let mut key =
        IndexKey { target: KeyTarget::Column(Ident::new("")), collation: None, opclass, descending, nulls_first };
    let mut rest = text.trim().to_string();
    for (words, first) in [("nulls first", true), ("nulls last", false)] {
        if let Some(head) = strip_words(&rest, words) {
            key.nulls_first = Some(first);
            rest = head;
        }
    }
    if let Some(head) = strip_words(&rest, "desc") {
        key.descending = true;
        rest = head;
    } else if let Some(head) = strip_words(&rest, "asc") {
        rest = head;
    }
    if let Some((head, class)) = trailing_word(&rest)
        && !matches!(class.to_ascii_lowercase().as_str(), "null" | "true" | "false" | "end")
        && key.opclass.is_none()
    {
        let class = class.to_string();
        rest = head.to_string();
        key.opclass = Some(class);
    }
    if let Some((head, collation)) = split_collation(&rest) {
        key.collation = Some(collation);
        rest = head;
    }
    key.target = match plain_name(&rest) {
        Some(name) => KeyTarget::Column(name),
        None => KeyTarget::Expr(Expr::parse(unwrapped(&rest))),
    };
    key
}

/// `rest` without `words` at its end, where a space stands between.
fn strip_words(rest: &str, words: &str) -> Option<String> {
    let at = rest.len().checked_sub(words.len())?;
    let tail = rest.get(at..)?;
    let head = rest.get(..at)?;
    (tail.eq_ignore_ascii_case(words) && head.ends_with(|c: char| c.is_whitespace() || c == ')'))
        .then(|| head.trim_end().to_string())
}

/// The last word behind a complete expression: `(a) text_ops`, `a gin_trgm_ops`, `f(x) public.gist_ops`.
fn trailing_word(text: &str) -> Option<(&str, &str)> {
    let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let start = text.rfind(|c: char| !word(c))? + 1;
    let (head, last) = (text.get(..start)?, text.get(start..)?);
    let trimmed = head.trim_end();
    let complete = trimmed.len() < head.len() && trimmed.ends_with(|c: char| word(c) || c == ')' || c == '"');
    // Two words may also be an operator with its operand (`NOT a`, `a IS NULL`, `collate x`).
    let before = trimmed.rsplit(|c: char| !word(c)).next().unwrap_or_default().to_ascii_lowercase();
    let operator = matches!(before.as_str(), "not" | "is" | "and" | "or" | "collate" | "like" | "in" | "distinct");
    (complete && !last.is_empty() && !operator).then_some((trimmed, last))
}

fn split_collation(text: &str) -> Option<(String, QName)> {
    let lower = text.to_ascii_lowercase();
    let at = lower.rfind(" collate ")?;
    let name = text.get(at + " collate ".len()..)?.trim();
    let collation = match name.split_once('.') {
        Some((schema, name)) => QName::new(Some(plain_name(schema)?), plain_name(name)?),
        None => QName::bare(plain_name(name)?),
    };
    Some((text.get(..at)?.trim_end().to_string(), collation))
}

/// A name that is nothing but a name, quoted or not.
fn plain_name(text: &str) -> Option<Ident> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        let name = inner.replace("\"\"", "\"");
        return (quote_identifier(&name) == text).then(|| Ident::new(&name));
    }
    let word = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'));
    (word && !text.is_empty() && !text.starts_with(|c: char| c.is_ascii_digit())).then(|| Ident::fold(text))
}

/// An expression without the parentheses that an index demands around it.
fn unwrapped(text: &str) -> &str {
    let text = text.trim();
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text };
    let mut depth = 0i32;
    for c in inner.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return text;
        }
    }
    inner.trim()
}

/// `DROP INDEX`: in the schema of the index's table.
pub fn drop(vm: &mut Vm, index: &Rc<Index>, if_exists: bool) -> Eval<Statement> {
    let state = index.state.borrow().clone();
    let schema = index.table().and_then(|table| table.schema());
    let known = drop_known(vm, &state, schema.as_ref(), if_exists);
    let touches = index.table().map(|table| qname(table.schema().as_ref(), &table.name())).into_iter().collect();
    or_opaque(known, "DROP INDEX …", touches)
}

fn drop_known(vm: &mut Vm, state: &IndexState, schema: Option<&Name>, if_exists: bool) -> Known<Statement> {
    if let Some(reason) = &state.unknown {
        return Err(reason.clone().into());
    }
    let name = rendered_name(vm, state, "DROP")?;
    let concurrently = flag(&state.options, "concurrently")?.unwrap_or(false);
    let sql = format!(
        "DROP INDEX {}{}{}",
        if concurrently { "CONCURRENTLY " } else { "" },
        if if_exists { "IF EXISTS " } else { "" },
        qualified_sql(schema, &name)
    );
    let command =
        Command::DropIndex { names: vec![qname(schema, &name)], if_exists, concurrently, behavior: Behavior::Restrict };
    Ok(Statement::new(command, sql))
}
