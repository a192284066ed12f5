"""Writes `src/pg/system/*.txt`: what `pg_catalog` holds, from the catalogs of real servers of several versions.

    python tests/oracle/system.py
"""

import pathlib

from server import SYSTEM, VERSIONS, Server

OUT = pathlib.Path(__file__).resolve().parents[2] / "src" / "pg" / "system"

# Types that no column and no expression of a user has: those of input functions and of the planner.
INTERNAL = "('internal', 'cstring', 'pg_node_tree', 'pg_ddl_command', 'pg_ndistinct', 'pg_dependencies', 'pg_mcv_list', 'pg_brin_bloom_summary', 'pg_brin_minmax_multi_summary')"

TYPE = "CASE WHEN {0} = 0 THEN '' ELSE format_type({0}, NULL) END"


def spelt(column):
    return TYPE.format(column)


def all_of(column):
    """The types of an oidvector, with commas between them."""
    return f"array_to_string(ARRAY(SELECT format_type(one, NULL) FROM unnest({column}) WITH ORDINALITY AS each (one, place) ORDER BY place), ',')"


QUERIES = {
    # name, category, preferred, volatility of the output function, of the input function
    "types": f"""
        SELECT format_type(t.oid, NULL), typcategory, CASE WHEN typispreferred THEN 'p' ELSE '' END, o.provolatile, i.provolatile
        FROM pg_type t JOIN pg_proc o ON o.oid = typoutput JOIN pg_proc i ON i.oid = typinput
        WHERE typnamespace = 'pg_catalog'::regnamespace AND typrelid = 0 AND typtype IN ('b', 'p', 'r', 'm') AND typname !~ '^_' AND typname NOT IN {INTERNAL}""",
    # source, target, context (e, a, i), volatility of the function, b where there is none
    "casts": f"""
        SELECT {spelt('castsource')}, {spelt('casttarget')}, castcontext, CASE WHEN castmethod = 'f' THEN provolatile ELSE 'b' END
        FROM pg_cast LEFT JOIN pg_proc p ON p.oid = castfunc
        WHERE NOT EXISTS (SELECT FROM pg_type WHERE pg_type.oid IN (castsource, casttarget) AND (typname IN {INTERNAL} OR typname LIKE 'pg_%'))""",
    # name, left (none of a prefix operator), right, result, volatility
    "operators": f"""
        SELECT oprname, {spelt('oprleft')}, {spelt('oprright')}, {spelt('oprresult')}, provolatile
        FROM pg_operator o JOIN pg_proc p ON p.oid = oprcode WHERE oprnamespace = 'pg_catalog'::regnamespace""",
    # name, arguments, result, how many have defaults, v for a variadic one, kind (f, a, w), s for a set, volatility
    "functions": f"""
        SELECT proname, {all_of('proargtypes')}, {spelt('prorettype')}, pronargdefaults, CASE WHEN provariadic <> 0 THEN 'v' ELSE '' END, prokind,
            CASE WHEN proretset THEN 's' ELSE '' END, provolatile
        FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace AND proname !~ '^(pg_stat_|binary_upgrade|RI_)' AND NOT EXISTS (
            SELECT FROM pg_type WHERE pg_type.oid = ANY (proargtypes || prorettype) AND typname IN {INTERNAL})""",
    # method, name, type, d for the type's default
    "opclasses": f"""
        SELECT amname, opcname, {spelt('opcintype')}, CASE WHEN opcdefault THEN 'd' ELSE '' END FROM pg_opclass JOIN pg_am ON pg_am.oid = opcmethod
        WHERE opcnamespace = 'pg_catalog'::regnamespace""",
    # left, right: the = of two types of one family of btree operators
    "equalities": f"""
        SELECT {spelt('amoplefttype')}, {spelt('amoprighttype')} FROM pg_amop JOIN pg_am ON pg_am.oid = amopmethod
        JOIN pg_opfamily f ON f.oid = amopfamily WHERE amname = 'btree' AND amopstrategy = 3 AND opfname !~ 'pattern'""",
}


def main():
    found = {name: set() for name in QUERIES}
    for version in [*VERSIONS, SYSTEM]:
        with Server(version) as server:
            for name, query in QUERIES.items():
                # Tabs stand between the values: there are operators of bars.
                found[name].update(server.psql("postgres", f"COPY ({query}) TO STDOUT").stdout.splitlines())
    for name, lines in found.items():
        (OUT / f"{name}.txt").write_text("\n".join(sorted(settled(lines))) + "\n")


def settled(lines):
    """One line where versions differ in the volatility, which comes last: it is not known then."""
    volatilities = {}
    for line in lines:
        head, _, last = line.rpartition("\t")
        volatilities.setdefault(head, set()).add(last)
    for head, found in volatilities.items():
        if len(found) > 1 and found <= set("isv"):
            yield f"{head}\t?"
        else:
            yield from (f"{head}\t{last}" for last in found)


if __name__ == "__main__":
    main()
