//! The class statement.

use std::rc::Rc;

use super::class::Class;
use super::container::Namespace;
use super::native::Native;
use super::scope::{Frame, Scope};
use super::value::Value;
use super::{Args, Eval, Vm};
use crate::alembic::python::ast::ClassDef;
use crate::pg::error::Reason;

/// A metaclass that adds nothing.
fn is_plain(class: &Class) -> bool {
    matches!(&*class.dotted, "abc.ABCMeta" | "enum.EnumType" | "type")
}

/// A metaclass that leaves classes as they are written: of the protocol it has `__call__` alone, as singletons do.
fn makes_only_instances(class: &Rc<Class>) -> bool {
    const HARMLESS: &[&str] = &["__call__", "__module__", "__qualname__", "__doc__"];
    let plain = |name: &str| HARMLESS.contains(&name) || !name.starts_with("__");
    class.derives_from("type")
        && std::iter::once(class)
            .chain(&class.mro)
            .filter(|class| !is_plain(class) && &*class.dotted != "object")
            .all(|class| class.unknown.is_none() && class.attrs.items().iter().all(|(name, _)| plain(name)))
}

impl Vm {
    pub(super) fn class_statement(&mut self, frame: &mut Frame<'_>, def: &Rc<ClassDef>) -> Eval<Value> {
        let mut bases = Vec::new();
        let mut unknown: Option<Reason> = None;
        let mut made_by: Option<Reason> = None;
        for base in &def.bases {
            let base = self.expr(frame, base)?;
            match base {
                Value::Unknown(reason) => unknown = Some(reason),
                base => match base.as_class() {
                    Some(class) => bases.push(class),
                    // `typing.Generic[T]`, `list[int]`
                    None => match base.downcast_ref::<super::stdlib::Union>() {
                        Some(alias) => bases.extend(alias.origin.as_ref().and_then(Value::as_class)),
                        None => {
                            let class = self.type_name(&base);
                            unknown = Some(self.reason("unsupported", format!("a class that derives from a {class}")));
                        }
                    },
                },
            }
        }
        let mut keywords = Vec::new();
        for (name, value) in &def.keywords {
            let value = self.expr(frame, value)?;
            match (name, value) {
                (Some(name), Value::Unknown(reason)) if &**name == "metaclass" => unknown = Some(reason),
                (Some(name), value) if &**name == "metaclass" => {
                    // `abc.ABCMeta` and `enum.EnumMeta` add nothing that the bases do not; others do what they want.
                    let class = value.as_class();
                    if !class.as_ref().is_some_and(|class| is_plain(class)) {
                        let reason = Some(self.reason("unsupported", "a class with a metaclass"));
                        match class.is_some_and(|class| makes_only_instances(&class)) {
                            true => made_by = reason,
                            false => unknown = reason,
                        }
                    }
                }
                (Some(name), value) => keywords.push((name.clone(), value)),
                (None, _) => {}
            }
        }
        if bases.is_empty() && unknown.is_none() {
            bases.extend(self.class("object"));
        }
        let scope = Scope::class_body(&frame.scope, def);
        let module = frame.scope.globals().get("__name__");
        let module = module.as_ref().and_then(Value::as_str).unwrap_or("__main__");
        let mut class = Class::new(&def.name, bases);
        class.dotted = format!("{module}.{}", def.name).into();
        class.attrs = scope.vars.clone();
        class.unknown = class.unknown.or(unknown);
        class.metaclass = class.metaclass.or(made_by);
        scope.vars.set(&"__qualname__".into(), None);
        let mut body = Frame::new(scope.clone());
        self.frames.push(scope.clone());
        self.run.trace.push(def.span);
        let result = self.block(&mut body, &def.body);
        self.run.trace.pop();
        self.frames.pop();
        result?;
        let class = Rc::new(class);
        // Fails only if the same body ran twice, and a body has one scope per run.
        let _ = scope.class.set(class.clone());
        self.class_made(&class, keywords)?;
        Ok(Value::Native(class))
    }

    /// Tells the bases: `__set_name__` of attributes, the hook of a library, `__init_subclass__`.
    pub(super) fn class_made(&mut self, class: &Rc<Class>, keywords: Vec<(Rc<str>, Value)>) -> Eval<()> {
        // A library is told of what has a base that is not known, too.
        if let Some(hook) = class.on_subclass {
            return hook(self, class, keywords);
        }
        if class.unknown.is_some() {
            return Ok(());
        }
        let inherited = class.mro.iter().find_map(|base| base.attrs.get("__init_subclass__"));
        if let Some(hook) = inherited {
            let hook = match hook.downcast_ref::<super::function::ClassMethod>() {
                Some(method) => method.0.clone(),
                None => hook,
            };
            let mut args = Args::positional([Value::Native(class.clone())]);
            args.keyword = keywords;
            self.call(&hook, args)?;
        }
        Ok(())
    }

    /// `type(name, bases, attributes)`
    pub(super) fn new_class(&mut self, name: &str, bases: Vec<Rc<Class>>, attrs: Rc<Namespace>) -> Eval<Value> {
        let bases = if bases.is_empty() { self.class("object").into_iter().collect() } else { bases };
        let mut class = Class::new(name, bases);
        class.attrs = attrs;
        let class = Rc::new(class);
        self.class_made(&class, Vec::new())?;
        let native: Rc<dyn Native> = class;
        Ok(Value::Native(native))
    }
}
