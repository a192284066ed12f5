//! Secrets that dumps, logs and revisions hold are in no file that is handed over.

use restamp::report::{Input, InputFile};

const REVISION: &str = "from alembic import op
import sqlalchemy as sa

revision = 'a1'
down_revision = None


def upgrade():
    op.create_table('users', sa.Column('id', sa.Integer(), primary_key=True), sa.Column('email', sa.Text()))
    op.execute(\"DROP USER MAPPING IF EXISTS FOR app SERVER far\")
    op.get_bind().execute(sa.text('SELECT 1'), {'dsn': 'postgresql://app:planted1@db/shop'})
    op.execute(f\"UPDATE users SET email = 'host=db password=planted2' WHERE email = '{load('postgresql://app:planted3@db/shop')}'\")
";

const DUMP: &str = "--
-- PostgreSQL database dump
--
-- Dumped from database version 16.2

CREATE ROLE app PASSWORD 'planted4';
CREATE EXTENSION postgres_fdw WITH SCHEMA public;
CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host 'h');
CREATE USER MAPPING FOR app SERVER far OPTIONS (password 'planted5', \"user\" 'u');
CREATE SUBSCRIPTION sub CONNECTION 'host=h password=planted6' PUBLICATION p WITH (connect = false);
CREATE TABLE public.alembic_version (version_num character varying(32) NOT NULL);
CREATE TABLE public.users (id integer NOT NULL, email text);
COMMENT ON TABLE public.users IS 'see postgresql://app:planted7@db/shop';

COPY public.alembic_version (version_num) FROM stdin;
\\.

COPY public.users (id, email) FROM stdin;
1\tplanted8
\\.

--
-- PostgreSQL database dump complete
--
";

const LOG: &str = "INFO  [alembic.runtime.migration] Running upgrade  -> a1
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to postgresql://app:planted9@db/shop failed
sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) could not create unique index \"users_email_key\"
DETAIL:  Key (email)=(planted10) is duplicated.

[SQL: INSERT INTO users (email) VALUES (%(email)s)]
[parameters: {'email': 'planted11'}]
";

#[test]
fn no_secret_is_handed_over() {
    let file = |path: &str, text: &str| InputFile { path: path.to_string(), bytes: text.into() };
    let env =
        "config.set_main_option('sqlalchemy.url', 'postgresql://app:planted12@db/shop')\nload = unknown_module.load\n";
    let input = Input {
        files: vec![
            file("migrations/env.py", env),
            file("migrations/versions/a1.py", REVISION),
            file(
                "alembic.ini",
                "[alembic]\nscript_location = migrations\nsqlalchemy.url = postgresql://app:planted13@db/shop\n",
            ),
        ],
        dump: Some(file("dump.sql", DUMP)),
        log: Some(file("deploy.log", LOG)),
        ..Input::default()
    };
    let report = restamp::analyze(&input, &mut |_| ());
    let mut texts = vec![("report", format!("{report:?}"))];
    for plan in report.plans.iter().map(Some).chain([None]) {
        texts.extend(report.files(plan).into_iter().map(|file| (file.name, file.text)));
    }
    // The secrets were read: what is shown of them is hidden.
    assert!(texts.iter().any(|(_, text)| text.contains("********")), "nothing was hidden");
    for (name, text) in texts {
        for line in text.lines() {
            assert!(!line.contains("planted"), "{name}: {line}");
        }
    }
}
