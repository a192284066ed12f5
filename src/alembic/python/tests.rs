use super::ast::{ExprKind, StmtKind};
use super::parse;
use crate::source::Sources;

fn file() -> crate::source::FileId {
    Sources::default().add("r.py", "")
}

#[test]
fn line_ends_marks_and_blanks_are_no_obstacle() {
    for text in ["\u{feff}a = 1\nb = 2\n", "a = 1\r\nb = 2\r\n", "a = 1\n\x0c\nb = 2", "if 1:\n\ta = 1\nb = 2\n"] {
        assert_eq!(parse(text, file()).map(|module| module.body.len()), Ok(2), "{text:?}");
    }
}

#[test]
fn places_count_the_byte_order_mark() {
    let text = "\u{feff}a = 1\nb = (\n";
    let module = parse("\u{feff}a = 1\n", file()).unwrap();
    assert_eq!((module.body[0].span.start, module.body[0].span.end), (3, 8));
    assert!(parse(text, file()).unwrap_err().span.start >= 9);
}

#[test]
fn a_failure_has_its_place() {
    let failure = parse("a = 1\nb = = 2\n", file()).unwrap_err();
    assert_eq!(failure.span.start, 10);
    assert!(parse("a = 1\0", file()).is_err());
}

#[test]
fn deep_texts_fail_and_do_not_overflow() {
    for text in ["(", "[", "x = -", "x = not ", "f(", "{", "x = 1 + ", "a."] {
        assert!(parse(&text.repeat(100_000), file()).is_err(), "{text}");
    }
    let sum = format!("x = 1{}\n", " + 1".repeat(250));
    assert!(parse(&sum, file()).is_ok());
}

#[test]
fn names_are_sorted_to_their_scopes() {
    let text = "def f(a, *b, c=1, **d):\n    global g\n    nonlocal n\n    g = n = 1\n    for x, (y, *z) in a: pass\n    \
                import os.path, sys as s\n    with a as w: pass\n    try: pass\n    except E as e: pass\n    [q for q in a if (t := q)]\n    \
                def inner(): hidden = 1\n";
    let module = parse(text, file()).unwrap();
    let StmtKind::FunctionDef(def) = &module.body[0].kind else { panic!("{:?}", module.body[0]) };
    let mut names: Vec<&str> = def.names.locals.iter().map(|name| &**name).collect();
    names.sort_unstable();
    assert_eq!(names, ["a", "b", "c", "d", "e", "inner", "os", "s", "t", "w", "x", "y", "z"]);
    assert!(def.names.globals.contains("g") && def.names.nonlocals.contains("n") && !def.is_generator);
}

#[test]
fn a_call_stands_on_the_line_a_traceback_shows() {
    let text = "x = (sa\n  .select(1)\n  .where(2))\nop.f(\n  1,\n)\n";
    let module = parse(text, file()).unwrap();
    let at = |index: usize| match &module.body[index].kind {
        StmtKind::Assign { value, .. } | StmtKind::Expr(value) => match &value.kind {
            ExprKind::Call(call) => call.at.start as usize,
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    assert_eq!(&text[at(0)..at(0) + 5], "where");
    assert_eq!(&text[at(1)..at(1) + 4], "op.f");
}
