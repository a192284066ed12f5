import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, declared_attr, has_inherited_table
class Base(DeclarativeBase):
    pass
class Named:
    @declared_attr.directive
    def __tablename__(cls):
        return cls.__name__.lower()
    @declared_attr.directive
    def __table_args__(cls):
        return (sa.CheckConstraint("id > 0", name="ck_" + cls.__name__.lower()),)
class HasId:
    @declared_attr.cascading
    def id(cls):
        if has_inherited_table(cls):
            return sa.Column(sa.ForeignKey("animal.id"), primary_key=True)
        return sa.Column(sa.Integer, primary_key=True)
    @declared_attr
    def kind(cls):
        return sa.Column(sa.String(len(cls.__name__)))
class Animal(Named, HasId, Base):
    a = sa.Column(sa.String)
class Dog(Animal):
    bark = sa.Column(sa.String)
TABLES = [Animal.__table__, Dog.__table__]
