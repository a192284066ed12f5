use std::io::Write;

use base64::Engine as _;

use super::*;
use crate::pg::command::Opaque;
use crate::source::Sources;

const PLAIN: &str = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\n-- Dumped from database version 15.20 (Debian)\n\
-- Dumped by pg_dump version 15.20\n\nSET statement_timeout = 0;\n\n--\n-- Name: t; Type: TABLE; Schema: public; Owner: joe\n--\n\n\
CREATE TABLE public.t (\n    a integer,\n    b text\n);\n\n--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: joe\n--\n\n\
COPY public.t (a, b) FROM stdin;\n1\tx;'y\n2\t$$\n\\\\.\t3\n\\.\n\n\nCOPY public.alembic_version (version_num) FROM stdin;\nae10\nbf20\n\\.\n\n\
--\n-- Name: f(integer); Type: FUNCTION; Schema: public; Owner: -\n--\n\nCREATE FUNCTION public.f(a integer) RETURNS text\n    LANGUAGE sql\n    AS $_$ SELECT ';'; $_$;\n\n--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n";

fn read(bytes: &[u8], chunk: usize) -> (Dump, Sources) {
    let mut sources = Sources::default();
    let mut reader = DumpReader::new("d.sql");
    bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk));
    let dump = reader.finish().read(&DumpOptions::default(), &mut sources);
    (dump, sources)
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    read(bytes, 4096).0.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[track_caller]
fn check_plain(dump: &Dump, sources: &Sources) {
    assert_eq!(dump.diagnostics, []);
    let texts: Vec<&str> = dump.statements.iter().map(|statement| sources.text(statement.command.span)).collect();
    assert_eq!(texts.len(), 3, "{texts:?}");
    let lines: Vec<u32> =
        dump.statements.iter().map(|statement| sources.location(statement.command.span).line).collect();
    let original: Vec<u32> = ["SET st", "CREATE TABLE", "CREATE FUNCTION"]
        .iter()
        .map(|words| PLAIN.lines().position(|line| line.starts_with(words)).unwrap() as u32 + 1)
        .collect();
    assert_eq!(lines, original);
    assert!(sources.file(dump.statements[2].command.span.file).line(lines[2]).starts_with("CREATE FUNCTION"));
    assert_eq!(dump.statements[1].header.as_ref().unwrap().owner.as_ref().unwrap().as_str(), "joe");
    assert_eq!(dump.statements[2].header.as_ref().unwrap().name, "f(integer)");
    assert_eq!(dump.version_rows.values().next().unwrap(), &["ae10", "bf20"]);
    assert_eq!(dump.rows.values().copied().collect::<Vec<u64>>(), [2, 3]);
    assert_eq!(dump.pg_dump_version.as_deref(), Some("15.20"));
    assert_eq!(dump.started, None);
    assert!(dump.contents.complete && dump.contents.tables && !dump.contents.keys);
    assert!(!sources.iter().any(|(_, file)| file.text().contains("x;'y")), "row data was kept");
}

/// Chunks may end anywhere.
#[test]
fn plain_in_chunks_of_every_size() {
    for chunk in 1..80 {
        let (dump, sources) = read(PLAIN.as_bytes(), chunk);
        check_plain(&dump, &sources);
    }
    let (dump, sources) = read(PLAIN.as_bytes(), usize::MAX);
    check_plain(&dump, &sources);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn compressed_and_pasted() {
    let gz = gzip(PLAIN);
    let (dump, sources) = read(&gz, 100);
    check_plain(&dump, &sources);
    assert_eq!(codes(&gz[..gz.len() - 20]), ["dump-truncated"]);
    let digits = base64::engine::general_purpose::STANDARD.encode(&gz);
    let mut paste = "/app $ pg_dump -s $URL | gzip | base64 -w 76\r\n".to_string();
    for line in digits.as_bytes().chunks(76) {
        paste.push_str(std::str::from_utf8(line).unwrap());
        paste.push_str("\r\n");
    }
    paste.push_str("/app $ ");
    let (dump, sources) = read(paste.as_bytes(), 50);
    check_plain(&dump, &sources);
}

#[test]
fn utf_16_of_a_redirect() {
    let mut bytes = vec![0xff, 0xfe];
    bytes.extend(PLAIN.encode_utf16().flat_map(u16::to_le_bytes));
    let (dump, sources) = read(&bytes, 33);
    check_plain(&dump, &sources);
}

#[test]
fn inserts() {
    let sql = "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1,\n'x;');\nINSERT INTO t (a) VALUES (1), (2);\n\
               INSERT INTO public.alembic_version VALUES ('ae10');\nCREATE INDEX i ON t (a);\n";
    let (dump, sources) = read(sql.as_bytes(), 7);
    assert_eq!(dump.statements.len(), 2);
    assert_eq!(sources.location(dump.statements[1].command.span).line, 6);
    assert_eq!(dump.rows[&QName::bare("t")], 3);
    assert_eq!(dump.version_rows[&QName::new(Some("public".into()), "alembic_version")], ["ae10"]);
}

#[test]
fn several_databases() {
    let sql = "CREATE ROLE joe;\n\\connect template1\nSET a = 1;\n\\connect \"my db\"\nCREATE TABLE t (a int);\n\\connect other\nCREATE TABLE u (a int);\n";
    let (dump, _) = read(sql.as_bytes(), 64);
    assert_eq!(dump.databases, ["template1", "my db", "other"]);
    assert_eq!(dump.diagnostics[0].code, "dump-several-databases");
    let options = DumpOptions { database: Some("my db".into()), ..DumpOptions::default() };
    let dump = DumpText::of("d", sql.as_bytes()).read(&options, &mut Sources::default());
    assert_eq!((dump.diagnostics.len(), dump.statements.len()), (0, 1));
    // The same INSERT is of another database behind `\connect`, wherever a chunk ends.
    let rows = "INSERT INTO t VALUES (1, 2);\n";
    let before = format!("\\connect a\nCREATE TABLE t (x int);\n{}\\connect b\n", rows.repeat(4000));
    let mut reader = DumpReader::new("d");
    for piece in [before.as_str(), rows] {
        reader.feed(piece.as_bytes());
    }
    let dump = reader.finish().read(&DumpOptions::default(), &mut Sources::default());
    assert_eq!((dump.database.as_deref(), dump.rows.values().copied().collect::<Vec<u64>>()), (Some("a"), vec![4000]));
}

/// Whose rows are Alembic's is asked when all has passed by, so that a dump is read once.
#[test]
fn version_rows_of_any_name() {
    let rows = "COPY public.done (version_num) FROM stdin;\na1\n\\.\nCOPY public.t (id, version_num) FROM stdin;\n1\tb1\n\\.\n\
                INSERT INTO public.plain VALUES ('c1');\nINSERT INTO public.two VALUES (1, 'd1');\n\
                INSERT INTO public.plain VALUES ('c2');\nINSERT INTO public.many (version_num) VALUES ('e1'), ('e2');\n";
    let text = DumpText::of("d", rows.as_bytes());
    let of = |names: &[&str]| {
        let version_tables = names.iter().map(|name| QName::new(None, *name)).collect();
        let dump = text.read(&DumpOptions { version_tables, database: None }, &mut Sources::default());
        assert_eq!(dump.rows.values().sum::<u64>(), 7);
        dump.version_rows.into_iter().map(|(table, rows)| format!("{table} {}", rows.join(" "))).collect::<Vec<_>>()
    };
    assert_eq!(of(&["done"]), ["public.done a1"]);
    assert_eq!(of(&["t"]), ["public.t b1"]);
    assert_eq!(of(&["plain"]), ["public.plain c1 c2"]);
    assert_eq!(of(&["two"]), Vec::<String>::new());
    assert_eq!(of(&[]), ["public.done a1", "public.many e1 e2"]);
    let large = format!("COPY done (version_num) FROM stdin;\n{}\\.\n", "a\n".repeat(2000));
    assert_eq!(read(large.as_bytes(), 4096).0.version_rows.len(), 0);
}

/// INSERTs by the million are passed over; what stands between and behind them is found where it is.
#[test]
fn inserts_of_any_number() {
    let few = "INSERT INTO public.t VALUES (1, 'a;''b\n', NULL);\n".repeat(200);
    let odd = "INSERT INTO public.t VALUES (2, E'\\';', 3);\nINSERT INTO public.t VALUES (3, 'x'),\n\t(4, 'y');\n";
    let sql = format!(
        "CREATE TABLE public.t (a int);\n\n--\n-- Data\n--\n\n{few}{odd}{few}INSERT INTO public.t2 VALUES (1, 2);\n\
         INSERT INTO public.alembic_version VALUES ('a1');\n{few}ALTER TABLE public.t ADD CHECK (a > 0);\n{few}"
    );
    let line = sql.lines().position(|line| line.starts_with("ALTER")).unwrap() as u32 + 1;
    for chunk in [1, 7, 100, 4096, 1 << 20] {
        let (dump, sources) = read(sql.as_bytes(), chunk);
        let rows: Vec<String> = dump.rows.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
        assert_eq!(rows, ["public.alembic_version 1", "public.t 803", "public.t2 1"], "{chunk}");
        assert_eq!(dump.version_rows.values().next().unwrap(), &["a1"]);
        assert_eq!(dump.statements.len(), 2);
        assert_eq!(sources.location(dump.statements[1].command.span).line, line, "{chunk}");
        let kept: usize = sources.iter().map(|(_, file)| file.text().len()).sum();
        assert!(kept < 3000, "{kept} bytes of rows were kept");
    }
}

#[test]
fn bad_inputs() {
    assert_eq!(codes(b""), ["dump-empty"]);
    assert_eq!(codes(b" \n"), ["dump-empty"]);
    assert_eq!(codes(b"-- MySQL dump 10.13\nCREATE TABLE `t`;"), ["dump-other-system"]);
    assert_eq!(codes(b"CREATE TABLE t (a int"), ["dump-truncated"]);
    assert_eq!(codes(b"SELECT 'a"), ["dump-truncated"]);
    assert_eq!(codes(b"COPY t (a) FROM stdin;\n1\n"), ["dump-truncated"]);
    assert_eq!(codes(b"hello world;"), ["dump-not-sql"]);
    assert_eq!(codes(b"pg_dump: error: no password\n"), ["dump-failed"]);
    assert_eq!(codes(b"CREATE TABLE t (a int)"), Vec::<&str>::new());
    assert_eq!(codes(b"CREATE TABLE t\xff (a int);"), ["dump-encoding", "dump-not-sql"][..1].to_vec());
}

/// Dumps of one database that holds every kind of object, by real pg_dumps: nothing is refused, nothing is lost, and what
/// is modelled is not opaque.
#[test]
fn real_dumps_of_every_kind() {
    const DUMPS: &[(&str, &[u8])] = &[
        ("objects-15", include_bytes!("../../../tests/fixtures/dumps/objects-15.sql")),
        ("objects-18", include_bytes!("../../../tests/fixtures/dumps/objects-18.sql")),
        ("clean-inserts-16", include_bytes!("../../../tests/fixtures/dumps/clean-inserts-16.sql")),
        ("dumpall-15", include_bytes!("../../../tests/fixtures/dumps/dumpall-15.sql")),
    ];
    for (name, bytes) in DUMPS {
        let (dump, _) = read(bytes, 1000);
        assert_eq!(dump.diagnostics, [], "{name}");
        assert_eq!(dump.version_rows.values().next().unwrap(), &["ae1027a6acf", "bf20"], "{name}");
        assert_eq!(dump.rows[&QName::new(Some("app".into()), "parent")], 2, "{name}");
        assert!(dump.contents.keys && dump.contents.foreign_keys && dump.contents.owners, "{name}");
        for statement in &dump.statements {
            let command = &statement.command.node;
            let again = crate::sql::statement::parse_one(&command.to_string());
            assert_eq!(again.as_ref(), Some(command), "{name}: {command}");
            if let Command::Opaque(Opaque::Statement { touches, text, .. }) = command {
                assert!(touches.is_some(), "{name}: {text}");
                let unmodelled = ["TEXT SEARCH", "EVENT", "PUBLICATION", "FOREIGN", "ENFORCED", "WITHOUT OVERLAPS"];
                assert!(unmodelled.iter().any(|words| text.contains(words)), "{name}: {text}");
            }
        }
        let names = [
            "VIEW app.grp",
            "TABLE app.parent",
            "INDEX e2",
            "TYPE app.mood",
            "FUNCTION app.atomic",
            "STATISTICS public.st",
        ];
        for words in names {
            let found = dump.statements.iter().any(|statement| statement.command.node.to_string().contains(words));
            assert!(found, "{name}: {words}");
        }
    }
}

/// What pg_dump writes of a database without anything in it, and of one whose schema was left out.
#[test]
fn an_empty_database_is_no_part_of_one() {
    let head = "--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 16.1\n-- Dumped by pg_dump version 16.1\n\nSET client_encoding = 'UTF8';\n";
    let tail = "\n--\n-- PostgreSQL database dump complete\n--\n\n";
    let contents = |middle: &str| read(format!("{head}{middle}{tail}").as_bytes(), usize::MAX).0.contents;
    assert!(contents("").nothing);
    let public = "--\n-- Name: public; Type: SCHEMA; Schema: -; Owner: postgres\n--\n\nALTER SCHEMA public OWNER TO postgres;\n\n--\n-- Name: SCHEMA public; Type: ACL; Schema: -; Owner: postgres\n--\n\nGRANT ALL ON SCHEMA public TO PUBLIC;\n";
    assert!(contents(public).nothing);
    let rows = "--\n-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: joe\n--\n\nCOPY public.t (a) FROM stdin;\n\\.\n";
    assert!(!contents(rows).nothing);
    let schema = "--\n-- Name: app; Type: SCHEMA; Schema: -; Owner: joe\n--\n\nCREATE SCHEMA app;\n";
    assert!(contents(schema).tables && !contents(schema).nothing);
    assert!(!read(head.as_bytes(), usize::MAX).0.contents.nothing, "it may go on");
}
