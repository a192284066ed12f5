//! Function calls, and what the grammar makes of words like calls.

use super::{Analyser, Type, Typed, Volatility, failed, rebuilt};
use crate::pg::error::{PgError, sqlstate};
use crate::pg::expr::tree::{Head, Tree};
use crate::pg::ident::QName;
use crate::pg::system;

impl Analyser<'_> {
    pub(super) fn call(&mut self, name: &QName, args: &[Tree]) -> Result<Typed, PgError> {
        let parts = self.all(args)?;
        let tree = Tree::new(Head::Call(name.clone()), Vec::new());
        let word = name.name.as_str();
        if name.schema.is_none() {
            match word {
                "coalesce" => {
                    let (trees, ty) = self.unified(parts, "COALESCE")?;
                    return Ok(Typed { tree: Tree { args: trees, ..tree }, ty });
                }
                "greatest" | "least" => {
                    let (trees, ty) = self.unified(parts, &word.to_uppercase())?;
                    return Ok(Typed { tree: Tree { args: trees, ..tree }, ty });
                }
                "nullif" if parts.len() == 2 => {
                    let first = parts[0].ty.clone();
                    let compared = self.operator("=", parts, tree.head)?;
                    return Ok(Typed { ty: first, ..compared });
                }
                _ => {}
            }
        }
        let types: Option<Vec<Type>> = parts.iter().map(|part| part.ty.clone()).collect();
        if let Some(schema) = name.schema.as_ref().filter(|schema| schema.as_str() != "pg_catalog")
            && !(self.names.has_routine)(name)
        {
            if !(self.names.has_schema)(schema) {
                let message = format!("schema \"{}\" does not exist", schema.as_str());
                return Err(PgError::new(sqlstate::INVALID_SCHEMA_NAME, message));
            }
            if let Some(types) = &types {
                let types: Vec<String> = types.iter().map(Type::to_string).collect();
                let called = format!("{}.{word}({})", schema.as_str(), types.join(", "));
                return Err(super::no_function(format!("function {called} does not exist")));
            }
        }
        let written_out = args.iter().all(|arg| !matches!(arg.head, Head::Named(_) | Head::Variadic));
        let of_system = name.schema.is_none() && !(self.names.has_routine)(name);
        let (Some(types), true, true) = (types, written_out, of_system) else {
            self.depends(Volatility::Unknown);
            return Ok(Typed { tree: rebuilt(&tree, parts), ty: None });
        };
        if system::is_left_out(word, &types) {
            self.depends(Volatility::Unknown);
            return Ok(Typed { tree: rebuilt(&tree, parts), ty: None });
        }
        let resolved = system::function(word, &types).map_err(|failure| {
            // What the grammar itself writes as a call stands in `pg_catalog`.
            let schema = if matches!(word, "extract" | "position" | "timezone") { "pg_catalog." } else { "" };
            let types: Vec<String> = types.iter().map(Type::to_string).collect();
            failed_call(failure, &format!("{schema}{word}({})", types.join(", ")))
        })?;
        let (trees, ty) = self.applied(resolved, parts)?;
        Ok(Typed { tree: Tree { args: trees, ..tree }, ty })
    }

    pub(super) fn keyword(&mut self, word: &str, tree: &Tree) -> Result<Typed, PgError> {
        let ty = match word {
            "current_timestamp" => "timestamp with time zone",
            "localtimestamp" => "timestamp without time zone",
            "current_date" => "date",
            "current_time" => "time with time zone",
            "localtime" => "time without time zone",
            _ => "name",
        };
        self.depends(Volatility::Stable);
        Ok(Typed { tree: tree.clone(), ty: Some(Type::system(ty)) })
    }
}

fn failed_call(failure: system::Failure, signature: &str) -> PgError {
    match failure {
        system::Failure::None => super::no_function(format!("function {signature} does not exist")),
        system::Failure::Many => {
            let error = failed(failure, "function", signature);
            PgError { message: format!("function {signature} is not unique"), ..error }
        }
    }
}
