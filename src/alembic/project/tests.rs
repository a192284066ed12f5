use super::*;

fn read_all(files: &[(&str, &str)]) -> (Project, Vec<Diagnostic>, Sources) {
    let mut sources = Sources::default();
    let files = files.iter().map(|(path, text)| InputFile { path: path.to_string(), bytes: text.as_bytes().to_vec() });
    let (project, diagnostics) = read(files.collect(), &ProjectOptions::default(), &mut sources);
    (project, diagnostics, sources)
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&'static str> {
    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

const A: &str = "revision = 'a'\ndown_revision = None\n";
const B: &str = "\"\"\"add x\n\nRevises: a\"\"\"\nfrom typing import Union\nrevision: str = \"b\"\ndown_revision: Union[str, None] = ('a',)\n";

#[test]
fn a_folder_with_revisions_is_enough() {
    let (project, diagnostics, _) =
        read_all(&[("versions/b.py", B), ("versions/a.py", A), ("versions/__init__.py", "")]);
    assert_eq!(codes(&diagnostics), [] as [&str; 0]);
    let environment = project.choose(None).expect("one");
    let graph = environment.graph();
    assert_eq!(graph.heads(), ["b".into()]);
    assert_eq!(graph.get("b").map(|revision| revision.message.as_str()), Some("add x"));
}

#[test]
fn an_empty_text_is_no_revision() {
    let first = "revision = 'a'\ndown_revision = ''\ndepends_on = ''\n";
    let (project, diagnostics, _) = read_all(&[("versions/a.py", first)]);
    assert_eq!(codes(&diagnostics), [] as [&str; 0]);
    assert_eq!(project.choose(None).expect("one").graph().heads(), ["a".into()]);
}

#[test]
fn alembic_ini_names_several_version_locations() {
    let ini = "[alembic]\nscript_location = %(here)s/db\n# c\nversion_locations =\n    %(here)s/one\n    %(here)s/two\npath_separator = newline\n";
    let (project, _, _) =
        read_all(&[("app/alembic.ini", ini), ("app/one/a.py", A), ("app/two/b.py", B), ("app/db/env.py", "")]);
    let environment = project.choose(None).expect("one");
    assert_eq!(environment.version_locations, ["app/one", "app/two"]);
    assert_eq!(environment.name, "app/db");
    assert_eq!(environment.graph().heads(), ["b".into()]);
}

#[test]
fn pyproject_and_recursive_locations() {
    let toml = "[tool.alembic]\nscript_location = \"%(here)s/m\"\nrecursive_version_locations = true\n";
    let (project, _, _) = read_all(&[("pyproject.toml", toml), ("m/versions/x/a.py", A), ("m/versions/y/b.py", B)]);
    assert_eq!(project.choose(None).expect("one").revisions.len(), 2);
}

#[test]
fn a_copy_of_a_build_is_not_meant() {
    let files = [("app/m/versions/a.py", A), ("build/lib/app/m/versions/a.py", A)];
    let (project, diagnostics, _) = read_all(&files);
    assert_eq!(project.choose(None).expect("one").version_locations, ["app/m/versions"]);
    assert_eq!(codes(&diagnostics), ["environment-copied"]);
    assert_eq!(
        project.choose(Some("build/lib/app/m/versions")).expect("named").version_locations,
        ["build/lib/app/m/versions"]
    );
    // An old build is another history.
    let (project, ..) = read_all(&[files[0], files[1], ("app/m/versions/b.py", B)]);
    project.choose(None).expect_err("two");
}

#[test]
fn two_histories_are_two_environments() {
    let (project, _, _) = read_all(&[("x/versions/a.py", A), ("y/versions/a.py", A)]);
    let error = project.choose(None).expect_err("two");
    assert!(error.message.contains("x/versions, y/versions"), "{}", error.message);
    assert_eq!(project.choose(Some("y")).expect("one").version_locations, ["y/versions"]);
}

#[test]
fn a_place_of_revisions_wins_over_the_folder_of_another() {
    let (project, _, _) = read_all(&[("x/versions/a.py", A), ("x/versions/legacy/b.py", A)]);
    assert_eq!(project.choose(Some("x/versions")).expect("one").version_locations, ["x/versions"]);
}

#[test]
fn a_folder_per_database_system_means_postgresql() {
    let env = "from alembic import context\n";
    let (project, _, _) =
        read_all(&[("m/env.py", env), ("m/versions/postgresql/a.py", A), ("m/versions/sqlite/a.py", A)]);
    assert_eq!(project.environments.len(), 2);
    assert_eq!(project.choose(None).expect("PostgreSQL").version_locations, ["m/versions/postgresql"]);
}

#[test]
fn a_file_that_is_no_python_keeps_its_place() {
    let broken = "revision = 'b'  # x\ndown_revision = (\n    'a',  # the first\n)\ndef upgrade(:\n";
    let (project, diagnostics, sources) = read_all(&[("versions/a.py", A), ("versions/b.py", broken)]);
    let environment = project.choose(None).expect("one");
    assert_eq!(environment.graph().heads(), ["b".into()]);
    assert!(!environment.revisions[1].parsed);
    assert_eq!(codes(&diagnostics), ["python-syntax"]);
    let span = diagnostics[0].span.expect("a place");
    assert_eq!(sources.location(span).line, 5);
}

#[test]
fn bad_files_are_named() {
    let mut sources = Sources::default();
    let files = vec![
        InputFile { path: "versions/a.py".into(), bytes: A.into() },
        InputFile { path: "versions/b.py".into(), bytes: vec![0xff, 0xfe, 0x00] },
        InputFile { path: "versions/c.py".into(), bytes: b"x = 1\n".to_vec() },
        InputFile { path: "versions/d.py".into(), bytes: b"revision = make()\ndown_revision = 'a'\n".to_vec() },
        InputFile { path: "dump.sql".into(), bytes: vec![b' '; MAX_FILE_BYTES as usize + 1] },
        InputFile { path: "x.zip".into(), bytes: b"PK\x03\x04 no zip".to_vec() },
    ];
    let (project, diagnostics) = read(files, &ProjectOptions::default(), &mut sources);
    let mut found = codes(&diagnostics);
    found.sort_unstable();
    assert_eq!(found, ["archive-unreadable", "file-too-large", "no-revision", "not-utf8", "revision-not-literal"]);
    assert_eq!(project.choose(None).expect("one").revisions.len(), 1);
}

#[test]
fn nothing_and_only_compiled_files() {
    assert_eq!(codes(&read_all(&[]).1), ["empty-input"]);
    assert_eq!(codes(&read_all(&[("versions/__pycache__/a.pyc", "")]).1), ["only-compiled"]);
}

#[test]
fn env_py_is_read_and_not_run() {
    let env = "from alembic import context\nfrom app.models import Base\nfrom app.db import Manager\n\
               target_metadata = Base.metadata\nTABLE = 'versions_' + 'x'\n\
               def offline():\n    context.configure(url='x', version_table='other')\n\
               def online(connection):\n    context.configure(connection=connection, target_metadata=target_metadata,\n\
               \x20       version_table=TABLE, transaction_per_migration=True, version_table_schema=Manager.schema,\n\
               \x20       include_schemas=choose())\n";
    let models = "from sqlalchemy.orm import DeclarativeBase\nfrom .meta import metadata\n\
                  class Base(DeclarativeBase):\n    metadata = metadata\n";
    let meta = "from sqlalchemy import MetaData\nCONVENTION = {'pk': 'pk_%(table_name)s'}\n\
                metadata = MetaData(naming_convention=CONVENTION)\n";
    let db = "class Manager:\n    schema = 'own'\n";
    let (project, _, sources) = read_all(&[
        ("m/versions/a.py", A),
        ("m/env.py", env),
        ("app/__init__.py", ""),
        ("app/models.py", models),
        ("app/meta.py", meta),
        ("app/db.py", db),
    ]);
    let settings = &project.choose(None).expect("one").settings;
    assert_eq!(settings.version_table.known().as_deref(), Some("versions_x"));
    assert_eq!(settings.version_table_schema.known(), Some(Some("own".to_string())));
    assert_eq!(settings.transaction_per_migration.known(), Some(true));
    assert_eq!(settings.render_as_batch.known(), Some(false));
    let reason = settings.include_schemas.unknown().expect("a call is not a literal");
    assert_eq!(sources.location(reason.span.expect("a place")).line, 11);
    assert_eq!(settings.naming_convention.known(), Some(vec![("pk".to_string(), "pk_%(table_name)s".into())]));
}

#[test]
fn flask_migrate_takes_its_settings_from_the_application() {
    let env = "from flask import current_app\nfrom alembic import context\n\
               def run():\n    conf_args = current_app.extensions['migrate'].configure_args\n\
               \x20   context.configure(connection=connection, target_metadata=get_metadata(), **conf_args)\n";
    let alone = [("migrations/versions/a.py", A), ("migrations/env.py", env)];
    let (project, _, _) = read_all(&alone);
    let environment = project.choose(None).expect("one");
    assert!(environment.flask);
    assert!(environment.settings.render_as_batch.unknown().is_some());
    let app = "from flask_migrate import Migrate\nmigrate = Migrate(app, db, render_as_batch=True)\n";
    let (project, _, _) = read_all(&[alone[0], alone[1], ("app.py", app)]);
    let settings = &project.choose(None).expect("one").settings;
    assert_eq!(settings.render_as_batch.known(), Some(true));
    assert_eq!(settings.version_table.known().as_deref(), Some("alembic_version"));
}

#[test]
fn paths_are_normalized() {
    assert_eq!(normalize("./a//b/../c\\d.py"), "a/c/d.py");
    assert_eq!(normalize("/a/./b"), "/a/b");
}

#[test]
fn the_convention_of_a_registry_is_found_through_a_package() {
    let env = "from alembic import context\nfrom app import models\ntarget_metadata = models.base.Base.metadata\n\
               context.configure(connection=x, target_metadata=target_metadata)\n";
    let base = "from typing import TYPE_CHECKING, Any\nfrom sqlalchemy import MetaData\nfrom sqlalchemy.orm import registry\n\
                convention = {'ix': 'idx_%(column_0_label)s'}\nmetadata = MetaData(naming_convention=convention)\n\
                mapper_registry = registry(metadata=metadata)\n\
                if TYPE_CHECKING:\n    Base = Any\nelse:\n    Base = mapper_registry.generate_base()\n";
    let (project, _, _) = read_all(&[
        ("m/versions/a.py", A),
        ("m/env.py", env),
        ("app/__init__.py", ""),
        ("app/models/__init__.py", "def lazy(): pass\n"),
        ("app/models/base.py", base),
    ]);
    let settings = &project.choose(None).expect("one").settings;
    let known = settings.naming_convention.known();
    assert_eq!(known, Some(vec![("ix".to_string(), "idx_%(column_0_label)s".into())]), "{settings:?}");
}

#[test]
fn the_convention_of_what_configure_is_given() {
    let env = "from alembic import context\n\
               def _metadata():\n    \"\"\"Late.\"\"\"\n    from app.db import Base as _Base\n    return _Base.metadata\n\
               def offline():\n    target_metadata = _metadata()\n    context.configure(url='x', target_metadata=target_metadata)\n\
               def online(connection):\n    target_metadata = _metadata()\n\
               \x20   context.configure(connection=connection, target_metadata=target_metadata)\n";
    let db = "from sqlalchemy import MetaData\nfrom sqlalchemy.orm import DeclarativeBase\n\
              class Base(DeclarativeBase):\n    metadata = MetaData(naming_convention={'pk': 'pk_%(table_name)s'})\n";
    let known = |env: &str| {
        let (project, _, _) = read_all(&[("m/versions/a.py", A), ("m/env.py", env), ("app/db.py", db)]);
        project.choose(None).expect("one").settings.naming_convention.known()
    };
    let convention = Some(vec![("pk".to_string(), "pk_%(table_name)s".into())]);
    assert_eq!(known(env), convention);
    let direct = "from alembic import context\nfrom app.db import Base\ntarget_metadata = None\ntarget_metadata = Base.metadata\n\
                  def online(connection):\n    context.configure(connection=connection, target_metadata=target_metadata)\n";
    assert_eq!(known(direct), convention);
    assert_eq!(known(&direct.replace("=target_metadata)", "=Base.metadata)")), convention);
    // Two calls that are given two metadata.
    assert_eq!(known(&format!("{direct}    context.configure(url='x', target_metadata=None)\n")), None);
    assert_eq!(known(&direct.replace("(connection):", "(connection, target_metadata):")), None);
}

#[test]
fn the_convention_of_a_flask_extension_of_the_projects_own() {
    let env = "from flask import current_app\nfrom alembic import context\n\
               target_metadata = current_app.extensions['migrate'].db.metadata\n\
               def run():\n    context.configure(connection=connection, target_metadata=target_metadata)\n";
    let known = |db: &str| {
        let (project, _, _) = read_all(&[("m/versions/a.py", A), ("m/env.py", env), ("app/db.py", db)]);
        project.choose(None).expect("one").settings.naming_convention.known()
    };
    let imports = "from flask_sqlalchemy import SQLAlchemy\nfrom sqlalchemy import MetaData\n\
                   class Database(SQLAlchemy):\n    def enforce(self): pass\n";
    let convention = Some(vec![("pk".to_string(), "pk_%(table_name)s".into())]);
    let given = "db = Database(metadata=MetaData(naming_convention={'pk': 'pk_%(table_name)s'}))\n";
    assert_eq!(known(&format!("{imports}{given}")), convention);
    let later = "db = SQLAlchemy()\ndb.Model.metadata.naming_convention = {'pk': 'pk_%(table_name)s'}\n";
    assert_eq!(known(&format!("{imports}{later}")), convention);
    assert_eq!(known(&format!("{imports}{}", later.replace("{'pk': 'pk_%(table_name)s'}", "own()"))), None);
}

#[test]
fn an_option_of_the_ini_file_reaches_configure() {
    let ini = "[alembic]\nscript_location = m\nversion_table = own_%(suffix)s\nsuffix = v\n[app]\nschema = tenant\n";
    let env = "from alembic import context\nconfig = context.config\n\
               config.set_main_option('sqlalchemy.url', url)\nSCHEMA = config.get_section_option('app', 'schema')\n\
               def run():\n    context.configure(connection=connection, target_metadata=None,\n\
               \x20       version_table=config.get_main_option('version_table', 'x'), version_table_schema=SCHEMA)\n";
    let settings = |ini: &str, env: &str| {
        let (project, _, _) = read_all(&[("alembic.ini", ini), ("m/versions/a.py", A), ("m/env.py", env)]);
        let settings = &project.choose(None).expect("one").settings;
        (settings.version_table.known(), settings.version_table_schema.known())
    };
    let text = |text: &str| Some(text.to_string());
    assert_eq!(settings(ini, env), (text("own_v"), Some(text("tenant"))));
    let without = ini.replace("version_table = own_%(suffix)s\n", "").replace("schema =", "other =");
    assert_eq!(settings(&without, env), (text("x"), Some(None)));
    // What env.py sets itself is not followed.
    assert_eq!(settings(ini, &env.replace("'sqlalchemy.url'", "name")), (None, None));
}

#[test]
fn a_convention_is_found_behind_the_name_that_env_py_imports() {
    let env = |import: &str, name: &str| {
        format!(
            "from alembic import context\nfrom sqlmodel import SQLModel\n{import}\ntarget_metadata = SQLModel.metadata\n\
             target_metadata.naming_convention = {name}\n\
             def online(c):\n    context.configure(connection=c, target_metadata=target_metadata)\n"
        )
    };
    let naming = "NAMES = {'pk': 'pk_%(table_name)s'}\n";
    let known = |env: &str| {
        let files = [
            ("app/migrations/versions/a.py", A),
            ("app/migrations/env.py", env),
            ("app/naming.py", naming),
            ("app/__init__.py", ""),
        ];
        let (project, ..) = read_all(&files);
        project.choose(None).expect("one").settings.naming_convention.known()
    };
    let expected = Some(vec![("pk".to_string(), "pk_%(table_name)s".into())]);
    assert_eq!(known(&env("from app.naming import NAMES", "NAMES")), expected);
    assert_eq!(known(&env("from app import naming", "naming.NAMES")), expected);
    assert_eq!(known(&env("from other import NAMES", "NAMES")), None);
}

#[test]
fn autocommit_is_known_where_env_py_opens_one_connection() {
    let autocommit = |env: &str| {
        let env =
            format!("from alembic import context\n{env}\n    context.configure(connection=c, target_metadata=None)\n");
        let (project, ..) = read_all(&[("m/versions/a.py", A), ("m/env.py", &env)]);
        project.choose(None).expect("one").settings.autocommit.known()
    };
    let level = "isolation_level='AUTOCOMMIT'";
    let connect = "def run():\n    c = engine.connect()";
    assert_eq!(autocommit(connect), Some(false));
    assert_eq!(autocommit(&format!("{connect}.execution_options({level})")), Some(true));
    assert_eq!(autocommit(&format!("engine = create_engine(url, {level})\n{connect}")), Some(true));
    assert_eq!(
        autocommit(&format!("engine = create_engine(url, isolation_level='SERIALIZABLE')\n{connect}")),
        Some(false)
    );
    let schema = format!("{connect}.execution_options({level})\n    c.execute(schema)\n    c = engine.connect()");
    assert_eq!(autocommit(&schema), None);
    assert_eq!(autocommit(&format!("{connect}\n    if one():\n        c = c.execution_options({level})")), None);
}

/// skypilot: a section per database, and a folder above all their revisions.
#[test]
fn a_section_is_found_by_its_version_location() {
    let ini = "[DEFAULT]\nscript_location = %(here)s/db\n\n[jobs]\nversion_locations = %(here)s/db/jobs\nversion_table = v_jobs\n\n\
        [state]\nversion_locations = %(here)s/db/state\n";
    let (project, _, _) = read_all(&[
        ("alembic.ini", ini),
        ("db/env.py", "from alembic import context"),
        ("db/jobs/a.py", A),
        ("db/state/a.py", A),
    ]);
    let environment = project.choose(Some("db/jobs")).expect("one");
    assert_eq!((environment.section.as_deref(), environment.version_locations.len()), (Some("jobs"), 1));
    assert_eq!(project.environments.len(), 2);
}

#[test]
fn what_env_py_does_before_it_migrates() {
    let prelude = |env: &str| {
        let text = format!("from alembic import context\n{env}\ncontext.configure(connection=c)\n");
        let (project, ..) = read_all(&[("alembic/versions/a.py", A), ("alembic/env.py", text.as_str())]);
        project.choose(None).expect("one").settings.prelude.as_ref().map(|reason| reason.kind)
    };
    assert_eq!(prelude("c.execute(text('SET search_path TO app'))"), Some("env"));
    assert_eq!(prelude("c.execute(f'CREATE SCHEMA IF NOT EXISTS {schema}')"), Some(super::OF_SCHEMA));
    let both = "c.execute(text('CREATE SCHEMA IF NOT EXISTS app'))\nc.execute(text('SET search_path TO app'))";
    assert_eq!(prelude(both), Some("env"));
    assert_eq!(prelude("if schema:\n    c.execute(text('SET search_path TO app'))"), None);
    assert_eq!(prelude("c.execute(text('SELECT 1'))"), None);
}
