//! What `check.sql` asks the rows.

use crate::plan::{Case, Plan};
use crate::predict::conditions::Condition;
use crate::sql::statement::parse;

/// What decides whether the upgrade gets through, as far as the database can be asked before the fix: what only the fix or the upgrade
/// makes it does not know.
pub(super) fn questions(case: &Case<'_>, plan: &Plan) -> Vec<(String, String)> {
    let is_answered = |query: &str| {
        let mut catalog = case.actual.clone();
        parse(query).iter().all(|statement| catalog.execute(&statement.command, &mut case.session.clone()).is_ok())
    };
    let ask = |condition: &Condition| {
        let query = condition.query.clone().filter(|query| is_answered(query))?;
        let code = condition.sqlstate.unwrap_or("Python");
        Some((format!("{} ({code}); must give 0", condition.demand), query))
    };
    plan.then.conditions.iter().filter_map(ask).collect()
}
