import enum
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, mysql
from sqlalchemy.types import TypeDecorator, UserDefinedType

class Color(enum.Enum):
    RED = "r"
    GREEN = "g"
    ALIAS = "g"

class GUID(TypeDecorator):
    impl = sa.CHAR
    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(sa.CHAR(32))

class Short(TypeDecorator):
    impl = sa.String

class Ltree(UserDefinedType):
    def get_col_spec(self, **kw):
        return "LTREE"

m = sa.MetaData(naming_convention={
    "ix": "ix_%(column_0_label)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s", "pk": "pk_%(table_name)s"})
sa.Table("other", m, sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.Integer))
t = sa.Table("all_types", m,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column("a1", sa.Integer()), sa.Column("a2", sa.SmallInteger, nullable=False), sa.Column("a3", sa.Numeric(10, 2)),
    sa.Column("a4", sa.Numeric(10)), sa.Column("a5", sa.Numeric), sa.Column("a6", sa.Float), sa.Column("a7", sa.Float(24)),
    sa.Column("a8", sa.Float(precision=53)), sa.Column("a9", sa.REAL), sa.Column("a10", sa.Double), sa.Column("a11", sa.DECIMAL(5, 1)),
    sa.Column("b1", sa.String), sa.Column("b2", sa.String(50)), sa.Column("b3", sa.Text()), sa.Column("b4", sa.Unicode(20)),
    sa.Column("b5", sa.UnicodeText), sa.Column("b6", sa.CHAR(3)), sa.Column("b7", sa.CHAR), sa.Column("b8", sa.VARCHAR(length=7, collation="C")),
    sa.Column("c1", sa.DateTime), sa.Column("c2", sa.DateTime(timezone=True)), sa.Column("c3", sa.TIMESTAMP(timezone=True)),
    sa.Column("c4", postgresql.TIMESTAMP(precision=3)), sa.Column("c5", sa.Date), sa.Column("c6", sa.Time), sa.Column("c7", postgresql.TIME(True, 2)),
    sa.Column("c8", sa.Interval), sa.Column("c9", sa.Interval(second_precision=6)), sa.Column("c10", postgresql.INTERVAL(fields="DAY TO SECOND")),
    sa.Column("c11", sa.Interval(native=False)),
    sa.Column("d1", sa.Boolean, server_default=sa.text("true")), sa.Column("d2", sa.Boolean, server_default=sa.false(), nullable=False),
    sa.Column("d3", sa.Boolean(create_constraint=True, name="d3_bool")),
    sa.Column("e1", sa.LargeBinary), sa.Column("e2", postgresql.BYTEA), sa.Column("e3", sa.PickleType),
    sa.Column("f1", sa.JSON, server_default="{}"), sa.Column("f2", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb")),
    sa.Column("f3", sa.JSON().with_variant(postgresql.JSONB(), "postgresql")), sa.Column("f4", sa.Text().with_variant(mysql.LONGTEXT(), "mysql")),
    sa.Column("f5", sa.String(36).with_variant(mysql.VARCHAR(36, charset="ascii", collation="ascii_bin"), "mysql")), sa.Column("f6", mysql.DOUBLE(8, 2, asdecimal=True).with_variant(sa.Float(), "postgresql")),
    sa.Column("g1", sa.Uuid), sa.Column("g2", postgresql.UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()")), sa.Column("g3", sa.Uuid(native_uuid=False)),
    sa.Column("h1", sa.ARRAY(sa.String(10))), sa.Column("h2", postgresql.ARRAY(sa.Integer, dimensions=2)), sa.Column("h3", postgresql.ARRAY(postgresql.ENUM("x", name="h3e"))),
    sa.Column("i1", sa.Enum("a", "b", name="i1e")), sa.Column("i2", postgresql.ENUM("c", "d", name="i2e", schema="s", create_type=False)),
    sa.Column("i3", sa.Enum("long", "longer", name="i3e", native_enum=False)), sa.Column("i4", sa.Enum("p", "q'q", name="i4e", native_enum=False, create_constraint=True)),
    sa.Column("i5", sa.Enum(Color)), sa.Column("i6", sa.Enum(Color, name="i6e", values_callable=lambda e: [x.value for x in e])), sa.Column("i7", sa.Enum("a", name="i7e", native_enum=False, length=30)),
    sa.Column("j1", postgresql.INET), sa.Column("j2", postgresql.CIDR()), sa.Column("j3", postgresql.MACADDR), sa.Column("j4", postgresql.TSVECTOR), sa.Column("j5", postgresql.HSTORE),
    sa.Column("j6", postgresql.CITEXT), sa.Column("j7", postgresql.INT4RANGE), sa.Column("j8", postgresql.TSTZRANGE), sa.Column("j9", postgresql.BIT(4)), sa.Column("j10", postgresql.BIT(varying=True)), sa.Column("j11", postgresql.MONEY), sa.Column("j12", postgresql.OID),
    sa.Column("k1", GUID), sa.Column("k2", GUID()), sa.Column("k3", Short(8)), sa.Column("k4", Ltree), sa.Column("k5", postgresql.ARRAY(Short(length=9))),
    sa.Column("l1", sa.Integer, sa.Computed("a1 * 2", persisted=True)), sa.Column("l2", sa.Integer, sa.Identity(always=True, start=5, increment=2)), sa.Column("l3", sa.Integer, sa.Identity(), nullable=True),
    sa.Column("m1", sa.Integer, sa.ForeignKey("other.id", ondelete="CASCADE", onupdate="SET NULL")), sa.Column("m2", sa.Integer, sa.ForeignKey("other.b", name="fk_mine", deferrable=True, initially="DEFERRED")),
    sa.Column("n1", sa.Integer, unique=True), sa.Column("n2", sa.Integer, index=True), sa.Column("n3", sa.Integer, index=True, unique=True, comment="it's"),
    sa.Column("o1", sa.String, server_default="it's"), sa.Column("o2", sa.DateTime, server_default=sa.func.now()), sa.Column("o3", sa.DateTime, server_default=sa.func.current_timestamp()), sa.Column("o4", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")),
    sa.Column("o5", sa.Integer, sa.CheckConstraint("o5 > 0", name="pos")), sa.Column("Mixed Case", sa.Integer), sa.Column("order", sa.Integer), sa.Column("o6", sa.String, server_default=sa.literal("x")),
    sa.CheckConstraint("a1 > 0", name="a1_pos"), sa.UniqueConstraint("a1", "a2"), sa.ForeignKeyConstraint(["m1", "m2"], ["other.id", "other.b"], name="fk_both", match="FULL"),
    sa.UniqueConstraint("b1", name="uq_nulls", postgresql_nulls_not_distinct=True), sa.CheckConstraint(sa.and_(sa.column("a1") > 5, sa.column("b1") != "z"), name="ex"),
    sa.Index("ix_lower", sa.text("lower(b1)"), postgresql_using="btree"), sa.Index(None, "a1", "a2", unique=True), sa.Index("ix_w", "b1", postgresql_where=sa.text("a1 > 0"), postgresql_ops={"b1": "text_pattern_ops"}, postgresql_include=["b2"], postgresql_with={"fillfactor": 70}),
    comment="a table", postgresql_partition_by="RANGE (a1)")
t2 = sa.Table("pair", m, sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True, autoincrement=True), sa.Column("c_very_long_column_name_that_goes_on_and_on_for_ever_and_ever", sa.Integer, unique=True), schema="s")
t3 = sa.Table("plain", sa.MetaData(), sa.Column("id", sa.Integer, autoincrement=False), sa.Column("other_id", sa.Integer, sa.ForeignKey("plain.id"), primary_key=True), sa.PrimaryKeyConstraint("other_id", name="pkp"))
t4 = sa.Table("plain2", sa.MetaData(), sa.Column("id", sa.SmallInteger, primary_key=True, server_default="1"), sa.Column("x", sa.Integer, default=5))
t5 = sa.Table("plain3", sa.MetaData(), sa.Column("id", sa.SmallInteger, primary_key=True), sa.Column("x", sa.Integer, default=5))
TABLES = [t, t2, t3, t4, t5]
