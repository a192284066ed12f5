//! Differences, grouped by table; what needs no action is counted, not listed.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::cli::style;
use crate::report::{Change, Drift, ObjectName};

/// Differences that are shown one by one; the rest is counted.
const SHOWN: usize = 40;
/// Objects that are named where only their number matters.
const NAMED: usize = 4;

/// All differences, those to act on first.
pub fn render(drift: &[Drift], text: &mut String) {
    if drift.is_empty() {
        return;
    }
    let (asides, matter): (Vec<&Drift>, Vec<&Drift>) = drift.iter().partition(|one| !one.counts);
    let _ = writeln!(text, "\n{}", style::title(&counts(&matter, &asides)));
    let mut tables: BTreeMap<String, Vec<&Drift>> = BTreeMap::new();
    for one in &matter {
        tables.entry(owner(&one.object)).or_default().push(one);
    }
    let mut left = SHOWN;
    for (table, list) in &tables {
        if left == 0 {
            break;
        }
        let _ = writeln!(text, "  {}", style::strong(&super::one_line(table)));
        for one in list.iter().take(left) {
            let _ = writeln!(text, "    {}", style::printable(&line(one)));
        }
        left -= list.len().min(left);
    }
    if matter.len() > SHOWN {
        let _ = writeln!(text, "  and {} more; --format json shows all.", matter.len() - SHOWN);
    }
    self::asides(&asides, text);
}

/// `Differences: 3 missing, 1 extra; 5 not compared`
fn counts(matter: &[&Drift], asides: &[&Drift]) -> String {
    let number = |list: &[&Drift], change: Change, word: &str| {
        let count = list.iter().filter(|one| one.change == change).count();
        (count > 0).then(|| format!("{count} {word}"))
    };
    let mut parts: Vec<String> =
        [(Change::Missing, "missing"), (Change::Different, "different"), (Change::Extra, "extra")]
            .into_iter()
            .filter_map(|(change, word)| number(matter, change, word))
            .collect();
    if parts.is_empty() {
        parts.push("none to act on".to_string());
    }
    parts.extend(number(asides, Change::Uncompared, "not compared"));
    format!("Differences: {}", parts.join(", "))
}

/// The table that an object hangs on, or the object itself where it stands alone.
fn owner(object: &ObjectName) -> String {
    let name = object.table.as_ref().unwrap_or(&object.name);
    [object.schema.as_deref(), Some(name.as_str())].into_iter().flatten().collect::<Vec<_>>().join(".")
}

fn line(one: &Drift) -> String {
    let change = match one.change {
        Change::Missing => "missing",
        Change::Extra => "extra",
        Change::Different => "different",
        Change::Uncompared => "not compared",
    };
    let kind = one.object.kind.replace('_', " ");
    let mut line = match one.object.table {
        Some(_) => format!("{kind} {}", one.object.name),
        None => kind,
    };
    if let Some(attribute) = &one.attribute {
        let _ = write!(line, ", {}", attribute.replace('_', " "));
    }
    match (&one.expected, &one.actual) {
        (Some(expected), Some(actual)) => {
            let _ = write!(line, ": expected {expected}, found {actual}");
        }
        (Some(expected), None) => {
            let _ = write!(line, ": expected {expected}, found none");
        }
        (None, Some(actual)) => {
            let _ = write!(line, ": expected none, found {actual}");
        }
        (None, None) => {}
    }
    if let Some(from) = &one.introduced_by {
        let file = from.file.rsplit('/').next().unwrap_or(&from.file);
        let place = super::place(Some(file), from.line);
        let _ = match one.change {
            Change::Extra => write!(line, "  (last changed at {place})"),
            Change::Missing | Change::Different | Change::Uncompared => write!(line, "  (from {place})"),
        };
    }
    format!("{change:<9} {}", super::one_line(&line))
}

/// One paragraph per reason.
fn asides(asides: &[&Drift], text: &mut String) {
    let mut reasons: BTreeMap<(bool, String), Vec<&Drift>> = BTreeMap::new();
    for one in asides {
        let compared = one.change != Change::Uncompared;
        reasons.entry((compared, one.note.clone().unwrap_or_default())).or_default().push(one);
    }
    for ((compared, reason), list) in &reasons {
        let what = if *compared { "no action" } else { "not compared" };
        let _ = writeln!(text, "  {} {what}: {}", list.len(), style::printable(reason));
        let mut names: Vec<String> = list
            .iter()
            .map(|one| {
                let object = &one.object;
                let name =
                    if object.table.is_some() { format!("{}.{}", owner(object), object.name) } else { owner(object) };
                format!("{} {name}", object.kind.replace('_', " "))
            })
            .collect();
        names.dedup();
        let more = names.len().saturating_sub(NAMED);
        names.truncate(NAMED);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        let _ = writeln!(text, "      {}{more}", style::printable(&super::one_line(&names.join(", "))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drift(change: Change, table: Option<&str>, name: &str, note: Option<&str>) -> Drift {
        Drift {
            change,
            counts: note.is_none(),
            object: ObjectName {
                kind: if table.is_some() { "column" } else { "table" }.into(),
                schema: Some("public".into()),
                table: table.map(str::to_string),
                name: name.into(),
            },
            attribute: None,
            expected: None,
            actual: None,
            introduced_by: None,
            note: note.map(str::to_string),
        }
    }

    fn plain(drift: &[Drift]) -> String {
        let mut text = String::new();
        render(drift, &mut text);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn differences_stand_under_their_table() {
        let list = [
            drift(Change::Missing, Some("a"), "x", None),
            drift(Change::Extra, None, "b", None),
            drift(Change::Missing, Some("a"), "y", None),
        ];
        assert_eq!(
            plain(&list),
            "\nDifferences: 2 missing, 1 extra\n  public.a\n    missing   column x\n    missing   column y\n  public.b\n    extra     table\n"
        );
    }

    #[test]
    fn what_is_not_compared_is_summarised() {
        let list: Vec<Drift> =
            (0..9).map(|n| drift(Change::Uncompared, Some("a"), &format!("c{n}"), Some("why"))).collect();
        let text = plain(&list);
        assert!(text.contains("none to act on, 9 not compared"), "{text}");
        assert!(text.contains("9 not compared: why\n"), "{text}");
        assert!(text.contains("and 5 more") && !text.contains("c7"), "{text}");
    }

    #[test]
    fn a_name_with_a_line_break_stays_on_its_line() {
        let text = plain(&[drift(Change::Missing, Some("a\nb"), "x\r\n\u{1b}[2J", None)]);
        assert!(!text.contains('\u{1b}') && !text.contains('\r'), "{text:?}");
        assert_eq!(text.lines().count(), 4, "{text}");
    }
}
