//! The differ on small catalogs.

/// The invariant of this folder.
#[test]
fn nothing_here_knows_a_kind() {
    for (name, source) in [
        ("mod.rs", include_str!("mod.rs")),
        ("attrs.rs", include_str!("attrs.rs")),
        ("names.rs", include_str!("names.rs")),
    ] {
        for word in [concat!("Object", "::"), concat!("Kind", "::")] {
            assert!(!source.contains(word), "{name} names a kind: {word}");
        }
    }
}
