//! Comments (`src/backend/commands/comment.c`).

use crate::catalog::object::{Comment, Object};
use crate::catalog::references::Space;
use crate::catalog::{Catalog, Oid, Session};
use crate::pg::command::{Comment as CommentCommand, CommentTarget, Kind};
use crate::pg::definition;
use crate::pg::error::{Refusal, sqlstate};
use crate::pg::ident::{Ident, QName};
use crate::pg::lex::{self, Cursor};

use super::definition::{no_attribute, no_constraint};
use super::resolve::refuse;

impl Catalog {
    pub(super) fn comment_command(&mut self, command: &CommentCommand, session: &Session) -> Result<(), Refusal> {
        if self.comment_inside(command, session)? {
            return Ok(());
        }
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

    /// Comments on what has no object of its own, be it modelled or not: attributes of composite types, constraints of domains,
    /// extensions. False where the comment is on something else.
    fn comment_inside(&mut self, command: &CommentCommand, session: &Session) -> Result<bool, Refusal> {
        let (oid, part) = match &command.target {
            CommentTarget::Column(relation, attribute) => match self.resolve_type(relation, session) {
                Some(oid) => (oid, Some(attribute.clone())),
                None => return Ok(false),
            },
            CommentTarget::Object(Kind::Extension, name) => match self.extension(&name.name) {
                Some(oid) => (oid, None),
                None => return Ok(false),
            },
            CommentTarget::Other(words) => match domain_constraint(words) {
                Some((constraint, domain)) => (self.alterable_type(&domain, true, session)?, Some(constraint)),
                None => return Ok(false),
            },
            CommentTarget::OnTable(..) | CommentTarget::Object(..) => return Ok(false),
        };
        let mut object = self.get(oid).cloned();
        let comments = match (&mut object, &part) {
            (Some(Object::Extension(extension)), _) => {
                extension.comment = Some(command.text.clone().unwrap_or_default());
                None
            }
            (Some(Object::Composite(composite)), Some(attribute)) => {
                if composite.place(attribute).is_none() {
                    let name = QName::bare(composite.name.clone());
                    return no_attribute(&name, attribute).map(|()| true);
                }
                Some(&mut composite.comments)
            }
            (Some(Object::Domain(domain)), Some(constraint)) => {
                if !domain.has(constraint) {
                    no_constraint(domain, constraint)?;
                }
                Some(&mut domain.comments)
            }
            _ => return Ok(false),
        };
        if let (Some(comments), Some(part)) = (comments, part) {
            match &command.text {
                Some(text) => comments.insert(part, text.clone()),
                None => comments.remove(&part),
            };
        }
        if let Some(object) = object {
            self.set(oid, object);
        }
        Ok(true)
    }

    /// `None` where the comment is not modelled: on casts and the like.
    fn comment_target(&mut self, target: &CommentTarget, session: &Session) -> Result<Option<Oid>, Refusal> {
        match target {
            CommentTarget::Column(table, column) => {
                let relation = self.existing_relation(table, session)?;
                if matches!(self.get(relation), Some(Object::View(_))) {
                    return Ok(Some(self.view_column(relation, column)));
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
                        let what = kind.word();
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
                let name = definition::identity(&opaque.kind, &mut Cursor::new(rest, &tokens)).ok()?;
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

/// The constraint and the domain of `CONSTRAINT c ON DOMAIN d`.
fn domain_constraint(words: &str) -> Option<(Ident, QName)> {
    let (tokens, _) = lex::tokens(words);
    let mut cursor = Cursor::new(words, &tokens);
    cursor.expect("CONSTRAINT").ok()?;
    let constraint = cursor.ident().ok()?;
    cursor.expect("ON DOMAIN").ok()?;
    Some((constraint, cursor.qname().ok()?))
}

fn unquoted(name: &str) -> Ident {
    match name.trim().strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(name) => Ident::new(&name.replace("\"\"", "\"")),
        None => Ident::fold(name.trim()),
    }
}
