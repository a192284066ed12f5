//! `datetime`, `time`, `zoneinfo`: what the clock says is not known. Dates that are written out are unknown,
//! too, but for the text of the first and the last one: they reach data, hardly ever the schema.

use std::rc::Rc;

use crate::alembic::eval::class::Class;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

fn clock(name: &'static str) -> Value {
    native::function(name, move |vm, _| Ok(vm.unknown("clock", format!("{name}() reads the clock"))))
}

/// A date of which only the text is asked for.
#[derive(Debug)]
struct Written {
    class: &'static str,
    text: &'static str,
}

impl Native for Written {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        self.class
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("unsupported", format!("{name} of a date is not evaluated"))))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, _other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        Ok(Some(vm.unknown("unsupported", format!("{operator} of dates is not evaluated"))))
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(self.text)))
    }
}

fn written(class: &'static str, text: &'static str) -> Value {
    Value::native(Written { class, text })
}

pub(super) fn install(vm: &mut Vm) {
    let object: Vec<_> = vm.class("object").into_iter().collect();
    let class = |name: &'static str| {
        Class::new(name, object.clone())
            .construct(|vm, class, _| {
                Ok(vm.unknown("unsupported", format!("the value of a {} is not evaluated", class.dotted)))
            })
            .attrs(["now", "utcnow", "today"].map(|name| (name, clock(name))))
            .attrs(["fromisoformat", "strptime", "fromtimestamp", "utcfromtimestamp", "combine"].map(|name| {
                let value = native::function(name, move |vm, _| {
                    Ok(vm.unknown("unsupported", format!("the value of datetime's {name}() is not evaluated")))
                });
                (name, value)
            }))
    };
    let utc = || Value::unknown("unsupported", "time zones are not evaluated");
    let attrs = vec![
        (
            "datetime",
            class("datetime.datetime")
                .attrs([
                    ("min", written("datetime.datetime", "0001-01-01 00:00:00")),
                    ("max", written("datetime.datetime", "9999-12-31 23:59:59.999999")),
                ])
                .value(),
        ),
        (
            "date",
            class("datetime.date")
                .attrs([
                    ("min", written("datetime.date", "0001-01-01")),
                    ("max", written("datetime.date", "9999-12-31")),
                ])
                .value(),
        ),
        ("time", class("datetime.time").value()),
        ("timedelta", class("datetime.timedelta").value()),
        ("tzinfo", class("datetime.tzinfo").value()),
        ("timezone", class("datetime.timezone").attrs([("utc", utc())]).value()),
        ("UTC", utc()),
    ];
    vm.register("datetime", attrs);
    let nothing = |name| native::function(name, |_, _| Ok(Value::None));
    let names =
        ["time", "time_ns", "monotonic", "perf_counter", "process_time", "strftime", "gmtime", "localtime", "ctime"];
    let clocks = names.map(|name| (name, clock(name)));
    vm.register("time", clocks.into_iter().chain([("sleep", nothing("sleep"))]));
}
