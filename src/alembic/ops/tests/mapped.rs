//! What mapped classes read.

use super::run;

const CLASSES: &str = "from sqlalchemy.orm import DeclarativeBase, Mapped, Session, column_property, mapped_column
class Base(DeclarativeBase): pass
class Part(Base):
    __tablename__ = 'part'
    id: Mapped[int] = mapped_column(primary_key=True)
    thing_id: Mapped[int] = mapped_column()
class Thing(Base):
    __tablename__ = 'thing'
    id: Mapped[int] = mapped_column(primary_key=True)
    latest: Mapped[int] = column_property(sa.select(Part.id).where(Part.thing_id == id).limit(1).scalar_subquery())
session = Session(bind)
";

#[test]
fn a_column_property_reads_its_relations() {
    let schema = "CREATE TABLE thing (id integer PRIMARY KEY)";
    let missing = "relation \"part\" does not exist (42P01)";
    for read in [
        "session.scalars(sa.select(Thing.id).where(Thing.latest == 1))",
        "session.scalars(sa.select(Thing)).all()",
        "session.query(Thing).all()",
        "session.query(Thing.id).filter(Thing.latest == 1).all()",
    ] {
        assert_eq!(run(schema, &format!("{CLASSES}{read}")).1, missing, "{read}");
    }
    assert_eq!(run(schema, &format!("{CLASSES}session.scalars(sa.select(Thing.id))")).1, "None");
    let both = format!("{schema}; CREATE TABLE part (id integer PRIMARY KEY, thing_id integer)");
    let (steps, left) = run(&both, &format!("{CLASSES}session.scalars(sa.select(Thing.id).where(Thing.latest == 1))"));
    assert_eq!(left, "None", "{steps:?}");
    assert_eq!(
        run(&both, &format!("{CLASSES}session.query(Thing).all()\nThing.__table__.create(bind, checkfirst=True)")).1,
        "None"
    );
}
