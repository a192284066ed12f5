//! Dates, times and intervals in the ISO forms; other forms depend on settings (`DateStyle`, `TimeZone`) or on the clock.

const SECOND: i64 = 1_000_000;
const DAY: i64 = 86_400 * SECOND;

/// Months, days and microseconds, the three parts that PostgreSQL keeps.
pub(super) fn interval(text: &str) -> Option<String> {
    let (mut months, mut days, mut micros) = (0i64, 0i64, 0i64);
    let words = split(text)?;
    let mut at = 0;
    while at < words.len() {
        let word = words[at].as_str();
        at += 1;
        if word.contains(':') {
            micros = micros.checked_add(clock(word)?)?;
            continue;
        }
        // A bare number is seconds.
        let unit = words.get(at).map(|unit| unit.to_ascii_lowercase());
        let unit = match &unit {
            Some(unit) if unit.starts_with(|char: char| char.is_ascii_alphabetic()) => {
                at += 1;
                unit.as_str()
            }
            _ => "s",
        };
        let whole = || word.parse::<i64>().ok();
        match unit {
            "year" | "years" | "y" | "yr" | "yrs" => months = months.checked_add(whole()?.checked_mul(12)?)?,
            "month" | "months" | "mon" | "mons" => months = months.checked_add(whole()?)?,
            "week" | "weeks" | "w" => days = days.checked_add(whole()?.checked_mul(7)?)?,
            "day" | "days" | "d" => days = days.checked_add(whole()?)?,
            "hour" | "hours" | "h" | "hr" | "hrs" => {
                micros = micros.checked_add(whole()?.checked_mul(3600 * SECOND)?)?
            }
            "minute" | "minutes" | "m" | "min" | "mins" => {
                micros = micros.checked_add(whole()?.checked_mul(60 * SECOND)?)?
            }
            "second" | "seconds" | "s" | "sec" | "secs" => micros = micros.checked_add(seconds(word)?)?,
            _ => return None,
        }
    }
    (!words.is_empty()).then(|| format!("{months} {days} {micros}"))
}

/// Words; a unit that stands close to its number is one of its own.
fn split(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    for piece in text.split_whitespace() {
        let end = piece.find(|char: char| char.is_ascii_alphabetic()).unwrap_or(piece.len());
        let (number, unit) = piece.split_at(end);
        if !unit.chars().all(|char| char.is_ascii_alphabetic()) {
            return None;
        }
        words.extend([number, unit].into_iter().filter(|part| !part.is_empty()).map(str::to_string));
    }
    Some(words)
}

/// `[-]HH:MM[:SS[.f]]` in microseconds.
fn clock(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = text.split(':');
    let hours: i64 = digits(parts.next()?)?;
    let minutes: i64 = digits(parts.next()?)?;
    let rest = parts.next().map_or(Some(0), seconds)?;
    if parts.next().is_some() || minutes > 59 || !(0..60 * SECOND).contains(&rest) || hours > 1_000_000 {
        return None;
    }
    Some(sign * ((hours * 60 + minutes) * 60 * SECOND + rest))
}

fn digits(text: &str) -> Option<i64> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

/// Seconds with a fraction, in microseconds.
fn seconds(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.len() > 6 {
        return None;
    }
    let fraction = digits(&format!("{fraction:0<6}"))?;
    let whole = digits(if whole.is_empty() { "0" } else { whole })?.checked_mul(SECOND)?;
    Some(sign * whole.checked_add(fraction)?)
}

/// Days since 1970-01-01, or infinity.
pub(super) fn date(text: &str) -> Option<String> {
    if let Some(special) = special(text) {
        return Some(special);
    }
    // A time of day is dropped by the input function.
    let day = text.split([' ', 'T']).next()?;
    days(day).map(|days| (days * DAY).to_string())
}

/// Microseconds since 1970; with a time zone in UTC, and only where the text says its offset.
pub(super) fn timestamp(text: &str, zoned: bool) -> Option<String> {
    if let Some(special) = special(text) {
        return Some(special);
    }
    let (day, rest) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let rest = rest.trim();
    let at = rest.find(['Z', 'z', '+', '-']).unwrap_or(rest.len());
    let (of_day, zone) = rest.split_at(at);
    let micros = days(day)? * DAY + if of_day.is_empty() { 0 } else { clock(of_day.trim())? };
    if !zoned {
        return Some(micros.to_string());
    }
    let offset = match zone {
        "" => return None,
        "Z" | "z" => 0,
        zone if zone.contains(':') => clock(zone)?,
        zone => clock(&format!("{zone}:00"))?,
    };
    Some((micros - offset).to_string())
}

/// Microseconds since midnight.
pub(super) fn time(text: &str) -> Option<String> {
    clock(text).filter(|micros| (0..=DAY).contains(micros)).map(|micros| micros.to_string())
}

fn special(text: &str) -> Option<String> {
    match text.to_ascii_lowercase().as_str() {
        "infinity" | "+infinity" => Some("infinity".to_string()),
        "-infinity" => Some("-infinity".to_string()),
        "epoch" => Some("0".to_string()),
        _ => None,
    }
}

/// Days since 1970-01-01 in the Gregorian calendar, of `YYYY-MM-DD`.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || year.len() != 4 {
        return None;
    }
    let (year, month, day) = (digits(year)?, digits(month)?, digits(day)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // The year begins in March, so that the leap day is its last.
    let (year, month) = if month <= 2 { (year - 1, month + 9) } else { (year, month - 3) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}
