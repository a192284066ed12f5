//! Whether a query is certainly another one than an author wrote.
//!
//! PostgreSQL spells the query of a view anew (`pg_get_querydef` in `src/backend/utils/adt/ruleutils.c`): it expands `*`, adds casts
//! and parentheses, and writes some syntax otherwise (`BETWEEN`, `IN`, `LIKE`). What it keeps in any case is looked at here.

use std::collections::BTreeSet;

use super::lex::{self, Token, TokenKind};

/// Functions that have no syntax of their own, so that they are called by these names on both sides.
const FUNCTIONS: &[&str] = &[
    "abs",
    "array_agg",
    "avg",
    "bool_and",
    "bool_or",
    "coalesce",
    "concat",
    "concat_ws",
    "count",
    "date_trunc",
    "dense_rank",
    "first_value",
    "floor",
    "greatest",
    "json_agg",
    "json_build_object",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_build_object",
    "jsonb_object_agg",
    "lag",
    "last_value",
    "lead",
    "least",
    "length",
    "lower",
    "max",
    "md5",
    "min",
    "ntile",
    "nullif",
    "percent_rank",
    "rank",
    "regexp_replace",
    "replace",
    "round",
    "row_number",
    "split_part",
    "stddev",
    "string_agg",
    "sum",
    "to_char",
    "to_timestamp",
    "unnest",
    "upper",
    "variance",
];

/// Reserved words that stand in both spellings or in none; as a column's name PostgreSQL puts them in quotes.
const KEPT: &[&str] = &[
    "case",
    "distinct",
    "except",
    "full",
    "group",
    "having",
    "intersect",
    "join",
    "left",
    "order",
    "over",
    "right",
    "union",
    "where",
];

/// Those that an author's query may have without PostgreSQL's: `ORDER BY a ASC`, `LIMIT ALL`, `NOT IN`.
const ADDED: &[&str] = &["desc", "limit", "not", "offset"];

/// What makes it certain that `shown`, as PostgreSQL spells it, is not what was `written`; `None`: it may be the same.
///
/// ```
/// use restamp::pg::query_text::certain_difference;
/// let written = "SELECT name, sum(n) AS n FROM t WHERE kind IN ('a', 'b') AND n BETWEEN 1 AND 5 GROUP BY 1";
/// let shown = "SELECT t.name, sum(t.n) AS n FROM public.t
///   WHERE (((t.kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))
///   AND ((t.n >= 1) AND (t.n <= 5))) GROUP BY t.name";
/// assert_eq!(certain_difference(written, shown), None);
/// assert_eq!(certain_difference(written, &shown.replace("sum", "max")), Some("max".to_string()));
/// assert_eq!(certain_difference(written, &shown.replace("'b'", "'c'")), Some("'c'".to_string()));
/// assert_eq!(certain_difference(written, &shown.replace("5", "6")), Some("6".to_string()));
/// ```
pub fn certain_difference(written: &str, shown: &str) -> Option<String> {
    let (written, shown) = (Words::of(written)?, Words::of(shown)?);
    let call = FUNCTIONS.iter().find(|name| {
        let only = |a: &Words, b: &Words| a.calls.contains(**name) && !b.has(name);
        only(&shown, &written) || only(&written, &shown)
    });
    let kept = KEPT.iter().find(|word| {
        (shown.words.contains(**word) && !written.has(word)) || (written.words.contains(**word) && !shown.has(word))
    });
    let added = ADDED.iter().find(|word| match **word {
        "desc" => shown.words.contains("desc") && !written.has("desc") && !written.has("using"),
        "limit" => shown.words.contains("limit") && !written.has("limit") && !written.has("fetch"),
        word => shown.words.contains(word) && !written.has(word) && !(word == "not" && written.has("notnull")),
    });
    let word = call.or(kept).or(added).map(|word| word.to_string());
    word.or_else(|| comparison(&written, &shown)).or_else(|| constant(&written, &shown))
}

/// A comparison that only one of them makes, where no other syntax stands for it.
fn comparison(written: &Words, shown: &Words) -> Option<String> {
    let hides = |words: &[&str]| words.iter().any(|word| written.has(word) || shown.has(word));
    let same = |operators: &[&str]| {
        let makes = |words: &Words| operators.iter().any(|operator| words.operators.contains(*operator));
        makes(written) == makes(shown)
    };
    let ranges = ["<", ">", "<=", ">="].into_iter().find(|operator| !same(&[operator]));
    let ranges = ranges.filter(|_| !hides(&["between", "overlaps"]));
    let equal = (!same(&["="]) && !hides(&["in", "natural", "using", "between", "overlaps"])).then_some("=");
    let unequal = (!same(&["<>", "!="]) && !hides(&["in"])).then_some("<>");
    ranges.or(equal).or(unequal).map(str::to_string)
}

/// A constant that is nowhere in what was written.
fn constant(written: &Words, shown: &Words) -> Option<String> {
    if written.has_strange_constants {
        return None;
    }
    let text = shown.texts.iter().find(|text| !written.strings.contains(*text) && !written.has(&text.to_lowercase()));
    let number = || {
        shown.sure_numbers.iter().find(|number| {
            !written.numbers.contains(*number) && !written.strings.iter().any(|text| text.contains(number.as_str()))
        })
    };
    text.map(|text| lex::literal(text)).or_else(|| number().cloned())
}

/// What a query is made of.
#[derive(Default)]
struct Words {
    /// Names and key words without quotes, in lower case.
    words: BTreeSet<String>,
    /// The same of what is in quotes.
    quoted: BTreeSet<String>,
    /// Names before a parenthesis; of qualified ones only `pg_catalog`'s.
    calls: BTreeSet<String>,
    /// All string constants.
    strings: BTreeSet<String>,
    /// Those that are a text: other types have a spelling of their own.
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
    /// Those of the numbers that are not like the modifier of a type: `(1)`, `(…,0)`.
    sure_numbers: BTreeSet<String>,
    operators: BTreeSet<String>,
    /// `U&'…'`, `'a' 'b'`, `.5`, `1e3`: constants that are spelt anew.
    has_strange_constants: bool,
}

impl Words {
    fn has(&self, word: &str) -> bool {
        self.words.contains(word) || self.quoted.contains(word)
    }

    fn of(text: &str) -> Option<Words> {
        let (tokens, open) = lex::tokens(text);
        if open.is_some() {
            return None;
        }
        let mut words = Words::default();
        let at = |place: usize| tokens.get(place).map(|token| &text[token.start..token.end]);
        for (place, token) in tokens.iter().enumerate() {
            let before = |back: usize| place.checked_sub(back).and_then(at);
            words.add(
                token,
                &text[token.start..token.end],
                [2, 1].map(before),
                [1, 2, 3, 4].map(|next| at(place + next)),
            );
        }
        Some(words)
    }

    fn add(&mut self, token: &Token, text: &str, before: [Option<&str>; 2], after: [Option<&str>; 4]) {
        match token.kind {
            TokenKind::Word | TokenKind::Quoted => {
                let word = text.trim_matches('"').to_lowercase();
                // `UNION DISTINCT` is `UNION`.
                let combines =
                    |before: &str| ["union", "intersect", "except"].iter().any(|own| before.eq_ignore_ascii_case(own));
                if word == "distinct" && before[1].is_some_and(combines) {
                    return;
                }
                let own = before[1] != Some(".") || before[0] == Some("pg_catalog");
                if after[0] == Some("(") && own {
                    self.calls.insert(word.clone());
                }
                if token.kind == TokenKind::Word { &mut self.words } else { &mut self.quoted }.insert(word);
            }
            TokenKind::String | TokenKind::Dollar => {
                let is_plain = text.starts_with(['\'', 'e', 'E', '$']);
                let is_continued = after[0].is_some_and(|next| next.starts_with('\''));
                self.has_strange_constants |= !is_plain || is_continued;
                let value = lex::string_value(text);
                let end = match after {
                    [Some("::"), Some("text"), end, _] => Some(end),
                    [Some("::"), Some("character"), Some("varying"), end] => Some(end),
                    _ => None,
                };
                if end.is_some_and(|next| !matches!(next, Some("[" | "("))) {
                    self.texts.insert(value.clone());
                }
                self.strings.insert(value);
            }
            TokenKind::Number => {
                self.has_strange_constants |= !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
                    || text.starts_with('.')
                    || text.ends_with('.');
                let may_be_modifier = matches!(before[1], Some("," | "(")) && after[0] == Some(")");
                self.numbers.insert(text.to_string());
                if !(may_be_modifier && matches!(text, "0" | "1")) {
                    self.sure_numbers.insert(text.to_string());
                }
            }
            TokenKind::Operator => {
                self.operators.insert(text.to_string());
            }
            TokenKind::Parameter | TokenKind::Punctuation => {}
        }
    }
}
