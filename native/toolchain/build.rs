//! The library stays in the address space for good: purging the Elixir module would
//! unmap code under rolldown's threads (ld(1), `-z nodelete`).

fn main() {
    let os = std::env::var("CARGO_CFG_TARGET_OS").unwrap_or_default();
    match os.as_str() {
        "linux" | "android" | "freebsd" => {
            println!("cargo:rustc-link-arg-cdylib=-Wl,-z,nodelete");
        }
        // The VM's symbols are found when the library is loaded.
        "macos" => println!("cargo:rustc-link-arg-cdylib=-Wl,-undefined,dynamic_lookup"),
        _ => {}
    }
    println!("cargo:rerun-if-changed=build.rs");
}
