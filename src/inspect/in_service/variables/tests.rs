use super::*;

fn wanted(source: &str) -> Vec<String> {
    read(&syn::parse_str(source).unwrap()).0.into_iter().map(|(name, _)| name).collect()
}

#[test]
fn what_stops_the_program_where_a_variable_is_not_set() {
    for code in [
        "let a = std::env::var(\"A_B\").expect(\"A_B\");",
        "let a: u16 = env::var(\"A_B\").unwrap().parse().unwrap();",
        "let a = std::env::var_os(\"A_B\").unwrap();",
        "let a = dotenvy::var(\"A_B\").ok().expect(\"A_B\");",
        "let a = var(NAME).map(Url::parse).unwrap();",
        "let a = env::var(\"A_B\").unwrap_or_else(|_| panic!(\"A_B is not set\"));",
        "let a = env::var(\"A_B\").unwrap_or_else(|_| { panic!(\"A_B is not set\") });",
        "let a = env::var(\"A_B\").context(\"A_B\")?;",
        "run(async { connect(&env::var(\"A_B\")?).await });",
        "if env::var(\"A_B\").unwrap() == \"1\" { }",
        "static A: LazyLock<String> = LazyLock::new(|| env::var(\"A_B\").unwrap());",
        "lazy_static! { static ref B: u8 = 1; static ref A: String = env::var(\"A_B\").unwrap(); }",
    ] {
        let source = format!("const NAME: &str = \"A_B\"; fn main() {{ {code} }}");
        assert_eq!(wanted(&source), ["A_B"], "{code}");
    }
    let source = "fn a() {\n  f(\n    env::var(\"B_A\").unwrap(),\n  env::var(\"B_A\").unwrap()) }";
    assert_eq!(read(&syn::parse_str(source).unwrap()).0, [("B_A".to_owned(), 3)]);
}

#[test]
fn what_a_function_is_asked_for() {
    let source = "fn main() { let a = required(\"A_B\"); let c = Env::given(\"C_D\"); let e = optional(\"E_F\"); } \
                  fn required(key: &str) -> String { env::var(key).unwrap_or_else(|_| panic!(\"{key}\")) } \
                  impl Env { fn given(key: impl AsRef<str>) -> String { env::var(&key).expect(\"set\") } } \
                  fn optional(key: &str) -> Option<String> { env::var(key).ok() }";
    assert_eq!(wanted(source), ["A_B", "C_D"]);
}

#[test]
fn the_file_that_variables_come_from() {
    let files = |code: &str| read(&syn::parse_str(&format!("fn main() {{ {code} }}")).unwrap()).1;
    for code in ["dotenv().expect(\"a file\");", "dotenvy::dotenv().map_err(Error::from)?;"] {
        assert_eq!(files(code), [(".env".to_owned(), 1)], "{code}");
    }
    assert!(files("dotenv().ok(); let _ = dotenvy::dotenv(); if dotenv::dotenv().is_err() { }").is_empty());
}

#[test]
fn what_may_be_unset_is_not_wanted() {
    for code in [
        "let a = env::var(\"A_B\");",
        "let a = env::var(\"A_B\").unwrap_or_default();",
        "let a: u16 = env::var(\"A_B\").unwrap_or(\"80\".into()).parse().unwrap();",
        "let a = env::var(\"A_B\").or_else(|_| env::var(\"A\")).unwrap();",
        "let a = env::var(\"A_B\").unwrap_or_else(|_| { info!(\"none\"); panic!() });",
        "if b { env::var(\"A_B\").unwrap(); } else { env::var(\"A_B\").unwrap(); }",
        "match b { 1 => env::var(\"A_B\").unwrap(), _ => c };",
        "let Some(a) = b else { env::var(\"A_B\").unwrap(); };",
        "let a = b.unwrap_or_else(|| env::var(\"A_B\").unwrap());",
        "let a = b && env::var(\"A_B\").unwrap() == \"1\";",
        "for a in b { env::var(\"A_B\").unwrap(); } while b { env::var(\"A_B\").unwrap(); }",
        "let a = var(\"x\").unwrap();",
        "let a = scope::var(\"A_B\").unwrap();",
        "println!(\"{}\", env::var(\"A_B\").unwrap());",
    ] {
        assert!(wanted(&format!("fn main() {{ {code} }}")).is_empty(), "{code}");
    }
}

#[test]
fn an_error_that_is_returned_ends_the_program_where_it_makes_the_settings() {
    let read = "-> Result<()> { env::var(\"A_B\")?; }";
    for source in [
        format!("fn main() {read}"),
        format!("impl Config {{ fn from_env() {read} }}"),
        format!("impl BootstrapConfig {{ fn load() {read} }}"),
    ] {
        assert_eq!(wanted(&source), ["A_B"], "{source}");
    }
    for source in [
        format!("fn token() {read}"),
        format!("impl Mailer {{ fn new() {read} }}"),
        format!("impl S3Config {{ fn from_env() {read} }}"),
        format!("impl Config {{ fn token(&self) {read} }}"),
        "#[cfg(test)] mod tests { fn main() { env::var(\"A_B\").unwrap(); } }".to_owned(),
    ] {
        assert!(wanted(&source).is_empty(), "{source}");
    }
}
