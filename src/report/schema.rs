//! The JSON Schema and the TypeScript types of the report, made from the types themselves.
//!
//! `report.schema.json` and `report.d.ts` beside this file are their output; a test fails when they are not, and writes
//! them when `UPDATE=1` is set.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Input, Progress, Report};

/// The JSON Schema (draft 2020-12) of [`Report`].
pub fn json_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    generator.into_root_schema_for::<Report>().to_value()
}

/// TypeScript declarations of [`Report`], [`Input`] and [`Progress`].
pub fn typescript() -> String {
    let mut types: BTreeMap<String, Value> = BTreeMap::new();
    let mut take = |name: &str, mut root: Value| {
        if let Some(Value::Object(definitions)) = root.get_mut("$defs").map(Value::take) {
            types.extend(definitions);
        }
        types.insert(name.to_string(), root);
    };
    let settings = SchemaSettings::draft2020_12;
    take("Input", settings().for_deserialize().into_generator().into_root_schema_for::<Input>().to_value());
    take("Progress", settings().for_serialize().into_generator().into_root_schema_for::<Progress>().to_value());
    take("Report", json_schema());

    let mut text = String::from("// Made from the types in src/report by a test; see src/report/schema.rs.\n");
    for (name, schema) in &types {
        text.push('\n');
        comment(&mut text, "", schema);
        if let Some(Value::Object(properties)) = schema.get("properties") {
            let required = |key: &String| {
                schema["required"].as_array().is_some_and(|keys| keys.iter().any(|one| one.as_str() == Some(key)))
            };
            let _ = writeln!(text, "export interface {name} {{");
            for (key, property) in properties {
                comment(&mut text, "  ", property);
                let optional = if required(key) { "" } else { "?" };
                let _ = writeln!(text, "  {key}{optional}: {};", type_of(property));
            }
            text.push_str("}\n");
        } else {
            let _ = writeln!(text, "export type {name} = {};", type_of(schema));
        }
    }
    text
}

/// A doc comment of a schema's description.
fn comment(text: &mut String, indent: &str, schema: &Value) {
    if let Some(description) = schema.get("description").and_then(Value::as_str) {
        let _ = writeln!(text, "{indent}/** {} */", description.replace('\n', " "));
    }
}

/// The TypeScript type of a schema.
fn type_of(schema: &Value) -> String {
    if schema["format"] == "bytes" {
        return "Uint8Array".into();
    }
    if let Some(name) = schema["$ref"].as_str() {
        return name.rsplit('/').next().unwrap_or(name).to_string();
    }
    if let Some(constant) = schema.get("const") {
        return constant.to_string();
    }
    for key in ["oneOf", "anyOf"] {
        if let Some(choices) = schema[key].as_array() {
            return choices.iter().map(type_of).collect::<Vec<_>>().join(" | ");
        }
    }
    if let Some(values) = schema["enum"].as_array() {
        return values.iter().map(Value::to_string).collect::<Vec<_>>().join(" | ");
    }
    match &schema["type"] {
        Value::Array(kinds) => {
            let one = |kind: &Value| {
                let mut alone = schema.clone();
                alone["type"] = kind.clone();
                type_of(&alone)
            };
            kinds.iter().map(one).collect::<Vec<_>>().join(" | ")
        }
        Value::String(kind) => match kind.as_str() {
            "array" => format!("Array<{}>", type_of(&schema["items"])),
            "integer" | "number" => "number".into(),
            "boolean" | "string" | "null" => kind.clone(),
            _ => "unknown".into(),
        },
        _ => "unknown".into(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[track_caller]
    fn check(file: &str, actual: &str) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/report").join(file);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, actual).expect("the file can be written");
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(expected == actual, "{file} is not what the types give; run this test with UPDATE=1");
    }

    #[test]
    fn the_json_schema_is_of_these_types() {
        check("report.schema.json", &format!("{:#}\n", json_schema()));
    }

    #[test]
    fn the_typescript_types_are_of_these_types() {
        let types = typescript();
        assert!(!types.contains("unknown;"), "a kind of schema that type_of does not know:\n{types}");
        check("report.d.ts", &types);
    }

    #[test]
    fn every_key_is_required_and_described() {
        let schema = json_schema();
        let definitions = schema["$defs"].as_object().expect("definitions").iter();
        for (name, one) in definitions.map(|(name, one)| (name.as_str(), one)).chain([("Report", &schema)]) {
            let Some(properties) = one["properties"].as_object() else { continue };
            let required: Vec<_> = one["required"].as_array().expect("required").iter().collect();
            for (key, property) in properties {
                assert!(required.iter().any(|one| *one == key), "{name}.{key} may be left out");
                assert!(property["description"].is_string(), "{name}.{key} has no description");
            }
        }
    }
}
