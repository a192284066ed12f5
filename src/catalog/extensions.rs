//! What the well-known extensions bring: the types that columns may have, and what they require.
//!
//! Functions and operator classes are not listed: no command is refused for the lack of one.

use crate::pg::ident::Ident;

/// Types of extensions that have no `typmodin` function.
pub(super) fn takes_no_modifier(ty: &str) -> bool {
    const TYPES: &[&str] = &["citext", "hstore", "ltree", "lquery", "ltxtquery", "cube", "seg", "isbn"];
    TYPES.contains(&ty)
}

/// An extension, its types, and the extensions that it requires.
struct Known {
    name: &'static str,
    types: &'static [&'static str],
    requires: &'static [&'static str],
}

const fn plain(name: &'static str) -> Known {
    Known { name, types: &[], requires: &[] }
}

const fn with(name: &'static str, types: &'static [&'static str]) -> Known {
    Known { name, types, requires: &[] }
}

/// From the extensions' own SQL scripts (`contrib/*/*.sql` and the projects' own).
const KNOWN: &[Known] = &[
    plain("adminpack"),
    plain("amcheck"),
    plain("autoinc"),
    plain("bloom"),
    plain("btree_gin"),
    with("btree_gist", &["gbtreekey4", "gbtreekey8", "gbtreekey16", "gbtreekey32", "gbtreekey_var"]),
    with("citext", &["citext"]),
    with("cube", &["cube"]),
    plain("dblink"),
    plain("dict_int"),
    Known { name: "earthdistance", types: &["earth"], requires: &["cube"] },
    plain("file_fdw"),
    plain("fuzzystrmatch"),
    with("hstore", &["hstore", "ghstore"]),
    plain("insert_username"),
    with("intarray", &["query_int", "intbig_gkey"]),
    with("isn", &["ean13", "isbn13", "ismn13", "issn13", "isbn", "ismn", "issn", "upc"]),
    plain("lo"),
    with("ltree", &["ltree", "ltree_gist", "lquery", "ltxtquery"]),
    plain("moddatetime"),
    plain("pageinspect"),
    plain("pg_buffercache"),
    plain("pg_cron"),
    plain("pg_freespacemap"),
    plain("pg_partman"),
    plain("pg_prewarm"),
    plain("pg_stat_statements"),
    with("pg_trgm", &["gtrgm"]),
    plain("pg_visibility"),
    plain("pgcrypto"),
    plain("pgrowlocks"),
    plain("pgstattuple"),
    plain("plpgsql"),
    plain("postgres_fdw"),
    with(
        "postgis",
        &["geometry", "geography", "box2d", "box2df", "box3d", "gidx", "spheroid", "geometry_dump", "valid_detail"],
    ),
    Known {
        name: "postgis_raster",
        types: &[
            "raster",
            "rastbandarg",
            "geomval",
            "addbandarg",
            "agg_samealignment",
            "reclassarg",
            "summarystats",
            "unionarg",
        ],
        requires: &["postgis"],
    },
    Known {
        name: "postgis_topology",
        types: &[
            "topogeometry",
            "getfaceedges_returntype",
            "topoelement",
            "topoelementarray",
            "validatetopology_returntype",
        ],
        requires: &["postgis"],
    },
    Known { name: "postgis_sfcgal", types: &[], requires: &["postgis"] },
    Known { name: "postgis_tiger_geocoder", types: &["norm_addy"], requires: &["postgis", "fuzzystrmatch"] },
    with("seg", &["seg"]),
    plain("sslinfo"),
    plain("tablefunc"),
    plain("tcn"),
    with("timescaledb", &[]),
    plain("tsm_system_rows"),
    plain("tsm_system_time"),
    plain("unaccent"),
    plain("uuid-ossp"),
    with("vector", &["vector", "halfvec", "sparsevec"]),
    plain("xml2"),
];

/// Types of `pg_catalog` that columns rarely have; the common ones are in `pg::types`.
pub(super) const SYSTEM_TYPES: &[&str] = &[
    "aclitem",
    "any",
    "anycompatible",
    "bpchar",
    "cstring",
    "gtsvector",
    "int2vector",
    "oidvector",
    "pg_mcv_list",
    "pg_ndistinct",
    "pg_dependencies",
    "pg_node_tree",
    "pg_snapshot",
    "refcursor",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regoper",
    "regoperator",
    "txid_snapshot",
    "unknown",
    "varbit",
];

fn find(name: &Ident) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name.as_str())
}

/// Whether it is known what the extension brings.
pub(super) fn is_known(name: &Ident) -> bool {
    find(name).is_some()
}

/// Whether the extension may bring a relation of that name, which no dump holds: from the extensions' own SQL scripts. Those with many
/// have them in schemas of their own.
pub(super) fn may_bring(extension: &Ident, relation: &Ident) -> bool {
    let relations: &[&str] = match extension.as_str() {
        "postgis" => {
            &["spatial_ref_sys", "geometry_columns", "geography_columns", "raster_columns", "raster_overviews"]
        }
        "postgis_raster" => &["raster_columns", "raster_overviews"],
        "pg_stat_statements" => &["pg_stat_statements", "pg_stat_statements_info"],
        "pg_buffercache" => &["pg_buffercache"],
        "pg_cron" | "pg_partman" | "postgis_tiger_geocoder" | "postgis_topology" | "timescaledb" => return true,
        name => return find(&Ident::new(name)).is_none(),
    };
    relations.contains(&relation.as_str())
}

/// The types that the extension brings.
pub(super) fn types(name: &Ident) -> &'static [&'static str] {
    find(name).map_or(&[], |known| known.types)
}

/// Extensions that bring no operators and no operator classes, nor functions of names that `pg_catalog` has.
pub(super) fn brings_no_operators(name: &Ident) -> bool {
    const PLAIN: &[&str] =
        &["dblink", "pg_cron", "pg_partman", "pg_stat_statements", "pgcrypto", "plpgsql", "unaccent", "uuid-ossp"];
    PLAIN.contains(&name.as_str())
}

/// Extensions that leave the comparisons of PostgreSQL's own types, and their concatenation and matching, as they are: what they bring
/// has types of their own, or other names; and nothing of PostgreSQL's becomes implicitly what is theirs.
pub(super) fn leaves_comparisons(name: &Ident) -> bool {
    const LEAVES: &[&str] = &[
        "btree_gin",
        "btree_gist",
        "citext",
        "cube",
        "fuzzystrmatch",
        "hstore",
        "intarray",
        "ltree",
        "pg_trgm",
        "postgres_fdw",
        "seg",
        "tablefunc",
        "vector",
    ];
    LEAVES.contains(&name.as_str()) || brings_no_operators(name)
}

/// Whether the extension brings functions of a name that `pg_catalog` has, too.
pub(super) fn shares(extension: &Ident, function: &str) -> bool {
    const OF_CITEXT: &[&str] = &[
        "max",
        "min",
        "regexp_match",
        "regexp_matches",
        "regexp_replace",
        "regexp_split_to_array",
        "regexp_split_to_table",
        "replace",
        "split_part",
        "strpos",
        "translate",
    ];
    match extension.as_str() {
        "citext" => OF_CITEXT.contains(&function),
        "intarray" => function == "querytree",
        "vector" => matches!(function, "avg" | "sum"),
        _ => false,
    }
}

/// Whether what the extension brings under that name is stable or volatile, whatever it is given: from a server with all of contrib.
/// What nobody would compute an index from (functions that look into pages, handlers) is left out.
pub(super) fn is_mutable(extension: &Ident, function: &str) -> bool {
    let mutable: &[&str] = match extension.as_str() {
        "pg_trgm" => &["set_limit", "show_limit"],
        "pgcrypto" => &[
            "gen_random_bytes",
            "gen_random_uuid",
            "gen_salt",
            "pgp_pub_encrypt",
            "pgp_pub_encrypt_bytea",
            "pgp_sym_encrypt",
            "pgp_sym_encrypt_bytea",
        ],
        "sslinfo" => return function.starts_with("ssl_"),
        "tablefunc" => &["normal_rand"],
        "unaccent" => &["unaccent"],
        "uuid-ossp" => &["uuid_generate_v1", "uuid_generate_v1mc", "uuid_generate_v4"],
        _ => &[],
    };
    mutable.contains(&function)
}

/// The extensions that must be there before.
pub(super) fn requires(name: &Ident) -> &'static [&'static str] {
    find(name).map_or(&[], |known| known.requires)
}
