import datetime
import decimal
import enum
import uuid
from typing import ClassVar, Optional
import sqlalchemy as sa
from pydantic import ConfigDict
from sqlmodel import Field, Relationship, SQLModel

class Color(enum.Enum):
    RED = "r"
    GREEN = "g"

class Kind(str, enum.Enum):
    ONE = "one"

class UserBase(SQLModel):
    name: str = Field(index=True)
    nick: Optional[str] = None
    age: int | None = Field(default=None, nullable=False)

class User(UserBase, table=True):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    about: ClassVar[str] = "x"
    id: Optional[int] = Field(default=None, primary_key=True)
    short: str = Field(max_length=10, unique=True)
    score: float = 0.0
    price: decimal.Decimal = Field(default=0, max_digits=5, decimal_places=3)
    active: bool = True
    made: datetime.datetime = Field(default_factory=datetime.datetime.now, sa_type=sa.DateTime)
    day: datetime.date
    hour: datetime.time
    wait: datetime.timedelta
    data: bytes
    token: uuid.UUID = Field(default_factory=uuid.uuid4)
    color: Color
    kind: Kind = Kind.ONE
    body: str = Field(sa_type=sa.Text)
    extra: dict = Field(default_factory=dict, sa_column=sa.Column(sa.JSON, nullable=False))
    noted: str = Field(sa_column_kwargs={"server_default": "x", "comment": "a note"})
    posts: list["Post"] = Relationship(back_populates="author")

class Post(SQLModel, table=True):
    __tablename__ = "posts"
    __table_args__ = (sa.UniqueConstraint("author_id", "title", name="uq_post"),)
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    title: str
    author_id: int = Field(foreign_key="user.id")
    editor_id: Optional[int] = Field(default=None, foreign_key="user.id", ondelete="CASCADE")
    author: Optional[User] = Relationship(back_populates="posts", sa_relationship_kwargs={"foreign_keys": "Post.author_id"})

TABLES = [User.__table__, Post.__table__]
