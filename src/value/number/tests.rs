use std::cmp::Ordering;

use proptest::prelude::*;

use super::Number;

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

#[track_caller]
fn prints(number: &Number, expected: &str) {
    assert_eq!(number.to_string(), expected);
}

/// A number as the measurements have it: with 53 bits from a double, with 64 an integer, else from text.
fn measured(text: &str, precision: &str) -> Number {
    match precision {
        "53" => Number::from_f64(text.parse().unwrap()).unwrap(),
        "64" => Number::from(text.parse::<i64>().unwrap()),
        _ => number(text),
    }
}

#[test]
fn arithmetic_and_printing_agree_with_every_measurement() {
    let mut count = 0;
    for line in include_str!("tests/measured.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
    {
        let (input, expected) = line.split_once(" = ").unwrap();
        let words: Vec<&str> = input.split(' ').collect();
        let a = measured(words[0], words[1]);
        let result = match words[2..] {
            [] => a,
            [op, b, precision] => {
                let b = measured(b, precision);
                match op {
                    "+" => a.add(&b),
                    "-" => a.sub(&b),
                    "*" => a.mul(&b),
                    "/" => a.div(&b),
                    _ => a.modulo(&b),
                }
                .unwrap()
            }
            _ => unreachable!("{line}"),
        };
        assert_eq!(result.to_string(), expected, "{input}");
        count += 1;
    }
    assert!(count > 500);
}

#[test]
fn text_is_read_as_the_language_reads_it() {
    for (text, expected) in [
        ("1", "1"),
        ("-1e3", "-1000"),
        ("+5", "5"),
        (".5", "0.5"),
        ("5.", "5"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("1p3", "8"),
        ("-0", "-0"),
        ("0e99999999", "0"),
        ("Inf", "+Inf"),
        ("-inf", "-Inf"),
        ("99999999999999999999999999.5", "99999999999999999999999999.5"),
        ("9223372036854775807", "9223372036854775807"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("18446744073709551616", "18446744073709551616"),
        (
            "3.14159265358979323846264338327950288419716939937510",
            "3.1415926535897932384626433832795028841971693993751",
        ),
    ] {
        prints(&number(text), expected);
    }
    for text in [
        "", "+", "-", ".", "e5", "1e", "1e+", "0x10", "0b1", "0o7", "NaN", "no", " 1", "1 ", "1_000",
        "1.2.3", "--1", "+-1", "\u{663}", "infinity", "1e5.5", "1p",
    ] {
        assert!(Number::parse(text).is_none(), "{text:?}");
    }
}

#[test]
fn numbers_with_huge_exponents_are_refused_and_never_hang() {
    for text in [
        "1e1000000000",
        "1e-1000000000",
        "1e99999999999999999999999",
        "1e40000",
        "-1e-40000",
        "1p999999999",
    ] {
        assert!(Number::parse(text).is_none(), "{text}");
    }
    let mut big = number("1e30000");
    let mut small = number("1e-30000");
    prints(&big, &format!("1{}", "0".repeat(30_000)));
    for _ in 0..40 {
        big = big.mul(&big).unwrap();
        small = small.mul(&small).unwrap();
    }
    prints(&big, "+Inf");
    prints(&small, "0");
}

#[test]
fn very_long_digits_take_linear_time() {
    let long = "7".repeat(1_000_000);
    assert!(Number::parse(&long).is_none());
    let long = format!("0.{}", "3".repeat(1_000_000));
    let third = number("1").div(&number("3")).unwrap();
    assert!(number(&long).sub(&third).unwrap().abs() < number("1e-150"));
}

#[test]
fn integers_beyond_512_bits_are_rounded() {
    let long = format!("1{}1", "0".repeat(200));
    prints(&number(&long), &format!("1{}0", "0".repeat(200)));
    // Counted integers keep all their bits.
    let exact = Number::from_bigint(&long.parse().unwrap());
    prints(&exact, &long);
}

#[test]
fn division_knows_infinity_and_refuses_what_has_no_answer() {
    let (zero, one, inf) = (number("0"), number("1"), Number::infinity(false));
    prints(&one.div(&zero).unwrap(), "+Inf");
    prints(&one.neg().div(&zero).unwrap(), "-Inf");
    prints(&one.div(&inf).unwrap(), "0");
    prints(&one.modulo(&zero).unwrap(), "1");
    prints(&zero.mul(&number("-1")).unwrap(), "-0");
    prints(&zero.div(&number("-5")).unwrap(), "-0");
    prints(&number("-5").modulo(&number("5")).unwrap(), "0");
    assert!(zero.div(&zero).is_err());
    assert!(inf.div(&inf).is_err());
    assert!(inf.sub(&inf).is_err());
    assert!(zero.mul(&inf).is_err());
    prints(&inf.add(&one).unwrap(), "+Inf");
}

#[test]
fn numbers_of_different_precision_are_the_same_if_they_print_the_same() {
    let double = Number::from_f64(0.1).unwrap();
    assert!(double.same(&number("0.1")));
    assert_ne!(double, number("0.1"));
    assert!(!double.with_precision(512).same(&double));
    assert!(number("-0").same(&number("0")));
    assert!(Number::from(3_i64).same(&number("3.0")));
    assert!(!number("1.0000000000000000000000000000000001").same(&number("1")));
    let sum = number("0.1").add(&number("0.2")).unwrap();
    assert!(sum.same(&number("0.3")));
}

#[test]
fn floor_ceil_and_trunc_step_to_integers() {
    for (text, floor, ceil, trunc) in [
        ("2.5", "2", "3", "2"),
        ("-2.5", "-3", "-2", "-2"),
        ("0.1", "0", "1", "0"),
        ("-0.1", "-1", "0", "0"),
        ("7", "7", "7", "7"),
        ("-7", "-7", "-7", "-7"),
        (
            "1e30",
            &format!("1{}", "0".repeat(30)),
            &format!("1{}", "0".repeat(30)),
            &format!("1{}", "0".repeat(30)),
        ),
    ] {
        prints(&number(text).floor(), floor);
        prints(&number(text).ceil(), ceil);
        prints(&number(text).trunc(), trunc);
    }
}

#[test]
fn conversions_to_native_integers_are_exact_or_refused() {
    assert_eq!(number("1.5").to_i64(), None);
    assert_eq!(number("1e3").to_i64(), Some(1000));
    assert_eq!(number("-0").to_u64(), Some(0));
    assert_eq!(number("-1").to_u64(), None);
    assert_eq!(number("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(number("18446744073709551616").to_u64(), None);
    assert_eq!(number("-9223372036854775808").to_i64(), Some(i64::MIN));
    assert_eq!(number("1e30000").to_i64(), None);
    assert_eq!(Number::infinity(false).to_i64(), None);
}

#[test]
fn ten_digits_go_into_the_order_of_sets() {
    for (text, expected) in [
        ("100", "100"),
        ("1e12", "1e+12"),
        ("12345678901", "1.23456789e+10"),
        ("0.00001", "1e-05"),
        ("0.0001", "0.0001"),
        ("-2.50", "-2.5"),
    ] {
        assert_eq!(number(text).ten_digits(), expected);
    }
}

fn any_text() -> impl Strategy<Value = String> {
    (any::<bool>(), "[0-9]{1,40}", "[0-9]{0,40}", -300..300_i32).prop_map(
        |(negative, whole, fraction, exponent)| {
            let sign = if negative { "-" } else { "" };
            format!("{sign}{whole}.{fraction}e{exponent}")
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printing_and_reading_gives_the_number_back(text in any_text()) {
        let first = number(&text);
        let second = number(&first.to_string());
        prop_assert!(first.same(&second));
        prop_assert_eq!(first, second);
    }

    #[test]
    fn doubles_print_as_rust_prints_them_and_come_back(double in any::<f64>().prop_filter("finite", |d| d.is_finite())) {
        let number = Number::from_f64(double).unwrap();
        prop_assert_eq!(number.to_f64().to_bits(), double.to_bits());
        prop_assert_eq!(number.to_string().parse::<f64>().unwrap().to_bits(), double.to_bits());
    }

    #[test]
    fn text_becomes_the_nearest_double(text in any_text()) {
        let double = number(&text).to_f64();
        prop_assert_eq!(double.to_bits(), text.parse::<f64>().unwrap().to_bits());
    }

    #[test]
    fn integer_arithmetic_is_exact(a in any::<i32>(), b in any::<i32>()) {
        let (x, y) = (Number::from(a), Number::from(b));
        let (a, b) = (i64::from(a), i64::from(b));
        prop_assert_eq!(x.add(&y).unwrap().to_i64(), Some(a + b));
        prop_assert_eq!(x.sub(&y).unwrap().to_i64(), Some(a - b));
        prop_assert_eq!(x.mul(&y).unwrap().to_i64(), Some(a * b));
        if b != 0 {
            prop_assert_eq!(x.div(&y).unwrap().trunc().to_i64(), Some(a / b));
            prop_assert_eq!(x.modulo(&y).unwrap().to_i64(), Some(a % b));
        }
        prop_assert_eq!(x.cmp(&y), a.cmp(&b));
    }

    #[test]
    fn order_agrees_with_the_sign_of_the_difference(a in any_text(), b in any_text()) {
        let (a, b) = (number(&a), number(&b));
        prop_assert_eq!(a.cmp(&b), a.sub(&b).unwrap().sign());
        prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
        prop_assert_eq!(a.cmp(&a), Ordering::Equal);
    }

    #[test]
    fn same_is_symmetric_and_holds_for_equal_numbers_of_one_precision(a in any_text(), b in any_text()) {
        let (a, b) = (number(&a), number(&b));
        prop_assert_eq!(a.same(&b), b.same(&a));
        prop_assert_eq!(a.same(&b), a.to_string() == b.to_string() || (a.is_zero() && b.is_zero()));
    }
}
