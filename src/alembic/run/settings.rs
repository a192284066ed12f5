//! What `env.py`, `alembic.ini` and the command line say about a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::alembic::project::Arguments;
use crate::pg::error::Reason;
use crate::pg::ident::Ident;

/// The DBAPI. They differ in what a raw `COMMIT` does and in how they read driver-level SQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Driver {
    /// `postgresql+psycopg2`, SQLAlchemy's default.
    #[default]
    Psycopg2,
    /// `postgresql+psycopg`
    Psycopg,
    /// `postgresql+asyncpg`
    Asyncpg,
}

impl Driver {
    /// `dialect.driver`
    pub fn name(self) -> &'static str {
        match self {
            Driver::Psycopg2 => "psycopg2",
            Driver::Psycopg => "psycopg",
            Driver::Asyncpg => "asyncpg",
        }
    }
}

/// The settings of a run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `transaction_per_migration`
    pub transaction_per_migration: bool,
    /// Each statement is committed by itself, whatever Alembic begins.
    pub autocommit: bool,
    /// Why it is not known which statements share a transaction, where it is not.
    pub transactions_unknown: Option<Reason>,
    /// The DBAPI.
    pub driver: Driver,
    /// `version_table`
    pub version_table: Ident,
    /// `version_table_schema`
    pub version_table_schema: Option<Ident>,
    /// The engine of Flask-Migrate's multidb layout: `upgrade(engine_name)` is called with it.
    pub engine: Option<String>,
    /// What else `upgrade(…)` is called with.
    pub arguments: Arguments,
    /// The options of Alembic's section of `alembic.ini`.
    pub main_options: BTreeMap<String, String>,
    /// Why names may mean other objects than those of `search_path`: what `env.py` does before it migrates.
    pub prelude: Option<Reason>,
    /// The text of `env.py`: an option that it names may be set there.
    pub env_text: Arc<str>,
    /// `env.py` is Flask-Migrate's: what it migrates is the database of the application's own engine.
    pub flask: bool,
    /// SQLAlchemy's major version, where the project's requirements tell it.
    pub sqlalchemy: Option<u32>,
    /// What `alembic -x` was given is not known; plain commands give nothing.
    pub any_arguments: bool,
    /// `server_version_num`, e.g. 150004, where the dump's header tells it.
    pub server_version: Option<u32>,
    /// The `search_path` of Alembic's connection.
    pub search_path: Vec<Ident>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            transaction_per_migration: false,
            autocommit: false,
            transactions_unknown: None,
            driver: Driver::default(),
            version_table: Ident::new("alembic_version"),
            version_table_schema: None,
            engine: None,
            arguments: Arguments::default(),
            main_options: BTreeMap::new(),
            prelude: None,
            env_text: "".into(),
            flask: false,
            sqlalchemy: None,
            any_arguments: false,
            server_version: None,
            search_path: vec![Ident::new("public")],
        }
    }
}
