//! Comments (`src/backend/commands/comment.c`).

use crate::catalog::object::{Comment, Object};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Comment as CommentCommand, CommentTarget, Kind};
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};

use super::resolve::refuse;

impl Catalog {
    pub(super) fn comment_command(&mut self, command: &CommentCommand, session: &Session) -> Result<(), Refusal> {
        let Some(on) = self.comment_target(&command.target, session)? else {
            return Ok(());
        };
        if let Some(old) = self.comment_on(on) {
            self.remove(old);
        }
        // An empty comment is none.
        if let Some(text) = command.text.clone().filter(|text| !text.is_empty()) {
            self.add(Object::Comment(Comment { on, text }));
        }
        Ok(())
    }

    /// `None` where the comment is not modelled: on extensions, casts and the like.
    fn comment_target(&mut self, target: &CommentTarget, session: &Session) -> Result<Option<Oid>, Refusal> {
        match target {
            CommentTarget::Column(table, column) => {
                let relation = self.existing_relation(table, session)?;
                if matches!(self.get(relation), Some(Object::View(_))) {
                    return Ok(Some(self.view_column(relation, column)));
                }
                // A composite type's attribute has no object of its own.
                if matches!(self.get(relation), Some(Object::Composite(_))) {
                    return Ok(None);
                }
                self.alterable_column(relation, column).map(Some)
            }
            CommentTarget::OnTable(kind, name, table) => {
                let table = self.existing_relation(table, session)?;
                let space = match kind {
                    Kind::Constraint => Space::Constraint,
                    Kind::Trigger => Space::Trigger,
                    Kind::Policy => Space::Policy,
                    _ => return Ok(None),
                };
                match self.named(space, table, name) {
                    Some(oid) => self.certain(oid).map(Some),
                    None => {
                        let what = super::drop::kind_word(*kind);
                        self.missing_on_table(what, name, table).map(|()| None)
                    }
                }
            }
            CommentTarget::Object(kind, name) => self.commented_object(*kind, name, session),
            CommentTarget::Other(words) => {
                Ok(self.routine_of_words(words, session).or_else(|| self.opaque_of_words(words)))
            }
        }
    }

    fn commented_object(&mut self, kind: Kind, name: &QName, session: &Session) -> Result<Option<Oid>, Refusal> {
        match kind {
            Kind::Table | Kind::View | Kind::MaterializedView => self.existing_relation(name, session).map(Some),
            Kind::Index | Kind::Sequence => self.existing_relation_of(name, session),
            // `COMMENT ON TYPE` does not say of what kind the type is.
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Other => self.existing_type(name, session).map(Some),
            // `public` has a comment of its own that older dumps hold.
            Kind::Schema if name.name.as_str() == "public" => Ok(None),
            Kind::Schema => self.named_schema(&name.name).map(Some),
            // `CREATE EXTENSION` writes one itself.
            Kind::Extension => match self.extension(&name.name) {
                None if !self.open_world && name.name.as_str() != "plpgsql" => {
                    let message = format!("extension \"{}\" does not exist", name.name.as_str());
                    refuse(sqlstate::UNDEFINED_OBJECT, message)
                }
                _ => Ok(None),
            },
            Kind::Function | Kind::Procedure | Kind::Aggregate => match self.routines(name, session).as_slice() {
                [only] => Ok(Some(*only)),
                _ => Ok(None),
            },
            Kind::Column | Kind::Default | Kind::Constraint | Kind::Trigger | Kind::Policy | Kind::Comment => Ok(None),
        }
    }

    /// The object that is kept as text, of `STATISTICS public.s` or `RULE r ON public.t`.
    fn opaque_of_words(&self, words: &str) -> Option<Oid> {
        self.iter().find_map(|(oid, entry)| match &*entry.object {
            Object::Opaque(opaque) if words.get(..opaque.kind.len())?.eq_ignore_ascii_case(&opaque.kind) => {
                let rest = &words[opaque.kind.len()..];
                let (tokens, _) = lex::tokens(rest);
                let name = Cursor::new(rest, &tokens).qname().ok()?;
                (rest.starts_with(' ') && name.name == opaque.name).then_some(oid)
            }
            _ => None,
        })
    }

    /// The routine of `FUNCTION public.f(integer)`.
    pub(super) fn routine_of_words(&self, words: &str, session: &Session) -> Option<Oid> {
        let rest =
            ["FUNCTION ", "PROCEDURE ", "AGGREGATE ", "ROUTINE "].iter().find_map(|kind| words.strip_prefix(kind))?;
        let (name, arguments) = rest.trim().strip_suffix(')')?.split_once('(')?;
        let name = match name.split_once('.') {
            Some((schema, name)) => QName::new(Some(unquoted(schema)), unquoted(name)),
            None => QName::bare(unquoted(name)),
        };
        let arguments: Vec<String> =
            arguments.split(',').map(str::trim).filter(|ty| !ty.is_empty()).map(str::to_string).collect();
        // Argument names may stand before the types.
        self.routine_with(&name, &arguments, session).or_else(|| match self.routines(&name, session).as_slice() {
            [only] => Some(*only),
            _ => None,
        })
    }
}

fn unquoted(name: &str) -> Ident {
    match name.trim().strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(name) => Ident::new(&name.replace("\"\"", "\"")),
        None => Ident::fold(name.trim()),
    }
}
