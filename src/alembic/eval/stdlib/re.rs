//! `re` on ASCII text, as far as Python's expressions and those of `regex-lite` mean the same.
//!
//! Lookaround, backreferences, possessive quantifiers, and what one of both reads as a set operation are unknown; so is what
//! comes after an empty match, where both go on differently.

use std::cell::OnceCell;
use std::rc::Rc;

use num_traits::ToPrimitive;
use regex_lite::{Captures, Regex, RegexBuilder};

use crate::alembic::eval::args::{Args, Bound};
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};
use crate::pg::error::Reason;

const IGNORECASE: i64 = 2;
const MULTILINE: i64 = 8;
const DOTALL: i64 = 16;
const VERBOSE: i64 = 64;
/// `re.NAME`, its short form, and its value.
const FLAGS: &[(&str, &str, i64)] = &[
    ("IGNORECASE", "I", IGNORECASE),
    ("MULTILINE", "M", MULTILINE),
    ("DOTALL", "S", DOTALL),
    ("UNICODE", "U", 32),
    ("VERBOSE", "X", VERBOSE),
    ("ASCII", "A", 256),
];
/// Longer expressions and texts are not evaluated.
const LONGEST: usize = 100_000;
/// Where a match must be: anywhere, at the start, or the whole text.
const AROUND: [(&str, &str); 3] = [("", ""), ("\\A(?:", ")"), ("\\A(?:", ")\\z")];

/// A compiled expression.
#[derive(Debug)]
struct Pattern {
    text: Rc<str>,
    flags: i64,
    compiled: [OnceCell<Option<Regex>>; 3],
}

/// What is not known, as a value.
fn unknown(vm: &Vm, what: &str) -> Value {
    vm.unknown("unsupported", format!("{what} is not evaluated"))
}

/// Both languages mean the same by it, as far as its text tells.
fn is_common(text: &str, flags: i64) -> bool {
    let (mut escaped, mut class, mut before) = (false, false, ' ');
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
            before = 'x';
            continue;
        }
        let ok = match c {
            '\\' => {
                escaped = true;
                true
            }
            '[' if class => false,
            '[' => {
                class = true;
                !text[at..].starts_with("[]") && !text[at..].starts_with("[^]")
            }
            ']' => {
                class = false;
                true
            }
            '&' | '~' | '-' if class => before != c,
            ' ' | '\t' | '\n' | '#' if class => flags & VERBOSE == 0,
            '+' if !class => !matches!(before, '*' | '+' | '?' | '}'),
            _ => true,
        };
        if !ok {
            return false;
        }
        before = c;
    }
    true
}

impl Pattern {
    fn new(text: Rc<str>, flags: i64) -> Option<Pattern> {
        let known = FLAGS.iter().fold(0, |all, (_, _, flag)| all | flag);
        let plain = text.is_ascii() && text.len() <= LONGEST && flags & !known == 0 && is_common(&text, flags);
        let pattern = Pattern { text, flags, compiled: Default::default() };
        (plain && pattern.regex(0).is_some()).then_some(pattern)
    }

    fn regex(&self, around: usize) -> Option<&Regex> {
        let compile = || {
            let (before, after) = AROUND[around];
            // A comment of a verbose expression ends with the line.
            let end = if self.flags & VERBOSE == 0 { "" } else { "\n" };
            RegexBuilder::new(&format!("{before}{}{end}{after}", self.text))
                .case_insensitive(self.flags & IGNORECASE != 0)
                .multi_line(self.flags & MULTILINE != 0)
                .dot_matches_new_line(self.flags & DOTALL != 0)
                .ignore_whitespace(self.flags & VERBOSE != 0)
                .build()
                .ok()
        };
        self.compiled[around].get_or_init(compile).as_ref()
    }

    /// Both find the same in this text.
    fn reads(&self, text: &str) -> bool {
        text.is_ascii()
            && text.len() <= LONGEST
            && !text.contains(['\x1c', '\x1d', '\x1e', '\x1f'])
            // `$` also matches before a last newline.
            && (self.flags & MULTILINE != 0 || !text.ends_with('\n') || !self.text.contains('$'))
    }

    /// All matches in their order; `None` where one is empty.
    fn all(self: &Rc<Self>, text: &Rc<str>, limit: usize) -> Option<Vec<Match>> {
        let found = self.regex(0)?.captures_iter(text).map(|captures| self.found(text, 0, &captures));
        let found: Vec<Match> = if limit == 0 { found.collect() } else { found.take(limit).collect() };
        found.iter().all(|found| found.groups[0].is_some_and(|(start, end)| start < end)).then_some(found)
    }

    fn found(self: &Rc<Self>, text: &Rc<str>, from: usize, captures: &Captures<'_>) -> Match {
        let place =
            |group: Option<regex_lite::Match<'_>>| group.map(|group| (from + group.start(), from + group.end()));
        Match { pattern: self.clone(), text: text.clone(), groups: captures.iter().map(place).collect() }
    }

    /// The name of a group, and its number.
    fn number(&self, group: &Value) -> Option<usize> {
        match group {
            Value::Int(number) => number.to_usize(),
            Value::Str(name) => self.regex(0)?.capture_names().position(|own| own == Some(&**name)),
            _ => None,
        }
    }
}

/// What is done with an expression and a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Action {
    Search,
    Match,
    FullMatch,
    FindAll,
    FindIter,
    Split,
    Sub,
    SubCount,
}

/// The functions with their signatures: of the module, and of a compiled expression.
const ACTIONS: &[(&str, Action, &str, &str)] = &[
    ("search", Action::Search, "search(pattern, string, flags=)", "search(string, pos=, endpos=)"),
    ("match", Action::Match, "match(pattern, string, flags=)", "match(string, pos=, endpos=)"),
    ("fullmatch", Action::FullMatch, "fullmatch(pattern, string, flags=)", "fullmatch(string, pos=, endpos=)"),
    ("findall", Action::FindAll, "findall(pattern, string, flags=)", "findall(string, pos=, endpos=)"),
    ("finditer", Action::FindIter, "finditer(pattern, string, flags=)", "finditer(string, pos=, endpos=)"),
    ("split", Action::Split, "split(pattern, string, maxsplit=, flags=)", "split(string, maxsplit=)"),
    ("sub", Action::Sub, "sub(pattern, repl, string, count=, flags=)", "sub(repl, string, count=)"),
    ("subn", Action::SubCount, "subn(pattern, repl, string, count=, flags=)", "subn(repl, string, count=)"),
];

/// A number that may be left out.
fn count(bound: &Bound, name: &str) -> Option<usize> {
    match bound.get(name) {
        None => Some(0),
        Some(Value::Int(number)) => number.to_usize(),
        Some(_) => None,
    }
}

fn act(vm: &mut Vm, pattern: &Rc<Pattern>, action: Action, bound: &Bound) -> Eval<Value> {
    let text = match bound.required("string") {
        Value::Str(text) if pattern.reads(&text) => text,
        Value::Unknown(reason) => return Ok(Value::Unknown(reason)),
        _ => return Ok(unknown(vm, "a regular expression on this text")),
    };
    let limit = match action {
        Action::Split => count(bound, "maxsplit"),
        Action::Sub | Action::SubCount => count(bound, "count"),
        _ => Some(0),
    };
    let (Some(limit), Some(from), None) = (limit, count(bound, "pos"), bound.get("endpos")) else {
        return Ok(unknown(vm, "a part of a text"));
    };
    let Some(rest) = text.get(from..) else { return Ok(unknown(vm, "a part of a text")) };
    let around = match action {
        Action::Match => 1,
        Action::FullMatch => 2,
        _ => 0,
    };
    if from > 0
        && (pattern.text.contains(['^', '$']) || ["\\b", "\\B", "\\A"].iter().any(|word| pattern.text.contains(word)))
    {
        return Ok(unknown(vm, "a regular expression that looks around in a part of a text"));
    }
    if matches!(action, Action::Search | Action::Match | Action::FullMatch) {
        let Some(regex) = pattern.regex(around) else { return Ok(unknown(vm, "this regular expression")) };
        return Ok(match regex.captures(rest) {
            Some(captures) => Value::native(pattern.found(&text, from, &captures)),
            None => Value::None,
        });
    }
    let Some(found) = pattern.all(&text, limit).filter(|_| from == 0) else {
        return Ok(unknown(vm, "a regular expression that matches nothing at all"));
    };
    match action {
        Action::FindIter => Ok(Value::list(found.into_iter().map(Value::native))),
        Action::FindAll => Ok(Value::list(found.iter().map(Match::shown))),
        Action::Split => {
            let (mut parts, mut at) = (Vec::new(), 0);
            for found in &found {
                let (start, end) = found.whole();
                parts.push(Value::str(&text[at..start]));
                parts.extend((1..found.groups.len()).map(|group| found.group(group, Value::None)));
                at = end;
            }
            parts.push(Value::str(&text[at..]));
            Ok(Value::list(parts))
        }
        _ => {
            let replaced = replace(vm, &text, &found, &bound.required("repl"))?;
            Ok(match (replaced, action) {
                (Ok(replaced), Action::SubCount) => Value::tuple([Value::str(replaced), Value::int(found.len())]),
                (Ok(replaced), _) => Value::str(replaced),
                (Err(reason), _) => Value::Unknown(reason),
            })
        }
    }
}

/// The text with each match replaced.
fn replace(vm: &mut Vm, text: &str, found: &[Match], with: &Value) -> Eval<Result<String, Reason>> {
    let (mut out, mut at) = (String::new(), 0);
    for one in found {
        let (start, end) = one.whole();
        out.push_str(&text[at..start]);
        at = end;
        match with {
            Value::Str(template) => match one.expand(template) {
                Some(expanded) => out.push_str(&expanded),
                None => return Ok(Err(vm.reason("unsupported", "this replacement is not evaluated"))),
            },
            Value::Unknown(reason) => return Ok(Err(reason.clone())),
            function => match vm.call(function, Args::positional([Value::native(one.clone())]))? {
                Value::Str(replaced) => out.push_str(&replaced),
                Value::Unknown(reason) => return Ok(Err(reason)),
                _ => return Ok(Err(vm.reason("unsupported", "a replacement that is no text"))),
            },
        }
        if out.len() > LONGEST {
            return Ok(Err(vm.reason("unsupported", "a replacement that is too long")));
        }
    }
    out.push_str(&text[at..]);
    Ok(Ok(out))
}

impl Native for Pattern {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "re.Pattern"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some((name, action, _, signature)) = ACTIONS.iter().find(|(own, ..)| *own == name) {
            return Ok(Some(native::function(name, move |vm, args| {
                let bound = args.bind(vm, signature)?;
                act(vm, &self, *action, &bound)
            })));
        }
        Ok(match name {
            "pattern" => Some(Value::Str(self.text.clone())),
            "flags" | "groups" | "groupindex" => Some(unknown(vm, "this attribute of a regular expression")),
            _ => None,
        })
    }
}

/// A match; of each group where it is.
#[derive(Clone, Debug)]
struct Match {
    pattern: Rc<Pattern>,
    text: Rc<str>,
    groups: Vec<Option<(usize, usize)>>,
}

impl Match {
    fn whole(&self) -> (usize, usize) {
        self.groups.first().copied().flatten().unwrap_or((0, 0))
    }

    fn part(&self, group: usize) -> Option<&str> {
        let (start, end) = self.groups.get(group).copied().flatten()?;
        self.text.get(start..end)
    }

    fn group(&self, group: usize, default: Value) -> Value {
        self.part(group).map_or(default, Value::str)
    }

    /// As `findall` lists it.
    fn shown(&self) -> Value {
        match self.groups.len() {
            1 => self.group(0, Value::None),
            2 => self.group(1, Value::str("")),
            groups => Value::tuple((1..groups).map(|group| self.group(group, Value::str("")))),
        }
    }

    /// A template with `\1`, `\g<name>` and escapes filled in.
    fn expand(&self, template: &str) -> Option<String> {
        let mut out = String::new();
        let mut rest = template;
        while let Some(at) = rest.find('\\') {
            out.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            let first = rest.chars().next()?;
            let group = match first {
                'g' => {
                    let (name, behind) = rest.strip_prefix("g<")?.split_once('>')?;
                    rest = behind;
                    match name.parse::<usize>() {
                        Ok(number) => number,
                        Err(_) => self.pattern.number(&Value::str(name))?,
                    }
                }
                // Two digits, and those that begin with 0, may be another group or an octal number.
                '1'..='9' => {
                    rest = &rest[1..];
                    if rest.starts_with(|c: char| c.is_ascii_digit()) {
                        return None;
                    }
                    first.to_digit(10)? as usize
                }
                'n' | 't' | '\\' => {
                    out.push(match first {
                        'n' => '\n',
                        't' => '\t',
                        other => other,
                    });
                    rest = &rest[1..];
                    continue;
                }
                _ => return None,
            };
            if group >= self.groups.len() {
                return None;
            }
            out.push_str(self.part(group).unwrap_or(""));
        }
        out.push_str(rest);
        Some(out)
    }

    /// The group of which a method is asked; the whole without one.
    fn asked(&self, vm: &mut Vm, group: Option<&Value>) -> Eval<Option<usize>> {
        match group {
            None => Ok(Some(0)),
            Some(Value::Unknown(_)) => Ok(None),
            Some(group) => match self.pattern.number(group).filter(|number| *number < self.groups.len()) {
                Some(number) => Ok(Some(number)),
                None => Err(vm.raise("IndexError", "no such group")),
            },
        }
    }

    fn group_of(&self, vm: &mut Vm, group: Option<&Value>) -> Eval<Value> {
        Ok(match self.asked(vm, group)? {
            Some(number) => self.group(number, Value::None),
            None => unknown(vm, "a group that is not known"),
        })
    }
}

impl Native for Match {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "re.Match"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "group" => native::function("group", move |vm, args| match &args.positional[..] {
                groups @ [_, _, ..] => {
                    let found = groups.iter().map(|group| self.group_of(vm, Some(group))).collect::<Eval<Vec<_>>>()?;
                    Ok(Value::tuple(found))
                }
                groups => self.group_of(vm, groups.first()),
            }),
            "groups" => native::function("groups", move |_, args| {
                let default = args.positional.first().cloned().unwrap_or(Value::None);
                Ok(Value::tuple((1..self.groups.len()).map(|group| self.group(group, default.clone()))))
            }),
            "groupdict" => native::function("groupdict", move |_, args| {
                let default = args.positional.first().cloned().unwrap_or(Value::None);
                let names = self.pattern.regex(0).into_iter().flat_map(Regex::capture_names).enumerate();
                let named = names.filter_map(|(group, name)| Some((name?, self.group(group, default.clone()))));
                Ok(Value::dict(named))
            }),
            "start" | "end" | "span" => {
                let name = name.to_string();
                native::function("span", move |vm, args| {
                    let Some(group) = self.asked(vm, args.positional.first())? else {
                        return Ok(unknown(vm, "a group that is not known"));
                    };
                    let place = self.groups.get(group).copied().flatten();
                    let number = |at: Option<usize>| at.map_or_else(|| Value::int(-1), Value::int);
                    let (start, end) = (number(place.map(|place| place.0)), number(place.map(|place| place.1)));
                    Ok(match name.as_str() {
                        "start" => start,
                        "end" => end,
                        _ => Value::tuple([start, end]),
                    })
                })
            }
            // Which of several groups closed last is not kept.
            "lastgroup" | "lastindex" => {
                let set: Vec<usize> = (1..self.groups.len()).filter(|group| self.groups[*group].is_some()).collect();
                match (&set[..], name) {
                    ([], _) => Value::None,
                    ([only], "lastindex") => Value::int(*only),
                    ([only], _) => {
                        let found = self.pattern.regex(0).and_then(|regex| regex.capture_names().nth(*only).flatten());
                        found.map_or(Value::None, Value::str)
                    }
                    _ => unknown(vm, "the last of several groups"),
                }
            }
            "string" => Value::Str(self.text.clone()),
            "re" => Value::Native(self.pattern.clone()),
            _ => unknown(vm, "this attribute of a match"),
        }))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        self.group_of(vm, Some(&key)).map(Some)
    }
}

/// The expression that an argument is or says.
fn compiled(vm: &mut Vm, pattern: &Value, flags: Option<Value>) -> Result<Rc<Pattern>, Value> {
    if let Some(pattern) = pattern.downcast::<Pattern>() {
        return Ok(pattern);
    }
    let flags = match flags {
        None => Some(0),
        Some(Value::Int(flags)) => flags.to_i64(),
        Some(_) => None,
    };
    match (pattern, flags) {
        (Value::Str(text), Some(flags)) => match Pattern::new(text.clone(), flags) {
            Some(pattern) => Ok(Rc::new(pattern)),
            None => Err(unknown(vm, &format!("the regular expression {text:?}"))),
        },
        (Value::Unknown(_), _) => Err(pattern.clone()),
        _ => Err(unknown(vm, "this regular expression")),
    }
}

/// `re.escape`
fn escape(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "escape(pattern)")?;
    Ok(match bound.required("pattern") {
        Value::Str(text) => {
            let special = |c: char| "()[]{}?*+-|^$\\.&~# \t\n\r\x0b\x0c".contains(c);
            let escaped = text.chars().flat_map(|c| special(c).then_some('\\').into_iter().chain([c]));
            Value::str(escaped.collect::<String>())
        }
        other if other.reason().is_some() => other,
        _ => unknown(vm, "re.escape() of this value"),
    })
}

pub(super) fn install(vm: &mut Vm) {
    let mut attrs: Vec<(&'static str, Value)> = vec![
        ("escape", native::function("escape", escape)),
        (
            "compile",
            native::function("compile", |vm, args| {
                let bound = args.bind(vm, "compile(pattern, flags=)")?;
                let pattern = compiled(vm, &bound.required("pattern"), bound.get("flags"));
                Ok(match pattern {
                    Ok(pattern) => Value::Native(pattern),
                    Err(unknown) => unknown,
                })
            }),
        ),
    ];
    for (name, action, signature, _) in ACTIONS {
        let function = native::function(name, move |vm, args| {
            let bound = args.bind(vm, signature)?;
            match compiled(vm, &bound.required("pattern"), bound.get("flags")) {
                Ok(pattern) => act(vm, &pattern, *action, &bound),
                Err(unknown) => Ok(unknown),
            }
        });
        attrs.push((*name, function));
    }
    for (name, short, value) in FLAGS {
        attrs.extend([(*name, Value::int(*value)), (*short, Value::int(*value))]);
    }
    vm.register("re", attrs);
}
