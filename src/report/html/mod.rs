//! `report.html`: the report as one page that stands alone, for a ticket or a mail. No script, nothing that is loaded.

mod parts;

use std::fmt::{self, Display, Formatter};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Report;

const CSS: &str = include_str!("report.css");

/// Text as HTML shows it literally. What would hide or turn other text (control characters, marks of direction) is written out.
struct Text<'t>(&'t str);

impl Display for Text<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for char in self.0.chars() {
            match char {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                '\n' | '\t' => write!(f, "{char}")?,
                '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' => {
                    write!(f, "\u{FFFD}U+{:04X}", u32::from(char))?;
                }
                _ if char.is_control() => write!(f, "\u{FFFD}U+{:04X}", u32::from(char))?,
                _ => write!(f, "{char}")?,
            }
        }
        Ok(())
    }
}

/// Text in which `…` is code.
struct Prose<'t>(&'t str);

impl Display for Prose<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, part) in self.0.split('`').enumerate() {
            if at % 2 == 1 { write!(f, "<code>{}</code>", Text(part))? } else { write!(f, "{}", Text(part))? }
        }
        Ok(())
    }
}

impl Report {
    /// The report as a page of its own. Its policy allows its own style and nothing else.
    ///
    /// ```
    /// use restamp::report::Input;
    /// let page = restamp::analyze(&Input::default(), &mut |_| ()).html();
    /// assert!(page.starts_with("<!doctype html>") && !page.contains("<script"));
    /// ```
    pub fn html(&self) -> String {
        let hash = STANDARD.encode(Sha256::digest(CSS));
        let mut page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Restamp report</title>\n\
             <style>{CSS}</style>\n</head>\n<body>\n"
        );
        parts::body(self, &mut page);
        page += "</body>\n</html>\n";
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(
            Text("<img onerror=\"x\"> & 'y'").to_string(),
            "&lt;img onerror=&quot;x&quot;&gt; &amp; &#39;y&#39;"
        );
        assert_eq!(Text("a\u{202E}b\u{7}").to_string(), "a\u{FFFD}U+202Eb\u{FFFD}U+0007");
        assert_eq!(Prose("run `a<b` now").to_string(), "run <code>a&lt;b</code> now");
    }
}
