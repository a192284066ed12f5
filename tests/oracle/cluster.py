"""A PostgreSQL server of our own, in a temporary folder, for as long as a `with` block."""

import contextlib
import glob
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile


def binaries():
    """The folder of the newest PostgreSQL that is installed."""
    folders = glob.glob("/usr/lib/postgresql/*/bin")
    if folders:
        return pathlib.Path(max(folders, key=lambda path: int(path.split("/")[-2])))
    found = shutil.which("initdb")
    if found is None:
        raise RuntimeError("PostgreSQL is not installed; run scripts/setup.sh")
    return pathlib.Path(found).resolve().parent


def as_server(command):
    """The command as a user that may run a server: root may not."""
    command = [str(part) for part in command]
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command] if os.getuid() == 0 else command


class Cluster:
    """A running server."""

    def __init__(self, folder, port):
        self.folder = folder
        self.port = port
        self.bin = binaries()

    def url(self, database, driver="postgresql"):
        """The URL of a database."""
        return f"{driver}://postgres@127.0.0.1:{self.port}/{database}"

    def run(self, program, *arguments, text=None, check=True):
        """Runs a client program (`psql`, `pg_dump`) and gives what it prints."""
        result = subprocess.run([self.bin / program, *arguments], input=text, capture_output=True, text=True)
        if check and result.returncode != 0:
            raise RuntimeError(f"{program} {arguments}: {result.stderr}")
        return result.stdout

    def psql(self, database, sql):
        """Executes SQL; the first error ends it."""
        return self.run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", self.url(database), text=sql)

    def create(self, database):
        """Makes an empty database, dropping one of that name."""
        self.psql("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        self.psql("postgres", f'CREATE DATABASE "{database}"')
        return self.url(database)


@contextlib.contextmanager
def cluster():
    """Starts a server and ends it."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="restamp-pg-"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Cluster(folder, port)
    data = folder / "data"
    data.mkdir()
    if os.getuid() == 0:
        shutil.chown(folder, "postgres")
        shutil.chown(data, "postgres")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "check": True, "cwd": "/"}
    try:
        subprocess.run(as_server([server.bin / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]), **quiet)
        options = f"-p {port} -k {folder} -h 127.0.0.1 -c fsync=off -c full_page_writes=off"
        subprocess.run(as_server([server.bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start"]), **quiet)
        yield server
    finally:
        subprocess.run(as_server([server.bin / "pg_ctl", "-D", data, "-m", "immediate", "stop"]), capture_output=True, cwd="/")
        shutil.rmtree(folder, ignore_errors=True)
