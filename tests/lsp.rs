//! A session of an editor with the language server, over its standard input and output.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdout, Stdio};

use serde_json::{Value, json};
use support::Place;

const MAIN: &str = r#"variable "region" {
  type        = string
  description = "Where it runs"
  default     = "eu"
}

locals {
  name = "lab_${var.region}"
}

resource "giantswarm_org" "lab" {
  name = local.name
}

output "members" {
  value = giantswarm_org.lab.members
}
"#;

/// An editor with one file open.
struct Editor {
    child: Child,
    from: BufReader<ChildStdout>,
    uri: String,
    text: String,
    last: i64,
    _place: Place,
}

impl Editor {
    fn open(text: &str) -> Editor {
        let place = Place::new();
        place.write("main.tf", "# what is on the disk does not count\n");
        let path = place.path().canonicalize().unwrap().join("main.tf");
        let mut command = place.command(&["lsp"]);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        let mut editor = Editor {
            child,
            from,
            uri: format!("file://{}", path.display()),
            text: String::new(),
            last: 0,
            _place: place,
        };
        let answer = editor.ask(
            "initialize",
            json!({ "capabilities": {}, "processId": null, "rootUri": null }),
        );
        assert_eq!(answer["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        text.clone_into(&mut editor.text);
        let document = json!({ "uri": editor.uri, "languageId": "terraform", "version": 1, "text": text });
        editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
        editor
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        let input = self.child.stdin.as_mut().unwrap();
        write!(input, "Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
        input.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(self.from.read_line(&mut line).unwrap(), 0, "the server has ended");
            match line.trim_end().split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.parse().unwrap()
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).unwrap();
        serde_json::from_slice(&body).unwrap()
    }

    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let id = self.last;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let heard = self.hear();
            if heard["id"] == id {
                assert!(heard.get("error").is_none(), "{heard}");
                return heard["result"].clone();
            }
        }
    }

    /// The diagnostics that come next.
    fn diagnostics(&mut self) -> Vec<Value> {
        loop {
            let heard = self.hear();
            if heard["method"] == "textDocument/publishDiagnostics" {
                assert_eq!(heard["params"]["uri"], self.uri);
                return heard["params"]["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// Asks about the place behind a text that stands once.
    #[track_caller]
    fn behind(&mut self, method: &str, marker: &str) -> Value {
        assert_eq!(self.text.matches(marker).count(), 1, "{marker}");
        let at = self.text.find(marker).unwrap() + marker.len();
        let before = &self.text[..at];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let params = json!({
            "textDocument": { "uri": self.uri },
            "position": { "line": line, "character": character },
        });
        self.ask(method, params)
    }

    fn change(&mut self, text: &str) {
        text.clone_into(&mut self.text);
        let document = json!({ "uri": self.uri, "version": 2 });
        let changes = json!([{ "text": text }]);
        self.tell(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    fn labels(&mut self, marker: &str) -> Vec<String> {
        let items = self.behind("textDocument/completion", marker);
        let labels = items.as_array().unwrap().iter();
        labels
            .map(|item| item["label"].as_str().unwrap().to_owned())
            .collect()
    }

    fn close(mut self) {
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn faults_come_and_go_while_one_types() {
    let mut editor = Editor::open(MAIN);
    assert!(editor.diagnostics().is_empty());
    editor.change(&MAIN.replace("local.name", "local.nam"));
    let found = editor.diagnostics();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "config/undeclared-local");
    assert_eq!(found[0]["range"]["start"], json!({ "line": 11, "character": 9 }));
    assert!(
        found[0]["message"].as_str().unwrap().contains("Did you mean"),
        "{found:?}"
    );
    editor.change(&MAIN.replace("\"lab_", "\"x_"));
    assert!(editor.diagnostics().is_empty());
    editor.change("resource \"giantswarm_org\" \"lab\" {\n  name = \"No Org\"\n");
    assert_eq!(editor.diagnostics()[0]["severity"], 1);
    editor.close();
}

#[test]
fn blocks_arguments_types_and_references_complete() {
    let mut editor = Editor::open(MAIN);
    assert!(editor.labels("var.").contains(&"region".to_owned()));
    let attributes = editor.labels("giantswarm_org.lab.");
    assert!(
        attributes.contains(&"members".to_owned()) && attributes.contains(&"id".to_owned()),
        "{attributes:?}"
    );
    let typed = format!("{MAIN}\nres\nresource \"zz\" \"x\" {{\n  n\n}}\n");
    editor.change(&typed);
    assert!(editor.labels("\nres\n").contains(&"resource".to_owned()));
    assert!(editor.labels("\"zz").contains(&"giantswarm_app".to_owned()));
    editor.change(&typed.replace("\"zz\"", "\"giantswarm_member\""));
    let arguments = editor.labels("\n  n\n");
    assert!(!arguments.is_empty());
    let arguments = editor.labels("\"x\" {\n  n");
    assert!(arguments.contains(&"username".to_owned()) && arguments.contains(&"for_each".to_owned()));
    assert!(!arguments.contains(&"id".to_owned()));
    editor.close();
}

#[test]
fn words_are_explained_and_lead_to_where_they_are_declared() {
    let mut editor = Editor::open(MAIN);
    let hover = editor.behind("textDocument/hover", "${var.reg");
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("Where it runs"),
        "{hover}"
    );
    let hover = editor.behind("textDocument/hover", "resource \"giantswarm_o");
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("An organization"),
        "{hover}"
    );
    let hover = editor.behind("textDocument/hover", "giantswarm_org.lab.mem");
    assert!(
        hover["contents"]["value"]
            .as_str()
            .unwrap()
            .contains("Names of all members"),
        "{hover}"
    );
    let found = editor.behind("textDocument/definition", "${var.reg");
    assert_eq!(
        (&found["uri"], &found["range"]["start"]["line"]),
        (&json!(editor.uri), &json!(0))
    );
    let found = editor.behind("textDocument/definition", "value = giantswarm_org.la");
    assert_eq!(found["range"]["start"]["line"], 10);
    let found = editor.behind("textDocument/definition", "name = local.na");
    assert_eq!(found["range"]["start"]["line"], 7);
    editor.close();
}

#[test]
fn a_text_is_brought_into_the_canonical_layout() {
    let mut editor = Editor::open("locals {\n a=1\n  long   = 2\n}\n");
    let params =
        json!({ "textDocument": { "uri": editor.uri }, "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = editor.ask("textDocument/formatting", params);
    assert_eq!(edits[0]["newText"], "locals {\n  a    = 1\n  long = 2\n}\n");
    assert_eq!(edits[0]["range"]["end"], json!({ "line": 4, "character": 0 }));
    editor.close();
}
