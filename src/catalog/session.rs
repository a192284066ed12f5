//! One connection: transaction, savepoints, search_path, role.

use super::Mark;
use crate::pg::ident::Ident;

/// What a connection carries from statement to statement.
#[derive(Clone, Debug)]
pub struct Session {
    /// `search_path`; `"$user"` is left out.
    pub search_path: Vec<Ident>,
    /// `SET ROLE`, else the login role; `None`: not known.
    pub role: Option<Ident>,
    /// Where the open transaction began.
    pub transaction: Option<Mark>,
    /// Open savepoints, oldest first.
    pub savepoints: Vec<(Ident, Mark)>,
    /// The transaction is aborted: everything but its end is refused (25P02).
    pub aborted: bool,
    /// Everything before this mark is committed; what another connection would see.
    pub committed: Mark,
}
