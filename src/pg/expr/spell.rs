//! An expression as text that PostgreSQL reads as the same expression.
//!
//! sqlparser writes what holds quotes or backslashes as if it might be escaped already: of the value `it''s` it makes `'it''s'`, and of
//! the name `a""b` it makes `"a""b"`. Both are other ones.

use std::fmt;
use std::ops::ControlFlow;

use sqlparser::ast::{self, DataType, Ident, ObjectName, ObjectNamePart, Value, visit_expressions_mut};

/// Writes an expression.
pub(super) fn spell(expr: &ast::Expr, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let text = expr.to_string();
    if !text.contains(['\\', '"']) && !text.contains("''") {
        return f.write_str(&text);
    }
    let mut expr = expr.clone();
    let _ = visit_expressions_mut(&mut expr, |expr| {
        respell(expr);
        ControlFlow::<()>::Continue(())
    });
    write!(f, "{expr}")
}

fn respell(expr: &mut ast::Expr) {
    match expr {
        ast::Expr::Value(value) => {
            if let Value::SingleQuotedString(text) = &value.value
                && text.contains(['\'', '\\'])
            {
                // What a number is written as is not looked at.
                value.value = Value::Number(format!("'{}'", text.replace('\'', "''")), false);
            }
        }
        ast::Expr::Identifier(ident) => respell_ident(ident),
        ast::Expr::CompoundIdentifier(idents) => idents.iter_mut().for_each(respell_ident),
        ast::Expr::Function(function) => respell_name(&mut function.name),
        ast::Expr::Cast { data_type, .. } => respell_type(data_type),
        ast::Expr::Collate { collation, .. } => respell_name(collation),
        _ => {}
    }
}

fn respell_ident(ident: &mut Ident) {
    if ident.quote_style == Some('"') && ident.value.contains(['"', '\\']) {
        *ident = Ident::new(format!("\"{}\"", ident.value.replace('"', "\"\"")));
    }
}

fn respell_name(name: &mut ObjectName) {
    for part in &mut name.0 {
        if let ObjectNamePart::Identifier(ident) = part {
            respell_ident(ident);
        }
    }
}

fn respell_type(ty: &mut DataType) {
    match ty {
        DataType::Custom(name, _) => respell_name(name),
        DataType::Array(
            ast::ArrayElemTypeDef::AngleBracket(inner)
            | ast::ArrayElemTypeDef::SquareBracket(inner, _)
            | ast::ArrayElemTypeDef::Parenthesis(inner),
        ) => respell_type(inner),
        _ => {}
    }
}
