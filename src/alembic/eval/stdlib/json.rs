//! `json`.

use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Dict, Eval, Items, Truth, Vm};
use crate::pg::error::Reason;

pub(super) fn install(vm: &mut Vm) {
    vm.define_exception("json.decoder.JSONDecodeError", &["ValueError"]);
    let attrs = vec![
        ("dumps", native::function("dumps", dumps)),
        ("loads", native::function("loads", loads)),
        ("JSONDecodeError", vm.class_value("json.decoder.JSONDecodeError")),
    ];
    vm.register("json", attrs);
}

/// How `dumps` writes.
struct Style {
    ascii: bool,
    sort_keys: bool,
    item: String,
    key: String,
    /// What each level is indented by, on lines of their own.
    indent: Option<String>,
    default: Option<Value>,
}

impl Style {
    /// From the options; `Err` is a value that stands for the text.
    fn read(vm: &mut Vm, options: &[(Rc<str>, Value)]) -> Eval<Result<Style, Value>> {
        let mut style =
            Style { ascii: true, sort_keys: false, item: ", ".into(), key: ": ".into(), indent: None, default: None };
        let mut separators = None;
        for (name, value) in options {
            if let Value::Unknown(reason) = value {
                return Ok(Err(Value::Unknown(reason.clone())));
            }
            match (&**name, value) {
                ("ensure_ascii", value) => style.ascii = vm.truth(value)? == Truth::True,
                ("sort_keys", value) => style.sort_keys = vm.truth(value)? == Truth::True,
                ("default", value) => style.default = Some(value.clone()).filter(|value| !value.is_none()),
                ("indent" | "separators", Value::None) => {}
                ("indent", value) => match (value.as_str(), value.as_i64()) {
                    (Some(text), _) => style.indent = Some(text.to_owned()),
                    (None, Some(width)) => style.indent = Some(" ".repeat(usize::try_from(width).unwrap_or(0).min(64))),
                    (None, None) => return Ok(Err(vm.unknown("unsupported", "this indent is not evaluated"))),
                },
                ("separators", value) => match vm.iterate(value)? {
                    Items::Known(pair) if pair.len() == 2 && pair.iter().all(|text| text.as_str().is_some()) => {
                        separators = Some(pair);
                    }
                    _ => return Ok(Err(vm.unknown("unsupported", "these separators are not evaluated"))),
                },
                ("allow_nan" | "check_circular", Value::Bool(true)) | ("skipkeys", Value::Bool(false)) => {}
                _ => return Ok(Err(vm.unknown("unsupported", format!("json.dumps({name}=…) is not evaluated")))),
            }
        }
        if style.indent.is_some() {
            style.item = ",".into();
        }
        if let Some(pair) = separators {
            (style.item, style.key) =
                (pair[0].as_str().unwrap_or_default().into(), pair[1].as_str().unwrap_or_default().into());
        }
        Ok(Ok(style))
    }

    fn new_line(&self, level: usize, out: &mut String) {
        if let Some(indent) = &self.indent {
            out.push('\n');
            out.push_str(&indent.repeat(level));
        }
    }
}

fn dumps(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "dumps(obj, **options)")?;
    let style = match Style::read(vm, &bound.keywords)? {
        Ok(style) => style,
        Err(unknown) => return Ok(unknown),
    };
    let mut out = String::new();
    let unknown = write(vm, &bound.required("obj"), &style, 0, &mut out)?;
    vm.charge(out.len())?;
    Ok(unknown.map_or_else(|| Value::str(out), Value::Unknown))
}

/// The text of a key.
fn key_text(vm: &mut Vm, key: &Value) -> Eval<Result<String, Reason>> {
    Ok(Ok(match (key, key.as_str()) {
        (_, Some(text)) => text.to_owned(),
        (Value::None, _) => "null".to_owned(),
        (Value::Bool(value), _) => value.to_string(),
        (Value::Int(_) | Value::Float(_), _) => match vm.str(key)? {
            Value::Str(text) => text.to_string(),
            other => return Ok(Err(other.reason().cloned().unwrap_or_else(|| Reason::new("unsupported", "a key")))),
        },
        (Value::Unknown(reason), _) => return Ok(Err(reason.clone())),
        _ => {
            let class = vm.type_name(key);
            let text = format!("keys must be str, int, float, bool or None, not {class}");
            return Err(vm.raise("TypeError", &text));
        }
    }))
}

fn write(vm: &mut Vm, value: &Value, style: &Style, level: usize, out: &mut String) -> Eval<Option<Reason>> {
    vm.tick()?;
    match value {
        Value::None => out.push_str("null"),
        Value::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Value::Float(number) if number.is_nan() => out.push_str("NaN"),
        Value::Float(number) if number.is_infinite() => {
            out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" })
        }
        Value::Int(_) | Value::Float(_) => match vm.repr(value)? {
            Value::Str(text) => out.push_str(&text),
            other => return Ok(other.reason().cloned()),
        },
        Value::Unknown(reason) => return Ok(Some(reason.clone())),
        Value::List(_) | Value::Tuple(_) => {
            let items = match vm.iterate(value)? {
                Items::Known(items) => items,
                Items::Unknown(reason) => return Ok(Some(reason)),
            };
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                out.push_str(if at > 0 { &style.item } else { "" });
                style.new_line(level + 1, out);
                if let Some(reason) = vm.deeper(|vm| write(vm, item, style, level + 1, out))? {
                    return Ok(Some(reason));
                }
            }
            if !items.is_empty() {
                style.new_line(level, out);
            }
            out.push(']');
        }
        Value::Dict(dict) => {
            let dict: Dict = dict.borrow().clone();
            if dict.unknown.is_some() {
                return Ok(dict.unknown.clone());
            }
            let mut items: Vec<(&Value, &Value)> = dict.iter().collect();
            if style.sort_keys {
                if let Some((key, _)) = items.iter().find(|(key, _)| key.as_str().is_none()) {
                    let reason = key.reason().cloned();
                    return Ok(Some(reason.unwrap_or_else(|| vm.reason("unsupported", "the order of such keys"))));
                }
                items.sort_by(|(a, _), (b, _)| a.as_str().cmp(&b.as_str()));
            }
            out.push('{');
            for (at, (key, item)) in items.iter().enumerate() {
                out.push_str(if at > 0 { &style.item } else { "" });
                style.new_line(level + 1, out);
                match key_text(vm, key)? {
                    Ok(text) => write_text(&text, style.ascii, out),
                    Err(reason) => return Ok(Some(reason)),
                }
                out.push_str(&style.key);
                if let Some(reason) = vm.deeper(|vm| write(vm, item, style, level + 1, out))? {
                    return Ok(Some(reason));
                }
            }
            if !items.is_empty() {
                style.new_line(level, out);
            }
            out.push('}');
        }
        _ => match (value.as_str(), value.base(), &style.default) {
            (Some(text), ..) => write_text(text, style.ascii, out),
            (None, Some(base), _) => return write(vm, &base.clone(), style, level, out),
            (None, None, Some(default)) => {
                let stand_in = vm.call(default, Args::positional([value.clone()]))?;
                return vm.deeper(|vm| write(vm, &stand_in, style, level, out));
            }
            (None, None, None) => {
                let class = vm.type_name(value);
                return Err(vm.raise("TypeError", &format!("Object of type {class} is not JSON serializable")));
            }
        },
    }
    Ok(None)
}

fn write_text(text: &str, ascii: bool, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            char if u32::from(char) < 0x20 || (ascii && !char.is_ascii()) => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

fn loads(vm: &mut Vm, args: Args) -> Eval<Value> {
    let value = args.bind(vm, "loads(s, **options)")?.required("s");
    if let Some(reason) = value.reason() {
        vm.may_refuse(reason, &["json.decoder.JSONDecodeError", "TypeError"]);
        return Ok(value);
    }
    let Some(text) = value.as_str() else {
        return Ok(vm.unknown("unsupported", "json.loads() of this value is not evaluated"));
    };
    let text: Rc<str> = text.into();
    let mut reader = Reader { bytes: text.as_bytes(), at: 0, depth: 0 };
    let value = reader.value();
    reader.blanks();
    match value {
        Some(value) if reader.at == reader.bytes.len() => Ok(value),
        _ => {
            let text = format!("Expecting value: char {}", reader.at);
            Err(vm.raise("json.decoder.JSONDecodeError", &text))
        }
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn blanks(&mut self) {
        while matches!(self.bytes.get(self.at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = self.bytes[self.at..].starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    fn value(&mut self) -> Option<Value> {
        self.blanks();
        self.depth += 1;
        if self.depth > 60 {
            return None;
        }
        let value = match self.bytes.get(self.at)? {
            b'"' => Value::str(self.text()?),
            b'[' => {
                self.at += 1;
                let mut items = Vec::new();
                self.blanks();
                if !self.eat("]") {
                    loop {
                        items.push(self.value()?);
                        self.blanks();
                        if self.eat("]") {
                            break;
                        }
                        if !self.eat(",") {
                            return None;
                        }
                    }
                }
                Value::list(items)
            }
            b'{' => {
                self.at += 1;
                let mut dict = Dict::new();
                self.blanks();
                if !self.eat("}") {
                    loop {
                        self.blanks();
                        let key = self.text()?;
                        self.blanks();
                        if !self.eat(":") {
                            return None;
                        }
                        let value = self.value()?;
                        dict.insert(Value::str(key), value);
                        self.blanks();
                        if self.eat("}") {
                            break;
                        }
                        if !self.eat(",") {
                            return None;
                        }
                    }
                }
                Value::from(dict)
            }
            _ if self.eat("null") => Value::None,
            _ if self.eat("true") => Value::Bool(true),
            _ if self.eat("false") => Value::Bool(false),
            _ => self.number()?,
        };
        self.depth -= 1;
        Some(value)
    }

    fn number(&mut self) -> Option<Value> {
        let start = self.at;
        while matches!(self.bytes.get(self.at), Some(b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')) {
            self.at += 1;
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).ok()?;
        if text.len() > 4300 {
            return None;
        }
        match text.parse::<num_bigint::BigInt>() {
            Ok(number) => Some(Value::int(number)),
            Err(_) => text.parse().ok().map(Value::Float),
        }
    }

    fn text(&mut self) -> Option<String> {
        if !self.eat("\"") {
            return None;
        }
        let mut units: Vec<u8> = Vec::new();
        loop {
            match self.bytes.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return String::from_utf8(units).ok();
                }
                b'\\' => {
                    let escape = *self.bytes.get(self.at + 1)?;
                    self.at += 2;
                    match escape {
                        b'n' => units.push(b'\n'),
                        b'r' => units.push(b'\r'),
                        b't' => units.push(b'\t'),
                        b'b' => units.push(8),
                        b'f' => units.push(12),
                        b'u' => {
                            let mut code = u32::from(self.unit()?);
                            if (0xd800..0xdc00).contains(&code) && self.eat("\\u") {
                                code = 0x10000
                                    + ((code - 0xd800) << 10)
                                    + (u32::from(self.unit()?).checked_sub(0xdc00)? & 0x3ff);
                            }
                            let mut buffer = [0; 4];
                            units.extend(char::from_u32(code)?.encode_utf8(&mut buffer).as_bytes());
                        }
                        other => units.push(other),
                    }
                }
                byte => {
                    units.push(*byte);
                    self.at += 1;
                }
            }
        }
    }

    fn unit(&mut self) -> Option<u16> {
        let digits = std::str::from_utf8(self.bytes.get(self.at..self.at + 4)?).ok()?;
        self.at += 4;
        u16::from_str_radix(digits, 16).ok()
    }
}
