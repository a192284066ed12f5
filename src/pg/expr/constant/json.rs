//! `jsonb` keeps no spaces, no order of keys and only the last of equal keys.

use std::collections::BTreeMap;

/// One text for every text of the same `jsonb` value; `None` for what is no JSON or nests too deep.
pub(super) fn canonical(text: &str) -> Option<String> {
    let mut reader = Reader { chars: text.chars().peekable() };
    let value = reader.value(0)?;
    reader.space();
    reader.chars.next().is_none().then_some(value)
}

struct Reader<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
}

impl Reader<'_> {
    fn space(&mut self) {
        while self.chars.next_if(|char| matches!(char, ' ' | '\t' | '\n' | '\r')).is_some() {}
    }

    fn eat(&mut self, expected: char) -> bool {
        self.space();
        self.chars.next_if_eq(&expected).is_some()
    }

    fn value(&mut self, depth: u32) -> Option<String> {
        if depth > 100 {
            return None;
        }
        self.space();
        match self.chars.peek()? {
            '{' => self.object(depth),
            '[' => {
                self.chars.next();
                let mut items = Vec::new();
                if !self.eat(']') {
                    loop {
                        items.push(self.value(depth + 1)?);
                        if self.eat(']') {
                            break;
                        }
                        self.eat(',').then_some(())?;
                    }
                }
                Some(format!("[{}]", items.join(",")))
            }
            '"' => Some(format!("{:?}", self.string()?)),
            _ => {
                let mut word = String::new();
                while let Some(char) =
                    self.chars.next_if(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '+' | '.'))
                {
                    word.push(char);
                }
                match word.as_str() {
                    "true" | "false" | "null" => Some(word),
                    // The scale of a number is kept: `1.0` is printed so.
                    _ if !word.contains(['e', 'E']) => super::number(&word).map(|_| word),
                    _ => super::number(&word),
                }
            }
        }
    }

    fn object(&mut self, depth: u32) -> Option<String> {
        self.chars.next();
        let mut members = BTreeMap::new();
        if !self.eat('}') {
            loop {
                self.space();
                let key = self.string()?;
                self.eat(':').then_some(())?;
                members.insert(key, self.value(depth + 1)?);
                if self.eat('}') {
                    break;
                }
                self.eat(',').then_some(())?;
            }
        }
        let members: Vec<String> = members.iter().map(|(key, value)| format!("{key:?}:{value}")).collect();
        Some(format!("{{{}}}", members.join(",")))
    }

    fn string(&mut self) -> Option<String> {
        self.chars.next_if_eq(&'"')?;
        let mut text = String::new();
        loop {
            match self.chars.next()? {
                '"' => return Some(text),
                '\\' => match self.chars.next()? {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'r' => text.push('\r'),
                    'b' => text.push('\u{8}'),
                    'f' => text.push('\u{c}'),
                    'u' => {
                        let digits: String = (0..4).filter_map(|_| self.chars.next()).collect();
                        text.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                    }
                    other => text.push(other),
                },
                char => text.push(char),
            }
        }
    }
}
