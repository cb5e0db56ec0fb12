use super::*;

const TERRAFORM: &str = include_str!("../../../state/fixtures/terraform-v4/terraform-1.11.4.tfstate");

fn check_fault(text: &str, place: &str, message: &str) {
    let error = from_v4(text).unwrap_err();
    assert_eq!(error.place, place, "{error}");
    assert!(error.message.contains(message), "{error}");
}

/// The text of a state with one instance.
fn with_instance(instance: &str) -> String {
    format!(
        r#"{{"version":4,"serial":1,"lineage":"x","resources":[{{"mode":"managed","type":"terraform_data",
        "name":"a","provider":"provider[\"terraform.io/builtin/terraform\"]","instances":[{instance}]}}]}}"#
    )
}

#[test]
fn a_state_that_terraform_wrote_comes_out_byte_for_byte() {
    let state = from_v4(TERRAFORM).unwrap();
    assert_eq!(state.instances.len(), 19);
    assert_eq!(to_v4(&state).unwrap(), TERRAFORM);
}

#[test]
fn an_empty_state_has_empty_outputs_and_resources() {
    let text = to_v4(&State {
        lineage: "x".to_owned(),
        serial: 3,
        ..State::default()
    })
    .unwrap();
    assert_eq!(
        text,
        "{\n  \"version\": 4,\n  \"terraform_version\": \"1.11.4\",\n  \"serial\": 3,\n  \"lineage\": \"x\",\n  \
         \"outputs\": {},\n  \"resources\": [],\n  \"check_results\": null\n}\n"
    );
}

#[test]
fn tainted_deposed_and_private_objects_are_written_in_their_places() {
    let text = with_instance(
        r#"{"index_key":0,"status":"tainted","schema_version":1,"attributes":{"id":"a"},
            "sensitive_attributes":[],"private":"eyJhIjoxfQ==","dependencies":["terraform_data.b"]},
           {"index_key":0,"deposed":"0a1b2c3d","schema_version":1,"attributes":{"id":"b"}}"#,
    );
    let state = from_v4(&text).unwrap();
    let instance = state.instances.values().next().unwrap();
    assert_eq!(
        instance.current.as_ref().unwrap().private.as_deref(),
        Some("{\"a\":1}")
    );
    assert_eq!(
        instance.deposed.keys().map(|key| &**key).collect::<Vec<_>>(),
        ["0a1b2c3d"]
    );
    let written = to_v4(&state).unwrap();
    let instances = &written[written.find("\"instances\"").unwrap()..];
    insta::assert_snapshot!(instances, @r#"
    "instances": [
            {
              "index_key": 0,
              "status": "tainted",
              "schema_version": 1,
              "attributes": {
                "id": "a"
              },
              "sensitive_attributes": [],
              "private": "eyJhIjoxfQ==",
              "dependencies": [
                "terraform_data.b"
              ]
            },
            {
              "index_key": 0,
              "deposed": "0a1b2c3d",
              "schema_version": 1,
              "attributes": {
                "id": "b"
              },
              "sensitive_attributes": []
            }
          ]
        }
      ],
      "check_results": null
    }
    "#);
}

#[test]
fn a_number_of_any_size_passes_through_unchanged() {
    let number = "123456789012345678901234567890.123456789012345678901234567890";
    let state = from_v4(&with_instance(&format!(r#"{{"attributes":{{"n": {number} }}}}"#))).unwrap();
    assert!(to_v4(&state).unwrap().contains(number));
}

#[test]
fn a_text_that_is_no_state_is_refused_at_its_place() {
    check_fault("{\"version\": 4,", "line 1, column 14", "not valid JSON");
    check_fault("{\"version\": 3}", "version", "only version 4");
    check_fault(
        "{\"version\": 4, \"serial\": \"x\"}",
        "line 1, column 28",
        "wrong type",
    );
    check_fault(
        &with_instance("{}"),
        "resources[0].instances[0].attributes",
        "no attributes",
    );
    check_fault(
        &with_instance(r#"{"attributes":[]}"#),
        "terraform_data.a",
        "not a JSON object",
    );
    check_fault(
        &with_instance(r#"{"attributes":{},"status":"odd"}"#),
        "resources[0].instances[0].status",
        "must be \"tainted\"",
    );
    check_fault(
        &with_instance(r#"{"attributes":{},"private":"%"}"#),
        "resources[0].instances[0].private",
        "base64",
    );
    check_fault(
        &with_instance(r#"{"attributes":{}},{"attributes":{}}"#),
        "resources[0].instances[1]",
        "Another object",
    );
    check_fault(
        &with_instance(r#"{"attributes":{},"sensitive_attributes":[[{"type":"odd"}]]}"#),
        "resources[0].instances[0].sensitive_attributes",
        "get_attr",
    );
    check_fault(
        &with_instance(r#"{"attributes":{},"deposed":"x"}"#),
        "terraform_data.a",
        "rule 2",
    );
}
