//! What an evaluation that ends early gives back.

use super::super::Vm;
use super::super::value::Value;
use super::State;
use super::write::Write;

/// What an evaluation that ends early must give back.
pub struct Standing {
    uncertain: usize,
    frames: usize,
    activations: usize,
    handling: usize,
    depth: u32,
    calls: u32,
}

impl Vm {
    /// Where the interpreter stands before it runs something.
    pub fn standing(&self) -> Standing {
        Standing {
            uncertain: self.run.uncertain.len(),
            frames: self.frames.len(),
            activations: self.activations.len(),
            handling: self.handling.len(),
            depth: self.depth,
            calls: self.calls,
        }
    }

    /// The end of what ran since, however it ended. A bound that was reached under an unknown condition leaves open sides:
    /// what they changed is not known, and what comes later does not depend on their conditions.
    pub fn settle(&mut self, standing: &Standing) {
        if self.run.uncertain.len() > standing.uncertain {
            let reason = self.run.uncertain[standing.uncertain].clone();
            self.run.uncertain.truncate(standing.uncertain);
            if let Some(fork) = self.flow.forks.first().cloned() {
                self.run.doubt_since(&fork, &reason);
            }
            for write in std::mem::take(&mut self.flow.journal) {
                match write {
                    Write::Name(namespace, name, _) => {
                        namespace.set(&name, Some(Value::Unknown(reason.clone())));
                    }
                    Write::List(list, _) => list.borrow_mut().forget(reason.clone()),
                    Write::Dict(dict, _) => dict.borrow_mut().forget(reason.clone()),
                    Write::Set(set, _) => set.borrow_mut().dict.forget(reason.clone()),
                }
            }
        }
        self.flow = State::default();
        self.run.sides = 0;
        self.frames.truncate(standing.frames);
        self.activations.truncate(standing.activations);
        self.handling.truncate(standing.handling);
        self.depth = standing.depth;
        self.calls = standing.calls;
    }
}
