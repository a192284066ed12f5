//! How deeply a text nests, found before it is parsed: the parser's tree is dropped recursively, so a text that nests too
//! deeply would overflow the stack in whatever touches the tree.

/// More open brackets than this are refused; CPython's own tokenizer stops at 200.
const BRACKETS: usize = 200;
/// More nested blocks than this are refused; CPython's own tokenizer stops at 100.
const INDENTS: usize = 100;
/// More operators that may nest in each other (`a + b + …`, `not not …`, `a.b.c …`) than this are refused.
const CHAIN: usize = 300;
/// More `elif` clauses than this in one file are refused: each nests in the one before.
const ELIFS: usize = 300;

/// The byte offset at which the text nests too deeply, and what nests.
pub fn too_deep(text: &str) -> Option<(usize, &'static str)> {
    Scan { bytes: text.as_bytes(), at: 0, chains: vec![0], indents: vec![0], elifs: 0 }.run()
}

struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Operators since the last separator, for each open bracket.
    chains: Vec<usize>,
    indents: Vec<usize>,
    elifs: usize,
}

impl Scan<'_> {
    fn run(mut self) -> Option<(usize, &'static str)> {
        let mut line_start = true;
        while self.at < self.bytes.len() {
            if line_start && self.chains.len() == 1 {
                line_start = false;
                self.indent();
                if self.indents.len() > INDENTS {
                    return Some((self.at, "blocks"));
                }
                continue;
            }
            line_start = false;
            match self.bytes[self.at] {
                b'\n' => {
                    line_start = true;
                    self.separator();
                }
                b'\\' => self.at += 1,
                b'#' => {
                    while self.at + 1 < self.bytes.len() && self.bytes[self.at + 1] != b'\n' {
                        self.at += 1;
                    }
                }
                quote @ (b'\'' | b'"') => self.string(quote),
                b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                    self.word();
                    if self.chains.iter().sum::<usize>() > CHAIN || self.elifs > ELIFS {
                        return Some((self.at, "operators"));
                    }
                    continue;
                }
                byte => self.symbol(byte),
            }
            if self.chains.len() > BRACKETS {
                return Some((self.at, "brackets"));
            }
            if self.chains.iter().sum::<usize>() > CHAIN || self.elifs > ELIFS {
                return Some((self.at, "operators"));
            }
            self.at += 1;
        }
        None
    }

    /// Separators end a chain only on their own level; a line break inside brackets separates nothing.
    fn separator(&mut self) {
        if self.bytes[self.at] == b'\n' && self.chains.len() > 1 {
            return;
        }
        if let Some(last) = self.chains.last_mut() {
            *last = 0;
        }
    }

    fn symbol(&mut self, byte: u8) {
        match byte {
            b'(' | b'[' | b'{' => {
                self.operator();
                self.chains.push(0);
            }
            b')' | b']' | b'}' if self.chains.len() > 1 => {
                self.chains.pop();
            }
            b',' | b';' => self.separator(),
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'.' => self.operator(),
            _ => {}
        }
    }

    fn operator(&mut self) {
        if let Some(last) = self.chains.last_mut() {
            *last += 1;
        }
    }

    fn word(&mut self) {
        let start = self.at;
        while self.at < self.bytes.len() && (self.bytes[self.at].is_ascii_alphanumeric() || self.bytes[self.at] == b'_')
        {
            self.at += 1;
        }
        let word = &self.bytes[start..self.at];
        if let Some(&quote @ (b'\'' | b'"')) = self.bytes.get(self.at)
            && word.len() <= 2
        {
            // Replacement fields of an f-string are parsed as expressions, so what nests in them counts.
            if word.iter().any(|byte| byte.eq_ignore_ascii_case(&b'f')) {
                self.f_string(quote);
            } else {
                self.string(quote);
            }
            self.at += 1;
            return;
        }
        match word {
            b"not" | b"if" | b"else" | b"lambda" | b"await" | b"yield" => self.operator(),
            b"elif" => self.elifs += 1,
            _ => {}
        }
    }

    /// From the opening quote to the last byte of the closing one.
    fn string(&mut self, quote: u8) {
        let triple = self.bytes[self.at..].starts_with(&[quote; 3]);
        self.at += if triple { 3 } else { 1 };
        while self.at < self.bytes.len() {
            match self.bytes[self.at] {
                b'\\' => self.at += 1,
                b'\n' if !triple => {
                    // An unterminated string: let the parser say so.
                    self.at -= 1;
                    return;
                }
                byte if byte == quote => {
                    if !triple {
                        return;
                    }
                    if self.bytes[self.at..].starts_with(&[quote; 3]) {
                        self.at += 2;
                        return;
                    }
                }
                _ => {}
            }
            self.at += 1;
        }
    }

    fn f_string(&mut self, quote: u8) {
        let start = self.at;
        self.string(quote);
        let end = self.at.min(self.bytes.len());
        let (mut depth, mut deepest, mut operators) = (0usize, 0usize, 0usize);
        for &byte in &self.bytes[start..end] {
            match byte {
                b'(' | b'[' | b'{' => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                b')' | b']' => depth = depth.saturating_sub(1),
                // Text between two fields nests in neither.
                b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        operators = 0;
                    }
                }
                b'+' | b'-' | b'*' | b'/' | b'%' | b'~' | b'.' if depth > 0 => operators += 1,
                _ => {}
            }
            if deepest > BRACKETS || operators > CHAIN {
                // Makes the caller stop: both limits are far below the sum.
                if let Some(last) = self.chains.last_mut() {
                    *last += CHAIN + 1;
                }
                return;
            }
        }
    }

    fn indent(&mut self) {
        let mut width = 0;
        let mut at = self.at;
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b' ' => width += 1,
                b'\t' => width = (width / 8 + 1) * 8,
                b'\x0c' => width = 0,
                _ => break,
            }
            at += 1;
        }
        self.at = at;
        if matches!(self.bytes.get(at), None | Some(b'\n' | b'\r' | b'#')) {
            return;
        }
        while self.indents.last().is_some_and(|&last| last > width) {
            self.indents.pop();
        }
        if self.indents.last().is_none_or(|&last| last < width) {
            self.indents.push(width);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn ordinary_code_is_accepted() {
        let text =
            "def f(x):\n    # ((((\n    return [g(y) for y in x if y], '((((', f'{x[0]}{{', \"\"\"(((\n(((\"\"\"\n";
        assert_eq!(too_deep(text), None);
        assert_eq!(too_deep(&format!("x = [{}]", "a.b(c + d), ".repeat(50_000))), None);
    }

    #[test]
    fn nesting_is_found_wherever_it_hides() {
        for text in [
            "(".repeat(100_000),
            format!("x = {}1", "[".repeat(201)),
            format!("x = 1{}", " + 1".repeat(100_000)),
            format!("x = {}1", "not ".repeat(100_000)),
            format!("x = {}1", "-".repeat(100_000)),
            format!("x = a{}", ".b".repeat(100_000)),
            format!("x = a{}", "()".repeat(100_000)),
            format!("x = f'{{{}}}'", "[".repeat(100_000)),
            format!("x = f'{{1{}}}'", "+1".repeat(100_000)),
            format!("x = {}1", "lambda: ".repeat(100_000)),
            format!("x = {}1", "1 if 1 else ".repeat(100_000)),
            format!("if 1: pass\n{}", "elif 1: pass\n".repeat(100_000)),
            (0..200).map(|n| format!("{}if 1:\n", " ".repeat(n))).collect::<String>(),
        ] {
            assert!(too_deep(&text).is_some(), "{}", &text[..40]);
        }
    }
}
