"""Records what PostgreSQL makes of expressions: tests/fixtures/expressions.tsv.

    python tests/oracle/expressions.py URL... > tests/fixtures/expressions.tsv

Each URL names a server of one major version (psycopg2 form); a scratch database is made in it and dropped. Every
expression is given to a table as it stands below; what is read back is what pg_dump would write: pg_dump calls
pg_get_expr, pg_get_constraintdef and pg_get_indexdef under an empty search_path, and so does this script. Then the printed
form is given to a second table ("after a restore") and read again.

Columns of the recording: kind, type of the column (defaults and generated columns), what was written, the value (a default
that is a constant), then for each server: printed, restored; an empty cell repeats the cell to its left. A line that starts
with `#` names the table's columns. An expression that a server refuses is left out for that server (`-`).
"""

import sys

import psycopg2

PRELUDE = """
CREATE TYPE public.status AS ENUM ('active', 'inactive', 'banned');
CREATE TYPE public."Kind" AS ENUM ('A', 'B');
CREATE DOMAIN public.positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN public.label AS text;
CREATE SEQUENCE public.thing_id_seq;
CREATE FUNCTION public.make_id() RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'x' $$;
CREATE FUNCTION public.is_email(text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT $1 LIKE '%@%' $$;
"""

COLUMNS = """i integer|i2 integer|big bigint|small smallint|n numeric(10,2)|num numeric|f double precision|r real|b boolean
b2 boolean|v character varying(50)|v2 character varying|t text|t2 text|c character(3)|e public.status|k public."Kind"|d date
d2 date|ts timestamp without time zone|ts2 timestamp without time zone|tz timestamp with time zone|tz2 timestamp with time zone
tm time without time zone|iv interval|j json|jb jsonb|u uuid|ta text[]|va character varying[]|ia integer[]|ea public.status[]
by bytea|ip inet|tsv tsvector|dom public.positive|lab public.label|rng int4range|"user" text|"Odd Name" text"""
COLUMNS = [c for line in COLUMNS.splitlines() for c in line.split("|")]

DEFAULTS = r"""
boolean: true; false; 't'; 'f'; 'true'; 'false'; '1'; '0'; 'yes'; 'off'; TRUE; 'true'::boolean; (false); 't'::bool; NOT false; NULL
integer: 0; 1; -1; '0'; '1'; '-1'; +1; (1); '1'::integer; 1::int; 1 + 1; (1+1); '5'::int4; 42; 1.0; '007'; NULL; 60 * 60; length('abc'); CAST('3' AS integer)
integer: nextval('thing_id_seq'); nextval('public.thing_id_seq'); nextval('thing_id_seq'::regclass); NULL::integer; extract(epoch from now()); EXTRACT(EPOCH FROM CURRENT_TIMESTAMP)::integer
bigint: 0; '0'; 0::bigint; '0'::bigint; 9223372036854775807; -1; '-1'; CAST(0 AS bigint); (EXTRACT(epoch FROM now()) * 1000)::bigint; extract(epoch from now())::bigint; floor(extract(epoch from now()))
smallint: 0; '0'; 1; 0::smallint; -1
numeric(10,2): 0; 0.0; 0.00; '0'; '0.00'; 1.5; 1.50; -1.5; '1.5'::numeric; 0::numeric(10,2); 1e3; 100
numeric: 0; 1.0; '1'; 1; .5; 0.5; -0.5
double precision: 0; 0.0; '0'; 1.5; '1.5'; 1e10; -0.5; 0::float; '0'::double precision; 0.0::double precision; 'NaN'; 'Infinity'; random(); random() * 100
real: 0; 0.5; '0.5'; 0.5::real
character varying(50): 'x'; ''; 'default'; 'it''s'; E'a\nb'; E'a\\b'; 'x'::varchar; 'x'::character varying; 'x'::text; 'x'::varchar(50); 'x'::character varying(20); NULL; NULL::character varying; 'X'; ' x'; $$x$$; now(); gen_random_uuid(); gen_random_uuid()::text; 5; '5'; true; 'a' || 'b'; concat('a','b'); lower('X'); make_id(); public.make_id(); U&'\0041'; current_user; CURRENT_USER; session_user; user; md5(random()::text); md5('a'::text); substring(md5(random()::text), 1, 8); substr('abc', 2); left('abc', 2); upper(substring(md5(random()::text) from 1 for 6)); encode('abc', 'hex'); to_char(now(), 'YYYY-MM-DD'); replace(gen_random_uuid()::text, '-', ''); CASE WHEN true THEN 'a' ELSE 'b' END
character varying: 'x'; ''; NULL; NULL::varchar; 'x'::text; current_setting('app.user'); current_setting('app.user', true)
text: 'x'; ''; 'x'::text; 'x'::varchar; CAST('x' AS text); NULL; '{}'; '[]'; 'a'||'b'; 'a' || 'b' || 'c'; trim(' a '); trim(both 'x' from 'xax'); trim(leading from ' a'); btrim(' a '); position('a' in 'abc'); overlay('abc' placing 'x' from 2); current_date::text; (current_date)::text; now()::text; timeofday(); quote_ident('A'); repeat('ab', 3); coalesce(null, 'x'); COALESCE(current_setting('a', true), 'x'); nullif('a', 'b'); greatest('a','b'); chr(65); format('%s-%s', 'a', 'b'); 'now'::text; E'\t'; E'it\'s'; '\d+'; version(); 'a;b'; 'a--b'
character(3): 'abc'; 'ab'; 'a'::char; 'a'::bpchar; 'ab'::char(3); ''
public.status: 'active'; 'inactive'; 'active'::status; 'active'::public.status; CAST('active' AS status); ('active')
public."Kind": 'A'; 'A'::"Kind"; 'B'::public."Kind"
date: now(); CURRENT_DATE; current_date; now()::date; '2020-01-01'; '2020-01-01'::date; date '2020-01-01'; DATE '2020-01-02'; CURRENT_TIMESTAMP; 'infinity'; ('now'::text)::date; 'now'::text::date; current_date + 30; CURRENT_DATE + interval '1 day'; (now() + '7 days'::interval); to_date('2020-01-01', 'YYYY-MM-DD')
timestamp without time zone: now(); NOW(); CURRENT_TIMESTAMP; current_timestamp; (now()); (CURRENT_TIMESTAMP); clock_timestamp(); statement_timestamp(); transaction_timestamp(); LOCALTIMESTAMP; localtimestamp(0); CURRENT_TIMESTAMP(3); timezone('utc', now()); timezone('utc'::text, now()); now() at time zone 'utc'; (now() at time zone 'utc'); (now() AT TIME ZONE 'UTC'); CURRENT_TIMESTAMP AT TIME ZONE 'UTC'; timezone('UTC', CURRENT_TIMESTAMP); TIMEZONE('utc', CURRENT_TIMESTAMP); '2020-01-01'; '2020-01-01 00:00:00'; '2020-01-01T00:00:00'::timestamp; timestamp '2020-01-01 00:00:00'; '1970-01-01 00:00:00'; 'epoch'; 'infinity'::timestamp; now()::timestamp; now()::timestamp(0); ('now'::text)::timestamp(6) with time zone; date_trunc('day', now()); date_trunc('hour', now() at time zone 'utc'); now() + interval '1 hour'; now() + interval '24 hours'; now() - interval '1 day'; now() + '1 day'; to_timestamp(0); '2020-01-01 10:20:30.5'; '2020-01-01 10:20:30.50'
timestamp with time zone: now(); CURRENT_TIMESTAMP; now() at time zone 'utc'; timezone('utc', now()); clock_timestamp(); '2020-01-01 00:00:00+00'; '2020-01-01 00:00:00+00'::timestamptz; '2020-01-01T00:00:00Z'; '1970-01-01 00:00:00+00:00'; to_timestamp(0); 'infinity'; now() + interval '30 days'; (now() + '30 days'::interval); now() + '30 day'::interval; date_trunc('day', CURRENT_TIMESTAMP); now()::timestamp with time zone; CURRENT_TIMESTAMP + interval '1' day; make_interval(days => 1) + now()
time without time zone: '10:00'; '10:00:00'; '10:00:00'::time; LOCALTIME; CURRENT_TIME; time '10:00'
interval: '1 day'; '1 day'::interval; interval '1 day'; INTERVAL '24 hours'; '24:00:00'; '00:00:00'; '0'; interval '1' day; '1 month'; '30 days'; '1 week'; '7 days'; '90 minutes'; '1:30'; '1 year 2 months'; '14 months'; 'P1D'; '1 day 02:03:04'; '-1 day'; '5 min'; '1 hour'::interval; make_interval(days => 1); '10 seconds'; '0.5 seconds'
json: '{}'; '{}'::json; '[]'; '{"a":1}'; '{"a": 1}'; 'null'; json_build_object(); json_build_object('a', 1); '[]'::json
jsonb: '{}'; '{}'::jsonb; '{}'::json; '[]'; '[]'::jsonb; '{"a":1}'; '{"a": 1}'; '{"b":1,"a":2}'; '{"a": 2, "b": 1}'; ' [1,2]'; '[1, 2]'; 'null'; 'null'::jsonb; jsonb_build_object(); jsonb_build_object('a', 1); jsonb '{}'; CAST('{}' AS jsonb); '""'; '{"a": "x\u0041"}'; '{"a": 1.0}'; '[{"k": null}, true]'; '{}'::text::jsonb; to_jsonb('a'::text); json_build_object('a', 1)
uuid: gen_random_uuid(); GEN_RANDOM_UUID(); (gen_random_uuid()); (GEN_RANDOM_UUID()); '00000000-0000-0000-0000-000000000000'; 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'; 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid; pg_catalog.gen_random_uuid(); md5(random()::text || clock_timestamp()::text)::uuid
text[]: '{}'; '{}'::text[]; ARRAY[]::text[]; array[]::text[]; ARRAY['a','b']; '{a,b}'; '{a, b}'; ARRAY['a'::text]; array['a','b']::text[]; ARRAY['a','b']::varchar[]; '{}'::varchar[]; '{"a b",c}'; string_to_array('a,b', ',')
character varying[]: '{}'; '{}'::character varying[]; '{}'::varchar[]; ARRAY[]::varchar[]; ARRAY[]::character varying[]; ARRAY['a','b']; '{a,b}'; array['a','b']::varchar[]; '{}'::text[]
integer[]: '{}'; ARRAY[]::integer[]; '{1,2}'; ARRAY[1,2]; ARRAY[1, 2]::integer[]; '{1, 2}'::int[]; ARRAY[-1, 2]; '{{1,2},{3,4}}'
public.status[]: '{}'; '{active}'; ARRAY['active']::status[]; ARRAY['active'::status]; ARRAY[]::public.status[]; '{active}'::status[]
bytea: ''; '\x'; '\x00'; '\xdeadbeef'; '\xDEADBEEF'; decode('00', 'hex'); 'abc'::bytea
inet: '127.0.0.1'; '127.0.0.1'::inet; inet '10.0.0.0/8'; inet_client_addr()
public.positive: 1; '1'; 1::positive; 1::public.positive
public.label: 'x'; 'x'::text; 'x'::label; 'x'::public.label
int4range: '[1,10)'; '[1,9]'; int4range(1, 10); 'empty'
tsvector: ''; to_tsvector('english', ''); to_tsvector('english'::regconfig, 'a b')
"""

BOOLEANS = r"""
i > 0; i>=0; i < 10; i <> 0; i != 0; i = 1; i = 2; (i > 0); ((i > 0)); i > -1; i > - 1; i > '0'; i = '1'; i + 1 > 2; i * 2 = 4; i / 2 = 1; i / 2.0 = 1; i % 2 = 0; mod(i, 2) = 0; -i < 0; abs(i) < 5; i > i2; i >= i2; i2 > i; i > 0.5; i = 1.0; i > big; i > n; i::numeric > 1; i::bigint > 1; i::text = '1'
big > 0; big >= 0; big > '0'; big = 0::bigint; big > 9999999999; big IN (1, 2); big = ANY (ARRAY[1,2]); small > 0; small IN (1, 2); small = 1::smallint; small BETWEEN 1 AND 5
n > 0; n >= 0; n >= 0.0; n >= 0.00; n > 0::numeric; n > 1.5; n > '0'; n IN (1, 2.5); n BETWEEN 0 AND 100; n > i; n * 100 = i; n / 2 > 1; round(n, 1) = n; num > 0; num > 1e3; num >= -1
f > 0; f >= 0.0; f > 0.5; f > 0::double precision; f > '0'; f BETWEEN 0 AND 1; f BETWEEN 0.0 AND 1.0; f >= 0 AND f <= 1; f > i; f > n; r > 0; r > 0.5; r > 0.5::real; r IN (1, 2); r IN (1, 2.5); r IN (i, 1); coalesce(r, 1) > 0; greatest(r, i) > 0; nullif(r, 1) > 0; f <> 'NaN'; f + 1 > 2
b; NOT b; b = true; b = false; b IS TRUE; b IS FALSE; b IS NOT TRUE; b IS NOT FALSE; b IS UNKNOWN; b IS NOT UNKNOWN; b = 't'; b = 'true'; b IS NULL; b IS NOT NULL; b AND b2; b OR b2; b <> b2; b = b2; NOT b AND b2; NOT (b AND b2); b IS DISTINCT FROM b2; b IS NOT DISTINCT FROM b2; NOT b = true; NOT (b IS NULL); true; false; b::int = 1; b::integer + b2::integer = 1; b IS NOT NULL AND b = false; b is true
i IS NULL; i IS NOT NULL; i ISNULL; i NOTNULL; NOT i IS NULL; i IS NOT NULL OR i2 IS NOT NULL; i IS NULL AND i2 IS NULL; (i IS NULL) = (i2 IS NULL); (i IS NULL) <> (i2 IS NULL); (i IS NULL) != (i2 IS NULL); i IS DISTINCT FROM i2; i IS NOT DISTINCT FROM i2; num_nonnulls(i, i2) = 1; num_nulls(i, t) = 1; (i IS NOT NULL)::integer + (i2 IS NOT NULL)::integer = 1; (i IS NOT NULL)::int + (t IS NOT NULL)::int <= 1
(i IS NOT NULL AND i2 IS NULL) OR (i IS NULL AND i2 IS NOT NULL); i IS NOT NULL AND i2 IS NULL OR i IS NULL AND i2 IS NOT NULL; i > 0 AND i < 10 AND i2 > 0; (i > 0 AND i < 10) AND i2 > 0; i > 0 AND (i < 10 AND i2 > 0); i > 0 OR i < 10 OR i2 > 0; i > 0 AND (i < 10 OR i2 > 0); (i > 0 AND i < 10) OR i2 > 0; i > 0 AND i < 10; i > 0 AND NOT i2 > 0; NOT (i > 0 AND i2 > 0)
i IN (1, 2, 3); i IN (1,2); i IN (2,1); i IN (1); i NOT IN (1, 2); i NOT IN (1); NOT i IN (1, 2); NOT (i IN (1, 2)); i IN (1, NULL); i IN (i2, 1); i IN (i2, 1, 2); i NOT IN (i2, 1, 2); i IN (-1, 0, 1); i = ANY (ARRAY[1, 2]); i = ANY ('{1,2}'); i = ANY ('{1,2}'::int[]); i <> ALL (ARRAY[1, 2]); i = ANY (ARRAY[1, 2]::integer[]); i = SOME (ARRAY[1, 2]); i = ANY (ia); i = ALL (ia); i > ANY (ARRAY[1,2]); i IN ('1', '2'); i IN (1, 2.5); i BETWEEN 1 AND 10; i NOT BETWEEN 1 AND 10; i BETWEEN SYMMETRIC 10 AND 1; i BETWEEN 1 AND i2; i BETWEEN 1 AND 10 AND i2 > 0; i >= 1 AND i <= 10
v = 'a'; v <> 'a'; v != 'a'; v = 'b'; v = 'A'; v = ''; v <> ''; v = 'a'::text; v = 'a'::varchar; v::text = 'a'; v = 'it''s'; v > 'a'; v = v2; v = t; v IN ('a', 'b'); v IN ('b', 'a'); v IN ('a', 'b', 'c'); v IN ('a'); v NOT IN ('a', 'b'); v NOT IN ('a'); v IN ('a','b') OR v IS NULL; v IS NULL OR v IN ('a', 'b'); v = ANY (ARRAY['a', 'b']); v = ANY (ARRAY['a'::varchar, 'b'::varchar]); v = ANY (ARRAY['a'::text, 'b'::text]); v = ANY ('{a,b}'); v = ANY ('{a,b}'::text[]); v::text = ANY (ARRAY['a', 'b']::text[]); v <> ALL (ARRAY['a', 'b']); v::text IN ('a', 'b'); NOT (v IN ('a', 'b')); v = 'a' OR v = 'b'; v = ANY (va); v = ANY (ta); v IN (v2, 'a'); v IN ('a', 'b', v2)
v LIKE 'a%'; v LIKE 'b%'; v NOT LIKE 'a%'; v ILIKE 'a%'; v NOT ILIKE 'a%'; v LIKE 'a!%' ESCAPE '!'; v LIKE '%' || v2; v ~ '^a'; v ~* '^a'; v !~ '^a'; v !~* '^a'; v ~~ 'a%'; v SIMILAR TO 'a|b'; v NOT SIMILAR TO 'a|b'; v ~ '^[a-z0-9_]+$'; v ~ '^\d+$'; v ~ E'^\\d+$'; t LIKE 'a%'; t ~ '^[^@]+@[^@]+$'; v LIKE ANY (ARRAY['a%', 'b%']); starts_with(v, 'a'); v ^@ 'a'; NOT v LIKE 'a%'; NOT (v LIKE 'a%')
t = 'a'; t <> 'a'; t = t2; t IN ('a', 'b'); t NOT IN ('a', 'b'); t = ANY (ARRAY['a','b']); t = ANY ('{a,b}'::text[]); t::varchar = 'a'; t > v; t || 'x' = 'ax'; t || t2 = 'ab'; t || i = 'a1'; t || i::text = 'a1'; lower(t) = t; lower(t) = 'a'; upper(v) = v; LOWER(v) = 'a'; length(t) > 0; length(v) > 0; char_length(t) > 0; character_length(v) <= 10; octet_length(t) = 1; length(trim(t)) > 0; length(btrim(t)) > 0; trim(v) <> ''; btrim(v) <> ''; trim(both from t) = t; trim(leading '0' from t) = t; ltrim(t) = t; rtrim(t, 'x') = t; position('@' in t) > 0; position('@' in v) > 0; strpos(t, '@') > 0; substring(t from 1 for 3) = 'abc'; substring(t, 1, 3) = 'abc'; substr(t, 1, 3) = 'abc'; substring(v from '^a') IS NOT NULL; left(t, 1) = 'a'; coalesce(t, '') <> ''; COALESCE(v, '') <> ''; COALESCE(v, t) = 'a'; nullif(t, '') IS NOT NULL; NULLIF(v, '') IS NULL; concat(t, t2) <> ''; md5(t) = t2; replace(t, 'a', 'b') = t2; t = lower(t2); overlay(t placing 'x' from 1 for 2) = t2; t COLLATE "C" = 'a'; t = 'a' COLLATE "C"; length(t) BETWEEN 1 AND 10; length(t) = 64; "user" = 'a'; "Odd Name" = 'a'; "Odd Name" <> "user"; i = 1 AND "user" IS NULL; t IS NOT NULL AND t <> ''; t != '' AND t2 != ''; is_email(t); public.is_email(t); is_email(v); is_email('a@b')
c = 'abc'; c = 'ab'; c IN ('a', 'b'); c = 'a'::char; c::text = 'a'; c <> t; c LIKE 'a%'; length(c) = 3; upper(c) = c
e = 'active'; e <> 'active'; e = 'inactive'; e IN ('active', 'banned'); e NOT IN ('active', 'banned'); e = 'active'::status; e = 'active'::public.status; e = ANY (ARRAY['active', 'banned']::status[]); e = ANY ('{active,banned}'); e::text = 'active'; e > 'active'; e IN ('active'); k = 'A'; k = 'A'::"Kind"; k IN ('A', 'B'); e = 'active' AND k = 'A'; e IS NOT NULL OR k <> 'B'; e = ANY (ea); e::varchar = 'active'
d > '2020-01-01'; d > '2020-01-01'::date; d > date '2020-01-01'; d > '2020-01-02'; d >= d2; d < d2; d <= d2 + 30; d2 - d < 30; d > CURRENT_DATE; d <= now(); d > ts; d BETWEEN '2020-01-01' AND '2020-12-31'; d + interval '1 day' > ts; extract(year from d) > 2000; EXTRACT(YEAR FROM d) > 2000; date_part('year', d) > 2000; extract(month from d) BETWEEN 1 AND 12; extract(dow from ts) = 1; extract(epoch from tz) > 0
ts > '2020-01-01'; ts > '2020-01-01 00:00:00'; ts > '2020-01-01'::timestamp; ts < ts2; ts <= ts2; ts > now(); ts > CURRENT_TIMESTAMP; ts > tz; ts::date = d; date(ts) = d; CAST(ts AS date) = d; date_trunc('day', ts) = ts; date_trunc('month', ts) = ts2; ts2 - ts > interval '1 day'; ts2 - ts > '1 day'; ts2 > ts + interval '1 hour'; ts2 > ts + '01:00:00'::interval; age(ts2, ts) > '1 year'; ts AT TIME ZONE 'utc' = tz; tz > ts; tz > now(); tz >= tz2; tz2 > tz; tz > '2020-01-01 00:00:00+00'; tz > '2020-01-01T00:00:00Z'; (tz AT TIME ZONE 'utc')::date = d; timezone('utc', tz) = ts; tz AT TIME ZONE 'UTC' = ts; tz IS NULL OR tz > tz2; tm > '10:00'; tm BETWEEN '09:00' AND '17:00'; iv > '0'; iv > interval '0'; iv > '1 hour'; iv >= '00:00:00'::interval; isfinite(tz); tz + iv > tz2; ts::time = tm
jb ->> 'a' = 'x'; (jb ->> 'a') = 'x'; (jb->>'a') IN ('x', 'y'); jb -> 'a' = '1'; jb -> 'a' -> 'b' IS NULL; jb -> 'a' ->> 'b' = 'x'; jb #>> '{a,b}' = 'x'; jb #> '{a}' IS NOT NULL; jb ? 'a'; jb ?| array['a','b']; jb ?& array['a','b']; jb @> '{"a": 1}'; jb @> '{"a":1}'::jsonb; jb <@ '{}'; jb = '{}'; jb <> '{}'::jsonb; jb IS NOT NULL; jsonb_typeof(jb) = 'object'; jsonb_typeof(jb -> 'a') = 'array'; jsonb_array_length(jb) > 0; jsonb_array_length(jb -> 'a') > 0; (jb ->> 'a')::int > 5; (jb ->> 'a')::integer > 5; (jb->>'a')::boolean; (jb->>'a')::boolean IS TRUE; CAST(jb ->> 'a' AS integer) > 5; jb -> 0 IS NOT NULL; jb ->> 0 = 'a'; j ->> 'a' = 'x'; json_typeof(j) = 'object'; j::jsonb = '{}'; j::text <> 'null'; jb::text <> 'null'; jsonb_path_exists(jb, '$.a'); jsonb_path_exists(jb, '$.*?(@.type() != "string")'); NOT jsonb_path_exists(jb, '$.a'); jb || '{}' = jb; jb - 'a' = '{}'; jb @? '$.a'; jb @@ '$.a == 1'; coalesce(jb, '{}') = '{}'; COALESCE(jb ->> 'a', '') = ''; (jb ->> 'd')::date > '2020-01-01'
ta @> ARRAY['a']; ta @> ARRAY['a']::text[]; ta && '{a,b}'; ta <@ ARRAY['a','b']; ta = '{}'; ta <> '{}'; ta <> '{}'::text[]; array_length(ta, 1) > 0; cardinality(ta) > 0; cardinality(va) > 0; 'a' = ANY (ta); 'a' = ANY (va); 'a' <> ALL (ta); ta[1] = 'a'; ta[1:2] = '{a,b}'; va @> ARRAY['a']::varchar[]; va && ARRAY['a','b']::varchar[]; ia @> ARRAY[1]; 1 = ANY (ia); ia[1] > 0; array_position(ta, NULL) IS NULL; ea @> '{active}'; ea <@ ARRAY['active','banned']::status[]; 'active' = ANY (ea); array_to_string(ta, ',') <> ''; ta || 'a' = ta
u = '00000000-0000-0000-0000-000000000000'; u IS NOT NULL; u <> 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'; u::text LIKE 'a%'; u IN ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a12'); octet_length(by) = 32; by <> ''; length(by) > 0; ip = '127.0.0.1'; ip << '10.0.0.0/8'; family(ip) = 4; tsv @@ to_tsquery('english', 'a'); tsv @@ 'a'; dom > 5; dom IN (1, 2); dom = 1::positive; lab = 'x'; lab <> ''; lab IN ('a', 'b'); rng @> 5; NOT isempty(rng); lower(rng) > 0; rng && '[1,2]'
CASE WHEN b THEN i > 0 ELSE i2 > 0 END; CASE WHEN v = 'a' THEN t IS NOT NULL ELSE true END; CASE v WHEN 'a' THEN i = 1 WHEN 'b' THEN i = 2 END; CASE WHEN i IS NULL THEN 0 ELSE 1 END = 1; CASE WHEN i IS NULL THEN 0 ELSE 1 END + CASE WHEN i2 IS NULL THEN 0 ELSE 1 END = 1; CASE i WHEN 1 THEN 'a' ELSE 'b' END = t; (i, i2) = (1, 2); (i, i2) <> (1, 2); (i, i2) < (1, 2); ROW(i, i2) = ROW(1, 2); (i, i2) IS NOT NULL; greatest(i, i2) > 0; GREATEST(i, 0) = i; least(n, 1) > 0; i & 1 = 1; i | 1 = 1; i # 1 = 1; i << 1 = 2; ~ i = 1; i ^ 2 = 4; power(i, 2) = 4; |/ f > 1; @ i = 1; floor(f) = f; ceil(n) = n; round(f) = f; sqrt(f) > 1; trunc(n) = n; abs(n) >= 0; i BETWEEN 0 AND 100 AND (v IS NOT NULL OR t IS NOT NULL); event IS NULL; 1 = 1; i = i; now() > tz; i > 0 IS TRUE; (i > 0) IS NOT FALSE; v IS NOT NULL AND length(v) >= 3 AND v !~ '\s'; (t IS NULL AND v IS NULL) OR (t IS NOT NULL AND v IS NOT NULL); pg_catalog.length(t) > 0; i OPERATOR(pg_catalog.>) 0; i::integer > 0; i::int4 > 0; v::varchar(10) = 'a'; v::char(3) = 'a'; n::integer = 1; n::numeric(5,1) = 1; t::integer > 0; t::timestamp > ts; t::date = d; t::uuid = u; cast(t as double precision) > 1.5; 'a' = v; 0 < i; 0 <= n; 'active' = e; CURRENT_USER = v; current_user = t; session_user <> t; i >= 0 AND i <= 100 AND n >= 0
"""

INDEXED = r"""
lower(v); LOWER(v); lower(t); lower((v)::text); upper(v); lower(v) || lower(v2); (v || v2); v || ' ' || v2; t || t2; coalesce(v, ''); COALESCE(t, ''); COALESCE(i, 0); COALESCE(i, -1); coalesce(n, 0); coalesce(e, 'active'); COALESCE(u, '00000000-0000-0000-0000-000000000000'); COALESCE(ts, '1970-01-01'); COALESCE(d, 'infinity'); COALESCE(v, t); COALESCE(i, i2); md5(t); md5(v); COALESCE(md5(v), 'NULL'); (jb ->> 'a'); jb ->> 'b'; (jb -> 'a' ->> 'b'); (jb #>> '{a,b}'); ((jb ->> 'a')::int); (jb->>'a')::integer; ((jb ->> 'a')::varchar); jb -> 'a'; (i + i2); i + 1; i - i2; i * 2; (n * 100)::integer; abs(i); date(ts); ts::date; (ts AT TIME ZONE 'utc'); date_trunc('day', ts); date_trunc('hour', tz AT TIME ZONE 'UTC'); extract(year from d); EXTRACT(epoch FROM ts); date_part('year', ts); to_tsvector('english', t); to_tsvector('english', coalesce(t, '') || ' ' || coalesce(t2, '')); to_tsvector('english'::regconfig, v); to_tsvector('simple', coalesce(v, '')); substring(t from 1 for 100); substring(t, 1, 100); substr(t, 1, 100); left(t, 100); "left"(t, 50); length(t); char_length(v); trim(v); btrim(v); reverse(t); replace(v, '-', ''); CASE WHEN b THEN i END; CASE WHEN b THEN i ELSE i2 END; CASE WHEN e = 'active' THEN 1 ELSE 0 END; nullif(t, ''); (b IS TRUE); b IS NOT NULL; (i IS NULL); (e = 'active'); i::text; (i)::bigint; t::varchar; v::text; v::varchar(10); (j ->> 'a'); lower(jb ->> 'email'); lower((jb ->> 'email')); regexp_replace(t, '[^0-9]', '', 'g'); encode(by, 'hex'); array_length(ta, 1); greatest(ts, ts2); greatest(i, 0); least(i, i2); hashtext(t); mod(i, 10); i % 10; -i; (t COLLATE "C"); t COLLATE "POSIX"; lower("Odd Name"); timezone('utc', tz); ta[1]; ip::text; position('@' in t); is_email(t); int4range(i, i2); int4range(i, i2, '[]'); tstzrange(tz, tz2); tsrange(ts, ts2, '[)')
"""

GENERATED = r"""
integer: i + i2; i * 2; (i + 1); length(t); length(v); i - i2; COALESCE(i, 0); (jb ->> 'a')::integer; n::integer; array_length(ta, 1); extract(year from d)::integer; i; CASE WHEN b THEN 1 ELSE 0 END
bigint: i + i2; big - i; i::bigint * 2; (big - big); i; 5
numeric: n * i; n * 1.2; n / 100; round(n * 1.1, 2); i; COALESCE(n, 0) + COALESCE(num, 0)
text: t || t2; t || ' ' || t2; v || v2; lower(t); upper(v); v; jb ->> 'a'; (jb ->> 'a')::text; coalesce(t, '') || coalesce(v, ''); CASE WHEN b THEN 'yes' ELSE 'no' END; md5(t); left(t, 10); i::text; 'x'; trim(t)
character varying(50): v || v2; lower(v); t; jb ->> 'a'; (jb ->> 'a')::varchar; left(t, 50); v::varchar(50)
boolean: i > 0; v = 'a'; e = 'active'; b IS TRUE; (jb ->> 'a')::boolean; COALESCE(((jb #>> '{metadata,phoenix}'))::boolean, false); t IS NOT NULL; v IN ('a', 'b'); NOT b
tsvector: to_tsvector('english', t); to_tsvector('english', coalesce(t, '')); setweight(to_tsvector('english', coalesce(t, '')), 'A') || setweight(to_tsvector('english', coalesce(v, '')), 'B'); to_tsvector('english', t || ' ' || t2)
timestamp without time zone: ts + interval '1 day'; ts + '1 day'; date_trunc('day', ts); ts + iv; d; d + tm
date: ts::date; d + 1; (tz AT TIME ZONE 'utc')::date; date(ts)
"""


def rows():
    for block, kind in ((DEFAULTS, "default"), (GENERATED, "generated")):
        for line in block.strip().splitlines():
            ty, _, rest = line.partition(": ")
            for expr in split(rest):
                yield kind, ty, expr
    for line in BOOLEANS.strip().splitlines():
        for expr in split(line):
            yield "check", "", expr
            yield "predicate", "", expr
    for expr in split(INDEXED.strip().replace("\n", "; ")):
        yield "index", "", expr


def split(text):
    """Splits at `; ` outside quotes."""
    part, quoted = "", False
    for piece in text.split("; "):
        part = part + "; " + piece if quoted else piece
        quoted = part.count("'") % 2 == 1
        if not quoted and part.strip():
            yield part.strip()


def attempt(cursor, make):
    cursor.execute("SAVEPOINT a")
    try:
        return make()
    except psycopg2.Error:
        return None
    finally:
        cursor.execute("ROLLBACK TO SAVEPOINT a")


def one(cursor, sql):
    cursor.execute(sql)
    row = cursor.fetchone()
    return row and row[0]


def printed(cursor, kind, ty, expr, path):
    """Makes a table with the expression and reads it as pg_dump does."""
    def make():
        cursor.execute("SET LOCAL search_path = " + path)
        columns = ", ".join(COLUMNS)
        if kind == "default":
            cursor.execute(f"CREATE TABLE public.x ({columns}, target {ty} DEFAULT {expr})")
        elif kind == "generated":
            cursor.execute(f"CREATE TABLE public.x ({columns}, target {ty} GENERATED ALWAYS AS ({expr}) STORED)")
        elif kind == "check":
            cursor.execute(f"CREATE TABLE public.x ({columns}, CONSTRAINT k CHECK ({expr}))")
        else:
            cursor.execute(f"CREATE TABLE public.x ({columns})")
            if kind == "index":
                cursor.execute(f"CREATE INDEX k ON public.x USING btree (({expr}))")
            else:
                cursor.execute(f"CREATE INDEX k ON public.x USING btree (i) WHERE {expr}")
        cursor.execute("SET LOCAL search_path = ''")
        if kind in ("default", "generated"):
            return one(cursor, "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'public.x'::regclass") or "(none)"
        if kind == "check":
            text = one(cursor, "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'public.x'::regclass AND contype = 'c'")
            return text[len("CHECK ("):-1]
        text = one(cursor, "SELECT pg_get_indexdef('public.k'::regclass)")
        if kind == "index":
            return text[len("CREATE INDEX k ON public.x USING btree ("):-1]
        return text.split(" WHERE ", 1)[1] if " WHERE " in text else "(none)"
    return attempt(cursor, make)


def value(cursor, ty, expr):
    """The value of a default that is a constant: the same now and later, for anybody."""
    words = ("now", "random", "current", "timestamp(", "nextval", "uuid(", "user", "local", "version", "timeofday", "client", "make_id")
    if any(word in expr.lower().replace("'now'::text", "now") for word in words):
        return ""
    def make():
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        text = one(cursor, f"SELECT ({expr})::{ty}::text")
        return "NULL" if text is None else "=" + text
    return attempt(cursor, make) or ""


def main(urls):
    recorded = {row: [""] for row in rows()}
    for url in urls:
        admin = psycopg2.connect(url)
        admin.autocommit = True
        admin.cursor().execute("DROP DATABASE IF EXISTS restamp_oracle")
        admin.cursor().execute("CREATE DATABASE restamp_oracle")
        connection = psycopg2.connect(url.rsplit("/", 1)[0] + "/restamp_oracle")
        cursor = connection.cursor()
        cursor.execute(PRELUDE)
        for (kind, ty, expr), cells in recorded.items():
            first = printed(cursor, kind, ty, expr, "public")
            second = first if first in (None, "(none)") else printed(cursor, kind, ty, first, "''")
            if kind == "default" and not cells[0]:
                cells[0] = value(cursor, ty, expr)
            cells += [first or "-", second or "-"]
        connection.close()
        admin.cursor().execute("DROP DATABASE restamp_oracle")
    print("# " + "|".join(COLUMNS))
    for (kind, ty, expr), (constant, *cells) in recorded.items():
        if all(cell == "-" for cell in cells):
            print("refused everywhere:", kind, ty, expr, file=sys.stderr)
            continue
        kept = [cell if at == 0 or cell != cells[at - 1] else "" for at, cell in enumerate(cells)]
        print("\t".join(escape(text) for text in (kind, ty, expr, constant, *kept)))


def escape(text):
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")


main(sys.argv[1:])
