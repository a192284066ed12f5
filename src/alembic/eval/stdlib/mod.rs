//! The standard library, as far as revisions use it: one file per module or group, one line per file in [`INSTALL`].
//!
//! What is not modelled of a module is unknown, and so is what depends on the clock, on chance, on files and on the environment.

mod abc;
mod asyncio;
mod collections;
mod contextlib;
mod counter;
mod dataclasses;
mod datetime;
mod decimal;
mod enums;
mod files;
mod flags;
mod functools;
mod hashlib;
mod itertools;
mod json;
mod misc;
mod moment;
mod names;
mod os;
mod packaging;
mod pathlib;
mod re;
mod sha1;
mod template;
mod typing;

use super::Vm;

pub(super) use enums::members as enum_members;
pub(super) use files::open;
pub(super) use functools::Partial;
pub(super) use names::{is_bystander, is_standard};
pub use typing::Union;
pub(super) use typing::{alias, union};

/// What adds modules to an interpreter.
const INSTALL: &[fn(&mut Vm)] = &[
    abc::install,
    asyncio::install,
    collections::install,
    contextlib::install,
    dataclasses::install,
    datetime::install,
    decimal::install,
    enums::install,
    files::install,
    functools::install,
    hashlib::install,
    itertools::install,
    json::install,
    misc::install,
    os::install,
    packaging::install,
    pathlib::install,
    re::install,
    typing::install,
];

pub(super) fn install(vm: &mut Vm) {
    for install in INSTALL {
        install(vm);
    }
}
