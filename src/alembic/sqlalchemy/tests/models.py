import datetime
import decimal
import enum
import uuid
from typing import Annotated, Literal, Optional
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

class Color(enum.Enum):
    RED = "r"
    GREEN = "g"

class Kind(str, enum.Enum):
    ONE = "one"

Short = Annotated[str, 30]

class Base(DeclarativeBase):
    type_annotation_map = {Short: sa.String(30), dict: sa.JSON, datetime.datetime: sa.DateTime(timezone=True)}

class Stamped:
    made: Mapped[datetime.datetime] = mapped_column(server_default=sa.func.now())

class User(Stamped, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    big: Mapped[int] = mapped_column(sa.BigInteger)
    name: Mapped[str]
    nick: Mapped[Optional[str]]
    short: Mapped[str | None] = mapped_column(sa.String(10), index=True)
    forced: Mapped[Optional[str]] = mapped_column(nullable=False)
    loose: Mapped[str] = mapped_column(nullable=True)
    active: Mapped[bool] = mapped_column(default=True)
    score: Mapped[float]
    price: Mapped[decimal.Decimal]
    day: Mapped[datetime.date]
    hour: Mapped[datetime.time]
    wait: Mapped[datetime.timedelta]
    data: Mapped[bytes]
    extra: Mapped[dict]
    token: Mapped[uuid.UUID]
    color: Mapped[Color]
    kind: Mapped[Optional[Kind]]
    word: Mapped[Literal["a", "longer"]]
    renamed: Mapped[int] = mapped_column("other_name")
    code: Mapped[Short]
    other_code: Mapped[Optional[Short]]
    plain = mapped_column(sa.Integer)
    posts: Mapped[list["Post"]] = relationship(back_populates="author")

class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    editor_id: Mapped[Optional[int]] = mapped_column(sa.ForeignKey("users.id"))
    author: Mapped["User"] = relationship(back_populates="posts", foreign_keys=[author_id])

TABLES = [User.__table__, Post.__table__]
