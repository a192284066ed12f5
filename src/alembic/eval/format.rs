//! Text from values: `repr` of floats and strings, format specifications, `%` and `.format`.

use std::rc::Rc;

use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

use super::args::Args;
use super::convert::as_int;
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::Reason;

/// The shortest text that reads back as the same number, in CPython's form.
pub(super) fn float_repr(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    if value == 0.0 {
        return if value.is_sign_negative() { "-0.0" } else { "0.0" }.to_owned();
    }
    let scientific = format!("{value:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let text = format!("{value}");
        return if text.contains('.') { text } else { format!("{text}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// `repr` of a `str`.
pub(super) fn str_repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for char in text.chars() {
        match char {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            char if char == quote => {
                out.push('\\');
                out.push(char);
            }
            char if char.is_control() => match u32::from(char) {
                code @ 0..=0xff => out.push_str(&format!("\\x{code:02x}")),
                code => out.push_str(&format!("\\u{code:04x}")),
            },
            char => out.push(char),
        }
    }
    out.push(quote);
    out
}

/// `repr` of a `bytes`.
pub(super) fn bytes_repr(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = format!("b{}", char::from(quote));
    for &byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            byte if byte == quote => {
                out.push('\\');
                out.push(char::from(byte));
            }
            0x20..=0x7e => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(char::from(quote));
    out
}

/// A format specification (Python library reference, "Format Specification Mini-Language").
#[derive(Debug)]
struct Spec {
    fill: char,
    align: Option<char>,
    sign: char,
    alternate: bool,
    width: usize,
    group: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

impl Spec {
    fn empty() -> Spec {
        Spec { fill: ' ', align: None, sign: '-', alternate: false, width: 0, group: None, precision: None, kind: None }
    }

    fn parse(text: &str) -> Option<Spec> {
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        let is_align = |char: Option<&char>| matches!(char, Some('<' | '>' | '=' | '^'));
        let mut spec = Spec::empty();
        if is_align(chars.get(1)) {
            spec.fill = chars[0];
            spec.align = Some(chars[1]);
            at = 2;
        } else if is_align(chars.first()) {
            spec.align = Some(chars[0]);
            at = 1;
        }
        if let Some(&sign @ ('+' | '-' | ' ')) = chars.get(at) {
            spec.sign = sign;
            at += 1;
        }
        if chars.get(at) == Some(&'#') {
            spec.alternate = true;
            at += 1;
        }
        if chars.get(at) == Some(&'0') {
            if spec.align.is_none() {
                spec.fill = '0';
                spec.align = Some('=');
            }
            at += 1;
        }
        let number = |at: &mut usize| {
            let start = *at;
            while chars.get(*at).is_some_and(char::is_ascii_digit) {
                *at += 1;
            }
            chars[start..*at].iter().collect::<String>().parse::<usize>().ok()
        };
        spec.width = number(&mut at).unwrap_or(0);
        if let Some(&group @ (',' | '_')) = chars.get(at) {
            spec.group = Some(group);
            at += 1;
        }
        if chars.get(at) == Some(&'.') {
            at += 1;
            spec.precision = Some(number(&mut at)?);
        }
        if let Some(&kind) = chars.get(at) {
            spec.kind = Some(kind);
            at += 1;
        }
        (at == chars.len()).then_some(spec)
    }

    fn pad(&self, sign: &str, body: &str, default: char) -> String {
        let length = sign.chars().count() + body.chars().count();
        let missing = self.width.saturating_sub(length);
        let fill = |count: usize| std::iter::repeat_n(self.fill, count).collect::<String>();
        match self.align.unwrap_or(default) {
            '>' => format!("{}{sign}{body}", fill(missing)),
            '^' => format!("{}{sign}{body}{}", fill(missing / 2), fill(missing - missing / 2)),
            '=' => format!("{sign}{}{body}", fill(missing)),
            _ => format!("{sign}{body}{}", fill(missing)),
        }
    }

    fn sign(&self, negative: bool) -> &'static str {
        match (negative, self.sign) {
            (true, _) => "-",
            (false, '+') => "+",
            (false, ' ') => " ",
            (false, _) => "",
        }
    }
}

fn grouped(digits: &str, separator: char, size: usize) -> String {
    let (whole, rest) = match digits.find(['.', 'e', 'E']) {
        Some(at) => digits.split_at(at),
        None => (digits, ""),
    };
    let mut out = String::new();
    for (at, char) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(size) {
            out.push(separator);
        }
        out.push(char);
    }
    out + rest
}

/// `%e` in C's form: at least two digits of exponent.
fn scientific(value: f64, precision: usize) -> String {
    let text = format!("{value:.precision$e}");
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    format!("{mantissa}e{}{:02}", if exponent < 0 { '-' } else { '+' }, exponent.abs())
}

/// `%g` in C's form.
fn general(value: f64, precision: usize, alternate: bool) -> String {
    let precision = precision.max(1);
    if value == 0.0 {
        return "0".to_owned();
    }
    let text = format!("{value:.*e}", precision - 1);
    let exponent: i32 = text.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0);
    let plain = if exponent < -4 || exponent >= precision as i32 {
        scientific(value, precision - 1)
    } else {
        format!("{value:.*}", (precision as i32 - 1 - exponent).max(0) as usize)
    };
    if alternate || !plain.contains('.') {
        return plain;
    }
    let (digits, rest) = match plain.find('e') {
        Some(at) => plain.split_at(at),
        None => (&*plain, ""),
    };
    format!("{}{rest}", digits.trim_end_matches('0').trim_end_matches('.'))
}

fn radix(value: &BigInt, kind: char) -> Option<String> {
    let magnitude = value.magnitude();
    Some(match kind {
        'd' | 'n' => magnitude.to_string(),
        'b' => magnitude.to_str_radix(2),
        'o' => magnitude.to_str_radix(8),
        'x' => magnitude.to_str_radix(16),
        'X' => magnitude.to_str_radix(16).to_uppercase(),
        _ => return None,
    })
}

fn float_body(value: f64, kind: Option<char>, precision: Option<usize>, alternate: bool) -> Option<String> {
    let magnitude = value.abs();
    if !magnitude.is_finite() {
        return Some(if magnitude.is_nan() { "nan" } else { "inf" }.to_owned());
    }
    let digits = precision.unwrap_or(6).min(400);
    Some(match kind {
        None => match precision {
            None => float_repr(magnitude),
            Some(digits) => {
                let text = general(magnitude, digits.min(400), alternate);
                if text.contains(['.', 'e']) { text } else { format!("{text}.0") }
            }
        },
        Some('f' | 'F') => format!("{magnitude:.digits$}"),
        Some('e') => scientific(magnitude, digits),
        Some('E') => scientific(magnitude, digits).to_uppercase(),
        Some('g' | 'n') => general(magnitude, digits, alternate),
        Some('G') => general(magnitude, digits, alternate).to_uppercase(),
        Some('%') => format!("{:.digits$}%", magnitude * 100.0),
        Some(_) => return None,
    })
}

impl Vm {
    /// `format(value, spec)`
    pub(super) fn format(&mut self, value: &Value, spec: &Value) -> Eval<Value> {
        let spec = match (value, spec) {
            (Value::Unknown(_), _) => return Ok(value.clone()),
            (_, Value::Str(spec)) => spec.clone(),
            (_, Value::Unknown(_)) => return Ok(spec.clone()),
            _ => return Err(self.raise("TypeError", "format_spec must be a str")),
        };
        if let Some(method) = self.find_method(value, "__format__")? {
            return self.call(&method, Args::positional([Value::Str(spec)]));
        }
        if spec.is_empty() {
            return self.str(value);
        }
        if value.as_instance().is_none()
            && let Value::Native(_) = value
            && let Some(method) = self.find_attr(value, "__format__")?
        {
            return self.call(&method, Args::positional([Value::Str(spec)]));
        }
        let Some(parsed) = Spec::parse(&spec) else {
            return Err(self.raise("ValueError", &format!("Invalid format specifier '{spec}'")));
        };
        self.charge(parsed.width)?;
        match self.formatted(value, &parsed) {
            Some(text) => Ok(Value::str(text)),
            None => {
                let text = self.str(value)?;
                match text {
                    Value::Str(text) if matches!(value, Value::Str(_)) || value.base().is_some() => {
                        Ok(Value::str(string(&text, &parsed)))
                    }
                    Value::Unknown(_) => Ok(text),
                    _ => {
                        let class = self.type_name(value);
                        let text = format!("unsupported format string passed to {class}.__format__");
                        Err(self.raise("TypeError", &text))
                    }
                }
            }
        }
    }

    fn formatted(&self, value: &Value, spec: &Spec) -> Option<String> {
        match value {
            Value::Str(text) => Some(string(text, spec)),
            Value::Float(value) => {
                let body = float_body(*value, spec.kind, spec.precision, spec.alternate)?;
                let body = spec.group.map_or(body.clone(), |separator| grouped(&body, separator, 3));
                Some(spec.pad(spec.sign(value.is_sign_negative() && !value.is_nan()), &body, '>'))
            }
            Value::Int(_) | Value::Bool(_) => {
                let number = as_int(value)?;
                let negative = number.sign() == Sign::Minus;
                let kind = spec.kind.unwrap_or('d');
                if kind == 'c' {
                    let char = number.to_u32().and_then(char::from_u32)?;
                    return Some(spec.pad("", &char.to_string(), '<'));
                }
                let body = match radix(&number, kind) {
                    Some(digits) => {
                        let size = if matches!(kind, 'd' | 'n') { 3 } else { 4 };
                        spec.group.map_or(digits.clone(), |separator| grouped(&digits, separator, size))
                    }
                    None => {
                        let body = float_body(number.to_f64()?, Some(kind), spec.precision, spec.alternate)?;
                        spec.group.map_or(body.clone(), |separator| grouped(&body, separator, 3))
                    }
                };
                let prefix = match kind {
                    'x' | 'X' | 'o' | 'b' if spec.alternate => format!("{}0{kind}", spec.sign(negative)),
                    _ => spec.sign(negative).to_owned(),
                };
                Some(spec.pad(&prefix, &body, '>'))
            }
            _ => None,
        }
    }

    /// `text % value`
    pub(super) fn percent(&mut self, text: &str, value: &Value) -> Eval<Value> {
        let mut out = String::with_capacity(text.len());
        let mut unknown: Option<Reason> = None;
        let is_mapping = matches!(value, Value::Dict(_)) || matches!(value.base(), Some(Value::Dict(_)));
        let mut values: std::vec::IntoIter<Value> = match value {
            Value::Tuple(items) => Vec::from(&**items).into_iter(),
            value => vec![value.clone()].into_iter(),
        };
        let chars: Vec<char> = text.chars().collect();
        let mut at = 0;
        while at < chars.len() {
            if chars[at] != '%' {
                out.push(chars[at]);
                at += 1;
                continue;
            }
            at += 1;
            let mut key = None;
            if chars.get(at) == Some(&'(') {
                let Some(end) = chars[at..].iter().position(|&char| char == ')') else {
                    return Err(self.raise("ValueError", "incomplete format key"));
                };
                key = Some(chars[at + 1..at + end].iter().collect::<String>());
                at += end + 1;
            }
            let mut spec = Spec::empty();
            while let Some(&flag @ ('-' | '+' | ' ' | '0' | '#')) = chars.get(at) {
                match flag {
                    '-' => spec.align = Some('<'),
                    '0' if spec.align.is_none() => {
                        spec.fill = '0';
                        spec.align = Some('=');
                    }
                    '0' => {}
                    '#' => spec.alternate = true,
                    sign => spec.sign = sign,
                }
                at += 1;
            }
            if spec.align == Some('<') {
                spec.fill = ' ';
            }
            let mut numbers = [None, None];
            for (which, number) in numbers.iter_mut().enumerate() {
                if which == 1 {
                    if chars.get(at) != Some(&'.') {
                        break;
                    }
                    at += 1;
                    *number = Some(0);
                }
                if chars.get(at) == Some(&'*') {
                    at += 1;
                    *number =
                        values.next().and_then(|value| value.as_i64()).and_then(|value| usize::try_from(value).ok());
                    continue;
                }
                let start = at;
                while chars.get(at).is_some_and(char::is_ascii_digit) {
                    at += 1;
                }
                if at > start {
                    *number = chars[start..at].iter().collect::<String>().parse().ok();
                }
            }
            spec.width = numbers[0].unwrap_or(0);
            spec.precision = numbers[1];
            self.charge(spec.width)?;
            while matches!(chars.get(at), Some('l' | 'h' | 'L')) {
                at += 1;
            }
            let Some(&kind) = chars.get(at) else {
                return Err(self.raise("ValueError", "incomplete format"));
            };
            at += 1;
            if kind == '%' {
                out.push('%');
                continue;
            }
            let item = match (&key, is_mapping) {
                (Some(key), true) => self.get_item(value, Value::str(&**key))?,
                (Some(_), false) if value.reason().is_some() => value.clone(),
                (Some(_), false) => return Err(self.raise("TypeError", "format requires a mapping")),
                (None, _) => match values.next() {
                    Some(item) => item,
                    None if value.reason().is_some() => value.clone(),
                    None => return Err(self.raise("TypeError", "not enough arguments for format string")),
                },
            };
            if let Value::Unknown(reason) = item {
                leave_open(&mut out, &mut unknown, reason);
                continue;
            }
            match self.percent_item(&item, kind, spec)? {
                Ok(text) => out.push_str(&text),
                Err(reason) => leave_open(&mut out, &mut unknown, reason),
            }
        }
        if !is_mapping && values.next().is_some_and(|rest| rest.reason().is_none()) {
            return Err(self.raise("TypeError", "not all arguments converted during string formatting"));
        }
        self.charge(out.len())?;
        Ok(known_in_part(out, unknown))
    }

    fn percent_item(&mut self, item: &Value, kind: char, mut spec: Spec) -> Eval<Result<String, Reason>> {
        let text = match kind {
            's' => self.str(item)?,
            'r' | 'a' => self.repr(item)?,
            _ => {
                spec.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
                let item = match (item, kind) {
                    (Value::Float(value), 'd' | 'i' | 'u') => {
                        match num_traits::FromPrimitive::from_f64(value.trunc()) {
                            Some(number) => Value::Int(Rc::new(number)),
                            None => return Err(self.raise("OverflowError", "cannot convert float infinity to integer")),
                        }
                    }
                    (item, _) => item.base().unwrap_or(item).clone(),
                };
                let number = matches!(item, Value::Int(_) | Value::Bool(_) | Value::Float(_));
                return match self.formatted(&item, &spec).filter(|_| number) {
                    Some(text) => Ok(Ok(text)),
                    None => {
                        let class = self.type_name(&item);
                        let needed = if matches!(kind, 'd' | 'i' | 'u') { "a real number" } else { "an integer" };
                        Err(self.raise("TypeError", &format!("%{kind} format: {needed} is required, not {class}")))
                    }
                };
            }
        };
        match text {
            Value::Unknown(reason) => Ok(Err(reason)),
            text => {
                let text = text.as_str().unwrap_or_default();
                let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
                if spec.align == Some('=') {
                    spec.align = None;
                    spec.fill = ' ';
                }
                Ok(Ok(spec.pad("", &cut, '>')))
            }
        }
    }

    /// `text.format(…)`
    pub(super) fn format_method(&mut self, text: &str, args: &Args) -> Eval<Value> {
        let mut counter = 0;
        self.format_fields(text, args, &mut counter, 0)
    }

    fn format_fields(&mut self, text: &str, args: &Args, counter: &mut usize, level: usize) -> Eval<Value> {
        if level > 2 {
            return Err(self.raise("ValueError", "Max string recursion exceeded"));
        }
        let chars: Vec<char> = text.chars().collect();
        let mut out = String::with_capacity(text.len());
        let mut unknown: Option<Reason> = None;
        let mut at = 0;
        while at < chars.len() {
            match (chars[at], chars.get(at + 1)) {
                ('{', Some('{')) | ('}', Some('}')) => {
                    out.push(chars[at]);
                    at += 2;
                }
                ('}', _) => return Err(self.raise("ValueError", "Single '}' encountered in format string")),
                ('{', _) => {
                    let mut depth = 1;
                    let start = at + 1;
                    at = start;
                    while at < chars.len() && depth > 0 {
                        match chars[at] {
                            '{' => depth += 1,
                            '}' => depth -= 1,
                            _ => {}
                        }
                        at += 1;
                    }
                    if depth > 0 {
                        return Err(self.raise("ValueError", "expected '}' before end of string"));
                    }
                    let field: String = chars[start..at - 1].iter().collect();
                    let value = self.format_field(&field, args, counter, level)?;
                    match value {
                        Value::Unknown(reason) => leave_open(&mut out, &mut unknown, reason),
                        value => out.push_str(value.as_str().unwrap_or_default()),
                    }
                }
                (char, _) => {
                    out.push(char);
                    at += 1;
                }
            }
        }
        self.charge(out.len())?;
        Ok(known_in_part(out, unknown))
    }

    fn format_field(&mut self, field: &str, args: &Args, counter: &mut usize, level: usize) -> Eval<Value> {
        let (head, spec) = field.split_once(':').unwrap_or((field, ""));
        let (path, conversion) = match head.split_once('!') {
            Some((path, conversion)) => (path, conversion.chars().next()),
            None => (head, None),
        };
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, mut rest) = path.split_at(end);
        let index = if name.is_empty() {
            *counter += 1;
            Some(*counter - 1)
        } else {
            name.parse::<usize>().ok()
        };
        let unknown = || args.unknown.clone().map(Value::Unknown);
        let found = match index {
            Some(index) => args.positional.get(index).cloned().or_else(unknown),
            None => {
                args.keyword.iter().find(|(key, _)| **key == *name).map(|(_, value)| value.clone()).or_else(unknown)
            }
        };
        let mut value = match (found, index) {
            (Some(value), _) => value,
            (None, Some(index)) => {
                let text = format!("Replacement index {index} out of range for positional args tuple");
                return Err(self.raise("IndexError", &text));
            }
            (None, None) => return Err(self.key_error(&Value::str(name))),
        };
        while !rest.is_empty() {
            if let Some(after) = rest.strip_prefix('.') {
                let end = after.find(['.', '[']).unwrap_or(after.len());
                value = self.get_attr(&value, &after[..end])?;
                rest = &after[end..];
            } else if let Some((key, after)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
                let key = key.parse::<usize>().map_or_else(|_| Value::str(key), Value::int);
                value = self.get_item(&value, key)?;
                rest = after;
            } else {
                return Err(self.bad_field());
            }
        }
        let value = self.converted(value, conversion)?;
        let spec = self.format_fields(spec, args, counter, level + 1)?;
        self.format(&value, &spec)
    }

    fn bad_field(&mut self) -> Raise {
        self.raise("ValueError", "Only '.' or '[' may follow ']' in format field specifier")
    }
}

/// Puts a part that is not known into a text.
pub(super) fn leave_open(text: &mut String, unknown: &mut Option<Reason>, reason: Reason) {
    text.push_str(reason.text.as_deref().unwrap_or(Reason::HOLE));
    unknown.get_or_insert(reason);
}

/// The text, or the unknown that it is known in part of.
pub(super) fn known_in_part(text: String, unknown: Option<Reason>) -> Value {
    match unknown {
        Some(reason) => Value::Unknown(reason.with_text(text)),
        None => Value::str(text),
    }
}

fn string(text: &str, spec: &Spec) -> String {
    let cut: String = text.chars().take(spec.precision.unwrap_or(usize::MAX)).collect();
    let align = if spec.align == Some('=') { Some('<') } else { spec.align };
    Spec {
        fill: spec.fill,
        align,
        sign: '-',
        alternate: false,
        width: spec.width,
        group: None,
        precision: None,
        kind: None,
    }
    .pad("", &cut, '<')
}
