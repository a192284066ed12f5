use super::{check, run};

#[test]
fn enums() {
    check(
        "import enum\nclass C(enum.Enum):\n    A = 'a'\n    B = 'b'\n    def up(self): return self.value.upper()\nout([c.value for c in C], C('a').name, C['B'].value, C.A.up(), C.A == C.A, C.A in C, len(C), str(C.A), repr(C.B), isinstance(C.A, C))",
        "['a', 'b']\n'A'\n'b'\n'A'\nTrue\nTrue\n2\n'C.A'\n\"<C.B: 'b'>\"\nTrue",
    );
    check(
        "from enum import Enum, IntEnum, StrEnum, auto\nclass S(str, Enum):\n    X = 'x'\nclass I(IntEnum):\n    A = auto()\n    B = auto()\nclass T(StrEnum):\n    Q = auto()\nout(S.X == 'x', S.X.upper(), 'y' + S.X, I.B + 1, f'{T.Q}', [i.value for i in I], {'x': 1}[S.X], ','.join(S))",
        "True\n'X'\n'yx'\n3\n'q'\n[1, 2]\n1\n'x'",
    );
    check("from enum import Enum\nclass C(Enum): A = 1\nC(2)", "ValueError: 2 is not a valid C");
    check(
        "from enum import Enum\nC = Enum('C', 'A B')\nout([m.name for m in C], C.B.value, list(C.__members__))",
        "['A', 'B']\n2\n['A', 'B']",
    );
}

#[test]
fn enums_with_what_is_not_known() {
    check(
        "from enum import Enum\nimport gone\nclass C(str, Enum):\n    A = 'a'\n    @gone.cached\n    @classmethod\n    def all(cls): return 1\nout(list(C), C.all(), C.A.value)",
        "[<C.A: 'a'>]\n?decorated\n'a'",
    );
    check("import gone\nclass C(gone.Enum):\n    A = 'a'\nout(C.A.value)", "?import");
}

#[test]
fn dataclasses() {
    check(
        "from dataclasses import dataclass, field\n@dataclass\nclass P:\n    x: int\n    y: int = 2\n    z: list = field(default_factory=list)\np = P(1)\nout(p, P(1) == P(1), P(1, y=3).y)\nP()",
        "P(x=1, y=2, z=[])\nTrue\n3\nTypeError: P.__init__() missing 1 required positional argument: 'x'",
    );
}

#[test]
fn small_modules() {
    check(
        "import json\nout(json.dumps({'a': [1, None, 'é']}), json.loads('{\"a\": [1, 2.5, \"\\\\u00e9\"]}'))",
        "'{\"a\": [1, null, \"\\\\u00e9\"]}'\n{'a': [1, 2.5, 'é']}",
    );
    check(
        "import os\nout(os.path.join('a', 'b', '../c'), os.path.dirname('/a/b.py'), os.path.splitext('x.tar.gz'), os.path.abspath('/a/../b'))",
        "'a/b/../c'\n'/a'\n('x.tar', '.gz')\n'/b'",
    );
    check(
        "import os, datetime, uuid\nout(os.getenv('X'), os.environ['Y'], os.environ.get('Z', 1), datetime.datetime.now().year, uuid.uuid4().hex)",
        "?environment\n?environment\n?environment\n?clock\n?random",
    );
    check(
        "from datetime import datetime\nout('%s' % datetime.min, f'{datetime.max}'[:10])",
        "'0001-01-01 00:00:00'\n'9999-12-31'",
    );
    check(
        "from functools import partial, wraps, reduce\ndef f(a, b): return a - b\nout(partial(f, 5)(b=2), reduce(lambda a, b: a + b, [1, 2, 3]))\nimport itertools\nout(list(itertools.chain([1], [2])), list(itertools.product('ab', [1])))",
        "3\n6\n[1, 2]\n[('a', 1), ('b', 1)]",
    );
    check(
        "from collections import namedtuple, defaultdict, OrderedDict\nP = namedtuple('P', 'x y')\np = P(1, y=2)\nd = defaultdict(list)\nd['a'].append(1)\nout(p.x, p[1], d['a'], OrderedDict([('a', 1)]))\na, b = p\nout(b)",
        "1\n2\n[1]\n{'a': 1}\n2",
    );
    check(
        "import textwrap, logging\nlogging.getLogger(__name__).info('x %s', 1)\nout(textwrap.dedent('''\n    a\n      b\n'''))",
        "'\\na\\n  b\\n'",
    );
    check(
        "from typing import Optional, List\nfrom __future__ import annotations\ndef f(a: Optional[List[int]] = None) -> int | None: return a\nout(f())",
        "None",
    );
}

#[test]
fn imports() {
    let files = || {
        vec![
            ("app", ""),
            ("app.h", "from . import k\nN = k.N + 1\ndef f(): return N\n"),
            ("app.k", "N = 1\n"),
            ("broken", "A = 1\nraise ValueError('x')\nB = 2\n"),
            ("doubtful", "import os\nif os.environ['X'] == 'y':\n    raise ValueError('x')\nC = 3\n"),
        ]
    };
    let (shown, _) = run(
        "from app.h import f\nimport app.k as k, missing.models\nfrom broken import A, B\nfrom doubtful import C\nout(f(), k.N, A, B, C, missing.models.User, __name__)",
        files(),
    );
    assert_eq!(shown, "2\n1\n1\n?import-failed\n3\n?import\n'__main__'");
}

#[test]
fn folders_without_init_are_packages() {
    let (shown, _) = run(
        "from app.helpers import k, gone\nimport app.helpers.k, plain.part as p\nfrom os import helpers\n\
         out(k.N, app.helpers.k.N, p.M, gone, app.helpers.other, helpers)",
        vec![("app", ""), ("app.helpers.k", "N = 1\n"), ("plain.part", "M = 2\n"), ("os.helpers.k", "")],
    );
    assert_eq!(shown, "1\n1\n2\n?import\n?import\n?library");
}

#[test]
fn hashes_and_versions() {
    check(
        "import hashlib, uuid\nfrom packaging.version import Version\nout(hashlib.md5(b'a').hexdigest()[:8], hashlib.sha256('a'.encode()).hexdigest()[:8])\nu = uuid.UUID('{12345678-1234-5678-1234-567812345678}')\nout(u, str(u)[:8], u == uuid.UUID(u.hex), Version('1.10') > Version('1.9.0'), Version('2.0') == Version('2'))\nuuid.UUID('x')",
        "'0cc175b9'\n'ca978112'\nUUID('12345678-1234-5678-1234-567812345678')\n'12345678'\nTrue\nTrue\nTrue\nValueError: badly formed hexadecimal UUID string",
    );
}

/// What CPython 3.11 prints.
#[test]
fn regular_expressions() {
    check(
        r#"import re
p = re.compile(r"('(?:''|[^'])*')")
out(p.split("a 'b''c' d"), re.sub(r'\s+', '-', 'a  b c'), re.sub('(a)(b)?', r'[\g<1>|\2]', 'abxa'), re.match('a+', 'baa'))"#,
        r#"['a ', "'b''c'", ' d']
'a-b-c'
'[a|b]x[a|]'
None"#,
    );
    check(
        r"import re
out(re.match(r'(?P<x>\d+)-(\w*)', '12-ab!').groupdict(), re.match(r'(\d+)-(x)?', '12-').groups(), re.findall('[a-z]+', 'ab1cd'))
out(re.findall('([a-z])(\\d)', 'a1b2'), re.findall('(a)|b', 'ab'), re.fullmatch('a|ab', 'ab').group(), re.search('b', 'abc').span())",
        "{'x': '12'}\n('12', None)\n['ab', 'cd']\n[('a', '1'), ('b', '2')]\n['a', '']\n'ab'\n(1, 2)",
    );
    check(
        r"import re
t = re.compile(r'''
    (?P<word>[a-z]+)  # letters
  | (?P<num>\d+)
''', re.VERBOSE | re.IGNORECASE)
m = t.match('ab 12', 3)
out(m.lastgroup, m.group(), m.end(), t.match('AB 12').lastgroup, m['num'])",
        "'num'\n'12'\n5\n'word'\n'12'",
    );
    check(
        r"import re
out(re.escape('a.b-c d_e%') == r'a\.b\-c\ d_e%', re.sub('[aeiou]', lambda m: m.group(0).upper(), 'hello'), re.split(',', 'a,b,c', maxsplit=1))
out(re.subn('a', 'b', 'aa'), [m.start() for m in re.finditer('a', 'banana')], bool(re.match('x', 'x')), re.compile('B', re.I).sub('x', 'abcb', count=1))",
        "True\n'hEllO'\n['a', 'b,c']\n('bb', 2)\n[1, 3, 5]\nTrue\n'axcb'",
    );
    // What both libraries do not agree on, or what one of them does not have.
    check(
        r"import re
out(re.sub('x*', '-', 'abxd'), re.match('(?=a)', 'a'), re.sub('a$', 'b', 'a\n'), re.match('[a--b]', 'a'), re.match('é', 'é'), re.match('a++', 'aa'))",
        "?unsupported\n?unsupported\n?unsupported\n?unsupported\n?unsupported\n?unsupported",
    );
    check("import re\nre.match('(a)', 'a').group(2)", "IndexError: no such group");
}
