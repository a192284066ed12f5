//! Arithmetic on numbers.

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive, Zero};

use crate::alembic::eval::value::Value;
use crate::alembic::eval::{Eval, Vm};

/// More bits than this no number may have.
const BITS: u64 = 1 << 20;

pub(super) enum Number {
    Int(BigInt),
    Float(f64),
}

impl Number {
    pub(super) fn of(value: &Value) -> Option<Number> {
        match value {
            Value::Int(value) => Some(Number::Int((**value).clone())),
            Value::Bool(value) => Some(Number::Int(BigInt::from(u8::from(*value)))),
            Value::Float(value) => Some(Number::Float(*value)),
            _ => None,
        }
    }

    pub(super) fn float(&self) -> f64 {
        match self {
            Number::Int(value) => value.to_f64().unwrap_or(f64::NAN),
            Number::Float(value) => *value,
        }
    }
}

impl Vm {
    pub(super) fn arithmetic(&mut self, op: &str, a: Number, b: Number) -> Eval<Option<Value>> {
        let (a, b) = match (a, b) {
            (Number::Int(a), Number::Int(b)) => return self.integers(op, a, b),
            (a, b) => (a.float(), b.float()),
        };
        if matches!(op, "/" | "//" | "%") && b == 0.0 {
            let text = if op == "/" { "float division by zero" } else { "float floor division by zero" };
            return Err(self.raise("ZeroDivisionError", text));
        }
        Ok(Some(Value::Float(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => a * b,
            "/" => a / b,
            "//" => (a / b).floor(),
            "%" => a - b * (a / b).floor(),
            "**" => a.powf(b),
            _ => return Ok(None),
        })))
    }

    fn integers(&mut self, op: &str, a: BigInt, b: BigInt) -> Eval<Option<Value>> {
        if matches!(op, "/" | "//" | "%") && b.is_zero() {
            let text = if op == "/" { "division by zero" } else { "integer division or modulo by zero" };
            return Err(self.raise("ZeroDivisionError", text));
        }
        let too_large = |vm: &Vm| vm.stop("bound-memory", "the code makes a number that is too large");
        Ok(Some(Value::int(match op {
            "+" => a + b,
            "-" => a - b,
            "*" => {
                if a.bits() + b.bits() > BITS {
                    return Err(too_large(self));
                }
                a * b
            }
            "/" => return Ok(Some(Value::Float(a.to_f64().unwrap_or(f64::NAN) / b.to_f64().unwrap_or(f64::NAN)))),
            "//" => floor_div(&a, &b),
            "%" => {
                let quotient = floor_div(&a, &b);
                a - quotient * b
            }
            "**" => {
                if b.is_negative() {
                    return Ok(Some(Value::Float(a.to_f64().unwrap_or(f64::NAN).powf(b.to_f64().unwrap_or(f64::NAN)))));
                }
                match b.to_u32() {
                    Some(exponent) if a.bits().saturating_mul(u64::from(exponent)) <= BITS => a.pow(exponent),
                    // Powers of 0, 1 and -1 stay small.
                    _ if a.bits() <= 1 => match (a.sign(), b.bit(0)) {
                        (Sign::Minus, false) => -a,
                        _ => a,
                    },
                    _ => return Err(too_large(self)),
                }
            }
            "<<" | ">>" if b.is_negative() => return Err(self.raise("ValueError", "negative shift count")),
            "<<" => match b.to_u64() {
                Some(shift) if shift + a.bits() <= BITS => a << shift,
                _ if a.is_zero() => a,
                _ => return Err(too_large(self)),
            },
            ">>" => match b.to_u64() {
                Some(shift) => a >> shift.min(BITS * 2),
                None if a.is_negative() => BigInt::from(-1),
                None => BigInt::zero(),
            },
            "|" => a | b,
            "&" => a & b,
            "^" => a ^ b,
            _ => return Ok(None),
        })))
    }
}

/// Python rounds towards minus infinity.
fn floor_div(a: &BigInt, b: &BigInt) -> BigInt {
    let quotient = a / b;
    let rest = a % b;
    if !rest.is_zero() && (rest.sign() == Sign::Minus) != (b.sign() == Sign::Minus) { quotient - 1 } else { quotient }
}
