//! The door for JavaScript. Thin: values in, [`crate::analyze`], values out.
//!
//! A panic cannot be caught here (`panic = "abort"`): the hook throws it as a JavaScript `Error` named `RestampPanic`.
//! The instance must not be used after that; the page ends its worker and starts another.

use serde::Serialize;
use wasm_bindgen::prelude::*;

use crate::report::{Input, Progress, Report};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("report/report.d.ts");

/// Runs once when the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        let error = js_sys::Error::new(&info.to_string());
        error.set_name("RestampPanic");
        wasm_bindgen::throw_val(error.into());
    }));
}

/// Analyses a project and a dump. `progress` is called from time to time.
///
/// # Errors
/// An `Error` when `input` is not of its type. What is wrong with the files is in the report.
#[wasm_bindgen(unchecked_return_type = "Report")]
pub fn analyze(
    #[wasm_bindgen(unchecked_param_type = "Input")] input: JsValue,
    #[wasm_bindgen(unchecked_param_type = "(progress: Progress) => void")] progress: &js_sys::Function,
) -> Result<JsValue, JsValue> {
    let input: Input = serde_wasm_bindgen::from_value(input)?;
    to_js(&crate::analyze(&input, &mut teller(progress)))
}

/// Hands progress on.
fn teller(progress: &js_sys::Function) -> impl FnMut(Progress) {
    |step| {
        if let Ok(step) = to_js(&step) {
            // What the page does with it is its own matter.
            let _ = progress.call1(&JsValue::NULL, &step);
        }
    }
}

/// Reads a dump of any size while it comes: `feed` each chunk, then `finish`.
#[wasm_bindgen]
pub struct DumpReader(crate::sql::dump::DumpReader);

#[wasm_bindgen]
impl DumpReader {
    /// A reader of the file of that name.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> DumpReader {
        DumpReader(crate::sql::dump::DumpReader::new(name))
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.0.feed(bytes);
    }

    /// All bytes came.
    pub fn finish(self) -> Dump {
        Dump(self.0.finish())
    }
}

/// A dump that was read: as small as its schema, for as many questions as there are.
#[wasm_bindgen]
pub struct Dump(crate::sql::dump::DumpText);

#[wasm_bindgen]
impl Dump {
    /// [`analyze`] with this dump; `input.dump` is not looked at.
    ///
    /// # Errors
    /// As [`analyze`].
    #[wasm_bindgen(unchecked_return_type = "Report")]
    pub fn analyze(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Input")] input: JsValue,
        #[wasm_bindgen(unchecked_param_type = "(progress: Progress) => void")] progress: &js_sys::Function,
    ) -> Result<JsValue, JsValue> {
        let input: Input = serde_wasm_bindgen::from_value(input)?;
        to_js(&crate::analyze::analyze_read(&input, Some(&self.0), &mut teller(progress)))
    }
}

/// The files of plan number `plan`, in the order in which they are used; without a number those of the report itself, which go with each plan.
///
/// # Errors
/// An `Error` when `report` is not of its type.
#[wasm_bindgen(unchecked_return_type = "Array<{ name: string, text: string }>")]
pub fn files(
    #[wasm_bindgen(unchecked_param_type = "Report")] report: JsValue,
    plan: Option<u32>,
) -> Result<JsValue, JsValue> {
    let report: Report = serde_wasm_bindgen::from_value(report)?;
    let plan = plan.and_then(|index| report.plans.get(index as usize));
    let files = js_sys::Array::new();
    for file in plan.map_or_else(|| report.files(None), |plan| report.scripts(Some(plan))) {
        let object = js_sys::Object::new();
        js_sys::Reflect::set(&object, &"name".into(), &file.name.into())?;
        js_sys::Reflect::set(&object, &"text".into(), &file.text.into())?;
        files.push(&object);
    }
    Ok(files.into())
}

/// The SELECT that stands in for pg_dump; what it gives is handed in as a dump.
#[wasm_bindgen]
pub fn snapshot_sql() -> String {
    crate::sql::snapshot::SELECT.to_string()
}

/// The Python program that runs it through an application's own SQLAlchemy.
#[wasm_bindgen]
pub fn snapshot_py() -> String {
    crate::sql::snapshot::program()
}

/// The SQL that pg_dump would write for the database of a snapshot.
///
/// # Errors
/// An `Error` that says why there is none.
#[wasm_bindgen]
pub fn snapshot_to_sql(snapshot: &str) -> Result<String, JsValue> {
    crate::sql::snapshot::to_sql("snapshot.json", snapshot.as_bytes()).map_err(|messages| {
        let said: Vec<String> = messages.into_iter().map(|message| message.message).collect();
        js_sys::Error::new(&said.join("; ")).into()
    })
}

/// As JSON would: null for nothing, plain objects for maps.
fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}
