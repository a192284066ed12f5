//! What CPython 3.11 has besides what is modelled here: of that a program learns nothing by an `AttributeError` or a `NameError`.

/// The attributes of built-in types (`dir(int)`), those of every object left out.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("int", "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes"),
    ("float", "as_integer_ratio conjugate fromhex hex imag is_integer real"),
    ("complex", "conjugate imag real"),
    ("bool", "as_integer_ratio bit_count bit_length conjugate denominator from_bytes imag numerator real to_bytes"),
    (
        "str",
        "capitalize casefold center count encode endswith expandtabs find format format_map index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
    ),
    (
        "bytes",
        "capitalize center count decode endswith expandtabs find fromhex hex index isalnum isalpha isascii isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
    ),
    (
        "bytearray",
        "append capitalize center clear copy count decode endswith expandtabs extend find fromhex hex index insert isalnum isalpha isascii isdigit islower isspace istitle isupper join ljust lower lstrip maketrans partition pop remove removeprefix removesuffix replace reverse rfind rindex rjust rpartition rsplit rstrip split splitlines startswith strip swapcase title translate upper zfill",
    ),
    ("list", "append clear copy count extend index insert pop remove reverse sort"),
    ("tuple", "count index"),
    ("dict", "clear copy fromkeys get items keys pop popitem setdefault update values"),
    (
        "set",
        "add clear copy difference difference_update discard intersection intersection_update isdisjoint issubset issuperset pop remove symmetric_difference symmetric_difference_update union update",
    ),
    ("frozenset", "copy difference intersection isdisjoint issubset issuperset symmetric_difference union"),
    ("range", "count index start step stop"),
    ("slice", "indices start step stop"),
    ("BaseException", "add_note args with_traceback"),
];

/// The built-in functions and types (`dir(builtins)`).
const BUILTINS: &str = "abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip";

/// CPython's type of that name has the attribute.
pub(in crate::alembic::eval) fn has_attribute(class: &str, name: &str) -> bool {
    ATTRIBUTES.iter().any(|(own, names)| *own == class && has(names, name))
}

/// CPython has a built-in function or type of that name.
pub(in crate::alembic::eval) fn is_builtin(name: &str) -> bool {
    has(BUILTINS, name)
}

fn has(names: &str, name: &str) -> bool {
    names.split(' ').any(|own| own == name)
}
