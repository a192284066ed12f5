//! One connection: transaction, savepoints, search_path, role.

use super::execute::Waiting;
use super::{Mark, Oid};
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
    /// Enum labels that the open transaction added: not yet usable (55P04).
    pub new_labels: Vec<(Oid, String)>,
    /// The server's major version, where it is known; a few outcomes differ.
    pub server_version: Option<u32>,
    /// `check_function_bodies`: bodies in SQL are looked at when their function is made.
    pub check_function_bodies: bool,
    /// The statements are of a dump: they have worked, and are not judged.
    pub restoring: bool,
    /// Each statement was a transaction of its own, though a replay keeps what they did together: none aborts another.
    pub each_alone: bool,
    /// What waits for the end of the open transaction.
    pub(super) waiting: Waiting,
    /// The settings as they were before the transaction changed them: `ROLLBACK` and the end of `SET LOCAL` restore them.
    pub(super) before: Option<Settings>,
    /// What `SET LOCAL` hides until the transaction ends.
    pub(super) local: Option<Settings>,
}

/// What `SET` changes of a session.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    search_path: Vec<Ident>,
    role: Option<Ident>,
    check_function_bodies: bool,
}

impl Session {
    /// A connection outside a transaction with the default `search_path`.
    pub fn new(committed: Mark) -> Session {
        Session {
            search_path: vec![Ident::new("public")],
            role: None,
            transaction: None,
            savepoints: Vec::new(),
            aborted: false,
            committed,
            new_labels: Vec::new(),
            server_version: None,
            check_function_bodies: true,
            restoring: false,
            each_alone: false,
            waiting: Waiting::default(),
            before: None,
            local: None,
        }
    }

    /// The settings as they are now.
    pub(super) fn settings(&self) -> Settings {
        Settings {
            search_path: self.search_path.clone(),
            role: self.role.clone(),
            check_function_bodies: self.check_function_bodies,
        }
    }

    /// Puts the settings back as they were.
    pub(super) fn restore(&mut self, settings: Settings) {
        self.search_path = settings.search_path;
        self.role = settings.role;
        self.check_function_bodies = settings.check_function_bodies;
    }

    /// A statement failed: the open transaction, if there is one, is aborted.
    pub fn fail(&mut self) {
        self.aborted |= self.transaction.is_some() && !self.each_alone;
    }
}

impl Default for Session {
    fn default() -> Session {
        Session::new(Mark(0))
    }
}
