//! Which values are secrets, told by their names and by how they look. Nothing says so on the platform, so it is a
//! guess, and rather too many are taken for secrets than too few.

/// Words in a name that make its value a secret.
const WORDS: [&str; 21] = [
    "apikey",
    "auth",
    "cookie",
    "cred",
    "credential",
    "credentials",
    "creds",
    "dsn",
    "key",
    "keys",
    "pass",
    "passphrase",
    "passwd",
    "password",
    "private",
    "pw",
    "pwd",
    "salt",
    "secret",
    "token",
    "tokens",
];

/// How such words end that are written together with others, such as `dbpassword`.
const ENDINGS: [&str; 6] = ["apikey", "passwd", "password", "secret", "token", "passphrase"];

/// How keys of well-known services begin.
const BEGINNINGS: [&str; 9] = [
    "AKIA",
    "ghp_",
    "gho_",
    "glpat-",
    "sk_live_",
    "sk-",
    "xoxb-",
    "xoxp-",
    "-----BEGIN",
];

/// Whether a value of this name is a secret.
pub fn is_secret(name: &str, value: &str) -> bool {
    !value.is_empty() && (names_secret(name) || looks_secret(value))
}

fn names_secret(name: &str) -> bool {
    let mut apart = String::with_capacity(name.len() + 4);
    let mut before = ' ';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            apart.push(' ');
        }
        apart.push(letter);
        before = letter;
    }
    let apart = apart.to_lowercase();
    let mut words = apart.split(|letter: char| !letter.is_alphanumeric());
    words.any(|word| WORDS.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

fn looks_secret(value: &str) -> bool {
    BEGINNINGS.iter().any(|start| value.starts_with(start)) || has_password(value) || is_random(value)
}

/// A URL with a password: `scheme://user:password@host`.
fn has_password(value: &str) -> bool {
    value.split("://").skip(1).any(|rest| {
        let authority = rest.split(['/', '?', '#', ' ']).next().unwrap_or_default();
        let user = authority.rsplit_once('@').map(|(user, _)| user);
        user.and_then(|user| user.split_once(':'))
            .is_some_and(|(_, password)| !password.is_empty())
    })
}

/// A long run of digits and letters that nobody can read.
fn is_random(value: &str) -> bool {
    let sign = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '_' | '-');
    value.len() >= 32
        && value.chars().all(sign)
        && value.chars().filter(char::is_ascii_digit).count() >= 4
        && value.chars().filter(char::is_ascii_alphabetic).count() >= 4
}

/// Whether an argument of a command holds a secret: `--password=x`, or `x` behind `--password`.
pub(super) fn is_secret_argument(args: &[String], at: usize) -> bool {
    let Some(arg) = args.get(at) else { return false };
    if let Some((name, value)) = arg.split_once('=') {
        return is_secret(name, value);
    }
    let before = at.checked_sub(1).and_then(|before| args.get(before));
    let named =
        before.filter(|before| before.starts_with('-') && !before.contains('=') && !arg.starts_with('-'));
    is_secret(named.map_or("", String::as_str), arg)
}
