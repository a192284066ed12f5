//! Which modules are the standard library's (`sys.stdlib_module_names` of CPython 3.11): they are there in every
//! installation, so no file of the project is missing where one of them is not modelled.

/// Their names, sorted.
const NAMES: &str = "\
    abc aifc antigravity argparse array ast asynchat asyncio asyncore atexit audioop base64 bdb binascii bisect \
    builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall \
    concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm \
    decimal difflib dis distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp \
    fileinput fnmatch fractions ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip \
    hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword \
    lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt \
    multiprocessing netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev pathlib \
    pdb pickle pickletools pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd \
    py_compile pyclbr pydoc pydoc_data pyexpat queue quopri random re readline reprlib resource rlcompleter runpy \
    sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd \
    sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau \
    symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios textwrap this threading time timeit \
    tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata \
    unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp \
    zipfile zipimport zlib zoneinfo";

/// Libraries of others that send no statement unless they are given a connection: what is written to a log or asked of a service.
const BYSTANDERS: &str = "\
    aiohttp attr attrs babel bcrypt bleach boto3 botocore bs4 cachetools certifi chardet charset_normalizer click \
    colorama colorlog cryptography dateutil decouple deepdiff disk_objectstore dotenv email_validator environs \
    filelock ftfy httpx humanize idna importlib_metadata importlib_resources inflection iso8601 isodate itsdangerous \
    jinja2 jose jsonschema jwt langcodes loguru lxml markdown markupsafe marshmallow msgpack nacl networkx nltk numpy \
    orjson oslo_config oslo_log oslo_serialization oslo_utils packaging pandas passlib pendulum phonenumbers PIL \
    pkg_resources platformdirs portalocker progressbar prometheus_client psutil pyarrow pycountry pydantic pyparsing \
    pytz rapidfuzz redis regex requests rich ruamel scipy sentry_sdk setuptools shapely simple_parsing simplejson \
    slugify stringcase structlog tabulate tenacity termcolor toml toolz tqdm typer tzlocal ujson unidecode urllib3 \
    validators xmltodict yaml zstandard";

fn is_among(names: &str, dotted: &str) -> bool {
    let first = dotted.split('.').next().unwrap_or(dotted);
    names.split(' ').any(|name| name == first)
}

/// Whether a dotted name begins with one of the standard library's.
pub fn is_standard(dotted: &str) -> bool {
    is_among(NAMES, dotted)
}

/// Whether a dotted name is that of a library that leaves the database alone.
pub fn is_bystander(dotted: &str) -> bool {
    is_among(BYSTANDERS, dotted)
}

#[cfg(test)]
mod tests {
    use super::is_standard;

    #[test]
    fn submodules_count_and_other_names_do_not() {
        assert!(
            is_standard("inspect")
                && is_standard("xml.etree.ElementTree")
                && is_standard("abc")
                && is_standard("zoneinfo")
        );
        assert!(!is_standard("inspection") && !is_standard("app.inspect") && !is_standard(""));
    }
}
