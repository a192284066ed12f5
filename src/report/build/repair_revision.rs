//! The fix as a revision file.

use super::plans::same;
use crate::plan::{Case, Origin, Plan, PlanKind};

/// A revision that makes the same changes: Alembic reaches it only where everything else is at its place already.
pub(super) fn repair_revision(case: &Case<'_>, plan: &Plan) -> Option<String> {
    let [head] = plan.to.as_slice() else { return None };
    if plan.kind != PlanKind::Repair || plan.state != *case.goal || !same(case.rows?, &plan.to) {
        return None;
    }
    if plan.fix.iter().any(|step| !matches!(step.origin, Origin::Revision { .. })) {
        return None;
    }
    let id = format!("repair_{}", head.chars().filter(char::is_ascii_alphanumeric).take(20).collect::<String>());
    let python = |text: &str| serde_json::to_string(text).unwrap_or_default();
    let mut text = format!(
        "\"\"\"Complete what {head} promises\n\nMade by Restamp. The statements are those of the revisions that are not there.\n\"\"\"\n\n\
         from alembic import op\n\nrevision = {}\ndown_revision = {}\nbranch_labels = None\ndepends_on = None\n\n\ndef upgrade():\n",
        python(&id),
        python(head)
    );
    for step in &plan.fix {
        text += &format!("    op.execute({})\n", python(&step.command.to_string().replace(':', "\\:")));
    }
    text += "\n\ndef downgrade():\n";
    for step in &plan.undo.steps {
        text += &format!("    op.execute({})\n", python(&step.command.to_string().replace(':', "\\:")));
    }
    if plan.undo.steps.is_empty() {
        text += "    pass\n";
    }
    Some(text)
}
