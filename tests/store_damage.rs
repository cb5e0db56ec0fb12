//! Damages the files of a state directory, one by one and two at a time, and looks at what becomes of it: every damage
//! is harmless, or mended and told, or told with what to do. Nothing panics, and nothing is lost in silence.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods
)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use support::Place;
use swarmform::addr::parse_instance;
use swarmform::ports::{Clock, Ids, StateStore, StoreError};
use swarmform::state::{Event, Instance, Object, State, Status};
use swarmform::store::{self, Owner, SledStore};

struct Zero;

impl Clock for Zero {
    fn now_unix_nanos(&self) -> i128 {
        0
    }
}

impl Ids for Zero {
    fn uuid(&self) -> String {
        "id".to_owned()
    }
}

fn open(dir: &Path) -> SledStore {
    store::open(
        dir,
        Owner {
            who: "test@vm".to_owned(),
            clock: Arc::new(Zero),
            ids: Arc::new(Zero),
        },
    )
}

fn put(number: u64, text: &str) -> Event {
    let object = Object {
        status: Status::Ready,
        schema_version: 0,
        attributes: Arc::from(format!("{{\"id\":\"{text}-{number}\"}}")),
        sensitive: Vec::new(),
        private: None,
        dependencies: Vec::new(),
        create_before_destroy: false,
    };
    let instance = Instance {
        provider: Arc::from("terraform"),
        current: Some(object),
        deposed: Default::default(),
    };
    let address = parse_instance(&format!("terraform_data.a[{number}]")).unwrap();
    Event::Put(address, instance)
}

/// A directory after two runs that ended and one that was killed, and the state after each commit.
async fn model(dir: &Path) -> Vec<State> {
    let mut moments = Vec::new();
    for serial in 1..=3u64 {
        let store = open(dir);
        let _lock = store.lock("apply", Duration::ZERO).await.unwrap();
        for number in 0..12 {
            let event = put(number * serial, &format!("run{serial}"));
            store.commit("aaaa", serial, &[event]).await.unwrap();
            moments.push(store.read().await.unwrap());
        }
        if serial < 3 {
            store.finish().await.unwrap();
        }
    }
    moments
}

/// The files of a directory and those below, without locks.
fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_none_or(|ending| ending != "lock") {
            found.push(path);
        }
    }
    found.sort();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

/// Numbers that look random and are the same each time.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }
}

/// Flips bits, cuts the file short, or fills a part with zeros. Large files are mostly empty behind their beginning.
fn damage(path: &Path, numbers: &mut Numbers) -> String {
    let mut bytes = fs::read(path).unwrap();
    let busy = bytes.len().min(60_000);
    let what = match numbers.below(3) {
        0 => {
            let count = 1 << numbers.below(5);
            for _ in 0..count {
                let at = numbers.below(busy);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << numbers.below(8);
                }
            }
            format!("{count} bits flipped")
        }
        1 => {
            bytes.truncate(numbers.below(busy));
            format!("cut to {} bytes", bytes.len())
        }
        _ => {
            let (from, length) = (numbers.below(busy), 1 + numbers.below(600));
            let end = bytes.len().min(from + length);
            bytes[from.min(end)..end].fill(0);
            format!("zeros from {from} to {end}")
        }
    };
    fs::write(path, bytes).unwrap();
    format!("{}: {what}", path.file_name().unwrap().to_string_lossy())
}

/// What a state directory comes to when a run opens it and, if that does not go well, when it is recovered.
async fn outcome(dir: &Path) -> (Result<State, StoreError>, Vec<String>) {
    let reader = open(dir);
    // Reading and exporting what can be read may fail, but not panic.
    let _ = reader.read().await;
    let _ = reader.read_lenient().await;

    let store = open(dir);
    let locked = store.lock("apply", Duration::ZERO).await;
    let read = match &locked {
        Ok(_) => store.read().await,
        Err(error) => Err(StoreError::Io(error.to_string())),
    };
    let mut told = store.notices();
    if let Ok(state) = read {
        return (Ok(state), told);
    }
    told.extend(read.err().map(|error| error.to_string()));
    drop(locked);
    let store = open(dir);
    let _lock = store
        .lock_unopened("state recover", Duration::ZERO)
        .await
        .unwrap();
    let result = match store.recover().await {
        Ok(recovered) => {
            told.extend(recovered.restored);
            told.extend(recovered.lost);
            store.read().await
        }
        Err(error) => Err(error),
    };
    (result, told)
}

#[tokio::test]
async fn damage_of_one_file_is_always_made_good() {
    let home = tempfile::tempdir().unwrap();
    let base = home.path().join("base");
    let written = model(&base).await.pop().unwrap();
    let mut all = Vec::new();
    files(&base, &mut all);
    assert!(all.len() >= 6, "{all:?}");
    for (at, path) in all.iter().enumerate() {
        for seed in 0..8 {
            let mut numbers = Numbers((at * 100 + seed) as u64);
            let dir = home.path().join(format!("{at}-{seed}"));
            copy(&base, &dir);
            let what = damage(&dir.join(path.strip_prefix(&base).unwrap()), &mut numbers);
            let (state, told) = outcome(&dir).await;
            assert_eq!(state.as_ref().ok(), Some(&written), "{what}: {state:?}, {told:?}");
            // A run goes on from there.
            let store = open(&dir);
            let _lock = store.lock("apply", Duration::ZERO).await.unwrap();
            store.commit("aaaa", 4, &[put(99, "next")]).await.unwrap();
            store.finish().await.unwrap();
            fs::remove_dir_all(&dir).unwrap();
        }
    }
}

#[tokio::test]
async fn damage_of_two_files_is_made_good_or_told() {
    let home = tempfile::tempdir().unwrap();
    let base = home.path().join("base");
    let moments = model(&base).await;
    for seed in 0..60u64 {
        let mut numbers = Numbers(seed);
        let dir = home.path().join(seed.to_string());
        copy(&base, &dir);
        let second = ["export.json", "journal.jsonl"][seed as usize % 2];
        let what = [
            damage(&dir.join("db/db"), &mut numbers),
            damage(&dir.join(second), &mut numbers),
        ];
        let (state, told) = outcome(&dir).await;
        match state {
            Ok(state) if Some(&state) == moments.last() => {}
            // Two cuts can leave an earlier moment, and nothing tells it from that moment.
            Ok(state) if what.iter().all(|what| what.contains("cut to")) && moments.contains(&state) => {}
            Ok(state) => {
                assert!(!told.is_empty(), "{what:?}: lost in silence");
                assert!(
                    !state.instances.is_empty(),
                    "{what:?}: the history has most of it: {told:?}"
                );
            }
            Err(error) => panic!("{what:?}: {error}: {told:?}"),
        }
        fs::remove_dir_all(&dir).unwrap();
    }
}

#[test]
fn whoever_meets_the_damage_is_told_what_to_do() {
    let place = Place::new();
    place.write("main.tf", "resource \"terraform_data\" \"a\" {\n  count = 3\n}\n");
    place.run(&["apply", "-auto-approve"]).expect(0);
    let path = place.path().join("state");
    // A sound database with one damaged record, and no export to take it from.
    let db = sled::open(path.join("db")).unwrap();
    let key = "instance terraform_data.a[1]";
    let line = String::from_utf8(db.get(key).unwrap().unwrap().to_vec()).unwrap();
    db.insert(key, line.replace("ready", "reads").into_bytes())
        .unwrap();
    db.flush().unwrap();
    drop(db);
    for args in [&["plan"][..], &["state", "list"], &["show"]] {
        place
            .run(args)
            .expect(1)
            .says("terraform_data.a[1]")
            .says("swarmform state recover");
    }
    place
        .run(&["state", "pull"])
        .expect(1)
        .says("a[1]")
        .says("\"serial\"");
    place
        .run(&["state", "recover"])
        .expect(0)
        .says("terraform_data.a[1] was restored from the export");
    place.run(&["plan", "-detailed-exitcode"]).expect(0);
    assert_eq!(
        place.run(&["state", "recover"]).expect(0).out,
        "The state is whole.\n"
    );
    // A damaged export beside a sound database is written again.
    let export = path.join("export.json");
    let sound = fs::read_to_string(&export).unwrap();
    fs::write(&export, sound.replace("terraform_data", "terraform_date")).unwrap();
    place
        .run(&["state", "recover"])
        .expect(0)
        .says("were written again")
        .says("The state is whole.");
    assert_eq!(fs::read_to_string(&export).unwrap(), sound);
}
