//! `apply.py`: the scripts of a plan for hosts that have Python and the application's driver but no psql.

use super::Plan;
use crate::sql::split;

const TEMPLATE: &str = include_str!("apply.py");

fn statements(script: &str) -> Vec<String> {
    split::statements(script).into_iter().map(|range| script[range].to_string()).collect()
}

/// The transactions of a script of ours, without `BEGIN` and `COMMIT`: a driver begins and ends them itself.
fn transactions(script: &str) -> Vec<Vec<String>> {
    let mut found: Vec<Vec<String>> = Vec::new();
    for statement in statements(script) {
        if statement == "BEGIN" {
            found.push(Vec::new());
        } else if statement == "BEGIN TRANSACTION READ ONLY" {
            found.push(vec!["SET TRANSACTION READ ONLY".to_string()]);
        } else if statement != "COMMIT"
            && let Some(last) = found.last_mut()
        {
            last.push(statement);
        }
    }
    found
}

impl Plan {
    /// `apply.py`; empty where the plan has no script to run.
    pub fn apply_py(&self) -> String {
        let fix = if self.fix_sql.is_empty() { &self.stamp_sql } else { &self.fix_sql };
        if fix.is_empty() {
            return String::new();
        }
        let scripts =
            [("fix", fix), ("undo", &self.undo_sql), ("check", &self.check_sql), ("verify", &self.verify_sql)];
        let mut plan = String::from("PLAN = {\n    \"indexes\": [\n");
        for statement in statements(&self.indexes_sql) {
            // JSON's strings are Python's, too.
            plan += &format!("        {},\n", serde_json::Value::String(statement));
        }
        plan += "    ],\n";
        for (name, script) in scripts {
            plan += &format!("    {name:?}: [\n");
            for statements in transactions(script) {
                plan += "        [\n";
                for statement in statements {
                    plan += &format!("            {},\n", serde_json::Value::String(statement));
                }
                plan += "        ],\n";
            }
            plan += "    ],\n";
        }
        TEMPLATE.replacen("PLAN = {}\n", &(plan + "}\n"), 1)
    }
}

#[cfg(test)]
mod tests {
    use super::transactions;

    #[test]
    fn a_script_comes_apart_into_its_transactions() {
        let script = "-- a; b\nBEGIN;\nDO $x$ BEGIN; COMMIT; $x$;\nSELECT ';';\nCOMMIT;\nBEGIN TRANSACTION READ ONLY;\nSELECT 2;\nCOMMIT;\n";
        assert_eq!(
            transactions(script),
            [vec!["DO $x$ BEGIN; COMMIT; $x$", "SELECT ';'"], vec!["SET TRANSACTION READ ONLY", "SELECT 2"]]
        );
    }
}
