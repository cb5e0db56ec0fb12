//! Apps and the scale of their components.

use super::*;

#[tokio::test]
async fn an_app_of_blocks_is_made_updated_stopped_replaced_and_deleted() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let app = bench.make(ty, &null(), APP).await;
    assert_eq!(attribute(&app, "id"), "bantic/dev/hello");
    assert_eq!(attribute(&app, "status"), "up");
    assert_ne!(attribute(&app, "created"), "");
    let instances = app.members().unwrap().get("instances");
    assert_eq!(instances.unwrap().items().unwrap().len(), 2);
    bench.assert_settled(ty, &app, APP).await;
    let other_spelling = APP
        .replace("\"6379/tcp\"", "6379")
        .replace("5g", "5 GB")
        .replace("Hello.g", "hello.G");
    bench.assert_settled(ty, &app, &other_spelling).await;

    // A tag alone is an update in place.
    let newer = APP.replace("helloworld:1.0", "helloworld:1.1");
    let config = bench.config(ty, &newer);
    let decision = bench.plan(ty, &app, &config).unwrap();
    assert_eq!(
        calls(&decision),
        ["POST /v1/org/bantic/env/dev/app/hello/service/web/component/flask/version/1.1/update"]
    );
    assert!(decision.replace.is_empty());
    let app = bench.make(ty, &app, &newer).await;
    bench.assert_settled(ty, &app, &newer).await;

    // Stopped, updated while stopped, and stopped again.
    let stopped = newer.replace("\"env\":\"dev\"", "\"env\":\"dev\",\"running\":false");
    let outcome = bench.apply(ty, &app, &stopped).await;
    assert_eq!(
        calls(&outcome.decision),
        ["POST /v1/org/bantic/env/dev/app/hello/stop"]
    );
    assert_eq!(attribute(&outcome.applied.state, "status"), "down");
    let stopped_newer = stopped.replace(":1.1", ":1.2");
    let outcome = bench.apply(ty, &outcome.applied.state, &stopped_newer).await;
    assert_eq!(calls(&outcome.decision).len(), 2);
    assert!(calls(&outcome.decision)[1].ends_with("/stop"));
    assert_eq!(attribute(&outcome.applied.state, "status"), "down");
    bench
        .assert_settled(ty, &outcome.applied.state, &stopped_newer)
        .await;
    let app = bench
        .make(ty, &outcome.applied.state, &newer.replace(":1.1", ":1.2"))
        .await;
    assert_eq!(attribute(&app, "status"), "up");

    // Anything else replaces, names the argument, and says what is lost.
    let replaced = newer
        .replace(":1.1", ":1.2")
        .replace("\"B\":\"2\"", "\"B\":\"3\"");
    let outcome = bench.apply(ty, &app, &replaced).await;
    let paths: Vec<String> = outcome.decision.replace.iter().map(path).collect();
    assert_eq!(paths, [r#"service["web"].component["flask"].env"#]);
    let warning = &outcome.decision.faults[0];
    assert!(
        warning.warning && warning.detail.contains("/data/ of web/redis"),
        "{warning:?}"
    );
    assert!(outcome.applied.error.is_none());
    bench.assert_settled(ty, &outcome.applied.state, &replaced).await;
    bench.drop_object(ty, &outcome.applied.state).await;
    bench.provider.close().await;
}

#[tokio::test]
async fn drift_of_an_app_is_read_into_the_arguments_that_it_is_about() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let app = bench.make(ty, &null(), APP).await;
    // Somebody else moves the image, stops the app, and later replaces it.
    let other = giantswarm(Environment::default(), bench.embedded.clone());
    other
        .configure(&value(&other.schema().config, r#"{"endpoint":"embedded"}"#))
        .await
        .unwrap();
    let elsewhere = Bench {
        provider: other,
        embedded: bench.embedded.clone(),
    };
    let moved = elsewhere.make(ty, &app, &APP.replace(":1.0", ":2.0")).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    let decision = bench.plan(ty, &read, &bench.config(ty, APP)).unwrap();
    assert!(
        calls(&decision)[0].ends_with("/version/1.0/update"),
        "{:?}",
        decision.calls
    );

    let stopped = APP
        .replace(":1.0", ":2.0")
        .replace("\"env\":\"dev\"", "\"env\":\"dev\",\"running\":false");
    let moved = elsewhere.make(ty, &moved, &stopped).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    assert_eq!(attribute(&read, "running"), "false");

    let ports = APP.replace("[5000,\"53/udp\"]", "[5000]");
    elsewhere.make(ty, &moved, &ports).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    let decision = bench.plan(ty, &read, &bench.config(ty, APP)).unwrap();
    let paths: Vec<String> = decision.replace.iter().map(path).collect();
    assert_eq!(paths, [r#"service["web"].component["flask"].ports"#]);
    let components = |object: &Value| {
        object
            .get_attr("service")
            .unwrap()
            .get_attr("web")
            .unwrap()
            .get_attr("component")
            .unwrap()
    };
    assert!(same(
        &components(&read).get_attr("redis").unwrap(),
        &components(&app).get_attr("redis").unwrap()
    ));

    elsewhere.drop_object(ty, &read).await;
    bench.provider.invalidate();
    assert!(bench.provider.read(ty, &app).await.unwrap().is_none());
}

#[tokio::test]
async fn scale_reads_before_it_calls_and_survives_destruction() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let app = bench.make("giantswarm_app", &null(), APP).await;
    let ty = "giantswarm_component_scale";
    let scale = |count: u32| {
        format!(r#"{{"app":"bantic/dev/hello","service":"web","component":"flask","instances":{count}}}"#)
    };
    let three = bench.make(ty, &null(), &scale(3)).await;
    bench.assert_settled(ty, &three, &scale(3)).await;
    bench.assert_settled("giantswarm_app", &app, APP).await;
    let outcome = bench.apply(ty, &three, &scale(1)).await;
    assert!(
        calls(&outcome.decision)[0].ends_with("/scaledown/2"),
        "{:?}",
        outcome.decision.calls
    );
    bench.assert_settled(ty, &outcome.applied.state, &scale(1)).await;

    // The count was changed by somebody meanwhile: it is read, not assumed.
    let stale = three.clone();
    let before = bench.provider.calls_made();
    let again = bench.make(ty, &stale, &scale(1)).await;
    assert_eq!(bench.since(before), (1, 0));

    let missing = bench
        .apply(ty, &null(), &scale(2).replace("flask", "nothing"))
        .await;
    assert_eq!(fault(&missing), "No such component");
    let before = bench.provider.calls_made();
    let gone = bench.order(ty, &again, &null(), &null()).await;
    assert_eq!(bench.since(before), (0, 0));
    assert!(gone.error.is_none() && gone.state.is_null());
    assert!(gone.notes[0].detail.contains("keeps its 1 instance"));
    let id = "bantic/dev/hello/web/flask";
    assert!(bench.provider.import(ty, id).await.unwrap().is_some());
}

#[tokio::test]
async fn all_components_of_an_app_cost_one_pair_of_calls_when_read_together() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let app = bench.make("giantswarm_app", &null(), APP).await;
    let mut scales = Vec::new();
    for component in ["flask", "redis"] {
        let text = format!(
            r#"{{"app":"bantic/dev/hello","service":"web","component":"{component}","instances":1}}"#
        );
        scales.push(bench.make("giantswarm_component_scale", &null(), &text).await);
    }
    bench.provider.invalidate();
    let before = bench.provider.calls_made();
    let reads = scales
        .iter()
        .map(|scale| ("giantswarm_component_scale", scale))
        .chain([("giantswarm_app", &app)])
        .map(|(ty, object)| bench.provider.read(ty, object));
    for read in futures::future::join_all(reads).await {
        assert!(read.unwrap().is_some());
    }
    assert_eq!(bench.since(before), (2, 0));
}

#[tokio::test]
async fn a_failed_start_leaves_an_object_with_its_fault() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = embedded::config(dir.path(), "a-long-password");
    config.failing_tag = Some("broken".to_owned());
    let platform = swarmform::platform::open(config).unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(swarmform::platform::serve(
        listener,
        platform,
        std::future::pending(),
    ));
    let embedded = Arc::new(Embedded {
        dir: tempfile::tempdir().unwrap(),
        running: Mutex::new(None),
    });
    let environment = Environment {
        endpoint: Some(endpoint),
        username: Some(embedded::USER.to_owned()),
        password: Some("a-long-password".to_owned()),
        ..Environment::default()
    };
    let provider = giantswarm(environment, embedded.clone());
    provider
        .configure(&value(&provider.schema().config, "{}"))
        .await
        .unwrap();
    let bench = Bench { provider, embedded };
    bench.make("giantswarm_org", &null(), ORG).await;
    let text = APP.replace("helloworld:1.0", "helloworld:broken");
    let outcome = bench.apply("giantswarm_app", &null(), &text).await;
    assert_eq!(fault(&outcome), "App failed");
    let error = outcome.applied.error.as_ref().unwrap();
    assert!(error.detail.contains("web/flask"), "{error:?}");
    assert!(outcome.applied.state.is_wholly_known());
    assert_eq!(attribute(&outcome.applied.state, "status"), "failed");
    // And can be taken away.
    bench.drop_object("giantswarm_app", &outcome.applied.state).await;
}

#[tokio::test]
async fn every_accepted_definition_of_the_corpus_applies_and_settles() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus/swarm-json");
    let Ok(table) = std::fs::read_to_string(folder.join("verdicts.tsv")) else {
        return;
    };
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let cases = table.lines().enumerate().filter_map(|(number, line)| {
        let columns: Vec<&str> = line.split('\t').collect();
        let text = std::fs::read_to_string(folder.join(columns[0])).ok()?;
        Some((number, columns[3].to_owned(), text))
    });
    let checks = cases.map(|(number, verdict, definition)| {
        let bench = &bench;
        async move {
            let arguments = serde_json::json!({ "org": "bantic", "env": format!("env{number}"), "definition": definition });
            let text = arguments.to_string();
            if verdict != "ok" {
                let config = bench.config("giantswarm_app", &text);
                let faults = bench.plan("giantswarm_app", &null(), &config).unwrap_err();
                assert_eq!(path(&faults[0].path), "definition");
                return;
            }
            let app = bench.make("giantswarm_app", &null(), &text).await;
            bench.assert_settled("giantswarm_app", &app, &text).await;
            let id = attribute(&app, "id");
            let imported = bench.provider.import("giantswarm_app", &id).await.unwrap().unwrap();
            let decision = bench.plan("giantswarm_app", &imported, &bench.config("giantswarm_app", &text)).unwrap();
            assert_eq!(decision.calls, []);
            bench.drop_object("giantswarm_app", &app).await;
        }
    });
    futures::future::join_all(checks).await;
}

#[tokio::test]
async fn a_definition_keeps_its_text_and_takes_over_a_moved_tag() {
    let bench = Bench::new().await;
    bench.make("giantswarm_org", &null(), ORG).await;
    let ty = "giantswarm_app";
    let text = |definition: &str| {
        serde_json::json!({
            "org": "bantic", "env": "dev", "definition": definition,
            "definition_variables": { "port": "80" },
        })
        .to_string()
    };
    let definition = "{ \"app_name\": \"x-$GIANTSWARM_ENVIRONMENT-$GIANTSWARM_LOGIN_NAME\",\n  \"services\": [{\"service_name\":\"s\",\"components\":[{\"component_name\":\"c\",\"image\":\"nginx:1.0\",\"ports\":[$port]}]}]}";
    let app = bench.make(ty, &null(), &text(definition)).await;
    assert_eq!(attribute(&app, "id"), "bantic/dev/x-dev-swarmform");
    assert_eq!(attribute(&app, "definition"), definition);
    bench.assert_settled(ty, &app, &text(definition)).await;
    // Only other spelling: nothing to do, and the old text is kept.
    bench
        .assert_settled(
            ty,
            &app,
            &text(&definition.replace("[$port]", "[ \"$port/tcp\" ]")),
        )
        .await;

    let newer = definition.replace("nginx:1.0", "nginx:1.1");
    let elsewhere = bench.make(ty, &app, &text(&newer)).await;
    bench.provider.invalidate();
    let read = bench.provider.read(ty, &app).await.unwrap().unwrap();
    assert_eq!(attribute(&read, "definition"), newer);
    assert!(same(&read, &elsewhere));

    let other = definition.replace("[$port]", "[81]");
    let decision = bench.plan(ty, &read, &bench.config(ty, &text(&other))).unwrap();
    assert_eq!(
        decision.replace.iter().map(path).collect::<Vec<_>>(),
        ["definition"]
    );
    assert!(
        decision.faults[0].detail.contains("ports"),
        "{}",
        decision.faults[0].detail
    );
}
