//! `itertools`. What Python gives item by item is made at once here: nothing that migrations do tells the difference.

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::convert::as_int;
use crate::alembic::eval::generator::{Apply, Generator};
use crate::alembic::eval::native;
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Items, Raise, Truth, Vm};

pub(super) fn install(vm: &mut Vm) {
    let chained =
        Class::new("itertools.chain", Vec::new()).construct(|vm, _, args| chain(vm, args.positional)).attrs([(
            "from_iterable",
            native::function("from_iterable", |vm, args| {
                let iterables = args.bind(vm, "from_iterable(iterable, /)")?.required("iterable");
                match vm.iterate(&iterables)? {
                    Items::Known(items) => chain(vm, items),
                    Items::Unknown(reason) => Ok(Value::native(Generator::unknown(reason))),
                }
            }),
        )]);
    let functions: [(&'static str, fn(&mut Vm, Args) -> Eval<Value>); 11] = [
        ("count", count),
        ("product", product),
        ("repeat", repeat),
        ("islice", islice),
        ("groupby", groupby),
        ("combinations", |vm, args| {
            chosen(vm, args, "combinations(iterable, r)", |at, last| last.is_none_or(|l| at > l))
        }),
        ("permutations", permutations),
        ("zip_longest", zip_longest),
        ("pairwise", pairwise),
        ("starmap", starmap),
        ("accumulate", accumulate),
    ];
    let functions = functions.into_iter().map(|(name, body)| (name, native::function(name, body)));
    vm.register("itertools", functions.chain([("chain", chained.value())]));
}

fn iterator(items: impl IntoIterator<Item = Value>) -> Value {
    Value::native(Generator::kept(items))
}

/// Several iterables at once: `Err` is an iterator of which nothing is known.
fn all_items(vm: &mut Vm, iterables: &[Value]) -> Eval<Result<Vec<Vec<Value>>, Value>> {
    let mut all = Vec::new();
    for value in iterables {
        match vm.iterate(value)? {
            Items::Known(items) => all.push(items),
            Items::Unknown(reason) => return Ok(Err(Value::native(Generator::unknown(reason)))),
        }
    }
    Ok(Ok(all))
}

fn chain(vm: &mut Vm, iterables: Vec<Value>) -> Eval<Value> {
    Ok(match all_items(vm, &iterables)? {
        Ok(all) => iterator(all.into_iter().flatten()),
        Err(unknown) => unknown,
    })
}

fn count(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "count(start=0, step=1)")?;
    let start = bound.get("start").map_or(Some(0.into()), |start| as_int(&start));
    let step = bound.get("step").map_or(Some(1.into()), |step| as_int(&step));
    match (start, step) {
        (Some(start), Some(step)) => Ok(Value::native(Generator::apply(Apply::Count(start, step)))),
        _ => Ok(vm.unknown("unsupported", "itertools.count() of this value is not evaluated")),
    }
}

fn product(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "product(*iterables, repeat=)")?;
    let repeat = match bound.get("repeat") {
        None => 1,
        Some(Value::Unknown(reason)) => return Ok(Value::native(Generator::unknown(reason))),
        Some(times) => times.as_i64().and_then(|times| usize::try_from(times).ok()).unwrap_or(0),
    };
    let pools = match all_items(vm, &bound.rest)? {
        Ok(pools) => pools,
        Err(unknown) => return Ok(unknown),
    };
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for items in std::iter::repeat_n(&pools, repeat).flatten() {
        vm.tick()?;
        vm.charge(rows.len().saturating_mul(items.len()).saturating_mul(64))?;
        let add = |row: &Vec<Value>, item: &Value| row.iter().cloned().chain([item.clone()]).collect();
        rows = rows.iter().flat_map(|row| items.iter().map(move |item| add(row, item))).collect();
    }
    Ok(iterator(rows.into_iter().map(Value::tuple)))
}

fn repeat(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "repeat(object, times=)")?;
    match bound.get("times").and_then(|times| times.as_i64()) {
        Some(times) => {
            let times = usize::try_from(times).unwrap_or(0);
            vm.charge(times.saturating_mul(32))?;
            Ok(iterator(std::iter::repeat_n(bound.required("object"), times)))
        }
        None => Ok(vm.unknown("unsupported", "an endless itertools.repeat() is not evaluated")),
    }
}

/// Of an iterator it takes only what it gives: the rest is there for the next slice.
fn islice(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "islice(iterable, start, stop=, step=)")?;
    let iterable = bound.required("iterable");
    let ends = match bound.get("stop") {
        None => [Some(Value::None), Some(bound.required("start")), None],
        stop => [Some(bound.required("start")), stop, bound.get("step")],
    };
    let mut numbers = [None; 3];
    for (number, end) in numbers.iter_mut().zip(ends) {
        *number = match end {
            None | Some(Value::None) => None,
            Some(Value::Unknown(reason)) => return Ok(Value::native(Generator::unknown(reason))),
            Some(end) => match end.as_i64().and_then(|end| usize::try_from(end).ok()) {
                Some(end) => Some(end),
                None => {
                    let text = "Indices for islice() must be None or an integer: 0 <= x <= sys.maxsize.";
                    return Err(vm.raise("ValueError", text));
                }
            },
        };
    }
    let [start, stop, step] = numbers;
    let (start, stop, step) = (start.unwrap_or(0), stop.unwrap_or(usize::MAX), step.unwrap_or(1).max(1));
    if iterable.downcast_ref::<Generator>().is_none() {
        return Ok(match vm.iterate(&iterable)? {
            Items::Known(items) => iterator(items.into_iter().take(stop).skip(start).step_by(step)),
            Items::Unknown(reason) => Value::native(Generator::unknown(reason)),
        });
    }
    let mut taken = Vec::new();
    while taken.len() < stop {
        vm.tick()?;
        match vm.next(&iterable, None) {
            Ok(Value::Unknown(reason)) => return Ok(Value::native(Generator::unknown(reason))),
            Ok(item) => taken.push(item),
            Err(Raise::Exception(exception)) if vm.is_stop_iteration(&exception) => break,
            Err(raise) => return Err(raise),
        }
    }
    Ok(iterator(taken.into_iter().skip(start).step_by(step)))
}

fn groupby(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "groupby(iterable, key=)")?;
    let key = bound.get("key").filter(|key| !key.is_none());
    let items = match vm.iterate(&bound.required("iterable"))? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
    };
    let mut groups: Vec<(Value, Vec<Value>)> = Vec::new();
    for item in items {
        let by = match &key {
            Some(key) => vm.call(key, Args::positional([item.clone()]))?,
            None => item.clone(),
        };
        if let Some((last, group)) = groups.last_mut() {
            let same = vm.equals(last, &by)?;
            match vm.truth(&same)? {
                Truth::True => {
                    group.push(item);
                    continue;
                }
                Truth::False => {}
                Truth::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
            }
        }
        groups.push((by, vec![item]));
    }
    Ok(iterator(groups.into_iter().map(|(key, group)| Value::tuple([key, iterator(group)]))))
}

/// All rows of `r` places that are allowed to follow each other.
fn chosen(
    vm: &mut Vm,
    args: Args,
    signature: &'static str,
    may_follow: fn(usize, Option<usize>) -> bool,
) -> Eval<Value> {
    let bound = args.bind(vm, signature)?;
    let items = match vm.iterate(&bound.required("iterable"))? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
    };
    let length = match bound.get("r") {
        None | Some(Value::None) => items.len(),
        Some(Value::Unknown(reason)) => return Ok(Value::native(Generator::unknown(reason))),
        Some(length) => match length.as_i64().and_then(|length| usize::try_from(length).ok()) {
            Some(length) => length,
            None => return Err(vm.raise("ValueError", "r must be non-negative")),
        },
    };
    let mut rows: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..length {
        let mut longer = Vec::new();
        for row in rows {
            vm.tick()?;
            let next = (0..items.len()).filter(|at| !row.contains(at) && may_follow(*at, row.last().copied()));
            longer.extend(next.map(|at| row.iter().copied().chain([at]).collect::<Vec<usize>>()));
        }
        vm.charge(longer.len().saturating_mul(64))?;
        rows = longer;
    }
    Ok(iterator(rows.into_iter().map(|row| Value::tuple(row.into_iter().map(|at| items[at].clone())))))
}

fn permutations(vm: &mut Vm, args: Args) -> Eval<Value> {
    chosen(vm, args, "permutations(iterable, r=)", |_, _| true)
}

fn zip_longest(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "zip_longest(*iterables, fillvalue=)")?;
    let fill = bound.get("fillvalue").unwrap_or(Value::None);
    let columns = match all_items(vm, &bound.rest)? {
        Ok(columns) => columns,
        Err(unknown) => return Ok(unknown),
    };
    let longest = columns.iter().map(Vec::len).max().unwrap_or(0);
    let row = |at: usize| Value::tuple(columns.iter().map(|column| column.get(at).unwrap_or(&fill).clone()));
    Ok(iterator((0..longest).map(row).collect::<Vec<_>>()))
}

fn pairwise(vm: &mut Vm, args: Args) -> Eval<Value> {
    let iterable = args.bind(vm, "pairwise(iterable, /)")?.required("iterable");
    Ok(match vm.iterate(&iterable)? {
        Items::Known(items) => iterator(items.windows(2).map(|pair| Value::tuple(pair.to_vec())).collect::<Vec<_>>()),
        Items::Unknown(reason) => Value::native(Generator::unknown(reason)),
    })
}

fn starmap(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "starmap(function, iterable, /)")?;
    let rows = match vm.iterate(&bound.required("iterable"))? {
        Items::Known(rows) => rows,
        Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
    };
    let mut made = Vec::new();
    for row in rows {
        made.push(match vm.iterate(&row)? {
            Items::Known(items) => vm.call(&bound.required("function"), Args::positional(items))?,
            Items::Unknown(reason) => Value::Unknown(reason),
        });
    }
    Ok(iterator(made))
}

fn accumulate(vm: &mut Vm, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "accumulate(iterable, func=, *, initial=)")?;
    let items = match vm.iterate(&bound.required("iterable"))? {
        Items::Known(items) => items,
        Items::Unknown(reason) => return Ok(Value::native(Generator::unknown(reason))),
    };
    let first = bound.get("initial").filter(|initial| !initial.is_none());
    let mut totals: Vec<Value> = Vec::new();
    for item in first.into_iter().chain(items) {
        let total = match (totals.last().cloned(), bound.get("func").filter(|function| !function.is_none())) {
            (None, _) => item,
            (Some(total), Some(function)) => vm.call(&function, Args::positional([total, item]))?,
            (Some(total), None) => vm.binary("+", &total, &item)?,
        };
        totals.push(total);
    }
    Ok(iterator(totals))
}
