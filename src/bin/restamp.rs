//! The command line.

fn main() -> std::process::ExitCode {
    restamp::cli::main()
}
