//! Law 2 over generated commands, and law 5.

use proptest::prelude::*;

use super::{parse, parse_one};
use crate::pg::command::*;
use crate::pg::expr::Expr;
use crate::pg::ident::{Ident, QName};
use crate::pg::types::DataType;
use crate::sql::dump::{DumpOptions, DumpReader};

fn ident() -> impl Strategy<Value = Ident> {
    prop_oneof![
        "[a-z_][a-z0-9_]{0,8}",
        Just("select".to_string()),
        Just("check".to_string()),
        Just("Weird \"; -- name".to_string()),
        Just("ünï🙂".to_string()),
    ]
    .prop_map(|name| Ident::new(&name))
}

fn qname() -> impl Strategy<Value = QName> {
    (prop::option::of(ident()), ident()).prop_map(|(schema, name)| QName { schema, name })
}

fn expr() -> impl Strategy<Value = Expr> {
    const EXPRS: &[&str] = &[
        "1",
        "now()",
        "'a''b'::text",
        "NULL",
        "a > 0 AND b IS NOT NULL",
        "CASE WHEN a THEN 1 ELSE 2 END",
        "ARRAY[1, 2]",
        "(a + 1)",
    ];
    prop::sample::select(EXPRS).prop_map(Expr::parse)
}

fn default() -> impl Strategy<Value = Expr> {
    prop::sample::select(&["1", "now()", "'a''b'::text", "NULL", "(a IS NULL)", "CASE WHEN true THEN 1 END", "-1"][..])
        .prop_map(Expr::parse)
}

fn ty() -> impl Strategy<Value = DataType> {
    const TYPES: &[&str] = &[
        "int",
        "varchar(3)",
        "timestamp(3) with time zone",
        "text[]",
        "public.\"My Type\"",
        "numeric(3,1)",
        "interval day to second(2)",
        "bpchar",
    ];
    prop::sample::select(TYPES).prop_map(|text| DataType::parse(text).expect("a type"))
}

fn idents() -> impl Strategy<Value = Vec<Ident>> {
    prop::collection::vec(ident(), 1..3)
}

fn options() -> impl Strategy<Value = SequenceOptions> {
    (
        prop::option::of(any::<i64>()),
        prop::option::of(prop::option::of(any::<i64>())),
        prop::option::of(any::<bool>()),
        prop::option::of(prop::option::of((qname(), ident()))),
    )
        .prop_map(|(start, min_value, cycle, owned_by)| SequenceOptions {
            start,
            min_value,
            cycle,
            owned_by,
            ..Default::default()
        })
}

fn deferrable() -> impl Strategy<Value = Option<Deferrable>> {
    prop::option::of(prop::sample::select(
        &[Deferrable::NotDeferrable, Deferrable::InitiallyImmediate, Deferrable::InitiallyDeferred][..],
    ))
}

fn constraint() -> impl Strategy<Value = ConstraintDef> {
    let kind = prop_oneof![
        (expr(), any::<bool>()).prop_map(|(expr, no_inherit)| ConstraintKind::Check { expr, no_inherit }),
        (ident(), any::<bool>()).prop_map(|(column, no_inherit)| ConstraintKind::NotNull { column, no_inherit }),
        (idents(), prop::collection::vec(ident(), 0..2), any::<bool>()).prop_map(
            |(columns, include, nulls_not_distinct)| {
                ConstraintKind::Unique(KeyOptions {
                    columns,
                    include,
                    nulls_not_distinct,
                    with: Vec::new(),
                    using_index: None,
                })
            }
        ),
        ident().prop_map(|index| ConstraintKind::PrimaryKey(KeyOptions {
            using_index: Some(index),
            ..Default::default()
        })),
        (idents(), qname(), prop::collection::vec(ident(), 0..3), any::<bool>()).prop_map(
            |(columns, table, referenced, set)| {
                let on_delete = set.then(|| "SET NULL".to_string());
                ConstraintKind::ForeignKey(ForeignKey {
                    columns,
                    table,
                    referenced,
                    on_delete,
                    on_update: None,
                    matching: None,
                })
            }
        ),
        (key(), prop::option::of(expr())).prop_map(|(key, predicate)| ConstraintKind::Exclude {
            method: Ident::new("gist"),
            elements: vec![(key, "&&".to_string())],
            predicate,
        }),
    ];
    (prop::option::of(ident()), kind, deferrable(), any::<bool>()).prop_map(|(name, kind, deferrable, not_valid)| {
        ConstraintDef { name, kind, deferrable, not_valid, not_enforced: false }
    })
}

fn key() -> impl Strategy<Value = IndexKey> {
    let target = prop_oneof![
        ident().prop_map(KeyTarget::Column),
        Just(KeyTarget::Expr(Expr::parse("lower(a)"))),
        Just(KeyTarget::Expr(Expr::parse("a + 1"))),
    ];
    let opclass = prop::option::of(Just("public.gist_ltree_ops(siglen=100)".to_string()));
    (target, prop::option::of(qname()), opclass, any::<bool>(), any::<Option<bool>>()).prop_map(
        |(target, collation, opclass, descending, nulls_first)| IndexKey {
            target,
            collation,
            opclass,
            descending,
            nulls_first,
        },
    )
}

fn column() -> impl Strategy<Value = ColumnDef> {
    let constraint = prop_oneof![
        (prop::option::of(ident()), any::<bool>())
            .prop_map(|(name, no_inherit)| ColumnConstraint::NotNull { name, no_inherit }),
        Just(ColumnConstraint::Null),
        default().prop_map(ColumnConstraint::Default),
        (prop::option::of(qname()), options()).prop_map(|(sequence_name, options)| {
            ColumnConstraint::Identity(Identity { kind: IdentityKind::ByDefault, sequence_name, options })
        }),
        (expr(), any::<bool>()).prop_map(|(expr, stored)| ColumnConstraint::Generated { expr, stored }),
    ];
    let ty = prop_oneof![ty().prop_map(ColumnType::Type), Just(ColumnType::Serial(Serial::BigSerial))];
    (ident(), ty, prop::option::of(qname()), prop::collection::vec(constraint, 0..4)).prop_map(
        |(name, ty, collation, constraints)| {
            let collation = collation.map(Collation::Named);
            ColumnDef { name, ty, collation, constraints }
        },
    )
}

fn action() -> impl Strategy<Value = AlterAction> {
    prop_oneof![
        (column(), any::<bool>()).prop_map(|(column, if_not_exists)| AlterAction::AddColumn { column, if_not_exists }),
        (ident(), any::<bool>()).prop_map(|(name, if_exists)| AlterAction::DropColumn {
            name,
            if_exists,
            behavior: Behavior::Cascade
        }),
        (ident(), ty(), prop::option::of(qname()), prop::option::of(expr())).prop_map(
            |(column, ty, collation, using)| {
                let collation = collation.map(Collation::Named);
                AlterAction::AlterType { column, ty, collation, using }
            }
        ),
        (ident(), prop::option::of(expr())).prop_map(|(column, default)| AlterAction::SetDefault { column, default }),
        (ident(), any::<bool>()).prop_map(|(column, not_null)| AlterAction::SetNotNull { column, not_null }),
        constraint().prop_map(AlterAction::AddConstraint),
        (ident(), ident()).prop_map(|(from, to)| AlterAction::RenameConstraint { from, to }),
        (ident(), ident()).prop_map(|(from, to)| AlterAction::RenameColumn { from, to }),
        ident().prop_map(|role| AlterAction::OwnerTo { role }),
        Just(AlterAction::RowSecurity { mode: "NO FORCE" }),
    ]
}

fn command() -> impl Strategy<Value = Command> {
    let behavior = prop::sample::select(&[Behavior::Restrict, Behavior::Cascade][..]);
    let names = prop::collection::vec(qname(), 1..3);
    let drop = (names, any::<bool>(), behavior)
        .prop_map(|(names, if_exists, behavior)| Drop { names, if_exists, behavior })
        .boxed();
    prop_oneof![
        (qname(), any::<bool>(), prop::collection::vec(column(), 0..4), prop::collection::vec(constraint(), 0..3))
            .prop_map(|(name, flag, columns, constraints)| Command::Table(Table::Create(Box::new(CreateTable {
                name,
                if_not_exists: flag,
                temporary: false,
                unlogged: flag,
                columns,
                constraints,
                inherits: Vec::new(),
                partition_by: flag.then(|| "RANGE (a, lower(b))".to_string()),
                partition_of: None,
                like: None,
                query: None,
                suffix: String::new(),
            })))),
        (qname(), any::<bool>(), any::<bool>(), prop::collection::vec(action(), 1..4)).prop_map(
            |(name, if_exists, only, actions)| Command::Table(Table::Alter { name, if_exists, only, actions })
        ),
        (
            prop::option::of(ident()),
            qname(),
            prop::collection::vec(key(), 1..3),
            prop::option::of(expr()),
            any::<bool>()
        )
            .prop_map(|(name, table, keys, predicate, flag)| Command::CreateIndex(CreateIndex {
                if_not_exists: flag && name.is_some(),
                name,
                unique: flag,
                concurrently: flag,
                table,
                only: !flag,
                method: flag.then(|| Ident::new("gin")),
                keys,
                include: Vec::new(),
                nulls_not_distinct: flag,
                with: vec![("fillfactor".to_string(), "70".to_string())],
                tablespace: None,
                predicate,
            })),
        (qname(), any::<bool>(), options()).prop_map(|(name, flag, options)| Command::Sequence(Sequence::Create {
            name,
            if_not_exists: flag,
            temporary: !flag,
            unlogged: false,
            options
        })),
        (qname(), prop::collection::vec(".{0,6}", 0..3))
            .prop_map(|(name, labels)| Command::Type(Type::CreateEnum { name, labels })),
        (qname(), ".{0,6}", ".{0,6}").prop_map(|(name, label, other)| Command::Type(Type::AddValue {
            name,
            if_not_exists: true,
            label,
            position: Some(EnumPosition::After(other)),
        })),
        (qname(), ty(), prop::option::of(default()), any::<bool>()).prop_map(|(name, ty, default, not_null)| {
            Command::Type(Type::CreateDomain { name, ty, collation: None, default, not_null, constraints: Vec::new() })
        }),
        (qname(), ident(), ".{1,9}").prop_map(|(table, column, text)| Command::Comment(Comment {
            target: CommentTarget::Column(table, column),
            text: Some(text),
        })),
        (drop.clone(), any::<bool>()).prop_map(|(drop, materialized)| Command::View(View::Drop { drop, materialized })),
        (drop, any::<bool>()).prop_map(|(drop, domain)| Command::Type(Type::Drop { drop, domain })),
        (ident(), qname(), prop::option::of(expr()), idents()).prop_map(|(name, table, using, roles)| {
            Command::Policy(Policy::Create {
                name,
                table,
                restrictive: true,
                command: None,
                roles,
                check: using.clone(),
                using,
            })
        }),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(command in command()) {
        let sql = command.to_string();
        prop_assert_eq!(parse_one(&sql), Some(command), "{}", sql);
    }

    #[test]
    fn no_text_panics(text in "(?s).{0,60}", at in 0usize..400, command in command()) {
        parse(&text);
        let mut sql = command.to_string();
        let mut at = at.min(sql.len());
        while !sql.is_char_boundary(at) {
            at -= 1;
        }
        sql.insert_str(at, &text);
        parse(&sql);
        sql.truncate(at);
        parse(&sql);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), chunk in 1usize..50) {
        let mut reader = DumpReader::new("x");
        bytes.chunks(chunk).for_each(|chunk| reader.feed(chunk));
        reader.finish().read(&DumpOptions::default(), &mut crate::source::Sources::default());
    }
}
