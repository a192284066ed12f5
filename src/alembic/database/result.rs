//! Results and their rows.

use std::any::Any;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use super::query::{Answer, Cell};
use crate::alembic::eval::{Absent, Args, Eval, Native, Raise, Value, Vm, native};
use crate::pg::error::Reason;

/// How rows are handed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// `Row`
    Rows,
    /// `scalars()`
    Scalars,
    /// `mappings()`
    Mappings,
}

/// A `CursorResult`, or a `ScalarResult` or `MappingResult` of it.
#[derive(Debug)]
pub struct ResultRows {
    columns: Rc<[Rc<str>]>,
    rows: Result<RefCell<VecDeque<Rc<[Value]>>>, Reason>,
    shape: Shape,
    returns_rows: bool,
    /// There is a row whatever rows the tables have.
    has_a_row: bool,
}

impl ResultRows {
    /// The result of a statement without rows.
    pub fn none() -> ResultRows {
        ResultRows {
            columns: Rc::new([]),
            rows: Ok(RefCell::default()),
            shape: Shape::Rows,
            returns_rows: false,
            has_a_row: false,
        }
    }

    /// The result of a statement that touched no row.
    pub fn no_rows() -> ResultRows {
        ResultRows { returns_rows: true, ..ResultRows::none() }
    }

    /// A result of which no row is known.
    pub fn unknown(reason: Reason) -> ResultRows {
        ResultRows { rows: Err(reason), ..ResultRows::no_rows() }
    }

    /// The same of a query that gives a row whatever rows there are.
    pub fn unknown_row(reason: Reason) -> ResultRows {
        ResultRows { has_a_row: true, ..ResultRows::unknown(reason) }
    }

    /// A known answer; single values of it may still be unknown.
    pub fn of(answer: Answer) -> ResultRows {
        let rows = answer.rows.into_iter().map(|row| row.iter().map(value).collect());
        ResultRows { columns: answer.columns.into(), rows: Ok(RefCell::new(rows.collect())), ..ResultRows::no_rows() }
    }

    fn with(&self, shape: Shape, column: usize) -> ResultRows {
        let rows = match &self.rows {
            Err(reason) => Err(reason.clone()),
            Ok(rows) => Ok(RefCell::new(match shape {
                Shape::Scalars => {
                    rows.borrow().iter().map(|row| row.get(column).cloned().into_iter().collect()).collect()
                }
                Shape::Rows | Shape::Mappings => rows.borrow().clone(),
            })),
        };
        ResultRows { columns: self.columns.clone(), rows, shape, returns_rows: true, has_a_row: self.has_a_row }
    }

    fn wrap(&self, row: Rc<[Value]>) -> Value {
        match self.shape {
            Shape::Scalars => row.first().cloned().unwrap_or(Value::None),
            Shape::Mappings => Value::dict(self.columns.iter().map(|name| &**name).zip(row.iter().cloned())),
            Shape::Rows => Value::native(Row { columns: self.columns.clone(), values: row }),
        }
    }

    fn take(&self, count: usize) -> Result<Vec<Value>, Reason> {
        let rows = self.rows.as_ref().map_err(Reason::clone)?;
        let mut rows = rows.borrow_mut();
        let count = count.min(rows.len());
        let taken: Vec<Rc<[Value]>> = rows.drain(..count).collect();
        drop(rows);
        Ok(taken.into_iter().map(|row| self.wrap(row)).collect())
    }
}

/// A value as the driver hands it out.
fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::None,
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => Value::int(*value),
        Cell::Text(text) => Value::Str(text.clone()),
        Cell::Array(items) => Value::list(items.iter().map(value)),
        // The driver knows no such type: it hands out the text `1 2`.
        Cell::Vector(_) => Value::unknown("select", "the text of a vector"),
        // A handle's number is not the server's.
        Cell::Oid(_) | Cell::Regclass(_) => Value::unknown("oid", "the number of an object"),
        Cell::Database
        | Cell::System
        | Cell::Fresh
        | Cell::Place(..)
        | Cell::TypeOf(..)
        | Cell::Unlisted(..)
        | Cell::Written(_)
        | Cell::Unknown(_) => {
            Value::Unknown(cell.unknown().unwrap_or_else(|| Reason::new("select", "a value of the database")))
        }
    }
}

/// Methods of a result, by name.
fn call(vm: &mut Vm, result: &Rc<ResultRows>, name: &str, args: Args) -> Eval<Value> {
    let unknown = |reason: Reason| Value::Unknown(reason);
    let has_a_row = result.has_a_row;
    let absent = |vm: &mut Vm, reason: Reason, what: Absent| match has_a_row {
        true => Value::Unknown(reason),
        false => vm.may_be_absent(reason, what),
    };
    if !result.returns_rows && !matches!(name, "close" | "rowcount") {
        let message = "This result object does not return rows. It has been closed automatically.";
        return Err(vm.raise("sqlalchemy.exc.ResourceClosedError", message));
    }
    Ok(match name {
        "fetchall" | "all" | "fetchmany" | "partitions" => match result.take(usize::MAX) {
            Ok(rows) => Value::list(rows),
            Err(reason) => absent(vm, reason, Absent::Rows),
        },
        "fetchone" => match result.take(1) {
            Ok(mut rows) => rows.pop().unwrap_or(Value::None),
            Err(reason) => absent(vm, reason, Absent::Row),
        },
        "first" => match result.take(usize::MAX) {
            Ok(rows) => rows.into_iter().next().unwrap_or(Value::None),
            Err(reason) => absent(vm, reason, Absent::Row),
        },
        "one" | "scalar_one" | "one_or_none" | "scalar_one_or_none" | "scalar" => {
            let strict = matches!(name, "one" | "scalar_one");
            let rows = match result.take(usize::MAX) {
                Ok(rows) => rows,
                Err(reason) => {
                    if strict && reason.kind == "row-data" {
                        may_find_none(vm, &reason);
                    }
                    return Ok(if name.ends_with("one_or_none") {
                        absent(vm, reason, Absent::Row)
                    } else {
                        unknown(reason)
                    });
                }
            };
            if rows.is_empty() && strict {
                return Err(found_none(vm));
            }
            if rows.len() > 1 && name != "scalar" {
                let message = "Multiple rows were found when exactly one was required";
                return Err(vm.raise("sqlalchemy.exc.MultipleResultsFound", message));
            }
            match rows.into_iter().next() {
                None => Value::None,
                Some(row) if name.starts_with("scalar") => match row.downcast_ref::<Row>() {
                    Some(row) => row.values.first().cloned().unwrap_or(Value::None),
                    None => row,
                },
                Some(row) => row,
            }
        }
        "scalars" => {
            let column = args.positional.first().and_then(Value::as_i64).unwrap_or(0);
            Value::native(result.with(Shape::Scalars, usize::try_from(column).unwrap_or(0)))
        }
        "mappings" => Value::native(result.with(Shape::Mappings, 0)),
        "keys" => match &result.rows {
            Ok(_) => Value::list(result.columns.iter().map(|name| Value::Str(name.clone()))),
            Err(reason) => unknown(reason.clone()),
        },
        _ => Value::None,
    })
}

/// What `one()` raises of a result without rows.
pub fn found_none(vm: &mut Vm) -> Raise {
    vm.raise("sqlalchemy.exc.NoResultFound", "No row was found when one was required")
}

/// The same where it is not known whether there are rows.
pub fn may_find_none(vm: &mut Vm, reason: &Reason) {
    if let Raise::Exception(exception) = found_none(vm) {
        vm.may_raise_here(reason, exception);
    }
}

const METHODS: &[&str] = &[
    "fetchall",
    "all",
    "fetchmany",
    "partitions",
    "fetchone",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "scalars",
    "mappings",
    "keys",
    "close",
];

impl Native for ResultRows {
    fn class(&self) -> &str {
        match self.shape {
            Shape::Rows => "sqlalchemy.engine.cursor.CursorResult",
            Shape::Scalars => "sqlalchemy.engine.result.ScalarResult",
            Shape::Mappings => "sqlalchemy.engine.result.MappingResult",
        }
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get_attr(self: Rc<Self>, _vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(name) = METHODS.iter().find(|method| **method == name) {
            let result = self.clone();
            return Ok(Some(native::function(name, move |vm, args| call(vm, &result, name, args))));
        }
        Ok(Some(match name {
            "returns_rows" => Value::Bool(self.returns_rows),
            "rowcount" => match &self.rows {
                Ok(rows) if self.returns_rows => Value::int(rows.borrow().len()),
                Ok(_) => Value::int(-1),
                Err(reason) => Value::Unknown(reason.clone()),
            },
            "unique" | "tuples" | "yield_per" | "execution_options" => {
                native::function("unique", move |_, _| Ok(Value::Native(self.clone())))
            }
            "inserted_primary_key" | "lastrowid" => Value::unknown("row-data", "the key of an inserted row"),
            _ => return Ok(None),
        }))
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(match self.take(usize::MAX) {
            Ok(rows) => Value::list(rows),
            Err(reason) => Value::Unknown(reason),
        }))
    }

    fn enter(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::Native(self)))
    }
}

/// A row.
#[derive(Debug)]
struct Row {
    columns: Rc<[Rc<str>]>,
    values: Rc<[Value]>,
}

impl Row {
    fn tuple(&self) -> Value {
        Value::tuple(self.values.iter().cloned())
    }

    fn mapping(&self) -> Value {
        Value::dict(self.columns.iter().map(|name| &**name).zip(self.values.iter().cloned()))
    }
}

impl Native for Row {
    fn class(&self) -> &str {
        "sqlalchemy.engine.row.Row"
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn is_instance(&self, class: &str) -> bool {
        matches!(class, "tuple" | "sqlalchemy.engine.row.Row")
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        if let Some(at) = self.columns.iter().position(|column| **column == *name) {
            return Ok(self.values.get(at).cloned());
        }
        Ok(Some(match name {
            "_mapping" => self.mapping(),
            "_asdict" => native::function("_asdict", move |_, _| Ok(self.mapping())),
            "_fields" => Value::tuple(self.columns.iter().map(|name| Value::Str(name.clone()))),
            "_tuple" | "tuple" => native::function("_tuple", move |_, _| Ok(self.tuple())),
            "count" | "index" | "t" => return Ok(None),
            _ => {
                let message = format!("Could not locate column in row for column '{name}'");
                return Err(vm.raise("AttributeError", &message));
            }
        }))
    }

    fn get_item(self: Rc<Self>, vm: &mut Vm, key: Value) -> Eval<Option<Value>> {
        let Some(index) = key.as_i64() else {
            return Ok(Some(vm.unknown("unsupported", "a row by something that is no number")));
        };
        let length = i64::try_from(self.values.len()).unwrap_or(i64::MAX);
        let at = if index < 0 { index + length } else { index };
        match usize::try_from(at).ok().and_then(|at| self.values.get(at)) {
            Some(value) => Ok(Some(value.clone())),
            None => Err(vm.raise("IndexError", "tuple index out of range")),
        }
    }

    fn iterate(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(self.tuple()))
    }

    fn len(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::int(self.values.len())))
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        let other = other.downcast_ref::<Row>().map_or_else(|| other.clone(), Row::tuple);
        let equal = vm.equals(&self.tuple(), &other)?;
        Ok(match operator {
            "==" => Some(equal),
            "!=" => Some(vm.not(&equal)?),
            _ => None,
        })
    }
}
