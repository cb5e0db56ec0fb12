//! A platform of its own for each test, with a spy in front of it that writes down which methods of the API are called.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use swarmform::platform::Embedded;
use tokio::runtime::Runtime;

use crate::elsewhere::Elsewhere;
use crate::methods::section;
use crate::support::{Place, Ran};

/// The request lines seen so far, as `GET /v1/ping`.
type Seen = Arc<Mutex<Vec<String>>>;

thread_local! {
    static NOTED: RefCell<Vec<(&'static str, String)>> = const { RefCell::new(Vec::new()) };
}

/// What towns of this thread have shown since the last time: a section, and what used its method.
pub fn noted() -> Vec<(&'static str, String)> {
    NOTED.take()
}

pub struct Town {
    pub place: Place,
    pub password: String,
    pub endpoint: String,
    seen: Seen,
    platform: Embedded,
    _runtime: Runtime,
}

impl Town {
    pub fn new() -> Town {
        let place = Place::new();
        let Elsewhere { platform, runtime } = Elsewhere::start(&place);
        let behind = platform
            .endpoint()
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let seen = Seen::default();
        let endpoint = spy(behind, Arc::clone(&seen));
        Town {
            password: platform.password.clone(),
            place,
            endpoint,
            seen,
            platform,
            _runtime: runtime,
        }
    }

    pub fn username(&self) -> &str {
        &self.platform.username
    }

    /// What the environment tells of the platform and the user, with this password.
    pub fn credentials(&self, password: &str) -> [(&'static str, String); 3] {
        [
            ("GIANTSWARM_ENDPOINT", self.endpoint.clone()),
            ("GIANTSWARM_USERNAME", self.username().to_owned()),
            ("GIANTSWARM_PASSWORD", password.to_owned()),
        ]
    }

    /// Runs the command with the credentials of the environment, in any directory.
    pub fn run_in(&self, place: &Place, args: &[&str]) -> Ran {
        let mut command = place.command(args);
        command.envs(self.credentials(&self.password));
        Ran::from(command.output().unwrap())
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        self.run_in(&self.place, args)
    }

    /// Writes the configuration and applies it.
    pub fn apply(&self, text: &str) -> Ran {
        self.place.write("main.tf", text);
        self.run(&["apply", "-auto-approve"]).expect(0)
    }

    /// A plan that finds nothing to do.
    pub fn assert_settled(&self) {
        self.run(&["plan", "-detailed-exitcode"])
            .expect(0)
            .says("No changes");
    }

    /// The sections of the methods that were called since the last time.
    pub fn called(&self) -> BTreeSet<&'static str> {
        self.calls().into_iter().collect()
    }

    /// The section of each call since the last time.
    pub fn calls(&self) -> Vec<&'static str> {
        let lines = std::mem::take(&mut *self.seen.lock().unwrap());
        let sections = lines.iter().filter_map(|line| {
            let (method, path) = line.split_once(' ')?;
            section(method, path)
        });
        sections.collect()
    }

    /// What was just done is `user`, and it must have called all of these methods.
    #[track_caller]
    pub fn shows(&self, user: &str, sections: &[&'static str]) {
        let called = self.called();
        for section in sections {
            assert!(
                called.contains(section),
                "{user} did not call {section}: {called:?}"
            );
            NOTED.with_borrow_mut(|noted| noted.push((section, user.to_owned())));
        }
    }

    /// Runs the command with this text on its standard input, and with no credentials.
    pub fn answer(&self, args: &[&str], text: &str) -> Ran {
        self.place.answer(args, text)
    }
}

/// Passes everything on to the platform and writes down the request lines; its own endpoint.
fn spy(behind: String, seen: Seen) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let Ok(server) = TcpStream::connect(&behind) else {
                continue;
            };
            let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
            let seen = Arc::clone(&seen);
            thread::spawn(move || pass(from, to, |bytes| note(bytes, &seen)));
            thread::spawn(move || pass(server, client, |_| {}));
        }
    });
    endpoint
}

fn pass(mut from: TcpStream, mut to: TcpStream, look: impl Fn(&[u8])) {
    let mut bytes = [0; 16384];
    while let Ok(count) = from.read(&mut bytes) {
        look(&bytes[..count]);
        if count == 0 || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}

fn note(bytes: &[u8], seen: &Seen) {
    for line in String::from_utf8_lossy(bytes).lines() {
        if let Some(request) = line.strip_suffix(" HTTP/1.1") {
            seen.lock().unwrap().push(request.to_owned());
        }
    }
}
