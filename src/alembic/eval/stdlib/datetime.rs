//! `datetime`, `time`, `zoneinfo`: what the clock says is not known, dates that are written out are.

use std::rc::Rc;

use super::moment::{Moment, Span, Utc, made, ordinal};
use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

fn clock(name: &'static str) -> Value {
    native::function(name, move |vm, _| Ok(vm.unknown("clock", format!("{name}() reads the clock"))))
}

/// `datetime(…)`, `date(…)`
fn construct(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    let timed = match &*class.dotted {
        "datetime.datetime" => true,
        "datetime.date" => false,
        _ => return Ok(vm.unknown("unsupported", format!("the value of a {} is not evaluated", class.dotted))),
    };
    let bound =
        args.bind(vm, "datetime(year, month, day, hour=, minute=, second=, microsecond=, tzinfo=, *, fold=)")?;
    let names = ["year", "month", "day", "hour", "minute", "second", "microsecond"];
    let parts: Vec<Value> = names.iter().map(|name| bound.get(name).unwrap_or_else(|| Value::int(0))).collect();
    let utc = match bound.get("tzinfo") {
        None | Some(Value::None) => false,
        Some(zone) if zone.downcast_ref::<Utc>().is_some() => true,
        Some(_) => return Ok(vm.unknown("unsupported", "time zones are not evaluated")),
    };
    made(vm, &parts, timed, utc)
}

/// `timedelta(…)`
fn span(vm: &mut Vm, class: &Rc<Class>, args: Args) -> Eval<Value> {
    const UNITS: [(&str, i64); 7] = [
        ("days", 86_400_000_000),
        ("seconds", 1_000_000),
        ("microseconds", 1),
        ("milliseconds", 1000),
        ("minutes", 60_000_000),
        ("hours", 3_600_000_000),
        ("weeks", 604_800_000_000),
    ];
    let bound = args.bind(vm, "timedelta(days=, seconds=, microseconds=, milliseconds=, minutes=, hours=, weeks=)")?;
    let mut total: Option<i64> = (&*class.dotted == "datetime.timedelta").then_some(0);
    for (name, unit) in UNITS {
        match bound.get(name) {
            None => {}
            Some(Value::Unknown(reason)) => return Ok(Value::Unknown(reason)),
            Some(value) => {
                let micros = value.as_i64().and_then(|number| number.checked_mul(unit));
                total = total.zip(micros).and_then(|(total, micros)| total.checked_add(micros));
            }
        }
    }
    Ok(match total {
        Some(total) => Value::native(Span(total)),
        None => vm.unknown("unsupported", "the value of such a timedelta is not evaluated"),
    })
}

/// `fromisoformat(text)`: `2024-01-31`, and with a time behind it.
fn from_iso(vm: &mut Vm, args: Args, timed: bool) -> Eval<Value> {
    let text = args.bind(vm, "fromisoformat(date_string, /)")?.required("date_string");
    if let Some(reason) = text.reason() {
        vm.may_refuse(reason, &["ValueError", "TypeError"]);
        return Ok(text);
    }
    let parts = text.as_str().and_then(|text| iso_parts(text, timed));
    match parts {
        Some(parts) => made(vm, &parts.map(Value::int), timed, false),
        None => Ok(vm.unknown("unsupported", "the value of fromisoformat() of this text is not evaluated")),
    }
}

fn iso_parts(text: &str, timed: bool) -> Option<[i64; 7]> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let sign = |at: usize, signs: &[u8]| text.as_bytes().get(at).is_some_and(|byte| signs.contains(byte));
    if !(sign(4, b"-") && sign(7, b"-")) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (mut second, mut micro) = (0, 0);
    match text.len() {
        10 => return Some([year, month, day, 0, 0, 0, 0]),
        16 | 19 | 26 if timed && sign(10, b"T ") && sign(13, b":") => {}
        _ => return None,
    }
    if text.len() >= 19 {
        second = sign(16, b":").then(|| number(17, 19)).flatten()?;
    }
    if text.len() == 26 {
        micro = sign(19, b".").then(|| number(20, 26)).flatten()?;
    }
    Some([year, month, day, number(11, 13)?, number(14, 16)?, second, micro])
}

/// `strptime` and its like: not evaluated, and it may refuse what it is given.
fn read(vm: &mut Vm, args: Args, name: &str) -> Eval<Value> {
    if let Some(reason) = args.positional.iter().find_map(Value::reason) {
        vm.may_refuse(reason, &["ValueError", "TypeError"]);
    }
    Ok(vm.unknown("unsupported", format!("the value of datetime's {name}() is not evaluated")))
}

pub(super) fn install(vm: &mut Vm) {
    let object: Vec<_> = vm.class("object").into_iter().collect();
    let class = |name: &'static str, base: Vec<Rc<Class>>| {
        let timed = name == "datetime.datetime";
        let iso = native::function("fromisoformat", move |vm, args| match name {
            "datetime.time" => read(vm, args, "fromisoformat"),
            _ => from_iso(vm, args, timed),
        });
        Class::new(name, base)
            .construct(construct)
            .attrs(["now", "utcnow", "today"].map(|name| (name, clock(name))))
            .attrs(
                ["strptime", "fromtimestamp", "utcfromtimestamp", "combine"]
                    .map(|name| (name, native::function(name, move |vm, args| read(vm, args, name)))),
            )
            .attrs([("fromisoformat", iso)])
    };
    let first = Moment { day: 1, time: None, utc: false };
    let last = Moment { day: ordinal(9999, 12, 31), ..first };
    let date = Rc::new(
        class("datetime.date", object.clone()).attrs([("min", Value::native(first)), ("max", Value::native(last))]),
    );
    let datetime = class("datetime.datetime", vec![date.clone()]).attrs([
        ("min", Value::native(Moment { time: Some(0), ..first })),
        ("max", Value::native(Moment { time: Some(86_399_999_999), ..last })),
    ]);
    let plain = |name: &'static str| Class::new(name, object.clone()).construct(construct);
    let attrs = vec![
        ("datetime", datetime.value()),
        ("date", Value::Native(date)),
        ("time", class("datetime.time", object.clone()).value()),
        ("timedelta", Class::new("datetime.timedelta", object.clone()).construct(span).value()),
        ("tzinfo", plain("datetime.tzinfo").value()),
        ("timezone", plain("datetime.timezone").attrs([("utc", Value::native(Utc))]).value()),
        ("UTC", Value::native(Utc)),
    ];
    vm.register("datetime", attrs);
    let nothing = |name| native::function(name, |_, _| Ok(Value::None));
    let names =
        ["time", "time_ns", "monotonic", "perf_counter", "process_time", "strftime", "gmtime", "localtime", "ctime"];
    let clocks = names.map(|name| (name, clock(name)));
    vm.register("time", clocks.into_iter().chain([("sleep", nothing("sleep"))]));
}
