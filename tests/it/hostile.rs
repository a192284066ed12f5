//! Names that try to break out: of SQL, of comments, of a shell, of a line.

use std::io::Write;
use std::process::{Command, Stdio};

use restamp::report::{Input, InputFile, Plan, Report};
use restamp::sql::statement::parse;

const NAMES: [&str; 12] = [
    "a\"b",
    "it's",
    "two words",
    "x;DROP TABLE users",
    "x -- y",
    "line\nbreak",
    "cr\rlf\r\n;SELECT 1",
    "🦀",
    "$restamp$",
    "$(touch pwned)",
    "`touch pwned`",
    "$ddl$; */ \\",
];

/// A revision of that name. Alembic itself forbids `-` in one.
fn id(name: &str, number: u32) -> String {
    format!("{}{number}", name.replace('-', "_"))
}

/// A project whose first revision makes a table and whose second adds a column, all of that name, and a dump that has the
/// column but not what comes with it.
fn case(name: &str) -> Report {
    // Rust writes these names as Python does.
    let python = format!("{name:?}");
    let revision = |id: &str, down: &str, body: &str| {
        InputFile {
        path: format!("versions/{id}.py"),
        bytes: format!(
            "import sqlalchemy as sa\nfrom alembic import op\nrevision = {id:?}\ndown_revision = {down}\n\n\ndef upgrade():\n{body}\n"
        )
        .into(),
    }
    };
    let (first, second) = (id(name, 1), id(name, 2));
    let files = vec![
        revision(
            &first,
            "None",
            &format!(
                "    op.create_table({python}, sa.Column('id', sa.Integer(), autoincrement=False), sa.PrimaryKeyConstraint('id', name='pk'))"
            ),
        ),
        revision(
            &second,
            &format!("{first:?}"),
            &format!(
                "    op.add_column({python}, sa.Column({python}, sa.Text(), server_default={python}))\n    op.add_column({python}, sa.Column('later', sa.Text(), comment={python}))"
            ),
        ),
    ];
    let quoted = format!("\"{}\"", name.replace('"', "\"\""));
    let value = format!("'{}'", name.replace('\'', "''"));
    let dump = format!(
        "-- Dumped by pg_dump version 16.2\n\nCREATE TABLE public.{quoted} (\n id integer NOT NULL,\n {quoted} text DEFAULT {value}::text\n);\n\n\
         ALTER TABLE ONLY public.{quoted} ADD CONSTRAINT pk PRIMARY KEY (id);\n\n-- PostgreSQL database dump complete\n"
    );
    let dump = InputFile { path: format!("{name}.sql"), bytes: dump.into() };
    let input = Input { files, dump: Some(dump), stamped: Some(Vec::new()), ..Input::default() };
    restamp::analyze(&input, &mut |_| ())
}

#[track_caller]
fn recommended<'r>(name: &str, report: &'r Report) -> &'r Plan {
    report.plans.iter().find(|plan| plan.recommended).unwrap_or_else(|| panic!("{name:?}: {report:#?}"))
}

#[test]
fn names_stay_names_in_sql() {
    for name in NAMES {
        let report = case(name);
        let plan = recommended(name, &report);
        assert_eq!(plan.to, [id(name, 2)]);
        for (what, text) in [
            ("fix", &plan.fix_sql),
            ("undo", &plan.undo_sql),
            ("stamp", &plan.stamp_sql),
            ("check", &plan.check_sql),
            ("verify", &plan.verify_sql),
        ] {
            assert!(!text.is_empty(), "{name:?} {what}");
            for statement in parse(text) {
                assert!(statement.refused.is_none(), "{name:?} {what}: {:?}\n{text}", statement.refused);
                let words = [
                    "BEGIN",
                    "COMMIT",
                    "SET",
                    "LOCK",
                    "DO",
                    "SELECT",
                    "WITH o AS (\n  SELECT",
                    "CREATE TABLE IF NOT EXISTS",
                    "DROP TABLE public.alembic_version",
                    "DROP TABLE alembic_version",
                ];
                let text = &text[statement.range.clone()];
                let text = text
                    .lines()
                    .skip_while(|line| line.is_empty() || line.starts_with("--"))
                    .collect::<Vec<_>>()
                    .join("\n");
                assert!(words.iter().any(|word| text.starts_with(word)), "{name:?} {what}: {text}");
            }
        }
        let inner = executed(&plan.fix_sql);
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        assert!(
            inner.iter().any(|text| text.starts_with("ALTER TABLE") && text.contains(&quoted)),
            "{name:?}: {inner:#?}"
        );
        for text in inner {
            let statements = parse(&text);
            assert_eq!(statements.len(), 1, "{name:?}: {text}");
            assert!(statements[0].refused.is_none(), "{name:?}: {text}");
        }
    }
}

/// The texts that a script hands to EXECUTE in dollar quotes.
fn executed(script: &str) -> Vec<String> {
    let mut rest = script;
    let mut found = Vec::new();
    while let Some(at) = rest.find("EXECUTE $") {
        let body = &rest[at + "EXECUTE ".len()..];
        let tag = &body[..body[1..].find('$').expect("a tag") + 2];
        let end = body[tag.len()..].find(tag).expect("its end");
        found.push(body[tag.len()..tag.len() + end].trim().to_string());
        rest = &body[tag.len() + end + tag.len()..];
    }
    found
}

/// What a POSIX shell makes of a line, without running it: each word on a line of its own, ended by NUL.
fn words(line: &str) -> Vec<String> {
    let folder = std::env::temp_dir();
    let script =
        format!("alembic() {{ printf '%s\\0' alembic \"$@\"; }}\nflask() {{ printf '%s\\0' flask \"$@\"; }}\n{line}\n");
    let mut child =
        Command::new("sh").current_dir(folder).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("sh runs");
    child.stdin.take().expect("its input").write_all(script.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{line}");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.split_terminator('\0').map(str::to_string).collect()
}

#[test]
fn names_stay_words_in_a_shell() {
    for name in NAMES {
        let report = case(name);
        let commands: Vec<&String> =
            report.plans.iter().flat_map(|plan| plan.commands.alembic.iter().chain(&plan.commands.flask)).collect();
        assert!(!commands.is_empty());
        let stamps: Vec<Vec<String>> =
            commands.iter().map(|line| words(line)).filter(|words| words.contains(&"stamp".to_string())).collect();
        assert!(!stamps.is_empty(), "{name:?}");
        for stamp in stamps {
            let last = stamp.last().expect("a revision").as_str();
            assert!(last == "base" || last == id(name, 1) || last == id(name, 2), "{name:?}: {stamp:?}");
        }
        // The file of commands is comments and commands; a name must not end a comment.
        let file = report.files(report.plan()).into_iter().find(|file| file.name == "commands.txt").expect("commands");
        let quiet = format!("psql() {{ :; }}\nDATABASE_URL=x\n{}", file.text);
        let ran = words(&quiet);
        assert!(
            ran.iter().all(|word| !word.contains("pwned") || *word == id(name, 1) || *word == id(name, 2)),
            "{ran:?}"
        );
    }
    assert!(!std::env::temp_dir().join("pwned").exists());
}

#[test]
fn names_end_no_line_of_the_text_and_steer_no_terminal() {
    let report = case("x\u{1b}[2J\ny");
    let markdown = report.markdown();
    assert!(!markdown.contains("\ny\""), "{markdown}");
    #[cfg(feature = "cli")]
    assert!(!anstream_free(&restamp::cli::text::render(&report)).contains('\u{1b}'));
}

/// Without the colours, which are the program's own.
#[cfg(feature = "cli")]
fn anstream_free(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        plain.push_str(&rest[..at]);
        let code = &rest[at + 2..];
        match code.find(|c: char| !(c.is_ascii_digit() || c == ';')) {
            Some(end) if code[end..].starts_with('m') => rest = &code[end + 1..],
            _ => {
                plain.push('\u{1b}');
                rest = code;
            }
        }
    }
    plain + rest
}
