//! What the original parser accepted and refused, as measured, and what we add to it.

mod corpus;
mod meaning;

use super::*;

/// A definition with one component that has these members besides its name.
fn component(members: &str) -> String {
    format!(
        r#"{{"app_name":"a","services":[{{"service_name":"s","components":[{{"component_name":"c"{members}}}]}}]}}"#
    )
}

/// A component with an image, a port and these further members.
fn with(members: &str) -> String {
    component(&format!(r#","image":"nginx","ports":[80],{members}"#))
}

/// A service of several components.
fn service(components: &str) -> String {
    format!(r#"{{"app_name":"a","services":[{{"service_name":"s","components":[{components}]}}]}}"#)
}

const HERE: &str = r#"["services"][0]["components"][0]"#;

/// `ok`, or the first fault as `Kind at path`.
fn verdict(text: &str) -> String {
    match parse(text) {
        Ok(_) => "ok".to_owned(),
        Err(faults) => {
            let fault = faults.iter().find(|fault| fault.is_error()).unwrap();
            format!("{:?} at {}", fault.kind, fault.path)
        }
    }
}

fn check_verdict(text: &str, expected: &str) {
    let expected = expected.replace("HERE", HERE);
    assert_eq!(verdict(text), expected, "{text}");
}

#[test]
fn what_the_original_parser_accepted_is_accepted() {
    for text in [
        with(r#""args":["a"]"#),
        component(r#","image":"nginx","ports":["80"]"#),
        component(r#","image":"nginx","ports":["80/tcp", "53/udp", 8e1, 81.0, "+82", "083"]"#),
        component(r#","image":"nginx","ports":[80, 80]"#),
        with(r#""domains":{"x.gigantic.io":81}"#),
        with(r#""domains":{"X.Gigantic.IO":"80/tcp", "io": 80}"#),
        with(r#""env":{"B":"2","A":""}"#),
        with(r#""env":["B=2","A",""]"#),
        with(
            r#""volumes":[{"path":"/d","size":" 5gb "},{"path":"d","size":"1000 GB"},{"path":"/","size":"07"}]"#,
        ),
        with(r#""volumes":[{"Path":"/d","Size":"0g"}]"#),
        with(r#""dependencies":[{"name":"zz","port":1,"same_machine":true}]"#),
        with(r#""dependencies":[{"name":"c","port":"80/udp","alias":"x"}]"#),
        with(r#""scaling_policy":{"min":1,"max":11}"#),
        with(r#""scaling_policy":{"placement":"one-per-machine"}"#),
        with(r#""scaling_policy":{}"#),
        with(r#""scaling_policy":{"min":-3}"#),
        with(r#""entryPoint":"/bin/x""#).replace("entryPoint", "Entrypoint"),
        r#"{"appName":"a","Services":null}"#.to_owned(),
        r#"{"app_name":"","services":[{"service_name":"","components":null}]}"#.to_owned(),
        r#"{"app_name":"a","services":[],"public_ports":{"80":"x"}}"#.to_owned(),
        r#"{"app_name":1,"app_name":"a","services":[]}"#.to_owned(),
    ] {
        check_verdict(&text, "ok");
    }
}

#[test]
fn keys_are_known_required_and_never_empty() {
    check_verdict(&with(r#""foo":"a:b""#), r#"UnknownKey at HERE["foo"]"#);
    check_verdict(&component(r#","ports":[80]"#), r#"MissingKey at HERE["image"]"#);
    check_verdict(r#"{"app_name":"a"}"#, r#"MissingKey at ["services"]"#);
    check_verdict("null", "WrongType at ");
    check_verdict("[]", "WrongType at ");
    for empty in [
        r#""args":[]"#,
        r#""env":{}"#,
        r#""env":[]"#,
        r#""domains":{}"#,
        r#""domains":null"#,
        r#""volumes":[]"#,
        r#""dependencies":null"#,
        r#""entrypoint":"""#,
        r#""pod":"""#,
        r#""pod":null"#,
        r#""scaling_policy":null"#,
    ] {
        let key = empty.split('"').nth(1).unwrap();
        check_verdict(&with(empty), &format!(r#"Empty at HERE["{key}"]"#));
    }
    check_verdict(
        &with(r#""scaling_policy":{"min":-0.0}"#),
        r#"Empty at HERE["scaling_policy"]["min"]"#,
    );
    check_verdict(
        &with(r#""dependencies":[{"name":"a","port":1,"same_machine":false}]"#),
        r#"Empty at HERE["dependencies"][0]["same_machine"]"#,
    );
    check_verdict(
        &with(r#""dependencies":[{"port":1}]"#),
        r#"MissingKey at HERE["dependencies"][0]["name"]"#,
    );
    check_verdict(
        &with(r#""volumes":[{"volumesFrom":"x"}]"#),
        r#"UnknownKey at HERE["volumes"][0]["volumes_from"]"#,
    );
    check_verdict(
        &with(r#""volumes":[{"path":"","size":"1 GB"}]"#),
        r#"Empty at HERE["volumes"][0]["path"]"#,
    );
}

#[test]
fn values_have_their_type() {
    check_verdict(
        &with(r#""entrypoint":["x"]"#),
        r#"WrongType at HERE["entrypoint"]"#,
    );
    check_verdict(&with(r#""args":[1]"#), r#"WrongType at HERE["args"][0]"#);
    check_verdict(&with(r#""env":"A=1""#), r#"Env at HERE["env"]"#);
    check_verdict(&with(r#""env":null"#), r#"Env at HERE["env"]"#);
    check_verdict(&with(r#""env":{"A":1}"#), r#"Env at HERE["env"]["A"]"#);
    check_verdict(&with(r#""env":{"A":null}"#), r#"Env at HERE["env"]["A"]"#);
    check_verdict(&with(r#""env":[null]"#), r#"Env at HERE["env"][0]"#);
    check_verdict(
        &component(r#","image":"nginx","ports":80"#),
        r#"WrongType at HERE["ports"]"#,
    );
    check_verdict(&component(r#","image":null"#), r#"WrongType at HERE["image"]"#);
    check_verdict(
        &with(r#""scaling_policy":{"min":1.5}"#),
        r#"WrongType at HERE["scaling_policy"]["min"]"#,
    );
    check_verdict(
        &with(r#""scaling_policy":{"min":1e30}"#),
        r#"WrongType at HERE["scaling_policy"]["min"]"#,
    );
    check_verdict(
        &with(r#""scaling_policy":{"placement":"x"}"#),
        r#"Scaling at HERE["scaling_policy"]["placement"]"#,
    );
    check_verdict(
        r#"{"app_name":null,"services":[]}"#,
        r#"WrongType at ["app_name"]"#,
    );
    check_verdict(
        r#"{"app_name":"a","services":[null]}"#,
        r#"WrongType at ["services"][0]"#,
    );
    check_verdict(
        r#"{"app_name":"a","services":[],"public_ports":{"80":80}}"#,
        r#"WrongType at ["public_ports"]["80"]"#,
    );
}

#[test]
fn ports_images_sizes_and_domains_are_of_their_form() {
    for port in [
        "0",
        "65536",
        "80.5",
        "true",
        "null",
        "[80]",
        "{}",
        r#""80/icmp""#,
        r#""80/""#,
        r#""80/tcp/x""#,
        r#""/tcp""#,
        r#"" 80""#,
        r#""""#,
        r#""80/TCP""#,
    ] {
        check_verdict(
            &component(&format!(r#","image":"nginx","ports":[{port}]"#)),
            r#"Port at HERE["ports"][0]"#,
        );
    }
    for image in [
        "",
        "a b",
        "abc/img",
        "myorg-x/img",
        "UPPER/img",
        "registry/ns/repo:v",
        "a/b/c/d",
        "img:1:2",
        "img@sha256:ab",
        "/nginx",
        "/abcd/x",
        "abcd/",
        "img:",
        "Img",
    ] {
        check_verdict(
            &component(&format!(r#","image":"{image}""#)),
            r#"Image at HERE["image"]"#,
        );
    }
    for image in [
        "nginx:1.9",
        "user/img",
        "quay.io/coreos/etcd:v2",
        "o_rg/img",
        "localhost:5000/img",
        "x/abcd/img",
        "a-b_c.d:A_b-c.1",
        "registry.giantswarm.io/docs",
    ] {
        let definition = parse(&component(&format!(r#","image":"{image}""#))).unwrap();
        assert_eq!(definition.services[0].components[0].image.to_string(), image);
    }
    for size in [
        "5 MB",
        "",
        "-5",
        "+5",
        "5 ",
        "GB",
        "5.0 GB",
        "4294967296",
        "5 G B",
    ] {
        check_verdict(
            &with(&format!(r#""volumes":[{{"path":"/d","size":"{size}"}}]"#)),
            r#"Size at HERE["volumes"][0]["size"]"#,
        );
    }
    check_verdict(
        &with(r#""volumes":[{"path":"/d","size":5}]"#),
        r#"WrongType at HERE["volumes"][0]["size"]"#,
    );
    for domain in [
        "x.nosuchtldzz",
        "a_b.gigantic.io",
        "someuser",
        "-a.io",
        "a-.io",
        "a..io",
        "a.io.",
        "ä.io",
        "",
    ] {
        check_verdict(
            &with(&format!(r#""domains":{{"{domain}":80}}"#)),
            &format!(r#"Domain at HERE["domains"]["{domain}"]"#),
        );
    }
    check_verdict(
        &with(r#""domains":{"x.io":[80]}"#),
        r#"Port at HERE["domains"]["x.io"]"#,
    );
}

#[test]
fn volumes_relate_to_each_other() {
    let volumes = |list: &str| with(&format!(r#""volumes":[{list}]"#));
    check_verdict(&volumes(r#"{"size":"5 GB"}"#), r#"Volume at HERE["volumes"][0]"#);
    check_verdict(&volumes("{}"), r#"Volume at HERE["volumes"][0]"#);
    check_verdict(&volumes(r#"{"path":"/d"}"#), r#"Volume at HERE["volumes"][0]"#);
    check_verdict(
        &volumes(r#"{"volume-from":"x"}"#),
        r#"Volume at HERE["volumes"][0]"#,
    );
    check_verdict(
        &volumes(r#"{"path":"/d","size":"1","volumes-from":"x"}"#),
        r#"Volume at HERE["volumes"][0]"#,
    );
    check_verdict(
        &volumes(r#"{"volumes-from":"c"}"#),
        r#"VolumeReference at HERE["volumes"][0]"#,
    );
    check_verdict(
        &volumes(r#"{"volumes-from":"d"}"#),
        r#"VolumeReference at HERE["volumes"][0]"#,
    );
    check_verdict(
        &volumes(r#"{"path":"/d","size":"5 GB"},{"path":"/d/","size":"5 GB"}"#),
        r#"DuplicateVolume at HERE["volumes"][1]"#,
    );
    let pair = |first: &str, second: &str| {
        service(&format!(
            r#"{{"component_name":"c","image":"nginx","pod":"p","volumes":[{first}]}},
               {{"component_name":"d","image":"nginx","pod":"p","volumes":[{second}]}}"#
        ))
    };
    let own = r#"{"path":"/d","size":"1 GB"}"#;
    check_verdict(&pair(own, r#"{"volumes-from":"c"}"#), "ok");
    check_verdict(
        &pair(own, r#"{"volume-from":"c","volume-path":"/d","path":"/e"}"#),
        "ok",
    );
    check_verdict(
        &pair(own, r#"{"volume-from":"c","volume-path":"/e"}"#),
        r#"VolumeReference at ["services"][0]["components"][1]["volumes"][0]"#,
    );
    check_verdict(
        &pair(own, r#"{"path":"/d","size":"1"},{"volumes-from":"c"}"#),
        r#"DuplicateVolume at ["services"][0]["components"][1]["volumes"][1]"#,
    );
    check_verdict(
        &pair(r#"{"volumes-from":"d"}"#, r#"{"volumes-from":"c"}"#),
        r#"VolumeCycle at HERE["volumes"][0]"#,
    );
}

#[test]
fn components_of_a_pod_agree() {
    let pair = |first: &str, second: &str| {
        service(&format!(
            r#"{{"component_name":"c","image":"nginx","pod":"p"{first}}},{{"component_name":"d","image":"nginx","pod":"p"{second}}}"#
        ))
    };
    check_verdict(&pair(r#","ports":[80]"#, r#","ports":["80/udp"]"#), "ok");
    check_verdict(
        &pair(r#","ports":[80]"#, r#","ports":["80/tcp"]"#),
        r#"PodPort at ["services"][0]["components"][1]["ports"][0]"#,
    );
    check_verdict(
        &pair(r#","scaling_policy":{"min":2}"#, r#","scaling_policy":{"min":3}"#),
        r#"Pod at ["services"][0]["components"][1]["scaling_policy"]["min"]"#,
    );
    check_verdict(
        &pair(r#","scaling_policy":{"min":2}"#, r#","scaling_policy":{"max":3}"#),
        "ok",
    );
    check_verdict(
        &pair(
            r#","dependencies":[{"name":"r","port":1}]"#,
            r#","dependencies":[{"name":"q","alias":"r","port":1}]"#,
        ),
        r#"PodDependency at ["services"][0]["components"][1]["dependencies"][0]"#,
    );
    check_verdict(&with(r#""pod":"p""#), r#"Pod at HERE["pod"]"#);
    let two = |second: &str| {
        format!(
            r#"{{"app_name":"a","services":[
            {{"service_name":"s","components":[{{"component_name":"c","image":"nginx","pod":"p"}},{{"component_name":"d","image":"nginx","pod":"p"}}]}},
            {{"service_name":"{second}","components":[{{"component_name":"c","image":"nginx","pod":"p"}}]}}]}}"#
        )
    };
    check_verdict(&two("t"), r#"Pod at ["services"][1]["components"][0]["pod"]"#);
    check_verdict(&two("s"), "ok");
}

#[test]
fn a_fault_stands_at_its_bytes_and_names_its_text() {
    let text = with(r#""volume":[]"#);
    let faults = parse(&text).unwrap_err();
    assert_eq!(&text[faults[0].span.clone()], r#""volume""#);
    assert_eq!(
        faults[0].message,
        r#"unknown JSON field: ["services"][0]["components"][0]["volume"]. Did you mean "volumes"?"#
    );
    let text = component(r#","image":"nginx","ports":["80/icmp"]"#);
    let fault = parse(&text).unwrap_err().remove(0);
    assert_eq!(&text[fault.span.clone()], r#""80/icmp""#);
    assert_eq!(fault.text, "80/icmp");
    assert!(fault.message.contains("Unknown protocol: 'icmp' in '80/icmp'"));
}

#[test]
fn syntax_faults_have_a_place() {
    for (text, place) in [
        ("", 0..0),
        ("{\"a\":1,}", 7..8),
        ("{} x", 3..4),
        ("\u{feff}{}", 0..3),
        ("{\"a", 1..2),
        ("{\"a\": $b}", 6..7),
        ("[01]", 2..3),
        ("[1e999]", 1..6),
    ] {
        let fault = parse(text).unwrap_err().remove(0);
        assert_eq!((fault.kind, fault.span), (FaultKind::Syntax, place), "{text:?}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(parse(&deep).unwrap_err()[0].kind, FaultKind::Syntax);
}

/// The kinds that `check` finds, with their level.
fn checked(text: &str) -> Vec<(FaultKind, Level)> {
    check(&parse(text).unwrap())
        .into_iter()
        .map(|fault| (fault.kind, fault.level))
        .collect()
}

#[test]
fn further_rules_are_checked_before_a_call_is_made() {
    use FaultKind::*;
    use Level::*;
    assert_eq!(checked(&with(r#""args":["x"]"#)), []);
    assert_eq!(
        checked(&with(r#""domains":{"x.io":81}"#)),
        [(DomainPort, Warning)]
    );
    assert_eq!(
        checked(&with(r#""scaling_policy":{"min":1,"max":11}"#)),
        [(Scaling, Error)]
    );
    assert_eq!(
        checked(&with(r#""scaling_policy":{"min":3,"max":2}"#)),
        [(Scaling, Error)]
    );
    assert_eq!(
        checked(&with(r#""dependencies":[{"name":"zz","port":1}]"#)),
        [(MissingDependency, Error)]
    );
    assert_eq!(
        checked(&with(r#""dependencies":[{"name":"s/c","port":1}]"#)),
        [(DependencyCycle, Error)]
    );
    assert_eq!(checked(r#"{"app_name":"a","services":[]}"#), [(EmptyList, Error)]);
    assert_eq!(
        checked(&with(r#""args":["x"]"#).replace(r#""a""#, r#""a/b""#)),
        [(Name, Error)]
    );
    let twin = r#"{"component_name":"c","image":"nginx"},{"component_name":"c","image":"nginx"}"#;
    assert_eq!(checked(&service(twin)), [(DuplicateName, Error)]);
    let ring = r#"{"component_name":"x","image":"nginx","dependencies":[{"name":"y","port":1}]},
                  {"component_name":"y","image":"nginx","dependencies":[{"name":"z","port":1}]},
                  {"component_name":"z","image":"nginx","dependencies":[{"name":"y","port":1}]}"#;
    let faults = check(&parse(&service(ring)).unwrap());
    assert!(
        faults[0].message.contains("s/y -> s/z -> s/y"),
        "{}",
        faults[0].message
    );
}
