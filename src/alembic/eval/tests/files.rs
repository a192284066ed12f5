use super::run;

#[track_caller]
fn check(code: &str, expected: &str) {
    let files = vec![("/m/sql/a.sql", "SELECT 1;\r\nSELECT 2;\n")];
    assert_eq!(run(code, files).0, expected, "\n{code}");
}

#[test]
fn files_that_were_handed_in_are_read() {
    let text = "'SELECT 1;\\nSELECT 2;\\n'";
    check("out(open('/m/sql/a.sql').read())", text);
    check(
        "with open('/m/sql/a.sql', 'r', encoding='utf-8') as f:\n    out(f.read(), f.read())",
        &format!("{text}\n''"),
    );
    check("out([line.strip() for line in open('/m/sql/a.sql')])", "['SELECT 1;', 'SELECT 2;']");
    check("out(open('/m/sql/a.sql', 'rb').read().decode())", "'SELECT 1;\\r\\nSELECT 2;\\n'");
    check(
        "import os\nout(os.path.exists('/m/sql/a.sql'), os.path.isfile('/m/sql'), os.path.isdir('/m/sql'))",
        "True\nFalse\nTrue",
    );
    check(
        "import os\nout(open('/m/b.sql').read(), os.path.exists('/m/b.sql'), open('/m/sql/a.sql', 'w'))",
        "?file\n?file\n?file",
    );
}

#[test]
fn paths() {
    let start = "from pathlib import Path\np = Path('/m/versions/x.py')\n";
    let text = "'SELECT 1;\\nSELECT 2;\\n'";
    let check = |code: &str, expected: &str| check(&format!("{start}{code}"), expected);
    check("out((p.parent.parent / 'sql' / 'a.sql').read_text(encoding='utf-8'))", text);
    check("out(p.resolve().parents[1].joinpath('sql', 'a.sql').open().read())", text);
    check("out(open((p.parent / '../sql/a.sql').resolve()).read())", text);
    check(
        "out(str(p.with_name('y.sql')), p.name, p.stem, p.suffix, p.with_suffix('.sql'), p.exists())",
        "'/m/versions/y.sql'\n'x.py'\n'x'\n'.py'\nPosixPath('/m/versions/x.sql')\n?file",
    );
    check(
        "out(Path('x.py').parent.parent, Path('a', 'b'), 'a' / Path('b'))",
        "?file\nPosixPath('a/b')\nPosixPath('a/b')",
    );
}

#[test]
fn resources_of_packages() {
    let text = "'SELECT 1;\\nSELECT 2;\\n'";
    check("import importlib.resources\nout(importlib.resources.read_text('m.sql', 'a.sql'))", text);
    check("from importlib.resources import files\nout(files('m').joinpath('sql/a.sql').read_text())", text);
    check(
        "from importlib import resources\nwith resources.as_file(resources.files('m.sql') / 'a.sql') as p:\n    out(p.read_text())",
        text,
    );
    check("import pkgutil\nout(pkgutil.get_data('m', 'sql/a.sql').decode('utf-8').replace('\\r', ''))", text);
    check("import pkg_resources\nout(open(pkg_resources.resource_filename('m', 'sql/a.sql')).read())", text);
    check("import importlib.resources\nout(importlib.resources.read_text('gone', 'a.sql'))", "?file");
}
