//! Alembic's own table: as `env.py` names it, or, where that cannot be told, the one table of its form in the dump.

use crate::alembic::project::Environment;
use crate::catalog::{Catalog, Object};
use crate::diagnostic::Diagnostic;
use crate::pg::error::Reason;
use crate::pg::ident::{Ident, QName};
use crate::report::Input;

/// The table with the version rows.
#[derive(Clone, Debug)]
pub struct VersionTable {
    /// Its name; Alembic's default where nothing tells another.
    pub name: QName,
    /// Why it may be another one.
    pub unknown: Option<Reason>,
    /// The dump has several that it may be.
    pub several: bool,
}

impl VersionTable {
    /// As the user says, or `version_table` and `version_table_schema` of `env.py`.
    pub fn of(environment: &Environment, input: &Input) -> VersionTable {
        if let Some(told) = &input.options.version_table {
            let (schema, name) = match told.split_once('.') {
                Some((schema, name)) => (Some(Ident::new(schema)), name),
                None => (None, told.as_str()),
            };
            return VersionTable { name: QName { schema, name: Ident::new(name) }, unknown: None, several: false };
        }
        let settings = &environment.settings;
        let name = QName {
            schema: settings.version_table_schema.known().flatten().map(|schema| Ident::new(&schema)),
            name: Ident::new(&settings.version_table.known().unwrap_or_else(|| "alembic_version".to_string())),
        };
        VersionTable { name, unknown: settings.version_table.unknown().cloned(), several: false }
    }

    /// The names whose rows a dump is read for; empty: every table of that form.
    pub fn names(&self) -> Vec<QName> {
        if self.unknown.is_some() { Vec::new() } else { vec![self.name.clone()] }
    }

    /// Where nothing tells its name: the one table of the dump that has its form, which is said.
    pub fn settle(&mut self, catalog: &Catalog, diagnostics: &mut Vec<Diagnostic>) {
        let Some(reason) = &self.unknown else { return };
        let found: Vec<QName> = catalog
            .iter()
            .filter(|(_, entry)| matches!(&*entry.object, Object::Table(_)))
            .filter(|(oid, _)| {
                let columns = catalog.columns(*oid);
                columns.len() == 1 && columns.iter().all(|(_, column)| column.name.as_str() == "version_num")
            })
            .filter_map(|(oid, _)| catalog.qname(oid))
            .collect();
        let help = "Say which one it is: --version-table NAME, or the field for it among the options of the page.";
        match found.as_slice() {
            [only] => {
                if only.name != self.name.name {
                    let what =
                        format!("{only} is taken for Alembic's own table: no other one in the dump has its form.");
                    diagnostics.push(Diagnostic::info("version-table", what));
                }
                self.name = only.clone();
                self.unknown = None;
            }
            [] => {
                let what = format!("The name of Alembic's own table is not known: {reason}.");
                diagnostics.push(Diagnostic::warning("version-table", what).help(help));
            }
            several => {
                let names: Vec<String> = several.iter().map(ToString::to_string).collect();
                let what = format!("Which of {} is Alembic's own table here is not known: {reason}.", names.join(", "));
                diagnostics.push(Diagnostic::warning("version-table", what).help(help));
                self.several = true;
            }
        }
    }
}
