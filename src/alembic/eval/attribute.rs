//! Attributes.

use std::rc::Rc;

use super::args::Args;
use super::builtins::names::has_attribute;
use super::class::{Class, Instance};
use super::function::{BoundMethod, ClassMethod, Function, Property, StaticMethod};
use super::methods::{self, Method};
use super::native::{Native, NativeFunction};
use super::value::Value;
use super::{Eval, Raise, Vm};
use crate::pg::error::Reason;

/// What every object has from `object`: it is never an `AttributeError`, modelled or not.
const OF_EVERY_OBJECT: &[&str] = &[
    "__delattr__",
    "__dir__",
    "__eq__",
    "__format__",
    "__ge__",
    "__getattribute__",
    "__gt__",
    "__hash__",
    "__init__",
    "__init_subclass__",
    "__le__",
    "__lt__",
    "__ne__",
    "__new__",
    "__reduce__",
    "__reduce_ex__",
    "__repr__",
    "__setattr__",
    "__sizeof__",
    "__str__",
    "__subclasshook__",
];

impl Vm {
    /// `value.name`
    pub fn get_attr(&mut self, value: &Value, name: &str) -> Eval<Value> {
        match self.search_attr(value, name)? {
            Some(value) => Ok(value),
            None if OF_EVERY_OBJECT.contains(&name) => {
                Ok(self.unknown("python", format!("{name} of '{}' is not modelled", self.type_name(value))))
            }
            None => Err(self.no_attribute(value, name)),
        }
    }

    /// The same; `None` is an `AttributeError`. What a library may have and is not modelled is unknown.
    pub fn search_attr(&mut self, value: &Value, name: &str) -> Eval<Option<Value>> {
        Ok(match self.find_attr(value, name)? {
            None if !name.starts_with('_') => match self.may_have(value, &format!("the attribute {name}")) {
                None if self.is_of_cpython(value, name) => {
                    Some(self.unknown("python", format!("{name} of '{}' is not modelled", self.type_name(value))))
                }
                reason => reason.map(Value::Unknown),
            },
            found => found,
        })
    }

    /// The built-in type has the attribute, which is not modelled.
    fn is_of_cpython(&mut self, value: &Value, name: &str) -> bool {
        let exception = "BaseException";
        let class = value.as_class().or_else(|| value.as_instance().map(|instance| instance.class.clone()));
        match class {
            Some(class) => {
                has_attribute(&class.name, name)
                    || class.mro.iter().any(|base| has_attribute(&base.name, name))
                    || class.derives_from(exception) && has_attribute(exception, name)
            }
            None => has_attribute(&self.type_name(value), name),
        }
    }

    fn no_attribute(&mut self, value: &Value, name: &str) -> Raise {
        let text = if let Some(class) = value.downcast_ref::<Class>() {
            format!("type object '{}' has no attribute '{name}'", class.name)
        } else if let Some(module) = value.downcast_ref::<super::Module>() {
            format!("module '{}' has no attribute '{name}'", module.dotted)
        } else {
            format!("'{}' object has no attribute '{name}'", self.type_name(value))
        };
        self.raise("AttributeError", &text)
    }

    /// The same among what is modelled.
    pub fn find_attr(&mut self, value: &Value, name: &str) -> Eval<Option<Value>> {
        match value {
            Value::Unknown(reason) => Ok(Some(match value.known_parts() {
                Some(text) if name == "startswith" => starts_with(reason, text),
                Some(text) if matches!(name, "strip" | "lstrip" | "rstrip") => {
                    let (reason, text) = (reason.clone(), text.to_owned());
                    super::native::function(name, move |_, _| Ok(Value::Unknown(reason.clone().with_text(&*text))))
                }
                _ => Value::Unknown(reason.clone()),
            })),
            Value::Native(native) => {
                let found = if let Some(instance) = value.downcast::<Instance>() {
                    self.instance_attr(value, &instance, name)?
                } else if let Some(class) = value.as_class() {
                    self.class_attr(&class, name)?
                } else {
                    native.clone().get_attr(self, name)?
                };
                match found {
                    Some(found) => self.force(found).map(Some),
                    None if name == "__class__" => Ok(Some(self.type_of(value))),
                    None => Ok(None),
                }
            }
            _ => {
                if let Some(method) = self.builtin_method(value, name) {
                    let receiver = value.clone();
                    return Ok(Some(super::native::function(name, move |vm, args| method(vm, &receiver, args))));
                }
                Ok(match (value, name) {
                    (_, "__class__") => Some(self.type_of(value)),
                    (_, "__doc__") => Some(Value::None),
                    (Value::Int(_) | Value::Bool(_), "real" | "numerator") => Some(value.clone()),
                    (Value::Int(_) | Value::Bool(_), "imag") => Some(Value::int(0)),
                    (Value::Int(_) | Value::Bool(_), "denominator") => Some(Value::int(1)),
                    _ => None,
                })
            }
        }
    }

    /// The method of a built-in type. An instance of a class that derives from one has its methods, too, but those of its own
    /// class come first.
    pub(super) fn builtin_method(&self, value: &Value, name: &str) -> Option<Method> {
        methods::table(value)
            .and_then(|table| table.iter().find(|(other, _)| *other == name))
            .map(|(_, method)| *method)
    }

    fn instance_attr(&mut self, value: &Value, instance: &Rc<Instance>, name: &str) -> Eval<Option<Value>> {
        let in_class = instance.class.find(name);
        if let Some(property) = in_class.as_ref().and_then(Value::downcast_ref::<Property>) {
            let get = property.get.clone();
            return self.call(&get, Args::positional([value.clone()])).map(Some);
        }
        if let Some(own) = instance.attrs.get(name) {
            return Ok(Some(own));
        }
        if let Some(found) = in_class {
            return self.bound(found, value, &instance.class).map(Some);
        }
        match name {
            "__dict__" => {
                let items = instance.attrs.items();
                return Ok(Some(Value::dict(items.iter().map(|(name, value)| (&**name, value.clone())))));
            }
            "__class__" => return Ok(Some(Value::Native(instance.class.clone()))),
            "__doc__" => return Ok(Some(Value::None)),
            "__traceback__" | "__cause__" | "__context__" if instance.class.derives_from("BaseException") => {
                return Ok(Some(Value::None));
            }
            "__suppress_context__" if instance.class.derives_from("BaseException") => {
                return Ok(Some(Value::Bool(false)));
            }
            "with_traceback" | "add_note" if instance.class.derives_from("BaseException") => {
                let exception = value.clone();
                return Ok(Some(super::native::function(name, move |_, _| Ok(exception.clone()))));
            }
            _ => {}
        }
        if let Some(base) = instance.base.get()
            && let Some(found) = self.find_attr(&base.clone(), name)?
        {
            return Ok(Some(found));
        }
        if let Some(getter) = instance.class.find("__getattr__") {
            let getter = self.bound(getter, value, &instance.class)?;
            return self.call(&getter, Args::positional([Value::str(name)])).map(Some);
        }
        Ok(instance.class.unknown.clone().map(Value::Unknown))
    }

    /// What a class attribute is when it is looked up on an instance.
    pub(super) fn bound(&mut self, found: Value, receiver: &Value, class: &Rc<Class>) -> Eval<Value> {
        let found = self.force(found)?;
        if found.downcast_ref::<Function>().is_some()
            || found.downcast_ref::<NativeFunction>().is_some_and(|function| function.is_method)
        {
            return Ok(Value::native(BoundMethod { receiver: receiver.clone(), function: found }));
        }
        self.bound_to_class(found, class)
    }

    /// What a class attribute is when it is looked up on the class.
    fn bound_to_class(&mut self, found: Value, class: &Rc<Class>) -> Eval<Value> {
        if let Some(method) = found.downcast_ref::<ClassMethod>() {
            let receiver = Value::Native(class.clone());
            return Ok(Value::native(BoundMethod { receiver, function: method.0.clone() }));
        }
        if let Some(method) = found.downcast_ref::<StaticMethod>() {
            return Ok(method.0.clone());
        }
        self.force(found)
    }

    fn class_attr(&mut self, class: &Rc<Class>, name: &str) -> Eval<Option<Value>> {
        if let Some(found) = class.find(name) {
            // What an unknown base makes of plain attributes is not known: an enum of a library's makes members of them.
            if let Some(reason) = &class.unknown
                && !name.starts_with('_')
                && matches!(found, Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Tuple(_))
            {
                return Ok(Some(Value::Unknown(reason.clone())));
            }
            return self.bound_to_class(found, class).map(Some);
        }
        Ok(match name {
            "__name__" | "__qualname__" => Some(Value::Str(class.name.clone())),
            "__module__" => {
                let module = class.dotted.rsplit_once('.').map_or("builtins", |(module, _)| module);
                Some(Value::str(module))
            }
            "__bases__" => Some(Value::tuple(class.bases.iter().cloned().map(|base| Value::Native(base)))),
            "__mro__" => {
                let own: [Rc<dyn Native>; 1] = [class.clone()];
                let all = own.into_iter().chain(class.mro.iter().cloned().map(|base| base as Rc<dyn Native>));
                Some(Value::tuple(all.map(Value::Native)))
            }
            "__dict__" => {
                let items = class.attrs.items();
                Some(Value::dict(items.iter().map(|(name, value)| (&**name, value.clone()))))
            }
            "__doc__" => Some(Value::None),
            "__class__" => Some(self.class_value("type")),
            _ => {
                // `str.upper`, `dict.fromkeys`.
                if let Some(found) = methods::unbound(&class.dotted, name) {
                    return Ok(Some(found));
                }
                class.unknown.clone().or_else(|| class.metaclass.clone()).map(Value::Unknown)
            }
        })
    }

    /// A method by which the language itself works, looked up on the class as Python does.
    pub(super) fn find_method(&mut self, value: &Value, name: &str) -> Eval<Option<Value>> {
        let Some(instance) = value.downcast::<Instance>() else {
            return Ok(None);
        };
        match instance.class.find(name) {
            Some(Value::None) => Ok(None),
            Some(found) => self.bound(found, value, &instance.class.clone()).map(Some),
            None => Ok(None),
        }
    }

    /// `value.name = new`
    pub fn set_attr(&mut self, value: &Value, name: &str, new: Value) -> Eval<()> {
        match value {
            Value::Unknown(_) => Ok(()),
            Value::Native(native) => {
                if let Some(instance) = value.downcast::<Instance>() {
                    return self.set_instance_attr(value, &instance, name, new);
                }
                if let Some(class) = value.as_class() {
                    self.bind(&class.attrs, &name.into(), Some(new));
                    return Ok(());
                }
                if native.clone().set_attr(self, name, new)? {
                    return Ok(());
                }
                match self.may_have(value, &format!("setting the attribute {name}")) {
                    Some(reason) => Err(Raise::Stop(reason)),
                    None => Err(self.no_attribute(value, name)),
                }
            }
            _ => Err(self.no_attribute(value, name)),
        }
    }

    fn set_instance_attr(&mut self, value: &Value, instance: &Rc<Instance>, name: &str, new: Value) -> Eval<()> {
        if let Some(property) = instance.class.find(name).as_ref().and_then(Value::downcast_ref::<Property>) {
            let Some(set) = property.set.clone() else {
                let text = format!("property '{name}' of '{}' object has no setter", instance.class.name);
                return Err(self.raise("AttributeError", &text));
            };
            self.call(&set, Args::positional([value.clone(), new]))?;
            return Ok(());
        }
        if let Some(setter) = self.find_method(value, "__setattr__")? {
            self.call(&setter, Args::positional([Value::str(name), new]))?;
            return Ok(());
        }
        self.bind(&instance.attrs, &name.into(), Some(new));
        Ok(())
    }

    /// `del value.name`
    pub(super) fn delete_attr(&mut self, value: &Value, name: &str) -> Eval<()> {
        let namespace = if let Some(instance) = value.downcast_ref::<Instance>() {
            instance.attrs.clone()
        } else if let Some(class) = value.downcast_ref::<Class>() {
            class.attrs.clone()
        } else if value.reason().is_some() {
            return Ok(());
        } else {
            return Err(self.no_attribute(value, name));
        };
        if namespace.get(name).is_none() {
            return Err(self.no_attribute(value, name));
        }
        self.bind(&namespace, &name.into(), None);
        Ok(())
    }
}

impl Native for Class {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        "type"
    }
}

impl Native for Instance {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn class(&self) -> &str {
        &self.class.dotted
    }

    fn is_instance(&self, class: &str) -> bool {
        self.class.derives_from(class)
    }
}

/// `text.startswith` of a text that is known in part.
fn starts_with(reason: &Reason, text: &str) -> Value {
    let (reason, head) = (reason.clone(), text.split(Reason::HOLE).next().unwrap_or_default().to_owned());
    super::native::function("startswith", move |_, args| {
        let prefixes = match args.positional.as_slice() {
            [Value::Tuple(prefixes)] => prefixes.to_vec(),
            [prefix] => vec![prefix.clone()],
            _ => Vec::new(),
        };
        let texts: Vec<&str> = prefixes.iter().filter_map(Value::as_str).collect();
        if texts.iter().any(|prefix| head.starts_with(*prefix)) {
            return Ok(Value::Bool(true));
        }
        let all_known = !texts.is_empty() && texts.len() == prefixes.len();
        Ok(match all_known && !texts.iter().any(|prefix| prefix.starts_with(&head)) {
            true => Value::Bool(false),
            false => Value::Unknown(reason.clone()),
        })
    })
}
