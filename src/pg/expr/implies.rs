//! Whether what one condition lets through passes another one, too.

use super::canonical::canonical;
use super::compare::{same_text, same_trees};
use super::tree::{Head, Tree};
use super::{Context, Expr, syntax};

/// True if every row that fulfils `held` is known to fulfil `wanted`, in the same table: it is the same condition, or lists
/// more values for the same column.
///
/// ```
/// use restamp::pg::expr::{Context, Expr, implies};
/// use restamp::pg::types::DataType;
/// let text = |_: &_| Some(DataType::varchar(Some(20)));
/// let context = Context { column: &text, ..Context::default() };
/// let implies = |held, wanted| implies(&Expr::parse(held), &Expr::parse(wanted), &context);
/// assert!(implies("v IN ('a', 'b')", "v IN ('c', 'b', 'a')"));
/// assert!(!implies("v IN ('a', 'b')", "v IN ('a', 'c')"));
/// ```
pub fn implies(held: &Expr, wanted: &Expr, context: &Context<'_>) -> bool {
    let (held, wanted) = (held.to_string(), wanted.to_string());
    if same_text(&held, &wanted) {
        return true;
    }
    let (Some(held), Some(wanted)) = (syntax::read(&held), syntax::read(&wanted)) else { return false };
    let (held, wanted) = (canonical(held, context), canonical(wanted, context));
    if same_trees(&held, &wanted, context) {
        return true;
    }
    match (listed(&held), listed(&wanted)) {
        (Some((held, few)), Some((wanted, many))) => {
            let is_listed = |value: &Tree| many.iter().any(|other| same_trees(value, other, context));
            same_trees(held, wanted, context) && few.iter().all(is_listed)
        }
        _ => false,
    }
}

/// The operand and the values of `operand IN (values)`, which the canonical form writes as `= ANY (ARRAY[…])`.
fn listed(tree: &Tree) -> Option<(&Tree, &[Tree])> {
    match (&tree.head, tree.args.as_slice()) {
        (Head::Any(op), [operand, list]) if op == "=" && list.head == Head::Array => Some((operand, &list.args)),
        _ => None,
    }
}
