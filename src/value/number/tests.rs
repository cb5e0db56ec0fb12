use super::Number;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[track_caller]
fn prints(number: Number, expected: &str) {
    assert_eq!(number.to_string(), expected);
}
