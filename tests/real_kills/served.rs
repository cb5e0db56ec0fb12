//! A platform in a process of its own.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use swarmform::api::{Client, Config, Credentials, NoLog};
use swarmform::host::SystemClock;

use crate::support::Place;

/// Of its users.
pub const PASSWORD: &str = "only for this test";

/// A platform in a process of its own, which can be killed and comes back on the same port.
pub struct Platform {
    dir: PathBuf,
    port: u16,
    child: Child,
}

impl Platform {
    pub fn start(place: &Place) -> Platform {
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let dir = place.path().join("data");
        let child = Platform::serve(&dir, port);
        Platform { dir, port, child }
    }

    fn serve(dir: &std::path::Path, port: u16) -> Child {
        let mut child = Command::new(env!("CARGO_BIN_EXE_swarmform"))
            .args([
                "serve",
                "-listen",
                &format!("127.0.0.1:{port}"),
                "-user",
                "admin",
                "-user",
                "grace",
            ])
            .arg("-data")
            .arg(dir)
            .env("SWARMFORM_PASSWORD", PASSWORD)
            .env("SWARMFORM_LOG", "off")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        assert!(line.starts_with("Serving"), "{line}");
        child
    }

    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub fn restart(&mut self) {
        self.kill();
        self.child = Platform::serve(&self.dir, self.port);
    }

    pub fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The organizations whose names begin so, and how many of the first ones have the member.
    pub fn organizations(&self, prefix: &str, many: usize) -> (Vec<String>, u64) {
        let credentials = Credentials::Password {
            username: "admin".to_owned(),
            password: PASSWORD.to_owned(),
        };
        let config = Config::new(self.endpoint(), credentials, Arc::new(SystemClock));
        let client = Client::new(config, Arc::new(NoLog)).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let mut names = client.memberships().await.unwrap();
            names.retain(|name| name.starts_with(prefix));
            names.sort();
            let mut members = 0;
            for name in names.iter().take(many) {
                let found = client.organization(name).await.unwrap();
                members += u64::from(found.members.iter().any(|member| member == "grace"));
            }
            (names, members)
        })
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
