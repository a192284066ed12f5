//! Reads an expression as PostgreSQL's grammar does (`src/backend/parser/gram.y`), with its precedences, and lowers what the
//! grammar itself lowers: `BETWEEN` to two comparisons, `LIKE` to `~~`, `x NOT IN (…)` to `<> ALL`, `AT TIME ZONE` to `timezone`.
//!
//! It reads from tokens, so that it covers what pg_dump prints and sqlparser's expression grammar refuses: `OPERATOR(s.=)`,
//! `(x)::timestamp(3) without time zone`, `ARRAY[]::text[]`.

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

use super::tree::{Head, Tree};
use crate::pg::ident::{Ident, QName};
use crate::pg::types::{self, DataType, TypeName};

/// Deeper nesting is not read: the stack is finite.
const MAX_DEPTH: u32 = 150;
/// Longer chains of operators are not read: each makes the tree deeper.
const MAX_CHAIN: u32 = 300;

const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARISON: u8 = 5;
const RANGE: u8 = 6;
const OTHER: u8 = 7;
const PLUS: u8 = 8;
const TIMES: u8 = 9;
const POWER: u8 = 10;
const AT: u8 = 11;
const COLLATE: u8 = 12;
const MINUS: u8 = 13;
const POSTFIX: u8 = 14;

/// Reads an expression; `None` for what this grammar does not cover (subqueries, window functions) and for what is none.
pub(super) fn read(text: &str) -> Option<Tree> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let tree = reader.expr(0)?;
    (reader.at == reader.tokens.len()).then_some(tree)
}

/// Reads a type as `format_type()` or a person spells it; `None` for what is none.
///
/// ```
/// use restamp::pg::expr::read_type;
/// assert_eq!(read_type("timestamptz(3)").unwrap().to_string(), "timestamp(3) with time zone");
/// assert_eq!(read_type("public.mood[]").unwrap().to_string(), "public.mood[]");
/// ```
pub fn read_type(text: &str) -> Option<DataType> {
    let mut reader = Reader { tokens: tokens(text)?, at: 0, depth: 0 };
    let ty = reader.data_type()?;
    (reader.at == reader.tokens.len()).then_some(ty)
}

/// The tokens of a text without blanks and comments.
pub(super) fn tokens(text: &str) -> Option<Vec<Token>> {
    let tokens = Tokenizer::new(&PostgreSqlDialect {}, text).tokenize().ok()?;
    Some(tokens.into_iter().filter(|token| !matches!(token, Token::Whitespace(_))).collect())
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    depth: u32,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.at).cloned();
        self.at += 1;
        token
    }

    fn eat(&mut self, token: &Token) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &Token) -> Option<()> {
        self.eat(token).then_some(())
    }

    fn is_word(&self, ahead: usize, word: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead), Some(Token::Word(found)) if found.quote_style.is_none() && found.value.eq_ignore_ascii_case(word))
    }

    fn words(&mut self, words: &[&str]) -> bool {
        let found = words.iter().enumerate().all(|(ahead, word)| self.is_word(ahead, word));
        if found {
            self.at += words.len();
        }
        found
    }

    fn expect_word(&mut self, word: &str) -> Option<()> {
        self.words(&[word]).then_some(())
    }

    fn expr(&mut self, min: u8) -> Option<Tree> {
        self.depth += 1;
        let tree = if self.depth > MAX_DEPTH { None } else { self.expr_inner(min) };
        self.depth -= 1;
        tree
    }

    fn expr_inner(&mut self, min: u8) -> Option<Tree> {
        let mut left = self.prefix()?;
        let mut chain = 0;
        loop {
            let is_list = matches!(left.head, Head::And | Head::Or);
            left = match self.infix(left, min)? {
                Ok(more) => more,
                Err(done) => return Some(done),
            };
            chain += u32::from(!is_list);
            if chain > MAX_CHAIN {
                return None;
            }
        }
    }

    fn prefix(&mut self) -> Option<Tree> {
        if self.words(&["not"]) {
            return Some(Tree::new(Head::Not, vec![self.expr(NOT)?]));
        }
        match self.operator() {
            Some((op, _, width)) => {
                self.at += width;
                let operand = self.expr(if op == "-" || op == "+" { MINUS } else { OTHER })?;
                Some(match (op.as_str(), &operand.head) {
                    // doNegate() of the grammar: a negative constant is one constant.
                    ("-", Head::Number(number)) => Tree::leaf(Head::Number(match number.strip_prefix('-') {
                        Some(positive) => positive.to_string(),
                        None => format!("-{number}"),
                    })),
                    ("+", Head::Number(_)) => operand,
                    _ => Tree::new(Head::Op(op), vec![operand]),
                })
            }
            None => self.primary(),
        }
    }

    /// One step to the right: `Ok` with a larger tree, `Err` where nothing more binds.
    fn infix(&mut self, left: Tree, min: u8) -> Option<Result<Tree, Tree>> {
        if min <= POSTFIX && self.eat(&Token::DoubleColon) {
            let ty = self.data_type()?;
            return Some(Ok(Tree::new(Head::Cast(ty), vec![left])));
        }
        if min <= POSTFIX && self.eat(&Token::LBracket) {
            return self.subscript(left).map(Ok);
        }
        if min <= POSTFIX && self.eat(&Token::Period) {
            let Some(Token::Word(field)) = self.next() else {
                return None;
            };
            return Some(Ok(Tree::new(Head::Field(stored(&field)), vec![left])));
        }
        if min < OR && self.words(&["or"]) {
            let right = self.expr(OR)?;
            return Some(Ok(joined(Head::Or, left, right)));
        }
        if min < AND && self.words(&["and"]) {
            let right = self.expr(AND)?;
            return Some(Ok(joined(Head::And, left, right)));
        }
        if min < COLLATE && self.words(&["collate"]) {
            let collation = self.qname()?;
            return Some(Ok(Tree::new(Head::Collate(collation), vec![left])));
        }
        if min < AT && self.words(&["at", "time", "zone"]) {
            let zone = self.expr(AT)?;
            return Some(Ok(Tree::call("timezone", vec![zone, left])));
        }
        if min < IS && self.words(&["isnull"]) {
            return Some(Ok(Tree::new(Head::Test("IS NULL"), vec![left])));
        }
        if min < IS && self.words(&["notnull"]) {
            return Some(Ok(Tree::new(Head::Test("IS NOT NULL"), vec![left])));
        }
        if min < IS && self.is_word(0, "is") {
            self.at += 1;
            return self.is_test(left).map(Ok);
        }
        if min < RANGE {
            let start = self.at;
            let negated = self.words(&["not"]);
            if let Some(result) = self.range(&left, negated) {
                return result.map(Ok);
            }
            self.at = start;
        }
        if let Some((op, binding, width)) = self.operator()
            && min < binding
        {
            self.at += width;
            for (words, all) in [(["any"], false), (["some"], false), (["all"], true)] {
                if self.words(&words) {
                    self.expect(&Token::LParen)?;
                    let right = self.expr(0)?;
                    self.expect(&Token::RParen)?;
                    let head = if all { Head::All(op) } else { Head::Any(op) };
                    return Some(Ok(Tree::new(head, vec![left, right])));
                }
            }
            let right = self.expr(binding)?;
            return Some(Ok(Tree::new(Head::Op(op), vec![left, right])));
        }
        Some(Err(left))
    }

    /// The operator at this place with its precedence and how many tokens it takes.
    fn operator(&self) -> Option<(String, u8, usize)> {
        let (op, width) = if self.is_word(0, "operator") && self.tokens.get(self.at + 1) == Some(&Token::LParen) {
            let end = self.tokens[self.at..].iter().position(|token| *token == Token::RParen)?;
            // The schema of an operator is that of its operands' types: the symbol tells it.
            (self.tokens.get(self.at + end - 1)?.to_string(), end + 1)
        } else {
            (self.peek()?.to_string(), 1)
        };
        if op.is_empty() || !op.chars().all(|char| "+-*/<>=~!@#%^&|`?".contains(char)) {
            return None;
        }
        let op = if op == "!=" { "<>".to_string() } else { op };
        let binding = match op.as_str() {
            _ if width > 1 => OTHER,
            "<" | ">" | "=" | "<=" | ">=" | "<>" => COMPARISON,
            "+" | "-" => PLUS,
            "*" | "/" | "%" => TIMES,
            "^" => POWER,
            _ => OTHER,
        };
        Some((op, binding, width))
    }

    fn subscript(&mut self, left: Tree) -> Option<Tree> {
        let first = if self.peek() == Some(&Token::Colon) { Tree::leaf(Head::Null) } else { self.expr(0)? };
        if self.eat(&Token::Colon) {
            let last = if self.peek() == Some(&Token::RBracket) { Tree::leaf(Head::Null) } else { self.expr(0)? };
            self.expect(&Token::RBracket)?;
            return Some(Tree::new(Head::Slice, vec![left, first, last]));
        }
        self.expect(&Token::RBracket)?;
        Some(Tree::new(Head::Subscript, vec![left, first]))
    }

    fn is_test(&mut self, left: Tree) -> Option<Tree> {
        const TESTS: &[(&[&str], &str)] = &[
            (&["null"], "IS NULL"),
            (&["not", "null"], "IS NOT NULL"),
            (&["true"], "IS TRUE"),
            (&["not", "true"], "IS NOT TRUE"),
            (&["false"], "IS FALSE"),
            (&["not", "false"], "IS NOT FALSE"),
            (&["unknown"], "IS UNKNOWN"),
            (&["not", "unknown"], "IS NOT UNKNOWN"),
        ];
        for (words, test) in TESTS {
            if self.words(words) {
                return Some(Tree::new(Head::Test(test), vec![left]));
            }
        }
        let negated = self.words(&["not"]);
        if !self.words(&["distinct", "from"]) {
            return None;
        }
        let right = self.expr(IS)?;
        let distinct = Tree::new(Head::Distinct, vec![left, right]);
        Some(if negated { Tree::new(Head::Not, vec![distinct]) } else { distinct })
    }

    /// `[NOT] BETWEEN | IN | LIKE | ILIKE | SIMILAR TO`; the outer `None` where none of them stands here.
    fn range(&mut self, left: &Tree, negated: bool) -> Option<Option<Tree>> {
        if self.words(&["between"]) {
            return Some(self.between(left, negated));
        }
        if self.words(&["in"]) {
            return Some(self.in_list(left, negated));
        }
        if self.words(&["like"]) {
            return Some(self.like(left, if negated { "!~~" } else { "~~" }, "like_escape"));
        }
        if self.words(&["ilike"]) {
            return Some(self.like(left, if negated { "!~~*" } else { "~~*" }, "like_escape"));
        }
        if self.words(&["similar", "to"]) {
            let tree = self.like(left, if negated { "!~" } else { "~" }, "similar_to_escape");
            return Some(tree.map(|mut tree| {
                if let Some(pattern) = tree.args.get_mut(1)
                    && !pattern.is_call("similar_to_escape")
                {
                    *pattern = Tree::call("similar_to_escape", vec![pattern.clone()]);
                }
                tree
            }));
        }
        None
    }

    fn between(&mut self, left: &Tree, negated: bool) -> Option<Tree> {
        let symmetric = self.words(&["symmetric"]);
        self.words(&["asymmetric"]);
        let low = self.expr(RANGE)?;
        self.expect_word("and")?;
        let high = self.expr(RANGE)?;
        let compare = |op: &str, to: &Tree| Tree::new(Head::Op(op.to_string()), vec![left.clone(), to.clone()]);
        let inside = |low: &Tree, high: &Tree| {
            if negated {
                Tree::new(Head::Or, vec![compare("<", low), compare(">", high)])
            } else {
                Tree::new(Head::And, vec![compare(">=", low), compare("<=", high)])
            }
        };
        if !symmetric {
            return Some(inside(&low, &high));
        }
        let outer = if negated { Head::And } else { Head::Or };
        Some(Tree::new(outer, vec![inside(&low, &high), inside(&high, &low)]))
    }

    /// `transformAExprIn` (`src/backend/parser/parse_expr.c`): two or more items without columns become an array.
    fn in_list(&mut self, left: &Tree, negated: bool) -> Option<Tree> {
        self.expect(&Token::LParen)?;
        let items = self.list(&Token::RParen)?;
        let op = if negated { "<>" } else { "=" }.to_string();
        let mut parts = Vec::new();
        let mut singles = items;
        if singles.iter().filter(|item| !item.has_column()).count() > 1 {
            let (columns, constants): (Vec<Tree>, Vec<Tree>) = singles.into_iter().partition(Tree::has_column);
            let array = Tree::new(Head::Array, constants);
            let head = if negated { Head::All(op.clone()) } else { Head::Any(op.clone()) };
            parts.push(Tree::new(head, vec![left.clone(), array]));
            singles = columns;
        }
        parts.extend(singles.into_iter().map(|item| Tree::new(Head::Op(op.clone()), vec![left.clone(), item])));
        if parts.len() == 1 {
            return parts.pop();
        }
        Some(Tree::new(if negated { Head::And } else { Head::Or }, parts))
    }

    fn like(&mut self, left: &Tree, op: &str, escape: &str) -> Option<Tree> {
        let op = op.to_string();
        for (words, all) in [(["any"], false), (["some"], false), (["all"], true)] {
            if self.words(&words) {
                self.expect(&Token::LParen)?;
                let right = self.expr(0)?;
                self.expect(&Token::RParen)?;
                let head = if all { Head::All(op) } else { Head::Any(op) };
                return Some(Tree::new(head, vec![left.clone(), right]));
            }
        }
        let mut pattern = self.expr(RANGE)?;
        if self.words(&["escape"]) {
            let character = self.expr(RANGE)?;
            pattern = Tree::call(escape, vec![pattern, character]);
        }
        Some(Tree::new(Head::Op(op), vec![left.clone(), pattern]))
    }

    /// Expressions up to a closing token, which is taken too.
    fn list(&mut self, close: &Token) -> Option<Vec<Tree>> {
        let mut items = Vec::new();
        if self.eat(close) {
            return Some(items);
        }
        loop {
            items.push(self.argument()?);
            if self.eat(close) {
                return Some(items);
            }
            self.expect(&Token::Comma)?;
        }
    }

    fn argument(&mut self) -> Option<Tree> {
        let named = matches!(self.tokens.get(self.at + 1), Some(Token::RArrow | Token::Assignment));
        if named && let Some(Token::Word(name)) = self.peek().cloned() {
            self.at += 2;
            return Some(Tree::new(Head::Named(stored(&name)), vec![self.expr(0)?]));
        }
        if self.words(&["variadic"]) {
            return Some(Tree::new(Head::Variadic, vec![self.expr(0)?]));
        }
        self.expr(0)
    }

    fn primary(&mut self) -> Option<Tree> {
        match self.next()? {
            Token::LParen => {
                let mut items = self.list(&Token::RParen)?;
                if items.len() == 1 { items.pop() } else { Some(Tree::new(Head::Row, items)) }
            }
            Token::Number(number, _) => Some(Tree::leaf(Head::Number(number))),
            Token::SingleQuotedString(text)
            | Token::EscapedStringLiteral(text)
            | Token::UnicodeStringLiteral(text)
            | Token::NationalStringLiteral(text) => Some(Tree::leaf(Head::Text(text))),
            Token::DollarQuotedString(text) => Some(Tree::leaf(Head::Text(text.value))),
            Token::Word(word) => self.word(word),
            _ => None,
        }
    }

    fn word(&mut self, word: Word) -> Option<Tree> {
        if word.quote_style.is_some() {
            self.at -= 1;
            return self.name();
        }
        let folded = word.value.to_ascii_lowercase();
        let open = self.peek() == Some(&Token::LParen);
        match folded.as_str() {
            "true" => Some(Tree::leaf(Head::Bool(true))),
            "false" => Some(Tree::leaf(Head::Bool(false))),
            "null" => Some(Tree::leaf(Head::Null)),
            "array" if self.peek() == Some(&Token::LBracket) => {
                self.at += 1;
                self.array()
            }
            "row" if open => {
                self.at += 1;
                Some(Tree::new(Head::Row, self.list(&Token::RParen)?))
            }
            "case" => self.case(),
            "cast" if open => {
                self.at += 1;
                let inner = self.expr(0)?;
                self.expect_word("as")?;
                let ty = self.data_type()?;
                self.expect(&Token::RParen)?;
                Some(Tree::new(Head::Cast(ty), vec![inner]))
            }
            "extract" if open => {
                self.at += 1;
                let field = self.next()?;
                let field = match field {
                    Token::Word(word) => word.value.to_ascii_lowercase(),
                    Token::SingleQuotedString(text) => text.to_ascii_lowercase(),
                    _ => return None,
                };
                self.expect_word("from")?;
                let source = self.expr(0)?;
                self.expect(&Token::RParen)?;
                Some(Tree::call("extract", vec![Tree::leaf(Head::Text(field)), source]))
            }
            "position" if open => {
                self.at += 1;
                let part = self.expr(RANGE)?;
                self.expect_word("in")?;
                let whole = self.expr(0)?;
                self.expect(&Token::RParen)?;
                Some(Tree::call("position", vec![whole, part]))
            }
            "substring" if open => self.keyword_call("substring", &["from", "for"]),
            "overlay" if open => self.keyword_call("overlay", &["placing", "from", "for"]),
            "trim" if open => self.trim(),
            "exists" | "select" | "with" | "default" => None,
            // Words that are functions without parentheses.
            "current_timestamp" | "current_date" | "current_time" | "localtimestamp" | "localtime" => {
                let args = if self.eat(&Token::LParen) { self.list(&Token::RParen)? } else { Vec::new() };
                Some(Tree::new(Head::Keyword(folded), args))
            }
            "current_user" | "session_user" | "user" | "current_role" | "current_catalog" | "current_schema"
                if !open =>
            {
                let canonical =
                    if matches!(folded.as_str(), "user" | "current_role") { "current_user" } else { &folded };
                Some(Tree::leaf(Head::Keyword(canonical.to_string())))
            }
            _ => {
                self.at -= 1;
                self.typed_literal().or_else(|| self.name())
            }
        }
    }

    /// `date '2020-01-01'`, `interval '1' day`; nothing is taken where it is none.
    fn typed_literal(&mut self) -> Option<Tree> {
        let start = self.at;
        let literal = self.data_type().and_then(|ty| match self.next()? {
            Token::SingleQuotedString(text) | Token::EscapedStringLiteral(text) => Some((ty, text)),
            _ => None,
        });
        let Some((ty, text)) = literal else {
            self.at = start;
            return None;
        };
        let mut cast = Tree::new(Head::Cast(ty), vec![Tree::leaf(Head::Text(text))]);
        if cast.head == Head::Cast(DataType::builtin("interval")) {
            let fields = self.interval_fields();
            let ty = types::builtin(&format!("interval {fields}"));
            if let (Some(ty), Some(Head::Text(text))) = (ty, cast.args.first_mut().map(|arg| &mut arg.head)) {
                // `interval '1' day`: the fields say what the number is.
                *text = format!("{text} {fields}");
                cast.head = Head::Cast(DataType::builtin(ty));
            }
        }
        Some(cast)
    }

    fn array(&mut self) -> Option<Tree> {
        self.depth += 1;
        let tree = if self.depth > MAX_DEPTH { None } else { self.array_inner() };
        self.depth -= 1;
        tree
    }

    fn array_inner(&mut self) -> Option<Tree> {
        let mut items = Vec::new();
        if self.eat(&Token::RBracket) {
            return Some(Tree::new(Head::Array, items));
        }
        loop {
            items.push(if self.eat(&Token::LBracket) { self.array()? } else { self.expr(0)? });
            if self.eat(&Token::RBracket) {
                return Some(Tree::new(Head::Array, items));
            }
            self.expect(&Token::Comma)?;
        }
    }

    /// Operand (or nothing, then `has_operand` is false), conditions and results in turn, and ELSE (NULL where it is missing).
    fn case(&mut self) -> Option<Tree> {
        let has_operand = !self.is_word(0, "when");
        let mut args = Vec::new();
        if has_operand {
            args.push(self.expr(0)?);
        }
        while self.words(&["when"]) {
            args.push(self.expr(0)?);
            self.expect_word("then")?;
            args.push(self.expr(0)?);
        }
        args.push(if self.words(&["else"]) { self.expr(0)? } else { Tree::leaf(Head::Null) });
        self.expect_word("end")?;
        Some(Tree::new(Head::Case { has_operand }, args))
    }

    /// `substring(x FROM y FOR z)` is the same call as `substring(x, y, z)`.
    fn keyword_call(&mut self, name: &str, words: &[&str]) -> Option<Tree> {
        self.at += 1;
        let mut args = vec![self.expr(0)?];
        if self.eat(&Token::Comma) {
            args.extend(self.list(&Token::RParen)?);
            return Some(Tree::call(name, args));
        }
        for word in words {
            if self.words(&[word]) {
                args.push(self.expr(0)?);
            }
        }
        self.expect(&Token::RParen)?;
        Some(Tree::call(name, args))
    }

    fn trim(&mut self) -> Option<Tree> {
        self.at += 1;
        let name = if self.words(&["leading"]) {
            "ltrim"
        } else if self.words(&["trailing"]) {
            "rtrim"
        } else {
            self.words(&["both"]);
            "btrim"
        };
        if self.words(&["from"]) {
            let args = self.list(&Token::RParen)?;
            return Some(Tree::call(name, args));
        }
        let first = self.expr(0)?;
        if self.words(&["from"]) {
            let mut args = self.list(&Token::RParen)?;
            args.push(first);
            return Some(Tree::call(name, args));
        }
        let mut args = vec![first];
        if self.eat(&Token::Comma) {
            args.extend(self.list(&Token::RParen)?);
        } else {
            self.expect(&Token::RParen)?;
        }
        Some(Tree::call(name, args))
    }

    /// A column, or a function call.
    fn name(&mut self) -> Option<Tree> {
        let mut parts = Vec::new();
        loop {
            let Some(Token::Word(word)) = self.next() else {
                return None;
            };
            parts.push(stored(&word));
            if !(self.peek() == Some(&Token::Period) && matches!(self.tokens.get(self.at + 1), Some(Token::Word(_)))) {
                break;
            }
            self.at += 1;
        }
        let name = parts.pop()?;
        if !self.eat(&Token::LParen) {
            // `t.a` and `s.t.a` name a column of the one table that the expression is about.
            return Some(Tree::leaf(Head::Column(name)));
        }
        if self.is_word(0, "distinct") || self.peek() == Some(&Token::Mul) {
            return None;
        }
        let args = self.list(&Token::RParen)?;
        if ["filter", "over", "within"].iter().any(|word| self.is_word(0, word)) {
            return None;
        }
        let schema = parts.pop().filter(|schema| schema.as_str() != "pg_catalog");
        // What the grammar writes as keywords is printed in capitals or quoted, and is one function.
        let name = match name.as_str() {
            "char_length" | "character_length" if schema.is_none() => Ident::new("length"),
            _ => name,
        };
        Some(Tree::new(Head::Call(QName { schema, name }), args))
    }

    fn qname(&mut self) -> Option<QName> {
        let Some(Token::Word(first)) = self.next() else {
            return None;
        };
        if !self.eat(&Token::Period) {
            return Some(QName::bare(stored(&first)));
        }
        let Some(Token::Word(second)) = self.next() else {
            return None;
        };
        let schema = Some(stored(&first)).filter(|schema| schema.as_str() != "pg_catalog");
        Some(QName { schema, name: stored(&second) })
    }

    fn interval_fields(&mut self) -> String {
        let mut fields: Vec<String> = Vec::new();
        loop {
            let word = match self.peek() {
                Some(Token::Word(word)) if word.quote_style.is_none() => word.value.to_ascii_lowercase(),
                _ => break,
            };
            let field = matches!(word.as_str(), "year" | "month" | "day" | "hour" | "minute" | "second");
            let joins = word == "to" && !fields.is_empty();
            if !(field || joins) {
                break;
            }
            fields.push(word);
            self.at += 1;
        }
        fields.join(" ")
    }

    fn data_type(&mut self) -> Option<DataType> {
        let Some(Token::Word(word)) = self.peek().cloned() else {
            return None;
        };
        let folded = word.value.to_ascii_lowercase();
        let plain = word.quote_style.is_none() && self.tokens.get(self.at + 1) != Some(&Token::Period);
        let mut ty = match folded.as_str() {
            "double" if plain && self.words(&["double", "precision"]) => DataType::builtin("double precision"),
            "character" | "char" | "national" | "nchar" if plain => {
                self.words(&["national"]);
                self.at += 1;
                let name = if self.words(&["varying"]) { "character varying" } else { "character" };
                let mut modifiers = self.modifiers()?;
                if name == "character" && modifiers.is_empty() {
                    // `character` without a length is `character(1)`; without limit it is spelt `bpchar`.
                    modifiers.push("1".to_string());
                }
                DataType { modifiers, ..DataType::builtin(name) }
            }
            "bit" if plain => {
                self.at += 1;
                let name = if self.words(&["varying"]) { "bit varying" } else { "bit" };
                DataType { modifiers: self.modifiers()?, ..DataType::builtin(name) }
            }
            "timestamp" | "time" if plain => {
                self.at += 1;
                let modifiers = self.modifiers()?;
                let zone = self.words(&["with", "time", "zone"]);
                if !zone {
                    self.words(&["without", "time", "zone"]);
                }
                let name = types::builtin(&format!("{folded} {} time zone", if zone { "with" } else { "without" }))?;
                DataType { modifiers, ..DataType::builtin(name) }
            }
            "interval" if plain => {
                self.at += 1;
                let fields = self.interval_fields();
                let name = if fields.is_empty() { "interval" } else { types::builtin(&format!("interval {fields}"))? };
                DataType { modifiers: self.modifiers()?, ..DataType::builtin(name) }
            }
            _ => {
                let name = self.qname()?;
                let written = if word.quote_style.is_some() {
                    format!("\"{}\"", name.name.as_str())
                } else {
                    name.name.as_str().to_string()
                };
                let builtin = if name.schema.is_none() { types::builtin(&written) } else { None };
                let name = builtin.map_or(TypeName::User(name), TypeName::Builtin);
                DataType { name, modifiers: self.modifiers()?, array: false }
            }
        };
        while self.eat(&Token::LBracket) {
            if !self.eat(&Token::RBracket) {
                self.next()?;
                self.expect(&Token::RBracket)?;
            }
            ty.array = true;
        }
        if self.is_word(0, "array") {
            self.at += 1;
            ty.array = true;
        }
        Some(ty)
    }

    /// What stands in parentheses behind a type.
    fn modifiers(&mut self) -> Option<Vec<String>> {
        let mut modifiers = Vec::new();
        if !self.eat(&Token::LParen) {
            return Some(modifiers);
        }
        let mut text = String::new();
        loop {
            match self.next()? {
                Token::RParen => {
                    modifiers.push(text);
                    return Some(modifiers);
                }
                Token::Comma => modifiers.push(std::mem::take(&mut text)),
                token => text.push_str(&token.to_string()),
            }
        }
    }
}

/// `a AND b AND c` is one list, as makeAndExpr() of the grammar makes it.
fn joined(head: Head, left: Tree, right: Tree) -> Tree {
    if left.head == head {
        let mut left = left;
        left.args.push(right);
        return left;
    }
    Tree::new(head, vec![left, right])
}

/// The name that PostgreSQL makes of a written one.
fn stored(word: &Word) -> Ident {
    match word.quote_style {
        Some(_) => Ident::new(&word.value),
        None => Ident::fold(&word.value),
    }
}
