//! Loops of PL/pgSQL, and what leaves them.

use super::parse::Statement;
use super::{End, Execution, MAX_STATEMENTS};
use crate::alembic::database::query::Cell;
use crate::pg::error::{Reason, Refusal};

fn unread(what: &str) -> Refusal {
    Reason::new("plpgsql", what).into()
}

impl Execution<'_> {
    /// One run of a loop's body; `Some` is how the loop ends.
    fn body(&mut self, body: &[Statement]) -> Result<Option<End>, Refusal> {
        self.statements += 1;
        if self.statements > MAX_STATEMENTS {
            return Err(unread("a DO block that runs too long"));
        }
        match self.list(body)? {
            End::Normal | End::Continue => Ok(None),
            End::Exit => Ok(Some(End::Normal)),
            End::Return => Ok(Some(End::Return)),
            End::MayReturn(_) => Err(unread("a loop that may return")),
        }
    }

    /// `FOUND` says behind a loop whether it ran at all.
    fn found(&mut self, found: bool) {
        self.variables.insert("found".into(), Cell::Bool(found));
    }

    /// `FOR row IN query LOOP`
    pub(super) fn for_rows(&mut self, variable: &str, query: &str, body: &[Statement]) -> Result<End, Refusal> {
        let answer = self.select(query)?;
        let found = !answer.rows.is_empty();
        let mut end = End::Normal;
        for row in answer.rows {
            for (column, cell) in answer.columns.iter().zip(&row) {
                self.variables.insert(format!("{variable}.{column}"), cell.clone());
            }
            // A loop over one column may use a plain variable.
            if let [cell] = row.as_slice() {
                self.variables.insert(variable.to_string(), cell.clone());
            }
            if let Some(left) = self.body(body)? {
                end = left;
                break;
            }
        }
        self.found(found);
        Ok(end)
    }

    /// `FOREACH item IN ARRAY array LOOP`
    pub(super) fn for_each(&mut self, variable: &str, array: &str, body: &[Statement]) -> Result<End, Refusal> {
        let items = match self.value(array)? {
            Cell::Array(items) => items,
            other => return Err(other.unknown().map_or_else(|| unread("a loop over what is no array"), Refusal::from)),
        };
        let mut end = End::Normal;
        for item in items.iter() {
            self.variables.insert(variable.to_string(), item.clone());
            if let Some(left) = self.body(body)? {
                end = left;
                break;
            }
        }
        self.found(!items.is_empty());
        Ok(end)
    }

    /// `FOR i IN from..to BY step LOOP`; the variable is the loop's own.
    pub(super) fn for_numbers(&mut self, numbers: &Numbers, body: &[Statement]) -> Result<End, Refusal> {
        let (from, to) = (self.number(&numbers.from)?, self.number(&numbers.to)?);
        let step = match &numbers.step {
            Some(step) => self.number(step)?,
            None => 1,
        };
        if step <= 0 {
            return Err(unread("a loop without a step"));
        }
        let step = if numbers.reverse { -step } else { step };
        let outer = self.variables.get(&numbers.variable).cloned();
        let (mut at, mut found, mut end) = (from, false, End::Normal);
        while if numbers.reverse { at >= to } else { at <= to } {
            found = true;
            self.variables.insert(numbers.variable.clone(), Cell::Int(at));
            if let Some(left) = self.body(body)? {
                end = left;
                break;
            }
            let Some(next) = at.checked_add(step) else { break };
            at = next;
        }
        match outer {
            Some(outer) => self.variables.insert(numbers.variable.clone(), outer),
            None => self.variables.remove(&numbers.variable),
        };
        self.found(found);
        Ok(end)
    }

    fn number(&mut self, expression: &str) -> Result<i64, Refusal> {
        match self.value(expression)? {
            Cell::Int(number) => Ok(number),
            other => Err(other.unknown().map_or_else(|| unread("a loop over what is no number"), Refusal::from)),
        }
    }

    /// `WHILE condition LOOP`; without a condition it is `LOOP`.
    pub(super) fn while_loop(&mut self, condition: Option<&str>, body: &[Statement]) -> Result<End, Refusal> {
        loop {
            if let Some(condition) = condition
                && !self.holds(condition)?
            {
                return Ok(End::Normal);
            }
            if let Some(left) = self.body(body)? {
                return Ok(left);
            }
        }
    }

    /// `EXIT WHEN condition`, `CONTINUE WHEN condition`
    pub(super) fn leave(&mut self, end: End, condition: Option<&str>) -> Result<End, Refusal> {
        match condition {
            Some(condition) if !self.holds(condition)? => Ok(End::Normal),
            _ => Ok(end),
        }
    }

    /// A condition on which it depends whether there is another round.
    fn holds(&mut self, condition: &str) -> Result<bool, Refusal> {
        match self.value(condition)?.as_condition() {
            Cell::Bool(holds) => Ok(holds),
            Cell::Null => Ok(false),
            other => Err(other.unknown().map_or_else(|| unread("a condition of a loop"), Refusal::from)),
        }
    }
}

/// What `FOR i IN [REVERSE] from..to [BY step]` counts.
#[derive(Debug, PartialEq)]
pub(super) struct Numbers {
    pub variable: String,
    pub reverse: bool,
    pub from: String,
    pub to: String,
    pub step: Option<String>,
}
