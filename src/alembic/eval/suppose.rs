//! A comparison with an environment variable that decides the whole revision.
//!
//! `concurrently = os.environ.get("…") == "true"` is asked once and used at many places; were both sides of each place followed
//! by themselves, they would meet each other where they cannot. So the revision is rehearsed, and where it makes exactly one such
//! comparison, once, it runs as a whole with either answer.

use super::container::Namespace;
use super::flow::Flow;
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::{Reason, Refusal};
use crate::source::Span;

/// What is known of such comparisons while a revision runs.
#[derive(Debug, Default)]
pub(super) struct Suppositions {
    /// While it is rehearsed: those that were made.
    asked: Option<Vec<(Span, Reason)>>,
    /// The answer of the one that decides.
    answer: Option<(Span, bool)>,
}

impl Vm {
    /// The value of a comparison: as it is supposed to be, where it is.
    pub(super) fn supposed(&mut self, span: Span, value: Value) -> Value {
        let reason = match &value {
            Value::Unknown(reason) if reason.kind == "environment" => reason.clone(),
            _ => return value,
        };
        if let Some(asked) = &mut self.suppositions.asked {
            asked.push((span, reason));
        }
        match self.suppositions.answer {
            Some((place, answer)) if place == span => Value::Bool(answer),
            _ => value,
        }
    }

    /// Runs the code of a revision; if a single comparison with an environment variable decides, with both of its answers.
    pub fn in_either_case(&mut self, code: impl Fn(&mut Vm) -> Eval<Value>) -> Eval<Value> {
        let reason = self.reason("environment", "a comparison with an environment variable");
        let standing = self.standing();
        self.suppositions.asked = Some(Vec::new());
        let rehearsed = self.rehearse(&reason, &code);
        let asked = self.suppositions.asked.take().unwrap_or_default();
        if rehearsed.is_none() {
            self.settle(&standing);
        }
        let ([(span, reason)], Some(())) = (&asked[..], rehearsed) else { return code(self) };
        let mut frame = Frame::new(Scope::module(Namespace::new()));
        let flow = self.branch(
            &mut frame,
            reason.clone(),
            |vm, _| vm.suppose(*span, true, &code),
            |vm, _| vm.suppose(*span, false, &code),
        )?;
        match flow {
            Flow::Return(value) => Ok(value),
            Flow::Normal | Flow::Break | Flow::Continue => Ok(Value::None),
        }
    }

    /// Whether some code would raise by itself, without being refused by the database. All that it does is taken back.
    pub fn would_raise(&mut self, code: impl FnOnce(&mut Vm) -> Eval<Value>) -> bool {
        let reason = self.reason("rehearsal", "a run that is taken back");
        let standing = self.standing();
        let mut raises = false;
        let rehearsed = self.rehearse(&reason, |vm| {
            let result = code(vm);
            if let Err(Raise::Exception(exception)) = &result {
                raises = matches!(vm.refusal(exception), Refusal::Client(_));
            }
            result
        });
        if rehearsed.is_none() {
            self.settle(&standing);
        }
        raises
    }

    fn suppose(&mut self, span: Span, answer: bool, code: &impl Fn(&mut Vm) -> Eval<Value>) -> Eval<Flow> {
        self.suppositions.answer = Some((span, answer));
        let result = code(self);
        self.suppositions.answer = None;
        let value = match result {
            Err(raise @ Raise::Exception(_)) => {
                // The upgrade ends; in which way the transaction does makes no difference.
                if self.run.begin().is_ok() {
                    self.run.session.fail();
                }
                return Err(raise);
            }
            result => result?,
        };
        // The version row comes next, in a transaction.
        if !self.run.is_autocommit()
            && let Err(refusal) = self.run.begin()
        {
            return Err(self.stop("transaction", refusal.to_string()));
        }
        Ok(Flow::Return(value))
    }
}
