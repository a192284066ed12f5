//! Reads an expression as PostgreSQL's grammar does (`src/backend/parser/gram.y`), with its precedences, and lowers what the
//! grammar itself lowers: `BETWEEN` to two comparisons, `LIKE` to `~~`, `x NOT IN (…)` to `<> ALL`, `AT TIME ZONE` to `timezone`.
//!
//! It reads from tokens, so that it covers what pg_dump prints and sqlparser's expression grammar refuses: `OPERATOR(s.=)`,
//! `(x)::timestamp(3) without time zone`, `ARRAY[]::text[]`.

mod primary;
mod types;

use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::tokenizer::{Token, Tokenizer, Word};

use super::tree::{Head, Tree};
use crate::pg::ident::Ident;

pub use types::read_type;

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
