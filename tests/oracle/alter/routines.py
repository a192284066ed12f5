"""Functions, procedures, aggregates."""

from . import Change, family


@family
def routines(schema):
    for routine in schema.routines:
        word = "PROCEDURE" if routine.procedure else "FUNCTION"
        one = lambda kind, *sql, alone=False: Change(kind, sql, None, (routine.bare,), alone)  # noqa: B023, E731
        alter = f"ALTER {word} {routine.signature}"
        yield one("function dropped", f"DROP {word} {routine.signature} CASCADE", alone=True)
        yield Change("function renamed", (f"{alter} RENAME TO zz_renamed",), None, (routine.bare, "zz_renamed"), True)
        yield one("function schema", "CREATE SCHEMA zz_schema", f"{alter} SET SCHEMA zz_schema", alone=True)
        body = routine.body
        if body and routine.definition.count(body) == 1:
            for other in (f"{body} ", body.replace("\n", "\n  ", 1), body + "\n-- zz", body.replace("=", "<>", 1), body.replace("NEW", "OLD", 1)):
                if other != body:
                    yield one("function body", "SET check_function_bodies = off", routine.definition.replace(body, other))
        yield one("function security", f"{alter} SECURITY {'INVOKER' if routine.definer else 'DEFINER'}")
        yield one("function configuration", f"{alter} SET search_path = pg_catalog, public")
        yield one("function configuration", f"{alter} SET work_mem = '8MB'")
        yield one("function configuration", f"{alter} RESET ALL")
        if routine.procedure:
            continue
        for letter, volatility in (("i", "IMMUTABLE"), ("s", "STABLE"), ("v", "VOLATILE")):
            if letter != routine.volatility:
                yield one("function volatility", f"{alter} {volatility}")
        yield one("function strict", f"{alter} {'CALLED ON NULL INPUT' if routine.strict else 'STRICT'}")
        yield one("function leakproof", f"{alter} LEAKPROOF")
        for letter, word in (("s", "SAFE"), ("r", "RESTRICTED"), ("u", "UNSAFE")):
            if letter != routine.parallel:
                yield one("function parallel", f"{alter} PARALLEL {word}")
        yield one("function cost", f"{alter} COST 4321")
        if routine.set:
            yield one("function rows", f"{alter} ROWS 7")
    yield Change("function added", ("CREATE FUNCTION public.zz_function(integer) RETURNS integer LANGUAGE sql AS 'SELECT $1'",), None, ("zz_function",))
    yield Change("function added", ("CREATE PROCEDURE public.zz_procedure() LANGUAGE plpgsql AS 'BEGIN END'",), None, ("zz_procedure",))
    for aggregate in schema.aggregates:
        yield Change("aggregate dropped", (f"DROP AGGREGATE {aggregate.signature}",), None, (aggregate.bare,))
        yield Change("aggregate renamed", (f"ALTER AGGREGATE {aggregate.signature} RENAME TO zz_aggregate",), None, (aggregate.bare, "zz_aggregate"))
    yield Change("aggregate added", ("CREATE AGGREGATE public.zz_sum (integer) (SFUNC = int4pl, STYPE = integer)",), None, ("zz_sum",))
