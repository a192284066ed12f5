//! The functions that look-ups use, and aggregates.

use std::ops::ControlFlow;

use sqlparser::ast::{self, Expr, Visit, Visitor};

use super::cell::Cell;
use super::expression::Scope;
use super::relation::parts;
use super::{Evaluation, system, unsupported};
use crate::catalog::{Object, Oid};
use crate::pg::error::{PgError, Reason, Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};

const AGGREGATES: &[&str] = &["count", "array_agg", "string_agg", "min", "max", "bool_or", "bool_and", "sum", "avg"];

/// Whether an expression has an aggregate of its own level.
pub(super) fn is_aggregate(expr: &Expr) -> bool {
    struct Find;
    impl Visitor for Find {
        type Break = bool;
        fn pre_visit_query(&mut self, _: &ast::Query) -> ControlFlow<bool> {
            ControlFlow::Break(false)
        }
        fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<bool> {
            match expr {
                Expr::Function(function)
                    if function.over.is_none()
                        && parts(&function.name).last().is_some_and(|name| AGGREGATES.contains(&name.as_str())) =>
                {
                    ControlFlow::Break(true)
                }
                _ => ControlFlow::Continue(()),
            }
        }
    }
    matches!(expr.visit(&mut Find), ControlFlow::Break(true))
}

/// The plain arguments of a call; `None` for `*`.
fn arguments(function: &ast::Function) -> Result<Option<Vec<&Expr>>, Refusal> {
    let ast::FunctionArguments::List(list) = &function.args else { return Ok(Some(Vec::new())) };
    let mut arguments = Vec::new();
    for argument in &list.args {
        match argument {
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(expr)) => arguments.push(expr),
            ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Wildcard) => return Ok(None),
            other => return Err(unsupported(other)),
        }
    }
    Ok(Some(arguments))
}

impl Evaluation<'_> {
    /// `current_schema` and its kin, which need no parentheses.
    pub(super) fn bare_function(&self, name: &str) -> Option<Cell> {
        match name {
            "current_schema" => Some(self.current_schema()),
            "current_catalog" => Some(Cell::Database),
            "current_user" | "session_user" | "user" | "current_role" => Some(match &self.source.session.role {
                Some(role) => Cell::text(role.as_str()),
                None => Cell::Unknown(Reason::new("role", "the connected role")),
            }),
            "current_timestamp" | "current_date" | "current_time" | "localtime" | "localtimestamp" => {
                Some(Cell::Unknown(Reason::new("clock", "the time of the run")))
            }
            _ => None,
        }
    }

    fn current_schema(&self) -> Cell {
        let catalog = self.source.catalog;
        let found = self.source.session.search_path.iter().find(|name| catalog.schema(name).is_some());
        found.map_or(Cell::Null, |name| Cell::text(name.as_str()))
    }

    pub(super) fn function(&mut self, function: &ast::Function, scope: &Scope<'_>) -> Result<Cell, Refusal> {
        let Some(name) = parts(&function.name).pop() else { return Err(unsupported(function)) };
        if function.over.is_some() || function.filter.is_some() {
            return Err(unsupported(function));
        }
        let arguments = arguments(function)?;
        if AGGREGATES.contains(&name.as_str()) {
            return self.aggregate(function, &name, arguments.as_deref(), scope);
        }
        let mut values = Vec::new();
        for argument in arguments.into_iter().flatten() {
            values.push(self.expression(argument, scope)?);
        }
        if name == "coalesce" {
            return Ok(values.into_iter().find(|value| !matches!(value, Cell::Null)).unwrap_or(Cell::Null));
        }
        if let Some(cell) = self.bare_function(&name) {
            return Ok(cell);
        }
        Ok(match (name.as_str(), values.as_slice()) {
            ("current_database", []) => Cell::Database,
            ("version" | "pg_postmaster_start_time", []) => {
                Cell::Unknown(Reason::new("server-version", "the version of the server"))
            }
            ("current_schemas", [_]) => {
                let catalog = self.source.catalog;
                let path = self.source.session.search_path.iter();
                let known: Vec<Cell> = path
                    .filter(|name| catalog.schema(name).is_some())
                    .map(|name| Cell::text(name.as_str()))
                    .chain(matches!(values[0], Cell::Bool(true)).then(|| Cell::text("pg_catalog")))
                    .collect();
                Cell::Array(known.into())
            }
            ("current_setting", [Cell::Text(name), ..]) if &**name == "server_version_num" => {
                match self.source.server_version {
                    Some(version) => Cell::text(&version.to_string()),
                    None => Cell::Unknown(Reason::new("server-version", "the version of the server")),
                }
            }
            ("to_regclass", [Cell::Null]) => Cell::Null,
            ("to_regclass", [Cell::Text(text)]) => self.regclass(text)?.unwrap_or(Cell::Null),
            ("pg_table_is_visible" | "pg_type_is_visible", [Cell::Oid(oid) | Cell::Regclass(oid)]) => {
                self.visible(*oid)
            }
            ("format_type", [ty, modifiers]) => self.format_type(ty, modifiers),
            ("lower", [Cell::Text(text)]) => Cell::text(&text.to_lowercase()),
            ("upper", [Cell::Text(text)]) => Cell::text(&text.to_uppercase()),
            ("length" | "char_length", [Cell::Text(text)]) => {
                Cell::Int(i64::try_from(text.chars().count()).unwrap_or(i64::MAX))
            }
            ("quote_ident", [Cell::Text(text)]) => Cell::text(&Ident::new(text).to_string()),
            ("format", [Cell::Text(template), values @ ..]) => formatted(template, values),
            ("concat", values) if values.iter().all(|value| matches!(value, Cell::Text(_) | Cell::Null)) => {
                let texts = values.iter().filter_map(|value| match value {
                    Cell::Text(text) => Some(&**text),
                    _ => None,
                });
                Cell::text(&texts.collect::<String>())
            }
            // No part of an empty array has a length.
            ("array_length", [Cell::Array(items) | Cell::Vector(items), ..]) if items.is_empty() => Cell::Null,
            ("array_length", [Cell::Array(items) | Cell::Vector(items), Cell::Int(1)])
            | ("cardinality", [Cell::Array(items) | Cell::Vector(items)]) => {
                Cell::Int(i64::try_from(items.len()).unwrap_or(i64::MAX))
            }
            ("lower" | "upper" | "length" | "char_length" | "quote_ident" | "array_length", [Cell::Null, ..]) => {
                Cell::Null
            }
            (_, values) => match values.iter().find_map(Cell::unknown) {
                Some(reason) => Cell::Unknown(reason),
                None => Cell::Unknown(Reason::new("select", format!("SELECT with {name}()"))),
            },
        })
    }

    fn aggregate(
        &mut self,
        function: &ast::Function,
        name: &str,
        arguments: Option<&[&Expr]>,
        scope: &Scope<'_>,
    ) -> Result<Cell, Refusal> {
        let Some(rows) = scope.group else { return Err(unsupported(function)) };
        let doubt = rows.iter().find_map(|row| row.maybe.clone());
        let mut values = Vec::new();
        if let Some([argument, ..]) = arguments {
            for row in rows {
                let inner = Scope { relation: scope.relation, cells: &row.cells, group: None, outer: scope.outer };
                let value = self.expression(argument, &inner)?;
                if value != Cell::Null {
                    values.push(value);
                }
            }
        }
        if let ast::FunctionArguments::List(list) = &function.args
            && list.duplicate_treatment == Some(ast::DuplicateTreatment::Distinct)
        {
            let mut kept: Vec<Cell> = Vec::new();
            values.into_iter().for_each(|value| {
                if !kept.contains(&value) {
                    kept.push(value);
                }
            });
            values = kept;
        }
        // `bool_or` of something certainly true needs no other row.
        if name == "bool_or" {
            let any = rows.iter().zip(&values).any(|(row, value)| row.maybe.is_none() && *value == Cell::Bool(true));
            if any {
                return Ok(Cell::Bool(true));
            }
        }
        if let Some(reason) = doubt.or_else(|| values.iter().find_map(Cell::unknown)) {
            return Ok(Cell::Unknown(reason));
        }
        let integer = |count: usize| Cell::Int(i64::try_from(count).unwrap_or(i64::MAX));
        Ok(match name {
            "count" if arguments.is_none() => integer(rows.len()),
            "count" => integer(values.len()),
            "array_agg" if values.is_empty() => Cell::Null,
            "array_agg" => Cell::Array(values.into()),
            "min" | "max" => {
                let numbers: Option<Vec<i64>> = values
                    .iter()
                    .map(|value| match value {
                        Cell::Int(number) => Some(*number),
                        _ => None,
                    })
                    .collect();
                match numbers {
                    Some(numbers) if name == "min" => numbers.into_iter().min().map_or(Cell::Null, Cell::Int),
                    Some(numbers) => numbers.into_iter().max().map_or(Cell::Null, Cell::Int),
                    None => return Err(unsupported(function)),
                }
            }
            "bool_or" | "bool_and" if values.is_empty() => Cell::Null,
            "bool_or" => values.iter().fold(Cell::Bool(false), |all, value| all.or(value)),
            "bool_and" => values.iter().fold(Cell::Bool(true), |all, value| all.and(value)),
            _ => return Err(unsupported(function)),
        })
    }

    /// The relation of a text as `regclassin` reads it.
    pub(super) fn regclass(&mut self, text: &str) -> Result<Option<Cell>, Refusal> {
        let names = split_identifiers(text)?;
        let (schema, name) = match names.as_slice() {
            [name] => (None, name),
            [schema, name] => (Some(schema.as_str()), name),
            _ => return Err(unsupported("a name of three parts")),
        };
        match system::resolve(&self.source, schema, name) {
            system::Found::Yes(oid) => Ok(Some(Cell::Regclass(oid))),
            system::Found::No => Ok(None),
            system::Found::Maybe(reason) => Err(reason.into()),
        }
    }

    pub(super) fn schema(&self, text: &str) -> Option<Cell> {
        let name = Ident::fold(text);
        self.source.catalog.schema(&name).map(Cell::Oid)
    }

    /// A `regclass` as text: with its schema where the search path does not find it.
    pub(super) fn relation_name(&self, oid: Oid) -> Cell {
        let catalog = self.source.catalog;
        let Some(name) = catalog.qname(oid) else { return Cell::Null };
        let shown = if self.visible(oid) == Cell::Bool(true) { name.name.to_string() } else { name.to_string() };
        Cell::text(&shown)
    }

    /// `pg_table_is_visible`: the search path finds this object under its name.
    fn visible(&self, oid: Oid) -> Cell {
        let catalog = self.source.catalog;
        let Some(object) = catalog.get(oid) else { return Cell::Null };
        let name = object.name();
        if matches!(object, Object::Enum(_) | Object::Domain(_) | Object::Composite(_)) {
            return Cell::Bool(catalog.resolve_type(&QName::bare(name), self.source.session) == Some(oid));
        }
        match system::resolve(&self.source, None, name.as_str()) {
            system::Found::Yes(found) => Cell::Bool(found == oid),
            system::Found::No => Cell::Bool(false),
            system::Found::Maybe(reason) => Cell::Unknown(reason),
        }
    }

    /// PostgreSQL folds `'x'::regclass` before it looks at any row, so a name that is not there is an error in any case.
    pub(super) fn check_names(&mut self, query: &ast::Query) -> Result<(), Refusal> {
        struct Casts(Vec<String>);
        impl Visitor for Casts {
            type Break = ();
            fn pre_visit_expr(&mut self, expr: &Expr) -> ControlFlow<()> {
                if let Expr::Cast { expr, data_type, .. } = expr
                    && data_type.to_string().eq_ignore_ascii_case("regclass")
                    && let Expr::Value(value) = &**expr
                    && let ast::Value::SingleQuotedString(text) = &value.value
                {
                    self.0.push(text.clone());
                }
                ControlFlow::Continue(())
            }
        }
        let mut casts = Casts(Vec::new());
        let _ = query.visit(&mut casts);
        for text in casts.0 {
            self.cast(Cell::text(&text), "regclass")?;
        }
        Ok(())
    }
}

/// `format('%I %L %s', …)`
fn formatted(template: &str, values: &[Cell]) -> Cell {
    let mut text = String::new();
    let mut values = values.iter();
    let mut rest = template;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        let mut behind = rest[at + 1..].chars();
        match behind.next() {
            Some('%') => text.push('%'),
            Some(kind @ ('I' | 'L' | 's')) => match (kind, values.next()) {
                ('I', Some(Cell::Text(value))) => text.push_str(&Ident::new(value).to_string()),
                ('L', Some(Cell::Text(value))) => text.push_str(&crate::pg::lex::literal(value)),
                ('L', Some(Cell::Null)) => text.push_str("NULL"),
                ('s', Some(Cell::Text(value))) => text.push_str(value),
                ('s', Some(Cell::Null)) => {}
                ('s' | 'L', Some(Cell::Int(value))) => text.push_str(&value.to_string()),
                (_, value) => {
                    let reason = value.and_then(Cell::unknown);
                    return Cell::Unknown(reason.unwrap_or_else(|| Reason::new("select", "format() of such values")));
                }
            },
            _ => return Cell::Unknown(Reason::new("select", "format() with positions or widths")),
        }
        rest = behind.as_str();
    }
    text.push_str(rest);
    Cell::text(&text)
}

/// `a.b` with quotes, folded (`stringToQualifiedNameList`).
fn split_identifiers(text: &str) -> Result<Vec<String>, Refusal> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let mut name = String::new();
            let mut characters = quoted.char_indices();
            let mut end = None;
            while let Some((at, character)) = characters.next() {
                if character != '"' {
                    name.push(character);
                } else if quoted[at + 1..].starts_with('"') {
                    name.push('"');
                    characters.next();
                } else {
                    end = Some(at + 1);
                    break;
                }
            }
            let Some(end) = end else { return Err(invalid_name()) };
            names.push(name);
            rest = &quoted[end..];
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            names.push(rest[..end].to_ascii_lowercase());
            rest = &rest[end..];
        }
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None if rest.is_empty() && names.iter().all(|name| !name.is_empty()) => return Ok(names),
            None => return Err(invalid_name()),
        }
    }
}

fn invalid_name() -> Refusal {
    PgError::new(sqlstate::SYNTAX_ERROR, "invalid name syntax").into()
}
