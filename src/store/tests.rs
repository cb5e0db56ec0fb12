//! A store in a directory of its own, and the smallest states; the tests are in the files below.

mod damage;
mod formats;
mod locking;
mod promises;
mod speed;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::addr::{InstanceAddr, parse_instance};
use crate::state::{Deed, Instance, Object, OutputRecord, Pending, Status, Subject, export};
use crate::value::Value;

fn block_on<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(future)
}

struct At(i128);

impl Clock for At {
    fn now_unix_nanos(&self) -> i128 {
        self.0
    }
}

struct Fixed;

impl Ids for Fixed {
    fn uuid(&self) -> String {
        "6f1c2f1e-0000-4000-8000-000000000001".to_owned()
    }
}

fn owner(who: &str) -> Owner {
    Owner {
        who: who.to_owned(),
        clock: Arc::new(At(1_700_000_000_000_000_000)),
        ids: Arc::new(Fixed),
    }
}

/// A state directory that goes with the test.
struct Home {
    _root: tempfile::TempDir,
    dir: PathBuf,
}

impl Home {
    fn new() -> Home {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("state");
        Home { _root: root, dir }
    }

    /// A store as another process would open it.
    fn store(&self) -> SledStore {
        open(&self.dir, owner("ann@vm"))
    }

    fn layout(&self) -> Layout {
        Layout {
            dir: self.dir.clone(),
        }
    }

    /// A run of `count` commits of one instance each, ended as a run ends or as a kill ends it.
    fn run(&self, count: u64, serial: u64, finished: bool) -> State {
        let store = self.store();
        let _lock = block_on(store.lock("apply", Duration::ZERO)).unwrap();
        for number in 0..count {
            block_on(store.commit("aaaa", serial, &[put(number, serial)])).unwrap();
        }
        if finished {
            block_on(store.finish()).unwrap();
        }
        block_on(store.read()).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }
}

fn address(number: u64) -> InstanceAddr {
    parse_instance(&format!("terraform_data.a[{number}]")).unwrap()
}

fn instance(text: &str) -> Instance {
    Instance {
        provider: Arc::from("terraform"),
        current: Some(Object::ready(
            0,
            Arc::from(format!("{{\"id\":{text:?}}}")),
            Vec::new(),
        )),
        deposed: Default::default(),
    }
}

fn put(number: u64, serial: u64) -> Event {
    Event::Put(
        address(number),
        instance(&format!("{serial}-{number}-{}", "x".repeat(300))),
    )
}

fn damaged(result: Result<State, StoreError>) -> (String, String) {
    match result.unwrap_err() {
        StoreError::Damaged { record, reason } => (record, reason),
        other => panic!("another error: {other}"),
    }
}

/// Changes what stands under a key in the database, past the store.
fn tamper(home: &Home, change: impl FnOnce(&sled::Db)) {
    let (db, _) = ground::open(&home.layout().database(), &home.layout().aside()).unwrap();
    change(&db);
    db.flush().unwrap();
}
