//! Colours. `anstream` takes them out where the output is no terminal or `NO_COLOR` is set.

use anstyle::{AnsiColor, Style};

fn with(style: Style, text: &str) -> String {
    format!("{style}{}{style:#}", printable(text))
}

/// The first line of something.
pub fn title(text: &str) -> String {
    with(Style::new().bold().underline(), text)
}

/// What the eye should find.
pub fn strong(text: &str) -> String {
    with(Style::new().bold(), text)
}

/// `error:`, `warning:`, `note:`
pub fn severity(word: &str) -> String {
    let color = match word {
        "error" => AnsiColor::Red,
        "warning" => AnsiColor::Yellow,
        _ => AnsiColor::Cyan,
    };
    with(Style::new().bold().fg_color(Some(color.into())), &format!("{word}:"))
}

/// Without control characters: a name in a revision file must not be able to steer the terminal.
pub fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c }).collect()
}
