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
            "int" | "bytes" | "version" | "variant" | "fields" => {
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

fn uuid(vm: &mut Vm, _class: &Rc<Class>, args: Args) -> Eval<Value> {
    let bound = args.bind(vm, "UUID(hex=, bytes=, bytes_le=, fields=, int=, version=, *, is_safe=)")?;
    let given = match (bound.get("hex"), bound.get("version")) {
        (Some(given), None) => given,
        _ => return Ok(vm.unknown("unsupported", "this way to make a UUID is not evaluated")),
    };
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
    vm.register("hashlib", [md5, sha256]);
    let class = Class::new("uuid.UUID", vm.class("object").into_iter().collect()).construct(uuid);
    vm.register("uuid", [("UUID", class.value())]);
}
