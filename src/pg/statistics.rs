//! The parts of `CREATE STATISTICS`.

use super::expr::Expr;
use super::ident::{Ident, QName};
use super::lex::{self, Cursor, Read};

/// `CREATE STATISTICS [IF NOT EXISTS] name (kinds) ON elements FROM table`
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Its name.
    pub name: QName,
    /// Sorted; none where they are not written, which is all of them.
    pub kinds: Vec<Ident>,
    /// In the order in which they are written.
    pub elements: Vec<Element>,
    /// The table.
    pub table: QName,
}

/// What the statistics are about.
#[derive(Clone, Debug, PartialEq)]
pub enum Element {
    /// A column.
    Column(Ident),
    /// An expression, in its own brackets or a call of a function.
    Expr(Expr),
}

/// Reads a statement; `None` for one without a name, or of another form.
///
/// ```
/// use restamp::pg::statistics::read;
/// let read = read("create statistics s (mcv) on b, (a + 1) from public.t").unwrap();
/// assert_eq!(read.to_string(), "CREATE STATISTICS s (mcv) ON b, (a + 1) FROM public.t");
/// ```
pub fn read(text: &str) -> Option<Statistics> {
    let (tokens, _) = lex::tokens(text);
    let mut cursor = Cursor::new(text, &tokens);
    cursor.expect("CREATE STATISTICS").ok()?;
    cursor.eat("IF NOT EXISTS");
    let read = read_rest(&mut cursor).ok()?;
    cursor.expect_end().ok()?;
    Some(read)
}

/// Reads what stands behind `CREATE STATISTICS IF NOT EXISTS`.
///
/// # Errors
/// It is of another form.
pub fn read_rest(cursor: &mut Cursor<'_>) -> Read<Statistics> {
    let name = cursor.qname()?;
    let mut kinds = if cursor.is_sign("(") { cursor.idents_in_parens()? } else { Vec::new() };
    kinds.sort();
    if kinds.iter().map(Ident::as_str).eq(["dependencies", "mcv", "ndistinct"]) {
        kinds.clear();
    }
    cursor.expect("ON")?;
    let elements = cursor.list(|cursor| {
        let text = cursor.until(&[",", "FROM"]).trim();
        let (tokens, _) = lex::tokens(text);
        let mut element = Cursor::new(text, &tokens);
        match element.ident() {
            Ok(column) if element.at_end() => Ok(Element::Column(column)),
            _ if text.is_empty() => cursor.fail("a column"),
            _ => Ok(Element::Expr(Expr::parse(text))),
        }
    })?;
    cursor.expect("FROM")?;
    Ok(Statistics { name, kinds, elements, table: cursor.qname()? })
}

impl Statistics {
    /// The names of the columns that it is about, if it is about nothing else.
    pub fn columns(&self) -> Option<Vec<Ident>> {
        let column = |element: &Element| match element {
            Element::Column(column) => Some(column.clone()),
            Element::Expr(_) => None,
        };
        self.elements.iter().map(column).collect()
    }

    /// The same after a rename of a column.
    #[must_use]
    pub fn rename_column(&self, from: &Ident, to: &Ident) -> Statistics {
        let renamed = |element: &Element| match element {
            Element::Column(column) if column == from => Element::Column(to.clone()),
            Element::Column(_) => element.clone(),
            Element::Expr(expr) => Element::Expr(expr.rename_column(from, to)),
        };
        Statistics { elements: self.elements.iter().map(renamed).collect(), ..self.clone() }
    }
}

impl std::fmt::Display for Element {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Element::Column(column) => write!(f, "{column}"),
            Element::Expr(expr) => write!(f, "{expr}"),
        }
    }
}

impl std::fmt::Display for Statistics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        fn list<T: ToString>(all: &[T]) -> String {
            all.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
        }
        write!(f, "CREATE STATISTICS {}", self.name)?;
        if !self.kinds.is_empty() {
            write!(f, " ({})", list(&self.kinds))?;
        }
        write!(f, " ON {} FROM {}", list(&self.elements), self.table)
    }
}
