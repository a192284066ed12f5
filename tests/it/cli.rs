//! The command line as a new user meets it.
#![cfg(feature = "cli")]

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/sample/project");
const DUMP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/sample/dump.sql");
const LOG: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/www/sample/deploy.log");

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_restamp"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn run(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program runs")
}

fn fed(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = command(arguments).stdin(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("its input").write_all(input).expect("it reads");
    child.wait_with_output().expect("it ends")
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[track_caller]
fn json(output: &Output) -> serde_json::Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("restamp-cli-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

fn path(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

#[test]
fn the_sample_as_text() {
    let output = run(&["analyze", SAMPLE, "--dump", DUMP, "--log", LOG]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    assert!(!text.contains('\u{1b}'), "no colours where there is no terminal");
    let at = |words: &str| text.find(words).unwrap_or_else(|| panic!("{words}: {text}"));
    let order = [
        at("The schema is nearest to `91d3c7a5e0f4`"),
        at("The deploy log"),
        at(">    17 |"),
        at("Differences: 3 missing"),
        at("What to run"),
        at("Not recommended"),
    ];
    assert!(order.is_sorted(), "{order:?}: {text}");
    assert!(String::from_utf8_lossy(&output.stderr).is_empty());
}

#[test]
fn out_writes_what_is_named_and_removes_what_is_old() {
    let folder = folder("out");
    fs::write(folder.join("repair_revision.py"), "old").expect("written");
    fs::write(folder.join("notes.txt"), "mine").expect("written");
    let output = run(&["analyze", SAMPLE, "--dump", DUMP, "--format", "json", "--out", path(&folder)]);
    let report = json(&output);
    for name in
        ["fix.sql", "undo.sql", "stamp.sql", "check.sql", "verify.sql", "commands.txt", "report.json", "report.md"]
    {
        assert!(folder.join(name).is_file(), "{name}");
    }
    assert!(!folder.join("repair_revision.py").exists());
    assert!(folder.join("notes.txt").exists());
    let fix = fs::read_to_string(folder.join("fix.sql")).expect("fix.sql");
    assert_eq!(report["plans"][0]["fix_sql"].as_str(), Some(fix.as_str()));
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn every_form_of_the_dump_says_the_same() {
    let plain = fs::read(DUMP).expect("the dump");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&plain).expect("compressed");
    let gzip = gzip.finish().expect("compressed");
    let code = base64::engine::general_purpose::STANDARD.encode(&gzip);
    let wrapped: Vec<&str> = (0..code.len()).step_by(76).map(|at| &code[at..(at + 76).min(code.len())]).collect();
    let pasted = format!(
        "render@srv:~$ (pg_dump -s \"$U\") | gzip -9 | base64\r\n{}\r\nrender@srv:~$ \r\n",
        wrapped.join("\r\n")
    );
    let arguments = ["analyze", SAMPLE, "--dump", "-", "--format", "json"];
    let located = |bytes: &[u8]| json(&fed(&arguments, bytes))["located"].clone();
    let expected = located(&plain);
    assert_eq!(expected["revisions"][0], "91d3c7a5e0f4");
    assert_eq!(located(&gzip), expected);
    assert_eq!(located(pasted.as_bytes()), expected);
}

#[test]
fn a_dump_of_several_databases_asks_and_takes_a_name() {
    let one = fs::read_to_string(DUMP).expect("the dump");
    let both = format!("\\connect shop\n\n{one}\n\\connect jobs\n\n{one}");
    let analyze = |more: &[&str]| {
        let arguments = [&["analyze", SAMPLE, "--dump", "-", "--format", "json"], more].concat();
        fed(&arguments, both.as_bytes())
    };
    let several = analyze(&[]);
    assert_eq!(several.status.code(), Some(2));
    let report = json(&several);
    let message = &report["diagnostics"][0];
    assert_eq!(message["code"], "dump-several-databases");
    assert!(message["message"].as_str().is_some_and(|text| text.contains("shop, jobs")), "{message}");
    assert!(message["help"].as_str().is_some_and(|text| text.contains("--database")), "{message}");
    let chosen = json(&analyze(&["--database", "jobs"]));
    assert_eq!(chosen["database"]["name"], "jobs");
    assert_eq!(chosen["located"]["revisions"][0], "91d3c7a5e0f4");
    let wrong = analyze(&["--database", "nope"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(json(&wrong)["diagnostics"][0]["code"], "dump-no-such-database");
}

#[test]
fn exit_codes() {
    let folder = folder("codes");
    let versions = folder.join("migrations/versions");
    fs::create_dir_all(&versions).expect("a folder");
    let code = |arguments: &[&str]| run(arguments).status.code();
    let root = path(&folder);
    let dump = folder.join("dump.sql");
    let (dump_path, rows) = (path(&dump), folder.join("current.txt"));
    assert_eq!(code(&["analyze", root]), Some(2), "no revisions");
    assert_eq!(code(&["analyze", "/no/such/folder"]), Some(2));
    assert_eq!(code(&["analyze"]), Some(2), "clap's own");
    fs::write(
        versions.join("a1.py"),
        "import sqlalchemy as sa\nfrom alembic import op\nrevision = 'a1'\ndown_revision = None\n\n\ndef upgrade():\n    op.create_table('t', sa.Column('x', sa.Text()))\n",
    )
    .expect("written");
    fs::write(&dump, "CREATE TABLE public.t (\n    x text\n);\n").expect("written");
    fs::write(&rows, "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\na1 (head)\n").expect("written");
    assert_eq!(code(&["analyze", root, "--dump", "/no/such/file"]), Some(2));
    assert_eq!(code(&["analyze", root, "--dump", dump_path]), Some(1), "no rows are known");
    assert_eq!(code(&["analyze", root, "--dump", dump_path, "--stamped", ""]), Some(1), "not stamped");
    assert_eq!(code(&["analyze", root, "--dump", dump_path, "--stamped", "a1"]), Some(0));
    assert_eq!(code(&["analyze", root, "--dump", dump_path, "--version-dump", path(&rows)]), Some(0));
    fs::write(&dump, "CREATE TABLE public.t (\n    x integer\n);\n").expect("written");
    assert_eq!(code(&["analyze", root, "--dump", dump_path, "--stamped", "a1"]), Some(1), "another type");
    fs::write(&dump, "").expect("written");
    assert_eq!(code(&["analyze", root, "--dump", dump_path, "--stamped", "a1"]), Some(2), "an empty dump");
    assert_eq!(code(&["graph", root]), Some(0));
    assert_eq!(code(&["replay", root]), Some(0));
    assert_eq!(code(&["replay", root, "--to", "nope"]), Some(2));
    let _ = fs::remove_dir_all(folder);
}

#[test]
fn a_closed_pipe_is_no_error() {
    for arguments in
        [&["analyze", SAMPLE, "--dump", DUMP, "--format", "json"][..], &["graph", SAMPLE], &["replay", SAMPLE]]
    {
        let mut child = command(arguments).spawn().expect("the program runs");
        let mut byte = [0];
        let mut stdout = child.stdout.take().expect("its output");
        stdout.read_exact(&mut byte).expect("it writes");
        drop(stdout);
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.code().is_some_and(|code| code < 2), "{arguments:?}: {output:?}");
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{output:?}");
    }
}

#[test]
fn a_log_alone_already_helps() {
    let output = run(&["analyze", SAMPLE, "--log", LOG]);
    assert_eq!(output.status.code(), Some(1));
    let text = text(&output);
    for words in
        ["42701", "4b8e1f60a2c9_candidate_details.py:16", "ALTER TABLE candidate ADD COLUMN expected_wage", "pg_dump"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn the_snapshot_stands_in_for_a_dump() {
    let select = text(&run(&["snapshot"]));
    assert!(select.contains("'restamp_snapshot', 1") && select.trim_end().ends_with(';'));
    assert!(text(&run(&["snapshot", "--python"])).contains("create_engine"));
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/snapshots/objects-16.json.gz");
    let sql = text(&run(&["snapshot", "--read", file]));
    assert!(sql.contains("-- Name: parent; Type: TABLE; Schema: app; Owner: app") && sql.contains("dump complete"));
    let report = json(&run(&["analyze", SAMPLE, "--dump", file, "--no-plans", "--format", "json"]));
    assert_eq!(report["database"]["name"], "objects");
    let inputs = report["inputs"].as_array().expect("a list");
    assert!(inputs.iter().any(|input| input["kind"] == "dump" && input["name"] == file), "{inputs:?}");
    let output = run(&["snapshot", "--read", DUMP]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is no snapshot"));
    let whole = fs::read(file).expect("a fixture");
    let output = fed(&["analyze", SAMPLE, "--dump", "-", "--no-plans"], &whole[..whole.len() / 2]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_graph_in_all_forms() {
    let text_form = text(&run(&["graph", SAMPLE]));
    assert!(text_form.contains("heads:  e5194c6d7ab0"), "{text_form}");
    let report = json(&run(&["graph", SAMPLE, "--format", "json"]));
    assert_eq!(report["heads"][0], "e5194c6d7ab0");
    assert_eq!(report["revisions"].as_array().map(Vec::len), Some(5));
    let dot = text(&run(&["graph", SAMPLE, "--format", "dot"]));
    assert!(dot.starts_with("digraph") && dot.contains("\"91d3c7a5e0f4\" -> \"4b8e1f60a2c9\""), "{dot}");
}

#[test]
fn the_example_in_the_readme_is_what_the_program_prints() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let out = folder("readme");
    let arguments = ["analyze", "project", "--dump", "dump.sql", "--out", path(&out)];
    let output = command(&arguments).current_dir(root.join("www/sample")).output().expect("the program runs");
    let _ = fs::remove_dir_all(&out);
    let expected: String = text(&output)
        .replace(path(&out), "/tmp/restamp")
        .lines()
        .map(|line| format!("    {line}").trim_end().to_string() + "\n")
        .collect();
    let readme = fs::read_to_string(root.join("README.md")).expect("README.md");
    assert!(readme.contains(&expected), "put this into README.md, section \"An example\":\n{expected}");
}
