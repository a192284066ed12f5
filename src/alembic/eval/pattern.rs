//! `match`.

use super::convert::Truth;
use super::flow::Flow;
use super::scope::Frame;
use super::value::Value;
use super::{Eval, Items, Vm};
use crate::alembic::python::ast::{CompareOp, MatchCase, Pattern};

impl Vm {
    pub(super) fn match_cases(&mut self, frame: &mut Frame<'_>, subject: &Value, cases: &[MatchCase]) -> Eval<Flow> {
        for (at, case) in cases.iter().enumerate() {
            let mut matches = self.matches(frame, subject, &case.pattern)?;
            if let (Truth::True | Truth::Unknown(_), Some(guard)) = (&matches, &case.guard) {
                let guard = self.expr(frame, guard)?;
                matches = both(matches, self.truth(&guard)?);
            }
            match matches {
                Truth::True => return self.block(frame, &case.body),
                Truth::False => {}
                Truth::Unknown(reason) => {
                    let rest = &cases[at + 1..];
                    return self.deeper(|vm| {
                        vm.branch(
                            frame,
                            reason,
                            |vm, frame| vm.block(frame, &case.body),
                            |vm, frame| vm.match_cases(frame, subject, rest),
                        )
                    });
                }
            }
        }
        Ok(Flow::Normal)
    }

    fn matches(&mut self, frame: &mut Frame<'_>, subject: &Value, pattern: &Pattern) -> Eval<Truth> {
        match pattern {
            Pattern::Value(value) => {
                let value = self.expr(frame, value)?;
                let equal = self.equals(subject, &value)?;
                self.truth(&equal)
            }
            Pattern::Singleton(constant) => {
                let constant = self.constant(constant);
                let same = self.compare(CompareOp::Is, subject, &constant)?;
                self.truth(&same)
            }
            Pattern::As { pattern, name } => {
                let matches = match pattern {
                    Some(pattern) => self.matches(frame, subject, pattern)?,
                    None => Truth::True,
                };
                if let (Truth::True | Truth::Unknown(_), Some(name)) = (&matches, name) {
                    self.assign_name(frame, name, subject.clone())?;
                }
                Ok(matches)
            }
            Pattern::Or(patterns) => {
                let mut result = Truth::False;
                for pattern in patterns {
                    match self.matches(frame, subject, pattern)? {
                        Truth::True => return Ok(Truth::True),
                        Truth::False => {}
                        unknown => result = unknown,
                    }
                }
                Ok(result)
            }
            Pattern::Star(_) => Ok(Truth::True),
            Pattern::Sequence(patterns) => self.matches_sequence(frame, subject, patterns),
            Pattern::Mapping { keys, patterns, rest } => {
                if let Value::Unknown(reason) = subject {
                    return Ok(Truth::Unknown(reason.clone()));
                }
                let Value::Dict(_) = subject else {
                    return Ok(Truth::False);
                };
                let Some(mut dict) = self.as_dict(subject)? else {
                    return Ok(Truth::False);
                };
                let mut result = Truth::True;
                for (key, pattern) in keys.iter().zip(patterns) {
                    let key = self.expr(frame, key)?;
                    let found = self.contains(subject, &key)?;
                    result = both(result, self.truth(&found)?);
                    if result == Truth::False {
                        return Ok(result);
                    }
                    let value = match &result {
                        Truth::Unknown(reason) => Value::Unknown(reason.clone()),
                        Truth::True | Truth::False => self.get_item(subject, key.clone())?,
                    };
                    result = both(result, self.matches(frame, &value, pattern)?);
                    if let Some(key) = super::container::Key::of(&key) {
                        dict.remove(&key);
                    }
                }
                if let Some(name) = rest {
                    self.assign_name(frame, name, Value::from(dict))?;
                }
                Ok(result)
            }
            Pattern::Class { class, positional, keywords } => {
                let class = self.expr(frame, class)?;
                let mut result = self.is_instance(subject, &class)?;
                let mut parts: Vec<(std::rc::Rc<str>, &Pattern)> = Vec::new();
                if !positional.is_empty() && result != Truth::False {
                    match self.find_attr(&class, "__match_args__")? {
                        Some(names) => {
                            let Items::Known(names) = self.iterate(&names)? else {
                                return Ok(Truth::Unknown(self.reason("unsupported", "__match_args__ is not known")));
                            };
                            let names = names.iter().filter_map(|name| name.as_str().map(Into::into));
                            parts.extend(names.zip(positional));
                        }
                        // `str(x)`, `int(x)`: the subject itself.
                        None => {
                            for pattern in positional {
                                result = both(result, self.matches(frame, subject, pattern)?);
                            }
                        }
                    }
                }
                parts.extend(keywords.iter().map(|(name, pattern)| (name.clone(), pattern)));
                for (name, pattern) in parts {
                    if result == Truth::False {
                        return Ok(result);
                    }
                    let Some(value) = self.find_attr(subject, &name)? else {
                        return Ok(Truth::False);
                    };
                    result = both(result, self.matches(frame, &value, pattern)?);
                }
                Ok(result)
            }
        }
    }

    fn matches_sequence(&mut self, frame: &mut Frame<'_>, subject: &Value, patterns: &[Pattern]) -> Eval<Truth> {
        let items = match subject {
            Value::Unknown(reason) => {
                let unknown = Value::Unknown(reason.clone());
                for pattern in patterns {
                    self.matches(frame, &unknown, pattern)?;
                }
                return Ok(Truth::Unknown(reason.clone()));
            }
            Value::List(_) | Value::Tuple(_) => match self.iterate(subject)? {
                Items::Known(items) => items,
                Items::Unknown(reason) => return Ok(Truth::Unknown(reason)),
            },
            _ => return Ok(Truth::False),
        };
        let star = patterns.iter().position(|pattern| matches!(pattern, Pattern::Star(_)));
        let needed = patterns.len() - usize::from(star.is_some());
        if items.len() < needed || star.is_none() && items.len() > needed {
            return Ok(Truth::False);
        }
        let in_star = items.len() - needed;
        let mut result = Truth::True;
        let mut at = 0;
        for pattern in patterns {
            if let Pattern::Star(name) = pattern {
                if let Some(name) = name {
                    self.assign_name(frame, name, Value::list(items[at..at + in_star].iter().cloned()))?;
                }
                at += in_star;
                continue;
            }
            result = both(result, self.matches(frame, &items[at], pattern)?);
            if result == Truth::False {
                return Ok(result);
            }
            at += 1;
        }
        Ok(result)
    }
}

fn both(a: Truth, b: Truth) -> Truth {
    match (a, b) {
        (Truth::False, _) | (_, Truth::False) => Truth::False,
        (Truth::Unknown(reason), _) | (_, Truth::Unknown(reason)) => Truth::Unknown(reason),
        (Truth::True, Truth::True) => Truth::True,
    }
}
