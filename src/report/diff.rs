//! `patch.diff`: the changes of revision files as a unified diff, for `patch -p0` (from the root where absolute names were handed in) and
//! `git apply --unidiff-zero -p0`.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Patch, Plan};

impl Plan {
    /// `patch.diff`; empty where no file is to be changed.
    pub fn patch_diff(&self) -> String {
        let mut files: BTreeMap<&str, Vec<&Patch>> = BTreeMap::new();
        for patch in &self.patches {
            files.entry(&patch.file).or_default().push(patch);
        }
        let mut text = String::new();
        for (file, mut patches) in files {
            patches.sort_by_key(|patch| patch.line);
            let file = file.trim_start_matches('/');
            let _ = write!(text, "--- {file}\n+++ {file}\n");
            let mut shift = 0i64;
            for patch in patches {
                let (before, after): (Vec<&str>, Vec<&str>) =
                    (patch.before.lines().collect(), patch.after.lines().collect());
                let start = i64::from(patch.line) + shift;
                let _ = writeln!(text, "@@ -{},{} +{start},{} @@", patch.line, before.len(), after.len());
                before.iter().for_each(|line| text += &format!("-{line}\n"));
                after.iter().for_each(|line| text += &format!("+{line}\n"));
                shift += after.len() as i64 - before.len() as i64;
            }
        }
        text
    }
}
