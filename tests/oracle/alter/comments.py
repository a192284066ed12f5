"""Comments on every kind of object: set, changed, removed."""

from . import Change, bare, family


def commented(schema):
    """The words between ON and IS, the table, the name."""
    for table in schema.tables:
        yield "table", f"TABLE {table.name}", bare(table.name), bare(table.name)
    for column in schema.columns:
        yield "column", f"COLUMN {column.table}.{column.name}", bare(column.table), bare(column.name)
    for index in schema.indexes:
        yield "index", f"INDEX {index.name}", bare(index.table), index.bare
    for constraint in schema.constraints:
        if constraint.type != "n":
            yield "constraint", f"CONSTRAINT {constraint.name} ON {constraint.table}", bare(constraint.table), bare(constraint.name)
            if constraint.type in "pux":
                yield "index of a key", f"INDEX {constraint.index}", bare(constraint.table), bare(constraint.index)
    for sequence in schema.sequences:
        yield "sequence", f"SEQUENCE {sequence.name}", None, bare(sequence.name)
    for one in (*schema.enums, *schema.composites, *schema.ranges):
        yield "type", f"TYPE {one.name}", None, bare(one.name)
    for composite in schema.composites:
        yield "attribute", f"COLUMN {composite.name}.{composite.attributes[0]}", None, bare(composite.name)
    for domain in schema.domains:
        yield "domain", f"DOMAIN {domain.name}", None, bare(domain.name)
        for constraint in domain.constraints:
            yield "domain constraint", f"CONSTRAINT {constraint} ON DOMAIN {domain.name}", None, bare(domain.name)
    for view in schema.views:
        yield "view", f"{'MATERIALIZED VIEW' if view.materialized else 'VIEW'} {view.name}", None, bare(view.name)
        yield "view column", f"COLUMN {view.name}.{view.columns[0]}", bare(view.name), bare(view.columns[0])
    for trigger in schema.triggers:
        yield "trigger", f"TRIGGER {trigger.name} ON {trigger.table}", bare(trigger.table), bare(trigger.name)
    for policy in schema.policies:
        yield "policy", f"POLICY {policy.name} ON {policy.table}", bare(policy.table), bare(policy.name)
    for rule in schema.rules:
        yield "rule", f"RULE {rule.name} ON {rule.table}", None, bare(rule.name)
    for routine in schema.routines:
        yield "function", f"{'PROCEDURE' if routine.procedure else 'FUNCTION'} {routine.signature}", None, routine.bare
    for aggregate in schema.aggregates:
        yield "aggregate", f"AGGREGATE {aggregate.signature}", None, aggregate.bare
    for one in schema.schemas:
        yield "schema", f"SCHEMA {one.name}", None, bare(one.name)
    for one in schema.kept:
        yield one.kind.lower(), f"{one.kind} {one.name}", None, one.bare
    for one in schema.statistics:
        yield "statistics", f"STATISTICS {one.name}", None, one.bare


@family
def comments(schema):
    for kind, words, table, name in commented(schema):
        # Where there is a comment already it is changed by the first and removed by the second; else the second changes nothing.
        yield Change(f"comment on {kind}", (f"COMMENT ON {words} IS 'zz it''s'",), table, (name,))
        if kind in ("table", "column", "schema", "type", "function", "view", "index", "constraint"):
            yield Change(f"comment on {kind} removed", (f"COMMENT ON {words} IS NULL",), table, (name,))
