//! Dates, times and the spans between them, as far as they are written out.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;
/// The ordinal of 31 December 9999.
const LAST: i64 = 3_652_059;

/// A `date`, or a `datetime`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    /// 1 is the first day of the year 1.
    pub day: i64,
    /// Microseconds since midnight; `None` for a `date`.
    pub time: Option<i64>,
    /// It is in UTC, else it has no time zone.
    pub utc: bool,
}

/// `timedelta`, in microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span(pub i64);

/// `timezone.utc`
#[derive(Debug)]
pub(super) struct Utc;

pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(super) fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// `date(year, month, day).toordinal()`
pub(super) fn ordinal(year: i64, month: i64, day: i64) -> i64 {
    let before = year - 1;
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    before * 365 + before / 4 - before / 100 + before / 400 + months + day
}

/// Year, month and day.
pub(super) fn civil(ordinal: i64) -> (i64, i64, i64) {
    let mut year = (ordinal / 366 + 1).max(1);
    while self::ordinal(year + 1, 1, 1) <= ordinal {
        year += 1;
    }
    let mut rest = ordinal - self::ordinal(year, 1, 1);
    let mut month = 1;
    while rest >= days_in(year, month) {
        rest -= days_in(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

impl Moment {
    fn clock(&self) -> (i64, i64, i64, i64) {
        let micros = self.time.unwrap_or(0);
        let seconds = micros / 1_000_000;
        (seconds / 3600, seconds / 60 % 60, seconds % 60, micros % 1_000_000)
    }

    /// `isoformat(sep)`
    pub fn iso(&self, separator: &str) -> String {
        let (year, month, day) = civil(self.day);
        let date = format!("{year:04}-{month:02}-{day:02}");
        if self.time.is_none() {
            return date;
        }
        let (hour, minute, second, micro) = self.clock();
        let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
        let zone = if self.utc { "+00:00" } else { "" };
        format!("{date}{separator}{hour:02}:{minute:02}:{second:02}{fraction}{zone}")
    }

    /// The moment so many microseconds later; a `date` takes whole days.
    fn later(&self, micros: i64) -> Option<Moment> {
        let (day, time) = match self.time {
            None => (self.day.checked_add(micros.div_euclid(DAY))?, None),
            Some(time) => {
                let total = time.checked_add(micros)?;
                (self.day.checked_add(total.div_euclid(DAY))?, Some(total.rem_euclid(DAY)))
            }
        };
        (1..=LAST).contains(&day).then_some(Moment { day, time, ..*self })
    }

    /// `strftime`; `None` for a directive that is not read here.
    fn formatted(&self, format: &str) -> Option<String> {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        let (year, month, day) = civil(self.day);
        let (hour, minute, second, micro) = self.clock();
        let month_name = MONTHS[usize::try_from(month - 1).ok()?];
        let day_name = DAYS[usize::try_from((self.day + 6) % 7).ok()?];
        let mut out = String::new();
        let mut chars = format.chars();
        while let Some(char) = chars.next() {
            if char != '%' {
                out.push(char);
                continue;
            }
            out.push_str(&match chars.next()? {
                // Of a year with fewer digits the platform decides.
                'Y' if year >= 1000 => year.to_string(),
                'm' => format!("{month:02}"),
                'd' => format!("{day:02}"),
                'H' => format!("{hour:02}"),
                'M' => format!("{minute:02}"),
                'S' => format!("{second:02}"),
                'f' => format!("{micro:06}"),
                'y' => format!("{:02}", year % 100),
                'j' => format!("{:03}", self.day - ordinal(year, 1, 1) + 1),
                'B' => month_name.to_string(),
                'b' => month_name[..3].to_string(),
                'A' => day_name.to_string(),
                'a' => day_name[..3].to_string(),
                '%' => "%".to_string(),
                _ => return None,
            });
        }
        Some(out)
    }
}

fn unread(vm: &Vm, what: &str) -> Value {
    vm.unknown("unsupported", format!("{what} of a date is not evaluated"))
}

impl Native for Moment {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        if self.time.is_some() { "datetime.datetime" } else { "datetime.date" }
    }

    fn is_instance(&self, class: &str) -> bool {
        class == "datetime.date" || class == self.class()
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Tuple(vec![Key::Str("datetime".into()), Key::Str(self.iso("T").into())]))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let (year, month, day) = civil(self.day);
        let (hour, minute, second, micro) = self.clock();
        let timed = self.time.is_some();
        Ok(Some(match name {
            "year" => Value::int(year),
            "month" => Value::int(month),
            "day" => Value::int(day),
            "hour" if timed => Value::int(hour),
            "minute" if timed => Value::int(minute),
            "second" if timed => Value::int(second),
            "microsecond" if timed => Value::int(micro),
            "tzinfo" if timed => {
                if self.utc {
                    Value::native(Utc)
                } else {
                    Value::None
                }
            }
            "isoformat" => native::function(name, move |vm, args| {
                let bound = args.bind(vm, "isoformat(sep=, timespec=)")?;
                Ok(match (bound.get("sep"), bound.get("timespec")) {
                    (None, None) => Value::str(self.iso("T")),
                    (Some(Value::Str(separator)), None) => Value::str(self.iso(&separator)),
                    _ => unread(vm, "this isoformat()"),
                })
            }),
            "strftime" | "__format__" => native::function(name, move |vm, args| {
                let format = args.bind(vm, "strftime(format)")?.required("format");
                Ok(match format.as_str().map(|format| self.formatted(format)) {
                    Some(Some(text)) => Value::str(text),
                    Some(None) => unread(vm, "this strftime()"),
                    None => format,
                })
            }),
            "date" if timed => {
                native::function(name, move |_, _| Ok(Value::native(Moment { day: self.day, time: None, utc: false })))
            }
            "toordinal" => native::function(name, move |_, _| Ok(Value::int(self.day))),
            "weekday" => native::function(name, move |_, _| Ok(Value::int((self.day + 6) % 7))),
            "isoweekday" => native::function(name, move |_, _| Ok(Value::int((self.day + 6) % 7 + 1))),
            "replace" => native::function(name, move |vm, args| self.replaced(vm, args)),
            _ if name.starts_with("__") => return Ok(None),
            _ => unread(vm, name),
        }))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if let Value::Unknown(reason) = other {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        if let Some(span) = other.downcast_ref::<Span>() {
            let by = match operator {
                "+" => span.0,
                "-" if !reflected => -span.0,
                "==" => return Ok(Some(Value::Bool(false))),
                "!=" => return Ok(Some(Value::Bool(true))),
                _ => return Ok(None),
            };
            return match self.later(by) {
                Some(moment) => Ok(Some(Value::native(moment))),
                None => Err(vm.raise("OverflowError", "date value out of range")),
            };
        }
        let Some(other) = other.downcast_ref::<Moment>() else {
            return Ok(match operator {
                "==" => Some(Value::Bool(false)),
                "!=" => Some(Value::Bool(true)),
                _ => None,
            });
        };
        let alike = self.time.is_some() == other.time.is_some() && self.utc == other.utc;
        let (a, b) = if reflected { (other, &*self) } else { (&*self, other) };
        let order = (a.day, a.time).cmp(&(b.day, b.time));
        Ok(match operator {
            "==" => Some(Value::Bool(alike && order == Ordering::Equal)),
            "!=" => Some(Value::Bool(!alike || order != Ordering::Equal)),
            _ if !alike => Some(unread(vm, operator)),
            "-" => Some(Value::native(Span((a.day - b.day) * DAY + a.time.unwrap_or(0) - b.time.unwrap_or(0)))),
            _ => compared(operator, order),
        })
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(self.iso(" "))))
    }

    fn repr(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(unread(vm, "the repr()")))
    }
}

fn compared(operator: &str, order: Ordering) -> Option<Value> {
    Some(Value::Bool(match operator {
        "<" => order.is_lt(),
        "<=" => order.is_le(),
        ">" => order.is_gt(),
        ">=" => order.is_ge(),
        _ => return None,
    }))
}

impl Moment {
    fn replaced(&self, vm: &mut Vm, args: Args) -> Eval<Value> {
        let (year, month, day) = civil(self.day);
        let (hour, minute, second, micro) = self.clock();
        let own = [("year", year), ("month", month), ("day", day), ("hour", hour), ("minute", minute)];
        let own: Vec<_> = own.into_iter().chain([("second", second), ("microsecond", micro)]).collect();
        let names = if self.time.is_some() { 7 } else { 3 };
        let mut parts: Vec<Value> = own[..names].iter().map(|(_, part)| Value::int(*part)).collect();
        for (at, value) in args.positional.into_iter().enumerate().take(names) {
            parts[at] = value;
        }
        let mut utc = self.utc;
        for (name, value) in args.keyword {
            match (own[..names].iter().position(|(own, _)| **own == *name), &*name, &value) {
                (Some(at), ..) => parts[at] = value,
                (None, "tzinfo", Value::None) => utc = false,
                (None, "tzinfo", zone) if zone.downcast_ref::<Utc>().is_some() => utc = true,
                _ => return Ok(unread(vm, "this replace()")),
            }
        }
        made(vm, &parts, self.time.is_some(), utc)
    }
}

/// A `date` or `datetime` of its parts; raises as the constructor does.
pub(super) fn made(vm: &mut Vm, parts: &[Value], timed: bool, utc: bool) -> Eval<Value> {
    let mut numbers = [1, 1, 1, 0, 0, 0, 0];
    for (number, part) in numbers.iter_mut().zip(parts) {
        match (part, part.as_i64()) {
            (Value::Unknown(reason), _) => {
                vm.may_refuse(reason, &["ValueError", "TypeError"]);
                return Ok(Value::Unknown(reason.clone()));
            }
            (_, Some(given)) => *number = given,
            _ => return Ok(unread(vm, "a part")),
        }
    }
    let [year, month, day, hour, minute, second, micro] = numbers;
    let wrong = if !(1..=9999).contains(&year) {
        Some(format!("year {year} is out of range"))
    } else if !(1..=12).contains(&month) {
        Some("month must be in 1..12".to_string())
    } else if !(1..=days_in(year, month)).contains(&day) {
        Some("day is out of range for month".to_string())
    } else if !(0..24).contains(&hour) {
        Some("hour must be in 0..23".to_string())
    } else if !(0..60).contains(&minute) {
        Some("minute must be in 0..59".to_string())
    } else if !(0..60).contains(&second) {
        Some("second must be in 0..59".to_string())
    } else if !(0..1_000_000).contains(&micro) {
        Some("microsecond must be in 0..999999".to_string())
    } else {
        None
    };
    if let Some(wrong) = wrong {
        return Err(vm.raise("ValueError", &wrong));
    }
    let time = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micro;
    Ok(Value::native(Moment { day: ordinal(year, month, day), time: timed.then_some(time), utc }))
}

impl Native for Span {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "datetime.timedelta"
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Tuple(vec![Key::Str("timedelta".into()), Key::Int(self.0.into())]))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        let rest = self.0.rem_euclid(DAY);
        Ok(Some(match name {
            "days" => Value::int(self.0.div_euclid(DAY)),
            "seconds" => Value::int(rest / 1_000_000),
            "microseconds" => Value::int(rest % 1_000_000),
            "total_seconds" => native::function(name, move |_, _| Ok(Value::Float(self.0 as f64 / 1e6))),
            _ if name.starts_with("__") => return Ok(None),
            _ => unread(vm, name),
        }))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, reflected: bool) -> Eval<Option<Value>> {
        if let Value::Unknown(reason) = other {
            return Ok(Some(Value::Unknown(reason.clone())));
        }
        if let (Some(factor), "*") = (other.as_i64(), operator) {
            return match self.0.checked_mul(factor) {
                Some(micros) => Ok(Some(Value::native(Span(micros)))),
                None => Ok(Some(unread(vm, "such a long span"))),
            };
        }
        if other.downcast_ref::<Moment>().is_some() {
            // The moment knows what it makes of it.
            return Ok(None);
        }
        let Some(other) = other.downcast_ref::<Span>() else {
            return Ok(match operator {
                "==" => Some(Value::Bool(false)),
                "!=" => Some(Value::Bool(true)),
                "/" | "//" | "%" | "*" => Some(unread(vm, operator)),
                _ => None,
            });
        };
        let (a, b) = if reflected { (other.0, self.0) } else { (self.0, other.0) };
        Ok(match operator {
            "+" => Some(Value::native(Span(a.saturating_add(b)))),
            "-" => Some(Value::native(Span(a.saturating_sub(b)))),
            "==" => Some(Value::Bool(a == b)),
            "!=" => Some(Value::Bool(a != b)),
            "/" | "//" | "%" => Some(unread(vm, operator)),
            _ => compared(operator, a.cmp(&b)),
        })
    }

    fn unary(self: Rc<Self>, _vm: &mut Vm, operator: &str) -> Eval<Option<Value>> {
        Ok((operator == "-").then(|| Value::native(Span(-self.0))))
    }

    fn truth(self: Rc<Self>, _vm: &mut Vm) -> Eval<Value> {
        Ok(Value::Bool(self.0 != 0))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        let (days, rest) = (self.0.div_euclid(DAY), self.0.rem_euclid(DAY));
        let (seconds, micro) = (rest / 1_000_000, rest % 1_000_000);
        let shown = match days {
            0 => String::new(),
            1 | -1 => format!("{days} day, "),
            _ => format!("{days} days, "),
        };
        let fraction = if micro == 0 { String::new() } else { format!(".{micro:06}") };
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        Ok(Some(Value::str(format!("{shown}{hour}:{minute:02}:{second:02}{fraction}"))))
    }

    fn repr(self: Rc<Self>, vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(unread(vm, "the repr()")))
    }
}

impl Native for Utc {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "datetime.timezone"
    }

    fn is_instance(&self, class: &str) -> bool {
        class == "datetime.tzinfo" || class == self.class()
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok((!name.starts_with("__")).then(|| vm.unknown("unsupported", "time zones are not evaluated")))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str("UTC")))
    }
}
