//! `hashlib` of what is known (names are often cut and made unique with a digest), and `uuid.UUID` of a text.

use std::rc::Rc;

use md5::{Digest, Md5};
use sha2::Sha256;

use crate::alembic::eval::args::Args;
use crate::alembic::eval::class::Class;
use crate::alembic::eval::container::Key;
use crate::alembic::eval::native::{self, Native};
use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// A finished hash. Bytes that are added later are not followed.
#[derive(Debug)]
struct Hash(Vec<u8>);

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Native for Hash {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "_hashlib.HASH"
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(Some(match name {
            "hexdigest" => native::function(name, move |_, _| Ok(Value::str(hex(&self.0)))),
            "digest" => native::function(name, move |_, _| Ok(Value::bytes(&*self.0))),
            "digest_size" => Value::int(self.0.len()),
            _ => vm.unknown("unsupported", format!("{name}() of a hash is not evaluated")),
        }))
    }
}

fn digest(name: &'static str, make: fn(&[u8]) -> Vec<u8>) -> (&'static str, Value) {
    let function = native::function(name, move |vm, args| {
        let bound = args.bind(vm, "hash(data, *, usedforsecurity=)")?;
        match bound.required("data") {
            Value::Bytes(bytes) => Ok(Value::native(Hash(make(&bytes)))),
            Value::Unknown(reason) => Ok(Value::Unknown(reason)),
            Value::Str(_) => Err(vm.raise("TypeError", "Strings must be encoded before hashing")),
            _ => Ok(vm.unknown("unsupported", "a hash of this value is not evaluated")),
        }
    });
    (name, function)
}

/// A UUID, in small hexadecimal digits.
#[derive(Debug)]
struct Uuid(String);

impl Uuid {
    fn bytes(&self) -> Vec<u8> {
        let digit = |at: usize| u8::from_str_radix(&self.0[at..at + 2], 16).unwrap_or_default();
        (0..self.0.len() / 2).map(|at| digit(2 * at)).collect()
    }

    fn text(&self) -> String {
        let hex = &self.0;
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

impl Native for Uuid {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "uuid.UUID"
    }

    fn key(&self) -> Option<Key> {
        Some(Key::Tuple(vec![Key::Str("uuid.UUID".into()), Key::Str(self.0.as_str().into())]))
    }

    fn get_attr(self: Rc<Self>, vm: &mut Vm, name: &str) -> Eval<Option<Value>> {
        Ok(match name {
            "hex" => Some(Value::str(self.0.as_str())),
            "urn" => Some(Value::str(format!("urn:uuid:{}", self.text()))),
            "bytes" => Some(Value::bytes(self.bytes())),
            "int" => Some(Value::int(num_bigint::BigInt::from_bytes_be(num_bigint::Sign::Plus, &self.bytes()))),
            "version" | "variant" | "fields" => {
                Some(vm.unknown("unsupported", format!("{name} of a UUID is not evaluated")))
            }
            _ => None,
        })
    }

    fn binary(self: Rc<Self>, vm: &mut Vm, operator: &str, other: &Value, _reflected: bool) -> Eval<Option<Value>> {
        let same = other.downcast_ref::<Uuid>().map(|other| other.0 == self.0);
        Ok(match (operator, same) {
            ("==", same) => Some(Value::Bool(same.unwrap_or(false))),
            ("!=", same) => Some(Value::Bool(!same.unwrap_or(false))),
            ("<" | "<=" | ">" | ">=", Some(_)) => Some(vm.unknown("unsupported", "the order of UUIDs")),
            _ => None,
        })
    }

    fn str(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(self.text())))
    }

    fn repr(self: Rc<Self>, _vm: &mut Vm) -> Eval<Option<Value>> {
        Ok(Some(Value::str(format!("UUID('{}')", self.text()))))
    }
}

const NAMESPACES: &[(&str, &str)] = &[
    ("NAMESPACE_DNS", "6ba7b8109dad11d180b400c04fd430c8"),
    ("NAMESPACE_URL", "6ba7b8119dad11d180b400c04fd430c8"),
    ("NAMESPACE_OID", "6ba7b8129dad11d180b400c04fd430c8"),
    ("NAMESPACE_X500", "6ba7b8149dad11d180b400c04fd430c8"),
];

/// `uuid3(namespace, name)`, `uuid5(namespace, name)`
fn of_name(vm: &mut Vm, args: Args, version: u8, digest: fn(&[u8]) -> Vec<u8>) -> Eval<Value> {
    let bound = args.bind(vm, "uuid5(namespace, name)")?;
    let (namespace, name) = (bound.required("namespace"), bound.required("name"));
    if let Some(reason) = namespace.reason().or(name.reason()) {
        return Ok(Value::Unknown(reason.clone()));
    }
    let (Some(own), Some(name)) = (namespace.downcast_ref::<Uuid>(), name.as_str()) else {
        return Ok(vm.unknown("unsupported", "a UUID of such a name is not evaluated"));
    };
    let mut bytes = digest(&[own.bytes().as_slice(), name.as_bytes()].concat());
    bytes.truncate(16);
    bytes[6] = bytes[6] & 0x0f | version << 4;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    Ok(Value::native(Uuid(hex(&bytes))))
}

fn uuid(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "UUID(hex=, bytes=, bytes_le=, fields=, int=, version=, *, is_safe=)")?;
    let given = match (bound.get("hex"), bound.get("version")) {
        (Some(given), None) => given,
        _ => return Ok(vm.unknown("unsupported", "this way to make a UUID is not evaluated")),
    };
    if let Some(reason) = given.reason() {
        vm.may_refuse(reason, &["ValueError", "AttributeError"]);
    }
    let Some(text) = given.as_str() else {
        return Ok(if given.reason().is_some() { given } else { vm.unknown("unsupported", "a UUID of no text") });
    };
    // `uuid.UUID.__init__`
    let digits = text.replace("urn:", "").replace("uuid:", "");
    let digits = digits.trim_matches(['{', '}']).replace('-', "").to_ascii_lowercase();
    if digits.len() != 32 || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(vm.raise("ValueError", "badly formed hexadecimal UUID string"));
    }
    Ok(Value::native(Uuid(digits)))
}

pub(super) fn install(vm: &mut Vm) {
    let md5 = digest("md5", |bytes| Md5::digest(bytes).to_vec());
    let sha256 = digest("sha256", |bytes| Sha256::digest(bytes).to_vec());
    vm.register("hashlib", [md5, sha256, digest("sha1", super::sha1::digest)]);
    let class = Class::new("uuid.UUID", vm.class("object").into_iter().collect()).construct(uuid);
    let namespaces = NAMESPACES.iter().map(|(name, digits)| (*name, Value::native(Uuid((*digits).to_owned()))));
    let made = [
        ("UUID", class.value()),
        ("uuid3", native::function("uuid3", |vm, args| of_name(vm, args, 3, |bytes| Md5::digest(bytes).to_vec()))),
        ("uuid5", native::function("uuid5", |vm, args| of_name(vm, args, 5, super::sha1::digest))),
    ];
    vm.register("uuid", namespaces.chain(made));
}
