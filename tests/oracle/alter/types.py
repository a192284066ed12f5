"""Enums, domains, composite types."""

from . import Change, bare, family, literal


@family
def enums(schema):
    for enum in schema.enums:
        one = lambda kind, *sql, alone=False: Change(kind, sql, None, (bare(enum.name),), alone)  # noqa: B023, E731
        yield one("enum value added", f"ALTER TYPE {enum.name} ADD VALUE 'zz_value'")
        for label in enum.labels:
            yield one("enum value added", f"ALTER TYPE {enum.name} ADD VALUE 'zz_value' BEFORE {literal(label)}")
            yield one("enum value renamed", f"ALTER TYPE {enum.name} RENAME VALUE {literal(label)} TO {literal(label + '_zz')}")
        yield Change("type renamed", (f"ALTER TYPE {enum.name} RENAME TO zz_type",), None, (bare(enum.name), "zz_type"), True)
        yield Change("type schema", ("CREATE SCHEMA zz_schema", f"ALTER TYPE {enum.name} SET SCHEMA zz_schema"), None, (bare(enum.name),), True)
        yield one("type dropped", f"DROP TYPE {enum.name} CASCADE", alone=True)
    yield Change("type added", ("CREATE TYPE public.zz_enum AS ENUM ('a', 'b')",), None, ("zz_enum",))
    yield Change("type added", ("CREATE TYPE public.zz_composite AS (a integer, b text)",), None, ("zz_composite",))
    yield Change("type added", ("CREATE DOMAIN public.zz_domain AS integer CHECK (VALUE > 0)",), None, ("zz_domain",))
    yield Change("type added", ("CREATE TYPE public.zz_range AS RANGE (subtype = integer)",), None, ("zz_range",))


@family
def domains(schema):
    for domain in schema.domains:
        one = lambda kind, *sql, alone=False: Change(kind, sql, None, (bare(domain.name),), alone)  # noqa: B023, E731
        for constraint in domain.constraints:
            yield one("domain constraint", f"ALTER DOMAIN {domain.name} DROP CONSTRAINT {constraint}")
            yield one("domain constraint", f"ALTER DOMAIN {domain.name} RENAME CONSTRAINT {constraint} TO zz_constraint")
            yield one("domain constraint", f"ALTER DOMAIN {domain.name} DROP CONSTRAINT {constraint}", f"ALTER DOMAIN {domain.name} ADD CONSTRAINT {constraint} CHECK (VALUE IS NOT NULL)")
        yield one("domain constraint", f"ALTER DOMAIN {domain.name} ADD CONSTRAINT zz_constraint CHECK (VALUE IS NOT NULL)")
        yield one("domain constraint", f"ALTER DOMAIN {domain.name} ADD CONSTRAINT zz_constraint CHECK (VALUE IS NOT NULL) NOT VALID")
        yield one("domain not null", f"ALTER DOMAIN {domain.name} {'DROP' if domain.needed else 'SET'} NOT NULL")
        yield one("domain default", f"ALTER DOMAIN {domain.name} SET DEFAULT '7'")
        if domain.default is not None:
            yield one("domain default", f"ALTER DOMAIN {domain.name} DROP DEFAULT")
        yield Change("domain renamed", (f"ALTER DOMAIN {domain.name} RENAME TO zz_type",), None, (bare(domain.name), "zz_type"), True)
        yield Change("domain schema", ("CREATE SCHEMA zz_schema", f"ALTER DOMAIN {domain.name} SET SCHEMA zz_schema"), None, (bare(domain.name),), True)
        yield one("domain dropped", f"DROP DOMAIN {domain.name} CASCADE", alone=True)


@family
def composites(schema):
    for composite in schema.composites:
        one = lambda kind, action, alone=False: Change(kind, (f"ALTER TYPE {composite.name} {action}",), None, (bare(composite.name),), alone)  # noqa: B023, E731
        yield one("composite attribute", "ADD ATTRIBUTE zz_attribute integer")
        yield one("composite attribute", f"DROP ATTRIBUTE {composite.attributes[0]}")
        yield one("composite attribute", f"RENAME ATTRIBUTE {composite.attributes[0]} TO zz_attribute")
        yield one("composite attribute", f"ALTER ATTRIBUTE {composite.attributes[-1]} TYPE bytea")
        yield Change("type renamed", (f"ALTER TYPE {composite.name} RENAME TO zz_type",), None, (bare(composite.name), "zz_type"), True)
        yield Change("type dropped", (f"DROP TYPE {composite.name} CASCADE",), None, (bare(composite.name),), True)
    for range in schema.ranges:
        yield Change("type renamed", (f"ALTER TYPE {range.name} RENAME TO zz_type",), None, (bare(range.name), "zz_type"), True)
        yield Change("type dropped", (f"DROP TYPE {range.name} CASCADE",), None, (bare(range.name),), True)
