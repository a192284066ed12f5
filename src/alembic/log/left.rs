//! What a failed run left in the database.

use super::{DeployLog, find};
use crate::alembic::project::Environment;
use crate::alembic::revision::RevisionId;
use crate::source::Sources;

/// What a failed run left behind, and why. Each sentence is for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// The log shows no failure.
    Nothing,
    /// Nothing of the run is in the database.
    RolledBack {
        /// Why.
        why: String,
    },
    /// It was kept up to a revision.
    Kept {
        /// The last revision that is recorded.
        up_to: RevisionId,
        /// A revision of which a part is kept, too, though the version row does not say so.
        half: Option<RevisionId>,
        /// Why.
        why: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// The line of the first `autocommit_block()` in a revision's file.
fn autocommit(environment: Option<&Environment>, sources: &Sources, id: &str) -> Option<u32> {
    let revision = find(environment, id)?;
    let text = sources.file(revision.file).text();
    text.lines().position(|line| line.contains("autocommit_block(")).map(|index| index as u32 + 1)
}

fn commits(environment: Option<&Environment>, sources: &Sources, id: &str) -> bool {
    let Some(revision) = find(environment, id) else { return false };
    let text = sources.file(revision.file).text().to_ascii_uppercase();
    ["\"COMMIT\"", "'COMMIT'", "\"COMMIT;\"", "'COMMIT;'", ".COMMIT()", "ISOLATION_LEVEL"]
        .iter()
        .any(|part| text.contains(part))
}

/// What the run left behind, by `env.py`'s transaction settings.
pub fn left(log: &DeployLog, environment: Option<&Environment>, sources: &Sources) -> Left {
    let Some(failure) = &log.failure else { return Left::Nothing };
    let ran: Vec<&RevisionId> =
        log.steps.iter().filter(|step| !step.stamp).filter_map(|step| step.to.first()).collect();
    let Some((failing, done)) = ran.split_last() else {
        return Left::RolledBack { why: "The log shows no revision that was started before the error.".into() };
    };
    let before = |at: usize| match at.checked_sub(1) {
        Some(previous) => Some(ran[previous].clone()),
        None => {
            log.steps.iter().find(|step| step.to.first() == Some(ran[0])).and_then(|step| step.from.first().cloned())
        }
    };
    let Some(environment) = environment else {
        return Left::Unknown {
            why: "Without env.py it is not known whether each revision has a transaction of its own.".into(),
        };
    };
    if log.transactional_ddl == Some(false) {
        return Left::Unknown {
            why: "Alembic assumed non-transactional DDL, so statements may have been kept one by one.".into(),
        };
    }
    if environment.settings.autocommit.known() != Some(false) {
        return Left::Unknown { why: "env.py may run each statement in a transaction of its own.".into() };
    }
    if let Some(id) = ran.iter().find(|id| commits(Some(environment), sources, id)) {
        return Left::Unknown {
            why: format!("Revision {id} commits by itself; what that keeps depends on the driver."),
        };
    }
    if let Some(id) = ran.iter().find(|id| find(Some(environment), id).is_none()) {
        return Left::Unknown { why: format!("Revision {id}, which was run, is in none of the files.") };
    }
    let per_migration = environment.settings.transaction_per_migration.known();
    let Some(per_migration) = per_migration else {
        let why = environment.settings.transaction_per_migration.unknown().map(ToString::to_string).unwrap_or_default();
        return Left::Unknown { why: format!("transaction_per_migration cannot be told: {why}.") };
    };
    // An autocommit block commits all that came before it; one behind the failing line was not reached.
    let reached = |index: usize| {
        autocommit(Some(environment), sources, ran[index])
            .is_some_and(|block| ran[index] != *failing || failure.line.is_none_or(|line| line >= block))
    };
    if per_migration {
        let last = ran.len() - 1;
        if reached(last) {
            let why = format!(
                "transaction_per_migration is set, and {failing} commits its first part in an autocommit block."
            );
            return match before(last) {
                Some(up_to) => Left::Kept { up_to, half: Some((*failing).clone()), why },
                None => Left::Unknown { why },
            };
        }
        return match done.last() {
            Some(up_to) => Left::Kept {
                up_to: (*up_to).clone(),
                half: None,
                why: "transaction_per_migration is set, so each finished revision was committed.".into(),
            },
            None => Left::RolledBack {
                why: "transaction_per_migration is set, and the first revision of the run failed.".into(),
            },
        };
    }
    match (0..ran.len()).rev().find(|&index| reached(index)) {
        Some(index) => {
            let why = format!("The autocommit block in {} committed all that came before it.", ran[index]);
            match before(index) {
                Some(up_to) => Left::Kept { up_to, half: Some(ran[index].clone()), why },
                None => Left::Unknown { why },
            }
        }
        None => Left::RolledBack { why: "The whole run is one transaction, so nothing of it was kept.".into() },
    }
}

/// What to hand in or do next.
pub fn next(log: &DeployLog, environment: Option<&Environment>) -> Option<String> {
    let failure = log.failure.as_ref()?;
    let message = failure.message.as_str();
    let table = environment
        .and_then(|environment| environment.settings.version_table.known())
        .unwrap_or_else(|| "alembic_version".to_string());
    let dump = format!(
        "(pg_dump -s \"$URL\"; pg_dump -a -t '*.*{}*' \"$URL\") > restamp.sql",
        table.replace(|c: char| !(c.is_alphanumeric() || c == '_'), "?")
    );
    Some(if message.starts_with("Can't locate revision") {
        format!(
            "The database names a revision that the files do not have. Hand in the files of the commit that was deployed last, \
             and the version rows: {dump}"
        )
    } else if message.contains("head") && message.starts_with("Multiple head") || message.contains("has multiple heads")
    {
        "The files end in several heads: upgrade to `heads`, or merge them. No dump is needed for that.".to_string()
    } else if environment.is_none() {
        format!("Hand in the migrations folder of the commit that was deployed, and a dump: {dump}")
    } else {
        format!("Hand in a dump of the schema with the version rows: {dump}")
    })
}
