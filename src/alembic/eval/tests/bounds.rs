use super::check;

#[test]
fn what_does_not_end_is_stopped() {
    check("while True: pass", "stop bound-steps");
    check("'x' * 10**9", "stop bound-memory");
    check("10 ** 10 ** 10", "stop bound-memory");
    check("def f(): return f()\nf()", "stop bound-depth");
    check("f'{1:>9999999999}'", "stop bound-memory");
    check("x = [0]\nwhile True: x += x", "stop bound-memory");
    check("x = 'a'\nwhile True: x = x.replace('a', 'aaaaaaaaaa')", "stop bound-memory");
    check("x = []\nx.append(x)\nrepr(x)", "stop bound-depth");
    check("class A:\n    def __getattr__(self, n): return getattr(self, n)\nA().x", "stop bound-depth");
    check("def g():\n    yield from g()\nlist(g())", "stop bound-depth");
    check("list(range(10**12))", "stop bound-memory");
    check("import itertools\nfor i in itertools.count(): pass", "stop bound-steps");
    check("try:\n    while True: pass\nexcept BaseException: out('no')", "stop bound-steps");
}

#[test]
fn what_nests_deeply_is_dropped() {
    check("x = []\nfor i in range(100000): x = [x]\nx = 1\nout(x)", "1");
    check("x = {}\nfor i in range(100000): x = {'a': x}\nx = 1\nout(x)", "1");
    check("x = ()\nfor i in range(100000): x = (x,)\nx = 1\nout(x)", "1");
    check(
        "class A: pass\nx = None\nfor i in range(100000):\n    a = A()\n    a.x = x\n    x = a\na = x = 1\nout(x)",
        "1",
    );
    check("x = []\ny = []\nfor i in range(100000):\n    x = [x]\n    y = [y]\nx == y", "stop bound-depth");
}
