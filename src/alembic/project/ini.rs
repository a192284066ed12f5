//! `alembic.ini`, as Python's `configparser` reads it.

use std::collections::BTreeMap;

/// Sections and their keys (lower case). `DEFAULT` is merged into the others by [`Ini::get`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ini {
    sections: BTreeMap<String, BTreeMap<String, String>>,
}

impl Ini {
    /// Reads a file. Lines that `configparser` would refuse are passed over.
    pub fn parse(text: &str) -> Ini {
        let mut ini = Ini::default();
        let mut section: Option<String> = None;
        let mut key: Option<(String, usize)> = None;
        for line in text.trim_start_matches('\u{feff}').lines() {
            let trimmed = line.trim();
            let indent = line.len() - line.trim_start().len();
            if trimmed.starts_with(['#', ';']) {
                continue;
            }
            if trimmed.is_empty() {
                continue;
            }
            if let (Some(section), Some((key, key_indent))) = (&section, &key)
                && indent > *key_indent
                && let Some(value) = ini.sections.get_mut(section).and_then(|keys| keys.get_mut(key))
            {
                value.push('\n');
                value.push_str(trimmed);
                continue;
            }
            if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(name, _)| name) {
                ini.sections.entry(name.to_string()).or_default();
                (section, key) = (Some(name.to_string()), None);
            } else if let (Some(section), Some(at)) = (&section, trimmed.find(['=', ':'])) {
                let name = trimmed[..at].trim().to_ascii_lowercase();
                let value = trimmed[at + 1..].trim().to_string();
                ini.sections.entry(section.clone()).or_default().insert(name.clone(), value);
                key = Some((name, indent));
            }
        }
        ini
    }

    /// The sections' names.
    pub fn sections(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(String::as_str)
    }

    /// A value with `%(name)s` replaced; `here` is the file's folder.
    pub fn get(&self, section: &str, key: &str, here: &str) -> Option<String> {
        let raw = self.raw(section, key)?;
        Some(self.interpolate(section, raw, here, 0))
    }

    /// All options of a section, values replaced.
    pub fn options(&self, section: &str, here: &str) -> BTreeMap<String, String> {
        let keys = ["DEFAULT", section].into_iter().filter_map(|name| self.sections.get(name)).flat_map(BTreeMap::keys);
        keys.filter_map(|key| Some((key.clone(), self.get(section, key, here)?))).collect()
    }

    fn raw(&self, section: &str, key: &str) -> Option<&String> {
        let of = |name: &str| self.sections.get(name).and_then(|keys| keys.get(key));
        of(section).or_else(|| of("DEFAULT"))
    }

    fn interpolate(&self, section: &str, value: &str, here: &str, depth: usize) -> String {
        let mut output = String::new();
        let mut rest = value;
        while let Some(at) = rest.find('%') {
            output.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                output.push('%');
                rest = after;
            } else if let Some((name, after)) = rest.strip_prefix('(').and_then(|inner| inner.split_once(")s")) {
                match self.raw(section, &name.to_ascii_lowercase()) {
                    _ if name == "here" => output.push_str(if here.is_empty() { "." } else { here }),
                    Some(value) if depth < 10 => output.push_str(&self.interpolate(section, value, here, depth + 1)),
                    _ => {}
                }
                rest = after;
            } else {
                output.push('%');
            }
        }
        output.push_str(rest);
        output
    }
}
