//! `COLLATE` (`get_collation_oid`, `LookupCollation`). Which collations `pg_catalog` holds is the server's own: those of its C library and
//! of ICU. Some are on every server, and of some names it is certain that they are of another database's.

use crate::catalog::object::{Object, TypeRef};
use crate::catalog::{Catalog, Session};
use crate::pg::command::Collation;
use crate::pg::error::{PgError, Refusal, sqlstate};
use crate::pg::ident::QName;
use crate::pg::system::Base;

use super::resolve::{plain, refuse, unknown};

/// In `pg_catalog` of every server, and since which version.
const EVERYWHERE: &[(&str, u32)] = &[
    ("default", 0),
    ("C", 0),
    ("POSIX", 0),
    ("ucs_basic", 0),
    ("unicode", 16),
    ("pg_c_utf8", 17),
    ("pg_unicode_fast", 18),
];

/// Character sets of MySQL, with which the names of its collations begin.
const CHARACTER_SETS: &[&str] = &[
    "armscii8", "ascii", "big5", "binary", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "cp932",
    "dec8", "eucjpms", "euckr", "gb18030", "gb2312", "gbk", "geostd8", "greek", "hebrew", "hp8", "keybcs2", "koi8r",
    "koi8u", "latin1", "latin2", "latin5", "latin7", "macce", "macroman", "sjis", "swe7", "tis620", "ucs2", "ujis",
    "utf16", "utf16le", "utf32", "utf8", "utf8mb3", "utf8mb4",
];

/// A name of MySQL's, SQLite's or SQL Server's collations, which no C library and no ICU gives a locale.
fn is_of_another_database(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let of_mysql = name.split_once('_').is_some_and(|(set, rest)| {
        let kind = rest.rsplit('_').next().unwrap_or("");
        CHARACTER_SETS.contains(&set) && matches!(kind, "ci" | "cs" | "bin")
    });
    let of_sql_server = ["_ci_a", "_cs_a"].iter().any(|kind| {
        let after = name.split_once(kind).map(|(_, after)| after);
        after.is_some_and(|after| after.starts_with(['i', 's']))
    });
    of_mysql || of_sql_server || matches!(name.as_str(), "nocase" | "rtrim" | "binary")
}

/// The same collation, as far as the names tell.
fn same(one: &QName, other: &QName) -> bool {
    let schema = |name: &QName| name.schema.as_ref().map(|schema| schema.as_str().to_string());
    let system = |schema: &Option<String>| schema.as_deref().is_none_or(|schema| schema == "pg_catalog");
    let (first, second) = (schema(one), schema(other));
    one.name == other.name && (first == second || system(&first) && system(&second))
}

impl Catalog {
    /// Whether a collation is there for certain: on every server, made by a statement, or used by what is there.
    pub fn has_collation(&self, name: &QName, session: &Session) -> bool {
        let system = name.schema.as_ref().is_none_or(|schema| schema.as_str() == "pg_catalog");
        let everywhere = EVERYWHERE.iter().any(|(own, since)| {
            *own == name.name.as_str()
                && (*since == 0 || session.server_version.is_some_and(|version| version >= *since))
        });
        let named =
            |collation: &Option<Collation>| matches!(collation, Some(Collation::Named(other)) if same(other, name));
        system && everywhere
            || self.opaque("COLLATION", name).is_some()
            || self.iter().any(|(_, entry)| match &*entry.object {
                Object::Column(column) => named(&column.collation),
                Object::Domain(domain) => domain.collation.as_ref().is_some_and(|other| same(other, name)),
                Object::Index(index) => {
                    index.keys.iter().any(|key| key.collation.as_ref().is_some_and(|other| same(other, name)))
                }
                _ => false,
            })
    }

    /// What PostgreSQL says of a collation that is not there.
    pub fn no_collation(name: &QName) -> PgError {
        let message = format!("collation \"{}\" for encoding \"UTF8\" does not exist", plain(name));
        PgError::new(sqlstate::UNDEFINED_OBJECT, message)
    }

    /// 42704 for a collation that certainly is not there.
    pub(super) fn is_collation(&self, name: &QName, session: &Session) -> Result<(), Refusal> {
        if session.restoring || self.open_world {
            return Ok(());
        }
        if let Some(schema) = name.schema.as_ref().filter(|schema| schema.as_str() != "pg_catalog")
            && self.schema(schema).is_none()
        {
            return refuse(sqlstate::INVALID_SCHEMA_NAME, format!("schema \"{}\" does not exist", schema.as_str()));
        }
        if is_of_another_database(name.name.as_str()) && !self.has_collation(name, session) {
            return Err(Catalog::no_collation(name).into());
        }
        Ok(())
    }

    /// The same, and 42804 for a type that has none.
    pub(super) fn takes_collation(&self, ty: &TypeRef, name: &QName, session: &Session) -> Result<(), Refusal> {
        if session.restoring || self.open_world {
            return Ok(());
        }
        self.is_collation(name, session)?;
        match self.system_type(ty, session) {
            Some(of) if of.base == Base::Literal || of.is_collatable() => Ok(()),
            Some(of) if !self.has_collation(name, session) => unknown(
                "collation",
                format!("{of} has no collation, and it is not known whether the server has {name}"),
            ),
            Some(of) => refuse(sqlstate::DATATYPE_MISMATCH, format!("collations are not supported by type {of}")),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_of_another_database;

    #[test]
    fn names_of_other_databases() {
        for name in [
            "latin1_swedish_ci",
            "utf8_bin",
            "utf8mb4_0900_ai_ci",
            "utf8_general_ci",
            "NOCASE",
            "SQL_Latin1_General_CP1_CI_AS",
            "Latin1_General_100_CS_AS_SC",
        ] {
            assert!(is_of_another_database(name), "{name}");
        }
        for name in [
            "en_US",
            "en_US.utf8",
            "C.utf8",
            "de-x-icu",
            "greek",
            "und-x-icu",
            "case_insensitive",
            "my_ci",
            "utf8",
            "sr_RS@latin",
        ] {
            assert!(!is_of_another_database(name), "{name}");
        }
    }
}
