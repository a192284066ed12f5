//! Truth from real servers: `tests/fixtures/expressions.tsv`, recorded by `tests/oracle/expressions.py`.

use std::collections::{BTreeMap, BTreeSet};

use super::canonical::canonical;
use super::compare::{Verdict, trees};
use super::tree::Tree;
use super::*;
use crate::pg::types;

/// Pairs that PostgreSQL keeps as different trees and that mean the same: `n > 0` and `n > 0.0`. Reviewed by hand.
static EQUIVALENT: std::sync::LazyLock<BTreeSet<String>> = std::sync::LazyLock::new(|| {
    include_str!("../../../tests/fixtures/expressions_equivalent.tsv").lines().map(unescape_line).collect()
});

fn unescape_line(line: &str) -> String {
    line.split('\t').map(unescape).collect::<Vec<_>>().join("\t")
}

const RECORDING: &str = include_str!("../../../tests/fixtures/expressions.tsv");

struct Row {
    kind: &'static str,
    target: &'static str,
    written: String,
    value: String,
    /// What the servers printed, before and after a restore.
    printed: Vec<String>,
}

fn unescape(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => plain.push(match chars.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                other => other.unwrap_or('\\'),
            }),
            char => plain.push(char),
        }
    }
    plain
}

fn rows() -> (BTreeMap<Ident, DataType>, Vec<Row>) {
    let (header, rest) = RECORDING.split_once('\n').unwrap();
    let columns = header.trim_start_matches("# ").split('|').map(|column| {
        let (name, ty) = match column.strip_prefix('"') {
            Some(quoted) => quoted.split_once("\" ").unwrap(),
            None => column.split_once(' ').unwrap(),
        };
        (Ident::new(name), data_type(ty))
    });
    let rows = rest.lines().map(|line| {
        let mut cells = line.split('\t');
        let (kind, target) = (cells.next().unwrap(), cells.next().unwrap());
        let (written, value) = (unescape(cells.next().unwrap()), unescape(cells.next().unwrap()));
        let mut printed: Vec<String> = Vec::new();
        for cell in cells {
            let text = if cell.is_empty() { printed.last().unwrap().clone() } else { unescape(cell) };
            printed.push(text);
        }
        Row { kind, target, written, value, printed }
    });
    (columns.collect(), rows.collect())
}

fn data_type(text: &str) -> DataType {
    let (text, array) = match text.strip_suffix("[]") {
        Some(element) => (element, true),
        None => (text, false),
    };
    let (name, modifiers) = match text.split_once('(') {
        Some((name, modifiers)) => (name, modifiers.trim_end_matches(')').split(',').map(str::to_string).collect()),
        None => (text, Vec::new()),
    };
    match name.strip_prefix("public.") {
        Some(user) => {
            let name = QName::new(Some(Ident::new("public")), user.trim_matches('"'));
            DataType { array, ..DataType::user(name) }
        }
        None => DataType { modifiers, array, ..types::named(name) },
    }
}

fn user_type(name: &QName) -> Option<UserType> {
    Some(match name.name.as_str() {
        "status" | "Kind" => UserType::Enum,
        "positive" => UserType::Domain(DataType::builtin("integer")),
        "label" => UserType::Domain(DataType::builtin("text")),
        _ => return None,
    })
}

fn check(columns: &BTreeMap<Ident, DataType>, target: &str, a: &str, b: &str) -> Comparison {
    let column = |name: &Ident| columns.get(name).cloned();
    let target = (!target.is_empty()).then(|| data_type(target));
    let context = Context { target, column: &column, user_type: &user_type, ..Context::default() };
    compare(&Expr::parse(a), &context, &Expr::parse(b), &context)
}

/// What is written is never different from what PostgreSQL prints of it, and nearly always the same for certain.
#[test]
fn written_and_printed_are_the_same() {
    let (columns, rows) = rows();
    let (mut wrong, mut unknown, mut pairs) = (Vec::new(), Vec::new(), 0);
    for row in &rows {
        let printed: BTreeSet<&String> =
            row.printed.iter().filter(|text| !matches!(text.as_str(), "-" | "(none)")).collect();
        for text in printed {
            // A key of an index is printed in parentheses, or without them where it is a call.
            for (a, b) in [(row.written.as_str(), text.as_str()), (text.as_str(), row.written.as_str())] {
                pairs += 1;
                let line = format!("{} {}: {} | {}", row.kind, row.target, row.written, text);
                match check(&columns, row.target, a, b) {
                    Comparison::Same => {}
                    Comparison::Different => wrong.push(line),
                    Comparison::Unknown(_) => unknown.push(line),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} false differences:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unknown.len() <= MAX_UNKNOWN, "{} of {pairs} unknown:\n{}", unknown.len(), unknown.join("\n"));
}

/// How many of the recorded pairs are `Unknown`: literals that input functions rewrite and that are not modelled here, of
/// `jsonpath`, `tsquery` and ranges. Lower it when that becomes better.
const MAX_UNKNOWN: usize = 28;

/// Each pair of recorded expressions of one kind: the same only where PostgreSQL ends at one text, or at one constant.
#[test]
fn others_are_never_the_same() {
    let (columns, rows) = rows();
    let column = |name: &Ident| columns.get(name).cloned();
    let mut groups: BTreeMap<(&str, &str), Vec<(&Row, Tree)>> = BTreeMap::new();
    let context = Context { column: &column, user_type: &user_type, ..Context::default() };
    // Predicates are the checks once more.
    for row in rows.iter().filter(|row| row.kind != "predicate" && row.printed.iter().all(|text| text != "-")) {
        let target = (!row.target.is_empty()).then(|| data_type(row.target));
        let tree = syntax::read(&row.written).unwrap_or_else(|| panic!("not read: {}", row.written));
        let tree = canonical(tree, &Context { target, ..context.clone() });
        groups.entry((row.kind, row.target)).or_default().push((row, tree));
    }
    let (mut wrong, mut unknown, mut pairs) = (Vec::new(), 0, 0);
    for ((kind, target), group) in groups {
        for (at, (a, a_tree)) in group.iter().enumerate() {
            for (b, b_tree) in &group[at + 1..] {
                let equal = a.printed.iter().zip(&b.printed).any(|(a, b)| a == b);
                let equal_values = !a.value.is_empty() && a.value == b.value;
                if equal_values || a.printed[0] == "(none)" || b.printed[0] == "(none)" {
                    continue;
                }
                pairs += 1;
                let verdict = trees(a_tree, b_tree, &context);
                unknown += usize::from(verdict == Verdict::Unknown);
                let bad = match verdict {
                    Verdict::Different => equal,
                    Verdict::Same => {
                        !equal && !EQUIVALENT.contains(&[a.written.as_str(), "\t", b.written.as_str()].concat())
                    }
                    Verdict::Unknown => false,
                };
                if bad {
                    wrong.push(format!(
                        "{kind} {target}: {} | {} -> {verdict:?}, printed {} | {}",
                        a.written, b.written, a.printed[0], b.printed[0]
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong of {pairs}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(unknown * 50 <= pairs, "{unknown} of {pairs} unknown");
}

/// Constants of one value are the same default, however they were written.
#[test]
fn equal_constants_are_the_same_default() {
    for (target, a, b) in [
        ("bigint", "0", "'0'::bigint"),
        ("boolean", "'t'", "true"),
        ("numeric(10,2)", "'0'", "0.00"),
        ("interval", "'24 hours'", "'24:00:00'::interval"),
        ("jsonb", "'{\"b\": 1, \"a\": [ ]}'", "'{\"a\": [], \"b\": 1}'::jsonb"),
        ("text[]", "ARRAY[]::text[]", "'{}'::text[]"),
        ("character varying(20)", "'x'::text", "'x'::character varying"),
    ] {
        assert_eq!(check(&BTreeMap::new(), target, a, b), Comparison::Same, "{target}: {a} | {b}");
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let none = BTreeMap::new();
    let unknown = |a: &str, b: &str| matches!(check(&none, "", a, b), Comparison::Unknown(_));
    // `x` may be numeric, or a varchar, or neither.
    assert!(unknown("x > 0", "x > (0)::numeric"));
    assert!(unknown("x = 'a'", "(x)::text = 'a'::text"));
    assert!(unknown("x > (SELECT 1)", "x > (SELECT 2)"));
    assert_eq!(check(&none, "", "x > (SELECT  1)", "x > (SELECT 1)"), Comparison::Same);
    // No cast adds another column or another constant.
    assert_eq!(check(&none, "", "x = 'a'", "(y)::text = 'a'::text"), Comparison::Different);
    assert_eq!(check(&none, "", "now()", "CURRENT_TIMESTAMP"), Comparison::Different);
}

#[test]
fn null_is_recognised() {
    assert!(Expr::parse("NULL::character varying").is_null());
    assert!(!Expr::parse("'NULL'").is_null());
}

#[test]
fn what_is_deep_or_long_does_not_overflow() {
    let none = BTreeMap::new();
    let many = |text: &str| text.repeat(100_000);
    for text in [
        format!("{}1{}", many("("), many(")")),
        format!("1{}", many(" + 1")),
        format!("a{}", many(" AND a")),
        format!("a{}", many("::text")),
        format!("ARRAY{}1{}", many("["), many("]")),
        format!("{}a", many("NOT ")),
        format!("a IN (1{})", many(", 1")),
        format!("'{}'::interval", many("1 ")),
        format!("'{}'::jsonb", many("[")),
        "'9223372036854.999999'::interval".to_string(),
        "1e999999999999".to_string(),
    ] {
        assert_eq!(check(&none, "", &text, &text), Comparison::Same);
        check(&none, "", &text, "1");
    }
}

/// A check of some hundred values is still read.
#[test]
fn long_lists_are_compared() {
    let list: Vec<String> = (0..500).map(|at| format!("'v{at}'")).collect();
    let columns = BTreeMap::from([(Ident::new("v"), DataType::varchar(None))]);
    let printed: Vec<String> = list.iter().map(|value| format!("({value}::character varying)::text")).collect();
    let printed = format!("((v)::text = ANY (ARRAY[{}]))", printed.join(", "));
    assert_eq!(check(&columns, "", &format!("v IN ({})", list.join(", ")), &printed), Comparison::Same);
}

/// `parse(render(e)) == e`, whatever quotes and backslashes are in names and values.
#[test]
fn quotes_and_backslashes_are_spelt_as_they_are() {
    for (value, name) in
        [("it's", "a\"b"), ("''", "\"\""), ("back\\slash\\'", "b\\\"c"), ("'\\''\\", "E'\\''"), ("\\", "\\")]
    {
        let literal = value.replace('\'', "''");
        let ident = name.replace('"', "\"\"");
        let text = format!("\"{ident}\".\"{ident}\" <> '{literal}'::\"{ident}\"");
        let expr = Expr::parse(&text);
        assert!(matches!(expr, Expr::Parsed(_)), "{text}");
        assert_eq!(expr.to_string(), text);
    }
}
