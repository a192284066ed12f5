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

/// Python 3.11 to 3.13.
#[test]
fn enums_of_python_3_11() {
    check(
        "import enum\nclass K(int, enum.ReprEnum):\n    A = 1\nclass F(float, enum.ReprEnum):\n    H = 0.5\nout(str(K.A), f'{K.A}', repr(K.A), K.A + 1, str(F.H), issubclass(enum.IntEnum, enum.ReprEnum), issubclass(enum.IntFlag, enum.Flag))",
        "'1'\n'1'\n'<K.A: 1>'\n2\n'0.5'\nTrue\nTrue",
    );
    check(
        "import enum\nclass N(enum.Enum):\n    A = 1\n    z = enum.nonmember(5)\n    B = enum.member(7)\n    @enum.property\n    def twice(self): return self.value * 2\nout([n.name for n in N], N.z, N.B.value, N.B.twice)",
        "['A', 'B']\n5\n7\n14",
    );
    check(
        "from enum import CONTINUOUS, UNIQUE, Enum, unique, verify\n@verify(UNIQUE, CONTINUOUS)\n@unique\nclass V(Enum):\n    A = 1\n    B = 2\nout(V.B.value)",
        "2",
    );
    check(
        "from enum import Enum, auto\nclass G(Enum):\n    def _generate_next_value_(name, start, count, last): return name.lower() + str(count)\nclass H(G):\n    AA = auto()\n    BB = auto()\nout(H.AA.value, H('bb1').name, [h.value for h in H])",
        "'aa0'\n'BB'\n['aa0', 'bb1']",
    );
}

#[test]
fn flags() {
    let class =
        "import enum\nclass P(enum.Flag):\n    R = enum.auto()\n    W = enum.auto()\n    RW = 3\n    X = enum.auto()\n";
    let checked = |code: &str, expected: &str| check(&format!("{class}{code}"), expected);
    checked(
        "out([p.name for p in P], len(P), P.X.value, list(P.__members__))",
        "['R', 'W', 'X']\n3\n4\n['R', 'W', 'RW', 'X']",
    );
    checked(
        "out(P.R | P.W, P.R | P.X, str(P.R | P.X), (P.R | P.X).name, (P.R | P.X).value)",
        "<P.RW: 3>\n<P.R|X: 5>\n'P.R|X'\n'R|X'\n5",
    );
    checked(
        "out(P.R in P.RW, list(P.RW), bool(P.R & P.W), P(0), str(P(0)), ~P.R, P.R ^ P.RW, len(P.RW))",
        "True\n[<P.R: 1>, <P.W: 2>]\nFalse\n<P: 0>\n'P(0)'\n<P.W|X: 6>\n<P.W: 2>\n2",
    );
    checked("out((P.R | P.X) is (P.X | P.R), P(5) == P.R | P.X)", "True\nTrue");
    checked("P(64)", "ValueError: <flag 'P'> invalid value 64");
    checked("P.R | 1", "TypeError: unsupported operand type(s) for |: 'P' and 'int'");
    let class = "import enum\nclass I(enum.IntFlag):\n    R = 4\n    W = 2\n";
    let checked = |code: &str, expected: &str| check(&format!("{class}{code}"), expected);
    checked(
        "out(I.R | I.W, (I.R | I.W) == 6, str(I.R), f'{I.R}', I.R | 1, 1 | I.R, I.R + 1, I(6).name, I(8), I.R.value | I.W)",
        "<I.R|W: 6>\nTrue\n'4'\n'4'\n<I.R|1: 5>\n<I.R|1: 5>\n5\n'R|W'\n<I: 8>\n<I.R|W: 6>",
    );
    checked("out(~I.R)", "?unsupported");
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

#[test]
fn counters() {
    check(
        "from collections import Counter\nc = Counter('abca')\nc['z'] += 2\nc.update({'b': 3}, a=1)\nout(c['a'], c['nope'], c.most_common(2), len(c), sorted(c), dict(c), (c - Counter(a=2))['a'], 'nope' in c)",
        "3\n0\n[('b', 4), ('a', 3)]\n4\n['a', 'b', 'c', 'z']\n{'a': 3, 'b': 4, 'c': 1, 'z': 2}\n1\nFalse",
    );
    check(
        "from collections import Counter\nc = Counter(x for x in unknown)\nout(c['a'], c.most_common())\nc = Counter()\nc[unknown] += 1\nout(c['a'])",
        "?test\n?test\n?test",
    );
}

#[test]
fn itertools() {
    check(
        "from itertools import *\nit = iter(range(5))\nout(list(islice(it, 2)), list(islice(it, 2)), list(islice(it, 2)), list(islice('abcdef', 1, 5, 2)))",
        "[0, 1]\n[2, 3]\n[4]\n['b', 'd']",
    );
    check(
        "from itertools import *\nout([(k, list(g)) for k, g in groupby(['a', 'ab', 'b'], key=lambda s: s[0])], list(combinations('abc', 2)), list(permutations([1, 2])), list(zip_longest('ab', 'c', fillvalue=0)), list(product([1, 2], repeat=2)), list(pairwise('abc')), list(accumulate([1, 2, 3])))",
        "[('a', ['a', 'ab']), ('b', ['b'])]\n[('a', 'b'), ('a', 'c'), ('b', 'c')]\n[(1, 2), (2, 1)]\n[('a', 'c'), ('b', 0)]\n[(1, 1), (1, 2), (2, 1), (2, 2)]\n[('a', 'b'), ('b', 'c')]\n[1, 3, 6]",
    );
    check(
        "from itertools import *\nfor k, g in groupby(unknown): out(k)\nout(list(islice(unknown, 3)))",
        "may ?test\n?test",
    );
}

#[test]
fn uuids_of_names() {
    check(
        "import uuid, hashlib\nout(str(uuid.uuid5(uuid.NAMESPACE_DNS, 'python.org')), str(uuid.uuid3(uuid.NAMESPACE_DNS, 'python.org')), hashlib.sha1(b'abc').hexdigest(), uuid.UUID('00000000-0000-0000-0000-000000000010').int)",
        "'886313e1-3b8a-5372-9b90-0c9aee199e5d'\n'6fa459ea-ee8a-3ca4-894e-db77e160355e'\n'a9993e364706816aba3e25717850c26c9cd0d89d'\n16",
    );
}

#[test]
fn json_as_it_is_asked_for() {
    check(
        "import json\nout(json.dumps({'b': [1, {}], 'a': None}, sort_keys=True, separators=(',', ':')), json.dumps({'a': [1, 2], 'b': []}, indent=2), json.dumps({'a': object}, default=lambda o: 'o'), json.dumps(float('inf')), json.dumps({1: 2, None: 3}))",
        "'{\"a\":null,\"b\":[1,{}]}'\n'{\\n  \"a\": [\\n    1,\\n    2\\n  ],\\n  \"b\": []\\n}'\n'{\"a\": \"o\"}'\n'Infinity'\n'{\"1\": 2, \"null\": 3}'",
    );
    check("import json\njson.dumps({(1,): 2})", "TypeError: keys must be str, int, float, bool or None, not tuple");
}

#[test]
fn templates() {
    check(
        "from string import Template\nt = Template('CREATE TABLE $name (${name}_id int) $$ $x')\nout(t.safe_substitute(name='a'), t.substitute({'name': 'b'}, x=1), t.substitute(name=unknown, x=1))",
        "'CREATE TABLE a (a_id int) $ $x'\n'CREATE TABLE b (b_id int) $ 1'\n?test",
    );
    check("from string import Template\nTemplate('$a').substitute({})", "KeyError: 'a'");
    check(
        "from string import Template\nTemplate('a\\n $').substitute({})",
        "ValueError: Invalid placeholder in string: line 2, col 2",
    );
}

#[test]
fn dates_that_are_written_out() {
    check(
        "from datetime import date, datetime, timedelta, timezone\nd = date(2024, 2, 28) + timedelta(days=2)\nout(str(d), f'{d:%Y%m}', d.isoformat(), (date(2024, 3, 1) - date(2023, 3, 1)).days, d.weekday(), str(d.replace(day=31)), d > date(2024, 2, 29), isinstance(datetime(2024, 1, 1), date))",
        "'2024-03-01'\n'202403'\n'2024-03-01'\n366\n4\n'2024-03-31'\nTrue\nTrue",
    );
    check(
        "from datetime import *\nt = datetime(2024, 12, 31, 23, 59, 30, tzinfo=timezone.utc)\nout(str(t + timedelta(minutes=1)), t.strftime('%d %b %y %j %A'), str(datetime.fromisoformat('2024-01-02T03:04:05')), str(timedelta(days=1, hours=2) * 2), timedelta(hours=1).total_seconds(), {date(2024, 1, 1): 1}[date(2024, 1, 1)], date(1, 1, 1).toordinal(), date.max.toordinal(), date(2024, 1, 1) == 3)",
        "'2025-01-01 00:00:30+00:00'\n'31 Dec 24 366 Tuesday'\n'2024-01-02 03:04:05'\n'2 days, 4:00:00'\n3600.0\n1\n1\n3652059\nFalse",
    );
    check(
        "from datetime import *\nout(date.today() + timedelta(days=1), date(2024, unknown, 1), timedelta(days=unknown), datetime.strptime('1', '%d'), date(2024, 1, 1) < unknown)",
        "?clock\n?test\n?test\n?unsupported\n?test",
    );
    check("from datetime import date\ndate(2023, 2, 29)", "ValueError: day is out of range for month");
}
