//! Comprehensions.

use std::cell::RefCell;
use std::rc::Rc;

use super::container::{Dict, List};
use super::convert::Truth;
use super::flow::Flow;
use super::generator::Generator;
use super::scope::{Frame, Scope};
use super::statement::doubtful;
use super::value::Value;
use super::{Eval, Vm};
use crate::alembic::python::ast::{Comprehension, ComprehensionKind};
use crate::pg::error::Reason;

/// What happens for each item.
pub(super) type Each<'a> = &'a mut dyn FnMut(&mut Vm, &mut Frame<'_>) -> Eval<()>;

impl Vm {
    pub(super) fn comprehension(&mut self, frame: &mut Frame<'_>, def: &Rc<Comprehension>) -> Eval<Value> {
        let Some(first) = def.clauses.first() else {
            return Err(self.stop("unsupported", "a comprehension without `for`"));
        };
        let first = self.expr(frame, &first.iter)?;
        let scope = Scope::comprehension(&frame.scope, def);
        if def.kind == ComprehensionKind::Generator {
            return Ok(Value::native(Generator::of_expression(def.clone(), scope, first)));
        }
        let mut inner = Frame::new(scope);
        let mut items = Vec::new();
        let mut dict = Dict::new();
        let unknown = self.deeper(|vm| {
            vm.clauses(&mut inner, def, 0, Some(&first), &mut |vm, frame| {
                vm.charge(std::mem::size_of::<Value>())?;
                let element = vm.expr(frame, &def.element)?;
                match &def.value {
                    Some(value) => {
                        let value = vm.expr(frame, value)?;
                        vm.insert(&mut dict, element, value)?;
                    }
                    None => items.push(element),
                }
                Ok(())
            })
        })?;
        let value = match def.kind {
            ComprehensionKind::List => Value::list(items),
            ComprehensionKind::Set => self.new_set(items, false)?,
            ComprehensionKind::Dict => Value::from(dict),
            ComprehensionKind::Generator => Value::native(Generator::kept(items)),
        };
        let Some(reason) = unknown else { return Ok(value) };
        let rest = doubtful(&first);
        match (&value, def.clauses.as_slice()) {
            // Each item of the one list is one of the other.
            (Value::List(list), [clause]) if clause.conditions.is_empty() && !rest.is_empty() => {
                let mut elements = Vec::new();
                for item in rest {
                    self.assign(&mut inner, &clause.target, item)?;
                    elements.push(self.expr(&mut inner, &def.element)?);
                }
                let beginning = list.borrow().items.clone();
                Ok(Value::List(Rc::new(RefCell::new(List::partial(beginning, elements, reason)))))
            }
            _ => Ok(Value::Unknown(reason)),
        }
    }

    /// Runs the clauses from `at` on. The reason is why not all items are known; those that are not were not visited.
    pub(super) fn clauses(
        &mut self,
        frame: &mut Frame<'_>,
        def: &Comprehension,
        at: usize,
        first: Option<&Value>,
        each: Each<'_>,
    ) -> Eval<Option<Reason>> {
        let Some(clause) = def.clauses.get(at) else {
            return each(self, frame).map(|()| None);
        };
        let iterable = match first {
            Some(first) => first.clone(),
            None => self.expr(frame, &clause.iter)?,
        };
        let mut unknown = None;
        let over = self.for_each(&iterable, &mut |vm, item| {
            vm.tick()?;
            vm.assign(frame, &clause.target, item)?;
            for condition in &clause.conditions {
                let value = vm.expr(frame, condition)?;
                match vm.truth(&value)? {
                    Truth::True => {}
                    Truth::False => return Ok(true),
                    Truth::Unknown(reason) => {
                        // Which items there are is not known any more; what making this one does may still happen.
                        unknown = Some(reason.clone());
                        vm.maybe(frame, reason, |vm, frame| {
                            vm.clauses(frame, def, at + 1, None, &mut |vm, frame| {
                                vm.expr(frame, &def.element)?;
                                Ok(())
                            })?;
                            Ok(Flow::Normal)
                        })?;
                        return Ok(true);
                    }
                }
            }
            if let Some(reason) = vm.clauses(frame, def, at + 1, None, each)? {
                unknown = Some(reason);
            }
            Ok(true)
        })?;
        if let Some(reason) = &over {
            let reason = reason.clone();
            self.maybe(frame, reason.clone(), |vm, frame| {
                vm.assign(frame, &clause.target, Value::Unknown(reason.clone()))?;
                for condition in &clause.conditions {
                    vm.expr(frame, condition)?;
                }
                vm.clauses(frame, def, at + 1, None, &mut |vm, frame| {
                    vm.expr(frame, &def.element)?;
                    Ok(())
                })?;
                Ok(Flow::Normal)
            })?;
        }
        Ok(over.or(unknown))
    }
}
