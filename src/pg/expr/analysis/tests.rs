//! Every answer was seen from PostgreSQL 16 (`tests/oracle/system.py` has the facts; the messages are the server's).

use super::*;

const COLUMNS: &[(&str, &str)] = &[
    ("i", "integer"),
    ("b", "bigint"),
    ("n", "numeric"),
    ("t", "text"),
    ("v", "character varying(10)"),
    ("j", "json"),
    ("jb", "jsonb"),
    ("d", "date"),
    ("ts", "timestamp"),
    ("tz", "timestamptz"),
    ("tm", "time"),
    ("u", "uuid"),
    ("bo", "boolean"),
    ("ti", "text[]"),
    ("x", "xml"),
    ("p", "point"),
    ("iv", "interval"),
    ("e", "mood"),
];

fn named(ty: &DataType) -> Option<Type> {
    match ty.builtin_name() {
        Some(_) => Type::builtin(ty),
        None => Some(Type { base: system::Base::Enum(QName::bare(Ident::new("mood"))), array: ty.array }),
    }
}

fn analysed(text: &str, columns: &[(&str, &str)]) -> Result<Analysis, PgError> {
    let column = |name: &Ident| {
        let (_, ty) = columns.iter().find(|(column, _)| *column == name.as_str())?;
        named(&DataType::parse(ty)?)
    };
    let names = Names {
        column: &column,
        type_of: &|ty| Ok(named(ty)),
        has_schema: &|_| true,
        has_routine: &|name| name.name.as_str() == "own",
        has_extensions: false,
    };
    Ok(analyse(&Expr::parse(text), &names)?.unwrap())
}

fn ty(text: &str) -> String {
    match analysed(text, COLUMNS) {
        Ok(analysis) => analysis.ty.map_or_else(|| "?".to_string(), |ty| ty.to_string()),
        Err(error) => format!("{}: {}", error.sqlstate, error.message),
    }
}

#[test]
fn types_of_expressions() {
    for (text, expected) in [
        ("1", "integer"),
        ("10000000000", "bigint"),
        ("1.5", "numeric"),
        ("i + 1", "integer"),
        ("i + 1.5", "numeric"),
        ("i + b", "bigint"),
        ("i / n", "numeric"),
        ("t || 'x'", "text"),
        ("v || 1", "text"),
        ("'a' || 'b'", "text"),
        ("lower(v)", "text"),
        ("length(v) > 2", "boolean"),
        ("v <> ''", "boolean"),
        ("v IN ('a', 'b')", "boolean"),
        ("i IN (1, 2)", "boolean"),
        ("i BETWEEN 1 AND 10", "boolean"),
        ("d > '2000-01-01'", "boolean"),
        ("d < now()", "boolean"),
        ("ts + interval '1 day'", "timestamp without time zone"),
        ("d - d", "integer"),
        ("ts - ts", "interval"),
        ("jb -> 'a'", "jsonb"),
        ("jb ->> 'a' = 'x'", "boolean"),
        ("j ->> 'a'", "text"),
        ("jb @> '{}'", "boolean"),
        ("jb = '{}'", "boolean"),
        ("e = 'sad'", "boolean"),
        ("e::text", "text"),
        ("array_length(ti, 1)", "integer"),
        ("'a' = ANY (ti)", "boolean"),
        ("ti || '{x}'", "text[]"),
        ("ti[1]", "text"),
        ("array_append(ti, 'x')", "text[]"),
        ("coalesce(i, 1.5)", "numeric"),
        ("CASE WHEN i > 0 THEN 1 ELSE 0 END", "integer"),
        ("now() AT TIME ZONE 'utc'", "timestamp without time zone"),
        ("extract(epoch FROM ts)", "numeric"),
        ("date_trunc('day', tz)", "timestamp with time zone"),
        ("jsonb_build_object('a', 1)", "jsonb"),
        ("gen_random_uuid()", "uuid"),
        ("abs(i)", "integer"),
        ("text(i)", "text"),
        ("num_nonnulls(i, t, j) = 1", "boolean"),
        ("own(i)", "?"),
        ("missing > 0", "?"),
        ("ARRAY[1, 2.5]", "numeric[]"),
        ("to_tsvector('english', t) @@ to_tsquery('a')", "boolean"),
    ] {
        assert_eq!(ty(text), expected, "{text}");
    }
}

#[test]
fn what_does_not_exist() {
    for (text, expected) in [
        ("j = '{}'", "42883: operator does not exist: json = unknown"),
        ("x = 'a'", "42883: operator does not exist: xml = unknown"),
        ("p = '(1,1)'", "42883: operator does not exist: point = unknown"),
        ("tm < now()", "42883: operator does not exist: time without time zone < timestamp with time zone"),
        ("i = t", "42883: operator does not exist: integer = text"),
        ("t > 5", "42883: operator does not exist: text > integer"),
        ("i ~ 'a'", "42883: operator does not exist: integer ~ unknown"),
        ("t IN (1, 2)", "42883: operator does not exist: text = integer"),
        ("u = 5", "42883: operator does not exist: uuid = integer"),
        ("jsonb_typeof(u) = 'object'", "42883: function jsonb_typeof(uuid) does not exist"),
        ("jsonb_typeof(j) = 'object'", "42883: function jsonb_typeof(json) does not exist"),
        ("lower(i)", "42883: function lower(integer) does not exist"),
        ("char_length(i) <= 40", "42883: function char_length(integer) does not exist"),
        ("no_such_thing()", "42883: function no_such_thing() does not exist"),
        ("array_length(jb, 1)", "42883: function array_length(jsonb, integer) does not exist"),
        ("e = t", "42883: operator does not exist: mood = text"),
        ("bo > 0", "42883: operator does not exist: boolean > integer"),
        ("-t", "42883: operator does not exist: - text"),
        ("i::jsonb", "42846: cannot cast type integer to jsonb"),
        ("d::boolean", "42846: cannot cast type date to boolean"),
        ("i AND bo", "42804: argument of AND must be type boolean, not type integer"),
        ("i IS TRUE", "42804: argument of IS TRUE must be type boolean, not type integer"),
        ("coalesce(i, t)", "42804: COALESCE types integer and text cannot be matched"),
        ("CASE WHEN bo THEN 1 ELSE t END", "42804: CASE types text and integer cannot be matched"),
        ("i = 'x'", "22P02: invalid input syntax for type integer: \"x\""),
        ("bo = 'maybe'", "22P02: invalid input syntax for type boolean: \"maybe\""),
        ("u = ''", "22P02: invalid input syntax for type uuid: \"\""),
        ("ti || 'x'", "22P02: malformed array literal: \"x\""),
        ("d = ''", "22007: invalid input syntax for type date: \"\""),
        ("jb = ''", "22P02: invalid input syntax for type json"),
        ("i COLLATE \"C\" > 1", "42804: collations are not supported by type integer"),
    ] {
        assert_eq!(ty(text), expected, "{text}");
    }
}

/// What an `ALTER COLUMN … TYPE` makes of a CHECK that stands already: its constants and casts are there.
#[test]
fn analysed_again() {
    let again = |text: &str, to: &str| {
        let first = analysed(text, COLUMNS).unwrap();
        let (column, ..) = COLUMNS.iter().find(|(name, _)| text.split(' ').next() == Some(*name)).unwrap();
        let to = [(*column, to)];
        let column = |name: &Ident| {
            let (_, ty) = to.iter().find(|(column, _)| *column == name.as_str())?;
            named(&DataType::parse(ty)?)
        };
        let second = first.again(&Names {
            column: &column,
            type_of: &|ty| Ok(named(ty)),
            has_schema: &|_| true,
            has_routine: &|_| false,
            has_extensions: false,
        });
        second.map(|_| ()).map_err(|error| error.message)
    };
    // A varchar is compared as text, and an integer becomes text as well.
    assert_eq!(again("v <> ''", "integer"), Ok(()));
    assert_eq!(again("i > 0", "text"), Err("operator does not exist: text > integer".to_string()));
    assert_eq!(again("i > 0", "numeric"), Ok(()));
    assert_eq!(
        again("bo IS TRUE", "integer"),
        Err("argument of IS TRUE must be type boolean, not type integer".into())
    );
    assert_eq!(
        again("ts > '2000-01-01'", "text"),
        Err("operator does not exist: text > timestamp without time zone".into())
    );
}

#[test]
fn volatility_is_that_of_the_worst() {
    let of = |text: &str| analysed(text, COLUMNS).unwrap().volatility;
    assert_eq!(of("lower(t)"), Volatility::Immutable);
    assert_eq!(of("i::text"), Volatility::Immutable);
    assert_eq!(of("tz::text"), Volatility::Stable);
    assert_eq!(of("e::text"), Volatility::Stable);
    assert_eq!(of("now()"), Volatility::Stable);
    assert_eq!(of("random()"), Volatility::Volatile);
    assert_eq!(of("own(i)"), Volatility::Unknown);
}

#[test]
fn extensions_bring_other_operators_and_leave_the_common_ones() {
    let said = |text: &str| {
        let column = |name: &Ident| {
            let (_, ty) = COLUMNS.iter().find(|(column, _)| *column == name.as_str())?;
            named(&DataType::parse(ty)?)
        };
        let has_routine = |name: &QName| !system::has_function(name.name.as_str());
        let names = Names {
            column: &column,
            type_of: &|ty| Ok(named(ty)),
            has_schema: &|_| true,
            has_routine: &has_routine,
            has_extensions: true,
        };
        analyse(&Expr::parse(text), &names).err().map(|error| error.message)
    };
    assert_eq!(said("i = t").as_deref(), Some("operator does not exist: integer = text"));
    assert_eq!(said("jsonb_typeof(j) = 'object'").as_deref(), Some("function jsonb_typeof(json) does not exist"));
    for text in
        ["t % t", "t <-> v", "similarity(t, 'a') > 0.5", "t ? 'a'", "i = ANY (ARRAY[1, 2])", "ti && ti", "iv - 'a'"]
    {
        assert_eq!(said(text), None, "{text}");
    }
}

/// `SELECT '…'::type` on PostgreSQL 16.14 and 18.
#[test]
fn constants_that_are_no_values() {
    let invalid =
        |state: &str, ty: &str, text: &str| format!("{state}: invalid input syntax for type {ty}: \"{text}\"");
    for text in ["x", "1x", "1_", "+ 12", "12.5", "1e3", ""] {
        assert_eq!(ty(&format!("'{text}'::integer")), invalid("22P02", "integer", text));
    }
    for text in ["0x1F", "1_000", " 12 ", "-2147483648", "+7"] {
        assert_eq!(ty(&format!("'{text}'::integer")), "integer", "{text}");
    }
    for (text, to) in [
        ("99999999999", "integer"),
        ("-2147483649", "integer"),
        ("40000", "smallint"),
        ("99999999999999999999", "bigint"),
    ] {
        let says = format!("22003: value \"{text}\" is out of range for type {to}");
        assert_eq!(ty(&format!("'{text}'::{to}")), says);
    }
    for text in ["1x", "1.5e", ".", "1,5", "infin", "1 2", ""] {
        assert_eq!(ty(&format!("'{text}'::numeric")), invalid("22P02", "numeric", text));
        assert_eq!(ty(&format!("'{text}'::float8")), invalid("22P02", "double precision", text));
    }
    for text in ["1.5e3", ".5", "5.", "0x1F", "nan", "-infinity", " 1 "] {
        assert_eq!(ty(&format!("'{text}'::numeric")), "numeric", "{text}");
    }
    for text in ["x", "2", "o", ""] {
        assert_eq!(ty(&format!("'{text}'::boolean")), invalid("22P02", "boolean", text));
    }
    assert_eq!(ty("'tru'::boolean"), "boolean");
    for text in [
        "x",
        "00000000-0000-0000-0000-00000000000",
        "{00000000-0000-0000-0000-000000000000",
        "000-00000-0000-0000-0000-000000000000",
        "00000000--0000-0000-0000-000000000000",
        " 00000000-0000-0000-0000-000000000000",
        "00000000-0000-0000-0000-000000000000-",
    ] {
        assert_eq!(ty(&format!("'{text}'::uuid")), invalid("22P02", "uuid", text));
    }
    for text in ["{00000000-0000-0000-0000-000000000000}", "0000-0000-0000-0000-0000-0000-0000-0000"] {
        assert_eq!(ty(&format!("'{text}'::uuid")), "uuid", "{text}");
    }
    for text in ["{", "{}x", "{\"a\":1,}", "[1,2", "01", "", "True", "nul", "\"a", "\"\\x\""] {
        let says = "22P02: invalid input syntax for type json";
        assert_eq!(ty(&format!("'{text}'::json")), says, "{text}");
        assert_eq!(ty(&format!("'{text}'::jsonb")), says, "{text}");
    }
    for text in ["true", "\"\\ud800\"", "1e999999", " [1, {\"a\": null}] "] {
        assert_eq!(ty(&format!("'{text}'::json")), "json", "{text}");
    }
    for text in ["0000-00-00", "2015-02-30", "2015-13-01", "0000-01-01", "2015-00-10", "2015-10-00"] {
        let says = format!("22008: date/time field value out of range: \"{text}\"");
        assert_eq!(ty(&format!("'{text}'::date")), says);
        assert_eq!(ty(&format!("'{text}'::timestamptz")), says);
    }
    for text in [
        "0000-00-00 00:00:00",
        "2015-02-29 00:00",
        "2015-01-01 25:00:00",
        "2015-01-01 24:00:01",
        "2015-01-01 23:60:00",
        "2015-01-01 23:59:61",
    ] {
        let says = format!("22008: date/time field value out of range: \"{text}\"");
        assert_eq!(ty(&format!("'{text}'::timestamp")), says);
    }
    for text in
        ["2015-01-01 24:00:00", "2015-01-01 23:59:60", "2015-01-01T00:00:00Z", "2016-02-29", "now()", "12/31/2015"]
    {
        assert_eq!(ty(&format!("'{text}'::timestamp")), "timestamp without time zone", "{text}");
    }
    for text in ["CURRENT_TIMESTAMP", "utcnow", "", "tomorro"] {
        assert_eq!(ty(&format!("'{text}'::timestamp")), invalid("22007", "timestamp", text));
        assert_eq!(ty(&format!("'{text}'::timestamptz")), invalid("22007", "timestamp with time zone", text));
    }
}
