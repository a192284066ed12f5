use super::*;
use crate::source::Sources;

fn graph() -> Graph {
    let mut sources = Sources::default();
    let file = sources.add("a.py", "");
    let n2 = Revision { depends_on: vec!["c".into()], ..Revision::new("n2", &["n1"], file) };
    let revisions = [("a", &[] as &[&str]), ("b", &["a"]), ("c", &["b"]), ("d", &["b"]), ("n1", &[])]
        .map(|(id, down)| Revision::new(id, down, file));
    Graph::new(revisions.into_iter().chain([n2]).collect())
}

fn ids(names: &[&str]) -> Vec<RevisionId> {
    names.iter().map(|name| RevisionId::from(*name)).collect()
}

#[test]
fn a_dependency_is_normalised_away() {
    let graph = graph();
    let mut rows = Rows::new(&ids(&["c", "d", "n1"]), None);
    let n2 = graph.get("n2").expect("n2");
    rows.upgrade(&graph, n2).expect("one row each");
    assert_eq!(rows.rows(), ids(&["n2", "d"]), "the UPDATE turns c into n2");
}

#[test]
fn duplicated_rows_stop_alembic() {
    let graph = graph();
    let mut rows = Rows::new(&ids(&["a", "a", "a"]), None);
    let error = rows.upgrade(&graph, graph.get("b").expect("b")).expect_err("three rows");
    assert!(error.to_string().contains("expected to match one row when updating 'a' to 'b'"), "{error}");
    assert!(error.to_string().ends_with("3 found"));
}

#[test]
fn a_long_identifier_does_not_fit() {
    let mut sources = Sources::default();
    let long = "x".repeat(41);
    let graph = Graph::new(vec![Revision::new(&long, &[], sources.add("a.py", ""))]);
    let mut rows = Rows::new(&[], Some(VERSION_NUM_LENGTH));
    assert!(matches!(rows.upgrade(&graph, graph.get(&long).expect("it")), Err(RowError::TooLong { limit: 32, .. })));
    let script = stamp_script(&VersionTable::default(), &[], &[long.as_str().into()]);
    assert!(script.contains("TYPE VARCHAR(41)"), "{script}");
}

#[test]
fn a_ghost_needs_purge() {
    let graph = graph();
    assert_eq!(ghosts(&graph, &ids(&["a", "gone"])), ids(&["gone"]));
    let commands = stamp_commands(&graph, &ids(&["gone"]), &ids(&["b"]));
    assert_eq!(commands.alembic, ["alembic stamp --purge b"]);
    assert_eq!(commands.flask, ["flask db stamp --purge b"]);
}

#[test]
fn a_plain_stamp_where_it_is_enough() {
    let graph = graph();
    assert_eq!(stamp_commands(&graph, &ids(&["a"]), &ids(&["c"])).alembic, ["alembic stamp c"]);
    assert_eq!(stamp_commands(&graph, &ids(&["c"]), &ids(&["a"])).alembic, ["alembic stamp a"]);
    // A sibling would stay as an extra row.
    assert_eq!(stamp_commands(&graph, &ids(&["c"]), &ids(&["d"])).alembic, ["alembic stamp --purge d"]);
    assert_eq!(stamp_commands(&graph, &ids(&["c"]), &ids(&["c"])), Commands::default());
}

#[test]
fn names_cannot_break_out() {
    let evil: RevisionId = "a'; DROP TABLE x; --$restamp$\\".into();
    let script = stamp_script(&VersionTable { name: "v\"; --".into(), ..VersionTable::default() }, &[], &[evil]);
    assert!(script.contains("DO $restamp1$"), "{script}");
    assert!(script.contains(r#""v""; --""#), "{script}");
    assert_eq!(shell_quote("$(rm -rf /)'"), r"'$(rm -rf /)'\'''");
    assert_eq!(shell_quote("-x"), "'-x'");
    assert_eq!(shell_quote("main@head"), "main@head");
}
