use super::*;
use crate::source::Sources;

fn graph(revisions: &[(&str, &[&str])]) -> Graph {
    let mut sources = Sources::default();
    let file = sources.add("versions/a.py", "");
    Graph::new(revisions.iter().map(|(id, down)| Revision::new(id, down, file)).collect())
}

#[track_caller]
fn codes(graph: &Graph) -> Vec<&'static str> {
    graph.problems().iter().map(|problem| problem.diagnostic(graph).code).collect()
}

fn ids(revisions: &[&Revision]) -> Vec<String> {
    revisions.iter().map(|revision| revision.id.to_string()).collect()
}

#[test]
fn a_missing_parent_leaves_the_rest_usable() {
    let graph = graph(&[("b", &["a"]), ("c", &["b"])]);
    assert_eq!(codes(&graph), ["missing-parent"]);
    assert!(!graph.is_usable());
    assert!(graph.needed(&[], "heads").is_err());
    assert_eq!(ids(&graph.upgrade_order()), ["b", "c"]);
}

#[test]
fn circles_are_named_and_end() {
    let graph = graph(&[("a", &[]), ("b", &["d"]), ("c", &["b"]), ("d", &["c"])]);
    let [Problem::Cycle { revisions, dependency: false }] = graph.problems() else { panic!("{:?}", graph.problems()) };
    assert_eq!(revisions.iter().map(|id| &**id).collect::<Vec<_>>(), ["b", "c", "d"]);
    assert_eq!(graph.upgrade_order().len(), 4);
    assert!(graph.needed(&[], "a").is_err());
}

#[test]
fn a_revision_that_is_its_own_parent() {
    assert_eq!(codes(&graph(&[("a", &["a"])])), ["revision-cycle"]);
}

#[test]
fn the_last_of_two_files_with_one_id_wins_and_the_first_stays_a_head() {
    let mut sources = Sources::default();
    let (first, last) = (sources.add("1.py", ""), sources.add("2.py", ""));
    let revisions =
        vec![Revision::new("a", &[], first), Revision::new("a", &[], last), Revision::new("b", &["a"], last)];
    let graph = Graph::new(revisions);
    assert_eq!(codes(&graph), ["duplicate-revision"]);
    assert_eq!(graph.get("a").map(|revision| revision.file), Some(last));
    assert_eq!(graph.heads().len(), 2, "as in Alembic, where nothing refers to the shadowed file");
    assert!(graph.is_usable());
}

#[test]
fn illegal_characters() {
    let graph = graph(&[("a-b@c", &[])]);
    assert_eq!(codes(&graph), ["illegal-revision-id"]);
    assert!(graph.problems()[0].diagnostic(&graph).message.contains("'-, @'"));
}

#[test]
fn rows_that_overlap_are_refused_as_by_alembic() {
    let graph = graph(&[("a", &[]), ("b", &["a"])]);
    let error = graph.needed(&["a".into(), "b".into()], "heads").expect_err("overlap");
    assert_eq!(error.command_error(), "Requested revision b overlaps with other requested revisions a");
}

#[test]
fn a_ghost_row_cannot_be_located() {
    let graph = graph(&[("a", &[])]);
    let error = graph.needed(&["zzzz".into()], "heads").expect_err("ghost");
    assert_eq!(error.command_error(), "Can't locate revision identified by 'zzzz'");
}
