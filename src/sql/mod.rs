//! Floor 3: text in, commands out.
