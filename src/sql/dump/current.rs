//! Pasted output of `alembic current` and `flask db current`.

/// The revisions that the output names: `ae1027a6acf (head)`, with `-v` after `Rev:`. Lines of logs and prompts are passed over.
///
/// ```
/// let text = "INFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\nae1027a6acf (head)\n";
/// assert_eq!(restamp::sql::dump::read_current(text), ["ae1027a6acf"]);
/// ```
pub fn read_current(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        let line = line.strip_prefix("Rev: ").unwrap_or(line);
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else {
            continue;
        };
        let id = first.chars().all(|char| char.is_alphanumeric() || matches!(char, '_' | '.' | '-'));
        // Behind the id stand only marks: `(head)`, `(mergepoint)`, `(effective head)`, `(label)`.
        let rest = line[first.len()..].trim();
        let marks = rest.is_empty() || (rest.starts_with('(') && rest.ends_with(')'));
        if id && marks && first.chars().any(char::is_alphanumeric) && !out.iter().any(|known| known == first) {
            out.push(first.to_string());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::read_current;

    #[test]
    fn ids_among_other_lines() {
        let text = "$ alembic current\nINFO  [alembic.runtime.migration] Context impl PostgresqlImpl.\n\
                    INFO  [alembic.runtime.migration] Will assume transactional DDL.\n  a1b2 (head) (mergepoint)\nc3d4\n";
        assert_eq!(read_current(text), ["a1b2", "c3d4"]);
        let verbose = "Current revision(s) for postgresql://u:***@h/d:\nRev: 27c6a30d7c24 (head)\nParent: 1975ea83b712\n\
                       Path: /x/versions/27c6.py\n\n    add a column\n\n    Revision ID: 27c6a30d7c24\n";
        assert_eq!(read_current(verbose), ["27c6a30d7c24"]);
        assert!(read_current("").is_empty());
    }
}
