//! `str` and `bytes`.

use super::Table;
use crate::alembic::eval::args::Args;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::format::{known_in_part, leave_open};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, Vm};
use num_traits::ToPrimitive;

/// Any unknown argument makes the result unknown.
macro_rules! known {
    ($bound:expr, $($name:literal),*) => {
        $(if let Some(value @ Value::Unknown(_)) = $bound.get($name) { return Ok(value); })*
    };
}

pub(super) const METHODS: Table = &[
    ("upper", |_, s, _| map(s, |s| s.to_uppercase())),
    ("lower", |_, s, _| map(s, |s| s.to_lowercase())),
    ("casefold", |_, s, _| map(s, |s| s.to_lowercase())),
    ("swapcase", |_, s, _| map(s, swapcase)),
    ("capitalize", |_, s, _| map(s, capitalize)),
    ("title", |_, s, _| map(s, title)),
    ("strip", |vm, s, args| strip(vm, s, args, true, true)),
    ("lstrip", |vm, s, args| strip(vm, s, args, true, false)),
    ("rstrip", |vm, s, args| strip(vm, s, args, false, true)),
    ("removeprefix", |vm, s, args| remove(vm, s, args, true)),
    ("removesuffix", |vm, s, args| remove(vm, s, args, false)),
    ("startswith", |vm, s, args| affix(vm, s, args, true)),
    ("endswith", |vm, s, args| affix(vm, s, args, false)),
    ("split", |vm, s, args| split(vm, s, args, false)),
    ("rsplit", |vm, s, args| split(vm, s, args, true)),
    ("splitlines", |_, s, args| {
        let keep =
            args.positional.first().or(args.keyword.first().map(|(_, v)| v)).and_then(Value::as_bool) == Some(true);
        Ok(Value::list(lines(text(s), keep).into_iter().map(Value::str)))
    }),
    ("partition", |vm, s, args| partition(vm, s, args, false)),
    ("rpartition", |vm, s, args| partition(vm, s, args, true)),
    ("join", join),
    ("replace", replace),
    ("find", |vm, s, args| find(vm, s, args, false, false)),
    ("rfind", |vm, s, args| find(vm, s, args, true, false)),
    ("index", |vm, s, args| find(vm, s, args, false, true)),
    ("rindex", |vm, s, args| find(vm, s, args, true, true)),
    ("count", |vm, s, args| {
        let bound = args.bind(vm, "count(sub, start=, end=)")?;
        known!(bound, "sub");
        let sub = bound.required("sub");
        let Some(sub) = sub.as_str() else { return Err(not_str(vm, &sub)) };
        let s = text(s);
        Ok(Value::int(if sub.is_empty() { s.chars().count() + 1 } else { s.matches(sub).count() }))
    }),
    ("format", |vm, s, args| vm.format_method(text(s), &args)),
    ("format_map", |vm, s, args| {
        let mapping = args.positional.into_iter().next().unwrap_or(Value::None);
        let mut args = Args::default();
        if let Some(dict) = vm.as_dict(&mapping)? {
            args.unknown = dict.unknown.clone();
            args.keyword = dict.iter().filter_map(|(key, value)| Some((key.as_str()?.into(), value.clone()))).collect();
        }
        vm.format_method(text(s), &args)
    }),
    ("encode", |_, s, args| match args.positional.first().and_then(Value::as_str) {
        None | Some("utf-8" | "utf8" | "UTF-8") => Ok(Value::bytes(text(s).as_bytes())),
        Some("ascii") if text(s).is_ascii() => Ok(Value::bytes(text(s).as_bytes())),
        Some(_) => Ok(Value::unknown("unsupported", "this encoding is not evaluated")),
    }),
    ("zfill", |vm, s, args| {
        let bound = args.bind(vm, "zfill(width)")?;
        known!(bound, "width");
        let width = width(vm, &bound.required("width"))?;
        let s = text(s);
        let (sign, digits) = if s.starts_with(['+', '-']) { s.split_at(1) } else { ("", s) };
        let missing = width.saturating_sub(s.chars().count());
        Ok(Value::str(format!("{sign}{}{digits}", "0".repeat(missing))))
    }),
    ("ljust", |vm, s, args| justify(vm, s, args, 0)),
    ("rjust", |vm, s, args| justify(vm, s, args, 2)),
    ("center", |vm, s, args| justify(vm, s, args, 1)),
    ("expandtabs", |_, s, _| map(s, |s| s.replace('\t', "        "))),
    ("isdigit", |_, s, _| all(s, |c| c.is_ascii_digit())),
    ("isdecimal", |_, s, _| all(s, |c| c.is_ascii_digit())),
    ("isnumeric", |_, s, _| all(s, char::is_numeric)),
    ("isalpha", |_, s, _| all(s, char::is_alphabetic)),
    ("isalnum", |_, s, _| all(s, char::is_alphanumeric)),
    ("isspace", |_, s, _| all(s, char::is_whitespace)),
    ("isascii", |_, s, _| Ok(Value::Bool(text(s).is_ascii()))),
    ("isupper", |_, s, _| {
        Ok(Value::Bool(text(s).chars().any(char::is_uppercase) && !text(s).chars().any(char::is_lowercase)))
    }),
    ("islower", |_, s, _| {
        Ok(Value::Bool(text(s).chars().any(char::is_lowercase) && !text(s).chars().any(char::is_uppercase)))
    }),
    ("isidentifier", |_, s, _| {
        let ok =
            text(s).chars().all(|c| c == '_' || c.is_alphanumeric()) && !text(s).starts_with(|c: char| c.is_numeric());
        Ok(Value::Bool(ok && !text(s).is_empty()))
    }),
    ("translate", |vm, s, args| {
        let table = args.positional.into_iter().next().unwrap_or(Value::None);
        let mut out = String::new();
        for char in text(s).chars() {
            let found = vm.contains(&table, &Value::int(u32::from(char)))?;
            match found {
                Value::Bool(false) => out.push(char),
                Value::Unknown(_) => return Ok(found),
                _ => match vm.get_item(&table, Value::int(u32::from(char)))? {
                    Value::None => {}
                    Value::Int(code) => out.extend(code.to_u32().and_then(char::from_u32)),
                    value @ Value::Unknown(_) => return Ok(value),
                    value => out.push_str(value.as_str().unwrap_or_default()),
                },
            }
        }
        Ok(Value::str(out))
    }),
    ("__contains__", |vm, s, args| vm.contains(s, args.positional.first().unwrap_or(&Value::None))),
    ("__len__", |vm, s, _| vm.len(s)),
];

pub(super) const BYTES: Table = &[
    ("decode", |vm, value, _| match value {
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Value::str(text)),
            Err(_) => Err(vm.raise("UnicodeDecodeError", "'utf-8' codec can't decode bytes")),
        },
        _ => Ok(Value::None),
    }),
    ("hex", |_, value, _| match value {
        Value::Bytes(bytes) => Ok(Value::str(bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())),
        _ => Ok(Value::None),
    }),
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn map(value: &Value, change: impl Fn(&str) -> String) -> Eval<Value> {
    Ok(Value::str(change(text(value))))
}

fn all(value: &Value, test: impl Fn(char) -> bool) -> Eval<Value> {
    Ok(Value::Bool(!text(value).is_empty() && text(value).chars().all(test)))
}

fn swapcase(text: &str) -> String {
    let swap =
        |c: char| if c.is_uppercase() { c.to_lowercase().collect::<String>() } else { c.to_uppercase().collect() };
    text.chars().map(swap).collect()
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase())
}

fn title(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for char in text.chars() {
        if inside {
            out.extend(char.to_lowercase())
        } else {
            out.extend(char.to_uppercase())
        }
        inside = char.is_alphabetic();
    }
    out
}

fn not_str(vm: &mut Vm, value: &Value) -> crate::alembic::eval::Raise {
    let class = vm.type_name(value);
    vm.raise("TypeError", &format!("must be str, not {class}"))
}

fn width(vm: &mut Vm, value: &Value) -> Eval<usize> {
    let width = as_int(value).and_then(|width| width.to_usize()).unwrap_or(0);
    vm.charge(width)?;
    Ok(width)
}

fn strip(vm: &mut Vm, value: &Value, args: Args, left: bool, right: bool) -> Eval<Value> {
    let bound = args.bind(vm, "strip(chars=)")?;
    known!(bound, "chars");
    let chars = bound.get("chars").unwrap_or(Value::None);
    let mut s = text(value);
    let cut = |char: char| match chars.as_str() {
        Some(chars) => chars.contains(char),
        None => char.is_whitespace(),
    };
    if left {
        s = s.trim_start_matches(cut);
    }
    if right {
        s = s.trim_end_matches(cut);
    }
    Ok(Value::str(s))
}

fn remove(vm: &mut Vm, value: &Value, args: Args, prefix: bool) -> Eval<Value> {
    let bound = args.bind(vm, "remove(affix)")?;
    known!(bound, "affix");
    let affix = bound.required("affix");
    let Some(affix) = affix.as_str() else { return Err(not_str(vm, &affix)) };
    let s = text(value);
    let cut = if prefix { s.strip_prefix(affix) } else { s.strip_suffix(affix) };
    Ok(Value::str(cut.unwrap_or(s)))
}

fn affix(vm: &mut Vm, value: &Value, args: Args, prefix: bool) -> Eval<Value> {
    let bound = args.bind(vm, "startswith(affix, start=, end=)")?;
    known!(bound, "affix", "start", "end");
    let mut s: String = text(value).to_owned();
    if let Some(start) = bound.get("start").and_then(|start| start.as_i64()) {
        s = s.chars().skip(usize::try_from(start).unwrap_or(0)).collect();
    }
    let affixes = match bound.required("affix") {
        Value::Tuple(items) => items.to_vec(),
        one => vec![one],
    };
    for affix in &affixes {
        if affix.reason().is_some() {
            return Ok(affix.clone());
        }
        let Some(affix) = affix.as_str() else { return Err(not_str(vm, affix)) };
        if if prefix { s.starts_with(affix) } else { s.ends_with(affix) } {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn split(vm: &mut Vm, value: &Value, args: Args, from_right: bool) -> Eval<Value> {
    let bound = args.bind(vm, "split(sep=, maxsplit=)")?;
    known!(bound, "sep", "maxsplit");
    let most = bound.get("maxsplit").and_then(|most| most.as_i64()).and_then(|most| usize::try_from(most).ok());
    let s = text(value);
    let sep = bound.get("sep").unwrap_or(Value::None);
    let parts: Vec<&str> = match (sep.as_str(), most) {
        (Some(""), _) => return Err(vm.raise("ValueError", "empty separator")),
        (Some(sep), None) => s.split(sep).collect(),
        (Some(sep), Some(most)) if from_right => {
            let mut parts: Vec<&str> = s.rsplitn(most + 1, sep).collect();
            parts.reverse();
            parts
        }
        (Some(sep), Some(most)) => s.splitn(most + 1, sep).collect(),
        (None, None) => s.split_whitespace().collect(),
        (None, Some(most)) if from_right => {
            let mut parts = Vec::new();
            let mut rest = s.trim_end();
            while parts.len() < most
                && let Some(at) = rest.rfind(char::is_whitespace)
            {
                parts.push(rest[at..].trim_start());
                rest = rest[..at].trim_end();
            }
            if !rest.trim_start().is_empty() {
                parts.push(rest.trim_start());
            }
            parts.reverse();
            parts
        }
        (None, Some(most)) => {
            let mut parts = Vec::new();
            let mut rest = s.trim_start();
            while parts.len() < most
                && let Some(at) = rest.find(char::is_whitespace)
            {
                parts.push(&rest[..at]);
                rest = rest[at..].trim_start();
            }
            if !rest.is_empty() {
                parts.push(if parts.len() < most { rest.trim_end() } else { rest });
            }
            parts
        }
    };
    vm.charge(parts.len() * std::mem::size_of::<Value>())?;
    Ok(Value::list(parts.into_iter().map(Value::str)))
}

fn lines(text: &str, keep: bool) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\n', '\r', '\x0b', '\x0c', '\u{85}', '\u{2028}', '\u{2029}']) {
        let end = if rest[at..].starts_with("\r\n") {
            at + 2
        } else {
            at + rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        out.push(if keep { &rest[..end] } else { &rest[..at] });
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        out.push(rest);
    }
    out
}

fn partition(vm: &mut Vm, value: &Value, args: Args, from_right: bool) -> Eval<Value> {
    let bound = args.bind(vm, "partition(sep)")?;
    known!(bound, "sep");
    let sep = bound.required("sep");
    let Some(sep) = sep.as_str() else { return Err(not_str(vm, &sep)) };
    if sep.is_empty() {
        return Err(vm.raise("ValueError", "empty separator"));
    }
    let s = text(value);
    let found = if from_right { s.rsplit_once(sep) } else { s.split_once(sep) };
    let parts = match found {
        Some((before, after)) => [before, sep, after],
        None if from_right => ["", "", s],
        None => [s, "", ""],
    };
    Ok(Value::tuple(parts.into_iter().map(Value::str)))
}

fn join(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "join(iterable)")?;
    let items = match vm.iterate(&bound.required("iterable"))? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Value::Unknown(reason)),
    };
    let mut out = String::new();
    let mut unknown = None;
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push_str(text(value));
        }
        match (item.clone(), item.as_str()) {
            (Value::Unknown(reason), _) => leave_open(&mut out, &mut unknown, reason),
            (_, Some(part)) => {
                out.push_str(part);
                vm.charge(part.len())?;
            }
            (_, None) => {
                let class = vm.type_name(item);
                return Err(vm.raise("TypeError", &format!("sequence item {at}: expected str instance, {class} found")));
            }
        }
    }
    Ok(known_in_part(out, unknown))
}

fn replace(vm: &mut Vm, value: &Value, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "replace(old, new, count=)")?;
    known!(bound, "old", "new", "count");
    let (old, new) = (bound.required("old"), bound.required("new"));
    let Some(old) = old.as_str() else { return Err(not_str(vm, &old)) };
    let Some(new) = new.as_str() else { return Err(not_str(vm, &new)) };
    let s = text(value);
    let count = bound.get("count").and_then(|count| count.as_i64()).and_then(|count| usize::try_from(count).ok());
    let hits = if old.is_empty() { s.len() + 1 } else { s.matches(old).count() };
    vm.charge(s.len().saturating_add(hits.saturating_mul(new.len())))?;
    Ok(Value::str(match count {
        Some(count) => s.replacen(old, new, count),
        None => s.replace(old, new),
    }))
}

fn find(vm: &mut Vm, value: &Value, args: Args, from_right: bool, must: bool) -> Eval<Value> {
    let bound = args.bind(vm, "find(sub, start=, end=)")?;
    known!(bound, "sub", "start", "end");
    let sub = bound.required("sub");
    let Some(sub) = sub.as_str() else { return Err(not_str(vm, &sub)) };
    let chars: Vec<char> = text(value).chars().collect();
    let place = |name: &str, default: usize| match bound.get(name).and_then(|at| at.as_i64()) {
        Some(at) if at < 0 => usize::try_from(at + chars.len() as i64).unwrap_or(0),
        Some(at) => usize::try_from(at).unwrap_or(0).min(chars.len()),
        None => default,
    };
    let (start, end) = (place("start", 0), place("end", chars.len()));
    let found = if start <= end {
        let part: String = chars[start..end].iter().collect();
        let at = if from_right { part.rfind(sub) } else { part.find(sub) };
        at.map(|at| start + part[..at].chars().count())
    } else {
        None
    };
    match found {
        Some(at) => Ok(Value::int(at)),
        None if must => Err(vm.raise("ValueError", "substring not found")),
        None => Ok(Value::int(-1)),
    }
}

fn justify(vm: &mut Vm, value: &Value, args: Args, place: u8) -> Eval<Value> {
    let bound = args.bind(vm, "just(width, fillchar=)")?;
    known!(bound, "width", "fillchar");
    let width = width(vm, &bound.required("width"))?;
    let fill = bound.get("fillchar").and_then(|fill| fill.as_str().and_then(|fill| fill.chars().next())).unwrap_or(' ');
    let s = text(value);
    let missing = width.saturating_sub(s.chars().count());
    let left = match place {
        0 => 0,
        // CPython's rounding of an odd rest.
        1 => missing / 2 + (missing & width & 1),
        _ => missing,
    };
    let pad = |count: usize| std::iter::repeat_n(fill, count).collect::<String>();
    Ok(Value::str(format!("{}{s}{}", pad(left), pad(missing - left))))
}
