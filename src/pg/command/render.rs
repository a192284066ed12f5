//! `Display`: a command as SQL, without trailing semicolon.
