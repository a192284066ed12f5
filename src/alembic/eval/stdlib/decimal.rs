//! `decimal`: the class is known, its numbers are not evaluated.

use crate::alembic::eval::Vm;
use crate::alembic::eval::class::Class;

pub(super) fn install(vm: &mut Vm) {
    let class = Class::new("decimal.Decimal", vm.class("object").into_iter().collect())
        .construct(|vm, _, _| Ok(vm.unknown("unsupported", "the value of a Decimal is not evaluated")));
    vm.register("decimal", [("Decimal", class.value())]);
}
