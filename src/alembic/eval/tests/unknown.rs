use super::{check, run};

#[test]
fn operations_keep_the_reason() {
    check(
        "out(unknown + 1, unknown.a.b(2)[3], [unknown], f'{unknown}', len(unknown), not unknown, unknown == 1, 'a' in unknown, '%s' % unknown, str(unknown), 'x'.replace('x', unknown))",
        "?test\n?test\n?test\n?test\n?test\n?test\n?test\n?test\n?test\n?test\n?test",
    );
    check(
        "out({'a': unknown}['a'], {unknown: 1}, isinstance(unknown, str), unknown and False, unknown or True)",
        "?test\n?test\n?test\nFalse\nTrue",
    );
}

#[test]
fn both_sides_run_and_merge() {
    check(
        "a = b = c = 1\nif unknown:\n    a = 2\n    c = 3\n    out('x')\nelse:\n    b = 2\n    c = 3\nout(a, b, c)",
        "may 'x'\n?test\n?test\n3",
    );
    check("l = [1]\nd = {}\nif unknown:\n    l.append(2)\n    d['k'] = 1\nout(l, d, len(l))", "?test\n?test\n?test");
    check("class A: pass\na = A()\na.x = 1\na.y = 1\nif unknown: a.x = 2\nout(a.x, a.y)", "?test\n1");
    check("x = 1 if unknown else 2\ny = 1 if unknown else 1\nout(x, y)", "?test\n1");
    check("if unknown: x = 1\nelif 1: x = 1\nelse: x = 2\nout(x)", "1");
}

#[test]
fn leaving_early() {
    check(
        "def f():\n    if unknown: return 1\n    out('rest')\n    return 2\nout(f())\nout('after')",
        "may 'rest'\n?test\n'after'",
    );
    check("def f():\n    if unknown: return 1\n    else: return 1\nout(f())", "1");
    check("g = 0\ndef f():\n    global g\n    if unknown: return\n    g = 1\nf()\nout(g)", "?test");
    check("for i in [1, 2]:\n    if unknown: continue\n    out(i)\nout('after')", "may 1\nmay 2\n'after'");
    check("for i in [1, 2]:\n    out(i)\n    if unknown: break\nout('after')", "1\nmay 2\n'after'");
    check(
        "def f():\n    if unknown:\n        if unknown: return 1\n        out('in')\n    out('rest')\nf()\nout('after')",
        "may 'in'\nmay 'rest'\n'after'",
    );
    check("def f():\n    for i in [1]:\n        if unknown: return 5\n    return 6\nout(f())", "?test");
}

/// `if exists: continue`, and what follows would fail: then it was left, in every run that goes on.
#[test]
fn what_raises_was_left_before() {
    let body = "    if unknown: continue\n    g = i\n    raise ValueError(i)";
    check(&format!("g = 0\nfor i in [1, 2]:\n{body}\nout(g)"), "0");
    check("g = 0\nfor i in [1, 2]:\n    if unknown: break\n    g = i\n    raise ValueError(i)\nout(g)", "0");
    check(
        "g = 0\ndef f():\n    global g\n    if unknown: return 1\n    g = 1\n    raise ValueError('x')\nout(f(), g)",
        "1\n0",
    );
    let (_, run) = run(&format!("for i in [1, 2]:\n{body}\nout('after')"), Vec::new());
    assert_eq!((run.may_fail.len(), run.uncertain.len()), (2, 0));
    check(
        &format!("g = 0\ntry:\n  for i in [1]:\n{}\nexcept ValueError: pass\nout(g)", body.replace("    ", "     ")),
        "?test",
    );
}

#[test]
fn loops_over_unknown_items_run_once() {
    check("n = 0\nfor x in unknown:\n    n += 1\n    out(x)\nout(n)", "may ?test\n?test");
    check("while unknown:\n    out('x')\nout('after')", "may 'x'\n'after'");
    check("def f():\n    for x in unknown: return x\n    out('rest')\nf()", "may 'rest'");
    check("out([x for x in unknown], list(unknown), [x for x in [1, 2] if unknown])", "?test\n?test\n?test");
}

/// What a list holds before a loop over rows appends to it is still there.
#[test]
fn lists_that_grow_begin_as_they_did() {
    check(
        "l = [1, 2]\nfor x in unknown:\n    if x == 3: continue\n    l.append(x)\nfor x in l: out(x)",
        "1\n2\nmay ?test",
    );
    check(
        "l = [1]\nif unknown: l += [2]\nl.append(3)\nfor x in l: out(x)\nout(l, len(l))",
        "1\nmay ?test\n?test\n?test",
    );
    check("l = [1]\nl.extend(unknown)\nfor x in l: out(x)", "1\nmay ?test");
    check("l = [1, 2]\nfor x in unknown: l.pop()\nfor x in l: out(x)", "may ?test");
    check("l = [1, 2]\nfor x in unknown:\n    if x: l.pop()\n    else: l.append(3)\nfor x in l: out(x)", "may ?test");
    check("l = [1]\nif unknown: l.append(2)\nl.insert(0, 5)\nfor x in l: out(x)", "may ?test");
}

#[test]
fn exceptions_under_doubt() {
    let (shown, run) = run("if unknown: raise ValueError('x')\nout('after')", Vec::new());
    assert_eq!((shown.as_str(), run.may_fail.len(), run.uncertain.len()), ("'after'", 1, 0));
    check(
        "try:\n    if unknown: raise ValueError('x')\n    out('rest')\nexcept ValueError: out('handled')\nout('after')",
        "may 'rest'\nmay 'handled'\n'after'",
    );
    check("if unknown: raise ValueError('a')\nelse: raise ValueError('b')", "ValueError: b");
    check("def f():\n    if unknown: return 1\n    raise ValueError('x')\nout(f())", "1");
    check("try: unknown()\nexcept Exception: out('handled')\nout('after')", "may 'handled'\n'after'");
    check("assert unknown\nout('after')", "'after'");
}

/// What a library refuses, and what is not there, is followed into the handlers that look for it, and into no others.
#[test]
fn what_an_unknown_value_may_raise() {
    let after = "    out('rest')\nexcept ValueError: out('handled')\nout('after')";
    let both = "may 'rest'\nmay 'handled'\n'after'";
    check(&format!("import json\ntry:\n    json.loads(unknown)\n{after}"), both);
    check(&format!("try:\n    float(unknown)\n{after}"), both);
    check(&format!("from enum import Enum\nclass E(Enum): A = 1\ntry:\n    E(unknown)\n{after}"), both);
    check(&format!("try:\n    unknown['k']\n{after}"), "'rest'\n'after'");
    check(&format!("try:\n    str(unknown)\n{after}"), "'rest'\n'after'");
    let lacks = "    out('rest')\nexcept KeyError as e: out('handled')\nout('after')";
    check(&format!("try:\n    {{'a': 1}}[unknown]\n{lacks}"), both);
    check(&format!("try:\n    unknown['k']\n{lacks}"), both);
    // Who catches everything does not ask whether a row has what it is asked for.
    check("try: unknown[0]\nexcept Exception: out('handled')\nout('after')", "'after'");
    // A `try` further out catches it; what does not reach it is not known to be raised.
    check(
        "try:\n    try: int(unknown)\n    except KeyError: out('inner')\n    out('rest')\nexcept ValueError: out('outer')",
        "may 'rest'\nmay 'outer'",
    );
    let (shown, run) = run("try: int(unknown)\nexcept KeyError: pass\nout('after')", Vec::new());
    assert_eq!((shown.as_str(), run.may_fail.len()), ("'after'", 0));
    check(
        "bad = []\nfor x in unknown:\n    try: int(x)\n    except ValueError: bad.append(x)\nif bad: out('bad')",
        "may 'bad'",
    );
}

#[test]
fn calls_of_unknown_functions() {
    check("def cb(): out('never')\nl = [1]\nt = (1,)\nunknown(cb, l, t)\nout(l, t)", "?test\n(1,)");
    check("def f(a, b=2): return a, b\nout(f(*unknown), f(1, **unknown))", "?test\n?test");
    check(
        "class A(unknown):\n    x = 1\n    def f(self): return 2\nout(A.x, A().y, A.z, A.f(1))",
        "?test\n?test\n?test\n2",
    );
    // Such a metaclass makes instances and leaves the class as it is written; others may do anything.
    check(
        "class M(type):\n    kept = {}\n    def __call__(cls): return cls.kept\nclass A(metaclass=M):\n    x = 1\nclass B(A): y = 2\n\
         out(A.x, B.x, B.y, A(), B(), A.z)\nclass N(type):\n    def __new__(*a): return 1\nclass C(metaclass=N): x = 1\nout(C.x)",
        "1\n1\n2\n?unsupported\n?unsupported\n?unsupported\n?unsupported",
    );
}

#[test]
fn a_real_application_does_load() {
    let (shown, run) = run("import app\nout(app.x)", vec![("app", "if unknown: raise ValueError('x')\nx = 1")]);
    assert_eq!((shown.as_str(), run.may_fail.len()), ("1", 0));
}
