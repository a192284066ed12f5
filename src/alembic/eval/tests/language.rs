use super::check;

#[test]
fn assignments() {
    check(
        "a, (b, *c), d = 1, (2, 3, 4), 5\na += 1\nx = y = [a]\ny.append(b)\nout(a, b, c, d, x)",
        "2\n2\n[3, 4]\n5\n[2, 2]",
    );
    check(
        "d = {'a': [1]}\nd['a'] += [2]\nd['b'] = 3\ndel d['b']\nout(d)\nl = [1,2,3,4]\nl[1:3] = ['x']\nout(l, l[::-1])",
        "{'a': [1, 2]}\n[1, 'x', 4]\n[4, 'x', 1]",
    );
    check("if (n := len('abc')) > 2: out(n)\nz: int = 3\nout(z)", "3\n3");
    check("a, b = 1, 2, 3", "ValueError: too many values to unpack (expected 2)");
}

#[test]
fn functions() {
    check(
        "def f(a, b=2, *c, d=4, **e): return a, b, c, d, e\nout(f(1), f(1, 3, 5, d=6, x=7), f(*[1, 2], **{'q': 1}))",
        "(1, 2, (), 4, {})\n(1, 3, (5,), 6, {'x': 7})\n(1, 2, (), 4, {'q': 1})",
    );
    check("def f(a): pass\nf()", "TypeError: f() missing 1 required positional argument: 'a'");
    check("def f(a): pass\nf(1, 2)", "TypeError: f() takes 1 positional argument but 2 were given");
    check("def f(a): pass\nf(1, b=2)", "TypeError: f() got an unexpected keyword argument 'b'");
    check(
        "def outer():\n    n = 0\n    def inc():\n        nonlocal n\n        n += 1\n        return n\n    inc()\n    return inc()\nout(outer())",
        "2",
    );
    check("def deco(f): return lambda *a: ('d', f(*a))\n@deco\ndef g(x): return x\nout(g(1))", "('d', 1)");
    check(
        "def f():\n    out(x)\n    x = 1\nf()",
        "UnboundLocalError: cannot access local variable 'x' where it is not associated with a value",
    );
    check("fs = [lambda i=i: i for i in range(3)]\nout([f() for f in fs])", "[0, 1, 2]");
}

#[test]
fn generators() {
    check(
        "def g():\n    for i in range(3):\n        out('y')\n        yield i\nfor x in g():\n    out(x)\n    if x == 1: break",
        "'y'\n0\n'y'\n1",
    );
    check(
        "def g():\n    n = 0\n    while True:\n        yield n\n        n += 1\nfor x in g():\n    if x > 3: break\nout(x)",
        "4",
    );
    check(
        "out(list(x * 2 for x in [1, 2]), next((x for x in [1, 5] if x > 3), None), next(iter([]), 'd'))",
        "[2, 4]\n5\n'd'",
    );
    check(
        "from contextlib import contextmanager\n@contextmanager\ndef m(x):\n    out('in')\n    try:\n        yield x\n    except ValueError:\n        out('caught')\n    finally:\n        out('end')\nwith m(1) as v:\n    out(v)\n    raise ValueError('x')\nout('after')",
        "'in'\n1\n'caught'\n'end'\n'after'",
    );
    check(
        "def g():\n    yield from [1, 2]\n    yield 3\nout(list(g()), sum(g()), sorted(g(), reverse=True))",
        "[1, 2, 3]\n6\n[3, 2, 1]",
    );
}

#[test]
fn classes() {
    check(
        "class A:\n    x = 1\n    def __init__(self, y): self.y = y\n    def m(self): return self.x + self.y\n    @property\n    def p(self): return 'p'\n    @classmethod\n    def c(cls): return cls.__name__\n    @staticmethod\n    def s(a): return a\nclass B(A):\n    x = 10\n    def m(self): return super().m() + 100\nb = B(2)\nout(b.m(), b.p, B.c(), B.s(3), isinstance(b, A), issubclass(B, A), A(1) == A(1))",
        "112\n'p'\n'B'\n3\nTrue\nTrue\nFalse",
    );
    check(
        "class V:\n    def __init__(self, v): self.v = v\n    def __eq__(self, o): return self.v == o.v\n    def __add__(self, o): return V(self.v + o.v)\n    def __repr__(self): return f'V({self.v})'\n    def __len__(self): return 0\n    def __getitem__(self, k): return k\nout(V(1) == V(1), V(1) + V(2), bool(V(1)), V(1)['k'])",
        "True\nV(3)\nFalse\n'k'",
    );
    // What `object` gives to every class is there, though it is not modelled.
    check("class A:\n    def __eq__(self, other): return True\n    __hash__ = object.__hash__\nout(A() == 1)", "True");
    check("class A: pass\nA().x", "AttributeError: 'A' object has no attribute 'x'");
    check(
        "class E(Exception):\n    def __init__(self, a):\n        super().__init__('m', a)\ntry:\n    raise E(3)\nexcept (KeyError, E) as e:\n    out(e.args, str(e))",
        "('m', 3)\n\"('m', 3)\"",
    );
    check(
        "class A: pass\nclass B(A): pass\nclass C(A): pass\nclass D(B, C): pass\nout([c.__name__ for c in D.__mro__])",
        "['D', 'B', 'C', 'A', 'object']",
    );
}

#[test]
fn flow() {
    check(
        "for i in range(5):\n    if i == 1: continue\n    if i == 3: break\n    out(i)\nelse: out('no')\nwhile i: i -= 1\nelse: out('done')",
        "0\n2\n'done'",
    );
    check("def f():\n    try:\n        return 1\n    finally:\n        out('f')\nout(f())", "'f'\n1");
    check(
        "try:\n    {}['k']\nexcept KeyError as e:\n    out(e, str(e))\ntry: e\nexcept NameError: out('gone')",
        "KeyError('k')\n\"'k'\"\n'gone'",
    );
    check(
        "try:\n    try: 1 / 0\n    except ZeroDivisionError: raise\nexcept ArithmeticError as e: out(str(e))\nelse: out('no')",
        "'division by zero'",
    );
    check(
        "def f(x):\n    match x:\n        case 1 | 2: return 'few'\n        case [a, *b]: return a, b\n        case {'k': v, **r}: return v, r\n        case str(s) if s: return s\n        case _: return None\nout(f(2), f([1, 2, 3]), f({'k': 1, 'z': 2}), f('s'), f(''))",
        "'few'\n(1, [2, 3])\n(1, {'z': 2})\n's'\nNone",
    );
    check(
        "class M:\n    def __enter__(self): return 'e'\n    def __exit__(self, t, v, b):\n        out(t.__name__ if t else None)\n        return True\nwith M() as a, M():\n    out(a)\n    1 / 0\nout('on')",
        "'e'\n'ZeroDivisionError'\nNone\n'on'",
    );
    check("assert 1 > 2, 'msg'", "AssertionError: msg");
    check("raise RuntimeError('x') from None", "RuntimeError: x");
}

#[test]
fn text() {
    check(
        "n, s, f = 5, 'ab', 3.14159\nout(f'{n:03d}|{s!r:>6}|{f:.2f}|{n=}'.replace('=', ''), f'{s:*^6}|{1234567:,}|{255:#x}|{\"{\"}{{}}')",
        "\"005|  'ab'|3.14|n5\"\n'**ab**|1,234,567|0xff|{{}'",
    );
    check(
        "out('%s %d %r %5.1f %% %(x)s' .replace('%(x)s', '') % ('a', 3, 'b', 2.25), '%(a)s-%(b)03d' % {'a': 1, 'b': 2}, '%-5s|' % 'x')",
        "\"a 3 'b'   2.2 % \"\n'1-002'\n'x    |'",
    );
    check(
        "out('{} {0}'.replace(' {0}', '').format(1), '{a.real}{b[k]}{c[0]!r:>4}'.format(a=1, b={'k': 2}, c=['x']), '{:>{w}}'.format('a', w=3))",
        "'1'\n\"12 'x'\"\n'  a'",
    );
    check(
        "out('a,b,,c'.split(','), ' a b '.split(), 'a.b.c'.rsplit('.', 1), 'x'.join(['1', '2']), 'AbC'.swapcase(), 'a b'.title(), 'abc'.find('z'), 'abcabc'.rfind('b'), 'x'.zfill(3), 'ab'.partition('b'), 'l1\\nl2\\n'.splitlines())",
        "['a', 'b', '', 'c']\n['a', 'b']\n['a.b', 'c']\n'1x2'\n'aBc'\n'A B'\n-1\n4\n'00x'\n('a', 'b', '')\n['l1', 'l2']",
    );
    check(
        "out(1e20, 1.0, 1e-7, 0.1 + 0.2, 10 ** 20, -7 // 2, -7 % 3, 7 / 2, 2 ** -1, True + 1)",
        "1e+20\n1.0\n1e-07\n0.30000000000000004\n100000000000000000000\n-4\n2\n3.5\n0.5\n2",
    );
    check("out(\"it's\", 'a\"b', 'q\\'\"', b'x\\n', 'é\\x00')", "\"it's\"\n'a\"b'\n'q\\'\"'\nb'x\\n'\n'é\\x00'");
}

#[test]
fn collections() {
    check(
        "l = [3, 1, 2]\nl.sort(key=lambda x: -x)\nout(l, l.index(1), l.pop(), l)\nd = dict(a=1, **{'b': 2})\nout(d.get('z', 0), list(d.items()), d.pop('a'), d, {**d, 'c': 3}, d | {'e': 1})",
        "[3, 2]\n2\n1\n[3, 2]\n0\n[('a', 1), ('b', 2)]\n1\n{'b': 2}\n{'b': 2, 'c': 3}\n{'b': 2, 'e': 1}",
    );
    check(
        "out({1, 2} & {2, 3}, {1} | {2}, {1} <= {1, 2}, sorted({3, 1}), {(1, 2): 'a'}[1, 2], 1 in {1: 0}, len({1, True, 1.0}))",
        "{2}\n{1, 2}\nTrue\n[1, 3]\n'a'\nTrue\n1",
    );
    check(
        "out({k: v for k, v in zip('ab', range(2))}, [x for y in [[1], [2]] for x in y if x > 1], {c for c in 'aa'})",
        "{'a': 0, 'b': 1}\n[2]\n{'a'}",
    );
    check(
        "out(max([1, 3]), min('b', 'a'), max([], default=0), any([0, 1]), all([]), list(map(str, [1])), list(filter(None, [0, 1])), list(enumerate('a', 1)), list(reversed([1, 2])))",
        "3\n'a'\n0\nTrue\nTrue\n['1']\n[1]\n[(1, 'a')]\n[2, 1]",
    );
    check("{[]: 1}", "TypeError: unhashable type: 'list'");
    check("d = {}\nfor i in range(30): d[i] = i\ndel d[3]\nout(len(d), 3 in d, d[29])", "29\nFalse\n29");
    check(
        "out(sorted([(2, 'a'), (1, 'b')]), sorted(['b', 'A'], key=str.lower), [1, 2] < [1, 3], int('12'), int('ff', 16), float('1.5'), str(None), bool(''))",
        "[(1, 'b'), (2, 'a')]\n['A', 'b']\nTrue\n12\n255\n1.5\n'None'\nFalse",
    );
}

#[test]
fn exceptions_know_what_they_come_from() {
    check(
        "try:\n    try: {}['x']\n    except KeyError as e: raise RuntimeError('no') from e\nexcept RuntimeError as e:\n    \
         out(isinstance(e.__cause__, KeyError), e.__context__ is e.__cause__, e.__suppress_context__)",
        "True\nTrue\nTrue",
    );
    check(
        "try:\n    try: 1 / 0\n    except ZeroDivisionError: {}['x']\nexcept KeyError as e: out(type(e.__context__).__name__, e.__cause__)",
        "'ZeroDivisionError'\nNone",
    );
    check(
        "try:\n    try: 1 / 0\n    except ZeroDivisionError as e: raise ValueError from None\nexcept ValueError as e: out(e.__cause__, e.__suppress_context__)",
        "None\nTrue",
    );
    check("raise ValueError('x') from 3", "TypeError: exception causes must derive from BaseException");
}
