//! Operators with their precedence (`sqlalchemy.sql.operators`).

/// An operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operator {
    /// With the spaces around it.
    pub sql: std::borrow::Cow<'static, str>,
    /// Higher binds tighter (`operators._PRECEDENCE`).
    pub precedence: i8,
    /// `a + b + c` needs no parentheses.
    pub associative: bool,
}

const fn operator(sql: &'static str, precedence: i8, associative: bool) -> Operator {
    Operator { sql: std::borrow::Cow::Borrowed(sql), precedence, associative }
}

/// `AND`
pub const AND: Operator = operator(" AND ", 3, true);
/// `OR`
pub const OR: Operator = operator(" OR ", 2, true);
/// `, `
pub const COMMA: Operator = operator(", ", -1, true);
/// `NOT`
pub const NOT: Operator = operator("NOT ", 4, false);
/// Unary minus.
pub const NEGATE: Operator = operator("-", 8, false);
/// `IN`
pub const IN: Operator = operator(" IN ", 5, false);
/// `NOT IN`; SQLAlchemy puts it into parentheses.
pub const NOT_IN: Operator = operator(" NOT IN ", 5, false);
/// `IS`
pub const IS: Operator = operator(" IS ", 5, false);
/// `IS NOT`
pub const IS_NOT: Operator = operator(" IS NOT ", 5, false);
/// `=`
pub const EQUAL: Operator = operator(" = ", 5, false);
/// `!=`
pub const NOT_EQUAL: Operator = operator(" != ", 5, false);
/// `||`
pub const CONCAT: Operator = operator(" || ", 6, true);

/// Python's operators, by spelling.
pub const PYTHON: &[(&str, Operator)] = &[
    ("+", operator(" + ", 7, true)),
    ("-", operator(" - ", 7, false)),
    ("*", operator(" * ", 8, true)),
    ("/", operator(" / ", 8, false)),
    ("//", operator(" / ", 8, false)),
    ("%", operator(" % ", 8, false)),
    ("<", operator(" < ", 5, false)),
    ("<=", operator(" <= ", 5, false)),
    (">", operator(" > ", 5, false)),
    (">=", operator(" >= ", 5, false)),
    ("==", EQUAL),
    ("!=", NOT_EQUAL),
    ("<<", operator(" << ", 8, false)),
    (">>", operator(" >> ", 8, false)),
];

/// Methods of columns that are binary operators, by name.
pub const METHODS: &[(&str, Operator)] = &[
    ("like", operator(" LIKE ", 5, false)),
    ("not_like", operator(" NOT LIKE ", 5, false)),
    ("notlike", operator(" NOT LIKE ", 5, false)),
    ("ilike", operator(" ILIKE ", 5, false)),
    ("not_ilike", operator(" NOT ILIKE ", 5, false)),
    ("notilike", operator(" NOT ILIKE ", 5, false)),
    ("concat", CONCAT),
    ("is_distinct_from", operator(" IS DISTINCT FROM ", 5, false)),
    ("is_not_distinct_from", operator(" IS NOT DISTINCT FROM ", 5, false)),
    ("regexp_match", operator(" ~ ", 5, false)),
    ("match", operator(" @@ ", 5, false)),
    ("overlap", operator(" && ", 5, false)),
    ("overlaps", operator(" && ", 5, false)),
    ("contained_by", operator(" <@ ", 5, false)),
    ("has_key", operator(" ? ", 5, false)),
];

impl Operator {
    /// `.op("…")`: an operator of the author's.
    pub fn custom(sql: &str) -> Operator {
        Operator { sql: format!(" {sql} ").into(), precedence: 0, associative: false }
    }

    /// `operators.is_precedent`: an expression with this operator needs parentheses as an operand of `against`.
    pub fn needs_parentheses_in(&self, against: &Operator) -> bool {
        if self == against && self.associative {
            return false;
        }
        self.precedence <= against.precedence
    }
}
