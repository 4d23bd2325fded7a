//! Names of variables that most likely hold a secret.

/// Ends of such names.
const ENDS: [&str; 6] = ["API_KEY", "PASSWD", "PASSWORD", "PRIVATE_KEY", "SECRET", "TOKEN"];

/// Whether a variable is named like a secret.
pub(crate) fn is_secret(variable: &str) -> bool {
    let name = variable.to_uppercase();
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && ENDS.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_secrets() {
        assert!(is_secret("GITHUB_TOKEN") && is_secret("db_password") && is_secret("SECRET"));
        assert!(!is_secret("TOKEN_URL") && !is_secret("PATH") && !is_secret("--token"));
    }
}
