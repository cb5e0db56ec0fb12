//! A disk that is full: the state lies on a small file system of its own, filled up to some rest.
//!
//! The file system is mounted in a namespace of its own, where that is permitted; elsewhere this says so and plays
//! nothing. That a store which refuses to write loses nothing is also played by the simulation, everywhere.

use std::fs;
use std::process::Command;

use crate::served::{PASSWORD, Platform};
use crate::support::{Place, Ran};

const ORGANIZATIONS: usize = 60;
const MIB: usize = 1024 * 1024;

/// Runs a shell script in a namespace in which file systems may be mounted.
fn mounted(place: &Place, script: &str) -> Ran {
    let output = Command::new("unshare")
        .args(["-Urm", "sh", "-ec", script])
        .current_dir(place.path())
        .env_clear()
        .env("HOME", place.path())
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("SWARMFORM", env!("CARGO_BIN_EXE_swarmform"))
        .output();
    output.map_or_else(
        |error| Ran {
            code: 127,
            out: String::new(),
            err: error.to_string(),
        },
        Ran::from,
    )
}

#[test]
fn a_full_disk_stops_the_run_and_loses_nothing() {
    let home = Place::new();
    fs::create_dir(home.path().join("disk")).unwrap();
    if mounted(&home, "mount -t tmpfs -o size=1m none disk").code != 0 {
        println!("No file system may be mounted here, so none was filled.");
        return;
    }
    let platform = Platform::start(&home);
    let mut stopped = 0;
    for (round, rest) in [0, 8, 32, 128, 512].into_iter().enumerate() {
        let prefix = format!("disk{round}_");
        home.write(
            "main.tf",
            &format!(
                r#"
                provider "giantswarm" {{
                  endpoint = "{}"
                  username = "admin"
                  password = "{PASSWORD}"
                }}
                resource "giantswarm_org" "o" {{
                  count = {ORGANIZATIONS}
                  name  = format("{prefix}%02d", count.index)
                }}
                "#,
                platform.endpoint()
            ),
        );
        // The first organization is made with room; then so many KiB are left.
        let ran = mounted(
            &home,
            &format!(
                r#"
                mount -t tmpfs -o size={}k none disk
                cp main.tf disk/
                cd disk
                $SWARMFORM apply -auto-approve -target='giantswarm_org.o[0]' >../first 2>&1
                dd if=/dev/zero of=ballast bs=1k count=100000 2>/dev/null || true
                truncate -s -{rest}k ballast
                code=0
                $SWARMFORM apply -auto-approve >../full 2>&1 || code=$?
                echo "full: $code"
                rm ballast
                $SWARMFORM apply -auto-approve >../again 2>&1
                $SWARMFORM plan -detailed-exitcode >../empty 2>&1
                $SWARMFORM state list
                "#,
                6 * MIB / 1024
            ),
        );
        let read = |name: &str| fs::read_to_string(home.path().join(name)).unwrap_or_default();
        let all = [read("first"), read("full"), read("again"), read("empty")].join("\n----\n");
        assert_eq!(ran.code, 0, "with {rest} KiB left: {ran:?}\n{all}");
        assert!(!all.contains("panicked"), "{all}");
        if ran.out.contains("full: 1") {
            stopped += 1;
            assert!(read("full").contains("No space left"), "{all}");
        } else {
            assert!(ran.out.contains("full: 0"), "{ran:?}\n{all}");
        }
        let (names, _) = platform.organizations(&prefix, 0);
        assert_eq!(names.len(), ORGANIZATIONS, "{all}");
        let listed = ran
            .out
            .lines()
            .filter(|line| line.starts_with("giantswarm_org.o["));
        assert_eq!(listed.count(), ORGANIZATIONS, "{ran:?}");
    }
    println!("{stopped} of 5 runs were stopped by a full disk");
    assert!(stopped > 0, "no disk was full");
}
