//! Sessions of `fmt`: what it lists, writes, shows and refuses, and what it ends with.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::fs;
use std::path::Path;

use support::{Place, Ran};

/// A directory with files of every kind, and what `fmt` is to make of `a=1`.
fn place() -> Place {
    let place = Place::new();
    for name in [
        "main.tf",
        "b.tfvars",
        "c.tftest.hcl",
        "d.tfmock.hcl",
        "e.hcl",
        ".f.tf",
        "g.tf~",
        "#h.tf#",
        "sub/i.tf",
        ".hidden/j.tf",
    ] {
        place.write(name, "a=1\n");
    }
    place.write("k.tf.json", "{}");
    place.write("neat.tf", "a = 1\n");
    place
}

fn read(place: &Place, name: &str) -> String {
    fs::read_to_string(place.path().join(name)).unwrap()
}

/// Runs `fmt` with this text on standard input.
fn piped(args: &[&str], text: &str) -> Ran {
    Place::new().answer(args, text)
}

#[test]
fn files_of_the_directory_are_formatted_and_listed() {
    let place = place();
    let ran = place.run(&["fmt"]).expect(0);
    assert_eq!(ran.out, "b.tfvars\nc.tftest.hcl\nd.tfmock.hcl\nmain.tf\n");
    assert_eq!(read(&place, "main.tf"), "a = 1\n");
    for other in ["e.hcl", ".f.tf", "g.tf~", "#h.tf#", "sub/i.tf"] {
        assert_eq!(read(&place, other), "a=1\n", "{other}");
    }
    assert_eq!(place.run(&["fmt"]).expect(0).out, "");
    assert_eq!(place.run(&["fmt", "-recursive"]).expect(0).out, "sub/i.tf\n");
    assert_eq!(read(&place, ".hidden/j.tf"), "a=1\n");
}

#[test]
fn a_check_writes_nothing_and_ends_with_three() {
    let place = place();
    let ran = place.run(&["fmt", "-check", "-recursive"]).expect(3);
    assert_eq!(
        ran.out,
        "b.tfvars\nc.tftest.hcl\nd.tfmock.hcl\nmain.tf\nsub/i.tf\n"
    );
    assert_eq!(place.run(&["fmt", "-check", "-list=false"]).expect(3).out, "");
    assert_eq!(place.run(&["fmt", "-check", "neat.tf"]).expect(0).out, "");
    assert_eq!(read(&place, "main.tf"), "a=1\n");
}

#[test]
fn targets_are_files_and_directories() {
    let place = place();
    let whole = place.path().join("sub/../main.tf");
    let whole = whole.to_str().unwrap();
    let ran = place.run(&["fmt", "-check", "./sub", whole, ".f.tf"]).expect(3);
    assert_eq!(ran.out, "sub/i.tf\nmain.tf\n.f.tf\n");
    place.run(&["fmt", "e.hcl"]).expect(2).says("cli/not-formatted");
    place.run(&["fmt", "none.tf"]).expect(2).says("cli/file");
    let sub = place.path().join("sub");
    let above = place
        .command(&["fmt", "-check", ".."])
        .current_dir(&sub)
        .output()
        .unwrap();
    assert!(Ran::from(above).expect(3).out.contains("../main.tf\n"));
}

#[test]
fn a_diff_is_one_that_patch_reads() {
    let place = Place::new();
    place.write("main.tf", "# one\n\nfoo{\na=1\n}");
    let diff = "--- old/main.tf\n+++ new/main.tf\n@@ -1,5 +1,5 @@\n # one\n \n-foo{\n-a=1\n+foo {\n+  a = 1\n }\n\\ No newline at end of file\n";
    let ran = place.run(&["fmt", "-diff", "-write=false"]).expect(0);
    assert_eq!(ran.out, format!("main.tf\n{diff}"));
    let ran = place.run(&["fmt", "-diff", "-list=false", "-check"]).expect(3);
    assert_eq!(ran.out, "");
    let ran = place.run(&["fmt", "-diff", "-list=false"]).expect(0);
    assert_eq!(ran.out, diff);
    assert_eq!(read(&place, "main.tf"), "# one\n\nfoo {\n  a = 1\n}");
}

#[test]
fn nothing_to_list_write_or_show_prints_the_text() {
    let place = Place::new();
    place.write("main.tf", "a=1");
    let ran = place.run(&["fmt", "-list=false", "-write=false"]).expect(0);
    assert_eq!(ran.out, "a = 1\n");
    assert_eq!(read(&place, "main.tf"), "a=1");
}

#[test]
fn standard_input_goes_to_standard_output() {
    assert_eq!(piped(&["fmt", "-"], "a=1\n").expect(0).out, "a = 1\n");
    assert_eq!(piped(&["fmt", "-"], "a=1").expect(0).out, "a = 1\n");
    assert_eq!(piped(&["fmt", "-"], "").expect(0).out, "\n");
    assert_eq!(piped(&["fmt", "-check", "-"], "a=1\n").expect(3).out, "");
    assert_eq!(piped(&["fmt", "-check", "-"], "a = 1\n").expect(0).out, "");
    piped(&["fmt", "-"], "a=\n").expect(2).says("<stdin> line 1");
    let diff = "--- old/<stdin>\n+++ new/<stdin>\n@@ -1 +1 @@\n-a=1\n+a = 1\n";
    assert_eq!(piped(&["fmt", "-diff", "-"], "a=1\n").expect(0).out, diff);
}

#[test]
fn a_file_that_cannot_be_parsed_stays_and_the_others_are_formatted() {
    let place = place();
    place.write("bad.tf", "a = \n");
    fs::write(place.path().join("bytes.tf"), b"a = \"\xff\"\n").unwrap();
    let ran = place
        .run(&["fmt"])
        .expect(2)
        .says("bad.tf line 1")
        .says("bytes.tf");
    assert!(ran.out.contains("main.tf\n"));
    assert_eq!(read(&place, "bad.tf"), "a = \n");
    assert_eq!(read(&place, "main.tf"), "a = 1\n");
    assert_eq!(place.run(&["fmt", "-check"]).expect(2).out, "");
}

#[test]
fn a_formatted_file_keeps_its_mode_and_its_links() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::new();
    let path = place.write("shared/x.tf", "a=1\n");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    symlink(&path, place.path().join("main.tf")).unwrap();
    place.run(&["fmt"]).expect(0);
    assert_eq!(read(&place, "shared/x.tf"), "a = 1\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(
        fs::symlink_metadata(place.path().join("main.tf"))
            .unwrap()
            .is_symlink()
    );
}

#[test]
fn the_examples_are_formatted() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let place = Place::new();
    let ran = place.run(&["fmt", "-check", "-recursive", examples.to_str().unwrap()]);
    assert_eq!(ran.expect(0).out, "");
}
