//! What a definition comes to: its canonical form, what differs between two, and its variables.

use super::*;

#[test]
fn the_canonical_form_keeps_port_forms_and_an_empty_policy() {
    let text = component(
        r#","pod":"p","scaling_policy":{},"image":"nginx","env":{"B":"2","A":"1"},"ports":[80,"81","082/udp"],"domains":{"b.io":"80","a.io":80},"volumes":[{"size":"5g","path":"/d"}]},{"component_name":"d","image":"nginx","pod":"p""#,
    );
    let definition = parse(&text).unwrap();
    assert_eq!(
        definition.to_json(),
        r#"{"app_name":"a","services":[{"service_name":"s","components":[{"component_name":"c","scaling_policy":{},"image":"nginx","ports":[80,"81","082/udp"],"env":["A=1","B=2"],"volumes":[{"path":"/d","size":"5 GB"}],"domains":{"a.io":80,"b.io":"80"},"pod":"p"},{"component_name":"d","image":"nginx","pod":"p"}]}]}"#
    );
    assert_eq!(
        parse(&definition.to_json()).unwrap().to_json(),
        definition.to_json()
    );
}

/// The changes between two components, one word or so each.
fn changes(before: &str, after: &str) -> Vec<String> {
    let normal = |members: &str| parse(&component(members)).unwrap().normalized();
    difference(&normal(before), &normal(after))
        .into_iter()
        .map(|change| match change {
            Change::Tag {
                service,
                component,
                from,
                to,
            } => format!("{service}/{component} {from:?} -> {to:?}"),
            Change::Other(place) => place.to_string(),
        })
        .collect()
}

#[test]
fn definitions_are_compared_by_meaning() {
    let none: [String; 0] = [];
    assert_eq!(
        changes(
            r#","image":"nginx","ports":[80,"81"],"env":{"A":"1","B":"2"},"domains":{"A.io":"80/tcp"},"volumes":[{"path":"/d/","size":"5"}]"#,
            r#","image":"nginx","ports":["81/tcp","80"],"env":["B=2","A=1"],"domains":{"a.IO":80},"volumes":[{"path":"/d","size":"5 GB"}],"scaling_policy":{}"#
        ),
        none
    );
    assert_eq!(
        changes(r#","image":"nginx""#, r#","image":"nginx:1.9""#),
        [r#"s/c "" -> "1.9""#]
    );
    assert_eq!(
        changes(r#","image":"nginx:1""#, r#","image":"nginx""#),
        [r#"service "s" component "c" image"#]
    );
    assert_eq!(
        changes(
            r#","image":"nginx:1","env":["A=1"]"#,
            r#","image":"apache:2","env":["A=2"]"#
        ),
        [
            r#"service "s" component "c" image"#,
            r#"service "s" component "c" env"#
        ]
    );
}

#[test]
fn variables_are_replaced_as_raw_text_and_the_longest_name_wins() {
    let mut variables = Variables::built_in("bantic", "dev", None);
    variables.extend([("redis", "x"), ("redis_port", "6379"), ("tag", "bad tag")]);
    let text = component(
        r#","image":"nginx","ports":[$redis_port],"env":["O=$GIANTSWARM_ORGANIZATION/$redis2","H=$HOME"]"#,
    );
    let (definition, warnings) = load(&text, &variables).unwrap();
    let found = &definition.services[0].components[0];
    assert_eq!(found.ports[0].number, 6379);
    assert_eq!(found.env, ["O=bantic/x2", "H=$HOME"]);
    assert_eq!(&text[warnings[0].span.clone()], "$HOME");

    let text = component(r#","image":"nginx:$tag","ports":[$redis_prt]"#);
    let faults = load(&text, &variables).unwrap_err();
    assert_eq!(
        faults[0].message,
        "the variable $redis_prt has no value. Did you mean \"redis_port\"?"
    );

    let text = component(r#","image":"nginx:$tag""#);
    let fault = load(&text, &variables).unwrap_err().remove(0);
    assert_eq!(&text[fault.span.clone()], "\"nginx:$tag\"");
    assert!(!fault.message.contains("bad tag"), "{}", fault.message);

    let text = component(r#","image":"nginx","foo":1"#);
    let faults = load(
        &text.replace(r#""a""#, r#""$GIANTSWARM_ENVIRONMENT""#),
        &variables,
    )
    .unwrap_err();
    let moved = text.replace(r#""a""#, r#""$GIANTSWARM_ENVIRONMENT""#);
    assert_eq!(&moved[faults[0].span.clone()], r#""foo""#);
}

#[test]
fn a_variables_file_is_keyed_by_environment() {
    let file =
        parse_variable_file(r#"{"bant/dev":{"redis_port":8080,"domain":"localhost","on":true}}"#).unwrap();
    assert_eq!(file["bant/dev"]["redis_port"], "8080");
    assert_eq!(file["bant/dev"]["on"], "true");
    assert_eq!(parse_variable_file(r#"{"bant":{"a":[]}}"#).unwrap_err().len(), 2);
}

#[test]
fn an_answer_of_a_server_may_have_empties_and_more_keys() {
    let text =
        component(r#","image":"nginx","ports":[],"env":null,"scaling_policy":{"min":0},"pod":"","new":1"#);
    assert_eq!(
        parse_answer(&text).unwrap().normalized(),
        parse(&component(r#","image":"nginx""#)).unwrap().normalized()
    );
}
