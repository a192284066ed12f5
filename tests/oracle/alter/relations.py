"""Tables, sequences, views, triggers, policies and rules."""

import re

from . import Change, bare, family


@family
def tables(schema):
    for table in schema.tables:
        name = bare(table.name)
        one = lambda kind, *sql, alone=False, names=(): Change(kind, sql, name, (name, *names), alone)  # noqa: B023, E731
        yield one("table dropped", f"DROP TABLE {table.name} CASCADE", alone=True)
        yield Change("table renamed", (f"ALTER TABLE {table.name} RENAME TO zz_renamed",), None, (name, "zz_renamed"), alone=True)
        yield Change("table schema", ("CREATE SCHEMA zz_schema", f"ALTER TABLE {table.name} SET SCHEMA zz_schema"), None, (name,), alone=True)
        if not table.partitioned:
            yield one("table unlogged", f"ALTER TABLE {table.name} SET {'LOGGED' if table.unlogged else 'UNLOGGED'}", alone=True)
            yield one("table storage parameters", f"ALTER TABLE {table.name} SET (fillfactor = 63)")
            yield one("table storage parameters", f"ALTER TABLE {table.name} SET (autovacuum_enabled = false)")
            yield one("table storage parameters", f"ALTER TABLE {table.name} SET (toast.autovacuum_enabled = false)")
            if table.options:
                keys = ", ".join(option.split("=")[0] for option in table.options)
                yield one("table storage parameters", f"ALTER TABLE {table.name} RESET ({keys})")
        for words in ("FULL", "NOTHING"):
            yield one("table replica identity", f"ALTER TABLE {table.name} REPLICA IDENTITY {words}")
        yield one("row security", f"ALTER TABLE {table.name} {'DISABLE' if table.secured else 'ENABLE'} ROW LEVEL SECURITY")
        yield one("row security", f"ALTER TABLE {table.name} {'NO FORCE' if table.forced else 'FORCE'} ROW LEVEL SECURITY")
        if table.partition:
            yield one("partition detached", f"ALTER TABLE {table.parent} DETACH PARTITION {table.name}", alone=True)
            other = re.sub(r"'(\d{4})-", lambda year: f"'{int(year[1]) + 7}-", table.bound or "")
            other = re.sub(r"IN \((.*?)\)", r"IN (\1, 'zz')", other) if other == table.bound else other
            if other != table.bound:
                yield one("partition bound", f"ALTER TABLE {table.parent} DETACH PARTITION {table.name}", f"ALTER TABLE {table.parent} ATTACH PARTITION {table.name} {other}", alone=True)
        elif table.parent:
            yield one("table inherit", f"ALTER TABLE {table.name} NO INHERIT {table.parent}", alone=True)
        elif not table.partitioned:
            yield one("table inherit", "CREATE TABLE public.zz_parent ()", f"ALTER TABLE {table.name} INHERIT public.zz_parent")
        if table.partitioned:
            yield Change("partition attached", (f"CREATE TABLE public.zz_partition PARTITION OF {table.name} DEFAULT",), None, ("zz_partition",), alone=True)
    yield Change("table added", ("CREATE TABLE public.zz_scratch (id integer PRIMARY KEY, note text)",), "zz_scratch", ("zz_scratch",))


@family
def sequences(schema):
    for sequence in schema.sequences:
        name, table = bare(sequence.name), bare(sequence.table) if sequence.table else None
        one = lambda kind, sql, alone=False: Change(kind, (sql,), None, (name,), alone)  # noqa: B023, E731
        for option in ("INCREMENT BY 3", "MINVALUE -7", "MAXVALUE 30000", "START WITH 5", "CACHE 4", "CYCLE"):
            words = option if option != "CYCLE" or not sequence.cycle else "NO CYCLE"
            yield one(f"sequence {option.split()[0].lower()}", f"ALTER SEQUENCE {sequence.name} {words}")
        if not sequence.identity:
            yield one("sequence type", f"ALTER SEQUENCE {sequence.name} AS {'smallint' if sequence.type != 'smallint' else 'integer'}")
            if table:
                yield one("sequence owned by", f"ALTER SEQUENCE {sequence.name} OWNED BY NONE", alone=True)
            else:
                yield one("sequence dropped", f"DROP SEQUENCE {sequence.name} CASCADE", alone=True)
                yield Change("sequence schema", ("CREATE SCHEMA zz_schema", f"ALTER SEQUENCE {sequence.name} SET SCHEMA zz_schema"), None, (name,), alone=True)
        yield Change("sequence renamed", (f"ALTER SEQUENCE {sequence.name} RENAME TO zz_renamed_seq",), None, (name, "zz_renamed_seq"), alone=True)
        yield one("sequence unlogged", f"ALTER SEQUENCE {sequence.name} SET UNLOGGED")
    yield Change("sequence added", ("CREATE SEQUENCE public.zz_sequence",), "zz_sequence", ("zz_sequence",))


@family
def views(schema):
    for view in schema.views:
        kind, name = "MATERIALIZED VIEW" if view.materialized else "VIEW", bare(view.name)
        one = lambda what, *sql, alone=True: Change(what, sql, None, (name,), alone)  # noqa: B023, E731
        yield one("view dropped", f"DROP {kind} {view.name} CASCADE")
        yield Change("view renamed", (f"ALTER {kind} {view.name} RENAME TO zz_renamed_view",), None, (name, "zz_renamed_view"), True)
        yield one("view schema", "CREATE SCHEMA zz_schema", f"ALTER {kind} {view.name} SET SCHEMA zz_schema")
        columns = ", ".join(view.columns)
        if view.materialized:
            make = lambda query: (f"DROP {kind} {view.name}", f"CREATE {kind} {view.name} AS {query}")  # noqa: B023, E731
            yield one("view storage parameters", f"ALTER {kind} {view.name} SET (fillfactor = 61)")
        else:
            make = lambda query: (f"CREATE OR REPLACE VIEW {view.name} AS {query}",)  # noqa: B023, E731
            yield one("view options", f"ALTER VIEW {view.name} SET (security_barrier = true)", alone=False)
            yield one("view options", f"ALTER VIEW {view.name} SET (security_invoker = true)", alone=False)
            yield one("view options", f"ALTER VIEW {view.name} SET (check_option = local)", alone=False)
            for value in ("NULL", "'zz'", "7"):
                yield Change("view column default", (f"ALTER VIEW {view.name} ALTER COLUMN {view.columns[-1]} SET DEFAULT {value}",), name, (name, bare(view.columns[-1])))
        yield one("view definition", *make(f"SELECT {columns}, 1 AS zz_column FROM ({view.query}) q"))
        yield one("view definition", *make(f"SELECT {columns} FROM ({view.query}) q WHERE {view.columns[0]} IS NOT NULL"))
        for text, other in ((" WHERE ", " WHERE NOT "), (" = ", " <> "), ("ORDER BY", "ORDER BY 1,"), ("sum(", "max("), ("SELECT", "SELECT DISTINCT")):
            if text in view.query:
                yield one("view definition", *make(view.query.replace(text, other, 1)))
        if not view.materialized:
            yield Change("view column renamed", (f"ALTER VIEW {view.name} RENAME COLUMN {view.columns[0]} TO zz_column",), None, (name,), True)
    for table in schema.tables[:2]:
        yield Change("view added", (f"CREATE VIEW public.zz_view AS SELECT * FROM {table.name}",), None, ("zz_view",))


@family
def triggers(schema):
    for trigger in schema.triggers:
        about = (bare(trigger.table), (bare(trigger.name),))
        drop = f"DROP TRIGGER {trigger.name} ON {trigger.table}"
        text = trigger.definition
        yield Change("trigger dropped", (drop,), *about)
        yield Change("trigger renamed", (f"ALTER TRIGGER {trigger.name} ON {trigger.table} RENAME TO zz_trigger",), about[0], (*about[1], "zz_trigger"))
        for words in ("DISABLE", "ENABLE ALWAYS", "ENABLE REPLICA"):
            if trigger.enabled != {"DISABLE": "D", "ENABLE ALWAYS": "A", "ENABLE REPLICA": "R"}[words]:
                yield Change("trigger enabled", (f"ALTER TABLE {trigger.table} {words} TRIGGER {trigger.name}",), *about)
        if trigger.enabled != "O":
            yield Change("trigger enabled", (f"ALTER TABLE {trigger.table} ENABLE TRIGGER {trigger.name}",), *about)
        remade = lambda kind, other: [Change(kind, (drop, other), *about)] if other != text else []  # noqa: B023, E731
        yield from remade("trigger timing", re.sub(r" (BEFORE|AFTER) ", lambda found: " AFTER " if found[1] == "BEFORE" else " BEFORE ", text, count=1))
        yield from remade("trigger events", re.sub(r" (BEFORE|AFTER) (.*?) ON ", lambda found: f" {found[1]} {'DELETE' if found[2] != 'DELETE' else 'INSERT'} ON ", text, count=1))
        yield from remade("trigger events", re.sub(r" (BEFORE|AFTER) (.*?) ON ", lambda found: f" {found[1]} {found[2]} OR TRUNCATE ON " if "ROW" not in text else found[0], text, count=1))
        yield from remade("trigger events", re.sub(r"UPDATE ", f"UPDATE OF {schema.columns_of(trigger.table)[0].name} ", text, count=1))
        yield from remade("trigger level", re.sub(r"FOR EACH (ROW|STATEMENT)", lambda found: f"FOR EACH {'STATEMENT' if found[1] == 'ROW' else 'ROW'}", text))
        if " WHEN (" in text:
            yield from remade("trigger when", re.sub(r" WHEN \(.*\) EXECUTE", " EXECUTE", text))
        yield from remade("trigger when", re.sub(r"( WHEN \(.*\))? EXECUTE", " WHEN (pg_trigger_depth() < 7) EXECUTE", text))
        function = "CREATE FUNCTION public.zz_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'"
        yield Change("trigger function", (function, drop, re.sub(r"EXECUTE FUNCTION .*?\(", "EXECUTE FUNCTION public.zz_function(", text)), *about, alone=True)
        yield from remade("trigger arguments", re.sub(r"\((.*?)\)$", lambda found: f"('zz'{', ' + found[1] if found[1] else ''})", text))
        if trigger.deferrable:
            yield from remade("trigger deferrable", re.sub(r" (NOT )?DEFERRABLE( INITIALLY \w+)?", "", text))
    for table in schema.tables:
        sql = f"CREATE TRIGGER zz_trigger BEFORE UPDATE ON {table.name} FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()"
        yield Change("trigger added", (sql,), bare(table.name), ("zz_trigger",))


@family
def policies(schema):
    for policy in schema.policies:
        about = (bare(policy.table), (bare(policy.name),))
        alter = f"ALTER POLICY {policy.name} ON {policy.table}"
        yield Change("policy dropped", (f"DROP POLICY {policy.name} ON {policy.table}",), *about)
        yield Change("policy renamed", (f"{alter} RENAME TO zz_policy",), about[0], (*about[1], "zz_policy"))
        yield Change("policy roles", (f"{alter} TO pg_monitor",), *about)
        if policy.command != "a":
            yield Change("policy using", (f"{alter} USING (current_user = 'zz')",), *about)
            if policy.using:
                yield Change("policy using", (f"{alter} USING (NOT ({policy.using}))",), *about)
        if policy.command not in "rd":
            yield Change("policy with check", (f"{alter} WITH CHECK (current_user = 'zz')",), *about)
        make = lambda kind, command: (f"DROP POLICY {policy.name} ON {policy.table}", f"CREATE POLICY {policy.name} ON {policy.table} AS {kind} FOR {command} USING ({policy.using or 'true'})")  # noqa: B023, E731
        kind = "PERMISSIVE" if policy.permissive else "RESTRICTIVE"
        for letter, command in (("*", "ALL"), ("r", "SELECT"), ("d", "DELETE"), ("w", "UPDATE")):
            if letter != policy.command:
                yield Change("policy command", make(kind, command), *about)
        command = {"*": "ALL", "r": "SELECT", "d": "DELETE", "w": "UPDATE"}.get(policy.command)
        if command:
            yield Change("policy permissive", make("RESTRICTIVE" if policy.permissive else "PERMISSIVE", command), *about)
    for table in schema.tables:
        yield Change("policy added", (f"CREATE POLICY zz_policy ON {table.name} FOR SELECT USING (true)",), bare(table.name), ("zz_policy",))


@family
def rules(schema):
    for rule in schema.rules:
        about = (bare(rule.table), (bare(rule.name), bare(rule.table)))
        yield Change("rule dropped", (f"DROP RULE {rule.name} ON {rule.table}",), None, about[1])
        yield Change("rule enabled", (f"ALTER TABLE {rule.table} DISABLE RULE {rule.name}",), None, about[1])
        yield Change("rule definition", (f"CREATE OR REPLACE RULE {rule.name} AS ON DELETE TO {rule.table} DO ALSO NOTHING",), None, about[1])
    for table in schema.tables:
        yield Change("rule added", (f"CREATE RULE zz_rule AS ON DELETE TO {table.name} DO ALSO NOTHING",), None, ("zz_rule",))
