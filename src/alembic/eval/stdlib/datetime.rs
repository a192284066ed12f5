//! `datetime`, `time`, `zoneinfo`: what the clock says is not known. Dates that are written out are not modelled yet, and
//! unknown, too: they reach data, hardly ever the schema.

use crate::alembic::eval::Vm;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;

fn clock(name: &'static str) -> Value {
    native::function(name, move |vm, _| Ok(vm.unknown("clock", format!("{name}() reads the clock"))))
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
        ("datetime", class("datetime.datetime").attrs([("min", utc()), ("max", utc())]).value()),
        ("date", class("datetime.date").value()),
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
