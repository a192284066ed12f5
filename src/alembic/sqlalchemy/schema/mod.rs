//! Schema items: what `sqlalchemy.schema` offers, as objects that Python code can build, read and change.

pub mod build;
pub mod column;
pub mod constraint;
pub mod default;
pub mod index;
pub mod metadata;
pub mod naming;
pub mod native;
pub mod reflect;
mod spatial;
pub mod table;

pub use column::{Autoincrement, Column, ColumnState};
pub use constraint::{Check, Constraint, ConstraintKind, Exclusion, ForeignKey, Referent};
pub use default::{Computed, Identity, Sequence, ServerDefault};
pub use index::Index;
pub use metadata::MetaData;
pub use native::{COLLECTION, sorted_tables};
pub use table::{Table, TableArgs};

use std::cell::Cell;

/// The next number in the order of creation (`sqlalchemy.util.set_creation_order`): constraints are written in that order,
/// and columns of mixins are sorted by it.
pub fn creation_order() -> u64 {
    thread_local! {
        static NEXT: Cell<u64> = const { Cell::new(0) };
    }
    NEXT.with(|next| {
        next.set(next.get() + 1);
        next.get()
    })
}
