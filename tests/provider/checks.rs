//! What is known before any call, and what is never told.

use super::*;

/// The faults of a configuration, as `path: summary`.
async fn faults(ty: &str, text: &str) -> Vec<String> {
    let provider = giantswarm(
        Environment::default(),
        Arc::new(Embedded {
            dir: tempfile::tempdir().unwrap(),
            running: Mutex::new(None),
        }),
    );
    let config = value(&provider.schema().resources[ty].block, text);
    let faults = provider.validate_resource(ty, &config);
    faults
        .iter()
        .map(|fault| format!("{}: {}", path(&fault.path), fault.summary))
        .collect()
}

#[tokio::test]
async fn what_can_be_known_before_is_checked_before_at_its_argument() {
    assert_eq!(
        faults("giantswarm_org", r#"{"name":"ab"}"#).await,
        ["name: Invalid organization name"]
    );
    assert_eq!(faults("giantswarm_org", r#"{"name":"?"}"#).await, [""; 0]);
    assert_eq!(
        faults(
            "giantswarm_component_scale",
            r#"{"app":"x","service":"s","component":"c","instances":11}"#
        )
        .await,
        ["app: Invalid app id", "instances: Invalid number of instances"]
    );
    let app = |component: &str| {
        format!(
            r#"{{"org":"bantic","env":"dev","name":"x","service":{{"s":{{"component":{{"c":{component}}}}}}}}}"#
        )
    };
    let at = r#"service["s"].component["c"]"#;
    for (component, expected) in [
        (r#"{"image":"a b"}"#, format!("{at}.image: Invalid image")),
        (
            r#"{"image":"nginx","ports":[80,"80/icmp"]}"#,
            format!("{at}.ports[1]: Invalid port"),
        ),
        (
            r#"{"image":"nginx","ports":["?","0"]}"#,
            format!("{at}.ports[1]: Invalid port"),
        ),
        (
            r#"{"image":"?","domains":{"x.nosuchtldzz":"80"}}"#,
            format!(r#"{at}.domains["x.nosuchtldzz"]: Invalid domain"#),
        ),
        (
            r#"{"image":"nginx","volume":[{"path":"/a","size":"5 MB"}]}"#,
            format!("{at}.volume[0].size: Invalid volume size"),
        ),
        (
            r#"{"image":"nginx","volume":[{"volumes_from":"c"}]}"#,
            format!("{at}.volume[0]: Invalid reference to a volume"),
        ),
        (
            r#"{"image":"nginx","dependency":[{"name":"zz","port":80}]}"#,
            format!("{at}.dependency[0].name: Dependency does not exist"),
        ),
        (
            r#"{"image":"nginx","scaling_policy":{"min":3,"max":2}}"#,
            format!("{at}.scaling_policy.min: Invalid scaling policy"),
        ),
        (
            r#"{"image":"nginx","scaling_policy":{"max":11}}"#,
            format!("{at}.scaling_policy.max: Invalid scaling policy"),
        ),
        (r#"{"image":"nginx","pod":"p"}"#, format!("{at}.pod: Invalid pod")),
    ] {
        assert_eq!(
            faults("giantswarm_app", &app(component)).await,
            [expected],
            "{component}"
        );
    }
    assert_eq!(
        faults("giantswarm_app", r#"{"org":"bantic","env":"dev"}"#).await,
        [": App without a definition"]
    );
    assert_eq!(
        faults(
            "giantswarm_app",
            r#"{"org":"bantic","env":"dev","definition":"{}","definition_variables":"?"}"#
        )
        .await,
        [""; 0]
    );
    assert_eq!(
        faults("giantswarm_app", r#"{"org":"bantic","env":"dev","definition":"{","update_strategy":"x","timeouts":{"create":"0s"}}"#).await,
        [
            "update_strategy: Unknown update strategy",
            "timeouts.create: Invalid duration",
            "definition: Definition is not JSON"
        ]
    );
}

#[tokio::test]
async fn no_secret_is_in_a_planned_call() {
    let bench = Bench::new().await;
    let text = APP.replace("\"B\":\"2\"", "\"B\":\"s3cret\"");
    let mut config = bench.config("giantswarm_app", &text);
    config = config
        .transform(&mut |path, value: Value| {
            let secret = path
                .steps()
                .last()
                .is_some_and(|step| matches!(step, PathStep::Index(Key::Str(key)) if &**key == "B"));
            Ok::<_, ()>(if secret {
                value.mark(Marks::SENSITIVE)
            } else {
                value
            })
        })
        .unwrap();
    let decision = bench.plan("giantswarm_app", &null(), &config).unwrap();
    let body = decision.calls[0].body.clone().unwrap();
    assert!(
        body.contains(r#""A=1","B=(sensitive value)""#) && !body.contains("s3cret"),
        "{body}"
    );
    let env = decision.planned.get_attr("service").unwrap();
    assert!(env.has_marks_deep());
}

#[tokio::test]
async fn a_provider_without_endpoint_names_the_choices() {
    let provider = || {
        giantswarm(
            Environment::default(),
            Arc::new(Embedded {
                dir: tempfile::tempdir().unwrap(),
                running: Mutex::new(None),
            }),
        )
    };
    let configure = async |text: &str| {
        let provider = provider();
        let config = value(&provider.schema().config, text);
        let config = provider.schema().config.mark_sensitive(&config);
        provider.configure(&config).await.unwrap_err()
    };
    let fault = configure("{}").await;
    assert_eq!(fault.summary, "No platform endpoint");
    assert!(fault.detail.contains("GIANTSWARM_ENDPOINT") && fault.detail.contains("embedded"));
    assert_eq!(
        configure(r#"{"endpoint":"http://h"}"#).await.summary,
        "No platform credentials"
    );
    assert_eq!(configure(r#"{"endpoint":"x"}"#).await.summary, "Invalid endpoint");
    let both = configure(r#"{"endpoint":"http://h","token":"t","password":"p"}"#).await;
    assert_eq!(both.summary, "Conflicting credentials");
}
