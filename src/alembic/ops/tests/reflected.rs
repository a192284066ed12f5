//! What reflection and results tell.

use super::{PLAIN, run};

/// What reflection says of a key's default decides whether a copy is a SERIAL; foreign keys lead to their constraints.
#[test]
fn a_reflected_table_is_copied_column_by_column() {
    let schema = "CREATE TABLE owner (id serial PRIMARY KEY);
        CREATE TABLE thing (id serial PRIMARY KEY, owner_id integer REFERENCES owner (id));
        CREATE TABLE plain (id integer PRIMARY KEY);";
    let copy = |name: &str| {
        format!(
            "m = sa.MetaData()
table = sa.Table('{name}', m, autoload_with=bind)
copy = sa.Table('tmp', m)
for column in table.columns: copy.append_column(column.copy())
for key in table.foreign_keys: copy.append_constraint(key.constraint.copy())
copy.create(bind)
r = [(key.parent.name, key.column.table.name) for c in copy.c for key in c.foreign_keys]"
        )
    };
    let (steps, r) = run(schema, &copy("thing"));
    let expected = "CREATE TABLE tmp (id SERIAL NOT NULL, owner_id INTEGER, PRIMARY KEY (id), \
                    CONSTRAINT thing_owner_id_fkey FOREIGN KEY(owner_id) REFERENCES owner (id) )";
    let shown: Vec<String> =
        steps.iter().map(|step| step.split_whitespace().collect::<Vec<_>>().join(" ").replace("( ", "(")).collect();
    assert_eq!((shown, r.as_str()), (vec![expected.to_string()], "[('owner_id', 'owner')]"));
    let (steps, _) = run("CREATE TABLE n (id bigint GENERATED ALWAYS AS IDENTITY (START 7) PRIMARY KEY)", &copy("n"));
    assert!(
        steps.len() == 1 && steps[0].contains("GENERATED ALWAYS AS IDENTITY (INCREMENT BY 1 START WITH 7"),
        "{steps:?}"
    );
    let (steps, _) = run(schema, &copy("plain"));
    assert!(steps.len() == 1 && steps[0].contains("id INTEGER NOT NULL"), "{steps:?}");
}

#[test]
fn a_dialect_is_asked_as_an_inspector_is() {
    let code = "d = bind.dialect
r = [d.has_index(bind, table_name='f', index_name='ix_f_u', schema=None), d.has_index(bind, 'f', 'nope'),
     d.has_table(connection=bind, table_name='f'), d.has_sequence(bind, 's'), d.has_type(bind, 'f'),
     [c['name'] for c in d.get_columns(bind, 'u')]]";
    let (steps, r) = run(PLAIN, code);
    assert_eq!((steps.len(), r.as_str()), (0, "[True, False, True, False, True, ['id']]"));
}

#[test]
fn what_an_insert_returns_is_as_much_as_it_writes() {
    let table = "t = sa.table('u', sa.column('id'))\n";
    let one = format!(
        "{table}r = bind.execute(sa.insert(t).values(id='00000000-0000-0000-0000-000000000001').returning(t.c.id)).scalar_one() is None"
    );
    assert_eq!(run(PLAIN, &one).1, "?row-data");
    let code = "rows = bind.execute(sa.text(\"INSERT INTO u VALUES (gen_random_uuid()), (gen_random_uuid()) RETURNING id, id AS x\")).all()
r = (len(rows), [row._fields for row in rows])";
    assert_eq!(run(PLAIN, code).1, "(2, [('id', 'x'), ('id', 'x')])");
    let conflict = "r = bind.execute(sa.text(\"INSERT INTO u VALUES (gen_random_uuid()) ON CONFLICT DO NOTHING RETURNING id\")).all()";
    assert_eq!(run(PLAIN, conflict).1, "?row-data");
    let code = "r = [bind.scalar(sa.text(f\"SELECT to_regclass('{name}')\")) for name in ('public.u', 'nope')]";
    assert_eq!(run(PLAIN, code).1, "['u', None]");
}
