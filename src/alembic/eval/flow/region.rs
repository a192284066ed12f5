//! The rest of a function, a loop or a `try` behind a side that has left it early.

use super::super::scope::Frame;
use super::super::value::Value;
use super::super::{Eval, Raise, Vm};
use super::write::merge;
use super::{Begin, Changes, Exit, Flow, Region};
use crate::alembic::python::ast::Block;
use crate::pg::error::Reason;

impl Vm {
    /// Ends regions that were opened since `from`, from the innermost on, as long as `ends` holds for them.
    pub(super) fn close(&mut self, from: usize, ends: impl Fn(&Exit) -> bool) -> Vec<(Reason, Exit)> {
        let mut closed = Vec::new();
        while self.flow.regions.len() > from
            && self.flow.regions.last().is_some_and(|region| ends(&region.exit))
            && let Some(region) = self.flow.regions.pop()
        {
            let rest = self.take(&region.begin);
            self.shut();
            self.merge(region.changes, rest, &region.reason);
            closed.push((region.reason, region.exit));
        }
        closed
    }

    /// A mark for [`Vm::end_loop`] and [`Vm::end_try`].
    pub(in crate::alembic::eval) fn regions(&self) -> usize {
        self.flow.regions.len()
    }

    /// The end of a loop.
    pub(in crate::alembic::eval) fn end_loop(&mut self, from: usize) {
        self.close(from, |exit| matches!(exit, Exit::Continue | Exit::Break));
    }

    /// The end of the body of a `try`.
    pub(in crate::alembic::eval) fn end_try(&mut self, from: usize, raised: bool) {
        // After an exception nothing of the rest runs, so regions of any kind end here; what may have returned before, may
        // still have.
        let mut closed = self.close(from, |exit| raised || matches!(exit, Exit::Raise));
        closed.retain(|(_, exit)| !matches!(exit, Exit::Raise));
        self.reopen(closed);
    }

    /// Runs a block. Where it raises in what runs only if nobody has left it before, it may have been left.
    pub(super) fn leaving(&mut self, run: impl FnOnce(&mut Vm) -> Eval<Flow>) -> Eval<Flow> {
        let from = self.regions();
        match run(self) {
            Err(Raise::Exception(exception)) => self.left_before(from, exception),
            result => result,
        }
    }

    /// After an exception in the rest of a construct: it has been left before, or it raises here.
    fn left_before(&mut self, from: usize, exception: Value) -> Eval<Flow> {
        let since = self.flow.regions.get(from..).unwrap_or_default();
        if since.iter().any(|region| matches!(region.exit, Exit::Raise)) {
            return Err(Raise::Exception(exception));
        }
        let Some(region) = (!since.is_empty()).then(|| self.flow.regions.pop()).flatten() else {
            return Err(Raise::Exception(exception));
        };
        self.may_raise(region.reason.clone(), exception);
        let rest = self.take(&region.begin);
        self.shut();
        if self.flow.tries.is_empty() {
            // That it was left is what happens in every run that goes on.
            self.put(region.changes);
        } else {
            self.merge(region.changes, rest, &region.reason);
        }
        Ok(match region.exit {
            Exit::Return(value) => Flow::Return(value),
            Exit::Break => Flow::Break,
            Exit::Continue | Exit::Raise => Flow::Continue,
        })
    }

    /// Runs a loop's body once.
    pub(in crate::alembic::eval) fn iteration(&mut self, frame: &mut Frame<'_>, body: &Block) -> Eval<Flow> {
        let from = self.regions();
        let flow = self.leaving(|vm| vm.block(frame, body))?;
        self.close(from, |exit| matches!(exit, Exit::Continue));
        Ok(flow)
    }

    /// Runs the body of a function and ends the regions in it.
    pub(in crate::alembic::eval) fn within_function(&mut self, run: impl FnOnce(&mut Vm) -> Eval<Flow>) -> Eval<Flow> {
        let from = self.regions();
        let result = self.leaving(run);
        let returned: Vec<(Reason, Value)> = self.flow.regions[from.min(self.flow.regions.len())..]
            .iter()
            .filter_map(|region| match &region.exit {
                Exit::Return(value) => Some((region.reason.clone(), value.clone())),
                Exit::Break | Exit::Continue | Exit::Raise => None,
            })
            .collect();
        let failed = result.is_err();
        self.close(from, |exit| failed || !matches!(exit, Exit::Raise));
        match result {
            Err(Raise::Exception(exception)) if !returned.is_empty() => {
                // It has returned, or it raises.
                let (reason, value) = returned[0].clone();
                let value = returned.iter().fold(value, |value, (reason, other)| merge(&value, other, reason));
                self.may_raise(reason, exception);
                Ok(Flow::Return(value))
            }
            Err(raise) => Err(raise),
            Ok(flow) => {
                let value = match flow {
                    Flow::Return(value) => value,
                    Flow::Normal | Flow::Break | Flow::Continue => Value::None,
                };
                Ok(Flow::Return(returned.iter().fold(value, |value, (reason, other)| merge(&value, other, reason))))
            }
        }
    }

    /// What may have been left early stays so for the rest of the construct.
    pub(in crate::alembic::eval) fn reopen(&mut self, early: Vec<(Reason, Exit)>) {
        for (reason, exit) in early {
            let begin = self.open(&reason);
            let changes = self.no_changes();
            self.region(reason, changes, begin, exit);
        }
    }

    pub(super) fn region(&mut self, reason: Reason, changes: Changes, begin: Begin, exit: Exit) {
        self.flow.regions.push(Region { reason, changes, begin, exit });
    }
}
