"""What pg_dump's own formats say is what its text says: of databases with rows, by the pg_dump of each server that is here."""

import gzip
import io
import json
import pathlib
import shutil
import subprocess
import tarfile

import pytest
from server import SYSTEM, VERSIONS, Server

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
# Partitions, enums and many tables; what they are does not matter.
PROJECTS = ["keystone", "zou"]
ROWS = """
    CREATE TABLE public.full (id integer PRIMARY KEY, note text);
    INSERT INTO public.full SELECT n, CASE WHEN n % 7 = 0 THEN NULL ELSE repeat(E'\\t\\\\.\\n' || n, 9) END FROM generate_series(1, 3000) n;
    CREATE TABLE public.alembic_version (version_num varchar(32) NOT NULL PRIMARY KEY);
    INSERT INTO public.alembic_version VALUES ('a1'), ('b2');
"""


@pytest.fixture(scope="module", params=[*sorted(VERSIONS), SYSTEM])
def server(request):
    """A PostgreSQL with its pg_dump."""
    with Server(request.param) as running:
        yield running


@pytest.fixture(scope="module", params=PROJECTS)
def database(request, server):
    """The schema of a recorded project, and rows."""
    dump = gzip.decompress((CORPUS / request.param / "head.sql.gz").read_bytes()).decode()
    # Of what needs an extension that this server does not have, the rest is enough.
    server.create("archived")
    server.psql("archived", "DROP TABLE IF EXISTS public.alembic_version")
    lines = [line for line in dump.splitlines() if not line.startswith("\\")]
    path = server.folder / "head.sql"
    path.write_text("\n".join(lines))
    path.chmod(0o644)
    subprocess.run(
        [server.bin / "psql", "-X", "-q", "-h", str(server.folder), "-U", "postgres", "-d", "archived", "-f", path], capture_output=True
    )
    server.psql("archived", "DROP TABLE IF EXISTS public.alembic_version, public.full; " + ROWS)
    return "archived"


def made(server, database, folder, *options):
    """What pg_dump writes into a file or a folder."""
    path = server.folder / "made"
    shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    subprocess.run([*server.dump_command(database, *options), "-f", path], check=True, user=server.user, capture_output=True)
    if path.is_dir():
        shutil.copytree(path, folder)
    else:
        folder.write_bytes(path.read_bytes())
    return folder


def tar_of(folder):
    """A folder as people send it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(folder, arcname="export.dir")
    return buffer.getvalue()


def test_every_format_says_the_same(server, database, restamp, tmp_path):
    project = tmp_path / "project" / "versions"
    project.mkdir(parents=True)
    for revision in ("a1", "b2"):
        (project / f"{revision}.py").write_text(f"revision = '{revision}'\ndown_revision = None\n\n\ndef upgrade():\n    pass\n")
    plain = made(server, database, tmp_path / "plain.sql")
    piped = subprocess.run(server.dump_command(database, "-Fc"), check=True, capture_output=True).stdout
    files = {
        "custom": made(server, database, tmp_path / "custom.dump", "-Fc"),
        "stored": made(server, database, tmp_path / "stored.dump", "-Fc", "-Z0"),
        "tar": made(server, database, tmp_path / "d.tar", "-Ft"),
        "folder": made(server, database, tmp_path / "d.dir", "-Fd"),
    }
    # `pg_dump -Fc >> file`: it cannot go back there, and writes the table of contents a second time.
    files["appended"] = tmp_path / "appended.dump"
    with files["appended"].open("ab") as file:
        subprocess.run(server.dump_command(database, "-Fc"), check=True, stdout=file)
    for name, content in {"piped": piped, "gzip": gzip.compress(piped), "folder.tar.gz": tar_of(files["folder"])}.items():
        files[name] = tmp_path / f"by-{name}"
        files[name].write_bytes(content)
    # `--inserts` has no COPY.
    inserts = made(server, database, tmp_path / "inserts.dump", "-Fc", "--inserts")

    def said(dump):
        schema = restamp("replay", project.parent, "--baseline", dump)
        report = restamp("analyze", project.parent, "--dump", dump, "--no-plans", "--format", "json")
        assert schema.returncode == 0 and report.returncode in (0, 1), schema.stderr + report.stderr
        report = json.loads(report.stdout)
        del report["inputs"]
        return schema.stdout, report

    schema, report = said(plain)
    assert report["stamped"]["revisions"] == ["a1", "b2"] and report["database"]["objects"] > 100
    for name, file in {**files, "inserts": inserts}.items():
        assert said(file)[0] == schema, name
        assert said(file)[1] == report, name
